"""Collection shares: by hand, found again, within 0 and 1, and what take-back does not tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.calibration.collection import _fit, _logit, calibrate_collection
from mfa.calibration.pool import Member
from mfa.errors import InputError
from mfa.lifetimes import Lifetime
from tests.studies.one_product import write_one_product, write_table

YEARS = np.arange(2020, 2030)


def member(**changes: object) -> Member:
    given: dict[str, object] = {
        "label": "phone", "years": YEARS, "sales": np.full(10, 1000.0), "lifetime": Lifetime.fixed(mean=2),
        "discards": None, "exported": np.full(10, 0.2), "kept": np.full(10, 0.5), "released": np.full(10, 0.25),
        "timing": "mid", "factors": {},
    }  # fmt: skip
    return Member(**(given | changes))  # type: ignore[arg-type]


def test_the_pool_by_hand():
    # fixed 2 years from midyear: 1000 leave from 2022 on. direct 0.3 x 1000; kept 500 a year, a quarter released a year
    left, pool = member().flows()
    assert left[:4].tolist() == [0.0, 0.0, 1000.0, 1000.0]
    assert pool[1:4] == pytest.approx([0.0, 300.0, 300.0 + 0.25 * 500.0])
    assert pool[4] == pytest.approx(300.0 + 0.25 * (0.75 * 500.0 + 500.0))


def test_moving_a_parameter_to_its_bound():
    one = member(factors={"lifetime": (0.5, 1.5), "used_export_share": (0.5, 2.0)})
    assert float(one.moved("lifetime", 0).lifetime.mean()) == 1.0
    assert one.moved("used_export_share", 1).exported[0] == pytest.approx(0.4)
    weibull = member(lifetime=Lifetime.weibull(mean=4, shape=2), factors={"lifetime": (0.5, 1.5)}).moved("lifetime", 1)
    assert float(weibull.lifetime.mean()) == pytest.approx(6.0) and float(weibull.lifetime.first) == pytest.approx(2.0)
    log = member(lifetime=Lifetime.lognormal(mean=4, sd=2), factors={"lifetime": (0.5, 1.5)}).moved("lifetime", 1)
    assert float(log.lifetime.mean()) == pytest.approx(6.0)


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = write_one_product(tmp_path)
    write_table(tmp_path, "hibernation_share", "product", "phone,0.5", "1")
    write_table(tmp_path, "hibernation_release", "product", "phone,0.25", "1/yr")
    write_table(tmp_path, "used_export_share", "product", "phone,0.2", "1")
    return name


def counts(collected: np.ndarray, years: np.ndarray = YEARS[2:]) -> pd.DataFrame:
    return pd.DataFrame({
        "product": "phone", "quantity": "collected", "time": years, "value": collected, "unit": "unit/yr",
        "provenance": "read", "source": "TEST",
    })  # fmt: skip


def test_a_constant_share_is_found_again_and_runs(small, tmp_path):
    pool = member().flows()[1][2:]
    noise = 1.0 + 0.02 * np.random.default_rng(1).normal(size=8)
    found = calibrate_collection(counts(0.3 * pool * noise), scenario=small, course="constant")
    one = found["phone"]
    assert one.pool == pytest.approx(pool)
    assert one.low[0] < 0.3 < one.high[0] and one.share[0] == pytest.approx(0.3, rel=0.03)
    (row,) = found.rows()
    assert (row["time"], row["provenance"], row["unit"]) == ("*", "derived", "1")
    folder = found.save(tmp_path / "out", figures=False)
    results = mfa.run(mfa.load_scenario(str(folder / "calibrated.yaml")))
    rate = results.policy["collection_rate"].squeeze().pint.dequantify().values
    assert np.nanmax(np.abs(rate[2:] - one.share[0])) < 1e-9


def test_the_interval_holds_a_known_share_in_nine_of_ten_trials(small):
    pool, rng, held = member().flows()[1][2:], np.random.default_rng(8), 0
    for _ in range(200):
        observed = 0.3 * pool * np.exp(0.05 * rng.normal(size=8))
        found = _fit("constant", observed, None, YEARS[2:].astype(float), [member()], np.arange(2, 10), pool, False)
        held += found.holds(0, float(_logit(0.3)), 0.95)
    assert held >= 180


def test_a_trend_is_told_from_a_constant_and_stays_below_one(small):
    pool = member().flows()[1][2:]
    share = 1.0 / (1.0 + np.exp(-np.linspace(-1.0, 4.0, 8)))
    one = calibrate_collection(counts(share * pool), scenario=small)["phone"]
    assert one.course == "trend" and one.criteria["trend"] < one.criteria["constant"]
    assert one.share == pytest.approx(share, rel=1e-6)
    assert (one.high <= 1.0).all() and (one.low >= 0.0).all()


def test_hibernation_is_told_only_if_the_counts_tell_it(small):
    pool = member().flows()[1][2:]
    exact = calibrate_collection(counts(0.3 * pool), scenario=small, course="constant", hibernation=True)["phone"]
    assert exact.kept == pytest.approx(0.5, abs=1e-3) and exact.share[0] == pytest.approx(0.3, rel=1e-3)
    assert exact.kept_told
    noise = np.exp(0.15 * np.random.default_rng(2).normal(size=8))
    table = counts(0.3 * pool * noise)
    vague = calibrate_collection(table, scenario=small, course="constant", hibernation=True)["phone"]
    assert vague.kept_interval[1] - vague.kept_interval[0] > 0.5
    assert any("not told by these counts" in note for note in vague.notes)


def test_a_hibernation_share_that_is_told_is_written_too(small, tmp_path):
    write_table(tmp_path, "hibernation_share", "product", "phone,0.3", "1")  # the counts say 0.5
    noise = np.exp(0.002 * np.random.default_rng(2).normal(size=8))
    table = counts(0.3 * member().flows()[1][2:] * noise)
    found = calibrate_collection(table, scenario=small, course="constant", hibernation=True)
    (row,) = found.tables()["hibernation_share"]
    assert (row["time"], row["product"], row["provenance"]) == ("*", "phone", "derived")
    assert float(row["low"]) < 0.5 < float(row["high"])
    folder = found.save(tmp_path / "out", figures=False)
    inputs = mfa.load_scenario(str(folder / "calibrated.yaml")).inputs()
    assert float(inputs.arrays["hibernation_share"].max()) == pytest.approx(float(row["value"]))
    vague = calibrate_collection(table, scenario=small, course="constant")
    assert list(vague.tables()) == ["base_collection_rate"]


def test_a_share_for_each_year_follows_the_counts_with_the_bounds_of_the_inputs(small, tmp_path):
    lines = (tmp_path / "tiny" / "used_export_share.csv").read_text().splitlines()
    lines = ["product,value,low,high,unit,provenance,source", "phone,0.2,0.1,0.3,1,estimate,TEST"]
    (tmp_path / "tiny" / "used_export_share.csv").write_text("\n".join(lines) + "\n")
    pool = member().flows()[1][2:]
    one = calibrate_collection(counts(0.3 * pool), scenario=small, course="yearly")["phone"]
    assert one.share == pytest.approx(0.3) and (one.low < 0.3).all() and (one.high > 0.3).all()
    # 2022: direct only; the pool is 400 at the lower bound and 200 at the upper one, 300 between
    assert one.table_limits is not None
    assert one.table_limits[:, 0] == pytest.approx([0.3 * 300 / 400, 0.3 * 300 / 200])
    assert one.low[0] < 0.3 * 300 / 400  # of 95 %, not 90 %


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 5000.0}, "more is collected than reaches its end of life"),
        ({"quantity": "sales"}, "no counts of collected units"),
        ({"time": range(2025, 2033)}, "lie outside of the scenario, 2020-2029"),
        ({"unit": "t/yr"}, "does not fit"),
    ],
)
def test_bad_counts_are_refused(small, change, words):
    table = counts(np.full(8, 100.0)).assign(**{k: list(v) if isinstance(v, range) else v for k, v in change.items()})
    with pytest.raises(InputError, match=words):
        calibrate_collection(table, scenario=small)


def test_rows_of_years_cannot_replace_one_value(small, tmp_path):
    write_table(tmp_path, "base_collection_rate", "product,component", "phone,battery,0.4", "1")
    found = calibrate_collection(counts(np.full(8, 100.0)), scenario=small, course="yearly")
    with pytest.raises(InputError, match="is one value for all years"):
        found.rows()
    assert calibrate_collection(counts(np.full(8, 100.0)), scenario=small, course="constant").rows()[0]["time"] == "*"
