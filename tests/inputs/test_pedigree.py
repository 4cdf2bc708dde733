"""Pedigree: scores, the ranges that follow from them, and which rows they reach."""

from __future__ import annotations

import math
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa.inputs import InputWarning, load_scenario
from mfa.inputs.pedigree import (
    BASIC,
    FACTORS,
    INDICATORS,
    MATRIX,
    TIME_STEPS,
    log_deviation,
    parse_pedigree,
    pedigree_range,
    time_score,
)
from mfa.inputs.sampling import Uncertainty
from mfa.inputs.sampling.rows import series_with_bounds
from mfa.inputs.tables import Context, read_table
from mfa.vocabulary import PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from japan_dataset import quality  # noqa: E402
from japan_dataset.evidence import Datum  # noqa: E402

HEADER = "region,route,value,low,high,unit,distribution,provenance,pedigree,source,note\n"
scores = st.tuples(*[st.sampled_from([None, 1, 2, 3, 4, 5])] * 5)


@pytest.fixture
def table(tmp_path):
    """Read a table of opex with these rows."""

    def read(*rows: str):
        path = tmp_path / "opex.csv"
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        labels = {"region": ["Japan"], "route": ["pyro", "hydro", "direct"]}
        return read_table(path, PARAMETERS["opex"], Context(labels, "USD_2024", {"X": None}))

    return read


def test_the_matrix_has_a_factor_for_each_score():
    assert set(MATRIX) == set(FACTORS) == set(INDICATORS)
    for found in FACTORS.values():
        assert found[0] == 1.0 and list(found) == sorted(found)


def test_deviation_by_hand():
    """(3, 2, 4, -, 5): logarithms of 1.05, 1.1, 1.02, 1.2 and 2.

    0.04879^2 + 0.09531^2 + 0.01980^2 + 0.18232^2 + 0.69315^2 = 0.52555, half its root 0.36247.
    """
    assert log_deviation(parse_pedigree("3;2;4;-;5")) == pytest.approx(0.36247, abs=1e-5)
    assert log_deviation((1, 1, 1, 1, 1)) == pytest.approx(math.log(BASIC) / 2)


@pytest.mark.parametrize("text", ["", "2;1", "6;-;-;-;-", "2,3,1,1,2", "a;-;-;-;-", "0;-;-;-;-"])
def test_what_is_no_pedigree(text):
    with pytest.raises(ValueError, match="is not five scores"):
        parse_pedigree(text)


@settings(deadline=None)
@given(scores=scores, value=st.floats(1e-6, 1e9))
def test_amounts_keep_their_median(scores, value):
    low, high = pedigree_range(value, scores, 0.0, math.inf)
    assert 0.0 < low < value < high
    assert math.sqrt(low * high) == pytest.approx(value)


@settings(deadline=None)
@given(scores=scores, value=st.floats(1e-6, 1 - 1e-6))
def test_shares_stay_shares(scores, value):
    low, high = pedigree_range(value, scores, 0.0, 1.0)
    assert 0.0 < low < value < high < 1.0


@pytest.mark.parametrize(
    ("value", "lowest", "highest"), [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.0, 0.0, math.inf), (3.0, -math.inf, math.inf)]
)
def test_values_without_a_logarithm_have_no_range(value, lowest, highest):
    assert pedigree_range(value, (5, 5, 5, 5, 5), lowest, highest) is None


def test_a_worse_score_never_narrows():
    for place in range(5):
        found = [log_deviation(tuple(score if i == place else 1 for i in range(5))) for score in range(1, 6)]
        assert found == sorted(found)


def test_bad_scores_are_faults_with_their_line(table):
    found = table("Japan,pyro,100,,,USD_2024/t,,estimate,4;-,X,", "Japan,hydro,100,,,USD_2024/t,,estimate,,X,")
    assert [str(fault) for fault in found.faults] == [
        str(found.faults[0])
    ] and "opex.csv:2 [region=Japan, route=pyro]: pedigree '4;-' is not five scores" in str(found.faults[0])


def test_only_rows_without_a_range_get_one_and_none_where_that_is_refused(table):
    """Value 100, reliability 4: 100 x exp(-+1.645 x 0.09437) = 85.62 to 116.79."""
    found = table(
        "Japan,pyro,100,,,USD_2024/t,,estimate,4;-;-;-;-,X,",
        "Japan,hydro,100,90,130,USD_2024/t,,estimate,5;5;5;5;5,X,",
        "Japan,direct,100,100,100,USD_2024/t,,read,5;5;5;5;5,X,",
    )
    assert not found.faults
    plain = {one.label("route"): one.rows[0] for one in series_with_bounds([found], ["Japan"], "USD_2024", False)}
    assert [plain[route].bounded for route in ("pyro", "hydro", "direct")] == [False, True, False]
    rows = {one.label("route"): one.rows[0] for one in series_with_bounds([found], ["Japan"], "USD_2024")}
    assert (rows["pyro"].low, rows["pyro"].high) == pytest.approx((85.62, 116.79), abs=0.01)
    assert rows["pyro"].scored and not rows["hydro"].scored
    assert (rows["hydro"].low, rows["hydro"].high) == (90.0, 130.0)
    assert not rows["direct"].bounded  # its own range, though of no width, holds


def test_scores_of_japan_follow_the_rule():
    """A figure published in 2024 knows 2024; 2031 is 7 years on: 3. Judgements have no year."""
    read = Datum(1.0, provenance="read", sources=("AUTOWORLD_2024",))
    assert quality.pedigree(read, 2020) == "2;-;1;-;-"
    assert quality.pedigree(read, 2031) == "2;-;3;-;-"
    assert quality.pedigree(read, None) == "2;-;-;-;-"
    assert quality.pedigree(Datum(1.0, sources=("AUTOWORLD_2024", "EXPERT")), 2060) == "4;-;-;-;-"
    assert quality.pedigree(Datum(1.0, provenance="derived", sources=("STOICHIOMETRY",)), 2030) == "3;-;-;-;-"
    assert quality.TIME_STEPS == TIME_STEPS and time_score(7) == 3


def test_a_scenario_can_refuse_them(tmp_path):
    """With the key fewer factors vary, and those that vary all the same keep their ranges."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        plain = Uncertainty(load_scenario("japan-reference").with_changes({"uncertainty.pedigree": False}))
        scored = Uncertainty("japan-reference")
    asked = Uncertainty(load_scenario("japan-reference").with_changes({"uncertainty.pedigree": True}))
    assert asked.names == scored.names and asked.table().equals(scored.table())
    assert set(plain.names) < set(scored.names)
    one, other = plain.table(), scored.table()
    told = one["place"].eq(other.loc[one.index, "place"])
    assert told.mean() > 0.95
    assert np.allclose(one.loc[told, "low"], other.loc[one.index].loc[told, "low"], equal_nan=True)
    base = plain.inputs.arrays["sales"]
    assert scored.inputs.arrays["sales"].identical(base)


def test_the_key_is_true_or_false(tmp_path):
    path = tmp_path / "bad.yaml"
    shutil.copy(ROOT / "scenarios" / "japan-reference.yaml", tmp_path / "copy.yaml")
    path.write_text("name: bad\nbase: japan-reference\nuncertainty: {pedigree: 1}\n", encoding="utf-8")
    from mfa.inputs import validate

    assert any("uncertainty.pedigree = 1 is neither true nor false" in str(fault) for fault in validate([str(path)]))
