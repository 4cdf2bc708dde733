"""The drill of a ban within one year of a run: how long stocks last, when need is first unmet, and how much.

The annual step counts a ban of D days as D/365 of a year, which blurs when stocks end. The drill takes need, domestic
supply, import shares and stock of one year of a run and goes through the ban day by day (`mfa.system.drill`); beside
it stands what the annual step makes of the same ban.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mfa.errors import Fault, InputError
from mfa.indicators.sums import broadcast_parameter
from mfa.studies.drill_result import Drill
from mfa.system.drill import BanDrill, drill_ban
from mfa.system.market import NOTHING, import_caps, import_metal
from mfa.units import DAYS_PER_YEAR

if TYPE_CHECKING:
    from mfa.inputs import Inputs, Scenario
    from mfa.results import Results

BY_ORIGIN = ("region", "origin", "time", "element")
BY_ELEMENT = ("region", "time", "element")


def drill(
    scenario: Scenario | Inputs | Results | str | Path,
    *,
    year: int,
    origin: str | Sequence[str],
    days: float,
    element: str | Sequence[str] | None = None,
    start_day: int = 1,
    ban: float = 1.0,
    region: str | Sequence[str] | None = None,
) -> Drill:
    """Drill a ban of some days in one year: first day of shortage, unmet need, days of cover.

    The year's need R, domestic supply, import shares, headroom, equity and its protection, and release limit are those
    of the run; the stock is the one that the year opens with. Per day j = (R - domestic)/365 is to be imported, g of it
    is missing, the stockpile gives l = min(g, release limit/365). With D1 the days of the ban that fall into the year,
    unmet = g D1 - min(stock, l D1). Nothing is refilled and no product is rationed.

    The annual step counts the same days as a ban of D1/365. Its gap is the same where no other origin has headroom, and
    else smaller, because it lets others use theirs on all 365 days.

    Parameters
    ----------
    scenario : Scenario, Inputs, Results, str or path
        A run, or what to run: a scenario, its name or file; or the folder of a run that was saved.
    year : int
        Year of the run.
    origin : str or sequence of str
        Foreign origin that bans, or several that ban together.
    days : float, > 0
        Length of the ban. Days beyond 31 December are reported, not drilled.
    element : str or sequence of str, optional
        Elements that are banned; if not given, those of which the origin has a share in the imports of the year.
    start_day : int, 1 to 365
        First day of the ban.
    ban : float, above 0 to 1
        Share of the deliveries that is banned; owned deliveries are spared as far as they are protected.
    region : str or sequence of str, optional
        Regions that the ban hits; all if not given. In a joint pool the stocks of the others help.

    Returns
    -------
    Drill

    Raises
    ------
    InputError
        If the year, a label, the day, the length or the share is not possible; all faults at once.

    Warns
    -----
    mfa.inputs.InputWarning
        If an origin has no share in the imports of an element, or the scenario bans something in that year itself.

    Examples
    --------
    Need of 365 t a year, all imported from one origin; 60 t are in stock. A ban of 90 days leaves need unmet from day
    61 on, 30 t in all:

    >>> import mfa, xarray as xr
    >>> foreign = xr.DataArray([1.0], dims="origin", coords={"origin": ["abroad"]})
    >>> inputs = mfa.Inputs(
    ...     {
    ...         "sales": 0.0, "lifetime": mfa.Lifetime.fixed(mean=10), "chemistry_share": 1.0, "content": 0.1,
    ...         "component_mass": 1.0, "recovery_yield": 1.0, "import_share": foreign, "other_need": 365.0,
    ...         "initial_stockpile": 60.0,
    ...     },
    ...     years=[2030], labels={"element": ["Dy"], "route": ["plant"]},
    ... )  # fmt: skip
    >>> result = drill(inputs, year=2030, origin="abroad", days=90)
    >>> row = result.table.loc[("region", "Dy")]
    >>> row[["cover [day]", "first_short_day [day]", "unmet [t]"]].tolist()
    [60.0, 61.0, 30.0]
    """
    inputs, results, known = _sources(scenario)
    asked = _check(inputs, year, origin, days, element, start_day, ban, region)
    if results is None:
        from mfa.results import describe
        from mfa.run import run

        results = run(inputs, detail="totals")
        if known is not None:
            describe(results, known)
    answer = _compute(results, inputs, asked)
    from mfa.inputs import InputWarning

    for note in answer.notes:
        warnings.warn(note, InputWarning, stacklevel=2)
    return answer


@dataclass(frozen=True)
class _Asked:
    """A question that was found to be sound, in positions."""

    year: int
    start_day: int
    days: float
    ban: float
    origins: tuple[int, ...]
    elements: tuple[int, ...]
    regions: tuple[int, ...]
    notes: tuple[str, ...]


def _sources(scenario: Any) -> tuple[Inputs, Results | None, Scenario | None]:
    """Inputs, and the results or the scenario if that is what was given."""
    from mfa.inputs import Inputs, load_scenario
    from mfa.results import Results, open_results

    if isinstance(scenario, (str, Path)) and (Path(scenario) / "results.nc").is_file():
        scenario = open_results(scenario)
    if isinstance(scenario, (str, Path)):
        scenario = load_scenario(scenario)
    if isinstance(scenario, Results):
        if scenario.inputs is None:
            raise InputError("a drill needs the inputs of the run; give it the scenario instead")
        return scenario.inputs, scenario, None
    if isinstance(scenario, Inputs):
        return scenario, None, None
    return scenario.inputs(), None, scenario


def _listed(given: str | Sequence[str] | None) -> list[str]:
    return [] if given is None else [given] if isinstance(given, str) else list(dict.fromkeys(given))


def _check(
    inputs: Inputs, year: int, origin: Any, days: float, element: Any, start_day: int, ban: float, region: Any
) -> _Asked:
    """Refuse what cannot be drilled, all faults at once; warn of what has no effect."""
    from mfa.inputs.messages import suggest

    faults: list[Fault] = []
    known = {dim: list(inputs.labels[dim]) for dim in ("origin", "element", "region")}
    given = {"origin": _listed(origin), "element": _listed(element), "region": _listed(region)}
    for dim, labels in given.items():
        for label in labels:
            if label not in known[dim]:
                faults.append(Fault(dim, f"unknown {dim} '{label}'", suggest(label, known[dim], f"{dim}s")))
    if not given["origin"]:
        faults.append(Fault("origin", "no origin is named", suggest("", known["origin"], "origins")))
    domestic = np.broadcast_to(broadcast_parameter(inputs, "origin_domestic", ("origin",))[0], len(known["origin"]))
    foreign = [label for label, inside in zip(known["origin"], domestic, strict=True) if not inside]
    for label in given["origin"]:
        if label in known["origin"] and label not in foreign:
            what = f"'{label}' is a source inside the region, which nobody abroad can ban"
            faults.append(Fault("origin", what, suggest("", foreign, "foreign origins")))
    first, last = int(inputs.years[0]), int(inputs.years[-1])
    if not (float(year).is_integer() and first <= year <= last):
        faults.append(Fault("year", f"{year} is not a year of the run", f"give one from {first} to {last}"))
    if not (float(start_day).is_integer() and 1 <= start_day <= DAYS_PER_YEAR):
        faults.append(Fault("start_day", f"{start_day} is not a day of the year", "give a day from 1 to 365"))
    if not 0.0 < days < np.inf:
        faults.append(Fault("days", f"{days:g} is not the length of a ban", "give a number of days above 0"))
    if not 0.0 < ban <= 1.0:
        mend = f"write {ban / 100.0:g} for {ban:g} %" if 1.0 < ban <= 100.0 else "give a share above 0, up to 1"
        faults.append(Fault("ban", f"{ban:g} is not a share of the deliveries", mend))
    if faults:
        raise InputError(faults)

    t = int(year) - first
    origins = [known["origin"].index(label) for label in given["origin"]]
    share = _share(inputs, t)[:, :, origins].max(axis=(0, 1))  # origin, element
    supplied = (share > 0.0).any(axis=0)
    if given["element"]:
        elements = [known["element"].index(label) for label in given["element"]]
    else:
        elements = np.flatnonzero(supplied).tolist() or list(range(len(known["element"])))
    notes = []
    for o, label in enumerate(given["origin"]):
        idle = [known["element"][e] for e in elements if share[o, e] <= 0.0]
        if idle:
            what = f"{label} has no share in the imports of {', '.join(idle)} in {year}"
            notes.append(f"{what}: the ban changes nothing there")
    regions = [known["region"].index(label) for label in given["region"]] or list(range(len(known["region"])))
    return _Asked(
        int(year), int(start_day), float(days), float(ban), tuple(origins), tuple(elements), tuple(regions),
        tuple(notes),
    )  # fmt: skip


def _share(inputs: Inputs, position: int) -> np.ndarray:
    """Shares of origins in imports, (sample, region, origin, element); 0 for sources inside the region."""
    share = broadcast_parameter(inputs, "import_share", BY_ORIGIN)[:, :, :, position]
    domestic = broadcast_parameter(inputs, "origin_domestic", ("origin",))[:, None, :, None]
    return np.where(domestic, 0.0, share)


def _compute(results: Results, inputs: Inputs, asked: _Asked) -> Drill:
    """Drill all elements at once."""
    t, chosen = asked.year - int(inputs.years[0]), list(asked.elements)

    def origins_of(name: str) -> np.ndarray:
        return broadcast_parameter(inputs, name, BY_ORIGIN)[:, :, :, t][..., chosen]

    def elements_of(name: str) -> np.ndarray:
        return broadcast_parameter(inputs, name, BY_ELEMENT)[:, :, t][..., chosen]

    policy = results.arrays("policy")
    need = policy["requirement"][:, :, t][..., chosen]
    wanted = policy["import_need"][:, :, t][..., chosen]
    stock = _opening_stock(results, inputs, t)[..., chosen]
    share = _share(inputs, t)[..., chosen]
    banned = np.zeros((1, *share.shape[1:]))
    for region in asked.regions:
        banned[:, region, list(asked.origins)] = asked.ban
    equity, protection, headroom = origins_of("equity_share"), elements_of("equity_protection"), origins_of("headroom")
    shape = need.shape
    stock = np.where(stock > NOTHING * need, stock, 0.0)  # what rounding leaves of an emptied stock is nothing
    stock, limit = np.broadcast_to(stock, shape), np.broadcast_to(elements_of("release_limit"), shape)
    member = np.broadcast_to(elements_of("joint_pool").astype(bool), shape)
    terms: dict[str, Any] = {"equity": equity, "protection": protection, "headroom": headroom}

    def drilled(held: np.ndarray, most: np.ndarray) -> BanDrill:
        return drill_ban(
            need, need - wanted, held, share, banned, asked.start_day, asked.days, release_limit=most, **terms
        )

    outcome = drilled(stock, limit)
    if member.any():
        gap = outcome.daily_gap
        stock, limit = _pooled(gap, stock, member), _pooled(gap, limit, member)
        outcome = drilled(stock, limit)

    # what the annual step makes of the same ban: a share of D1/365 of the year's deliveries
    spread = banned * outcome.days_in_year / DAYS_PER_YEAR
    caps = import_caps(wanted, share, spread, np.zeros_like(spread), equity, protection, headroom)
    annual_gap = np.maximum(wanted - import_metal(wanted, share, caps).sum(axis=-2), 0.0)
    annual_gap = np.where(annual_gap < NOTHING * need, 0.0, annual_gap)
    annual_unmet = annual_gap - np.minimum(np.minimum(annual_gap, stock), limit)

    per_day = need / DAYS_PER_YEAR
    free = np.where((banned > 0.0).any(axis=-2, keepdims=True) & (banned == 0.0), headroom * share, 0.0).sum(axis=-2)
    arrays = {
        "need": need,
        "domestic": need - wanted,
        "banned_share": (share * (banned > 0.0)).sum(axis=-2),
        "headroom_share": free,
        "daily_gap": outcome.daily_gap,
        "missing_share": np.divide(outcome.daily_gap, per_day, out=np.zeros(shape), where=per_day > 0.0),
        "stock": outcome.stock,
        "cover": np.where(np.isinf(outcome.cover_days), np.nan, outcome.cover_days),
        "first_short_day": outcome.first_unmet_day,
        "first_short_day_of_year": outcome.first_unmet_day_of_year,
        "gap": outcome.daily_gap * outcome.days_in_year,
        "unmet": outcome.unmet,
        "annual_gap": annual_gap,
        "annual_unmet": np.where(annual_unmet > NOTHING * need, annual_unmet, 0.0),
    }
    labels: dict[str, tuple[Any, ...]] = {
        "region": tuple(inputs.labels["region"][r] for r in asked.regions),
        "origin": tuple(inputs.labels["origin"]),
        "element": tuple(inputs.labels["element"][e] for e in chosen),
    }
    if results.sampled:
        labels = {"sample": tuple(results.labels["sample"]), **labels}
    hit = list(asked.regions)
    return Drill(
        scenario=results.name,
        title=str(results.attrs.get("title") or results.name),
        year=asked.year,
        start_day=asked.start_day,
        days=asked.days,
        ban=asked.ban,
        origins=tuple(inputs.labels["origin"][o] for o in asked.origins),
        every_region=len(hit) == len(inputs.labels["region"]),
        labels=labels,
        names=results.attrs.get("label_names", {}),
        arrays={name: np.broadcast_to(values, shape)[:, hit] for name, values in arrays.items()},
        outcome=_in_regions(outcome, shape, hit),
        notes=(*asked.notes, *_own_bans(inputs, t, chosen)),
    )


def _in_regions(outcome: BanDrill, shape: tuple[int, ...], regions: Sequence[int]) -> BanDrill:
    """A drill with the full axes (sample, region, [origin], element), for some of its regions."""
    cut: dict[str, Any] = {}
    for field in fields(outcome):
        values = getattr(outcome, field.name)
        if isinstance(values, np.ndarray):
            inner = values.shape[2:] if values.ndim > len(shape) else shape[2:]
            cut[field.name] = np.broadcast_to(values, (*shape[:2], *inner))[:, list(regions)]
    return replace(outcome, **cut)


def _opening_stock(results: Results, inputs: Inputs, position: int) -> np.ndarray:
    """Stockpile with which a year opens, (sample, region, element), t."""
    if position == 0:
        return broadcast_parameter(inputs, "initial_stockpile", ("region", "element"))
    return results.arrays("stocks")["stockpile"][:, :, position - 1]


def _pooled(gap: np.ndarray, amount: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Stocks or limits with those of a joint pool shared out pro rata to the gaps of its members.

    Examples
    --------
    Of two members only the first is short, and counts on all 40 t:

    >>> column = lambda a, b: np.array([[[a], [b]]])
    >>> _pooled(column(2.0, 0.0), column(10.0, 30.0), column(True, True)).ravel().tolist()
    [40.0, 30.0]
    """
    missing = np.where(member, gap, 0.0)
    total = missing.sum(axis=1, keepdims=True)
    part = np.divide(missing, total, out=np.zeros(gap.shape), where=total > 0.0)
    held = np.where(member, amount, 0.0).sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # no limit times no part
        return np.where(member & (part > 0.0), held * part, amount)


def _own_bans(inputs: Inputs, position: int, elements: Sequence[int]) -> list[str]:
    """Note on bans that the scenario itself has in the year: the drill leaves them out."""
    found = []
    for name, what in (("ban", "exports"), ("ore_ban", "ore exports")):
        values = broadcast_parameter(inputs, name, BY_ORIGIN)[:, :, :, position]
        for o, e in np.argwhere((values[..., list(elements)] > 0.0).any(axis=(0, 1))):
            found.append(f"{what} of {inputs.labels['element'][elements[e]]} from {inputs.labels['origin'][o]}")
    if not found:
        return []
    year = int(inputs.years[position])
    shown = ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
    return [f"the scenario itself bans {shown} in {year}: the drill leaves that out and asks what its own ban does"]
