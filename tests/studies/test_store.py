"""The store: what counts as stored, what is cleared away, what is refused."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

import mfa
from mfa.errors import InputError, MfaError
from mfa.storage.locking import only_one
from mfa.storage.whole import disk_trouble
from mfa.studies import manifest as manifests
from mfa.studies import store as stores
from mfa.studies.evaluate import choose_outputs
from mfa.studies.manifest import FORMAT, new_manifest, read_manifest, refuse_another, write_manifest
from mfa.studies.store import Chunk, SampleStore, chunks_of, statistics_of
from tests.studies.designs import SmallDesign, SmallScenario

YEARS = range(2024, 2034)


def manifest_of(size=70, seed=1, chunk=32, keep=("import_requirement", "imports"), scenario=None, **changes):
    design = SmallDesign(size, seed)
    for name in ("names", "method"):
        if name in changes:
            setattr(design, name, changes[name])
    outputs = choose_outputs(keep, "USD_2024", YEARS, changes.get("years"))
    return new_manifest(scenario or SmallScenario(), design, design.inputs(0, 1), outputs, chunk)


@pytest.fixture
def store(tmp_path):
    made = SampleStore(tmp_path, manifest_of())
    made.create()
    return made


def found_for(store, chunk, seed=0):
    """Random values, with gaps, for one chunk."""
    rng = np.random.default_rng([seed, chunk.number])
    found = {}
    for name in store.names:
        shape = (chunk.stop - chunk.start, *store.shape(name)[1:])
        if name.startswith("reason_of_"):
            found[name] = rng.integers(0, 3, shape).astype(np.int8)
        else:
            found[name] = np.where(rng.random(shape) < 0.1, np.nan, rng.random(shape))
    return found


def filled(store):
    every = chunks_of(store.samples, store.chunk)
    for chunk in every:
        store.write(chunk, found_for(store, chunk))
    return {
        name: np.concatenate([found_for(store, chunk)[name] for chunk in every]) for name in store.names
    }  # fmt: skip


# --- chunks ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(store):
    assert [chunk.number for chunk in store.pending()] == [0, 1, 2]
    wanted = filled(store)
    assert store.pending() == []
    for name, array in wanted.items():
        assert store.array(name)[:].tobytes() == array.tobytes()


def test_a_chunk_without_its_marker_does_not_count(store):
    filled(store)
    (store.folder / "done" / "000001.json").unlink()
    assert store.pending() == [Chunk(1, 32, 64)]
    assert np.isnan(store.array("imports")[32:64]).all()  # cleared away
    assert np.isfinite(store.array("imports")[:32]).any()


@pytest.mark.parametrize("damage", ["other values", "torn file", "lost file", "torn marker", "foreign marker"])
def test_a_damaged_chunk_is_done_again(store, damage):
    wanted = filled(store)
    piece = next((store.folder / "samples.zarr" / "imports").glob("c.1.*"))
    marker = store.folder / "done" / "000001.json"
    if damage == "other values":
        store.array("imports")[40] = 1.0
    elif damage == "torn file":
        piece.write_bytes(piece.read_bytes()[:-7])
    elif damage == "lost file":
        piece.unlink()
    elif damage == "torn marker":
        marker.write_text('{"start": 32, "st')
    else:
        marker.write_text((store.folder / "done" / "000000.json").read_text())
    assert store.pending() == [Chunk(1, 32, 64)]
    store.write(Chunk(1, 32, 64), found_for(store, Chunk(1, 32, 64)))
    assert store.pending() == []
    assert store.array("imports")[:].tobytes() == wanted["imports"].tobytes()


def test_rubble_is_cleared_away(store):
    (store.folder / "samples.zarr" / "imports" / "c.2.0.0.abc.partial").write_bytes(b"half")
    (store.folder / "done" / "000002.json.new").write_bytes(b"half")
    store.pending()
    names = {path.name for path in store.folder.rglob("*")}
    assert not any(name.endswith((".partial", ".new")) for name in names)


def test_the_data_reach_the_disk_before_the_marker(store, monkeypatch):
    """If the disk fails while the data are flushed, there is no marker."""

    def fail(handle):
        raise OSError(5, "Input/output error")

    chunk = Chunk(0, 0, 32)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError):
        store.write(chunk, found_for(store, chunk))
    monkeypatch.undo()
    assert not (store.folder / "done" / "000000.json").exists()
    assert chunk in store.pending()


# --- statistics from the store ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slab", [1, 70 * 8 * 3, 2**25])
def test_statistics_do_not_depend_on_how_much_is_read_at_once(tmp_path, monkeypatch, slab):
    monkeypatch.setattr(stores, "SLAB", slab)
    store = SampleStore(tmp_path, manifest_of())
    store.create()
    values = filled(store)["import_requirement"].reshape(70, -1)
    assert store.array("imports").chunks[2] == {1: 1, 70 * 8 * 3: 3, 2**25: 10}[slab]  # years of a piece
    found = statistics_of(store, "import_requirement")
    np.testing.assert_allclose(found.quantiles[2], np.nanmedian(values, axis=0), rtol=1e-14)
    np.testing.assert_allclose(found.missing, np.isnan(values).mean(axis=0))
    sizes = [part.nbytes for _, part, _ in store.slabs("import_requirement")]
    assert max(sizes) <= max(slab, 70 * 8)  # at least one cell at a time


# --- another ensemble ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 2}, "seed: 1 is stored, 2 is wanted"),
        ({"size": 71}, "number of samples: 70 is stored, 71 is wanted"),
        ({"method": "sobol"}, "method: random is stored, sobol is wanted"),
        ({"chunk": 64}, "chunk size: 32 is stored, 64 is wanted"),
        ({"names": ["sales", "opex"]}, r"uncertain factors: no longer content\[Co\], base_collection_rate; newly opex"),
        ({"keep": ("imports",)}, "results kept: import_requirement, imports are stored, imports are wanted"),
        ({"years": [2030]}, "results kept: other years"),
        ({"scenario": SmallScenario("other")}, "scenario: 'small' is stored, 'other' is wanted"),
        ({"scenario": SmallScenario(policy={"keep_share": 1})}, "scenario: 'small' has changed in policy"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_another_ensemble_is_refused_and_told(tmp_path, change, told):
    refuse_another(tmp_path, manifest_of(), manifest_of())
    with pytest.raises(InputError, match=told) as caught:
        refuse_another(tmp_path, manifest_of(), manifest_of(**change))
    assert "give another folder (--out), or remove this one to start anew" in str(caught.value)


def test_another_version_and_changed_code_are_refused(tmp_path, monkeypatch):
    stored = manifest_of()
    monkeypatch.setattr(manifests, "code_fingerprint", lambda: "other")
    with pytest.raises(InputError, match="code of the model: has changed since the store was begun"):
        refuse_another(tmp_path, stored, manifest_of())
    monkeypatch.setattr(mfa, "__version__", "9.9.9")
    with pytest.raises(InputError, match=rf"version of mfa: {stored['version']} is stored, 9.9.9 is wanted"):
        refuse_another(tmp_path, stored, manifest_of())


def test_changed_data_are_refused(tmp_path):
    stored = manifest_of()
    stored["data"] = {"name": "japan", "hash": "1"}
    wanted = {**stored, "data": {"name": "japan", "hash": "2"}}
    with pytest.raises(InputError, match="tables of 'japan' have changed"):
        refuse_another(tmp_path, stored, wanted)


def test_what_is_no_manifest_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no ensemble"):
        read_manifest(tmp_path)
    path = tmp_path / "ensemble.json"
    path.write_text('{"kind": "mfa ens')
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path)
    path.write_text("[1, 2]")
    with pytest.raises(InputError, match="was not written by mfa ensemble"):
        read_manifest(tmp_path)
    path.write_text(json.dumps({**manifest_of(), "format": FORMAT + 1, "version": "9.9.9"}))
    with pytest.raises(InputError, match="has format 2, this version of mfa reads up to 1; update mfa"):
        read_manifest(tmp_path)


def test_a_manifest_survives_a_full_disk(tmp_path, monkeypatch):
    write_manifest(tmp_path, manifest_of(seed=1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError):
        write_manifest(tmp_path, manifest_of(seed=2))
    assert read_manifest(tmp_path)["seed"] == 1


# --- one at a time, and trouble --------------------------------------------------------------------------------------


def test_only_one_process_at_a_time(tmp_path):
    with only_one(tmp_path):
        with pytest.raises(InputError, match=rf"another run is writing this ensemble \(process {os.getpid()} on"):
            with only_one(tmp_path):
                raise AssertionError
    with only_one(tmp_path):
        pass


def test_trouble_with_the_disk_is_told(tmp_path):
    with pytest.raises(MfaError, match="the disk is full; 64 of 70 samples are stored; make room and give the same"):
        with disk_trouble(tmp_path, lambda: "64 of 70 samples are stored"):
            raise OSError(28, "No space left on device")
    with pytest.raises(InputError, match="cannot be written \\(Permission denied\\)"):
        with disk_trouble(tmp_path, lambda: "nothing was begun"):
            raise PermissionError(13, "Permission denied")


def test_a_missing_library_is_told(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(MfaError, match=r"pip install 'urban-mining-mfa\[studies\]'"):
        stores.need_zarr()
