"""Checks of inputs that need more than one cell: ranges, sums, pairs of parameters that exclude or need each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mfa.errors import Fault
from mfa.inputs.messages import listed, number
from mfa.inputs.tables import range_fault
from mfa.system.survival import FAMILIES, FIXED, TABLE, TIMING, survival_function
from mfa.vocabulary import PARAMETERS, dims_of, named_like

if TYPE_CHECKING:
    from mfa.inputs.arrays import Inputs

SUM_TOLERANCE = 1e-6
MASS_TOLERANCE = 1e-9
PER_CHECK = 8
"""Faults of one check that are listed one by one."""


TRADE = (
    ("used_export_destination", "used_export_share", "rdtp"),
    ("scrap_export_destination", "scrap_export_share", "rdtkh"),
)
"""Shares of what a region exports that other regions of the run take, with what is exported, and their dims."""
LIFETIMES = frozenset(("lifetime", "component_lifetime", "second_lifetime", "timing"))


def check_inputs(inputs: Inputs, changed: Collection[str] | None = None) -> tuple[list[Fault], list[str]]:
    """Check aligned inputs.

    Parameters
    ----------
    inputs : Inputs
        Arrays in canonical units with matching labels.
    changed : collection of str, optional
        Parameters that differ from inputs that were sound; all if None.

    Returns
    -------
    faults : list of Fault
    warnings : list of str
    """
    check = _Check(inputs)
    for name, array in inputs.arrays.items():
        if changed is None or name in changed:
            check.values(name, array)
    check.required()
    if check.faults:
        return check.faults, []
    for part in (
        check.sales,
        check.composition,
        check.initial_stock,
        check.product_trade,
        check.routing,
        check.collection,
        check.recovery,
        check.supply,
        check.scrap,
        check.trade,
    ):
        part()
    if changed is None or LIFETIMES & set(changed):
        check.lifetimes()
    return check.faults, [] if check.faults else check.warnings()


class _Check:
    """One pass over the inputs; arrays come as numpy with axes (sample, *dims), size 1 where a dim is missing."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.arrays, self.labels = inputs, inputs.arrays, inputs.labels
        self.faults: list[Fault] = []

    # --- tools -------------------------------------------------------------------------------------------------------

    def fault(self, where: str, what: str, mend: str = "") -> None:
        self.faults.append(Fault(where, what, mend))

    def get(self, name: str, letters: str) -> np.ndarray:
        """Values of a parameter with axes (sample, *dims); its default where it is not given; NaN for none."""
        dims = ("sample", *dims_of(letters))
        array = self.arrays.get(name)
        if array is None:
            default = PARAMETERS[name].default
            value = default if isinstance(default, (float, bool)) else np.nan
            return np.full((1,) * len(dims), value)
        return spread(array, dims)

    def size(self, dim: str) -> int:
        if dim == "time":
            return len(self.inputs.years)
        if dim == "cohort":
            return len(self.inputs.cohorts)
        return len(self.labels[named_like(dim)])

    def place(self, dims: Sequence[str], cell: Sequence[int]) -> str:
        """Coordinates of a cell."""
        parts = []
        for dim, i in zip(dims, cell, strict=True):
            if dim == "time":
                parts.append(f"time={self.inputs.years[i]}")
            elif dim == "cohort":
                parts.append(f"cohort={self.inputs.cohorts[i]}")
            elif dim == "sample" and "sample" not in self.labels:
                continue
            elif self.size(dim) > 1 or dim in ("product", "element"):
                parts.append(f"{dim}={self.labels[named_like(dim)][i]}")
        return ", ".join(parts)

    def report(self, name: str, letters: str, wrong: np.ndarray, what: Any, mend: str = "") -> None:
        """One fault for each combination of labels, naming the first year; `what` is a text or a function of a cell."""
        if not wrong.any():
            return
        dims = ("sample", *dims_of(letters))
        years = [i for i, dim in enumerate(dims) if dim in ("sample", "time", "cohort")]
        rest = [i for i in range(len(dims)) if i not in years]
        moved = wrong.transpose(*rest, *years).reshape(*(wrong.shape[i] for i in rest), -1)
        cells = np.argwhere(moved.any(axis=-1))
        for cell in cells[:PER_CHECK]:
            every = np.argwhere(wrong[tuple(self._at(dims, rest, cell))])
            full = [0] * len(dims)
            for i, position in zip(rest, cell, strict=True):
                full[i] = int(position)
            for i, position in zip(years, every[0], strict=True):
                full[i] = int(position)
            kind = "cell" if wrong.shape[0] > 1 else "year"
            more = f" and {len(every) - 1} more {kind}{'s' * (len(every) > 2)}" if len(every) > 1 else ""
            shown = [dim for i, dim in enumerate(dims) if wrong.shape[i] > 1 or self._only(dim)]
            where = self.place(shown, [full[dims.index(dim)] for dim in shown])
            text = what(tuple(full)) if callable(what) else what
            self.fault(f"{name}[{where}{more}]" if where else name, text, mend)
        if len(cells) > PER_CHECK:
            self.fault(name, f"and {len(cells) - PER_CHECK} more combinations with the same fault")

    def _only(self, dim: str) -> bool:
        return dim in ("product", "element") and self.size(dim) == 1

    @staticmethod
    def _at(dims: Sequence[str], rest: Sequence[int], cell: Sequence[int]) -> list[Any]:
        index: list[Any] = [slice(None)] * len(dims)
        for i, position in zip(rest, cell, strict=True):
            index[i] = int(position)
        return index

    # --- one parameter -----------------------------------------------------------------------------------------------

    def values(self, name: str, array: Any) -> None:
        """NaN and range of every cell."""
        from mfa.inputs.arrays import NULLABLE, coordinates

        parameter = PARAMETERS[name]
        if not isinstance(array, xr.DataArray) or parameter.kind != "number" or not array.size:
            return
        data = array.values
        low, high, open_low, open_high = parameter.bounds()
        missing = np.isnan(data)
        if missing.any() and name not in NULLABLE and name != "base_scrap_value":
            what = f"{coordinates(array, missing)}: not a number"
            self.fault(name, what, "a gap is declared, never guessed: give a value, or leave the array out")
            return
        smallest = np.nanmin(data) if not missing.all() else 0.5
        largest = np.nanmax(data) if not missing.all() else 0.5
        finite = parameter.default == np.inf or np.isfinite(largest)
        whole = not parameter.range.startswith("integer") or not np.nanmax(np.abs(data - np.round(data)), initial=0.0)
        inside_low = smallest > low if open_low else smallest >= low
        inside_high = largest < high if open_high else largest <= high
        if finite and whole and inside_low and inside_high:
            return
        wrong = (data < low) | (data > high) | ((data == low) & open_low) | ((data == high) & open_high)
        if parameter.default != np.inf:
            wrong |= np.isinf(data)
        if not whole:
            wrong |= data != np.round(data)
        wrong &= ~missing
        if not wrong.any():
            return
        value = float(data[tuple(np.argwhere(wrong)[0])])
        said = range_fault(parameter, value) or ("is out of range", "")
        where = coordinates(array, wrong)
        place = f"{name}[{where}]" if array.ndim else name
        self.fault("", f"{place} = {number(value)} {said[0]}", said[1])

    def required(self) -> None:
        """Parameters without which nothing runs."""
        wanted = ["lifetime", "chemistry_share", "content", "component_mass"]
        if self.labels["route"]:
            wanted.append("recovery_yield")
        if self.foreign().any():
            wanted.append("import_share")
        for name in wanted:
            if name not in self.arrays:
                self.fault(name, "is required", f"give it: {PARAMETERS[name].meaning.lower()}")
        if "sales" not in self.arrays and "stock_target" not in self.arrays:
            self.fault("sales", "is required", "give sales, or a stock_target")
        for dim in ("element",):
            if not self.labels[dim]:
                self.fault(f"labels[{dim}]", "no array names an element", "give content a dim element")

    def foreign(self) -> np.ndarray:
        """Whether each origin lies abroad."""
        domestic = np.broadcast_to(self.get("origin_domestic", "o")[0].astype(bool), (self.size("origin"),))
        return ~domestic

    # --- use ---------------------------------------------------------------------------------------------------------

    def _whole_series(self, name: str) -> np.ndarray:
        """Whether each (region, product) has a series; one with gaps is a fault."""
        data = np.isnan(self.get(name, "rtp"))
        gaps = data & ~data.all(axis=2, keepdims=True)
        self.report(name, "rtp", gaps, "year missing", "give every year of the run, or none for this product")
        given = ~data.all(axis=(0, 2))
        return np.broadcast_to(given, (self.size("region"), self.size("product")))

    def _either(self, one: str, other: str, needed: bool) -> None:
        mine, theirs = self._whole_series(one), self._whole_series(other)
        dims = ("region", "product")
        for cell in np.argwhere(mine & theirs)[:PER_CHECK]:
            self.fault(f"{one}[{self.place(dims, cell)}]", f"{one} and {other} are both given", "keep one of them")
        if needed:
            neither = np.argwhere(~mine & ~theirs)
            for cell in neither[:PER_CHECK]:
                mend = f"give {one} (0 in every year if there is none) or {other}"
                self.fault(f"{one}[{self.place(dims, cell)}]", f"neither {one} nor {other} is given", mend)
            if len(neither) > PER_CHECK:
                self.fault(one, f"and {len(neither) - PER_CHECK} more products with the same fault")

    def sales(self) -> None:
        """Either sales or a stock target for every product."""
        self._either("sales", "stock_target", needed=True)

    def product_trade(self) -> None:
        """Imports and exports in units or as a share, not both."""
        self._either("product_imports", "product_import_share", needed=False)
        self._either("product_exports", "product_export_ratio", needed=False)

    # --- composition -------------------------------------------------------------------------------------------------

    def sums(self, name: str, letters: str, over: str, optional: bool, ignore: np.ndarray | None = None) -> None:
        """Shares sum to 1 along a dim; with `optional` they may also be 0 throughout."""
        if name not in self.arrays:
            return
        data = np.nan_to_num(self.get(name, letters))
        axis = 1 + dims_of(letters).index(over)
        if data.shape[axis] == 1 and self.size(over) > 1:
            data = np.repeat(data, self.size(over), axis=axis)
        if ignore is not None:
            shape = [1] * data.ndim
            shape[axis] = len(ignore)
            data = data * ~ignore.reshape(shape)
        total = data.sum(axis=axis, keepdims=True)
        wrong = np.abs(total - 1.0) > SUM_TOLERANCE
        if optional:
            times = tuple(1 + i for i, dim in enumerate(dims_of(letters)) if dim in ("time", "cohort"))
            wrong &= (total > 0).any(axis=(0, *times), keepdims=True)
        mend = f"the shares over {over} must sum to 1 within {SUM_TOLERANCE:g}"
        self.report(name, letters, wrong, lambda cell: f"the shares sum to {number(at(total, cell))}", mend)

    def exists(self) -> np.ndarray:
        """Which (product, component, chemistry) have a share in some year."""
        share = np.nan_to_num(self.get("chemistry_share", "rtpkh")) > 0
        shape = (self.size("product"), self.size("component"), self.size("chemistry"))
        return np.broadcast_to(share.any(axis=(0, 1, 2)), shape)

    def composition(self) -> None:
        """Chemistry shares, and elements that together weigh no more than the component."""
        self.sums("chemistry_share", "rtpkh", "chemistry", optional=True)
        content, mass = self.get("content", "rcpkhe"), self.get("component_mass", "rcpkh")
        elements = content.sum(axis=-1) if content.shape[-1] > 1 else content[..., 0] * self.size("element")
        over = elements > mass * (1.0 + MASS_TOLERANCE) + 1e-300
        if over.any():
            self.report(
                "content",
                "rcpkh",
                over & self.exists(),
                lambda cell: (
                    f"the elements weigh {number(at(elements, cell))} t/unit, the component {number(at(mass, cell))}"
                ),
                "lower content, or raise component_mass",
            )
        self._units_of_service()

    def _units_of_service(self) -> None:
        """Response to material cost counts in the same unit of service as the service itself."""
        service, response = self.arrays.get("service"), self.arrays.get("substitution_response")
        if response is None or not (response.values > 0).any():
            return
        given = str(response.attrs.get("units", ""))
        if not given or given.startswith("mixed"):
            return
        counted = str(service.attrs.get("units", "")) if service is not None else "t/unit"
        if counted and not counted.startswith("mixed") and given.split("/")[0] != counted.split("/")[0]:
            what = f"counts in {given}, the service in {counted}"
            self.fault("substitution_response", what, "give both in kWh, or both in t")

    def initial_stock(self) -> None:
        """An initial stock needs its chemistry."""
        if "initial_stock" not in self.arrays:
            return
        stock = self.get("initial_stock", "rcp")
        if not (stock > 0).any():
            return
        if len(self.inputs.cohorts) == len(self.inputs.years):
            mend = f"give cohorts before {self.inputs.years[0]}"
            self.fault("initial_stock", "has no cohort before the run", mend)
            return
        if "initial_chemistry_share" not in self.arrays:
            mend = "give initial_chemistry_share for its cohorts"
            self.fault("initial_chemistry_share", "is required with initial_stock", mend)
            return
        early = len(self.inputs.cohorts) - len(self.inputs.years)
        if stock.shape[2] > 1:
            mend = f"give cohorts before {self.inputs.years[0]}; what is sold in the run stands in sales"
            inside = (stock > 0) & (np.arange(stock.shape[2]) >= early)[:, None]
            self.report("initial_stock", "rcp", inside, "is a cohort of the run", mend)
        share = np.nan_to_num(self.get("initial_chemistry_share", "rcpkh"))
        if share.shape[-1] == 1 and self.size("chemistry") > 1:
            share = np.repeat(share, self.size("chemistry"), axis=-1)
        total = share.sum(axis=-1)[:, :, :early] if share.shape[2] > 1 else share.sum(axis=-1)
        held = (stock[:, :, :early] if stock.shape[2] > 1 else stock)[..., None] > 0
        wrong = held & (np.abs(total - 1.0) > SUM_TOLERANCE) & self.exists().any(axis=-1)
        mend = "the shares over chemistry must sum to 1 wherever there is an initial stock"
        self.report(
            "initial_chemistry_share", "rcpk", wrong, lambda cell: f"the shares sum to {number(at(total, cell))}", mend
        )

    # --- discards, collection, recovery ------------------------------------------------------------------------------

    def routing(self) -> None:
        """Used exports and hibernation together take no more than all discards."""
        exported, hidden = self.get("used_export_share", "rtp"), self.get("hibernation_share", "rtp")
        total = exported + hidden
        mend = "lower one of them: exported, hibernating and direct discards share one whole"
        self.report(
            "used_export_share",
            "rtp",
            total > 1.0 + 1e-12,
            lambda cell: f"used_export_share + hibernation_share = {number(at(total, cell))} is above 1",
            mend,
        )

    def collection(self) -> None:
        """Base rate within reach; an elastic rate has a base value and never reaches 1."""
        rate, largest = self.get("base_collection_rate", "rtpk"), self.get("max_collection_rate", "rtpk")
        there = self.exists().any(axis=-1)
        self.report(
            "base_collection_rate",
            "rtpk",
            (rate > largest) & there,
            lambda cell: f"{number(at(rate, cell))} is above max_collection_rate = {number(at(largest, cell))}",
            "lower the one or raise the other",
        )
        elastic = (self.get("collection_elasticity", "rtpk") > 0) & there
        if elastic.any():
            why = "a collection_elasticity above 0 needs"
            self.report("base_collection_rate", "rtpk", elastic & (rate >= 1), "is 1", f"{why} a base rate below 1")
            self.report(
                "max_collection_rate", "rtpk", elastic & (largest >= 1), "is 1", f"{why} a largest rate below 1"
            )
            value = self.get("base_scrap_value", "rtpk")
            if "base_scrap_value" not in self.arrays:
                value = np.full(value.shape, np.nan)
            self.report(
                "base_scrap_value", "rtpk", elastic & np.isnan(value), "is not given", f"{why} a base scrap value"
            )
        array = self.arrays.get("base_scrap_value")
        if array is not None and not self.faults and np.isnan(array.values).any():
            self.arrays["base_scrap_value"] = array.fillna(PARAMETERS["base_scrap_value"].default)

    def recovery(self) -> None:
        """Research can only raise a yield."""
        if "recovery_yield_max" not in self.arrays or "recovery_yield" not in self.arrays:
            return
        reach, now = self.get("recovery_yield_max", "rtew"), self.get("recovery_yield", "rtew")
        self.report(
            "recovery_yield_max",
            "rtew",
            reach < now - 1e-12,
            lambda cell: f"{number(at(reach, cell))} is below recovery_yield = {number(at(now, cell))}",
            "raise it: research cannot lower a yield",
        )

    def scrap(self) -> None:
        """Grades sum to at most 1."""
        for name, letters in (("scrap_import_grade", "rtkhe"), ("initial_scrap_grade", "rkhe")):
            if name not in self.arrays:
                continue
            data = self.get(name, letters)
            total = data.sum(axis=-1) if data.shape[-1] > 1 else data[..., 0] * self.size("element")
            self.report(
                name,
                letters[:-1],
                total > 1.0 + MASS_TOLERANCE,
                lambda cell, total=total: f"the elements make up {number(at(total, cell))} of the scrap",
                "grades over element sum to at most 1",
            )

    # --- trade between regions ---------------------------------------------------------------------------------------

    def trade(self) -> None:
        """Shares of exports that other regions take: at most 1 together, none to the region itself."""
        for name, exports, letters in TRADE:
            if name not in self.arrays:
                continue
            share = self.get(name, letters)
            n = self.size("region")
            share = np.broadcast_to(share, (share.shape[0], n, n, *share.shape[3:]))
            own = (share > 0) & np.eye(n, dtype=bool).reshape(1, n, n, *[1] * (share.ndim - 3))
            mend = f"name other regions: what stays in the region is 1 less {exports}"
            self.report(name, letters, own, "is a share that a region exports to itself", mend)
            total = share.sum(axis=2)
            self.report(
                name,
                letters.replace("d", ""),
                total > 1.0 + SUM_TOLERANCE,
                lambda cell, total=total: f"the shares over destination sum to {number(at(total, cell))}, above 1",
                "lower them: they share one whole with what goes abroad",
            )
            if name == "used_export_destination":
                self._arrives(share)

    def _arrives(self, share: np.ndarray) -> None:
        """Used products go to regions that have the product."""
        there = np.zeros((self.size("region"), self.size("product")), dtype=bool)
        for name, letters in (
            ("chemistry_share", "rtpkh"), ("sales", "rtp"), ("stock_target", "rtp"), ("initial_stock", "rcp"),
        ):  # fmt: skip
            if name in self.arrays:
                some = np.nan_to_num(self.get(name, letters)) > 0
                there |= some.any(axis=(0, 2, *range(4, some.ndim)))
        sent = (share > 0) & (self.get("used_export_share", "rtp") > 0)[:, :, None]
        what = "used products go to a region that does not have the product"
        mend = "give it the product's rows: lifetime, chemistry_share, and sales (0 where none is sold new)"
        self.report("used_export_destination", "rdtp", sent & ~there[None, None, :, None], what, mend)

    def _idle_trade(self) -> list[str]:
        """Destinations of exports that there are not."""
        found = []
        for name, exports, letters in TRADE:
            if name in self.arrays:
                sent = self.get(name, letters).max(axis=(0, *range(2, len(letters) + 1)))
                left = self.get(exports, letters.replace("d", "")).max(axis=(0, *range(2, len(letters))))
                n = self.size("region")
                idle = np.broadcast_to(sent > 0, n) & ~np.broadcast_to(left > 0, n)
                regions = [label for label, hit in zip(self.labels["region"], idle, strict=True) if hit]
                if regions:
                    found.append(f"{name} has no effect for {listed(regions)}: {exports} is 0 there")
        return found

    # --- supply ------------------------------------------------------------------------------------------------------

    def supply(self) -> None:
        """Import shares sum to 1 over foreign origins; ore shares over miners; bans hit foreign origins."""
        foreign = self.foreign()
        if foreign.any():
            share = self.get("import_share", "rote")
            if share.shape[2] == len(foreign):
                wrong = (share > 0) & ~foreign.reshape(1, 1, -1, 1, 1)
                mend = "a domestic source is given by primary_capacity"
                self.report("import_share", "rote", wrong, "a domestic source has an import share", mend)
            self.sums("import_share", "rote", "origin", optional=False, ignore=~foreign)
        self.sums("ore_share", "rotem", "miner", optional=False)
        for name in ("ban", "ore_ban"):
            data = self.get(name, "rote")
            if name in self.arrays and data.shape[2] == len(foreign) > 0 and not foreign.all():
                wrong = (data > 0) & ~foreign.reshape(1, 1, -1, 1, 1)
                # a ban of all origins may name the domestic ones too: it has no effect on them
                wrong &= ~(data[:, :, foreign] > 0).all(axis=2, keepdims=True)
                mend = "only deliveries from abroad can be banned"
                self.report(name, "rote", wrong, "bans a domestic source", mend)

    # --- lifetimes ---------------------------------------------------------------------------------------------------

    def lifetimes(self) -> None:
        """Survival falls from a positive share at age 0."""
        offset = TIMING[str(self.arrays.get("timing", "mid"))]
        for name in ("lifetime", "component_lifetime", "second_lifetime"):
            lifetime = self.arrays.get(name)
            if lifetime is None:
                continue
            code, first, second = lifetime.canonical()
            code, first, second = xr.broadcast(code, first, second)
            given = code.values >= 0
            if not given.all() and name == "lifetime":
                from mfa.inputs.arrays import coordinates

                self.fault(f"{name}[{coordinates(code, ~given)}]", "no lifetime is given", "give one for every product")
                continue
            wrong = given & (~np.isfinite(first.values) | ~np.isfinite(second.values))
            two = np.isin(code.values, [i for i, family in enumerate(FAMILIES) if family not in _ONE_PARAMETER])
            positive = np.isin(code.values, [FAMILIES.index(family) for family in _POSITIVE_FIRST])
            wrong |= given & positive & ~(first.values > 0)
            wrong |= given & two & ~(second.values > 0)
            mend = "give terms above 0, and no extreme shape"
            self._lifetime_fault(name, code, wrong, "no survival function has these terms", mend)
            curves = getattr(lifetime, "curves", None)
            if wrong.any():
                continue
            safe = np.where(given, code.values, FIXED), np.where(given, first.values, 1e9), second.values
            start = survival_function(np.float64(offset), safe[0], safe[1], np.nan_to_num(safe[2], nan=1.0), curves)
            mend = "nothing would be in use at the end of its first year; lengthen the lifetime"
            self._lifetime_fault(name, code, given & ~(start > 0), "survival at age 0 is 0", mend)
            if curves is not None:
                rising = np.asarray((np.diff(np.asarray(curves), axis=1) > 1e-12).any(axis=1))
                rows = np.where(code.values == TABLE, first.values, 0).astype(np.int64)
                wrong = (code.values == TABLE) & rising[rows]
                self._lifetime_fault(name, code, wrong, "survival rises with age", "a survival curve never rises")

    def _lifetime_fault(self, name: str, code: xr.DataArray, wrong: np.ndarray, what: str, mend: str) -> None:
        from mfa.inputs.arrays import coordinates

        if wrong.any():
            where = coordinates(code, wrong)
            self.fault(f"{name}[{where}]" if code.ndim else name, what, mend)

    # --- warnings ----------------------------------------------------------------------------------------------------

    def warnings(self) -> list[str]:
        """What is well formed but has no effect."""
        found = []
        if (self.get("invest", "rt").astype(bool)).any():
            start = self.get("initial_capacity", "rw").max(axis=(0, 1))
            seed = self.get("seed_capacity", "rtw").max(axis=(0, 1, 2))
            bare = np.broadcast_to((start <= 0) & (seed <= 0), (self.size("route"),))
            routes = [label for label, empty in zip(self.labels["route"], bare, strict=True) if empty]
            if routes:
                found.append(
                    f"invest is on, but routes {listed(routes)} have neither initial_capacity nor seed_capacity: "
                    "nothing can be ordered for them; give one of the two"
                )
        found += self._idle_origins() + self._idle_trade()
        multiplier = self.get("hazard_multiplier", "rtp")
        lifetime = self.arrays["lifetime"].canonical()[0]
        fixed = (spread(lifetime, ("sample", "region", "cohort", "product")) == FIXED).any(axis=2)
        changed = (multiplier != 1).any(axis=2) & fixed
        if changed.any():
            wide = np.broadcast_to(changed.any(axis=(0, 1)), (self.size("product"),))
            products = [label for label, hit in zip(self.labels["product"], wide, strict=True) if hit]
            found.append(f"hazard_multiplier does not act on the fixed lifetime of {listed(products)}")
        return found

    def _idle_origins(self) -> list[str]:
        """Headroom or equity where nothing is imported from."""
        found: list[str] = []
        if "import_share" not in self.arrays:
            return found
        share = self.get("import_share", "rote").max(axis=(0, 1, 3))  # origin, element
        shape = (self.size("origin"), self.size("element"))
        supplied = np.broadcast_to(share > 0, shape)
        for name in ("headroom", "equity_share"):
            if name not in self.arrays or "origin" not in self.arrays[name].dims:
                continue
            given = np.broadcast_to(self.get(name, "rote").max(axis=(0, 1, 3)) > 0, shape)
            if "element" not in self.arrays[name].dims:
                given = given & ~supplied.any(axis=1, keepdims=True)
            idle = [
                f"{self.labels['origin'][o]} ({self.labels['element'][e]})" for o, e in np.argwhere(given & ~supplied)
            ]
            if idle:
                found.append(f"{name} of origins with import share 0 has no effect: {listed(idle)}")
        return found


_ONE_PARAMETER = ("fixed", "exponential", "table")
_POSITIVE_FIRST = ("fixed", "exponential", "weibull")


def spread(array: xr.DataArray, dims: Sequence[str]) -> np.ndarray:
    """Values with axes `dims`; a dim that the array lacks has length 1.

    Examples
    --------
    >>> import xarray as xr
    >>> spread(xr.DataArray([1.0, 2.0], dims="element"), ("sample", "time", "element")).shape
    (1, 1, 2)
    """
    order = [dim for dim in dims if dim in array.dims]
    values = array.transpose(*order).values
    shape = [array.sizes[dim] if dim in array.dims else 1 for dim in dims]
    return values.reshape(shape)


def at(values: np.ndarray, cell: Sequence[int]) -> float:
    """Value at a cell of a larger array that the values are broadcast to: along an axis of length 1 the only one.

    Examples
    --------
    >>> import numpy as np
    >>> at(np.array([[0.2, 0.6]]), (3, 1))
    0.6
    """
    return float(values[tuple(min(i, size - 1) for i, size in zip(cell, values.shape, strict=True))])
