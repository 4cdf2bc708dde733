"""The report on a comparison: every number is a cell of its table; from runs, from a folder, from what is common."""

from __future__ import annotations

import json
import math
import shutil
import warnings
from pathlib import Path

import pandas as pd
import pytest

import mfa
import mfa.cli
from mfa.errors import InputError
from mfa.inputs import InputWarning
from mfa.report.comparison_folder import read_comparison
from mfa.report.document.content import Document, Figure, Notice, Points, Spread
from mfa.report.document.of_comparison import comparison_document
from mfa.report.formats.html import to_html
from mfa.storage.checksums import seal
from mfa.studies.compare import Comparison
from tests.report.test_netcdf import lamps

CASES = ["japan-market", "japan-vision", "japan-heavy-rare-earth-ban", "japan-heavy-rare-earth-ban-vision"]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        return mfa.compare(CASES, elements=["Co", "Dy"], detail="totals")


@pytest.fixture(scope="module")
def folder(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return comparison.save(tmp_path_factory.mktemp("compared") / "compared", figures=False)


@pytest.fixture(scope="module")
def document(comparison: Comparison) -> Document:
    return comparison_document(comparison)


def check(document: Document, table: pd.DataFrame) -> int:
    """Compare all numbers with the rows of the table of the comparison; how many there were."""
    known = {
        (row.scenario, row.element, row.indicator, row.first_year, row.last_year): row
        for row in table.itertuples(index=False) if row.product == ""
    }  # fmt: skip
    spans = {key[2:]: None for key in known}
    count = 0
    for found in document.tables():
        for row in found.rows:
            at = {**found.at, **{c.dim: cell for c, cell in zip(found.columns, row, strict=True) if c.dim}}
            for column, cell in zip(found.columns, row, strict=True):
                if not column.same_as or cell is None:
                    continue
                place = {**at, **column.at}
                indicator, _, kind = column.same_as.partition(".")
                if "time" in place:
                    span = (place["time"], place["time"])
                else:
                    span = next(key[1:] for key in spans if key[0] == indicator)
                key = (place["scenario"], place["element"], indicator, *span)
                if key not in known:  # a year of a figure that the table does not show
                    assert found.name == "courses_numbers"
                    continue
                wanted = getattr(known[key], kind)
                value = cell.value if isinstance(cell, Spread) else cell
                assert value == pytest.approx(wanted, rel=1e-12, nan_ok=True), (found.name, column.head, key)
                count += 1
    return count


def test_every_number_is_a_cell_of_the_table(document: Document, comparison: Comparison) -> None:
    assert check(document, comparison.table) > 500
    figures = [block for block in document.walk() if isinstance(block, Figure)]
    assert {figure.name for figure in figures} == {"courses", "cost_change"}
    levels = next(table for table in document.tables() if table.name == "levels")
    assert len(levels.rows) == len(CASES) * len(comparison.setting.shown)


def test_a_folder_tells_the_same(document: Document, folder: Path) -> None:
    again = comparison_document(read_comparison(folder))
    assert check(again, pd.read_csv(folder / "comparison.csv", keep_default_na=False, na_values={
        "value": [""], "difference": [""], "base_value": [""]})) > 500  # fmt: skip
    own = {table.name: table for table in document.tables()}
    for table in again.tables():
        if table.name not in ("courses_numbers", "hashes"):
            assert list(table.written_rows(brief=False)) == list(own[table.name].written_rows(brief=False))
    assert [s.title for s in again.sections] == [s.title for s in document.sections]


def test_sentences_say_what_changes(document: Document, comparison: Comparison) -> None:
    said = {
        item.lead: item.text
        for block in document.sections[0].blocks
        if isinstance(block, Points)
        for item in block.items
    }
    vision = said["Japan, all recycling policies together (japan-vision)"]
    cell = comparison.select("import_requirement", scenario="japan-vision", element="Dy", year=2040).iloc[0]
    assert (
        f"dysprosium most, {100 * cell['value']:.0f} % of the need, {-100 * cell['difference']:.0f} points less"
        in vision
    )
    assert "Public cost rises by" in vision
    ban = said["Japan, China stops heavy rare earths, 2030-2031 (japan-heavy-rare-earth-ban)"]
    assert "which is no gain" in ban and "Under the shock of 2030 to 2031" in ban
    notices = [block.text for block in document.walk() if isinstance(block, Notice)]
    assert any("meet different shocks" in text for text in notices)


def test_wrong_labels_are_refused(comparison: Comparison) -> None:
    with pytest.raises(InputError) as caught:
        comparison_document(comparison, region="Mars", elements=["Li"], year=2033)
    assert len(caught.value.faults) == 3


def run(folder: Path, *elements: str, years: range = range(2020, 2026)) -> Path:
    """A saved run of a small system with some elements."""
    import xarray as xr

    arrays = lamps()
    content = arrays["content"].pint.dequantify().sel(element="Co", drop=True)
    arrays["content"] = mfa.quantify(xr.concat([content] * len(elements), dim="element").assign_coords(
        element=list(elements)).transpose("product", "component", "chemistry", "element"), "t/unit")  # fmt: skip
    arrays["recovery_yield"] = xr.DataArray(
        [[0.9]] * len(elements), coords={"element": list(elements), "route": ["hydro"]}, dims=("element", "route")
    )
    inputs = mfa.Inputs(arrays, years=years, attrs={"scenario": folder.name})
    return mfa.run(inputs).save(folder, figures=False)


def call(*arguments: str) -> int:
    try:
        mfa.cli.main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_runs_with_other_elements_or_versions_are_compared_in_what_is_common(tmp_path: Path) -> None:
    one, other = run(tmp_path / "one", "Co", "Ni"), run(tmp_path / "other", "Co", "Li")
    record = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps({**record, "version": "9.9"}))
    seal(other)
    assert call("report", str(one), str(other), "-o", str(tmp_path / "out"), "-q") == 0
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "left out are Ni of one; Li of other" in text
    assert f"{other} 9.9" in text
    assert "<h3>Cobalt</h3>" in text and "<h3>Nickel</h3>" not in text


@pytest.mark.parametrize(
    "elements, years, words",
    [
        (("Li",), range(2020, 2026), "the runs have no element in common"),
        (("Co",), range(2020, 2030), "2020-2029"),
    ],
)
def test_runs_that_have_too_little_in_common_are_refused(
    elements: tuple[str, ...], years: range, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = run(tmp_path / "one", "Co"), run(tmp_path / "other", *elements, years=years)
    assert call("report", str(one), str(other), "-o", str(tmp_path / "out"), "-q") == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_comparison_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "old")
    record = json.loads((tmp_path / "old" / "compare.json").read_text())
    del record["run_years"]
    (tmp_path / "old" / "compare.json").write_text(json.dumps(record))
    seal(tmp_path / "old")
    with pytest.raises(InputError, match="is no folder of a comparison of this version"):
        read_comparison(tmp_path / "old")
    assert not math.isnan(read_comparison(folder).table["value"].iloc[0])


def test_the_page_of_a_comparison(document: Document) -> None:
    text = to_html(document)
    assert "Import requirement by scenario" in text and "<script" not in text
