"""The catalogue of errors: prints docs/errors.md, or renews it. Every message is that of a small bad input, run now.

    python scripts/errors_catalogue.py            prints the page
    python scripts/errors_catalogue.py --write    writes docs/errors.md

The bad inputs, their causes and remedies stand in scripts/errors_examples.py.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import pkgutil
import re
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from errors_examples import EXAMPLES, KINDS, SECTIONS, Code, Command, Example  # noqa: E402

import mfa  # noqa: E402
import mfa.cli  # noqa: E402
from mfa.errors import MfaError, NotDrawn  # noqa: E402
from mfa.inputs.arrays import InputWarning  # noqa: E402
from tests.inputs.conftest import SCENARIO, Project, write_tiny  # noqa: E402

PAGE = ROOT / "docs" / "errors.md"
WARNINGS: tuple[type[Warning], ...] = (InputWarning, NotDrawn)


@dataclass(frozen=True)
class Said:
    """What a bad input came to: the kind of error or warning, its text, and the exit code of a command."""

    kind: str
    text: str
    code: int | None = None


@contextlib.contextmanager
def small_project() -> Iterator[Project]:
    """A valid dataset and scenario, `tiny` and `test.yaml`, in a folder that is the current one for a while."""
    before, environment = Path.cwd(), dict(os.environ)
    modules = dict(sys.modules)
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        os.environ.update({"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "TERMINAL_WIDTH": "100"})
        try:
            project = Project(Path(name))
            write_tiny(project)
            project.write("test.yaml", SCENARIO)
            yield project
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(environment)
            for hidden in [name for name, module in sys.modules.items() if module is None and name not in modules]:
                del sys.modules[hidden]
            sys.modules.update(modules)


def said(example: Example) -> Said:
    """Run a bad input and catch what is said of it."""
    with small_project() as project, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, old, new in example.edits:
            project.edit(name, old, new)
        for name, text in example.files:
            project.write(name, text)
        if isinstance(example, Command):
            found = _told_by_command(example.words)
            found = replace(found, kind=_raised_by_command(example.words) if found.code == 1 else "")
        else:
            code = example.code if isinstance(example, Code) else 'mfa.load_scenario("test.yaml").inputs()'
            found = _told_by_code(code)
        return Said(found.kind, _without_folder(found.text, project.folder), found.code)


def _told_by_command(words: tuple[str, ...]) -> Said:
    err, code = io.StringIO(), 0
    with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
        try:
            mfa.cli.app(args=list(words), prog_name="mfa")
        except SystemExit as ended:
            code = int(ended.code or 0)
    lines = [line.strip("│ ").rstrip() for line in err.getvalue().splitlines() if line[:1] not in ("╭", "╰")]
    first = next((i for i, line in enumerate(lines) if line.startswith(("mfa:", "Usage:", "warning:"))), 0)
    return Said("", "\n".join(lines[first:]).strip(), code)


def _raised_by_command(words: tuple[str, ...]) -> str:
    """The kind of error of a command, which --debug lets through."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            mfa.cli.app(args=[*words, "--debug"], standalone_mode=False)
        except MfaError as error:
            return type(error).__name__
    raise AssertionError(f"nothing is wrong with {words}")


def _told_by_code(code: str) -> Said:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        for category in WARNINGS:
            warnings.simplefilter("always", category)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(code, "<example>", "exec"), {"mfa": mfa, "__name__": "example"})
        except MfaError as error:
            return Said(type(error).__name__, str(error))
    told = [one for one in caught if issubclass(one.category, WARNINGS)]
    assert told, f"nothing is wrong with:\n{code}"
    return Said(told[0].category.__name__, str(told[0].message))


def _without_folder(text: str, folder: Path) -> str:
    """The text without the folder that the example ran in, and without that of the checkout."""
    for place in {str(folder), str(folder.resolve())}:
        text = text.replace(f"{place}/", "").replace(place, ".")
    return text.replace(f"{ROOT}/", "")


def classes() -> list[type]:
    """All errors and warnings of the package, in the order of their names."""
    for module in pkgutil.walk_packages(mfa.__path__, "mfa."):
        if not module.name.endswith(("__main__", "explore.live")):
            importlib.import_module(module.name)
    found: list[type] = [MfaError, *WARNINGS]
    for one in found:
        found += [below for below in one.__subclasses__() if below not in found and below.__module__.startswith("mfa")]
    return sorted(found, key=lambda one: one.__name__)


def page(told: Mapping[Example, Said]) -> str:
    """The page in Markdown."""
    lines = [INTRODUCTION.strip(), "", "## Kinds", "", "| kind | meaning | what to do | such as |", "|---|---|---|---|"]
    for one in classes():
        such = next(example for example in EXAMPLES if told[example].kind == one.__name__)
        meaning = (inspect.getdoc(one) or "").split("\n\n")[0].replace("\n", " ")
        link = f"[{such.title}](#{anchor(such.title)})"
        lines.append(f"| `{one.__name__}` | {meaning} | {KINDS[one.__name__]} | {link} |")
    for section, about in SECTIONS.items():
        lines += ["", f"## {section}", "", textwrap.fill(about, 118)]
        for example in EXAMPLES:
            if example.section == section:
                lines += ["", *entry(example, told[example])]
    return "\n".join(lines) + "\n"


def entry(example: Example, found: Said) -> list[str]:
    """One example: the input, the message, cause and remedy."""
    lines = [f"### {example.title}", ""]
    done = [f"{name}: {old.strip()}  ->  {new.strip() or '(removed)'}" for name, old, new in example.edits]
    for name, text in example.files:
        shown = text if isinstance(text, str) else repr(text)[2:-1]
        done.append(f"{name}:\n{textwrap.indent(shown.strip(), '  ')}")
    if isinstance(example, Code):
        lines += ["```python", example.code.strip(), "```", ""]
    if isinstance(example, Command):
        done.append("$ mfa " + " ".join(f'"{word}"' if " " in word or "[" in word else word for word in example.words))
    if done:
        lines += ["```text", *done, "```", ""]
    what = ", ".join([f"`{found.kind}`"] * bool(found.kind) + [f"exit code {found.code}"] * (found.code is not None))
    lines += [f"{what}:", "", "```text", *wrapped(found.text), "```", ""]
    lines += [textwrap.fill(f"*Cause*: {example.cause}", 118), "", textwrap.fill(f"*Remedy*: {example.remedy}", 118)]
    return lines


def wrapped(text: str) -> list[str]:
    """Lines of at most 118 letters; those that go on are indented."""
    lines = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        lines += textwrap.wrap(
            line, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]  # fmt: skip
    return lines


def anchor(title: str) -> str:
    """Anchor of a heading, as Git hosts make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


INTRODUCTION = """
# Errors

What `mfa` refuses, what it says then, why, and what to do. Messages have one shape, `where: what is wrong; how to mend
it`, and all faults of a file or call come in one go. Nothing is repaired in silence, and results that are there stay.
Every message below was made by running the input above it: `make docs` renews the page
(`scripts/errors_catalogue.py`), a test holds it. The inputs change one thing of a small valid project: a dataset `tiny`
and a scenario `test.yaml` from 2020 to 2025.

- **On the command line** the exit code is 0 if all went well, 1 if the model or its data is wrong, 2 if the command was
  typed wrongly, 130 after Ctrl-C. Messages go to stderr. `--debug` shows where in the code an error arose.
- **Before a run** `mfa validate` finds all faults of scenarios, datasets and tables without computing anything.
- **In Python** all errors are `mfa.MfaError`, which is a `ValueError`; `error.faults` lists `where`, `what` and `mend`.
- **A message that begins with "unexpected"** is a bug of mfa: please report what `--debug` shows.
"""


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    text = page({example: said(example) for example in EXAMPLES})
    if sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text, end="")
