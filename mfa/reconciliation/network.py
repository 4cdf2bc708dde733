"""From rows to equations: which unknowns there are, and which balances and definitions bind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mfa.errors import Fault, UnitError
from mfa.inputs.messages import listed, suggest
from mfa.reconciliation.equations import Equations, Mask, Vector
from mfa.reconciliation.rows import ALL, CONCENTRATION, FLOW, GOODS, OUTSIDE, STOCK, SUM, TRANSFER, Row
from mfa.units import conversion_factor

MASS_FLOW = "t/yr"
"""Unit of the flows of a layer wherever they are masses."""


@dataclass
class Unknown:
    """A figure to be found.

    Attributes
    ----------
    kind, name, layer : str
    row : Row or None
        Where it is measured or named; None for a flow of an element that only a concentration row implies.
    unit : str
        In which it is shown; `factor` turns a number in it into one in the unit of the layer.
    value, sd : float or None
        Measured, in the unit of the layer.
    """

    kind: str
    name: str
    layer: str
    row: Row | None
    unit: str
    factor: float
    value: float | None = None
    sd: float | None = None


@dataclass
class Network:
    """Unknowns, the equations that bind them, and what was noticed on the way.

    Attributes
    ----------
    unknowns : list of Unknown
    ends : dict
        Processes from and to which each flow goes.
    equations : Equations
    titles : list of str
        What each equation says.
    touched : list of list of int
        Unknowns of each equation.
    notes : list of str
        What a reader should know although it can be computed.
    """

    unknowns: list[Unknown] = field(default_factory=list)
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    touched: list[list[int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    equations: Equations = field(default=None)  # type: ignore[assignment]

    @property
    def bounded(self) -> Mask:
        """Which unknowns may not be negative [unknown]."""
        return np.array([unknown.kind not in (STOCK, SUM) for unknown in self.unknowns], bool)

    @property
    def layers(self) -> list[str]:
        """Layers in which something flows, in the order of the rows."""
        return list(dict.fromkeys(unknown.layer for unknown in self.unknowns if unknown.kind == FLOW))


@dataclass
class _Builder:
    """Collects equations term by term."""

    network: Network
    linear: list[dict[int, float]] = field(default_factory=list)
    products: list[tuple[int, int, int, float]] = field(default_factory=list)

    def add(
        self, title: str, terms: Sequence[tuple[int, float]], products: Sequence[tuple[int, int, float]] = ()
    ) -> None:
        row = len(self.linear)
        sums: dict[int, float] = defaultdict(float)
        for unknown, factor in terms:
            sums[unknown] += factor
        self.linear.append(dict(sums))
        self.products += [(row, first, second, factor) for first, second, factor in products]
        self.network.titles.append(title)
        touched = [*sums, *(i for first, second, _ in products for i in (first, second))]
        self.network.touched.append(list(dict.fromkeys(touched)))

    def equations(self) -> Equations:
        size = len(self.network.unknowns)
        linear = np.zeros((len(self.linear), size))
        for row, sums in enumerate(self.linear):
            for unknown, factor in sums.items():
                linear[row, unknown] = factor
        rows, first, second = (np.array([entry[i] for entry in self.products], dtype=np.intp) for i in range(3))
        coefficients: Vector = np.array([entry[3] for entry in self.products], dtype=float)
        return Equations(linear, np.zeros(len(self.linear)), rows, first, second, coefficients)


def build_network(rows: Sequence[Row], faults: list[Fault]) -> Network:
    """Make the unknowns and equations of all rows.

    Parameters
    ----------
    rows : sequence of Row
    faults : list of Fault
        Faults of the network are added.

    Returns
    -------
    Network
        Without equations if there are faults.
    """
    network = Network()
    sound = not faults
    _find_ends(rows, network, faults, sound)
    units = _layer_units(rows, faults)
    if not faults:
        first = _add_unknowns(rows, network, units, faults)
    if faults:
        return network
    builder = _Builder(network)
    _repeated_rows(network, first, builder)
    _balances(network, first, builder, faults)
    _transfers(network, first, builder, faults)
    _concentrations(network, first, builder)
    _sums(network, first, builder, faults)
    _note_gaps(network, first)
    if not faults:
        network.equations = builder.equations()
    return network


Place = dict[tuple[str, str, str], int]
"""First unknown of a kind, name and layer."""


def _find_ends(rows: Sequence[Row], network: Network, faults: list[Fault], sound: bool) -> None:
    """Ends of every flow, which all its rows must share; those of rows at fault may be missing."""
    where: dict[str, str] = {}
    for row in rows:
        if row.kind == FLOW and row.source:
            ends = (row.source, row.target)
            if network.ends.setdefault(row.flow, ends) != ends:
                other = " to ".join(network.ends[row.flow])
                mend = "give the two flows two names, or the same ends"
                faults.append(Fault(f"{row.where} [{row.flow}]", f"goes from {other} in {where[row.flow]}", mend))
            where.setdefault(row.flow, row.where)
    named = {row.flow for row in rows if row.kind == FLOW} if not sound else set(network.ends)
    for row in rows:
        if row.kind in (FLOW, TRANSFER, CONCENTRATION) and row.flow not in named:
            mend = suggest(row.flow, network.ends, "flows") if row.kind != FLOW else "name both in from and to"
            what = f"no row of kind flow says where '{row.flow}' comes from and goes to"
            faults.append(Fault(f"{row.where} [{row.flow}]", what, mend))
        for name, _ in row.terms:
            if name not in named:
                faults.append(
                    Fault(f"{row.where} [{row.flow}]", f"unknown flow '{name}'", suggest(name, network.ends, "flows"))
                )


def _layer_units(rows: Sequence[Row], faults: list[Fault]) -> dict[str, str]:
    """Unit of the flows of each layer: t/yr for masses, else that of its first row."""
    units: dict[str, str] = {}
    for row in rows:
        if row.kind not in (FLOW, STOCK, SUM):
            continue
        if row.layer not in units:
            try:
                conversion_factor(row.unit, MASS_FLOW)
                units[row.layer] = MASS_FLOW
            except UnitError:
                units[row.layer] = row.unit
        try:
            conversion_factor(row.unit, units[row.layer])
        except UnitError:
            what = f"unit '{row.unit}' does not fit '{units[row.layer]}', that of the layer {row.layer}"
            faults.append(Fault(f"{row.where} [{row.flow}]", what, "a layer has one kind of unit, such as t/yr"))
    for row in rows:
        if row.kind == CONCENTRATION and row.layer != GOODS:
            units.setdefault(row.layer, MASS_FLOW)
    return units


def _add_unknowns(rows: Sequence[Row], network: Network, units: dict[str, str], faults: list[Fault]) -> Place:
    """An unknown for each row, and for each flow that a concentration implies; the first place of each."""
    first: Place = {}
    seen: dict[tuple[object, ...], str] = {}
    for row in rows:
        identity = (row.kind, row.flow, row.layer, row.value, row.sd, row.unit, row.origin)
        if identity in seen:
            mend = "keep one; a second figure for the same flow has another value or source"
            faults.append(Fault(f"{row.where} [{row.flow}]", f"says the same as {seen[identity]}", mend))
        seen.setdefault(identity, row.where)
        unit = "1" if row.kind == TRANSFER else units.get(row.layer, MASS_FLOW)
        if row.kind == CONCENTRATION:
            goods = units.get(GOODS, MASS_FLOW)
            unit = "1" if units[row.layer] == goods else f"({units[row.layer]}) / ({goods})"
        try:
            factor = conversion_factor(row.unit, unit)
        except UnitError as error:
            faults.append(Fault(f"{row.where} [{row.flow}]", str(error), "a concentration is element per goods"))
            continue
        value = None if row.value is None else row.value * factor
        sd = None if row.sd is None else row.sd * factor
        first.setdefault((row.kind, row.flow, row.layer), len(network.unknowns))
        network.unknowns.append(Unknown(row.kind, row.flow, row.layer, row, row.unit or "1", factor, value, sd))
    for row in rows:
        if row.kind == CONCENTRATION:
            if row.layer == GOODS or (FLOW, row.flow, GOODS) not in first:
                what = f"the concentration of '{row.flow}' needs its flow in the layer {GOODS}"
                mend = f"name the element in the column layer, and give the flow a row with layer {GOODS}"
                faults.append(Fault(f"{row.where} [{row.flow}]", what, mend))
            elif (FLOW, row.flow, row.layer) not in first:
                first[(FLOW, row.flow, row.layer)] = len(network.unknowns)
                network.unknowns.append(Unknown(FLOW, row.flow, row.layer, None, units[row.layer], 1.0))
    return first


def _repeated_rows(network: Network, first: Place, builder: _Builder) -> None:
    """Two measurements of one thing are two unknowns that are equal."""
    for number, unknown in enumerate(network.unknowns):
        place = first[(unknown.kind, unknown.name, unknown.layer)]
        if place != number:
            builder.add(f"two figures for {unknown.name} [{unknown.layer}]", [(place, 1.0), (number, -1.0)])


def _balances(network: Network, first: Place, builder: _Builder, faults: list[Fault]) -> None:
    """Inflows minus outflows minus what the stock gains, for each process and layer."""
    for layer in network.layers:
        into: dict[str, list[int]] = defaultdict(list)
        out: dict[str, list[int]] = defaultdict(list)
        stock: dict[str, list[int]] = defaultdict(list)
        for (kind, name, where), number in first.items():
            if where == layer and kind == FLOW:
                source, target = network.ends[name]
                out[source].append(number)
                into[target].append(number)
            elif where == layer and kind == STOCK:
                row = network.unknowns[number].row
                assert row is not None
                stock[row.target].append(number)
        inner = [process for process in dict.fromkeys([*into, *out, *stock]) if process != OUTSIDE]
        for process in inner:
            flows = [*((i, 1.0) for i in into[process]), *((i, -1.0) for i in out[process])]
            title = f"balance of {process} [{layer}]"
            if not stock[process] and not (into[process] and out[process]):
                if layer == GOODS and _balanced_elsewhere(network, first, process):
                    which = "outflow" if into[process] else "inflow"
                    network.notes.append(
                        f"Process {process} has no {which} in layer {GOODS}: it makes or consumes these goods, so "
                        "it has a balance in the other layers only."
                    )
                    continue
                _dead_end(network, process, layer, inner, into[process], faults)
                continue
            builder.add(title, [*flows, *((i, -1.0) for i in stock[process])])
        _note_parts(network, layer, [first[key] for key in first if key[0] == FLOW and key[2] == layer])


def _balanced_elsewhere(network: Network, first: Place, process: str) -> bool:
    """Whether something comes in and goes out in another layer."""
    for layer in network.layers:
        flows = [network.ends[name] for kind, name, where in first if kind == FLOW and where == layer]
        if layer != GOODS and any(end[1] == process for end in flows) and any(end[0] == process for end in flows):
            return True
    return False


def _dead_end(
    network: Network, process: str, layer: str, inner: Sequence[str], into: Sequence[int], faults: list[Fault]
) -> None:
    what = "no outflow" if into else "no inflow"
    flows = [unknown.name for unknown in network.unknowns if process in network.ends.get(unknown.name, ())]
    near = suggest(process, [name for name in inner if name != process])
    mend = f"add the missing flow, a stock_change, or end it at '{OUTSIDE}'"
    mend += f"; or {near}" if near.startswith("did you mean") else ""
    what = f"process '{process}' has {what} and no stock change in layer {layer}, so {listed(dict.fromkeys(flows))} "
    faults.append(Fault("network", what + "would be zero", mend))


def _note_parts(network: Network, layer: str, flows: Sequence[int]) -> None:
    """Note if a layer falls into parts that share no process."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for number in flows:
        source, target = network.ends[network.unknowns[number].name]
        if OUTSIDE not in (source, target):
            parent[root(source)] = root(target)
        else:
            root(target if source == OUTSIDE else source)
    parts: dict[str, list[str]] = defaultdict(list)
    for name in parent:
        if name != OUTSIDE:
            parts[root(name)].append(name)
    if len(parts) > 1:
        shown = "; ".join(listed(names, 4) for names in parts.values())
        network.notes.append(
            f"Layer {layer} is not connected: it falls into {len(parts)} parts that share no process ({shown}). Each "
            "is reconciled by itself; no figure of one says anything of another. If that is not meant, a flow between "
            "them is missing or a process is spelt in two ways."
        )


def _transfers(network: Network, first: Place, builder: _Builder, faults: list[Fault]) -> None:
    """Outflow minus transfer coefficient times all inflows of its process, in its layer or in all."""
    for (kind, name, layer), number in first.items():
        if kind != TRANSFER:
            continue
        row = network.unknowns[number].row
        assert row is not None
        process = network.ends[name][0]
        layers = [layer]
        if layer == ALL:
            layers = [where for other, flow, where in first if other == FLOW and flow == name]
        for where in layers:
            out = first.get((FLOW, name, where))
            into = [
                place
                for (other, flow, there), place in first.items()
                if other == FLOW and there == where and network.ends[flow][1] == process
            ]
            if process == OUTSIDE or out is None or not into:
                what = (
                    f"'{name}' comes from {OUTSIDE}" if process == OUTSIDE else f"'{name}' has no row in layer {where}"
                )
                if process != OUTSIDE and out is not None:
                    what = f"process '{process}' has no inflow in layer {where}"
                mend = "a transfer coefficient is outflow over the sum of inflows of its process, in one layer"
                faults.append(Fault(f"{row.where} [{name}]", what, mend))
                continue
            builder.add(f"transfer to {name} [{where}]", [(out, 1.0)], [(number, place, -1.0) for place in into])


def _concentrations(network: Network, first: Place, builder: _Builder) -> None:
    """Flow of an element minus flow of goods times concentration."""
    for (kind, name, layer), number in first.items():
        if kind == CONCENTRATION:
            element, goods = first[(FLOW, name, layer)], first[(FLOW, name, GOODS)]
            builder.add(f"{layer} in {name}", [(element, 1.0)], [(number, goods, -1.0)])


def _sums(network: Network, first: Place, builder: _Builder, faults: list[Fault]) -> None:
    """A sum minus its terms."""
    for (kind, name, layer), number in first.items():
        if kind != SUM:
            continue
        row = network.unknowns[number].row
        assert row is not None
        terms = []
        for flow, factor in row.terms:
            place = first.get((FLOW, flow, layer))
            if place is None:
                what = f"flow '{flow}' has no row in layer {layer}"
                faults.append(Fault(f"{row.where} [{name}]", what, "a sum adds flows of its own layer"))
            else:
                terms.append((place, -factor))
        builder.add(f"sum {name} [{layer}]", [(number, 1.0), *terms])


def _note_gaps(network: Network, first: Place) -> None:
    """Note the flows of goods that no row gives a share in an element of their process."""
    goods = [name for kind, name, layer in first if kind == FLOW and layer == GOODS]
    for layer in network.layers if goods else ():
        if layer == GOODS:
            continue
        inner = {end for kind, name, where in first if kind == FLOW and where == layer for end in network.ends[name]}
        without = [
            name
            for name in goods
            if (FLOW, name, layer) not in first and any(end in inner - {OUTSIDE} for end in network.ends[name])
        ]
        if without:
            network.notes.append(
                f"No row says how much {layer} is in {listed(without)}: taken as none. If that is not known, add a row "
                f"with layer {layer} and no value."
            )
