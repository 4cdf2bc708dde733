"""Known lifetimes are found again: within the stated interval in at least nine of ten trials."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mfa.calibration.expected import SalesHistory, blocks_of
from mfa.calibration.families import Family
from mfa.calibration.fitting import Fit, Model, fit
from mfa.calibration.lifetime import calibrate_lifetime
from mfa.calibration.observations import Observation
from mfa.lifetimes import Lifetime
from mfa.stock_models import inflow_driven
from tests.calibration.synthetic import FIRST, YEARS, draw, frame, product, sales_path, stock_and_discards

TRIALS, SEED = 200, 20260
NAMES = {
    "stock": "stock by year, errors of 2 %",
    "hanging_together": "stock by year, errors of 2 % with rho 0.6",
    "discards": "discards by year, variance 20 times that of counting",
    "ages": "stock of one year by age, a sample of 1 %",
    "exits": "discards by age of ten years, a sample of 1 %",
}
CASES = [
    ("stock", "weibull", {"mean": 12.0, "shape": 2.5}),
    ("hanging_together", "lognormal", {"mean": 10.0, "sd": 4.0}),
    ("discards", "normal", {"mean": 11.0, "sd": 3.5}),
    ("ages", "weibull", {"mean": 12.0, "shape": 2.5}),
    ("exits", "logistic", {"mean": 12.0, "scale": 2.5}),
]


def trials(case: str, family: str, terms: dict[str, float], number: int) -> Iterator[Fit]:
    """Fits to counts that are drawn anew. Where to start is searched in the first trial; the others start there."""
    rng = np.random.default_rng(SEED)
    known, model_of = Lifetime.from_terms(family, **terms), Family(family, {})
    starts = model_of.starts(float(YEARS))
    for _ in range(number):
        one = draw(case, known, rng)
        blocks = blocks_of(one, model_of.survival, SalesHistory(one.of("sales")), 0.5)
        found = fit(Model(blocks, *model_of.bounds(), model_of.project), starts)
        starts = starts if len(starts) == 1 else [found.theta]
        yield found


def coverage(case: str, family: str, terms: dict[str, float], number: int, level: float) -> dict[str, int]:
    """Number of trials in which the interval of each term holds the truth."""
    held = dict.fromkeys(terms, 0)
    for found in trials(case, family, terms, number):
        for which, (term, value) in enumerate(terms.items()):
            held[term] += found.holds(which, float(np.log(value)), level)
    return held


@pytest.mark.parametrize(("case", "family", "terms"), CASES, ids=[case for case, _, _ in CASES])
def test_the_stated_interval_holds_the_truth_in_nine_of_ten_trials(case, family, terms):
    for term, times in coverage(case, family, terms, TRIALS, 0.95).items():
        assert times >= 0.9 * TRIALS, (term, times)


def test_a_fit_is_the_same_from_one_start_as_from_all():
    family, known = Family("lognormal", {}), Lifetime.lognormal(mean=10, sd=4)
    for seed in range(5):
        one = draw("hanging_together", known, np.random.default_rng(seed))
        blocks = blocks_of(one, family.survival, SalesHistory(one.of("sales")), 0.5)
        model = Model(blocks, *family.bounds(), family.project)
        every, alone = fit(model, family.starts(float(YEARS))), fit(model, [np.log([10.0, 4.0])])
        np.testing.assert_allclose(alone.theta, every.theta, atol=1e-3)
        assert alone.whitening.rho == pytest.approx(every.whitening.rho, abs=0.02)


def test_the_ends_of_an_interval_are_where_it_stops_to_hold():
    one = draw("stock", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(1))
    family = Family("weibull", {})
    blocks = blocks_of(one, family.survival, SalesHistory(one.of("sales")), 0.5)
    found = fit(Model(blocks, *family.bounds(), family.project), family.starts(30.0))
    for which in (0, 1):
        low, high = found.interval(which, 0.95)
        inner = 0.01 * (high - low)
        assert found.holds(which, low + inner, 0.95) and found.holds(which, high - inner, 0.95)
        assert not found.holds(which, low - inner, 0.95) and not found.holds(which, high + inner, 0.95)
        assert low < found.interval(which, 0.9)[0] < found.theta[which] < found.interval(which, 0.9)[1] < high


@pytest.mark.parametrize("family", ["exponential", "normal", "folded_normal", "lognormal", "weibull", "logistic"])
@pytest.mark.parametrize("timing", ["mid", "start", "end"])
def test_counts_without_error_give_the_lifetime_back(family, timing):
    second = {"exponential": {}, "weibull": {"shape": 2.2}, "logistic": {"scale": 2.0}}.get(family, {"sd": 4.0})
    lifetime = Lifetime.from_terms(family, mean=9.0, **second)
    stock, gone = stock_and_discards(lifetime, {"mid": 0.5, "start": 1.0, "end": 0.0}[timing])
    rows = [Observation("stock", FIRST + t, float(stock[t])) for t in range(4, YEARS)]
    rows += [Observation("discards", FIRST + t, float(gone[t])) for t in range(4, YEARS)]
    found = calibrate_lifetime(frame(product(sales_path(), rows)), families=[family], timing=timing, scenario=None)
    for term, value in {"mean": 9.0, **second}.items():
        assert found["bev"].chosen.terms[term] == pytest.approx(value, rel=1e-4), term


@pytest.mark.parametrize("method", ["least_squares", "maximum_likelihood"])
@pytest.mark.parametrize("case", ["stock", "discards", "ages", "exits"])
def test_either_method_comes_near(case, method):
    one = draw(case, Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(12))
    found = calibrate_lifetime(frame(one), families=["weibull"], method=method, scenario=None)["bev"]
    kinds = {block.kind for block in found.blocks}
    by_age = case in ("ages", "exits")
    likely, square = ("binomial", "scaled") if by_age else ("poisson", "log" if case == "stock" else "scaled")
    assert kinds == {square if method == "least_squares" else likely}
    low, high = found.chosen.interval("mean", 0.999)
    assert low < 12.0 < high and found.chosen.terms["mean"] == pytest.approx(12.0, rel=0.08)


def test_the_right_family_is_the_best_of_all_six():
    one = draw("ages", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(5))
    found = calibrate_lifetime(frame(one), scenario=None)["bev"]
    assert found.chosen.name == "weibull" and [fit.difference for fit in found.fits][0] == 0.0
    assert len(found.fits) == 6 and found.fits[-1].name == "exponential"
    differences = [fit.difference for fit in found.fits]
    assert differences == sorted(differences)


def test_the_fitted_lifetime_in_the_stock_model_gives_the_fitted_series():
    one = draw("stock", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(2))
    found = calibrate_lifetime(frame(one), families=["weibull"], scenario=None)["bev"]
    sales = xr.DataArray(sales_path(), coords={"time": np.arange(FIRST, FIRST + YEARS)})
    stock = inflow_driven(sales, found.chosen.lifetime).stock.values[5:]
    np.testing.assert_allclose(found.fitted()["fitted"].to_numpy(), stock, rtol=1e-12)
    assert np.abs(stock / found.fitted()["observed"].to_numpy() - 1.0).max() < 0.08  # errors of 2 %


def trending_counts(ratio: float) -> tuple[pd.DataFrame, xr.Dataset]:
    """Stock and discards of lifetimes whose mean goes from 8 yr in 1990 to 8 x ratio in 2019."""
    years = np.arange(FIRST, FIRST + YEARS)
    mean = xr.DataArray(8.0 * np.linspace(1.0, ratio, YEARS), coords={"cohort": years})
    lifetime = Lifetime.weibull(mean=mean, shape=2.0)
    model = inflow_driven(xr.DataArray(sales_path(), coords={"time": years}), lifetime)
    rows = [Observation("stock", int(t), float(model.stock.sel(time=t))) for t in years[3:]]
    rows += [Observation("discards", int(t), float(model.outflow.sel(time=t))) for t in years[3:]]
    return frame(product(sales_path(), rows)), model


def test_a_trend_over_the_cohorts_is_found_and_gives_the_series_in_the_stock_model():
    table, model = trending_counts(1.5)
    found = calibrate_lifetime(table, families=["weibull"], trend=True, scenario=None)["bev"].chosen
    assert found.ratio == pytest.approx(1.5, rel=1e-4) and found.terms["shape"] == pytest.approx(2.0, rel=1e-4)
    assert found.at_cohort("mean", FIRST)[0] == pytest.approx(8.0, rel=1e-4)
    assert found.at_cohort("mean", FIRST + YEARS - 1)[0] == pytest.approx(12.0, rel=1e-4)
    years = model["time"].values
    again = inflow_driven(xr.DataArray(sales_path(), coords={"time": years}), found.lifetime)
    np.testing.assert_allclose(again.stock.values, model.stock.values, rtol=1e-4)
    plain = calibrate_lifetime(table, families=["weibull"], scenario=None)["bev"]
    assert plain.chosen.criterion > found.criterion + 10.0


def test_rows_of_a_trend_are_those_of_its_first_and_last_cohort():
    table, _ = trending_counts(1.5)
    noise = np.exp(0.01 * np.random.default_rng(6).normal(size=len(table)))
    table["value"] = np.where(table["quantity"] == "sales", table["value"], table["value"] * noise)
    found = calibrate_lifetime(table, families=["normal"], trend=True)
    rows = found.rows()
    assert [(row["cohort"], row["term"]) for row in rows] == [
        ("1990", "mean"), ("1990", "sd"), ("2019", "mean"), ("2019", "sd"),
    ]  # fmt: skip
    first, last = float(rows[0]["value"]), float(rows[2]["value"])
    assert last / first == pytest.approx(found["bev"].chosen.ratio)
    assert float(rows[1]["value"]) / first == pytest.approx(float(rows[3]["value"]) / last)
    for row in rows:
        assert float(row["low"]) < float(row["value"]) < float(row["high"])


def test_discards_by_year_and_a_table_by_cohort_agree():
    lifetime = Lifetime.weibull(mean=12, shape=2.5)
    means = [
        calibrate_lifetime(frame(draw(case, lifetime, np.random.default_rng(9))), families=["weibull"], scenario=None)[
            "bev"
        ].chosen.mean
        for case in ("discards", "ages", "exits", "stock")
    ]
    assert np.ptp(means) < 0.8
