"""What is missing before a lifetime can be fitted, and what can be said without it."""

from __future__ import annotations

from collections.abc import Iterator

from mfa.calibration.expected import SalesHistory
from mfa.calibration.observations import Observation, Product
from mfa.errors import Fault

OBSERVED = ("stock", "discards", "mean_age", "mean_age_of_discards")
"""Quantities that tell a lifetime."""
FEWEST_FOR_SCATTER = 3
"""Values of a kind from which its scatter can be told, beside other kinds."""


def data_faults(product: Product, sales: SalesHistory | None, before: float | None, tolerance: float) -> list[Fault]:
    """Faults of the counts of one product that leave nothing to fit, or contradict each other."""
    yearly = [one for name in OBSERVED for one in product.of(name, by_cohort=False)]
    tables = [one for name in ("stock", "discards") for one in product.of(name, by_cohort=True)]
    if not yearly and not tables:
        mend = f"give {', '.join(OBSERVED[:-1])} or {OBSERVED[-1]} of some years beside the sales"
        return [Fault(product.where, "nothing that tells a lifetime was counted", mend)]
    if sales is None:
        return list(_without_sales(product, yearly))
    if not sales.values.any():
        return [Fault(product.where, "all sales are 0", "give the sales of the years before the counts")]
    faults = list(_out_of_reach(product, yearly, sales))
    if not faults:
        faults = [*_above_sales(product, sales, before, tolerance), *_cohorts_above_sales(product, sales, tolerance)]
    return faults


def _without_sales(product: Product, yearly: list[Observation]) -> Iterator[Fault]:
    """Sales are missing; a table of stock by cohort of two years does without."""
    if yearly:
        names = ", ".join(dict.fromkeys(one.quantity for one in yearly))
        yield Fault(product.where, f"no sales, without which {names} by year tell no lifetime", _anyway(product))
    discards = product.of("discards", by_cohort=True)
    if discards:
        yield Fault(product.where, "no sales, without which discards by cohort tell no lifetime", _anyway(product))
    seen: dict[int, set[int]] = {}
    for one in product.of("stock", by_cohort=True):
        seen.setdefault(one.cohort or 0, set()).add(one.year)
    if seen and all(len(years) < 2 for years in seen.values()):
        what = "a table of the stock by cohort of one year tells nothing without sales"
        yield Fault(product.where, what, "give the sales of the cohorts, or the same table of a second year")


def _anyway(product: Product) -> str:
    """What can be computed from discards by age alone."""
    rows = product.of("discards", by_cohort=True)
    total = sum(one.value for one in rows)
    if not total:
        return "give the sales of every year from the first on"
    age = sum(one.value * (one.year - (one.cohort or 0)) for one in rows) / total
    return (
        f"give the sales of the cohorts; what can be said without: the mean age of these discards is {age:.3g} yr, "
        "which is the mean lifetime only where sales have not grown for longer than the products last"
    )


def _out_of_reach(product: Product, yearly: list[Observation], sales: SalesHistory) -> Iterator[Fault]:
    """Counts of years for which sales are missing."""
    late = sorted({one.year for one in yearly if one.year > sales.last})
    if late:
        what = f"sales end in {sales.last}, but {yearly[0].quantity} of {late[-1]} is given"
        yield Fault(product.where, what, f"give the sales until {late[-1]}, or take the later counts out")
    early = sorted({one.year for one in yearly if one.year < sales.start})
    if early:
        what = f"counts of {early[0]} lie before the first sales, of {sales.first}"
        yield Fault(product.where, what, "give the earlier sales, or say how they went: before = a yearly growth")


def _above_sales(
    product: Product, sales: SalesHistory, before: float | None, tolerance: float
) -> Iterator[Fault]:  # fmt: skip
    """Stock that the sales so far cannot explain, and discards of more than was sold."""
    mend = (
        "there were sales before the first year (before = 0 holds the first year's back, 0.03 lets them grow by 3 % a "
        "year), used units were imported (add them to the sales of their cohorts), or the two series count different "
        "things"
    )
    if before is not None:
        mend = "used units were imported (add them to the sales), or the two series count different things"
    rows = product.of("sales")
    most_of = {one.year: one.high if one.high == one.high else one.value for one in rows}
    earlier = float(sales.values[: sales.first - sales.start].sum())
    wrong = []
    for one in product.of("mean_age", by_cohort=False):
        oldest = one.year - sales.start + 1.0
        if before is None and one.value > oldest:
            what = f"mean age {one.value:.3g} yr in {one.year} is above that of the oldest unit sold, {oldest:.3g} yr"
            yield Fault(f"{one.place} [{product.where}]" if one.place else product.where, what, mend)
            break
    for one in product.of("stock", by_cohort=False):
        most = earlier + sum(value for year, value in most_of.items() if year <= one.year)
        least = one.low if one.low == one.low else one.value
        if least > most * (1.0 + tolerance):
            wrong.append((one, most))
    if wrong:
        one, most = max(wrong, key=lambda pair: pair[0].value / max(pair[1], 1e-300))
        years = ", ".join(str(pair[0].year) for pair in wrong[:8]) + (" ..." if len(wrong) > 8 else "")
        what = (
            f"stock is above all sales so far in {years}: {one.value:.12g} units at the end of {one.year}, "
            f"{most:.12g} sold until then"
        )
        yield Fault(f"{one.place} [{product.where}]" if one.place else product.where, what, mend)
    gone = 0.0
    for one in product.of("discards", by_cohort=False):
        gone += one.low if one.low == one.low else one.value
        sold = earlier + sum(value for year, value in most_of.items() if year <= one.year)
        if gone > sold * (1.0 + tolerance):
            what = f"discards until {one.year} add up to {gone:.12g} units, {sold:.12g} were sold until then"
            yield Fault(f"{one.place} [{product.where}]" if one.place else product.where, what, mend)
            break


def _cohorts_above_sales(product: Product, sales: SalesHistory, tolerance: float) -> Iterator[Fault]:
    """Cohorts of which more is in use than was sold or seen before."""
    wrong = []
    last: dict[int, float] = {}
    for one in product.of("stock", by_cohort=True):
        cohort = one.cohort or 0
        known = sales.first <= cohort <= sales.last
        most = last.get(cohort, sales.of(cohort) if known else float("inf"))
        if one.value > most * (1.0 + tolerance):
            wrong.append((one, most))
        last[cohort] = one.value
    if wrong:
        one, most = wrong[0]
        more = f", and in {len(wrong) - 1} more rows" if len(wrong) > 1 else ""
        what = f"{one.value:.12g} units of cohort {one.cohort} are in use in {one.year}, {most:.12g} before{more}"
        mend = "imports of used units belong to the sales of their cohort; or raise the tolerance"
        yield Fault(f"{one.place} [{product.where}]" if one.place else product.where, what, mend)


def scatter_faults(product: Product, sizes: dict[str, tuple[int, bool]], needed: int) -> Iterator[Fault]:
    """Too few values for the terms that are free.

    Parameters
    ----------
    product : Product
    sizes : dict of str to (int, bool)
        Number of values of each block, and whether their error is known.
    needed : int
        Terms that are free in the family with the fewest.
    """
    total = sum(size for size, _ in sizes.values())
    known = all(flag for _, flag in sizes.values())
    named = " and ".join(f"{size} of {name}" for name, (size, _) in sizes.items())
    if total < needed + (0 if known else 1):
        what = f"too few values ({named}) to tell {needed} term{'s' * (needed > 1)} of a lifetime" + (
            "" if known else " and their scatter"
        )
        mend = f"give at least {needed + (0 if known else 1)} values"
        if not known:
            mend += ", or low and high of each"
        if needed > 1 and total >= 1:
            mend += "; what can be said now: the mean alone, where the shape is held, as by fix shape=2.5"
        yield Fault(product.where, what, mend)
    elif len(sizes) > 1:
        for name, (size, flag) in sizes.items():
            if size < FEWEST_FOR_SCATTER and not flag:
                what = f"{size} value{'s' * (size > 1)} of {name} beside other counts: their weight cannot be told"
                yield Fault(product.where, what, f"give low and high (5 and 95 %) or sd of {name}")
