"""Runs a mutant in a folder of its own, and says what it should not have done."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mfa
import mfa.cli
from mfa.errors import MfaError
from tests.fuzzing.mutants import Mutant

SECONDS = 5.0
"""A mutant that takes longer hangs."""
OUTPUT = ("runs", "book.xlsx")
"""What commands may write in the project's folder."""


class Hangs(BaseException):
    """Raised in what takes too long; no `except Exception` stops it."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: ran, refused, or a problem with its text."""

    outcome: str
    text: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether it is neither a sound run nor a clear refusal."""
        return self.outcome not in ("ran", "refused")

    @property
    def key(self) -> str:
        """The same for problems that are alike."""
        last = self.text.strip().split("\n")[-1]
        return f"{self.outcome}: " + re.sub(r"\d+|'[^']*'", "#", last)[:160]


def judge(mutant: Mutant, seconds: float = SECONDS) -> Verdict:
    """Run a mutant and judge it."""
    with tempfile.TemporaryDirectory(prefix="mfa-fuzz-") as outer:
        folder = Path(outer) / "project"
        folder.mkdir()
        mutant.write(folder)
        before = _listing(Path(outer))
        everything = mutant.arguments == ["validate"]  # all that is shipped, which takes its time
        with _inside(folder):
            verdict = _call(mutant, 12.0 * seconds if everything else seconds)
        changed = {name for name, size in _listing(Path(outer)).items() if before.get(name) != size}
        foreign = sorted(name for name in changed if not name.startswith(tuple(f"project/{name}" for name in OUTPUT)))
        named = [word for word in mutant.arguments if word]
        foreign = [name for name in foreign if not any(word in name for word in named)]
        if not verdict.is_problem and foreign:
            return Verdict("wrote outside its folder", ", ".join(foreign[:5]))
        if not verdict.is_problem and verdict.outcome == "refused":
            halves = [name for name in changed if ".tmp" in name or ".new" in name or name.endswith("~")]
            if halves:
                return Verdict("left half a result", ", ".join(halves[:5]))
        return verdict


def _call(mutant: Mutant, seconds: float) -> Verdict:
    try:
        with _limit(seconds), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if mutant.arguments[0] == "validate+run":
                return _library(mutant.arguments[1])
            return _command(mutant.arguments)
    except Hangs:
        return Verdict("hangs", f"longer than {seconds} s")
    except Exception:
        return Verdict("traceback", traceback.format_exc())


def _library(name: str) -> Verdict:
    from mfa.inputs import validate

    faults = validate([name])
    if faults:
        return _refusal([str(fault) for fault in faults])
    try:
        results = mfa.run(mfa.load_scenario(name))
    except MfaError as error:
        return _refusal([str(fault) for fault in error.faults])
    worst = results.attrs["balance"]["worst_relative_residual"]
    return Verdict("ran") if worst <= 1e-9 else Verdict("balance", f"worst residual {worst}")


def _refusal(texts: list[str]) -> Verdict:
    """Every fault says where it is and what; a control character of the file must not reach the terminal."""
    for text in texts:
        if not text.strip() or len(text) > 4000:
            return Verdict("unclear message", text[:300])
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
            return Verdict("control characters in a message", repr(text)[:300])
        if ":" not in text and ";" not in text:
            return Verdict("message without a place or remedy", text)
    return Verdict("refused", texts[0])


def _command(arguments: list[str]) -> Verdict:
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            mfa.cli.app(args=list(arguments))
        except SystemExit as end:
            code = end.code
    text = err.getvalue()
    if "Traceback" in text or "unexpected " in text and "report what it shows" in text:
        return Verdict("traceback", text)
    if code in (0, None):
        if arguments[0] == "run" and arguments[1:2] == ["test.yaml"]:
            return _whole_run()
        return Verdict("ran")
    if code == 2:  # the command line itself
        return Verdict("refused", text)
    if code != 1:
        return Verdict("exit code", f"{code}: {text}")
    if not text.strip():
        return Verdict("silent failure", f"{arguments}: {out.getvalue()[:300]}")
    if arguments[0] == "validate":  # faults are what it is asked for; a count of them ends the list
        return _refusal([text.rsplit("mfa: ", 1)[0][:3900] or text])
    return _refusal([text.split("mfa: ", 1)[-1][:3900]])


def _whole_run() -> Verdict:
    runs = [path.parent for path in Path("runs").rglob("results.nc")] if Path("runs").is_dir() else []
    if not runs:
        return (
            Verdict("ran")
            if not Path("runs").is_dir() or not any(Path("runs").iterdir())
            else Verdict("left half a result", str(list(Path("runs").rglob("*"))[:5]))
        )
    for folder in runs:
        worst = mfa.open_results(folder).attrs["balance"]["worst_relative_residual"]
        if worst > 1e-9:
            return Verdict("balance", f"worst residual {worst}")
    return Verdict("ran")


def _listing(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.lstat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    back = Path.cwd()
    os.chdir(folder)
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        os.chdir(back)


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hangs

    # processor time, since others may use the machine; and a long wait, which costs none
    before = signal.signal(signal.SIGPROF, ring), signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    signal.setitimer(signal.ITIMER_REAL, 12.0 * seconds, 1.0)  # again, where the first was swallowed
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGPROF, before[0])
        signal.signal(signal.SIGALRM, before[1])
