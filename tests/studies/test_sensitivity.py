"""The study: a country whose import requirement is 1 - c y, so that every number can be had by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.errors import InputError

NEED = "import_requirement[Co, 2025]"
RATE, YIELD, CONTENT = "base_collection_rate[battery]", "recovery_yield[hydro]", "content[Co]"
# c is uniform with 0.2 and 0.6 as 5 and 95 %, y with 0.7 and 0.9: variances (0.4/0.9)^2/12 and (0.2/0.9)^2/12
VC, VY = (0.4 / 0.9) ** 2 / 12, (0.2 / 0.9) ** 2 / 12
VARIANCE = VC * 0.8**2 + VY * 0.4**2 + VC * VY


def row(table: pd.DataFrame, factor: str) -> dict[str, float]:
    return table[table["factor"] == factor].iloc[0].to_dict()


def test_swings_and_elasticities_by_hand(uncertain_product: str) -> None:
    found = mfa.sensitivity(uncertain_product, [NEED, "secondary[Co, 2025]"])
    need = found.table(NEED)
    rate = row(need, RATE)
    assert (rate["low"], rate["high"]) == pytest.approx((1 - 0.2 * 0.8, 1 - 0.6 * 0.8))
    assert rate["swing"] == pytest.approx(-0.32)
    assert rate["elasticity"] == pytest.approx(np.log(0.52 / 0.84) / np.log(3))
    assert (rate["factor_low"], rate["factor_high"], rate["factor_unit"]) == (
        pytest.approx(0.2),
        pytest.approx(0.6),
        "1",
    )
    assert row(need, YIELD)["swing"] == pytest.approx(-0.4 * 0.2)
    assert row(need, CONTENT)["swing"] == pytest.approx(0.0, abs=1e-12)  # need and scrap grow alike
    assert need["factor"].tolist() == [RATE, YIELD, CONTENT]
    # 10 t/yr are discarded: secondary metal is 10 c y, all elasticities are 1
    metal = found.table("secondary[Co, 2025]")
    assert row(metal, CONTENT)["factor_unit"] == "t/unit"
    assert metal["elasticity"].tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert row(metal, CONTENT)["swing"] == pytest.approx(0.32 * (1250 - 800) / 100)
    assert found.as_it_is == pytest.approx([0.68, 3.2])
    assert found.estimate.base == pytest.approx([0.68, 3.2])  # medians are the values here
    assert found.runs == 1 + 2 * 3 + 1 and found.samples is None and found.notes == []


def test_shares_of_the_variance_by_hand(uncertain_product: str) -> None:
    found = mfa.sensitivity(uncertain_product, [NEED], method="sobol", samples=256, seed=3)
    table = found.table()
    rate, recovery = row(table, RATE), row(table, YIELD)
    assert rate["S1"] == pytest.approx(VC * 0.8**2 / VARIANCE, abs=0.02)
    assert rate["ST"] == pytest.approx((VC * 0.8**2 + VC * VY) / VARIANCE, abs=0.02)
    assert recovery["S1"] == pytest.approx(VY * 0.4**2 / VARIANCE, abs=0.02)
    assert recovery["ST"] == pytest.approx((VY * 0.4**2 + VC * VY) / VARIANCE, abs=0.02)
    assert row(table, CONTENT)["ST"] == pytest.approx(0.0, abs=1e-12)
    assert found.estimate.variance[0] == pytest.approx(VARIANCE, rel=0.01)
    assert 0.0 < rate["S1_confidence"] < 0.2
    assert (found.samples, found.seed, found.runs) == (256, 3, 256 * 5 + 1)


def test_what_is_not_told_apart_moves_as_one(uncertain_product: str) -> None:
    """The variance is that of all factors; the yield stands among the others."""
    found = mfa.sensitivity(uncertain_product, [NEED], method="sobol", samples=256, factors=["base_collection_rate"])
    table = found.table()
    assert table["factor"].tolist() == [RATE, "all others"]
    assert table["words"][1] == "All 2 other factors together"
    assert row(table, "all others")["S1"] == pytest.approx(VY * 0.4**2 / VARIANCE, abs=0.02)
    assert found.estimate.variance[0] == pytest.approx(VARIANCE, rel=0.02)
    assert np.isnan(row(table, "all others")["factor_low"])


def test_screening_finds_the_factors_that_act(uncertain_product: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa.studies.sensitivity.SCREENED", 1)
    found = mfa.sensitivity(uncertain_product, [NEED], method="sobol", samples=64)
    assert {factor.name for factor in found.factors} == {RATE, "all others"}
    assert "1 factors with the largest elementary effects" in found.notes[0]
    assert found.runs == 5 * 4 + 64 * 4 + 1


def test_what_nobody_tells_apart_is_told_if_it_is_much(uncertain_product: str) -> None:
    found = mfa.sensitivity(uncertain_product, [NEED], method="sobol", samples=64, factors=["recovery_yield"])
    assert f"Much lies with factors that are not told apart: {NEED}" in found.notes[0]


def test_elementary_effects_by_hand(uncertain_product: str) -> None:
    """The effect of c over its whole range 0.4/0.9 is -0.4/0.9 y: y at the middles 1/8 to 7/8 of 0.689 to 0.911."""
    found = mfa.sensitivity(uncertain_product, [NEED], method="morris", samples=40, seed=2)
    rate = row(found.table(), RATE)
    assert rate["mu_star"] == pytest.approx(0.4 / 0.9 * 0.8, abs=0.02)
    assert rate["mu"] == pytest.approx(-rate["mu_star"])
    assert rate["sigma"] == pytest.approx(0.4 / 0.9 * 0.2 / 0.9 * (5 / 64) ** 0.5, rel=0.3)
    assert row(found.table(), CONTENT)["mu_star"] == pytest.approx(0.0, abs=1e-12)
    assert found.runs == 40 * 4 + 1


def test_nothing_depends_on_the_number_of_processes(uncertain_product: str) -> None:
    tables = [mfa.sensitivity(uncertain_product, [NEED], method="morris", jobs=jobs).table() for jobs in (1, 2)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_factors_that_are_not_looked_at_stay_at_their_medians(uncertain_product: str) -> None:
    every = mfa.sensitivity(uncertain_product, [NEED]).table()
    one = mfa.sensitivity(uncertain_product, [NEED], factors=["recovery_yield[hydro]"]).table()
    assert one["factor"].tolist() == [YIELD]
    assert one["swing"].tolist() == pytest.approx([row(every, YIELD)["swing"]])


def test_progress_counts_to_the_end(uncertain_product: str) -> None:
    told: list[tuple[int, int]] = []
    mfa.sensitivity(uncertain_product, [NEED], method="sobol", samples=64, tell=lambda *seen: told.append(seen))
    assert told[-1] == (320, 320)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_without_outputs_every_import_requirement_in_the_last_year(uncertain_product: str) -> None:
    found = mfa.sensitivity(uncertain_product)
    assert found.outputs == ["import_requirement[Co, 2029]", "import_requirement[Li, 2029]"]
    assert repr(found) == f"<mfa.Sensitivity of one: local, 3 factors; {', '.join(found.outputs)}>"


def test_a_result_that_does_not_answer(uncertain_product: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = mfa.sensitivity(uncertain_product, ["sales[Li, 2025]"]).to_text()
    assert "does not answer to any of these factors" in text
    monkeypatch.setattr("mfa.studies.sensitivity.SCREENED", 1)
    with pytest.raises(InputError, match="nothing that is uncertain moves a result"):
        mfa.sensitivity(uncertain_product, ["sales[Li, 2025]"], method="sobol", samples=4)


def test_text_and_files(uncertain_product: str, tmp_path: Path) -> None:
    found = mfa.sensitivity(uncertain_product, [NEED])
    text = found.to_text(most=1)
    assert "Import requirement of cobalt 2025, %: 68.0 with all factors at their medians, 68.0 in the scenario" in text
    assert "Base collection rate: battery   84.0    52.0   -32.0   -0.44" in text
    assert "1 more factor has less effect; 1 has none" in text
    folder = found.save(tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS", "figures", "sensitivity.csv", "sensitivity.json", "sensitivity.txt",
    ]  # fmt: skip
    stored = pd.read_csv(folder / "sensitivity.csv")
    assert stored["swing"].tolist() == pytest.approx(found.table()["swing"].tolist())
    record = json.loads((folder / "sensitivity.json").read_text(encoding="utf-8"))
    assert (record["method"], record["seed"], record["runs"], record["version"]) == ("local", None, 8, mfa.__version__)
    assert len(record["hashes"]["parameters"]) == 64 and record["resolved"]["name"] == "one"
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "import_requirement_Co_2025.png", "import_requirement_Co_2025.svg",
    }  # fmt: skip


@pytest.mark.parametrize("method", ["local", "morris", "sobol"])
def test_figures_name_factors_in_words(uncertain_product: str, method: str) -> None:
    samples = None if method == "local" else 16
    found = mfa.sensitivity(uncertain_product, [NEED], method=method, samples=samples)
    figure = found.plot()
    words = [text.get_text() for text in figure.findobj(match=lambda artist: hasattr(artist, "get_text"))]
    assert "Import requirement of cobalt 2025" in words
    assert any(text.startswith("Base collection rate") for text in words)
    assert not any("base_collection_rate" in text for text in words)
    with pytest.raises(InputError, match="'import_requirement\\[Li, 2025\\]' was not looked at"):
        found.plot("import_requirement[Li, 2025]")


def test_all_faults_at_once(uncertain_product: str) -> None:
    with pytest.raises(InputError) as error:
        mfa.sensitivity(
            uncertain_product,
            ["import_requirement[Cu, 2025]", "import_requirement[Co, 1999]", "imports_of_co[Co, 2025]"],
            method="morris", samples=0, seed=-1, jobs=0, factors=["opexx", "lifetime"],
        )  # fmt: skip
    text = str(error.value)
    for told in (
        "samples: = 0 is not a number of trajectories", "seed: = -1", "jobs: = 0", "unknown label 'Cu'",
        "1999 lies outside the run; choose from 2020 to 2029", "unknown result 'imports_of_co'",
        "factors: opexx: unknown parameter 'opexx'; did you mean 'opex'?", "'lifetime' picks no factor",
    ):  # fmt: skip
        assert told in text


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"method": "sobl"}, "method: 'sobl' is unknown; did you mean 'sobol'?"),
        ({"samples": 10}, "samples: mean nothing one at a time"),
        ({"method": "sobol", "samples": 100}, "samples: = 100 is no power of two"),
        ({"method": "sobol", "samples": 2.0}, "samples: = 2.0 is no power of two"),
        ({"outputs": []}, "output: none is named"),
        ({"outputs": [NEED, "import_requirement[2025, Co]"]}, f"output '{NEED}': is named twice"),
        ({"outputs": ["import_requirement[Co]"]}, "names no year; write import_requirement[Dy, 2040]"),
        ({"outputs": ["import_requirement[Co, 2025] <= 1"]}, "names no result; write import_requirement[Dy, 2040]"),
        ({"factors": []}, "factors: names none"),
    ],
)
def test_refusals(uncertain_product: str, given: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as error:
        mfa.sensitivity(uncertain_product, **{"outputs": [NEED], **given})  # type: ignore[arg-type]
    assert told in str(error.value)


def test_a_scenario_without_ranges_is_told(one_product: str) -> None:
    with pytest.raises(InputError, match="nothing is uncertain"):
        mfa.sensitivity(one_product, [NEED])


def test_a_result_without_a_value_is_null_in_the_record(uncertain_product: str, tmp_path: Path) -> None:
    """NaN is no JSON: null, which a report reads as no value."""
    from mfa.report.document.run.importance import open_study

    found = mfa.sensitivity(uncertain_product, [NEED])
    found.as_it_is[:] = np.nan
    folder = found.save(tmp_path / "out", figures=False)
    text = (folder / "sensitivity.json").read_text(encoding="utf-8")
    record = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert record["as_it_is"] == {NEED: None}
    assert np.isnan(open_study(folder).as_it_is[NEED])
