"""A dataset as a workbook to be edited: every table a sheet with its meaning, units and allowed values above it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mfa.errors import Fault, InputError
from mfa.inputs.dataset import CORRELATION_FILE, LABEL_COLUMNS, LABEL_DIMS, Dataset, read_package
from mfa.inputs.messages import shown_path, suggest
from mfa.inputs.table_files import read_lines, table_exists
from mfa.inputs.tables import (
    DISTRIBUTIONS,
    PROVENANCES,
    canonical_units,
    parameter_of,
    plain_number,
    year_dim,
)
from mfa.inputs.workbook import COMMENT, CONTENTS, DATASET, SOURCE_COLUMNS, SOURCES, SUFFIX
from mfa.system.survival import TERMS
from mfa.vocabulary import PARAMETERS, SCRAP, Parameter, named_like

TITLE_LENGTH = 31
"""Letters that the title of a sheet may have."""
NUMBERS = ("value", "low", "high", "sd", "time", "cohort")
"""Columns whose cells are numbers where their texts are."""
WIDTHS = {"value": 12, "note": 60, "source": 24, "unit": 16, "distribution": 14, "provenance": 12}
RANGES = {
    "any": "any number", ">0": "above 0", ">=0": "0 or above", ">=1": "1 or above", "0-1": "0 to 1",
    "]0,1]": "above 0, up to 1", "[0,1[": "0 up to below 1", "integer >0": "whole number above 0",
    "integer >=0": "whole number, 0 or above",
}  # fmt: skip
ABOUT = (
    "This workbook is a dataset of mfa. Edit it, save it as .xlsx, and name it in a scenario:",
    "    base: japan-reference",
    "    dataset: my_data.xlsx",
    "or lay it over another dataset, of which it then replaces the rows with the same keys:",
    "    dataset: [japan, my_data.xlsx]",
    "Check it with: mfa validate my_data.xlsx",
    "Every sheet that the sheet 'contents' names is a table in long form: rows of one value each. Rows "
    "whose first cell begins with # are notes and are not read; above each table they say what it gives, "
    "in which unit and within which limits. Any unit that converts to the one shown may be given.",
    "A * stands for all labels of a dimension, or for all years. A row that names more labels goes before"
    " one with more stars.",
    "Each row has a provenance (read, derived, recalled or estimate) and a source: a key of the sheet "
    "'sources', several parted by semicolons. low and high, where known, are the bounds of what is "
    "likely; distribution says how values lie between them.",
    "The sheet 'labels' declares products, components, chemistries, elements, routes, origins and "
    "regions: a new one is a new row there, and rows for it in the tables.",
    "Formulas may be used: what counts is the value that the spreadsheet program saved.",
)


def write_template(dataset: Dataset, path: Path, parameters: Sequence[str] = (), variants: bool = True) -> Path:
    """Write the tables of a dataset into a workbook that is a dataset itself.

    Parameters
    ----------
    dataset : Dataset
        Of one folder or workbook.
    path : Path
        Workbook to write; must not exist.
    parameters : sequence of str
        Parameters whose tables are written; all if empty.
    variants : bool
        Whether the variants of tables are written too.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the path exists or cannot be written, a parameter is unknown or has no table, or openpyxl is missing.
    """
    _refuse(dataset, path, parameters)
    files = _chosen(dataset, parameters, variants)
    try:
        import openpyxl
    except ImportError:
        mend = "pip install 'urban-mining-mfa[xlsx]'"
        raise InputError(Fault(str(path), "a workbook is written with openpyxl, which is missing", mend)) from None
    book = openpyxl.Workbook(write_only=True)
    writer = _Writer(book, dataset)
    titles = sheet_titles([file.stem for file in files])
    writer.about()
    writer.contents(files, titles)
    writer.dataset()
    writer.labels()
    for file in files:
        writer.table(file, titles[file.stem])
    writer.correlations()
    writer.sources()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        book.save(draft)
        os.replace(draft, path)
    except OSError as error:
        raise InputError(
            Fault(shown_path(path), f"cannot be written ({error.strerror})", "name another file")
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return path


def _refuse(dataset: Dataset, path: Path, parameters: Sequence[str]) -> None:
    faults = []
    if path.suffix.lower() != SUFFIX:
        faults.append(Fault(str(path), "is not the name of a workbook", f"let it end in {SUFFIX}"))
    if path.exists():
        faults.append(Fault(shown_path(path), "exists, and may have been edited", "name another file, or delete it"))
    elif not path.absolute().parent.is_dir():
        faults.append(Fault(shown_path(path), "its folder does not exist", "make it, or name another"))
    if len(dataset.folders) != 1:
        faults.append(Fault(dataset.name, "is made of several datasets", "name one of them"))
    given = {file.stem.partition("@")[0] for file in dataset.table_files()}
    for name in parameters:
        if name not in PARAMETERS:
            faults.append(Fault("", f"unknown parameter '{name}'", suggest(name, PARAMETERS, "parameters")))
        elif name not in given:
            faults.append(Fault("", f"{dataset.name} has no table of {name}", suggest(name, given, "its tables")))
    if faults:
        raise InputError(faults)


def _chosen(dataset: Dataset, parameters: Sequence[str], variants: bool) -> list[Path]:
    """Files of tables, in the order of the vocabulary."""
    order = {name: i for i, name in enumerate(PARAMETERS)}
    files = []
    for file in dataset.table_files():
        name, _, variant = file.stem.partition("@")
        if name in order and (not parameters or name in parameters) and (variants or not variant):
            files.append((order[name], variant, file))
    return [file for _, _, file in sorted(files)]


def sheet_titles(names: Iterable[str]) -> dict[str, str]:
    """Titles of sheets, cut to what a workbook allows, each its own.

    Examples
    --------
    >>> sheet_titles(["sales", "component_lifetime@battery_failure"])
    {'sales': 'sales', 'component_lifetime@battery_failure': 'component_lifetime@battery_f~1'}
    """
    titles: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        title, number = name, 0
        while len(title) > TITLE_LENGTH or title.casefold() in taken:
            number += 1
            mark = f"~{number}"
            title = name[: TITLE_LENGTH - 1 - len(mark)] + mark
        titles[name] = title
        taken.add(title.casefold())
    return titles


class _Writer:
    """Writes the sheets, and gathers the sources that their rows name."""

    def __init__(self, book: Any, dataset: Dataset) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        self.book, self.data = book, dataset
        self.cited: dict[str, None] = {}
        self.bold, self.grey = Font(bold=True), Font(italic=True, color="FF595959")
        self.link = Font(color="FF0563C1", underline="single")
        self.fill = PatternFill("solid", fgColor="FFDCE6F1")
        self.wrap = Alignment(wrap_text=True, vertical="top")

    def _sheet(self, title: str, widths: Sequence[float], frozen: str | None = None) -> Any:
        from openpyxl.utils import get_column_letter

        sheet = self.book.create_sheet(title)
        for position, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(position)].width = width
        if frozen:
            sheet.freeze_panes = frozen
        return sheet

    def _cell(self, sheet: Any, value: Any, font: Any = None, fill: Any = None, wrap: bool = False) -> Any:
        """A cell; a text that begins with = is kept a text."""
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            cell.data_type = "s"
        if font is not None:
            cell.font = font
        if fill is not None:
            cell.fill = fill
        if wrap:
            cell.alignment = self.wrap
        return cell

    def _header(self, sheet: Any, columns: Iterable[str]) -> None:
        sheet.append([self._cell(sheet, column, self.bold, self.fill) for column in columns])

    def _note(self, sheet: Any, *texts: str) -> None:
        first, *others = texts
        sheet.append([self._cell(sheet, f"{COMMENT} {first}", self.grey)] + [
            self._cell(sheet, text, self.grey) for text in others
        ])  # fmt: skip

    def about(self) -> None:
        sheet = self._sheet("about", [110])
        sheet.append([self._cell(sheet, self.data.title or self.data.name, self.bold)])
        for line in ABOUT:
            sheet.append([self._cell(sheet, line, wrap=not line.startswith(" "))])

    def contents(self, files: Sequence[Path], titles: dict[str, str]) -> None:
        sheet = self._sheet(CONTENTS, [32, 38, 70, 16, 24, 48], "A2")
        self._header(sheet, ("sheet", "table", "gives", "unit", "range", "dimensions"))
        for file in files:
            parameter, variant = parameter_of(file)
            assert parameter is not None
            title = titles[file.stem]
            link = self._cell(sheet, title, self.link)
            link.hyperlink = f"#'{title}'!A1"
            gives = parameter.meaning + (f" (variant {variant})" if variant else "")
            units = " or ".join(canonical_units(parameter, self.data.money))
            row = (file.stem, gives, units, _allowed(parameter), ", ".join(parameter.dims))
            sheet.append([link, *(self._cell(sheet, text) for text in row)])

    def dataset(self) -> None:
        faults: list[Fault] = []
        package = read_package(self.data.folders[0], faults)
        sheet = self._sheet(DATASET, [16, 70])
        self._header(sheet, ("key", "value"))
        given = {"title": package.get("title", ""), **package.get("mfa", {})}
        for key in ("title", "money", "first_year", "last_year", "last_data_year"):
            sheet.append([self._cell(sheet, key), self._cell(sheet, given.get(key, ""))])

    def labels(self) -> None:
        path = self.data.folders[0] / "labels.csv"
        sheet = self._sheet("labels", [14, 28, 40, 18, 14, 60], "A3")
        self._note(sheet, f"dimension: {', '.join(LABEL_DIMS)}; group: how figures gather them; per_unit: what one is")
        rows = read_lines(path)[0] if table_exists(path) else [(1, list(LABEL_COLUMNS))]
        self._header(sheet, rows[0][1])
        for _, cells in rows[1:]:
            sheet.append([self._cell(sheet, text) for text in cells])

    def correlations(self) -> None:
        """Rank correlations between uncertain factors, where the dataset has some."""
        path = self.data.folders[0] / CORRELATION_FILE
        if not table_exists(path):
            return
        sheet = self._sheet(path.stem, [60, 60, 12, 14, 24, 60], "A3")
        self._note(sheet, "rank correlation of the factors that two patterns name, -1 to 1")
        rows = read_lines(path)[0]
        header = [cell.strip() for cell in rows[0][1]]
        self._header(sheet, header)
        for _, cells in rows[1:]:
            sheet.append([self._cell(sheet, _typed(text, column)) for column, text in zip(header, cells, strict=True)])
            self._cite(cells[header.index("source")])

    def _cite(self, text: str) -> None:
        self.cited |= dict.fromkeys(part.strip() for part in text.split(";") if part.strip())

    def table(self, path: Path, title: str) -> None:
        parameter, variant = parameter_of(path)
        assert parameter is not None
        rows = read_lines(path)[0]
        header = [cell.strip() for cell in rows[0][1]]
        sheet = self._sheet(title, [max(WIDTHS.get(column, 12), len(column) + 2) for column in header], "A5")
        self._note(sheet, f"{path.stem}: {parameter.meaning}" + (f" (variant {variant})" if variant else ""))
        self._note(sheet, *_units(parameter, header, self.data.money))
        self._note(sheet, *_choices(parameter, header, self.data))
        self._header(sheet, header)
        self._offer(sheet, header, len(rows) + 3)
        at_source = header.index("source") if "source" in header else None
        for _, cells in rows[1:]:
            row = [cell.strip() for cell in cells]
            sheet.append([self._cell(sheet, _typed(text, column)) for column, text in zip(header, row, strict=True)])
            if at_source is not None:
                self._cite(row[at_source])

    def _offer(self, sheet: Any, header: Sequence[str], last: int) -> None:
        """Let cells offer what may stand in them."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        offers = {"provenance": PROVENANCES, "distribution": tuple(word for word in DISTRIBUTIONS if word)}
        for column, words in offers.items():
            if column in header:
                letter = get_column_letter(header.index(column) + 1)
                offer = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
                offer.add(f"{letter}5:{letter}{last + 1000}")
                sheet.data_validations.append(offer)

    def sources(self) -> None:
        sheet = self._sheet(SOURCES, [24, 10, 40, 70, 50, 8, 28, 40, 60], "B3")
        self._note(sheet, "the sources that rows name by their key; those of the shipped datasets need not stand here")
        self._header(sheet, SOURCE_COLUMNS)
        references = self.data.references
        for key in sorted(self.cited, key=str.casefold):
            if key in references:
                kind = references[key].partition("{")[0].lstrip("@").strip()
                fields = (references.field(key, name) for name in SOURCE_COLUMNS[2:])
                sheet.append([self._cell(sheet, text) for text in (key, kind, *fields)])


def _allowed(parameter: Parameter) -> str:
    if parameter.kind == "bool":
        return "true or false"
    if parameter.kind == "text":
        return " or ".join(parameter.range.split())
    if parameter.kind == "lifetime":
        return "above 0"
    return RANGES.get(parameter.range, parameter.range)


def _units(parameter: Parameter, header: Sequence[str], money: str) -> Iterator[str]:
    """What each column holds: labels, years, or numbers of a unit."""
    unit = " or ".join(canonical_units(parameter, money))
    for column in header:
        if column in ("value", "low", "high"):
            yield "see the term" if parameter.kind == "lifetime" else unit
        elif column == year_dim(parameter):
            yield "year"
        elif column in parameter.dims:
            yield "label"
        else:
            yield {"unit": "converts", "sd": "share of value"}.get(column, "")


def _choices(parameter: Parameter, header: Sequence[str], dataset: Dataset) -> Iterator[str]:
    """What may stand in each column."""
    for column in header:
        if column == "value":
            yield _allowed(parameter)
        elif column in ("low", "high"):
            yield f"{'at most' if column == 'low' else 'at least'} the value"
        elif column == year_dim(parameter):
            yield "such as 2030, or *"
        elif column == "scrap":
            yield f"{', '.join(SCRAP)}, or *"
        elif column in parameter.dims:
            labels = list(dataset.labels.get(named_like(column), {}))
            yield f"{', '.join(labels)}, or *" if len(labels) <= 4 else f"a {column} of the sheet labels, or *"
        elif column == "survival":
            yield ", ".join(TERMS)
        else:
            yield {"source": "keys, parted by ;", "provenance": "one of the list"}.get(column, "")


def _typed(text: str, column: str) -> Any:
    """A number where the column holds numbers and the text is one."""
    if column not in NUMBERS or not text:
        return text or None
    try:
        value = plain_number(text)
    except ValueError:
        return text
    if value != value or value in (float("inf"), float("-inf")):
        return text
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
