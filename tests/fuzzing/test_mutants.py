"""A few mutants of every kind, and those that once went wrong; `make fuzz` runs 20 000."""

from __future__ import annotations

import collections

import pytest

from mfa.errors import Fault
from tests.fuzzing.harness import judge
from tests.fuzzing.mutants import FILES, Mutant, mutant, sound_workbook

FEW = 120
BOMB = "".join(f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9) if i else 1}]\n" for i in range(9))


def of(kind: str, name: str, text: str) -> Mutant:
    return Mutant(0, kind, ["validate+run", "test.yaml"], {name: text.encode()})


def test_the_sound_project_runs_and_so_does_its_workbook() -> None:
    scenario = FILES["test.yaml"].replace("dataset: tiny", "dataset: book.xlsx").encode()
    book = {"book.xlsx": sound_workbook(), "test.yaml": scenario}
    for call in ("validate+run", "run"):
        assert judge(Mutant(0, "sound", [call, "test.yaml"])).outcome == "ran"
        assert judge(Mutant(0, "workbook", [call, "test.yaml"], book)).outcome == "ran"


def test_mutants_of_every_kind_run_or_are_refused() -> None:
    kinds = collections.Counter()
    for number in range(FEW):
        made = mutant(number)
        verdict = judge(made, seconds=30.0)  # a test machine may be slow; `make fuzz` is strict
        assert not verdict.is_problem, (number, made.kind, made.arguments, verdict)
        kinds[made.kind, verdict.outcome] += 1
    assert {kind for kind, _ in kinds} == {"table", "scenario", "special scenario", "workbook", "command line"}
    assert {outcome for _, outcome in kinds} == {"ran", "refused"}


def test_a_mutant_is_made_again_from_its_number() -> None:
    assert mutant(7) == mutant(7) != mutant(8)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (of("scenario", "test.yaml", FILES["test.yaml"] + BOMB), "test.yaml: grows to more than 1000000 values"),
        (of("scenario", "test.yaml", "a: " + "[" * 3000 + "]" * 3000), "nested more than 20 levels deep"),
        (of("table", "tiny/labels.csv", FILES["tiny/labels.csv"].replace("region,Here,Here,,,\n", "")),
         "tiny/labels.csv: declares no region; add a row such as region,a,A"),
        (of("table", "tiny/base_price.csv", FILES["tiny/base_price.csv"].replace("4/t", "4/" + "9" * 90 + "\u202e9")),
         "is not a unit"),
        (Mutant(0, "call", ["export", "\r\n", "--format", "csv"]), "RUN: is empty; give the folder of a run"),
        (Mutant(0, "call", ["run", "\x1b[31mred"]), "no scenario '\\x1b[31mred'"),
    ],
    ids=["aliases that explode", "deep nesting", "no region", "endless unit", "a blank run", "colours in a name"],
)  # fmt: skip
def test_what_once_went_wrong(made: Mutant, words: str) -> None:
    verdict = judge(made)
    assert verdict.outcome == "refused"
    assert words in verdict.text


def test_a_message_does_not_repeat_an_endless_word() -> None:
    assert str(Fault("a.csv:1", "unknown column '" + "a" * 5000 + "'", "b")).count("a") < 320
