"""What is written: rows in the form of the parameter tables, laid over a dataset by a scenario that runs."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.calibration.lifetime import calibrate_lifetime
from mfa.lifetimes import Lifetime
from tests.calibration.synthetic import draw, frame
from tests.studies.one_product import write_one_product

YEARS = range(2020, 2030)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A country of one product, 1000 phones a year for 10 years, and its phones in use by a lifetime of 3 years."""
    monkeypatch.chdir(tmp_path)
    return write_one_product(tmp_path)


def phone_counts(lifetime: Lifetime, rng: np.random.Generator) -> pd.DataFrame:
    sales = np.full(10, 1000.0)
    sf = lifetime.sf(np.arange(10) + 0.5).values
    stock = np.array([sales[: t + 1] @ sf[t::-1] for t in range(10)]) * (1.0 + 0.005 * rng.normal(size=10))
    rows = [("sales", year, 1000.0, "unit/yr") for year in YEARS]
    rows += [("stock", year, float(value), "unit") for year, value in zip(YEARS, stock, strict=True)]
    table = pd.DataFrame(rows, columns=["quantity", "time", "value", "unit"])
    table[["product", "provenance", "source"]] = ["phone", "read", "TEST"]
    return table


def test_the_written_folder_runs_and_gives_the_observed_series(small, tmp_path):
    counts = phone_counts(Lifetime.weibull(mean=3.0, shape=2.0), np.random.default_rng(4))
    path = tmp_path / "counts.csv"
    counts.to_csv(path, index=False)
    (tmp_path / "references.bib").write_text("@misc{TEST,\n  title = {Made up for the tests}\n}\n")
    found = calibrate_lifetime(path, families=["weibull", "lognormal"], scenario=small)
    folder = found.save(tmp_path / "out", figures=False)
    with open(folder / "dataset" / "lifetime.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["term"] for row in rows] == ["mean", {"weibull": "shape", "lognormal": "sd"}[rows[0]["survival"]]]
    for row in rows:
        assert row["provenance"] == "derived" and row["source"] == "TEST" and "stock 2020-2029" in row["note"]
        assert float(row["low"]) < float(row["value"]) < float(row["high"])
    low, high = found["phone"].chosen.interval("mean", 0.9)
    assert (float(rows[0]["low"]), float(rows[0]["high"])) == pytest.approx((low, high))

    base, calibrated = mfa.run(mfa.load_scenario(small)), mfa.run(mfa.load_scenario(str(folder / "calibrated.yaml")))
    units = calibrated.items["stock_units"].squeeze().pint.dequantify().values
    np.testing.assert_allclose(units, found.fitted()["fitted"].to_numpy(), rtol=1e-9)
    observed = counts[counts["quantity"] == "stock"]["value"].to_numpy()
    assert np.abs(units / observed - 1.0).max() < 0.02
    assert not np.allclose(base.items["stock_units"].squeeze().pint.dequantify().values, units)


def test_another_family_replaces_that_of_japan(tmp_path):
    """Japan has hybrids as Weibull and bev by cohort: the rows replace either, and the scenario is sound."""
    one = draw("ages", Lifetime.normal(mean=12, sd=4), np.random.default_rng(3))
    found = calibrate_lifetime(frame(one), families=["normal"])
    folder = found.save(tmp_path / "out", figures=False)
    inputs = mfa.load_scenario(str(folder / "calibrated.yaml")).inputs()
    code, first, second = (part.sel(product="bev") for part in inputs.arrays["lifetime"].canonical())
    assert (code.values == 2).all()  # normal, all cohorts
    assert np.unique(first.values) == pytest.approx(found["bev"].chosen.terms["mean"], rel=1e-9)
    assert np.unique(second.values) == pytest.approx(found["bev"].chosen.terms["sd"], rel=1e-9)
    assert (folder / "dataset" / "references.bib").read_text().startswith("@")


def test_a_trend_over_the_cohorts_runs_and_gives_the_fitted_series(small, tmp_path):
    counts = phone_counts(Lifetime.weibull(mean=3.0, shape=2.0), np.random.default_rng(4))
    counts.to_csv(tmp_path / "counts.csv", index=False)
    (tmp_path / "references.bib").write_text("@misc{TEST,\n  title = {Made up for the tests}\n}\n")
    found = calibrate_lifetime(tmp_path / "counts.csv", families=["weibull"], trend=True, scenario=small)
    folder = found.save(tmp_path / "out")
    results = mfa.run(mfa.load_scenario(str(folder / "calibrated.yaml")))
    units = results.items["stock_units"].squeeze().pint.dequantify().values
    np.testing.assert_allclose(units, found.fitted()["fitted"].to_numpy(), rtol=1e-6)


def test_products_counted_together_get_rows_each(tmp_path):
    table = frame(draw("ages", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(3)))
    table["product"] = "hev_nimh+hev_liion"
    rows = calibrate_lifetime(table, fix={"shape": 2.5}).rows()
    assert [(row["product"], row["term"]) for row in rows] == [
        ("hev_nimh", "mean"), ("hev_nimh", "shape"), ("hev_liion", "mean"), ("hev_liion", "shape"),
    ]  # fmt: skip
    assert rows[1]["low"] == rows[1]["high"] == "" and rows[1]["note"].startswith("held and not fitted")


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    found = calibrate_lifetime(
        frame(draw("ages", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(3))), families=["weibull"]
    )
    with pytest.raises(mfa.MfaError, match="is not the folder of a calibration"):
        found.save(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    found.save(tmp_path / "new", figures=False)
    found.save(tmp_path / "new", figures=False)  # its own folder is replaced
