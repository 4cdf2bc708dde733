"""What matters most to an ensemble: numbers by hand, correlations against scipy, and where they are kept."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import mfa
from mfa.cli import main
from mfa.errors import InputError
from mfa.studies.what_matters import standard_ranks

RATE, YIELD, CONTENT = "base_collection_rate[battery]", "recovery_yield[hydro]", "content[Co]"
KEEP = ["import_requirement", "in_use", "price"]


def cell(table: pd.DataFrame, result: str, element: str) -> pd.DataFrame:
    return table[(table["result"] == result) & (table["element"] == element)].set_index("factor")


def test_elasticities_and_rank_correlations(uncertain_product: str, tmp_path: Path) -> None:
    """The import requirement is 1 - c y: swings of -0.32 and -0.08, see test_sensitivity."""
    found = mfa.ensemble(uncertain_product, 120, 1, keep=KEEP, out=tmp_path / "out", keep_samples=True, jobs=1)
    need = cell(found.what_matters, "import_requirement", "Co")
    assert need.index.tolist() == [RATE, YIELD]  # content does nothing, and has no row
    assert need["swing"].tolist() == pytest.approx([-0.32, -0.08])
    assert need["elasticity"][RATE] == pytest.approx(np.log(0.52 / 0.84) / np.log(3))
    assert (need["factor_low"][RATE], need["factor_high"][RATE]) == pytest.approx((0.2, 0.6))
    assert need["words"][RATE] == "Base collection rate: battery"
    assert need["year"].tolist() == [2029, 2029]  # the last: 2030 and later are not run
    stock = cell(found.what_matters, "in_use", "Co")
    assert stock.index.tolist() == [CONTENT] and stock["elasticity"].tolist() == pytest.approx([1.0])
    samples = found.samples["import_requirement"].sel(time=2029, element="Co").values.ravel()
    for factor in (RATE, YIELD):
        wanted = stats.spearmanr(found.factors[factor], samples).statistic
        assert need["rank_correlation"][factor] == pytest.approx(wanted)
    assert set(found.what_matters["result"]) == {"import_requirement", "in_use"}  # the price does not answer
    text = found.text()
    assert "What matters most to import_requirement 2029" in text
    assert re.search(r"Co +Base collection rate: battery +-32\.0 +-0\.44", text)
    assert "What matters most" in found._repr_html_()


def test_few_samples_tell_no_rank(uncertain_product: str, tmp_path: Path) -> None:
    found = mfa.ensemble(uncertain_product, 40, 1, keep=KEEP, out=tmp_path / "out", jobs=1)
    assert found.what_matters["rank_correlation"].isna().all()
    assert found.what_matters["swing"].notna().all()


def test_nothing_depends_on_processes_or_on_what_else_is_kept(uncertain_product: str, tmp_path: Path) -> None:
    one = mfa.ensemble(uncertain_product, 120, 1, keep=KEEP, out=tmp_path / "one", jobs=1)
    two = mfa.ensemble(uncertain_product, 120, 1, keep=KEEP, out=tmp_path / "two", jobs=2, keep_samples=True, chunk=64)
    files = [(found.folder / "elasticities.csv").read_bytes() for found in (one, two)]
    assert files[0] == files[1]


def test_left_out_on_request(uncertain_product: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = mfa.ensemble(uncertain_product, 4, 1, keep=KEEP, out=tmp_path / "out", elasticities=False)
    assert "What matters" not in found.text()
    with pytest.raises(InputError, match="what matters most was not looked at; run it without --no-elasticities"):
        _ = found.what_matters
    with pytest.raises(InputError, match="is complete, and what matters most to it was not looked at"):
        mfa.ensemble(uncertain_product, 4, 1, keep=KEEP, out=tmp_path / "out")
    words = ["ensemble", uncertain_product, "-n", "4", "--seed", "1", "--keep", ",".join(KEEP), "--out", "out"]
    with pytest.raises(SystemExit) as end:
        main([*words, "--no-elasticities"])
    assert not end.value.code
    assert "What matters" not in capsys.readouterr().out


def test_results_without_elements_have_nothing_to_tell(uncertain_product: str, tmp_path: Path) -> None:
    found = mfa.ensemble(uncertain_product, 4, 1, keep=["public_cost"], out=tmp_path / "out")
    assert found.what_matters.empty and "What matters" not in found.text()


def test_ranks() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 5, (50, 3)).astype(float)
    values[:, 2] = rng.random(50)
    values[7, 1] = np.nan
    found = standard_ranks(values)
    for column in (0, 2):
        ranks = stats.rankdata(values[:, column])
        assert found[:, column] == pytest.approx((ranks - ranks.mean()) / ranks.std())
    assert np.isnan(found[:, 1]).all()
