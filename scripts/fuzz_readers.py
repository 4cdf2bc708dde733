"""Coverage-guided fuzzing of the two readers: python scripts/fuzz_readers.py table|scenario [SECONDS] [--corpus FOLDER]

What a file holds grows towards code that no file has reached yet (atheris, extra `fuzz`). Whatever the bytes, a reader
returns what it read or faults with a place; an exception, a number that is none, a control character in a message or
an input over 5 s ends the run, and the input that did it is kept as `crash-*` or `timeout-*` in the corpus folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["mfa.inputs", "mfa.units", "mfa.errors"]):
    from tests.fuzzing import readers

LONGEST = 20_000
"""Bytes of a file."""


def main() -> None:
    """Read the command line, lay out the corpus, fuzz until the time is over or something breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=("table", "scenario"))
    parser.add_argument("seconds", type=int, nargs="?", default=600)
    parser.add_argument("--corpus", type=Path, help="folder that keeps what was found, to go on with another time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mfa-fuzz-") as outer:
        corpus = (arguments.corpus or Path(outer) / "corpus").resolve()
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(readers.seeds(arguments.reader, n_mutants=400)):
            (corpus / f"seed-{number}").write_bytes(seed[:LONGEST])
        words, project = Path(outer) / "words", Path(outer) / "project"
        words.write_text(readers.dictionary(), encoding="utf-8")
        project.mkdir()
        options = [f"-dict={words}", f"-max_total_time={arguments.seconds}", f"-max_len={LONGEST}", "-timeout=5"]
        place = f"-artifact_prefix={corpus}/"
        atheris.Setup([sys.argv[0], *options, place, str(corpus)], readers.TARGETS[arguments.reader](project))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
