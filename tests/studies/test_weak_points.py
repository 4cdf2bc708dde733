"""The estimates that matter most: effects by hand, what counts as an estimate, the command."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mfa.cli
from mfa.report.weak_points_text import weak_points_text
from mfa.studies.one_at_a_time import OneAtATime
from mfa.studies.weak_points import COLUMNS, WEAK, WeakPoints, effects, weak_points

RESULTS = ["eol_recycling_rate[Co, 2030]", "import_requirement[Co, 2030]"]


def estimate(base, low, high, elasticity, ends) -> OneAtATime:
    names = [f"f{i}" for i in range(len(low))]
    return OneAtATime(names, *(np.array(values, dtype=float) for values in (base, low, high, elasticity, ends)))


def test_effects_by_hand():
    """Elasticity 2 over 1 to e: effect 2; elasticity -1 over 1 to e^3: effect 3; of the squares 4/13 and 9/13."""
    found = estimate([1.0], [[0.5], [0.5]], [[2.0], [2.0]], [[2.0], [-1.0]], [[1.0, np.e], [1.0, np.e**3]])
    effect, share = effects(found)
    assert effect[:, 0] == pytest.approx([2.0, 3.0])
    assert share == pytest.approx([4 / 13, 9 / 13])


def test_a_factor_that_may_be_zero_counts_with_its_swing():
    """From 0 to 0.1 the result goes from 8 to 10, 9 at the median: 2/9. What nothing moves does not count."""
    found = estimate([9.0, 5.0], [[8.0, 5.0]], [[10.0, 5.0]], [[np.nan, 0.0]], [[0.0, 0.1]])
    effect, share = effects(found)
    assert effect[0] == pytest.approx([2 / 9, 0.0]) and share == pytest.approx([1.0])


def test_nothing_moves():
    found = estimate([5.0], [[5.0]], [[5.0]], [[0.0]], [[1.0, 2.0]])
    assert effects(found)[1].tolist() == [0.0]


@pytest.fixture(scope="module")
def found() -> WeakPoints:
    return weak_points("japan-reference", RESULTS, factors=["recovery_yield[Co]", "lifetime.mean[smartphone]"])


def test_estimates_are_ranked(found):
    table = found.table
    assert list(table.columns) == list(COLUMNS)
    assert set(table.provenance) <= set(WEAK)
    assert table["share"].is_monotonic_decreasing
    assert table["share"].sum() + found.firm_share == pytest.approx(1.0)
    assert len(table) + found.firm == found.factors
    first = table.iloc[0]
    assert first.effect == pytest.approx(abs(first.elasticity) * first.uncertainty)
    assert first.uncertainty == pytest.approx(np.log(first.high / first.low))
    assert ".csv:" in first.place and first.pedigree.startswith("4;")


def test_text(found):
    text = found.to_text(most=2)
    assert text.startswith("japan-reference: the estimates that matter most to eol_recycling_rate, import_requirement")
    assert "reliability 4" in text
    assert len([line for line in text.splitlines() if line.startswith((" 1  ", " 2  ", "1  ", "2  "))]) == 2


def test_what_does_nothing_is_not_shown():
    """Effects 3, 1 and 0.01: shares 9/10, 1/10 and 1e-5, of which the last is left out; digits of small slopes stay."""
    rows = [
        (
            f"f{i}", f"factor {i}", "estimate", pedigree, 1.0, 2.0, "t", 1, 0.7, "r[Dy, 2040]", slope, effect, share,
            "a.csv:2",
        )
        for i, (pedigree, slope, effect, share) in enumerate(
            [("4;-;-;-;-", -0.0144, 3.0, 0.89999), ("", 0.5, 1.0, 0.1), ("", 0.1, 0.01, 0.00001)]
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    text = weak_points_text(WeakPoints("s", ["r[Dy, 2040]"], table, 3, 0, 0.0, 0))
    assert text.startswith("s: the estimates that matter most to r[Dy, 2040]\n") and "moves most" not in text
    assert "factor 1" in text and "factor 2" not in text and "the 2 below 100 %" in " ".join(text.split())
    assert "-0.014" in text and "not scored" in text and "reliability 4" in text


def test_the_command(capsys, monkeypatch):
    monkeypatch.setattr(
        "mfa.studies.weak_points.weak_points",
        lambda scenario, outputs, jobs, tell: weak_points(scenario, outputs, factors=["recovery_yield[Co, hydro]"]),
    )
    with pytest.raises(SystemExit) as ended:
        mfa.cli.main(["info", "--weak", "eol_recycling_rate[Co, 2030]", "-q"])
    assert not ended.value.code
    out = capsys.readouterr().out
    assert "Recovery yield: cobalt, hydrometallurgy" in out and "moves most" not in out
    assert out.startswith("japan-reference: the estimates that matter most to eol_recycling_rate[Co, 2030]\n")
