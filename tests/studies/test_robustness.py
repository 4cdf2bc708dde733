"""Robustness: shares and regret by hand, the same futures for all, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs.sampling import Design
from mfa.studies.robustness import Robustness
from mfa.studies.target import read_plain

TARGET = "import_requirement[Co, 2025] <= 0.6"
RATE, YIELD = "base_collection_rate[battery]", "recovery_yield[hydro]"
A, B, C = [0.5, 0.7, 0.9, 0.4], [0.6, 0.5, 0.8, 0.5], [0.7, 0.6, 0.7, np.nan]


def by_hand(*targets: str, values: list[list[list[float]]]) -> Robustness:
    """Scenarios a, b, c in four futures; values by scenario, target and future."""
    read = [read_plain(target) for target in targets]
    names = ["a", "b", "c"]
    return Robustness(names, names, read, np.array(values), 4, 1, "lhs", ["scenario"] * 3, attrs={n: {} for n in names})


def test_shares_and_regret_by_hand() -> None:
    """Best of each future: 0.5, 0.5, 0.7, 0.4. Regret of a: 0, 0.2, 0.2, 0; of b: 0.1, 0, 0.1, 0.1; of c: 0.2, 0.1, 0.

    The fourth future of c has no value.
    """
    found = by_hand("import_requirement[Co, 2040] <= 0.6", values=[[A], [B], [C]])
    table = found.table().set_index("scenario")
    assert table["share"].tolist() == [2 / 4, 3 / 4, 1 / 4]  # 0.6 meets it, no value does not
    assert table["best"].tolist() == [2 / 4, 1 / 4, 1 / 4]
    assert table["regret_mean"].tolist() == pytest.approx([0.1, 0.075, 0.1])
    # 90 % of 0, 0, 0.2, 0.2 lies at place 2.7; of 0, 0.1, 0.2 at place 1.8
    assert table["regret_p90"].tolist() == pytest.approx([0.2, 0.1, 0.18])
    assert table["regret_max"].tolist() == pytest.approx([0.2, 0.1, 0.2])
    assert table["median"].tolist() == pytest.approx([0.6, 0.55, 0.7])
    assert table["missing"].tolist() == [0.0, 0.0, 0.25]


def test_regret_of_a_target_above_a_limit() -> None:
    """The best has the most: 0.7, 0.7, 0.9, 0.5. a loses 0.2, 0, 0, 0.1."""
    found = by_hand("secondary[Co, 2040] >= 0.6", values=[[A], [B], [C]])
    assert found.regret[0, 0] == pytest.approx([0.2, 0.0, 0.0, 0.1])
    assert found.table()["share"].tolist() == [2 / 4, 2 / 4, 3 / 4]


def test_all_targets_together() -> None:
    """a meets the first in futures 1 and 4, the second (above 0.45) in 1, 2 and 3: both in 1 only."""
    targets = ("import_requirement[Co, 2040] <= 0.6", "secondary[Co, 2040] > 0.45")
    found = by_hand(*targets, values=[[A, A], [B, B], [C, C]])
    rows = found.table()
    together = rows[rows["target"] == "all targets"].set_index("scenario")
    assert together["share"].tolist() == [1 / 4, 3 / 4, 1 / 4]
    assert together["regret_max"].isna().all()
    assert "All targets together are met in: a 25 %, b 75 %, c 25 %." in found.to_text()
    assert "b meets the target in most futures: 75 %. It also has the least largest regret" in found.to_text()


def test_nobody_meets_it() -> None:
    found = by_hand("import_requirement[Co, 2040] <= 0.1", values=[[A], [B], [C]])
    assert "No scenario meets the target in any of these futures." in found.to_text()
    assert found.plot() is not None


def test_scenarios_see_the_same_futures(uncertain_product: str) -> None:
    """With a quota of a half the import requirement is 1 - max(c, 1/2) y: the other's regret is (max(c, 1/2) - c) y."""
    quota = mfa.load_scenario(uncertain_product).with_changes({"policy.collection_quota": 0.5, "name": "quota"})
    told: list[tuple[int, int]] = []
    found = mfa.robust([uncertain_product, quota], TARGET, samples=64, seed=3, tell=lambda *seen: told.append(seen))
    drawn = Design(uncertain_product, 64, 3).values()
    c, y = drawn[RATE].to_numpy(), drawn[YIELD].to_numpy()
    most = np.maximum(c, 0.5)
    assert found.values[0, 0] == pytest.approx(1 - c * y)
    assert found.values[1, 0] == pytest.approx(1 - most * y)
    assert found.regret[0, 0] == pytest.approx((most - c) * y, abs=1e-12)
    table = found.table().set_index("scenario")
    assert table["regret_max"].tolist() == pytest.approx([((most - c) * y).max(), 0.0], abs=1e-12)
    assert table["share"]["quota"] == (most * y >= 0.4).mean()
    assert table["best"].tolist() == pytest.approx([(c >= 0.5).mean(), 1.0])
    assert told[-1] == (128, 128)


def test_stored_ensembles_and_files(uncertain_product: str, tmp_path: Path) -> None:
    quota = mfa.load_scenario(uncertain_product).with_changes({"policy.collection_quota": 0.5, "name": "quota"})
    options = {"keep": ["import_requirement"], "keep_samples": True, "elasticities": False, "jobs": 1}
    folders = [tmp_path / "one", tmp_path / "quota"]
    for scenario, folder in zip((uncertain_product, quota), folders, strict=True):
        mfa.ensemble(scenario, 64, 3, out=folder, **options)  # type: ignore[arg-type]
    stored = mfa.robust(folders, TARGET)
    run = mfa.robust([uncertain_product, quota], TARGET, samples=64, seed=3)
    np.testing.assert_allclose(stored.values, run.values, rtol=1e-12)
    beside = mfa.robust([folders[0], quota], TARGET)  # the scenario takes samples and seed of the ensemble
    np.testing.assert_allclose(beside.values, run.values, rtol=1e-12)
    folder = stored.save(tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS", "figures", "futures.csv", "robustness.csv", "robustness.json", "robustness.txt",
    ]  # fmt: skip
    futures = pd.read_csv(folder / "futures.csv")
    assert len(futures) == 128
    assert futures.groupby("scenario", sort=False)["met"].mean().tolist() == pytest.approx(stored.share[:, 0].tolist())
    assert futures[futures["sample"] == 5]["value"].tolist() == pytest.approx(stored.values[:, 0, 5].tolist())
    record = json.loads((folder / "robustness.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in record["scenarios"]] == ["one", "quota"]
    assert (record["samples"], record["seed"], record["sampling"]) == (64, 3, "lhs")
    assert (folder / "figures" / "1_import_requirement_Co_2025.svg").exists()
    assert stored.futures().shape == (64, 2)

    other = tmp_path / "other"
    mfa.ensemble(quota, 32, 4, out=other, **options)  # type: ignore[arg-type]
    with pytest.raises(InputError) as error:
        mfa.robust([folders[0], other], TARGET)
    assert "scenario quota: has samples 32, one has 64: they do not see the same futures" in str(error.value)
    assert "has seed 4, one has 3" in str(error.value)


def test_all_faults_at_once(uncertain_product: str) -> None:
    with pytest.raises(InputError) as error:
        mfa.robust([uncertain_product], ["import_requirement[Cu, 2025] < 1", "imports < 3"], samples=1, seed=-1)
    for told in (
        "scenarios: 1 given; name at least two", "samples: = 1 is not a number of samples", "seed: = -1",
        "unknown label 'Cu'", "target 'imports < 3': names no year",
    ):  # fmt: skip
        assert told in str(error.value)
    with pytest.raises(InputError, match="scenario one: stands twice"):
        mfa.robust([uncertain_product, uncertain_product], TARGET, samples=50)
    with pytest.raises(InputError, match="target: none is named"):
        mfa.robust([uncertain_product, uncertain_product], [], samples=50)
    found = mfa.robust({"a": uncertain_product, "b": uncertain_product}, TARGET, samples=50)
    assert found.scenarios == ["a", "b"] and not found.regret.any()


def test_a_future_without_a_value_is_told() -> None:
    found = by_hand("import_requirement[Co, 2040] <= 0.6", values=[[A], [B], [[np.nan] * 4]])
    row = found.table().set_index("scenario").loc["c"]
    assert (row["share"], row["missing"]) == (0.0, 1.0) and np.isnan(row["regret_max"])
    assert "c" in found.to_text()
