"""What others rely on by name: the list in tests/data/public_names.txt is that of the code (docs/compatibility.md).

``python -m tests.test_public_names`` writes the list anew; the review of a change shows what came and what went.
"""

from __future__ import annotations

from pathlib import Path

import typer.main

import mfa
from mfa.cli import app
from mfa.vocabulary import DIMENSIONS, FLOWS, INDICATORS, ITEMS, PARAMETERS, POLICY, STOCKS

NAMES = Path(__file__).resolve().parent / "data" / "public_names.txt"
GROUPS = {"flow": FLOWS, "stock": STOCKS, "item": ITEMS, "policy result": POLICY, "indicator": INDICATORS}


def commands() -> list[str]:
    """Commands with their arguments and options, those of a group behind its name."""
    found = []
    pending = [("mfa", typer.main.get_command(app))]
    while pending:
        name, command = pending.pop()
        pending += [(f"{name} {sub}", one) for sub, one in getattr(command, "commands", {}).items()]
        found += [f"command: {name}"] if not getattr(command, "commands", {}) else []
        for parameter in command.params:
            words = parameter.opts if parameter.param_type_name == "option" else [parameter.name]
            found += [f"command: {name} {word}" for word in (*words, *parameter.secondary_opts)]
    return found


def public_names() -> list[str]:
    """All names, one a line, in the order of the alphabet."""
    found = [f"package: mfa.{name}" for name in mfa.__all__]
    found += commands()
    found += [f"dimension: {name}" for name in DIMENSIONS]
    found += [f"parameter: {name} [{', '.join(entry.dims)}] {entry.unit}" for name, entry in PARAMETERS.items()]
    for group, entries in GROUPS.items():
        found += [f"{group}: {name} [{', '.join(entry.dims)}] {entry.unit}" for name, entry in entries.items()]
    return sorted(found)


def test_no_public_name_has_gone_or_changed() -> None:
    gone = set(NAMES.read_text(encoding="utf-8").splitlines()) - set(public_names())
    assert not gone, "the rule for names that leave: docs/compatibility.md"


def test_every_public_name_is_in_the_list() -> None:
    new = set(public_names()) - set(NAMES.read_text(encoding="utf-8").splitlines())
    assert not new, "python -m tests.test_public_names, and look at what changes in the list"


def test_the_list_holds_one_of_each_kind() -> None:
    assert {
        "package: mfa.run", "command: mfa run --out", "command: mfa run -o", "command: mfa run scenarios",
        "command: mfa calibrate lifetime", "dimension: cohort", "parameter: sales [region, time, product] unit/yr",
        "flow: imports [region, origin, time, element] t/yr", "stock: stockpile [region, time, element] t",
        "indicator: import_requirement [region, time, element] 1",
    } <= set(public_names())  # fmt: skip


if __name__ == "__main__":
    NAMES.write_text("\n".join(public_names()) + "\n", encoding="utf-8")
