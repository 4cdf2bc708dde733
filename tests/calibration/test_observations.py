"""Tables of observations: what is read, and every fault with its place and how to mend it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mfa.calibration.lifetime import calibrate_lifetime
from mfa.calibration.observations import read_observations
from mfa.errors import InputError

HEADER = "product,quantity,time,cohort,age,value,low,high,unit,provenance,source\n"
GOOD = """bev,sales,2019,,,90,,,unit/yr,read,IEA
bev,sales,2020,,,100,,,unit/yr,read,IEA
bev,stock,2020,,,150,140,160,unit,read,IEA
"""


def table(folder: Path, rows: str, header: str = HEADER) -> Path:
    path = folder / "counts.csv"
    path.write_text(header + rows)
    return path


def faults(path: Path, **known: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_observations(path, **known)  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


def test_rows_are_read_in_canonical_units(tmp_path):
    rows = "bev,sales,2020,,,2,,,kunit/yr,read,IEA\nbev,stock,2020,,3,1.5,1,2,kunit,derived,IEA;JAMA\n"
    found = read_observations(table(tmp_path, rows)).products
    assert [one.label for one in found] == ["bev"] and found[0].sources() == ("IEA", "JAMA")
    stock = found[0].of("stock")[0]
    assert (stock.value, stock.low, stock.high, stock.year, stock.cohort) == (1500.0, 1000.0, 2000.0, 2020, 2017)
    assert stock.error == pytest.approx(1000.0 / 3.28971, rel=1e-5)  # 5 and 95 % of a normal: 2 x 1.645 sd apart


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("bev,sale,2021,,,1,,,unit/yr,read,IEA", ("unknown quantity 'sale'", "sales")),
        ("bev,stock,2021,,,1,,,t,read,IEA", ("does not fit", "stock is counted in unit")),
        ("bev,sales,2021,,,-3,,,unit/yr,read,IEA", ("value = -3 is negative",)),
        ("bev,sales,2021,,,,,,unit/yr,read,IEA", ("value missing", "give the count")),
        ("bev,sales,2021,,,n.a.,,,unit/yr,read,IEA", ("value 'n.a.' is not a number",)),
        ("bev,sales,2021,,,nan,,,unit/yr,read,IEA", ("is not a finite number",)),
        ("bev,sales,21,,,1,,,unit/yr,read,IEA", ("time '21' is not a calendar year",)),
        ("bev,sales,2021,2020,,1,,,unit/yr,read,IEA", ("sales has no cohort",)),
        ("bev,stock,2021,2022,,1,,,unit,read,IEA", ("cohort 2022 lies after time 2021",)),
        ("bev,stock,2021,,x,1,,,unit,read,IEA", ("age 'x' is not a whole number",)),
        ("bev,stock,2021,2020,1,1,,,unit,read,IEA", ("a cohort and an age",)),
        ("bev,stock,2021,,,1,3,2,unit,read,IEA", ("low = 3 is above high = 2",)),
        ("bev,stock,2021,,,9,3,4,unit,read,IEA", ("outside low to high",)),
        ("bev,stock,2021,,,1,,,unit,guessed,IEA", ("unknown provenance 'guessed'",)),
        ("bev,stock,2021,,,1,,,unit,read,", ("source missing",)),
        ("bev,stock,2021,,,1,,,unit,read,JAMA", ("unknown source 'JAMA'", "references.bib")),
        ("bevv,stock,2021,,,1,,,unit,read,IEA", ("unknown product 'bevv'", "did you mean 'bev'")),
        ("bev+bev,stock,2020,,,1,,,unit,read,IEA", ("'bev+bev' names a product twice",)),
        ("bev,stock,2020,,,1,,,unit,read,IEA", ("the same count stands in line 4",)),
    ],
)
def test_a_row_at_fault_is_named_with_its_place(tmp_path, row, words):
    found = faults(table(tmp_path, GOOD + row + "\n"), products=["bev", "phev"], sources={"IEA"})
    assert len(found) == 1 and "counts.csv:5" in found[0], found
    for word in words:
        assert word in found[0]


def test_all_faults_are_told_at_once(tmp_path):
    found = faults(table(tmp_path, GOOD + "bev,stock,2021,,,-1,,,t,read,IEA\nbev,sold,2021,,,x,,,unit/yr,read,IEA\n"))
    assert len(found) == 4  # negative and its unit; quantity and its value


def test_columns_at_fault_are_named(tmp_path):
    found = faults(table(tmp_path, "bev,sales,2020,1\n", "product,quantity,year,value\n"))
    assert any("unknown column 'year'" in fault and "name it 'time'" in fault for fault in found)
    assert any("time, unit, provenance, source missing" in fault for fault in found)


def test_a_gap_in_the_sales_is_a_fault(tmp_path):
    rows = "".join(f"bev,sales,{year},,,5,,,unit/yr,read,IEA\n" for year in (2015, 2016, 2019))
    assert "sales of 2017, 2018 missing" in faults(table(tmp_path, rows))[0]


def test_a_workbook_is_read_as_the_file_would_be(tmp_path):
    pytest.importorskip("openpyxl")
    path = table(tmp_path, GOOD)
    frame = pd.read_csv(path)
    with pd.ExcelWriter(tmp_path / "counts.xlsx") as book:
        frame.to_excel(book, sheet_name="observations", index=False)
        frame.to_excel(book, sheet_name="about", index=False)
    from_file, from_book = (read_observations(tmp_path / name).products[0] for name in ("counts.csv", "counts.xlsx"))
    assert [(one.year, one.value, one.low) for one in from_file.of("stock")] == [
        (one.year, one.value, one.low) for one in from_book.of("stock")
    ]
    frame.loc[0, "value"] = -1
    frame.to_excel(tmp_path / "wrong.xlsx", sheet_name="counts", index=False)
    assert "sheet counts, cell F2" in faults(tmp_path / "wrong.xlsx")[0]


# --- counts that tell no lifetime -----------------------------------------------------------------------------------


def rows_of(quantity: str, values: dict[int, float], unit: str) -> str:
    return "".join(f"bev,{quantity},{year},,,{value},,,{unit},read,IEA\n" for year, value in values.items())


def lifetime_faults(tmp_path: Path, rows: str, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        calibrate_lifetime(table(tmp_path, rows), scenario=None, **options)  # type: ignore[arg-type]
    return [str(fault) for fault in caught.value.faults]


SALES = rows_of("sales", dict.fromkeys(range(2010, 2016), 100.0), "unit/yr")


def test_a_stock_above_all_sales_is_refused(tmp_path):
    # 300 sold until 2012, 400 in use
    (fault,) = lifetime_faults(tmp_path, SALES + rows_of("stock", {2012: 400.0, 2013: 390.0}, "unit"))
    assert "counts.csv:8" in fault and "stock is above all sales so far in 2012" in fault
    assert "400 units at the end of 2012, 300 sold" in fault and "imported" in fault


def test_more_discards_than_sales_are_refused(tmp_path):
    (fault,) = lifetime_faults(tmp_path, SALES + rows_of("discards", {2010: 90.0, 2011: 150.0}, "unit/yr"))
    assert "discards until 2011 add up to 240 units, 200 were sold until then" in fault


def test_a_cohort_that_grows_is_refused(tmp_path):
    rows = SALES + "bev,stock,2014,2011,,80,,,unit,read,IEA\nbev,stock,2015,2011,,120,,,unit,read,IEA\n"
    (fault,) = lifetime_faults(tmp_path, rows)
    assert "120 units of cohort 2011 are in use in 2015, 80 before" in fault


def test_too_few_values_say_what_is_missing_and_what_can_be_said(tmp_path):
    (fault,) = lifetime_faults(tmp_path, SALES + rows_of("stock", {2015: 400.0}, "unit"), families=["weibull"])
    assert "too few values (1 of stock) to tell 2 terms" in fault and "at least 3 values" in fault
    assert "the mean alone" in fault and "fix shape=2.5" in fault


def test_with_a_held_shape_and_a_known_error_one_value_tells_the_mean(tmp_path):
    rows = SALES + "bev,stock,2015,,,400,380,420,unit,read,IEA\n"
    found = calibrate_lifetime(table(tmp_path, rows), fix={"shape": 2.5}, scenario=None)["bev"]
    assert float(found.blocks[0].expected(found.chosen.fit.theta)[0]) == pytest.approx(400.0, rel=1e-6)
    low, high = found.chosen.interval("mean", 0.9)
    for end, wanted in ((low, 380.0), (high, 420.0)):  # one value, one term: the ends are those of the value
        assert float(found.blocks[0].expected(np.log([end]))[0]) == pytest.approx(wanted, abs=0.2)


def test_a_series_that_ends_before_anything_leaves_tells_no_mean(tmp_path):
    stock = rows_of("stock", {2010 + t: 100.0 * (t + 1) * (1 - 0.002 * (-1) ** t) for t in range(6)}, "unit")
    (fault,) = lifetime_faults(tmp_path, SALES + stock)
    assert (
        "the mean lifetime cannot be told" in fault and "what can be said:" in fault and "in use at that age" in fault
    )


def test_discards_by_age_without_sales_say_their_mean_age(tmp_path):
    rows = "bev,discards,2020,,4,10,,,unit/yr,read,IEA\nbev,discards,2020,,6,10,,,unit/yr,read,IEA\n"
    (fault,) = lifetime_faults(tmp_path, rows)
    assert "no sales" in fault and "mean age of these discards is 5 yr" in fault


def test_a_table_of_stock_by_cohort_of_two_years_needs_no_sales(tmp_path):
    from mfa.lifetimes import Lifetime

    sf = Lifetime.weibull(mean=10, shape=2).sf([a + 0.5 for a in range(30)]).values
    rows = "".join(
        f"bev,stock,{2020 + k},{2020 - a},,{1e6 * sf[a + k]:.1f},,,unit,read,IEA\n"
        for a in range(0, 25)
        for k in (0, 2)
    )
    found = calibrate_lifetime(table(tmp_path, rows), families=["weibull"], scenario=None)["bev"]
    assert found.chosen.terms["mean"] == pytest.approx(10.0, rel=1e-3)
    assert found.chosen.terms["shape"] == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "nothing that tells a lifetime was counted"),
        (rows_of("stock", {2017: 300.0}, "unit"), "sales end in 2015, but stock of 2017 is given"),
        (rows_of("mean_age", {2015: 9.0}, "yr"), "mean age 9 yr in 2015 is above that of the oldest unit sold, 6 yr"),
        (rows_of("stock", {2008: 30.0}, "unit"), "counts of 2008 lie before the first sales, of 2010"),
        (rows_of("stock", {2012: 250.0, 2013: 300.0, 2014: 340.0}, "unit") + rows_of("mean_age", {2014: 2.0}, "yr"),
         "1 value of mean_age beside other counts: their weight cannot be told"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told(tmp_path, rows, words):
    found = lifetime_faults(tmp_path, SALES + rows)
    assert any(words in fault for fault in found), found


def test_options_at_fault_are_told_together():
    with pytest.raises(InputError) as caught:
        calibrate_lifetime("none.csv", method="magic", timing="noon", coverage=2.0, level=5.0, scenario=None)
    assert len(caught.value.faults) == 4
    with pytest.raises(InputError, match="a fixed lifetime has no scatter"):
        calibrate_lifetime("none.csv", families=["fixed"], scenario=None)
    with pytest.raises(InputError, match="no family that is fitted has shape and sd"):
        calibrate_lifetime("none.csv", fix={"shape": 2.0, "sd": 3.0}, scenario=None)
