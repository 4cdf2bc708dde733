"""A dataset: one or several folders or workbooks of tables with their labels, money and sources."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mfa.errors import Fault, InputError
from mfa.inputs.messages import also, capped, listed, shown_path, suggest
from mfa.inputs.references import References
from mfa.inputs.table_files import placer, read_lines, shown_table, table_exists, table_paths
from mfa.inputs.tables import Context, Table, parameter_of, read_table
from mfa.inputs.text_file import path_of, read_text
from mfa.inputs.workbook import DATASET, OTHER_SUFFIXES, is_workbook, open_workbook
from mfa.vocabulary import DIMENSIONS, PARAMETERS, SCRAP

PACKAGE = Path(__file__).resolve().parents[1]
LABEL_DIMS = ("region", "origin", "product", "component", "chemistry", "element", "route")
LABEL_COLUMNS = ("dimension", "label", "name", "group", "per_unit", "note")
DEFAULT_MONEY = "USD_2024"
CORRELATION_FILE = "rank_correlation.csv"
NOT_TABLES = ("labels.csv", CORRELATION_FILE)
"""Files of a dataset that are not named after a parameter."""
SCOPED = "other_need"
"""The parameter whose variant the scope of a scenario picks."""


PACKAGE_YEARS = ("first_year", "last_year", "last_data_year")
"""Years that a data package, or the sheet ``dataset`` of a workbook, may give."""


def shipped(kind: str) -> Path:
    """Folder of the shipped ``parameters`` or ``scenarios``: in an installed package, or beside it in a checkout."""
    inside = PACKAGE / kind
    return inside if inside.is_dir() else PACKAGE.parent / kind


def is_dataset(folder: Path) -> bool:
    """True if a path is a folder that holds tables, or a workbook."""
    known = ("labels.csv", "datapackage.json")
    return is_workbook(folder) or (folder.is_dir() and any((folder / name).is_file() for name in known))


def shipped_datasets() -> list[str]:
    """Names of the shipped datasets."""
    folder = shipped("parameters")
    return sorted(path.name for path in folder.iterdir() if is_dataset(path)) if folder.is_dir() else []


@functools.lru_cache(maxsize=64)
def last_data_year(name: str) -> int | None:
    """Last year of observed data of a shipped dataset, of the first that says it where several names are joined by +.

    Examples
    --------
    >>> last_data_year("japan"), last_data_year("mine")
    (2024, None)
    """
    for part in name.split("+"):
        folder = shipped("parameters") / part
        if part in shipped_datasets():
            year = read_package(folder, []).get("mfa", {}).get("last_data_year")
            if year is not None:
                return int(year)
    return None


def find_dataset(name: str, beside: Path | None = None) -> Path:
    """Folder or workbook of a dataset: a path, seen from the file that names it or from here, or a shipped name.

    Raises
    ------
    InputError
        If there is no such dataset.
    """
    given = path_of(name)
    nearby = [given] if given.is_absolute() else [(beside or Path.cwd()) / given, Path.cwd() / given]
    explicit = len(given.parts) > 1 or name.startswith((".", "~"))
    for folder in nearby:
        if is_dataset(folder) or (explicit and folder.is_dir() and any(folder.glob("*.csv"))):
            return folder.resolve()
    if not explicit and is_dataset(shipped("parameters") / name):
        return shipped("parameters") / name
    for folder in nearby:
        if folder.suffix.lower() in OTHER_SUFFIXES and folder.is_file():
            raise InputError(Fault(name, "is not a workbook that can be read", "save it as Excel workbook (.xlsx)"))
    hint = suggest(name, shipped_datasets(), "shipped datasets")
    raise InputError(
        Fault("", f"no dataset '{name}'", also(hint, "give the path of a folder with labels.csv, or of a workbook"))
    )


@dataclass(frozen=True)
class Label:
    """One label and what is said of it."""

    label: str
    name: str = ""
    group: str = ""
    per_unit: str = ""
    note: str = ""


@dataclass
class Dataset:
    """Folders of tables, read and checked; later folders add labels and rows and replace rows with the same keys.

    Attributes
    ----------
    folders : tuple of Path
    labels : dict of str to dict of str to Label
        By dimension, in their order.
    money : str
        The money that all values are in, such as ``USD_2024``.
    first_year, last_year : int or None
        Years that the tables are made for.
    last_data_year : int or None
        Last year of observed data; what follows is projection.
    references : References
        The sources.
    """

    folders: tuple[Path, ...]
    labels: dict[str, dict[str, Label]] = field(default_factory=dict)
    title: str = ""
    money: str = DEFAULT_MONEY
    first_year: int | None = None
    last_year: int | None = None
    last_data_year: int | None = None
    references: References = field(default_factory=lambda: References([]))
    _tables: dict[Path, Table] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Names of the folders, joined."""
        return "+".join(folder.name for folder in self.folders)

    def label_names(self) -> dict[str, list[str]]:
        """Labels by dimension."""
        return {dim: list(self.labels.get(dim, {})) for dim in LABEL_DIMS}

    def context(self) -> Context:
        """What tables are checked against."""
        return Context({**self.label_names(), "scrap": list(SCRAP)}, self.money, self.references)

    def files(self, parameter: str, variant: str = "") -> list[Path]:
        """Files that give a parameter: by folder the variant where there is one, else the plain table."""
        found = []
        for folder in self.folders:
            wanted = folder / f"{parameter}@{variant}.csv"
            plain = folder / f"{parameter}.csv"
            if variant and table_exists(wanted):
                found.append(wanted)
            elif table_exists(plain):
                found.append(plain)
        return found

    def variants(self, parameter: str) -> list[str]:
        """Variants of a parameter in any folder."""
        stems = [path.stem.partition("@") for folder in self.folders for path in table_paths(folder)]
        return sorted({variant for name, at, variant in stems if at and name == parameter})

    def table_files(self) -> Iterator[Path]:
        """All tables of all folders, variants too."""
        for folder in self.folders:
            for path in table_paths(folder):
                if path.name not in NOT_TABLES and table_exists(path):
                    yield path

    def table(self, path: Path) -> Table:
        """Read a table once."""
        if path not in self._tables:
            parameter, _ = parameter_of(path)
            assert parameter is not None
            self._tables[path] = read_table(path, parameter, self.context())
        return self._tables[path]

    def chosen(self, variants: Mapping[str, str], scope: str) -> tuple[dict[str, list[Table]], list[Fault]]:
        """Tables of every parameter for a choice of variants and scope, with all faults of all files.

        Parameters
        ----------
        variants : mapping of str to str
            Variant by parameter.
        scope : str
            Picks the variant of `other_need`; the scope ``products`` needs no table.
        """
        faults = [fault for folder in self.folders for fault in _foreign_files(folder)]
        tables: dict[str, list[Table]] = {}
        for name in PARAMETERS:
            variant = variants.get(name, "")
            if name == SCOPED and not variant:
                scopes = self.variants(name)
                variant = scope if scopes else ""
                if scopes and scope == "products" and scope not in scopes:
                    continue
                if scope not in scopes and scope != "products":
                    mend = suggest(scope, ["products", *scopes], "scopes")
                    faults.append(Fault("", f"scope '{scope}': no table {SCOPED}@{scope}.csv in {self.name}", mend))
                    continue
            files = self.files(name, variant)
            if files:
                tables[name] = [self.table(path) for path in files]
                faults += [fault for table in tables[name] for fault in table.faults]
        return tables, faults

    def digests(self, tables: Iterable[Sequence[Table]]) -> dict[str, str]:
        """Hash of every table used, by folder and file name."""
        return {f"{table.path.parent.name}/{table.path.name}": table.digest for group in tables for table in group}

    def digest(self, tables: Iterable[Sequence[Table]]) -> str:
        """One hash of all tables used."""
        text = "\n".join(f"{name} {value}" for name, value in sorted(self.digests(tables).items()))
        return hashlib.sha256(text.encode()).hexdigest()


def _foreign_files(folder: Path) -> list[Fault]:
    """Faults of files that look like tables and are none."""
    faults = []
    for path in table_paths(folder):
        name = shown_table(path)
        if not table_exists(path):
            faults.append(Fault(name, "is not a file that can be read", "remove it, or mend the link"))
        elif path.name in NOT_TABLES:
            continue
        elif parameter_of(path)[0] is None:
            mend = suggest(path.stem.partition("@")[0], PARAMETERS, "parameters")
            faults.append(Fault(name, "is not named after a parameter", mend))
        elif path.stem.endswith("@"):
            faults.append(Fault(name, "names no variant after the @", "name one, or remove the @"))
    return faults


def open_dataset(names: str | Sequence[str], beside: Path | None = None) -> Dataset:
    """Open one folder of tables, or several on top of each other.

    Parameters
    ----------
    names : str or sequence of str
        Names or paths.
    beside : Path, optional
        Folder from which relative paths are seen first.

    Returns
    -------
    Dataset
        The same object as long as no file of the folders has changed.

    Raises
    ------
    InputError
        If a folder is missing, or labels, data package or references are at fault.
    """
    names = [names] if isinstance(names, str) else list(names)
    if not names:
        raise InputError(Fault("", "dataset is empty", "name at least one dataset"))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise InputError(Fault("", f"dataset {listed(twice)} stands twice", "name every dataset once"))
    folders = tuple(find_dataset(name, beside) for name in names)
    return _open(folders, _stamp(folders))


def _stamp(folders: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of all files, so that a changed file is read again."""
    found = []
    for folder in (*folders, *(folder.parent for folder in folders)):
        for path in (folder,) if folder.is_file() else folder.iterdir():
            if path.suffix in (".csv", ".json", ".bib", ".xlsx"):
                status = path.stat() if path.exists() else path.lstat()
                found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(sorted(found))


@functools.lru_cache(maxsize=8)
def _open(folders: tuple[Path, ...], stamp: tuple[tuple[str, int, int], ...]) -> Dataset:
    faults: list[Fault] = []
    bibliographies = [shipped("parameters") / "references.bib"]
    for folder in folders:
        bibliographies += [folder.parent / "references.bib", folder / "references.bib"]
    books = [open_workbook(folder) for folder in folders if is_workbook(folder)]
    dataset = Dataset(folders, references=References(bibliographies, [book.bibliography(faults) for book in books]))
    faults += dataset.references.faults
    packages = [read_package(folder, faults) for folder in folders]
    _adopt_packages(dataset, packages, faults)
    for folder in folders:
        read_labels(folder / "labels.csv", dataset.labels, faults)
    if not dataset.labels and not faults:
        name = shown_table(folders[0] / "labels.csv")
        faults.append(Fault(name, "is missing", "declare the labels: dimension,label,name,group,per_unit,note"))
    if faults:
        raise InputError(faults)
    return dataset


def read_package(folder: Path, faults: list[Fault]) -> dict[str, Any]:
    """Read ``datapackage.json``, or the sheet ``dataset`` of a workbook; empty if there is none."""
    if is_workbook(folder):
        return open_workbook(folder).settings(faults)
    path = folder / "datapackage.json"
    if not path.is_file():
        return {}
    name = shown_path(path)
    text, _, found = read_text(path)
    if found:
        faults += found
        return {}
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        repeated.extend(key for key in dict.fromkeys(keys) if keys.count(key) > 1)
        return dict(pairs)

    try:
        package = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        faults.append(Fault(f"{name}:{error.lineno}", f"is not JSON ({error.msg})", "mend the syntax"))
        return {}
    except RecursionError:
        faults.append(Fault(name, "is not a data package (its brackets are nested too deeply)", "mend the brackets"))
        return {}
    faults += [Fault(name, f"key '{key}' stands twice", "keep one of them") for key in repeated]
    if not isinstance(package, dict) or not isinstance(package.get("mfa", {}), dict):
        mend = 'write an object with "name" and "mfa": {"money": "USD_2024"}'
        faults.append(Fault(name, "is not a data package", mend))
        return {}
    if not isinstance(package.get("title", ""), str):
        faults.append(Fault(name, "title is not text", "write one line"))
    resources = package.get("resources", [])
    if not isinstance(resources, list):
        faults.append(Fault(name, "resources is not a list", 'write [{"path": "sales.csv"}, ...]'))
        return package
    for i, resource in enumerate(resources):
        listed_path = resource.get("path") if isinstance(resource, dict) else None
        if not isinstance(listed_path, str) or not listed_path:
            faults.append(Fault(name, f"resources[{i}] has no path", 'write {"path": "sales.csv"}'))
        elif not (folder / listed_path).is_file():
            faults.append(Fault(name, f"lists '{listed_path}', which is not there", "mend the list of resources"))
    return package


def _settings_place(folder: Path) -> str:
    """Where money and years of a dataset stand."""
    return f"{shown_path(folder)}, sheet {DATASET}" if is_workbook(folder) else shown_path(folder / "datapackage.json")


def _adopt_packages(dataset: Dataset, packages: Sequence[dict[str, Any]], faults: list[Fault]) -> None:
    from mfa.units import MONEY

    settings = [(folder, package.get("mfa", {})) for folder, package in zip(dataset.folders, packages, strict=True)]
    dataset.title = next((str(package["title"]) for package in packages if package.get("title")), "")
    for folder, given in settings:
        name = _settings_place(folder)
        unknown = [key for key in given if key not in ("money", *PACKAGE_YEARS)]
        faults += [Fault(name, f"unknown key mfa.{key}", suggest(key, ["money", *PACKAGE_YEARS])) for key in unknown]
        if "money" in given and not (isinstance(given["money"], str) and MONEY.fullmatch(given["money"])):
            faults.append(Fault(name, f"mfa.money '{given['money']}' has no year", "write USD_2024, say"))
        wrong = [key for key in PACKAGE_YEARS if key in given and type(given[key]) is not int]
        faults += [Fault(name, f"mfa.{key} '{given[key]}' is not a year", "write a year such as 1990") for key in wrong]
        if not wrong and given.get("first_year", 0) > given.get("last_year", math.inf):
            what = f"mfa.first_year {given['first_year']} lies after mfa.last_year {given['last_year']}"
            faults.append(Fault(name, what, "exchange them"))
    moneys = list(dict.fromkeys(given["money"] for _, given in settings if "money" in given))
    if len(moneys) > 1:
        name = _settings_place(dataset.folders[-1])
        faults.append(
            Fault(name, f"the folders count in {' and '.join(map(str, moneys))}", "convert them to one money")
        )
    if moneys:
        dataset.money = str(moneys[0])
    for key in PACKAGE_YEARS:
        setattr(dataset, key, next((given[key] for _, given in settings if key in given), None))


def read_labels(path: Path, labels: dict[str, dict[str, Label]], faults: list[Fault]) -> None:
    """Add the labels of a file; a label that exists keeps its place and takes the new texts."""
    if not table_exists(path):
        return
    name, place = shown_table(path), placer(path)
    rows, _, found = read_lines(path)
    if rows and not found:
        top, header = rows[0][0], [cell.strip() for cell in rows[0][1]]
        unknown = [column for column in header if column not in LABEL_COLUMNS]
        missing = [column for column in ("dimension", "label") if column not in header]
        for column in unknown:
            found.append(Fault(place(top), f"unknown column '{column}'", suggest(column, LABEL_COLUMNS, "columns")))
        for column in dict.fromkeys(column for column in header if header.count(column) > 1):
            found.append(Fault(place(top), f"column '{column}' stands twice", "keep one of them"))
        if len(rows) == 1 and not found:
            found.append(Fault(name, "has a header but no row", "declare at least a region, product and element"))
        if missing:
            found.append(Fault(place(top), f"column {listed(missing)} missing", "give dimension and label"))
        seen: dict[tuple[str, str], int] = {}
        for line, cells in rows[1:] if not found else []:
            if len(cells) != len(header):
                what = f"has {len(cells)} cells, the header has {len(header)}"
                found.append(Fault(place(line), what, "put a text that contains a comma into quotes"))
                continue
            entry = {title: cell.strip() for title, cell in zip(header, cells, strict=True)}
            dimension, label = entry.pop("dimension"), entry["label"]
            if dimension == "scrap" and label in SCRAP:
                continue
            if dimension not in LABEL_DIMS:
                known = [dim for dim in DIMENSIONS if dim in LABEL_DIMS]
                found.append(Fault(place(line), f"unknown dimension '{dimension}'", suggest(dimension, known)))
            elif not label or label == "*":
                found.append(Fault(place(line), f"'{label}' cannot be a label", "give the label a name"))
            elif (dimension, label) in seen:
                what = f"{dimension} '{label}' is declared in line {seen[dimension, label]} already"
                found.append(Fault(place(line), what, "keep one of the two rows"))
            else:
                seen[dimension, label] = line
                labels.setdefault(dimension, {})[label] = Label(**entry)
    faults += capped(found, name)
