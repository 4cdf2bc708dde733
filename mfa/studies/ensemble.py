"""Many samples of a scenario: quantiles of its results, stored so that a run that is cut off can go on."""

from __future__ import annotations

import functools
import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa.errors import Fault, InputError, MfaError
from mfa.inputs.messages import shown_path
from mfa.storage.checksums import write_sums
from mfa.storage.locking import LOCK, only_one
from mfa.storage.whole import disk_trouble, write_whole
from mfa.studies.ensemble_result import WHAT_MATTERS, Ensemble, headline_outputs, open_ensemble, shown_years
from mfa.studies.evaluate import BLOCK, choose_outputs
from mfa.studies.manifest import (
    COMPLETE,
    MANIFEST,
    manifest_bytes,
    new_manifest,
    outputs_of,
    read_manifest,
    refuse_another,
    write_manifest,
)
from mfa.studies.progress import ProgressBar
from mfa.studies.store import DONE, FACTORS_STORE, SAMPLES, Chunk, SampleStore, need_zarr, statistics_of
from mfa.studies.workers import Found, Recipe, compute_here, compute_in_pool, pool_size

if TYPE_CHECKING:
    from mfa.inputs import Scenario

MOST_BLOCKS = 8
"""Blocks of a chunk at most: what a worker that is killed may lose."""
CHUNKS_WANTED = 64
CONTINUES = "make room and give the same command again: it continues where it stopped"
"""How to mend a full disk."""


def ensemble(
    scenario: Scenario | str | Path | Mapping[str, Any],
    samples: int,
    seed: int,
    *,
    method: str = "lhs",
    vary: Sequence[str] | None = None,
    hold: Sequence[str] | None = None,
    keep: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    out: str | Path | None = None,
    keep_samples: bool = False,
    elasticities: bool = True,
    chunk: int | None = None,
    progress: ProgressBar | bool = False,
) -> Ensemble:
    """Run many samples of a scenario, and keep quantiles of its results.

    Every sample draws all uncertain parameters anew; its mass balances are checked as those of a single run. Results
    are stored chunk by chunk: cut off at any moment, the same call continues where it stopped and ends with the same
    bits. They depend on scenario, data, samples, seed and method only: not on `jobs`, `scheduler` or `chunk`.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
        A scenario, its name, path or content.
    samples : int
        Number of samples, > 0.
    seed : int
        Same seed, same samples, also across scenarios for the factors they share; >= 0.
    method : {"lhs", "sobol", "random"}
        Latin hypercube, scrambled Sobol sequence, or independent draws.
    vary, hold : sequence of str, optional
        Patterns of factors that vary or not, in place of those of the scenario.
    keep : sequence of str, optional
        Results to keep, such as ``import_requirement``, ``price`` or ``components.secondary``; a dozen headline
        indicators, stock, discards, secondary metal and imports if None.
    years : sequence of int, optional
        Years to keep; all if None. Samples are run up to the last of them.
    jobs : int, optional
        Processes; as many as there are cores if None, 1 for none but this one.
    scheduler : str, optional
        Address of a dask scheduler that gives the chunks to its workers instead, such as ``tcp://host:8786``.
    out : path, optional
        Folder of the ensemble. If None, a temporary one that goes with the result: it cannot be continued.
    keep_samples : bool
        Whether the value of every sample is kept, for `Ensemble.samples`.
    elasticities : bool
        Whether to look at what matters most, `Ensemble.what_matters`: two more runs for each factor, one at a time.
    chunk : int, optional
        Samples of a task, rounded up to a multiple of 32; by the number of samples if None.
    progress : bool or ProgressBar
        Whether to show on stderr how far it is.

    Returns
    -------
    Ensemble

    Raises
    ------
    InputError
        If an argument is impossible, or the folder holds something else.
    ModelError, BalanceError
        If a sample cannot be solved; the message names it, samples done before are kept.

    Examples
    --------
    >>> import mfa
    >>> found = mfa.ensemble("japan-vision", samples=1000, seed=1, out="runs/vision")  # doctest: +SKIP
    >>> found.quantiles["import_requirement"].sel(element="Dy", time=2040, quantile=0.95)  # doctest: +SKIP
    """
    need_zarr()
    faults = count_faults(samples=samples, chunk=chunk, jobs=jobs)
    if jobs is not None and scheduler is not None:
        faults.append(Fault("jobs", "stands beside a scheduler, which has workers of its own", "leave one of them out"))
    if faults:
        raise InputError(faults)
    loaded, make, design = _design(scenario, samples, seed, method, vary, hold)
    return run_ensemble(
        loaded, make, design, keep=keep, years=years, jobs=jobs, scheduler=scheduler, out=out,
        keep_samples=keep_samples, elasticities=elasticities, chunk=chunk, progress=progress,
    )  # fmt: skip


def run_ensemble(
    scenario: Any,
    make: Callable[[], Any],
    design: Any,
    *,
    keep: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    out: str | Path | None = None,
    keep_samples: bool = False,
    elasticities: bool = True,
    chunk: int | None = None,
    progress: ProgressBar | bool = False,
) -> Ensemble:
    """Run all samples of a design, as `ensemble` does with that of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What the design is of: its name, title and resolved text are stored.
    make : callable
        Makes the design in a worker; it can be pickled.
    design : Design
        What `make` makes: ``size``, ``seed``, ``method``, ``names``, ``inputs(start, stop)``, ``values(start, stop)``.
    keep, years, jobs, scheduler, out, keep_samples, elasticities, chunk, progress
        As of `ensemble`.

    Returns
    -------
    Ensemble
    """
    bar = progress if isinstance(progress, ProgressBar) else ProgressBar(quiet=not progress)
    first = design.inputs(0, 1)
    outputs = choose_outputs(keep, first.money, first.years, years)
    notes = [*first.attrs.get("warnings", []), *getattr(design, "warnings", [])]
    size = default_chunk(design.size) if chunk is None else BLOCK * math.ceil(chunk / BLOCK)
    manifest = new_manifest(scenario, design, first, outputs, size, notes)
    recipe = Recipe(make, outputs, reasons=True, factors=True, until=None if years is None else max(years))
    temporary = tempfile.TemporaryDirectory(prefix="mfa-ensemble-") if out is None else None
    folder = Path(out if temporary is None else temporary.name)  # type: ignore[arg-type]
    prepare_folder(folder)
    with only_one(folder):
        looked_at = elasticities and hasattr(design, "uncertainty")
        manifest = _begin(folder, manifest, chunk is not None, keep_samples, looked_at)
        if manifest["state"] != COMPLETE:
            _fill(folder, manifest, recipe, design, jobs, scheduler, bar)
            if looked_at:
                _look_at_factors(folder, manifest, make, design, jobs, scheduler, bar)
            _finish(folder, manifest, keep_samples, bar)
        else:
            _tidy(folder, manifest)
    found = open_ensemble(folder)
    found.temporary = temporary
    return found


def default_chunk(samples: int) -> int:
    """Samples of a chunk: so many that there are some 64 chunks, at least one block and at most 16.

    Examples
    --------
    >>> [default_chunk(samples) for samples in (100, 10_000, 100_000)]
    [64, 192, 512]
    """
    return BLOCK * min(MOST_BLOCKS, max(1, math.ceil(samples / (CHUNKS_WANTED * BLOCK))))


def count_faults(**counts: int | None) -> list[Fault]:
    """Faults of arguments that must be whole numbers above 0, or None."""
    return [
        Fault(name, f"= {value} is not a whole number above 0", "give 1 or more")
        for name, value in counts.items()
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1)
    ]


def _design(
    scenario: Any, samples: int, seed: int, method: str, vary: Sequence[str] | None, hold: Sequence[str] | None
) -> tuple[Scenario, Any, Any]:
    """Scenario, a recipe for its design that can travel, and the design."""
    from mfa.inputs import Scenario, load_scenario
    from mfa.inputs.sampling import Design

    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    make = functools.partial(Design, loaded, samples, seed, method, vary=vary, hold=hold)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they stand in the manifest
        design = make()
    if not design.names:
        what = "nothing varies: no table or scenario gives a law for what is not held"
        raise InputError(Fault(f"scenario {loaded.name}", what, "see mfa info --factors; vary or hold other factors"))
    return loaded, make, design


def prepare_folder(folder: Path) -> None:
    """Make a folder for an ensemble, unless it is one already.

    Raises
    ------
    InputError
        If it holds something else, or cannot be written.
    """
    where = shown_path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(Fault(where, "is a file", "give another folder: --out"))
    with disk_trouble(folder, lambda: "nothing was begun", CONTINUES):
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(Fault(where, "cannot be written", "give a folder that can: --out"))
    ours = {LOCK, f"{MANIFEST}.new"}
    if not (folder / MANIFEST).exists():
        others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
        if others:
            what = f"is not empty and holds no ensemble ({', '.join(others[:3])}{' ...' if len(others) > 3 else ''})"
            raise InputError(Fault(where, what, "give another folder: --out"))


def _begin(
    folder: Path, wanted: dict[str, Any], chunk_given: bool, keep_samples: bool, looked_at: bool
) -> dict[str, Any]:
    """The manifest in force: that of the folder if it is of the same ensemble, else the one wanted."""
    if not (folder / MANIFEST).exists():
        with disk_trouble(folder, lambda: "nothing was begun", CONTINUES):
            write_manifest(folder, wanted)
        return wanted
    stored = read_manifest(folder)
    if not chunk_given:
        wanted = {**wanted, "chunk": stored["chunk"]}
    refuse_another(folder, stored, wanted)
    if stored["state"] == COMPLETE and keep_samples and not stored["samples_kept"]:
        what = "is complete, and its samples were not kept"
        raise InputError(Fault(shown_path(folder), what, "give another folder: --out, or remove this one"))
    if stored["state"] == COMPLETE and looked_at and not (folder / WHAT_MATTERS).exists():
        what = "is complete, and what matters most to it was not looked at"
        mend = "add --no-elasticities (elasticities=False), or give another folder: --out"
        raise InputError(Fault(shown_path(folder), what, mend))
    return stored if stored["state"] == COMPLETE else wanted


def _fill(
    folder: Path,
    manifest: Mapping[str, Any],
    recipe: Recipe,
    design: Any,
    jobs: int | None,
    scheduler: str | None,
    bar: ProgressBar,
) -> None:
    """Compute and store all chunks that are missing."""
    store = SampleStore(folder, manifest)
    with disk_trouble(folder, lambda: "nothing was begun", CONTINUES):
        store.create()
    checking = ProgressBar("chunks checked", bar.quiet, bar.stream, bar.every)
    left = store.pending(checking if any((folder / DONE).iterdir()) else lambda done, total: None)
    checking.close()
    done = store.samples - sum(chunk.stop - chunk.start for chunk in left)
    bar.start(done, store.samples)

    def told() -> str:
        return f"{done} of {store.samples} samples are stored"

    try:
        for chunk, found in _computed(recipe, left, design, jobs, scheduler):
            with disk_trouble(folder, told, CONTINUES):
                store.write(chunk, found)
            done += chunk.stop - chunk.start
            bar(done, store.samples)
    except (MfaError, KeyboardInterrupt) as error:
        if left and not isinstance(error, InputError):
            error.add_note(told())
        raise
    finally:
        bar.close()


def _computed(
    recipe: Recipe, chunks: list[Chunk], design: Any, jobs: int | None, scheduler: str | None
) -> Iterable[tuple[Chunk, Found]]:
    if not chunks:
        return iter(())
    if scheduler is not None:
        from mfa.studies.cluster import compute_on_cluster

        return compute_on_cluster(recipe, chunks, scheduler)
    count = pool_size(jobs, len(chunks))
    return compute_here(recipe, chunks, design) if count == 1 else compute_in_pool(recipe, chunks, count, design)


def _look_at_factors(
    folder: Path,
    manifest: Mapping[str, Any],
    make: Callable[[], Any],
    design: Any,
    jobs: int | None,
    scheduler: str | None,
    bar: ProgressBar,
) -> None:
    """Write what matters most to the headline results, while the samples are still there."""
    from mfa.studies import what_matters as study

    outputs = headline_outputs(outputs_of(manifest))
    coords = {entry["name"]: entry["coords"] for entry in manifest["outputs"]}
    years = shown_years(coords[outputs[0].name]["time"]) if outputs else []
    table = None
    if outputs:
        counting = ProgressBar("runs, one factor at a time", bar.quiet, bar.stream, bar.every)

        def compute(recipe: Recipe, chunks: list[Chunk], points: Any) -> Iterable[tuple[Chunk, Found]]:
            return _computed(recipe, chunks, points, jobs, scheduler)

        try:
            found, kept = study.elasticities(make, design.uncertainty, outputs, years, compute, counting)
        finally:
            counting.close()
        correlations = study.rank_correlations(SampleStore(folder, manifest), kept, coords)
        table = study.table_of(found, correlations, kept, coords, design.uncertainty)
    with disk_trouble(folder, lambda: "all samples are stored", CONTINUES):
        write_whole(folder / WHAT_MATTERS, study.table_text(table).encode())


def _finish(folder: Path, manifest: dict[str, Any], keep_samples: bool, bar: ProgressBar) -> None:
    """Quantiles first; when they are safe, the ensemble is complete, and samples that nobody wants go."""
    from mfa.report.ensemble_files import statistics_dataset, write_statistics

    store = SampleStore(folder, manifest)
    counting = ProgressBar("results summed up", bar.quiet or not bar.terminal, bar.stream)
    found = {}
    for place, output in enumerate(store.outputs):
        counting(place, len(store.outputs))
        found[output.name] = statistics_of(store, output.name)
    counting.close()
    told = "all samples are stored"
    with disk_trouble(folder, lambda: told, CONTINUES):
        write_statistics(folder, statistics_dataset(manifest, found), manifest)
        manifest.update(state=COMPLETE, samples_kept=keep_samples)
        _note_checksums(folder, manifest)
        write_manifest(folder, manifest)
        _tidy(folder, manifest)


def _note_checksums(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Note the checksums of all that a complete ensemble holds, the manifest as it is about to be written."""
    from mfa.report.ensemble_files import QUANTILES_CSV, QUANTILES_NC

    kept = [folder / name for name in (QUANTILES_CSV, QUANTILES_NC, WHAT_MATTERS)]
    for place in (FACTORS_STORE, *([SAMPLES] if manifest["samples_kept"] else [])):
        kept += (folder / place).rglob("*")
    files = [path for path in kept if path.is_file() and path.suffix != ".new"]
    write_sums(folder, files, {MANIFEST: manifest_bytes(manifest)})


def _tidy(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Remove what a complete ensemble does not keep; may be done twice."""
    if not manifest["samples_kept"]:
        SampleStore(folder, manifest).remove_samples()
    for rest in folder.glob("*.new"):
        shutil.rmtree(rest, ignore_errors=True) if rest.is_dir() else rest.unlink(missing_ok=True)
