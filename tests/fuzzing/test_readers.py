"""The files that coverage-guided fuzzing begins with, and those on which a reader once broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing.readers import TARGETS, dictionary, seeds


@pytest.mark.parametrize("reader", list(TARGETS))
def test_readers_refuse_or_read_the_seeds(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the target changes the folder itself
    read = TARGETS[reader](tmp_path)
    files = seeds(reader, n_mutants=60)
    assert len(files) > 30
    for data in files:
        read(data)


def test_dictionary_is_one_quoted_word_a_line() -> None:
    for line in dictionary().splitlines():
        assert line.startswith('"') and line.endswith('"') and len(line) > 2, line
