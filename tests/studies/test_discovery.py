"""Discovery: a limit that is known is found, from a scenario as from a stored ensemble, and told in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.errors import InputError
from mfa.inputs.sampling.streams import unit_cube
from mfa.studies.discovery import _boxes

RATE, YIELD = "base_collection_rate[battery]", "recovery_yield[hydro]"
TARGET = "eol_collection_rate[Co, 2025] >= 0.3"
"""Missed where less than 30 % are collected: the rate is uniform with 0.2 and 0.6 as 5 and 95 %, so in 27.5 %."""
KEEP = ["eol_collection_rate", "import_requirement"]


@pytest.fixture
def found(uncertain_product: str) -> mfa.Discovery:
    return mfa.discover(uncertain_product, TARGET, samples=400)


def test_a_known_limit_is_found(found: mfa.Discovery) -> None:
    lowest, width = 0.2 - 0.05 * 0.4 / 0.9, 0.4 / 0.9
    share = (0.3 - lowest) / width
    assert found.share == pytest.approx(share, abs=1 / 400)
    assert np.array_equal(found.cases, found.factors[RATE].to_numpy() < 0.3)
    table = found.table()
    assert table["factor"].tolist() == [RATE]
    row = table.iloc[0]
    assert np.isnan(row["low"]) and row["high"] == pytest.approx(0.3, abs=0.005)
    assert (row["density"], row["coverage"]) == pytest.approx((1.0, 1.0), abs=0.02)
    assert row["mass"] == pytest.approx(share, abs=0.01)
    assert (row["factor_low"], row["factor_high"], row["unit"]) == (pytest.approx(0.2), pytest.approx(0.6), "1")


def test_text_of_a_box(found: mfa.Discovery) -> None:
    text = found.to_text()
    assert "EoL collection rate of cobalt 2025 at least 30 %: missed in 28 % of 400 futures of seed 1." in text
    assert re.search(r"The target is missed in (9[5-9][.0-9]*|100) % of the futures in which\n", text)
    assert "  - base collection rate: battery is at most 0.3 (5 to 95 %: 0.2 to 0.6)" in text
    words = " ".join(text.split())
    assert (
        "These are 28 % of all futures and 100 % of those in which it is missed; in the rest it is missed in 0" in words
    )


def test_futures_that_meet_it(uncertain_product: str) -> None:
    found = mfa.discover(uncertain_product, TARGET, samples=400, met=True)
    assert found.share == pytest.approx(1 - 0.275, abs=0.003)
    assert found.table()["low"].tolist() == pytest.approx([0.3], abs=0.006)
    assert re.search(r"The target is met in (9[5-9][.0-9]*|100) % of the futures in which\n", found.to_text())


def test_a_stored_ensemble_tells_the_same(uncertain_product: str, tmp_path: Path, found: mfa.Discovery) -> None:
    folder = tmp_path / "ensemble"
    mfa.ensemble(uncertain_product, 400, 1, keep=KEEP, out=folder, keep_samples=True, elasticities=False, jobs=1)
    for source in (folder, str(folder), mfa.open_ensemble(folder)):
        stored = mfa.discover(source, TARGET)
        pd.testing.assert_frame_equal(stored.table(), found.table(), rtol=0.02)
        assert np.array_equal(stored.cases, found.cases)
    assert stored.table()["words"].tolist() == ["Base collection rate: battery"]
    assert "400 futures (ensemble)." in stored.to_text()
    one = mfa.discover(folder, TARGET, factors=["recovery_yield"])
    assert [factor.name for factor in one.ranges] == [YIELD]


def test_a_store_without_samples_says_how_to_run_again(uncertain_product: str, tmp_path: Path) -> None:
    folder = tmp_path / "lean"
    mfa.ensemble(uncertain_product, 64, 7, keep=KEEP, out=folder, elasticities=False, years=[2025, 2026])
    with pytest.raises(InputError) as error:
        mfa.discover(folder, TARGET)
    assert "lean: holds quantiles alone: its samples were not kept" in str(error.value)
    assert "run 'mfa ensemble one --samples 64 --seed 7 --keep-samples' into a new folder" in str(error.value)
    with pytest.raises(InputError) as error:
        mfa.discover(folder, "secondary[Co, 2025] >= 3 t/yr", samples=100)
    assert "does not hold secondary, but eol_collection_rate, import_requirement" in str(error.value)
    assert "--keep secondary,eol_collection_rate,import_requirement --keep-samples" in str(error.value)
    assert "samples: stand beside an ensemble, which has its own" in str(error.value)
    with pytest.raises(InputError, match="does not hold 2029"):
        mfa.discover(folder, "import_requirement[Co, 2029] <= 0.5")
    with pytest.raises(InputError, match="unknown label 'Cu'"):
        mfa.discover(folder, "import_requirement[Cu, 2025] <= 0.5")
    with pytest.raises(InputError, match="does not hold sales_units, but"):  # by product, of which it knows nothing
        mfa.discover(folder, "sales_units[phone, 2025] <= 5 unit/yr")
    with pytest.raises(InputError, match="factors: lifetim: picks none of the ensemble"):
        mfa.discover(folder, TARGET, factors=["lifetim"])


def test_a_target_that_is_always_or_never_met(uncertain_product: str) -> None:
    with pytest.raises(InputError, match="is met in all 50 samples: no box tells more; tighten the target"):
        mfa.discover(uncertain_product, "eol_collection_rate[Co, 2025] >= 0.1", samples=50)
    with pytest.raises(InputError, match="is missed in all 50 samples: no box tells more; weaken the target"):
        mfa.discover(uncertain_product, "eol_collection_rate[Co, 2025] >= 0.9", samples=50, met=True)


def test_what_no_limit_tells_apart_is_told(uncertain_product: str) -> None:
    found = mfa.discover(uncertain_product, "secondary[Li, 2025] >= 0.64 t/yr", samples=60, factors=["content"])
    assert "No limit of these factors tells where it is missed from where it is not." in found.to_text()
    assert any("No box holds" in note for note in found.notes)
    assert found.plot() is not None


def test_several_boxes_one_after_the_other() -> None:
    """Cases where a < 0.2, or b > 0.7: the second box is found in what the first one leaves."""
    values = unit_cube("lhs", 1, ["a", "b"], range(2), 2000, 0, 2000)
    cases = (values[:, 0] < 0.2) | (values[:, 1] > 0.7)
    boxes, first = _boxes(values, cases, ["a", "b"], 0.99, 3)
    assert len(boxes) == 2 and boxes[0].limited != boxes[1].limited
    ends = {box.limited[0]: box for box in boxes}
    assert ends["a"].high[0] == pytest.approx(0.2, abs=0.01)
    assert ends["b"].low[1] == pytest.approx(0.7, abs=0.01)
    assert sum(box.coverage for box in boxes) == pytest.approx(1.0, abs=0.03)  # of all cases, none counted twice
    assert first.trajectory[0].coverage == 1.0
    assert len(_boxes(values, values[:, 0] < 0.2, ["a", "b"], 0.99, 3)[0]) == 1


def test_files(found: mfa.Discovery, tmp_path: Path) -> None:
    folder = found.save(tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS", "boxes.csv", "discovery.json", "discovery.txt", "figures", "samples.csv", "trajectory.csv",
    ]  # fmt: skip
    samples = pd.read_csv(folder / "samples.csv", index_col="sample")
    assert (samples["box"] == 1).sum() == pytest.approx(found.boxes[0].mass * 400)
    assert samples["missed"].sum() == found.cases.sum()
    record = json.loads((folder / "discovery.json").read_text(encoding="utf-8"))
    assert (record["samples"], record["seed"], record["cases"]) == (400, 1, "missed")
    assert record["boxes"][0]["limits"][0]["factor"] == RATE
    assert (folder / "figures" / "discovery.svg").exists()
    with pytest.raises(InputError, match="is not the folder of a discovery and not empty"):
        found.save("tiny")


def test_all_faults_at_once(uncertain_product: str) -> None:
    with pytest.raises(InputError) as error:
        mfa.discover(
            uncertain_product, "import_requirement[Cu] < 1", samples=0, seed=-1, density=80, boxes=0, jobs=0,
            factors=["opexx"],
        )  # fmt: skip
    for told in (
        "samples: = 0 is not a number of samples", "seed: = -1", "density: = 80 is no share", "boxes: = 0", "jobs: = 0",
        "unknown label 'Cu'", "names no year", "factors: opexx: unknown parameter 'opexx'",
    ):  # fmt: skip
        assert told in str(error.value)


def test_a_folder_that_is_no_ensemble(uncertain_product: str) -> None:
    with pytest.raises(InputError, match="tiny: holds no ensemble; give the folder that mfa ensemble wrote"):
        mfa.discover("tiny", TARGET)
