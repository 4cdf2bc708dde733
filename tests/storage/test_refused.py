"""A disk that is full, or cannot be written: told in words, what was there before is whole, the next start is clean."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mfa
from mfa.cli import main
from tests.storage.cutting import cut_off, refused_from

if TYPE_CHECKING:
    from tests.storage.conftest import Case

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="splits off processes")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS], ids=["full", "read-only"])
def test_refused_from_any_file_on(writing: Case, code: int) -> None:
    """The disk is full, or read-only, from the first, the second ... file on that is made."""
    number = 1
    while True:
        writing.reset()
        end = cut_off(writing.work, writing.log, refused_from(writing.place.parent, number, code))
        if end == 0:
            break
        words = (
            "the disk is full; .*make room and give the same command" if code == errno.ENOSPC else "cannot be written"
        )
        assert re.search(rf"^mfa\.errors\.\w+: .*{words}", writing.log.read_text(), re.MULTILINE)
        if writing.old:
            assert writing.state() in ("old", "new")
        writing.work()
        assert writing.which() == "new"
        assert writing.rubble() == []
        number += 1 if writing.old else 8
    assert number > 3


@pytest.mark.parametrize("largest", [0, 3000, 20000])
def test_no_room_within_a_file(case: Case, largest: int) -> None:
    """Writing itself fails, in Python and in the libraries that write NetCDF and zarr: files may not grow beyond."""
    case.reset()
    end = cut_off(case.work, case.log, largest=largest)
    text = case.log.read_text()
    if end:
        assert end == 1, text
        assert text.startswith("mfa: ") and "unexpected" not in text and "cannot be written" in text, text
        if case.old:
            assert case.state() == "old"
        assert cut_off(case.work, case.log) == 0
    assert case.which() == "new"
    assert case.rubble() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = mfa.run("japan-reference", detail="totals")
    tmp_path.chmod(0o500)
    with pytest.raises(mfa.MfaError, match="cannot be written"):
        results.save(tmp_path / "run", figures=False)
    tmp_path.chmod(0o700)


def test_a_place_below_a_file(country: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody may write there, not even root."""
    (country / "file").write_text("")
    for words in (
        ["run", "one.yaml", "--no-figures", "-o", "file"],
        ["sweep", "one.yaml", "--vary", "base_collection_rate=0.2:0.8:2", "--jobs", "1", "-o", "file/sweep"],
        ["ensemble", "one.yaml", "-n", "3", "--seed", "1", "--jobs", "1", "-o", "file/ensemble"],
        ["report", "runs/one", "-o", "file/report"],
    ):
        with pytest.raises(SystemExit) as end:
            main([*words, "--quiet"])
        assert end.value.code == 1
        error = capsys.readouterr().err
        told = r"mfa: file/\w+: cannot be written \(.*\); .*; give a place that can be written: --out"
        assert re.match(told, error), error
