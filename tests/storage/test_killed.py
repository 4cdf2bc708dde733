"""Commands that are killed: what was there before is whole, and the next start ends with the same bits."""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.storage.cutting import cut_off, kill_after, killed_at

if TYPE_CHECKING:
    from tests.storage.conftest import Case

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="splits off processes and kills them")
KILLS = 8
"""Kills of each of the four commands at random moments; at every change of a file they are killed once more."""


def test_killed_at_any_moment(case: Case) -> None:
    """Each start finds what the kill before it left."""
    case.reset()
    started = time.perf_counter()
    assert cut_off(case.work, case.log) == 0, case.log.read_text()
    took = time.perf_counter() - started
    moments = random.Random(case.name)
    case.reset()
    seen = []
    for _ in range(KILLS):
        end = kill_after(case.work, case.log, moments.uniform(0.2, 1.0) * took)
        assert end in (0, -9), case.log.read_text()
        seen.append(case.state())
        if seen[-1] == "new":
            case.reset()
    assert set(seen) != {"new"}, "nothing was cut off"
    assert cut_off(case.work, case.log) == 0, case.log.read_text()
    assert case.which() == "new"
    assert case.rubble() == []


def test_killed_at_every_change_of_a_file(writing: Case) -> None:
    """Just before the first, the second ... file that is opened for writing, renamed or removed.

    Ensembles, which have many and take longest, at every fourth.
    """
    number, seen = 1, set()
    while True:
        writing.reset()
        end = cut_off(writing.work, writing.log, killed_at(writing.place.parent, number))
        if end == 0:
            break
        assert end == -9, writing.log.read_text()
        seen.add(writing.state())
        writing.work()
        assert writing.which() == "new", f"killed at change {number}"
        assert writing.rubble() == []
        number += 1 if writing.old else 4
    assert seen == ({"old", "new"} if writing.old else {"incomplete"})  # an ensemble is complete with its last file
    assert number > 5
