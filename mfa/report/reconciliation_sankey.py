"""The Sankey diagram of reconciled flows: one layer, colours and words say what was changed, estimated or exact."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError
from mfa.inputs.messages import listed, suggest
from mfa.reconciliation.classes import EXACT, OBSERVABLE, UNOBSERVABLE
from mfa.reconciliation.rows import FLOW, OUTSIDE, STOCK
from mfa.report.picture import Bar, Picture, Words
from mfa.report.picture_svg import to_svg
from mfa.report.sankey_diagram import NO_BREAK, Band, Diagram, Node
from mfa.report.sankey_layout import WIDE, lay_out
from mfa.report.sankey_picture import picture
from mfa.report.style import PNG_DPI, SOFT, STYLE, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mfa.reconciliation.result import Reconciled

MASS = "t/yr"
MINUS = "\u2212"
LITTLE, MUCH = 1.0, 2.0
"""Standard deviations of the measurement that part a small, a fair and a large change."""
KEPT, FAIR, LARGE, ESTIMATED, SURE = "#9FA8B2", "#E69F00", "#D55E00", "#56B4E9", "#4D4D4D"
LEGEND = (
    (KEPT, "changed by less than 1 sd"),
    (FAIR, "changed by 1 to 2 sd"),
    (LARGE, "changed by more than 2 sd"),
    (ESTIMATED, "not measured, estimated"),
    (SURE, "exact"),
)


class ReconciledSankey:
    """Reconciled flows of a layer.

    A notebook shows it by itself.

    Parameters
    ----------
    found : Reconciled
    layer : str

    Raises
    ------
    InputError
        If nothing flows in the layer.
    """

    def __init__(self, found: Reconciled, layer: str) -> None:
        self.found, self.layer = found, layer
        if layer not in found.network.layers:
            mend = suggest(layer, found.network.layers, "layers")
            raise InputError(Fault("layer", f"'{layer}' is not in {found.name}", mend))
        self.diagram = reconciled_diagram(found, layer)

    def picture(self) -> Picture:
        """Shapes with their places."""
        return _with_legend(picture(self.diagram, lay_out(self.diagram, WIDE)), self.diagram)

    def svg(self) -> str:
        """The diagram as one SVG element, which tells what a band is when it is pointed at."""
        return to_svg(self.picture(), None)

    def plot(self, ax: Axes | None = None) -> Axes:
        """The same picture by matplotlib, in axes of its own size if None."""
        from mfa.report.picture_figure import draw_picture

        return draw_picture(self.picture(), ax)

    def save(self, path: Path) -> Path:
        """Write SVG, PNG or PDF, as the ending of `path` says."""
        if path.suffix == ".svg":
            path.write_text(self.svg(), encoding="utf-8")
            return path
        import matplotlib as mpl

        options: dict[str, Any] = (
            {"dpi": 2 * PNG_DPI} if path.suffix == ".png" else {"metadata": {"CreationDate": None}}
        )
        with mpl.rc_context({**STYLE, "pdf.fonttype": 42}):
            figure: Any = self.plot().figure
            figure.savefig(path, **options)
        return path

    def _repr_html_(self) -> str:
        return self.svg()


def reconciled_diagram(found: Reconciled, layer: str) -> Diagram:
    """Nodes, bands and words of a layer.

    Parameters
    ----------
    found : Reconciled
    layer : str
        One in which something flows.

    Returns
    -------
    Diagram

    Raises
    ------
    InputError
        If every flow of it is zero or not determined.
    """
    unknowns, ends = found.network.unknowns, found.network.ends
    flows: dict[str, int] = {}
    stocks: list[int] = []
    loose = []
    for i, unknown in enumerate(unknowns):
        if unknown.layer != layer or unknown.kind not in (FLOW, STOCK) or unknown.name in flows:
            continue
        if found.classes[i] == UNOBSERVABLE:
            loose.append(unknown.name)
        elif unknown.kind == STOCK:
            stocks.append(i)
        elif found.values[i] > 0.0:
            flows[unknown.name] = i
    if not flows:
        raise InputError(Fault(f"layer {layer}", "every flow is zero or not determined", "see the table"))
    columns = _columns([ends[name] for name in flows])
    largest = max(found.values[i] for i in flows.values())
    unit = next(unknowns[i].unit for i in flows.values())
    factor, unit = scale(largest, MASS) if _is_mass(unit) else (1.0 / unknowns[next(iter(flows.values()))].factor, unit)
    nodes = {name: Node(name, name, column, 0.0, True) for name, column in columns.items()}
    diagram = Diagram(*_words(found, layer, unit, loose), unit, unit, factor, nodes)
    for name, i in flows.items():
        source, target = ends[name]
        _add_band(diagram, found, i, source, target, name)
    for i in stocks:
        row, value = unknowns[i].row, float(found.values[i])
        if row is not None and value and row.target in nodes:
            source, target = (row.target, OUTSIDE) if value > 0 else (OUTSIDE, row.target)
            words = "into stock" if value > 0 else "from stock"
            _add_band(diagram, found, i, source, target, f"{unknowns[i].name}, {words}")
    _rank(diagram)
    for key, node in diagram.nodes.items():
        into = sum(band.value for band in diagram.bands if band.target == key)
        out = sum(band.value for band in diagram.bands if band.source == key)
        diagram.nodes[key] = replace(node, into=into, out=out)
    return diagram


def _is_mass(unit: str) -> bool:
    from mfa.errors import UnitError
    from mfa.units import conversion_factor

    try:
        conversion_factor(unit, MASS)
    except UnitError:
        return False
    return True


def _add_band(diagram: Diagram, found: Reconciled, i: int, source: str, target: str, name: str) -> None:
    colour, change = _mark(found, i)
    value = abs(float(found.values[i]))
    words = f"{name} ({change})" if change else name
    if OUTSIDE in (source, target):
        comes = source == OUTSIDE
        inner = diagram.nodes[target if comes else source]
        key = f"{OUTSIDE}:{i}"
        diagram.nodes[key] = Node(key, words, inner.column + (-1 if comes else 1), 0.0, False, colour=colour)
        source, target, words = (key, target, "") if comes else (source, key, "")
    back = diagram.nodes[source].column >= diagram.nodes[target].column
    diagram.bands.append(Band(source, target, value, words, name, _title(found, i, name), colour, 0.0, back))


def _mark(found: Reconciled, i: int) -> tuple[str, str]:
    """Colour of a flow, and its change in words if there is one."""
    unknown = found.network.unknowns[i]
    if found.classes[i] == OBSERVABLE:
        return ESTIMATED, "est."
    if found.classes[i] == EXACT:
        return SURE, ""
    assert unknown.value is not None and unknown.sd
    change = (found.values[i] - unknown.value) / unknown.sd
    if abs(change) < LITTLE:
        return KEPT, ""
    return (LARGE if abs(change) > MUCH else FAIR), f"{'+' if change > 0 else MINUS}{abs(change):.1f}{NO_BREAK}sd"


def _title(found: Reconciled, i: int, name: str) -> str:
    unknown, factor = found.network.unknowns[i], found.network.unknowns[i].factor
    text = f"{name} [{unknown.layer}], {found.classes[i]}"
    if unknown.value is not None:
        text += f", measured {unknown.value / factor:.4g} {unknown.unit}"
    if found.deviations[i] > 0:
        text += f", sd {found.deviations[i] / factor:.2g}"
    return text


def _words(found: Reconciled, layer: str, unit: str, loose: list[str]) -> tuple[str, str, str]:
    from mfa import __version__

    test = found.test
    below = f"Reconciled flows, {unit}."
    if test.redundancy > 0:
        verdict = "passed" if test.passed else "FAILED"
        below += (
            f" Global test {verdict}: \u03c7\u00b2 {test.statistic:.3g}, {test.redundancy} degrees of freedom, "
            f"probability {test.probability:.2g}."
        )
    caption = "sd: standard deviation of the measurement. est.: not measured, follows from the others."
    if loose:
        caption += f" Not determined and not drawn: {listed(loose, 8)}."
    return f"{found.name.replace('_', ' ')}: {layer}", below, f"{caption} mfa {__version__}."


def _columns(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """Stage of each process: one after all that feed it, ways that lead back left out."""
    following: dict[str, list[str]] = defaultdict(list)
    names: list[str] = []
    entries = []
    for source, target in pairs:
        names += [end for end in (source, target) if end != OUTSIDE]
        if source == OUTSIDE:
            entries.append(target)
        elif target != OUTSIDE:
            following[source].append(target)
    order: list[str] = []
    state: dict[str, int] = {}
    back: set[tuple[str, str]] = set()

    def visit(start: str) -> None:
        """Depth first, without recursion."""
        stack = [(start, iter(following[start]))]
        state[start] = 1
        while stack:
            name, rest = stack[-1]
            ahead = next(rest, None)
            if ahead is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state.get(ahead) == 1:
                back.add((name, ahead))
            elif ahead not in state:
                state[ahead] = 1
                stack.append((ahead, iter(following[ahead])))

    for name in dict.fromkeys([*entries, *names]):
        if name not in state:
            visit(name)
    columns = dict.fromkeys(dict.fromkeys(names), 1)
    for name in reversed(order):
        for ahead in following[name]:
            if (name, ahead) not in back:
                columns[ahead] = max(columns[ahead], columns[name] + 1)
    return columns


def _rank(diagram: Diagram) -> None:
    """Order of nodes in their columns: near what they are joined with, those with a way back lowest."""
    joined: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for band in diagram.bands:
        if not band.back:
            joined[band.source].append((band.target, band.value))
            joined[band.target].append((band.source, band.value))
    returning = {band.source for band in diagram.bands if band.back}
    ranks = {key: float(number) for number, key in enumerate(diagram.nodes)}
    stages: dict[int, list[str]] = defaultdict(list)
    for key, node in diagram.nodes.items():
        stages[node.column].append(key)
    for sweep in range(8):
        for column in sorted(stages, reverse=bool(sweep % 2)):
            wanted = {}
            for key in stages[column]:
                near = joined[key]
                weight = math.fsum(value for _, value in near)
                wanted[key] = (
                    math.fsum(ranks[other] * value for other, value in near) / weight if weight else ranks[key]
                )
            order = sorted((key in returning, wanted[key], ranks[key], key) for key in stages[column])
            for place, (_, _, _, key) in enumerate(order):
                ranks[key] = place + (len(diagram.nodes) - len(stages[column])) / 2
    diagram.nodes = {key: replace(node, rank=ranks[key]) for key, node in diagram.nodes.items()}
    diagram.bands = [replace(band, rank=(ranks[band.source] + ranks[band.target]) / 2) for band in diagram.bands]


def _with_legend(result: Picture, diagram: Diagram) -> Picture:
    """Colours and their words below the picture."""
    used = {band.colour for band in diagram.bands}
    size, x, y = WIDE.text, 0.4 * WIDE.gap, result.height + WIDE.text
    for colour, words in LEGEND:
        if colour in used:
            result.bars.append(Bar(x, y - 0.8 * size, 1.6 * size, 0.8 * size, colour, "none", words))
            result.words.append(Words(x + 2.0 * size, y, words, size, colour=SOFT, anchor="start", halo=False))
            x += 3.4 * size + 0.56 * size * len(words)
    result.height = y + 0.8 * size
    return result
