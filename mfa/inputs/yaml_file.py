"""YAML read with its line numbers: repeated keys are faults, and the words that YAML misreads are caught."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from mfa.errors import Fault
from mfa.inputs.messages import shown_path
from mfa.inputs.text_file import read_text

KeyPath = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TRAPS = {"yes", "no", "on", "off", "y", "n"}
_TAG = "tag:yaml.org,2002:"
_PLAIN = {"str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq"}
"""What YAML itself makes of text without a tag; the words are read by our own rules all the same."""
DEEPEST = 20
"""Levels of nesting that a file may have; no parameter needs more than its dims, and a few keys."""
MOST_VALUES = 1_000_000
"""Values that a file may hold, those that aliases repeat counted every time."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Source:
    """Where values were written: a file with the line of every key, or a change made in Python or as an option."""

    name: str = ""
    lines: dict[KeyPath, int] = field(default_factory=dict)
    folder: FilePath | None = None

    def where(self, path: KeyPath) -> str:
        """File and line of a key, the line of the nearest key above it if it has none of its own."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name

    def fault(self, path: KeyPath, what: str, mend: str = "") -> Fault:
        """A fault at a key."""
        return Fault(self.where(path), f"{dotted(path)}{what}" if path else what.lstrip(": "), mend)


def dotted(path: KeyPath) -> str:
    """Write a path of keys as text.

    Examples
    --------
    >>> dotted(("shocks", 0, "ban", "share"))
    'shocks[0].ban.share'
    """
    text = ""
    for part in path:
        if isinstance(part, int) and text and part < 1000:
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text


def read_yaml(path: FilePath) -> tuple[Any, Source, list[Fault]]:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        The file; one document.

    Returns
    -------
    data : Any
        Dicts, lists, text, numbers, truth values and None.
    source : Source
        Lines of the keys.
    faults : list of Fault
        Syntax, repeated keys, words that YAML would misread.
    """
    source = Source(shown_path(path), folder=path.resolve().parent)
    text, _, faults = read_text(path)
    return (None, source, faults) if faults else parse_yaml(text, source)


def parse_yaml(text: str, source: Source) -> tuple[Any, Source, list[Fault]]:
    r"""Parse YAML text, see `read_yaml`.

    Examples
    --------
    >>> data, source, faults = parse_yaml("policy:\n  keep_share: 1e-1\n", Source("x.yaml"))
    >>> data, source.where(("policy", "keep_share")), faults
    ({'policy': {'keep_share': 0.1}}, 'x.yaml:2', [])
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except RecursionError:
        return None, source, [Fault(source.name, f"is nested more than {DEEPEST} levels deep", "check the brackets")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{source.name}:{mark.line + 1}" if mark else source.name
        return None, source, [Fault(where, f"is not YAML ({error.problem})", "check indents, quotes and colons")]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"is not YAML (character U+{error.character:04X} is not allowed)"
        return None, source, [Fault(f"{source.name}:{line}", what, "remove the control character")]
    if node is None:
        return None, source, [Fault(source.name, "is empty", "give at least a name and a dataset or a base")]
    faults: list[Fault] = []
    size = _size(node, {}, ())
    if size > MOST_VALUES:
        what = f"grows to more than {MOST_VALUES} values, since aliases (*) repeat parts of it"
        return None, source, [Fault(source.name, what, "write what is meant without aliases")]
    return _construct(node, (), source, faults, ()), source, faults


def _size(node: Any, known: dict[int, int], above: tuple[int, ...]) -> int:
    """Values below a node with those that its aliases repeat; each is counted once, however often it is repeated."""
    if id(node) in above or len(above) > DEEPEST:
        return 1  # contains itself, or is too deep: told elsewhere
    if id(node) not in known:
        parts = () if isinstance(node, yaml.ScalarNode) else node.value
        below = [part for entry in parts for part in (entry if isinstance(entry, tuple) else (entry,))]
        known[id(node)] = 1 + sum(_size(part, known, (*above, id(node))) for part in below)
    return known[id(node)]


def _construct(node: Any, path: KeyPath, source: Source, faults: list[Fault], above: tuple[int, ...]) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(path, line)
    if id(node) in above:
        faults.append(Fault(f"{source.name}:{line}", f"{dotted(path)} contains itself", "remove the alias"))
        return None
    if len(above) > DEEPEST:
        faults.append(
            Fault(f"{source.name}:{line}", f"is nested more than {DEEPEST} levels deep", "check the brackets")
        )
        return None
    kind = node.tag.removeprefix(_TAG)
    if kind not in _PLAIN:
        what = f"{dotted(path) or 'the file'} has the tag {kind}"
        faults.append(Fault(f"{source.name}:{line}", what, "remove it: values are plain text and numbers"))
        return None
    above = (*above, id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, source, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*path, i), source, faults, above) for i, item in enumerate(node.value)]
    data: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(Fault(f"{source.name}:{key_line}", "a key must be a word or a year", "write it as text"))
            continue
        key = _scalar(key_node, (*path, key_node.value), source, faults)
        if not isinstance(key, int) or isinstance(key, bool):
            key = key_node.value
        if key in data:
            first = source.lines[(*path, key)]
            what = f"key '{dotted((*path, key))}' stands twice (first in line {first})"
            faults.append(Fault(f"{source.name}:{key_line}", what, "keep one of them"))
            continue
        source.lines[(*path, key)] = key_line
        data[key] = _construct(value_node, (*path, key), source, faults, above)
    return data


def _scalar(node: Any, path: KeyPath, source: Source, faults: list[Fault]) -> Any:
    text: str = node.value
    if node.style not in (None, ""):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text.lower() in _TRAPS:
        where = f"{source.name}:{node.start_mark.line + 1}"
        reads = "true" if text.lower() in ("yes", "on", "y") else "false"
        what = f"{dotted(path)}: YAML reads {text} as {reads}"
        faults.append(Fault(where, what, f'quote it if it is a label: "{text}"; else write true or false'))
        return text
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    if text.lower() in (".inf", "+.inf"):
        return float("inf")
    return text
