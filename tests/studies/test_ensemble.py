"""Ensembles: the same bits however they are computed, cut off and continued; and what they hand back."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mfa
from mfa.errors import InputError, MfaError, ModelError
from mfa.storage.locking import only_one
from mfa.studies.ensemble import default_chunk, run_ensemble
from mfa.studies.evaluate import DEFAULT_OUTPUTS, choose_outputs, evaluate
from mfa.studies.progress import ProgressBar
from tests.studies.designs import SmallDesign, SmallScenario
from tests.studies.run_small import KEEP, run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = 400


def content_of(folder):
    """Hash of every file, but for the lock, which names the process."""
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def statistics_in(folder):
    return {name: digest for name, digest in content_of(folder).items() if name.startswith("quantiles")}


def same(one, other):
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """An ensemble that nothing disturbed."""
    folder = tmp_path_factory.mktemp("reference") / "small"
    run(folder, SAMPLES)
    return folder


# --- the same bits ---------------------------------------------------------------------------------------------------


def test_two_processes_give_the_same_bits_as_one(reference, tmp_path):
    run(tmp_path / "two", SAMPLES, jobs=2)
    same(content_of(tmp_path / "two"), content_of(reference))


@pytest.mark.parametrize("chunk", [1, 128, 1000])
def test_the_chunk_size_does_not_matter(reference, tmp_path, chunk):
    found = run(tmp_path / "other", SAMPLES, chunk=chunk)
    assert found.manifest["chunk"] == {1: 64, 128: 128, 1000: 1024}[chunk]
    same(statistics_in(tmp_path / "other"), statistics_in(reference))
    one, other = mfa.open_ensemble(reference).samples, found.samples
    for name in one:
        assert one[name].values.tobytes() == other[name].values.tobytes()


def test_without_samples_the_quantiles_are_the_same(reference, tmp_path):
    found = run(tmp_path / "lean", SAMPLES, keep_samples=False)
    assert sorted(path.name for path in (tmp_path / "lean").iterdir()) == [
        "SHA256SUMS", "ensemble.json", "factors.zarr", "lock", "quantiles.csv", "quantiles.nc",
    ]  # fmt: skip
    same(statistics_in(tmp_path / "lean"), statistics_in(reference))
    assert found.factors.equals(mfa.open_ensemble(reference).factors)
    with pytest.raises(InputError, match="samples were not kept; run it with --keep-samples"):
        _ = found.samples


# --- cut off ---------------------------------------------------------------------------------------------------------


def start(folder, jobs, pause):
    command = [sys.executable, "-m", "tests.studies.run_small", str(folder), str(SAMPLES), str(jobs), str(pause)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)


def markers(folder):
    return len(list((folder / "done").glob("*.json"))) if (folder / "done").is_dir() else 0


def wait_for(process, condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stdout.read().decode()
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_again_and_again_it_ends_with_the_same_bits(reference, tmp_path, jobs):
    folder = tmp_path / "killed"
    moments = random.Random(jobs)
    for _ in range(3 if jobs == 1 else 2):
        before = markers(folder)
        process = start(folder, jobs, 0.15)
        wait_for(process, lambda before=before: markers(folder) > before)
        time.sleep(moments.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert markers(folder) > before
        if markers(folder) == 7:  # quicker than the signal: nothing is left to cut off
            break
        with pytest.raises(InputError, match="is not complete; give the command again that began it"):
            mfa.open_ensemble(folder)
    done = markers(folder)
    began = [path.stat().st_mtime_ns for path in sorted((folder / "done").glob("*.json"))][:done]
    run(folder, SAMPLES)
    after = {path.stat().st_mtime_ns for path in (folder / "done").glob("*.json")}
    assert len(after & set(began)) == done  # what was done has not been done again
    same(content_of(folder), content_of(reference))


def test_workers_end_with_the_process_that_started_them(tmp_path):
    process = start(tmp_path / "orphans", 2, 0.3)
    wait_for(process, lambda: markers(tmp_path / "orphans") > 0)

    def alive():  # all processes of the session that was started
        found = subprocess.run(
            ["ps", "-o", "pid=,stat=", "-s", str(process.pid)], capture_output=True, text=True
        ).stdout
        return [line for line in found.splitlines() if " Z" not in line]

    assert len(alive()) >= 3
    process.send_signal(signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 20
    while alive() and time.monotonic() < end:
        time.sleep(0.1)
    assert alive() == []


def test_ctrl_c_ends_cleanly_and_can_be_resumed(reference, tmp_path):
    folder = tmp_path / "stopped"
    process = start(folder, 2, 0.3)
    wait_for(process, lambda: markers(folder) > 0)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode != 0
    assert output.count("Traceback") == 1, output  # the script's own: nothing from the workers
    assert f"of {SAMPLES} samples are stored" in output  # a note on the KeyboardInterrupt
    run(folder, SAMPLES)
    same(content_of(folder), content_of(reference))


def test_a_disk_that_is_full_at_any_moment_loses_nothing(tmp_path, monkeypatch):
    """Every file comes into place by a renaming; the disk is full at the first, the second ... of them in turn."""
    run(tmp_path / "whole", 40, keep=["imports"])
    replace, count = os.replace, [0]

    def counted(*arguments, **options):
        count[0] += 1
        return replace(*arguments, **options)

    monkeypatch.setattr(os, "replace", counted)
    run(tmp_path / "counted", 40, keep=["imports"])
    total = count[0]
    assert total > 10
    for moment in range(1, total + 1):
        folder, count[0] = tmp_path / f"full{moment}", 0

        def full(*arguments, moment=moment, **options):
            count[0] += 1
            if count[0] == moment:
                raise OSError(28, "No space left on device")
            return replace(*arguments, **options)

        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(MfaError, match="the disk is full; .*the same command again: it continues"):
            run(folder, 40, keep=["imports"])
        monkeypatch.setattr(os, "replace", replace)
        run(folder, 40, keep=["imports"])
        same(content_of(folder), content_of(tmp_path / "whole"))


def test_a_disk_that_is_really_full(reference, tmp_path):
    small = tmp_path / "disk"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=140k", "tmpfs", str(small)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk of its own needs Linux and root")
    try:
        with pytest.raises(MfaError, match=f"the disk is full; .* of {SAMPLES} samples are stored"):
            run(small / "small", SAMPLES)
        done = markers(small / "small")
        assert 0 < done < 7
        subprocess.run(["mount", "-o", "remount,size=16m", str(small)], check=True)
        run(small / "small", SAMPLES)
        same(content_of(small / "small"), content_of(reference))
    finally:
        subprocess.run(["umount", str(small)], check=False)


def test_cut_off_while_the_samples_are_removed(reference, tmp_path, monkeypatch):
    import shutil

    def cut(*_, **__):
        raise KeyboardInterrupt

    folder = tmp_path / "lean"
    monkeypatch.setattr(shutil, "rmtree", cut)
    with pytest.raises(KeyboardInterrupt):
        run(folder, SAMPLES, keep_samples=False)
    monkeypatch.undo()
    run(folder, SAMPLES, keep_samples=False)
    assert not list(folder.glob("samples*")) and not (folder / "done").exists()
    same(statistics_in(folder), statistics_in(reference))


def test_an_error_in_a_sample_keeps_what_was_done(reference, tmp_path):
    folder = tmp_path / "broken"
    design = SmallDesign(SAMPLES, broken=260)
    with pytest.raises(ModelError, match="sample 260: content: is broken") as caught:
        run_ensemble(SmallScenario(), lambda: design, design, out=folder, jobs=1, keep=KEEP, chunk=64)
    assert caught.value.__notes__ == [f"256 of {SAMPLES} samples are stored"]
    assert markers(folder) == 4
    run(folder, SAMPLES)
    same(content_of(folder), content_of(reference))


def test_a_complete_ensemble_is_not_run_again(reference):
    before = {path: path.stat().st_mtime_ns for path in reference.rglob("*.nc")}
    again = run(reference, SAMPLES)
    assert {path: path.stat().st_mtime_ns for path in reference.rglob("*.nc")} == before
    assert again.size == SAMPLES


# --- bad input -------------------------------------------------------------------------------------------------------


def test_two_runs_on_one_store(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir()
    with only_one(folder), pytest.raises(InputError, match="another run is writing this ensemble"):
        run(folder, 40)


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(InputError, match=r"is not empty and holds no ensemble \(thesis.doc\); give another folder"):
        run(tmp_path, 40)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]
    with pytest.raises(InputError, match="is a file"):
        run(tmp_path / "thesis.doc", 40)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        run(tmp_path / "file" / "inside", 40)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="cannot be written; give a folder that can"):
        run(tmp_path / "locked", 40)


def test_another_seed_in_the_same_folder(reference):
    design = SmallDesign(SAMPLES, seed=2)
    with pytest.raises(InputError, match="seed: 1 is stored, 2 is wanted; it holds another ensemble"):
        run_ensemble(SmallScenario(), lambda: design, design, out=reference, jobs=1, keep=KEEP)


def test_samples_that_were_not_kept_cannot_be_asked_for(tmp_path):
    run(tmp_path / "lean", 40, keep_samples=False)
    with pytest.raises(InputError, match="is complete, and its samples were not kept"):
        run(tmp_path / "lean", 40, keep_samples=True)


# --- what comes back -------------------------------------------------------------------------------------------------


def test_quantiles_against_the_samples(reference):
    found = mfa.open_ensemble(reference)
    whole = evaluate(
        SmallDesign(SAMPLES), 0, SAMPLES, choose_outputs(KEEP, "USD_2024", range(2024, 2034)), reasons=True
    )
    for name, array in whole.items():
        assert found.samples[name].values.tobytes() == array.tobytes()
    shares = found.quantiles["import_requirement"]
    np.testing.assert_allclose(
        shares.sel(quantile=0.95).pint.dequantify().values,
        np.nanquantile(whole["import_requirement"], 0.95, axis=0), rtol=1e-14,
    )  # fmt: skip
    assert f"{found.quantiles['imports'].pint.units:~}" == "t / yr"
    np.testing.assert_allclose(found.plain["imports_sd"], whole["imports"].std(axis=0, ddof=1), rtol=1e-12)
    # samples 5, 16, ... 390 sell nothing: 36 of 400
    assert (found.plain["import_requirement_missing"] == 36 / SAMPLES).all()


def test_factors_are_those_that_were_drawn(reference):
    found = mfa.open_ensemble(reference).factors
    pd.testing.assert_frame_equal(found, SmallDesign(SAMPLES).values(0, SAMPLES))


def test_the_table_of_quantiles(reference):
    table = pd.read_csv(reference / "quantiles.csv", keep_default_na=False)
    row = table.query("result == 'import_requirement' and time == 2030").iloc[0]
    found = mfa.open_ensemble(reference).plain["import_requirement"].sel(time=2030, quantile=0.25)
    assert float(row["q25"]) == float(found.squeeze())
    assert (row["unit"], row["reason"], float(row["missing"])) == ("1", "no need", 36 / SAMPLES)
    assert set(table["result"]) == set(KEEP)


def test_words_tables_and_pictures(reference):
    found = mfa.open_ensemble(reference)
    assert repr(found) == "<mfa.Ensemble of small: 400 samples (random, seed 1), 3 results, samples kept>"
    text = found.text()
    assert "400 samples of 3 factors (random, seed 1)" in text
    summary = found.summary()
    assert summary["year"].tolist() == [2030]
    row = summary.iloc[0]
    low, median, high = (100 * row[name] for name in ("low", "median", "high"))
    assert f"{median:.3g} ({low:.3g}-{high:.3g}) [9 % none]" in text
    assert "<table>" in found._repr_html_() and "[9 % none]" in found._repr_html_()
    figure = found.plot("import_requirement", "Co")
    words = {text.get_text() for text in figure.texts}
    assert "Cobalt, %" in words
    with pytest.raises(InputError, match="'secondary' was not kept"):
        found.plot("secondary")
    with pytest.raises(InputError, match="'Dy' is not in the ensemble"):
        found.plot("imports", "Dy")
    with pytest.raises(InputError, match="has the dims region, time, product"):
        found.plot("sales_units")


def test_a_temporary_ensemble_goes_with_its_result():
    design = SmallDesign(40)
    found = run_ensemble(SmallScenario(), lambda: design, design, jobs=1, years=[2030])
    assert [output.name for output in found.outputs] == list(DEFAULT_OUTPUTS)
    folder = found.folder
    assert folder.is_dir()
    assert found.plot("co2_avoided") is not None
    found.temporary.cleanup()
    assert not folder.exists()


def test_chunks_grow_with_the_samples_up_to_a_bound():
    assert [default_chunk(n) for n in (1, 2048, 2049, 10_000, 32_768, 10**6)] == [64, 64, 64, 192, 512, 512]


# --- progress --------------------------------------------------------------------------------------------------------


class Terminal:
    def __init__(self, terminal):
        self.terminal, self.text = terminal, ""

    def isatty(self):
        return self.terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_progress_in_a_terminal_is_one_line(tmp_path):
    stream = Terminal(True)
    run(tmp_path / "shown", 70, progress=ProgressBar(stream=stream))
    lines = stream.text.split("\r\033[K")
    assert "\n" not in stream.text
    assert lines[1].startswith("[..............................] 0 of 70 samples")
    assert any(line.startswith("[###########################...] 64 of 70 samples, ") for line in lines)
    assert lines[-1] == ""


def test_progress_elsewhere_is_a_line_now_and_then(tmp_path):
    stream = Terminal(False)
    run(tmp_path / "told", 70, progress=ProgressBar(stream=stream, every=3600.0))
    assert [line.split(" in ")[0] for line in stream.text.splitlines()] == ["0 of 70 samples", "70 of 70 samples"]
    stream = Terminal(False)
    run(tmp_path / "quiet", 70, progress=ProgressBar(stream=stream, quiet=True))
    assert stream.text == ""
