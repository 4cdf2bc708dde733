"""The catalogue of errors: every kind has an example, every message is what is said now, and the page is current."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import errors_catalogue  # noqa: E402
from errors_examples import EXAMPLES, KINDS, SECTIONS, Code, Command, Example, Files  # noqa: E402

PAGE = errors_catalogue.PAGE
RENEW = "renew it: python scripts/errors_catalogue.py --write"


@pytest.fixture(scope="module")
def said() -> dict[Example, errors_catalogue.Said]:
    return {example: errors_catalogue.said(example) for example in EXAMPLES}


def test_the_page_is_current(said) -> None:
    assert errors_catalogue.page(said) == PAGE.read_text(encoding="utf-8"), RENEW


def test_every_kind_of_error_has_an_example_and_a_remedy(said) -> None:
    kinds = {one.__name__ for one in errors_catalogue.classes()}
    assert kinds == set(KINDS) == {found.kind for found in said.values() if found.kind}
    assert {"InputError", "UnitError", "AlignmentError", "ModelError", "BalanceError"} <= kinds


def test_messages_say_where_what_and_how(said) -> None:
    for example, found in said.items():
        assert found.text and "Traceback" not in found.text and "unexpected" not in found.text, example.title
        assert str(ROOT) not in found.text and "/tmp" not in found.text, example.title
        if found.kind in ("InputError", "AlignmentError", "ModelError", "ProgramMissing"):
            assert re.search(r": .*|'", found.text), example.title
            assert ";" in found.text or "did you mean" in found.text, example.title
        assert len(example.cause) > 20 and len(example.remedy) > 8, example.title
    commands = [found.code for example, found in said.items() if isinstance(example, Command)]
    assert set(commands) == {1, 2}


def test_examples_are_told_apart() -> None:
    titles = [example.title for example in EXAMPLES]
    assert len(titles) == len(set(titles)) and {example.section for example in EXAMPLES} == set(SECTIONS)
    links = re.findall(r"\]\(#([\w-]+)\)", PAGE.read_text(encoding="utf-8"))
    assert links and set(links) <= {errors_catalogue.anchor(title) for title in titles}


def test_what_is_not_wrong_is_noticed() -> None:
    with pytest.raises(AssertionError, match="nothing is wrong"):
        errors_catalogue.said(Files("Tables", "sound", "the project is valid", "none"))
    with pytest.raises(AssertionError, match="nothing is wrong"):
        errors_catalogue.said(Code("Runs", "sound", "this is valid", "none", code="1 + 1"))
