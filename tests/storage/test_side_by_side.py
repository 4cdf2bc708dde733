"""Two processes on one folder, store or file: one waits or is told, and what is there is always that of one of them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mfa
from mfa.cli import main
from mfa.errors import InputError
from mfa.storage.locking import alone
from mfa.storage.whole import whole_file
from tests.storage.contents import contents_of, differing
from tests.storage.cutting import cut_off, end_of, split_off
from tests.studies.run_small import run as run_small

if TYPE_CHECKING:
    from tests.storage.conftest import Case

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="splits off processes")


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("case", ["run", "sweep", "report"], indirect=True)
def test_commands_that_write_the_same_wait_for_each_other(case: Case, country: Path) -> None:
    """Three processes at once: all end well, and the folder is that of one of them."""
    case.reset()
    other = lambda: main([*case.before, "--quiet"])  # noqa: E731
    processes = [split_off(work, country / f"log{i}") for i, work in enumerate((case.work, other, case.work))]
    ends = [end_of(process) for process in processes]
    assert ends == [0, 0, 0], [(country / f"log{i}").read_text() for i in range(3)]
    assert case.state() in ("old", "new")
    assert case.rubble() == []


@pytest.mark.parametrize("case", ["run"], indirect=True)
def test_what_is_read_while_it_is_replaced_is_old_or_new(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.reset()
    old = mfa.open_results(case.place)
    before = (case.place / "results.nc").read_bytes()
    assert cut_off(case.work, case.log) == 0
    new = mfa.open_results(case.place)
    ready = {old.attrs["title"]: before, new.attrs["title"]: (case.place / "results.nc").read_bytes()}
    monkeypatch.setattr(
        "mfa.report.netcdf.write_results", lambda results, path: path.write_bytes(ready[results.attrs["title"]])
    )

    def replace() -> None:
        for i in range(40):
            (old, new)[i % 2].save(case.place, figures=False)

    process, seen = split_off(replace, case.log), set()
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        seen.add(mfa.open_results(case.place).attrs["title"])
    assert seen == set(ready)


def test_a_second_run_of_an_ensemble_is_told(tmp_path: Path) -> None:
    run_small(tmp_path / "whole", 70, keep=["imports"])
    folder = tmp_path / "shared"
    process = split_off(lambda: run_small(folder, 70, keep=["imports"], pause=0.3), tmp_path / "log")
    wait_until((folder / "ensemble.json").exists)
    with pytest.raises(InputError, match=rf"another run is writing this ensemble \(process {process} on .*\)"):
        run_small(folder, 70, keep=["imports"])
    assert end_of(process) == 0
    assert differing(contents_of(folder), contents_of(tmp_path / "whole")) == []


def test_who_waits_too_long_is_told_and_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    def hold() -> None:
        with alone(tmp_path / "run"):
            (tmp_path / "held").touch()
            time.sleep(600.0)

    process = split_off(hold, tmp_path / "log")
    wait_until((tmp_path / "held").exists)
    told = rf"run: another process is writing it \(process {process} on .*\); wait for it, or give another folder"
    with pytest.raises(InputError, match=told), alone(tmp_path / "run", patience=0.1):
        raise AssertionError
    os.kill(process, signal.SIGKILL)
    assert end_of(process) == -9
    with alone(tmp_path / "run", patience=0.0):
        assert (tmp_path / ".run.lock").read_text().startswith(f"process {os.getpid()} on ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "log"]


def test_a_lock_that_went_away_while_it_was_waited_for_is_no_lock(tmp_path: Path) -> None:
    """Eight processes add 1 to a number, each in its turn: none is lost."""
    number = tmp_path / "number"
    number.write_text("0")

    def add() -> None:
        for _ in range(10):
            with alone(number):
                found = int(number.read_text())
                time.sleep(0.0005)
                number.write_text(str(found + 1))

    for process in [split_off(add, tmp_path / f"log{i}") for i in range(8)]:
        assert end_of(process) == 0
    assert number.read_text() == "80"


def test_a_file_clears_its_own_drafts_away_and_no_others(tmp_path: Path) -> None:
    for name in (".page.99999.part.html", ".page.2.99999.part.html", ".page.mine.part.html"):
        (tmp_path / name).touch()
    with whole_file(tmp_path / "page.html") as draft:
        draft.write_text("whole")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".page.2.99999.part.html", ".page.mine.part.html", "page.html"]
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "page.html") as draft:
        draft.write_text("half")
        1 / 0  # noqa: B018
    assert (tmp_path / "page.html").read_text() == "whole"
