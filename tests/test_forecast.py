"""The forecast from the parameters of 2015, the same inputs through flodym, and the list of checks on the page."""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence.md"
sys.path.insert(0, str(ROOT / "scripts"))

import checks  # noqa: E402
import forecast  # noqa: E402
import same_inputs  # noqa: E402

RENEW = "renew it: make evidence"


def table_of(module: object) -> list[list[str]]:
    """Cells of the lines between the marks of a script."""
    text = PAGE.read_text(encoding="utf-8").split(module.START)[1].split(module.END)[0]  # type: ignore[attr-defined]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "][1:]


def test_nothing_of_later_years_is_left_in_the_cut_tables(tmp_path: Path) -> None:
    folder = forecast.cut_dataset(tmp_path)
    begins_later = 0
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            lines = list(csv.DictReader(stream))
        column = next((name for name in ("time", "cohort") if lines and name in lines[0]), None)
        if column is None:
            continue
        late = [line for line in lines if line[column].isdigit() and int(line[column]) > forecast.CUT]
        if path.stem == "sales":  # the last known, said again for the last year
            known = {(x["product"], x["value"]) for x in lines if x not in late}
            assert {x["time"] for x in late} == {str(forecast.LAST)}
            assert {(x["product"], x["value"]) for x in late} <= known
            continue
        begins_later += len(late)
        keys = [
            name
            for name in lines[0]
            if name in ("product", "component", "chemistry", "element", "route", "origin", "term")
        ]
        series = [tuple(line[key] for key in keys) for line in late]
        assert len(series) == len(set(series)), path.name  # one row, where a series begins later
    assert begins_later > 0


def test_sales_wander_after_the_cut_as_they_did_before() -> None:
    # one product doubles and halves by turns: changes of log 2 and -log 2, a spread of log 2 = 0.69, above the bound
    # of 0.5; the other grows by 1.05 and 1.10 by turns: a spread of log(1.10 / 1.05) / 2 = 0.0233
    years = np.arange(2000, 2025)
    swings = np.where(np.arange(25) % 2, 2.0, 1.0)
    grows = np.cumprod(np.where(np.arange(25) % 2, 1.05, 1.10))
    sales = np.stack([swings, grows], axis=-1)[None, None]
    factors = forecast.wandering(sales, years, 0, 2000)
    assert (factors[:, :, years <= forecast.CUT] == 1.0).all()
    spread = np.log(factors[:, 0, -1]).std(axis=0)  # nine years on: sqrt(9) times that of one
    np.testing.assert_allclose(spread, [3 * 0.5, 3 * np.log(1.10 / 1.05) / 2], rtol=0.06)
    np.testing.assert_array_equal(factors[7:9], forecast.wandering(sales, years, 7, 9))  # a sample is its own


@pytest.fixture(scope="module")
def few() -> tuple[forecast.Forecast, ...]:
    return forecast.found(20)


def test_the_page_has_the_forecasts_of_a_small_setting(few: tuple[forecast.Forecast, ...]) -> None:
    lines = table_of(forecast)
    assert [line[:2] for line in lines] == [[f.row.what, f.row.year] for f in few], RENEW
    for line, found in zip(lines, few, strict=True):
        median = float(re.match(r"[\d. e+-]+", line[4])[0].replace(" ", ""))  # type: ignore[index]
        assert 0.6 < float(np.median(found.values)) / median < 1.7, (line[0], RENEW)
        assert np.isfinite(found.values).all() and (found.values >= 0.0).all()


def test_misses_stay_on_the_page_with_their_reason() -> None:
    lines = table_of(forecast)
    inside = sum(line[7] == "yes" for line in lines)
    assert f"Of {len(lines)} figures {inside} lie in the band" in PAGE.read_text(encoding="utf-8"), RENEW
    assert 0 < inside < len(lines)
    for line in lines:
        public = float(re.match(r"[\d. ]+", line[2])[0].replace(" ", ""))  # type: ignore[index]
        low, high = (float(cell.replace(" ", "")) for cell in line[5:7])
        if min(abs(public / low - 1.0), abs(public / high - 1.0)) > 0.005:  # three digits are shown
            assert (line[7] == "yes") == (low <= public <= high), line
        assert line[7] == "yes" or len(line[8]) > 20 or line[8] == "As above.", line


def test_flodym_agrees_on_the_same_inputs() -> None:
    pytest.importorskip("flodym")
    for found in same_inputs.distances():
        assert found.products > 20 and found.largest < 1e-9
    assert same_inputs.table() in PAGE.read_text(encoding="utf-8"), RENEW


def test_the_checks_on_the_page_exist() -> None:
    text = PAGE.read_text(encoding="utf-8").split(checks.START)[1].split(checks.END)[0]
    listed = re.findall(r"^\| (.*) \| `(tests/[^`]+)` \| (\d+) \|", text, flags=re.M)
    assert len(listed) > 40
    for what, file, cases in listed:
        assert (ROOT / file).is_file(), (file, RENEW)
        assert what and int(cases) > 0
