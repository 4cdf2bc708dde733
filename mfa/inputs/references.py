"""The bibliography: which source keys exist, and what each entry says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mfa.errors import Fault, InputError
from mfa.inputs.messages import shown_path
from mfa.inputs.text_file import read_text

_ENTRY = re.compile(r"^[ \t]*@(\w+)\s*\{\s*([^,\s{}]+)\s*,", re.MULTILINE)
_NOT_ENTRIES = ("comment", "preamble", "string")


class References(Mapping[str, str]):
    r"""Entries of one or several BibTeX files by key; a later file replaces an entry of the same key.

    Parameters
    ----------
    paths : iterable of Path
        BibTeX files; those that do not exist are passed over.
    texts : iterable of str, optional
        More entries in BibTeX, which replace those of the files.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> path = folder / "references.bib"
    >>> _ = path.write_text("@misc{METI2024,\\n  title = {White paper},\\n  year = {2024}\\n}\\n")
    >>> references = References([path])
    >>> list(references), references.field("METI2024", "title")
    (['METI2024'], 'White paper')
    """

    def __init__(self, paths: Iterable[Path], texts: Iterable[str] = ()) -> None:
        self.paths = [path for path in dict.fromkeys(paths) if path.is_file()]
        self._texts: list[str] = []
        self._found: dict[str, tuple[int, int]] = {}
        self.faults: list[Fault] = []
        for path in self.paths:
            text, _, faults = read_text(path)
            if faults:
                self.faults += faults
            else:
                self._add(text, shown_path(path))
        for text in texts:
            self._add(text, "bibliography")

    def _add(self, text: str, where: str) -> None:
        self._texts.append(text)
        seen: set[str] = set()
        for match in _ENTRY.finditer(text):
            key = match.group(2)
            if match.group(1).lower() in _NOT_ENTRIES:
                continue
            if key in seen:
                line = text.count("\n", 0, match.start()) + 1
                self.faults.append(Fault(f"{where}:{line}", f"entry '{key}' stands twice", "keep one of them"))
            seen.add(key)
            self._found[key] = (len(self._texts) - 1, match.start())

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def __getitem__(self, key: str) -> str:
        """Text of an entry, braces and all.

        Raises
        ------
        KeyError
            If there is no such entry.
        """
        index, start = self._found[key]
        text = self._texts[index]
        depth = 0
        for position in range(text.index("{", start), len(text)):
            if text[position] == "{":
                depth += 1
            elif text[position] == "}":
                depth -= 1
                if depth == 0:
                    return text[start : position + 1].strip()
        return text[start:].strip()

    def field(self, key: str, name: str) -> str:
        """One field of an entry, such as its title; empty if the entry has none."""
        match = re.search(rf"\b{name}\s*=\s*", self[key], re.IGNORECASE)
        if not match:
            return ""
        rest = self[key][match.end() :]
        if rest[:1] == '"':
            return rest[1 : rest.index('"', 1)]
        if rest[:1] != "{":
            return re.split(r"[,\n}]", rest, maxsplit=1)[0].strip()
        depth = 0
        for position, letter in enumerate(rest):
            depth += (letter == "{") - (letter == "}")
            if depth == 0:
                return " ".join(rest[1:position].replace("{", "").replace("}", "").split())
        return ""

    def check(self) -> None:
        """Raise if a file is not UTF-8 or an entry stands twice.

        Raises
        ------
        InputError
            With all faults of all files.
        """
        if self.faults:
            raise InputError(self.faults)
