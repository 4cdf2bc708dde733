"""Files of all formats: whole or not there, texts that stay texts, the numbers of the run."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.errors import InputError, MfaError
from mfa.report.exports import FORMATS, export_runs
from mfa.report.plain_text import FORMULA_SIGNS, as_text, write_csv
from mfa.report.tables import tidy, write_flows, write_indicators, write_stocks
from mfa.report.workbook import Sheet, write_workbook
from mfa.results import Results
from tests.conftest import make_results

openpyxl = pytest.importorskip("openpyxl")


def test_a_workbook_holds_the_numbers_of_the_run(cars: Results, tmp_path: Path) -> None:
    path = cars.export(tmp_path / "cars.xlsx")
    write_indicators(cars, tmp_path / "indicators.csv")
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["about", "summary", "indicators", "flows", "stocks", "sankey_links", "lca"]
    sheet = pd.read_excel(path, sheet_name="indicators", keep_default_na=False, na_values=[""])
    csv = pd.read_csv(tmp_path / "indicators.csv")
    assert list(sheet.columns) == list(csv.columns)
    np.testing.assert_allclose(sheet["value"].to_numpy(float), csv["value"].to_numpy(float), rtol=1e-15)  # 16 digits
    about = {row[1]: row[2] for row in book["about"].values}
    assert about["scenario"] == "cars" and about["years"] == "2024; 2033"
    summary = pd.read_excel(path, sheet_name="summary").set_index("year")
    assert (
        summary.loc[2030, "import requirement [%]"]
        == cars.summary().loc[("region", "Co", 2030), "import requirement [%]"]
    )


@pytest.mark.parametrize("n_samples", [0, 3])
def test_tidy_tables_are_those_of_the_folder(n_samples: int, tmp_path: Path) -> None:
    results = make_results(n_samples=n_samples, small=True)
    for name, write in (("flows", write_flows), ("stocks", write_stocks), ("indicators", write_indicators)):
        write(results, tmp_path / f"{name}.csv")
        write_csv(tidy(results, name), tmp_path / "tidy.csv")
        assert (tmp_path / "tidy.csv").read_bytes() == (tmp_path / f"{name}.csv").read_bytes()


def test_a_folder_of_csv(cars: Results, tmp_path: Path) -> None:
    folder = cars.export(tmp_path / "cars", "csv")
    assert sorted(path.name for path in folder.iterdir()) == [
        "flows.csv", "indicators.csv", "lca.csv", "sankey_links.csv", "stocks.csv",
    ]  # fmt: skip
    links = pd.read_csv(folder / "sankey_links.csv")
    assert len(links) == len(cars.sankey_links())


def test_netcdf_opens_again_and_says_what_cf_asks(cars: Results, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = cars.export(tmp_path / "cars.nc")
    again = mfa.open_results(path)
    np.testing.assert_array_equal(again.plain("flows")["sales"], cars.plain("flows")["sales"])
    with h5py.File(path) as file:
        assert file.attrs["Conventions"].startswith("CF-1.")
        for group in ("flows", "stocks", "items", "components", "policy", "indicators", "inputs"):
            for name, variable in file[group].items():
                if variable.dtype.kind == "S" or name.startswith("_"):
                    continue
                assert variable.attrs.get("long_name"), f"{group}/{name}"
                if "flag_values" in variable.attrs:
                    assert variable.attrs["flag_values"].dtype == variable.dtype, f"{group}/{name}"
                    assert len(variable.attrs["flag_values"]) == len(variable.attrs["flag_meanings"].split())
                elif group != "inputs" and not variable.is_scale:
                    assert variable.attrs["units"], f"{group}/{name}"


def test_several_runs_in_one_file(cars: Results, reference: Results, tmp_path: Path) -> None:
    path = export_runs([cars, reference], tmp_path / "both.csv", "lca")
    table = pd.read_csv(path)
    assert list(dict.fromkeys(table["scenario"])) == ["cars", "japan-reference"]
    path = export_runs([cars, reference], tmp_path / "lca.xlsx", "lca")
    assert openpyxl.load_workbook(path, read_only=True).sheetnames == ["supply"]


def test_what_does_not_fit_is_refused_and_nothing_is_left(cars: Results, tmp_path: Path) -> None:
    for path, form, message in (
        ("a.csv", None, "does not say it; name a format: iamc, xlsx, csv, netcdf, lca"),
        ("a.csv", "iam", "'iam' is not known; did you mean 'iamc'?"),
        ("a.txt", "iamc", "is no file of the format iamc; end it with .csv or .xlsx"),
        ("nowhere/a.xlsx", None, "cannot be written"),
        ("nowhere/a.nc", None, "cannot be written|Unable to"),
    ):
        with pytest.raises((InputError, OSError), match=message):
            cars.export(tmp_path / path, form)
    with pytest.raises(InputError, match="holds one run"):
        export_runs([cars, make_results(small=True)], tmp_path / "a.nc", "netcdf")
    with pytest.raises(InputError, match="two runs are called cars"):
        export_runs([cars, cars], tmp_path / "a.csv", "lca")
    assert list(tmp_path.iterdir()) == []
    assert set(FORMATS) == {"iamc", "xlsx", "csv", "netcdf", "lca"}


def test_without_openpyxl_the_message_says_what_to_install(
    cars: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    for form in ("xlsx", "iamc", "lca"):
        with pytest.raises(MfaError, match=r"XLSX needs openpyxl.*pip install 'urban-mining-mfa\[xlsx\]'"):
            cars.export(tmp_path / "cars.xlsx", form)
    assert list(tmp_path.iterdir()) == []
    assert cars.export(tmp_path / "cars.csv", "iamc").is_file()  # the others need nothing more


# --- texts -----------------------------------------------------------------------------------------------------------

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "=cmd|' /C calc'!A0"]


def test_no_formula_runs_in_csv(tmp_path: Path) -> None:
    write_csv(
        pd.DataFrame({"name": NASTY, "=head": range(len(NASTY)), "value": [-1.5] * len(NASTY)}), tmp_path / "t.csv"
    )
    read = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert [cell[0] for cell in read["name"]] == ["'"] * len(NASTY)
    assert "'=head" in read.columns
    assert read["value"].tolist() == [-1.5] * len(NASTY)  # numbers stay numbers
    assert [as_text(text)[1:] for text in NASTY] == NASTY
    assert as_text("plain - text") == "plain - text"


def test_no_formula_runs_in_xlsx(tmp_path: Path) -> None:
    rows = [(text, -1.5, None, float("nan"), True) for text in NASTY]
    write_workbook(tmp_path / "t.xlsx", [Sheet("=1+1", ["=head", "value", "none", "nan", "bool"], rows)])
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert sheet["A1"].data_type == "s"
    for row, text in enumerate(NASTY, 2):
        cell = sheet.cell(row, 1)
        assert (cell.data_type, cell.value.strip()) == ("s", text.strip())
        assert cell.quotePrefix
        assert [sheet.cell(row, column).value for column in range(2, 6)] == [-1.5, None, None, True]
    assert set(FORMULA_SIGNS) >= set("=+-@")


def test_a_scenario_named_like_a_formula_is_text_everywhere(cars: Results, tmp_path: Path) -> None:
    attrs = dict(cars.attrs)
    try:
        cars.attrs["scenario"] = "=HYPERLINK(1)"
        cars.attrs["title"] = "@SUM(1)"
        cars.attrs["label_names"] = {"origin": {"A": "+A"}, "element": {"Co": "-Co"}}
        for path in (cars.export(tmp_path / "a.csv", "iamc"), cars.export(tmp_path / "b.csv", "lca")):
            cells = [cell.strip('"') for line in path.read_text("utf-8").splitlines()[1:] for cell in line.split(",")]
            texts = [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not _number(cell)]
            assert texts == []
            assert "'=HYPERLINK(1)" in cells
        book = openpyxl.load_workbook(cars.export(tmp_path / "c.xlsx"))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}  # no formula
        assert any(cell.value == "=HYPERLINK(1)" for cell in cells)
        write_flows(cars, tmp_path / "flows.csv")
        assert (tmp_path / "flows.csv").read_text("utf-8").splitlines()[1].startswith("'=HYPERLINK(1),")
    finally:
        cars.attrs.clear()
        cars.attrs.update(attrs)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_sheets_have_names_that_are_allowed(tmp_path: Path) -> None:
    names = ["a/b:c", "A b c", "x" * 40, "x" * 40, "", "\x01"]
    write_workbook(tmp_path / "t.xlsx", [Sheet(name, ["h"], [("\x07text",)]) for name in names])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["a b c", "A b c 2", "x" * 31, "x" * 29 + " 2", "sheet", "sheet 2"]
    assert book.worksheets[0]["A2"].value == "text"


def test_a_sheet_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa.report.workbook.MOST_ROWS", 3)
    with pytest.raises(InputError, match="has 3 rows, a sheet holds 2; take fewer years or elements, or write CSV"):
        write_workbook(tmp_path / "t.xlsx", [Sheet("s", ["h"], [(1,), (2,), (3,)])])


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    table = pd.DataFrame({"value": [0.1 + 0.2, 1e-300, np.nan], "count": [1, 2, 3]})
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8") == "value,count\n0.30000000000000004,1\n1e-300,2\n,3\n"
