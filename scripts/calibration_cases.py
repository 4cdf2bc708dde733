"""Calibrations to counts of Japan's cars and phones: prints the section of docs/calibration.md, or renews it there.

    python scripts/calibration_cases.py              prints the section
    python scripts/calibration_cases.py --write      puts it into docs/calibration.md, and the figures into docs/figures
    python scripts/calibration_cases.py --coverage   renews the table of trials with known lifetimes (two minutes)

The counts stand in scripts/calibration, written by scripts/prepare_calibration.py.
"""

from __future__ import annotations

import math
import re
import sys
import warnings
from pathlib import Path

import numpy as np
from page_table import put

import mfa
from mfa.calibration.collection import CollectionCalibration, calibrate_collection
from mfa.calibration.lifetime import FamilyFit, LifetimeCalibration, calibrate_lifetime
from mfa.report.calibration_text import FAMILY_NAMES, interval_words
from mfa.report.digits import figure as digits

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "calibration.md"
COUNTS = ROOT / "scripts" / "calibration"
FIGURES = ROOT / "docs" / "figures"
START, END = "<!-- cases: scripts/calibration_cases.py --write -->", "<!-- end of the cases -->"
TRIALS_START, TRIALS_END = "<!-- trials: scripts/calibration_cases.py --coverage -->", "<!-- end of the trials -->"
SHAPE = 2.5
"""Shape of hybrids in the dataset japan, held where counts cannot tell it."""


def hybrids(fix: bool = True) -> LifetimeCalibration:
    """Hybrids on the register; the shape held unless all is to be fitted."""
    return calibrate_lifetime(COUNTS / "hybrids.csv", fix={"shape": SHAPE} if fix else None)


def cars(trend: bool = False) -> LifetimeCalibration:
    """All cars, with sales before 1997 as in that year."""
    return calibrate_lifetime(COUNTS / "cars.csv", before=0.0, trend=trend, families=["weibull"] if trend else None)


def plug_in_hybrids() -> LifetimeCalibration:
    """The stock of plug-in hybrids that the IEA computes."""
    return calibrate_lifetime(COUNTS / "plug_in_hybrids.csv")


def phones(course: str = "yearly", hibernation: bool = False) -> CollectionCalibration:
    """Phones taken back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mfa.inputs.InputWarning)
        return calibrate_collection(
            COUNTS / "phones.csv", component=["small_battery"], course=course, hibernation=hibernation
        )


def refusal(name: str, **options: object) -> str:
    """What is said of counts that cannot be fitted, in a block."""
    try:
        calibrate_lifetime(COUNTS / f"{name}.csv", **options)  # type: ignore[arg-type]
    except mfa.MfaError as error:
        text = re.sub(r"^\S*?/?([\w]+\.csv)", r"\1", str(error))
        return "```\n" + "\n".join(wrapped(text)) + "\n```"
    raise AssertionError(f"{name} can be fitted after all")


def filled(text: str) -> str:
    """Paragraphs of a page, their lines filled; tables, headings, lists and blocks as they are."""
    parts = text.strip().split("\n\n")
    kept = ("|", "#", "```", "![", "- ")
    return "\n\n".join(part if part.startswith(kept) else "\n".join(wrapped(" ".join(part.split()))) for part in parts)


def wrapped(text: str, width: int = 118) -> list[str]:
    """Lines of some width."""
    import textwrap

    return textwrap.wrap(text, width)


def compared(found: LifetimeCalibration) -> str:
    """Families as a table."""
    lines = ["| survival function | mean, yr | 95 % interval | second term | 95 % interval | AICc above the best |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for one in found.products[0].fits:
        lines.append("| " + " | ".join(_cells(one)) + " |")
    return "\n".join(lines)


def _cells(one: FamilyFit) -> list[str]:
    second = one.family.terms[1] if len(one.family.terms) > 1 else ""
    return [
        FAMILY_NAMES[one.name], digits(one.terms["mean"]), interval_words(*one.interval("mean")),
        f"{second} {digits(one.terms[second])}" if second else "",
        interval_words(*one.interval(second)) if second else "",
        f"{one.difference:.1f}",
    ]  # fmt: skip


def _with_ends(one: FamilyFit, cohort: int) -> str:
    """Mean of a cohort with its interval."""
    value, low, high = one.at_cohort("mean", cohort)
    return f"{digits(value)} ({digits(low)} to {digits(high)}) years"


def shares(found: CollectionCalibration) -> str:
    """Shares by year as a table."""
    one = found.products[0]
    lines = ["| fiscal year | collected, million | pool, million | share | 95 % interval |", "|---|---|---|---|---|"]
    for i, year in enumerate(one.times):
        lines.append(
            f"| {year:.0f} | {one.observed[i] / 1e6:.2f} | {one.pool[i] / 1e6:.1f} | {one.share[i]:.2f} | "
            f"{one.low[i]:.2f}-{one.high[i]:.2f} |"
        )
    return "\n".join(lines)


def section() -> str:
    """The section on Japan."""
    held, fleet, computed = hybrids(), cars(), plug_in_hybrids()
    taken, trend, kept = phones(), phones("auto"), phones("constant", True)
    mean = held.products[0].chosen
    low, high = mean.interval("mean")
    given = fleet.products[0]
    means = [one.mean for one in given.fits if one.name != "exponential"]
    ends = [one.interval("mean") for one in given.fits if one.name != "exponential"]
    weibull = next(one for one in given.fits if one.name == "weibull")
    years = given.fitted()
    ages = years[years["quantity"] == "mean_age"]
    left = years[years["quantity"] == "mean_age_of_discards"]
    trending = cars(trend=True).products[0]
    moving, again = trending.chosen, trending.fitted()
    still = float(again[again["quantity"] == "mean_age_of_discards"]["fitted"].iloc[0])
    assert moving.family.trend is not None
    low_ratio, high_ratio = moving.interval("ratio")
    iea = computed.products[0]
    rough = trend.products[0]
    assert rough.fit is not None
    low_kept, high_kept = kept.products[0].kept_interval
    return filled(f"""### Hybrids: the mean, if the shape is known

Three counts of the register (March 2008, 2018 and 2020, without kei cars) and the hybrids that were exported or
dismantled in 2017; sales of full and mild hybrids that are not kei cars. Their error is that of the sales, of which
2009 to 2017 are recalled or estimates. Fitted freely, they tell no mean:

{refusal("hybrids")}

With the shape of the dataset, {SHAPE:g} (`--fix shape={SHAPE:g}`), the mean is {digits(mean.mean)} years
({digits(low)} to {digits(high)}); the dataset has 15 (13.5 to 16.5), an estimate. The interval takes the
shape for certain.

![Hybrids: counts and fit, residuals, survival](figures/calibration_hybrids.svg)

### All cars: a mean that all survival functions agree on, and a trend that none can give

Fleet (recalled, and a count of March 2022), mean age in use and mean age of the cars that left the register; sales of
1997 held back before (`--before 0`).

{compared(fleet)}

The mean is {digits(min(means))} to {digits(max(means))} years whatever the survival function (outer ends of the
intervals {digits(min(end[0] for end in ends))} and {digits(max(end[1] for end in ends))}): the fleet over the sales
says it. Of the shape there is a lower end only, {digits(weibull.interval("shape")[0])} for Weibull.
The exponential is ruled out
by the mean ages. What the fit cannot give is the trend: the mean age in use rose from {ages["observed"].iloc[0]:.2f} to
{ages["observed"].iloc[-1]:.2f} years, the fit stays at {ages["fitted"].mean():.1f}; the mean age of cars that left rose
from {left["observed"].iloc[0]:.2f} to {left["observed"].iloc[-1]:.2f}, the fit has {left["fitted"].mean():.1f}.
Lifetimes have grown from cohort to cohort, which one lifetime for all does not have; the ages are those of cars
without kei, which the fleet includes.

With `--trend` the mean goes from {_with_ends(moving, moving.family.trend.first)} in cohort
{moving.family.trend.first} to {_with_ends(moving, moving.family.trend.last)} in {moving.family.trend.last}
({FAMILY_NAMES[moving.name]}); the ratio is {moving.ratio:.2f} ({low_ratio:.2f} to {high_ratio:.2f}), and AICc is
{weibull.criterion - moving.criterion:.1f} below that of one lifetime. The trend
of the counts is steeper still: cars that left in 2004 were {left["observed"].iloc[0]:.1f} years old on average, the fit
has
{still:.1f}.

![All cars: counts and fit, residuals, survival functions](figures/calibration_cars.svg)

### Plug-in hybrids: not a count

The IEA computes the stock from the sales with a survival of its own, and rounds to two digits. Fitting it gives back
that survival, and nothing on cars:

{compared(computed)}

{100 * float(iea.chosen.survival(np.array([iea.oldest]))[0]):.0f} % of the oldest cohort are in use after {iea.oldest:g}
years. The stock of battery cars from the same source cannot come from the sales of the dataset:

{refusal("battery_cars")}

### Phones: the share of each year

Phones taken back by the Mobile Recycle Network over the pool of smartphones and feature phones of the model:

{shares(taken)}

These are the rates that `base_collection_rate` of the dataset has in the same years, where they were worked out by
hand. One share for all years, or a trend, is too simple: residuals hang together with rho
{rough.fit.whitening.rho[0]:.2f},
and the interval of the {rough.course} is as wide as that
asks for ({rough.low[-1]:.2f} to {rough.high[-1]:.2f} in
{rough.times[-1]:.0f}). What is kept at home cannot be told from take-back: fitted beside a constant share, its interval
is {low_kept:.2f} to {high_kept:.2f}.

![Phones: collected, pool and share](figures/calibration_phones.svg)

### What is not identifiable

- **Shape of hybrids.** Counts of the stock in three years say how many have left, not at which ages. A table of the
  register by year of first registration would tell it.
- **Life of battery cars.** The register counts cars without kei, sales include them, exports by age are not published:
  what leaves young cannot be told from what is counted elsewhere.
- **Shape of the trend.** That lifetimes grow is told, not whether straight, nor what became of the cohorts before
  1997: they are held at the mean of that year.
- **Collection against hibernation.** Take-back tells their product over the years, not the two.
- **Exports of used phones.** A higher share exported is a smaller pool and a higher share collected, count by count.
""")


def trials(number: int = 1000) -> str:
    """Shares of trials in which intervals hold the truth, as a table."""
    sys.path.insert(0, str(ROOT))
    from tests.calibration import test_recovery as recovery

    levels = (0.95, 0.9)
    lines = [
        "| counts | true lifetime | term | 95 % interval holds it in | 90 % interval in |",
        "|---|---|---|---|---|",
    ]
    for case, family, terms in recovery.CASES:
        held = dict.fromkeys([(term, level) for term in terms for level in levels], 0)
        for found in recovery.trials(case, family, terms, number):
            for which, (term, value) in enumerate(terms.items()):
                for level in levels:
                    held[term, level] += found.holds(which, math.log(value), level)
        true = f"{FAMILY_NAMES[family]}, " + ", ".join(f"{name} {given:g}" for name, given in terms.items())
        for term in terms:
            parts = [f"{100 * held[term, level] / number:.1f} %" for level in levels]
            lines.append(f"| {recovery.NAMES[case]} | {true} | {term} | {parts[0]} | {parts[1]} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the section, or renew page and figures."""
    if "--coverage" in arguments:
        put(PAGE, trials(), TRIALS_START, TRIALS_END)
    if "--write" in arguments:
        from mfa.report.captioned import written

        put(PAGE, section(), START, END)
        for name, found in (("hybrids", hybrids()), ("cars", cars()), ("phones", phones())):
            written(found.plot(), FIGURES, f"calibration_{name}", ("svg",))
    if not arguments:
        print(section())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
