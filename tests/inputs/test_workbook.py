"""Workbooks as datasets: what is written is read back to the last digit, and every fault names its sheet and cell."""

from __future__ import annotations

import builtins
import datetime
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs import validate
from mfa.inputs.dataset import open_dataset
from mfa.inputs.template import sheet_titles, write_template
from mfa.inputs.workbook import open_workbook

openpyxl = pytest.importorskip("openpyxl")

FEW = ("lifetime", "opex", "route_eligible", "collection_quota_base", "component_lifetime")
HEADER = 4
"""Row of the header of a table: three rows of notes stand above it."""


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with a few tables of Japan: lifetimes, numbers, truth values, words, a long name."""
    return write_template(open_dataset("japan"), tmp_path_factory.mktemp("book") / "few.xlsx", FEW)


def edited(few: Path, folder: Path, *changes: tuple[str, str, Any]) -> Path:
    """A copy of the workbook with some cells changed: (sheet, cell, value)."""
    book = openpyxl.load_workbook(few)
    for sheet, cell, value in changes:
        book[sheet][cell] = value
    path = folder / "my.xlsx"
    book.save(path)
    return path


def faults_of(path: Path) -> list[str]:
    return [f"{fault.where.rpartition('my.xlsx')[2]}: {fault.what}" for fault in validate([path])]


def test_all_tables_of_japan_make_the_same_inputs(tmp_path: Path) -> None:
    japan = open_dataset("japan")
    path = write_template(japan, tmp_path / "all.xlsx")
    book = open_dataset(str(path))
    assert [file.stem for file in book.table_files()] == [file.stem for file in japan.table_files()]
    assert book.label_names() == japan.label_names()
    assert (book.money, book.first_year, book.last_year, book.title) == (
        japan.money, japan.first_year, japan.last_year, japan.title,
    )  # fmt: skip
    for mine, theirs in zip(book.table_files(), japan.table_files(), strict=True):
        ours, original = book.table(mine), japan.table(theirs)
        assert not ours.faults
        assert (ours.keys, ours.years, ours.terms, ours.units) == (
            original.keys, original.years, original.terms, original.units,
        ), mine.stem  # fmt: skip
        np.testing.assert_array_equal(ours.values, original.values)  # to the last digit
        at = [ours.header.index(column) for column in ("provenance", "source", "note") if column in ours.header]
        assert [[row[i] for i in at] for row in ours.cells] == [[row[i] for i in at] for row in original.cells]
    inputs = mfa.load_scenario({"name": "book", "base": "japan-vision", "dataset": str(path)}).inputs()
    expected = mfa.load_scenario("japan-vision").inputs()
    assert inputs.labels == expected.labels
    for name, array in expected.arrays.items():
        if hasattr(array, "values"):
            np.testing.assert_array_equal(inputs.arrays[name].values, array.values, err_msg=name)


def test_a_workbook_over_a_folder_replaces_rows_with_the_same_keys(few: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(few)["opex"]
    header = [cell.value for cell in sheet[HEADER]]
    route, old = sheet.cell(HEADER + 1, header.index("route") + 1).value, sheet.cell(5, header.index("value") + 1)
    high = sheet.cell(5, header.index("high") + 1)
    path = edited(few, tmp_path, ("opex", old.coordinate, old.value * 2), ("opex", high.coordinate, old.value * 3))
    scenario = mfa.load_scenario({"name": "dear", "base": "japan-reference", "dataset": ["japan", str(path)]})
    before = mfa.load_scenario("japan-reference").inputs().arrays["opex"]
    after = scenario.inputs().arrays["opex"]
    other = [label for label in before.route.values if label != route]
    np.testing.assert_array_equal(after.sel(route=route).values, 2 * before.sel(route=route).values)
    np.testing.assert_array_equal(after.sel(route=other).values, before.sel(route=other).values)


def test_faults_name_sheet_and_cell_all_at_once(few: Path, tmp_path: Path) -> None:
    columns = {
        name: {cell.value: cell.column_letter for cell in openpyxl.load_workbook(few)[name][HEADER]}
        for name in ("opex", "lifetime")
    }
    opex, life = columns["opex"], columns["lifetime"]
    path = edited(
        few, tmp_path,
        ("opex", f"{opex['unit']}5", "kg"),
        ("opex", f"{opex['value']}6", "cheap"),
        ("opex", f"{opex['source']}7", "nobody_2020"),
        ("opex", f"{opex['note']}8", datetime.date(2026, 1, 1)),
        ("lifetime", f"{life['product']}5", "hoverboard"),
        ("lifetime", f"{life['value']}6", -3),
    )  # fmt: skip
    found = faults_of(path)
    for sheet, cell, what in (
        ("opex", f"{opex['unit']}5", "unit 'kg'"), ("opex", f"{opex['value']}6", "value 'cheap' is not a number"),
        ("opex", f"{opex['source']}7", "unknown source 'nobody_2020'"),
        ("opex", f"{opex['note']}8", "is a datetime, not a text or number"),
        ("lifetime", f"{life['product']}5", "unknown product 'hoverboard'"),
        ("lifetime", f"{life['value']}6", "value = -3 is not a positive number"),
        ("lifetime", f"{life['value']}6", "the value lies outside low to high"),
    ):  # fmt: skip
        assert any(line.startswith(f", sheet {sheet}, cell {cell}") and what in line for line in found), (cell, found)
    assert len(found) == 7, "\n".join(found)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (("opex", "A4", "land"), "sheet opex, cell A4", "unknown column 'land'"),
        (("labels", "A4", "planet"), "sheet labels, row 4", "unknown dimension 'planet'"),
        (("dataset", "B3", "yen"), "sheet dataset", "mfa.money 'yen' has no year"),
        (("dataset", "A3", "coin"), "sheet dataset, cell A3", "unknown key 'coin'"),
        (("contents", "A2", "nowhere"), "sheet contents, cell A2", "there is no sheet 'nowhere'"),
        (("sources", "A3", "two words"), "sheet sources, cell A3", "cannot be the key"),
    ],
)
def test_faults_of_the_other_sheets(
    few: Path, tmp_path: Path, change: tuple[str, str, str], where: str, what: str
) -> None:
    found = faults_of(edited(few, tmp_path, change))
    assert any(where in line and what in line for line in found), found


def test_a_formula_counts_as_the_value_saved_and_an_error_of_it_is_a_fault(few: Path, tmp_path: Path) -> None:
    path = edited(few, tmp_path)
    sheet = openpyxl.load_workbook(path)["opex"]
    column = next(cell.column_letter for cell in sheet[HEADER] if cell.value == "value")
    book = openpyxl.load_workbook(path)
    cell = book["opex"][f"{column}5"]
    cell.value, cell.data_type = "#DIV/0!", "e"
    book.save(path)
    assert f", sheet opex, cell {column}5: the formula gives #DIV/0!" in faults_of(path)


def test_texts_that_look_like_formulas_stay_texts(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "labels.csv").write_text(
        "dimension,label,name,group,per_unit,note\nregion,here,Here,,,=1+1\nroute,hydro,=cmd,,,\n", encoding="utf-8"
    )
    (folder / "opex.csv").write_text(
        "route,value,unit,provenance,source,note\nhydro,1.5,USD_2024/t,estimate,EXPERT,=HYPERLINK(1)\n",
        encoding="utf-8",
    )
    path = write_template(open_dataset(str(folder)), tmp_path / "small.xlsx")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]
    assert open_dataset(str(path)).labels["region"]["here"].note == "=1+1"


def test_what_is_no_workbook_is_refused(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, other, large = tmp_path / "text.xlsx", tmp_path / "old.xls", tmp_path / "large.xlsx"
    text.write_text("region,value\n", encoding="utf-8")
    other.write_bytes(b"\xd0\xcf\x11\xe0")
    large.write_bytes(few.read_bytes())
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(InputError, match="is not an Excel workbook"):
        open_dataset(str(text))
    with pytest.raises(InputError, match="save it as Excel workbook"):
        open_dataset(str(other))
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        open_dataset(str(damaged))
    monkeypatch.setattr("mfa.inputs.workbook.MOST_BYTES", 1000)
    with pytest.raises(InputError, match="too large for a dataset"):
        open_dataset(str(large))


def test_without_openpyxl_the_extra_is_named(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "copy.xlsx"
    path.write_bytes(few.read_bytes())
    true_import = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == "openpyxl":
            raise ImportError(name)
        return true_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"urban-mining-mfa\[xlsx\]"):
        open_dataset(str(path))
    with pytest.raises(InputError, match=r"urban-mining-mfa\[xlsx\]"):
        write_template(open_dataset("japan"), tmp_path / "new.xlsx", ["opex"])
    assert not (tmp_path / "new.xlsx").exists()


def test_template_refuses_what_it_cannot_write(few: Path, tmp_path: Path) -> None:
    japan = open_dataset("japan")
    with pytest.raises(InputError) as caught:
        write_template(japan, few, ["opexx", "stock_target"])
    whole = str(caught.value)
    assert "exists, and may have been edited" in whole and "did you mean 'opex'?" in whole
    with pytest.raises(InputError, match="let it end in .xlsx"):
        write_template(japan, tmp_path / "data.csv")
    with pytest.raises(InputError, match="its folder does not exist"):
        write_template(japan, tmp_path / "no" / "data.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_changed_workbook_is_read_again(few: Path, tmp_path: Path) -> None:
    path = edited(few, tmp_path)
    first = open_workbook(path)
    assert open_workbook(path) is first
    edited(few, tmp_path, ("labels", "C4", "another name, to change the size of the file"))
    assert open_workbook(path) is not first


def test_titles_of_sheets_are_short_and_their_own() -> None:
    # 40 letters that differ in the last: cut to 31, and numbered
    names = ["x" * 39 + end for end in "abc"] + ["Sales", "sales"]
    titles = sheet_titles(names)
    assert [len(title) for title in titles.values()] == [30, 30, 30, 5, 7]
    assert len({title.casefold() for title in titles.values()}) == len(names)
