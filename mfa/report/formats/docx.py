"""A report for Word: headings, captions, lists and tables that can be edited, figures as images with their words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mfa.report.document.content import (
    Block,
    Commands,
    Document,
    Figure,
    Notice,
    Paragraph,
    Points,
    Section,
    Table,
)
from mfa.report.document.words import glued
from mfa.report.formats.html import column_widths
from mfa.report.formats.missing import library_missing
from mfa.report.picture import Picture
from mfa.report.picture_sheet import sheet

if TYPE_CHECKING:
    from types import ModuleType

PAGE = (210.0, 297.0)
MARGIN = 20.0
"""Size of a page and its margins, mm."""
TALLEST = 225.0
"""Height of an image at most, mm: its caption stands below it."""
DPI = 200
FONT, EAST_ASIAN_FONT, MONOSPACE = "Arial", "Yu Gothic", "Consolas"
ACCENT, SOFT, SHADE = "1B4F72", "5A5A5A", "FBF7EC"
LETTERS = 8.0
"""Size of the letters of tables, points."""
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_docx(document: Document) -> bytes:
    """A report as the content of a DOCX file.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes

    Raises
    ------
    ProgramMissing
        If python-docx is not installed.
    InputError
        If no font of this system can write a name that a figure shows.
    """
    try:
        import docx
    except ImportError:
        raise library_missing("docx", "python-docx") from None
    return _Writer(docx, document).content()


class _Writer:
    """Writes one report."""

    def __init__(self, docx: ModuleType, document: Document) -> None:
        self.document = document
        self.word = docx.Document()
        self.bookmarks = 0
        self._page()
        self._styles()

    def content(self) -> bytes:
        """The whole file."""
        document, word = self.document, self.word
        word.core_properties.title = _fit(document.title)
        word.core_properties.author = dict(document.facts).get("Made with", "mfa")
        word.core_properties.language = document.language
        word.add_paragraph(_fit(document.title), style="Title")
        word.add_paragraph(_fit(document.subtitle), style="Subtitle")
        for name, content in document.facts:
            paragraph = word.add_paragraph(style="Facts")
            paragraph.add_run(f"{_fit(name)}: ").bold = True
            paragraph.add_run(_fit(content))
        self._contents()
        for section in document.sections:
            self._section(section, 1)
        file = io.BytesIO()
        word.save(file)
        return file.getvalue()

    # --- page and styles ---------------------------------------------------------------------------------------------

    def _page(self) -> None:
        """A4, with the title and the number of the page below."""
        from docx.shared import Mm, Pt

        page = self.word.sections[0]
        page.page_width, page.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(page, side, Mm(MARGIN))
        foot = page.footer.paragraphs[0]
        run = foot.add_run(f"{_fit(self.document.title)}    ")
        run.font.size = Pt(8)
        _field(foot, "PAGE", "1")
        foot.add_run(" / ").font.size = Pt(8)
        _field(foot, "NUMPAGES", "1")

    def _styles(self) -> None:
        """Fonts and colours of the styles of Word, and styles of our own."""
        from docx.enum.style import WD_STYLE_TYPE
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        styles = self.word.styles
        for name, size, bold, colour in (
            ("Normal", 10.0, None, None), ("Title", 20.0, True, None), ("Subtitle", 11.0, False, SOFT),
            ("Heading 1", 15.0, True, ACCENT), ("Heading 2", 12.0, True, ACCENT), ("Heading 3", 10.5, True, ACCENT),
            ("Caption", 9.0, True, "222222"), ("List Bullet", 10.0, None, None),
        ):  # fmt: skip
            style = styles[name]
            style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:eastAsia"), EAST_ASIAN_FONT)
            if colour:
                style.font.color.rgb = RGBColor.from_string(colour)
        styles["Caption"].paragraph_format.keep_with_next = True
        styles["Normal"].paragraph_format.space_after = Pt(6)
        for name, size, font in (("Facts", 10.0, FONT), ("Notice", 10.0, FONT), ("Note", 8.0, FONT),
                                 ("Commands", 8.5, MONOSPACE), ("Cell", LETTERS, FONT)):  # fmt: skip
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.font.name, style.font.size = font, Pt(size)
            style.paragraph_format.space_after = Pt(6 if name in ("Notice", "Note") else 0)
            if name in ("Notice", "Commands"):
                _framed(style.element, SHADE if name == "Notice" else "F4F5F6", name == "Notice")
        styles["Note"].font.color.rgb = RGBColor.from_string(SOFT)
        language = styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:lang')}")
        if language is not None:
            language.set(qn("w:val"), f"{self.document.language}-GB" if self.document.language == "en" else
                         self.document.language)  # fmt: skip

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _contents(self) -> None:
        """Contents that Word renews; until then the headings stand in it."""
        paragraph = self.word.add_paragraph()
        lines = [("    " * level) + section.title for level, section in _walk(self.document.sections)]
        _field(paragraph, 'TOC \\o "1-2" \\h \\z \\u', "\n".join(_fit(line) for line in lines))
        self.word.add_page_break()

    def _section(self, section: Section, level: int) -> None:
        self.word.add_heading(_fit(section.title), level)
        for block in section.blocks:
            self._block(block)
        for part in section.parts:
            if any(True for _ in part.walk()):
                self._section(part, level + 1)

    def _block(self, block: Block) -> None:
        word = self.word
        if isinstance(block, Paragraph):
            word.add_paragraph(_words(block.text))
        elif isinstance(block, Notice):
            word.add_paragraph(_words(block.text), style="Notice")
        elif isinstance(block, Points):
            for item in block.items:
                paragraph = word.add_paragraph(style="List Bullet")
                if item.lead:
                    paragraph.add_run(f"{_words(item.lead)}: ").bold = True
                paragraph.add_run(_words(item.text))
        elif isinstance(block, Commands):
            word.add_paragraph(_fit("\n".join(block.lines)), style="Commands")
        elif isinstance(block, Table):
            self._caption("Table", block.title)
            self._table(block)
        else:
            self._figure(block)

    def _caption(self, kind: str, title: str, note: str = "") -> None:
        """A caption with a number that Word counts on its own."""
        paragraph = self.word.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self._number(kind)))
        paragraph.add_run(f". {_words(title)}{'.' if note else ''}")
        if note:
            paragraph.add_run(f" {_words(note)}").bold = False

    def _number(self, kind: str) -> int:
        count = getattr(self, f"_{kind.lower()}s", 0) + 1
        setattr(self, f"_{kind.lower()}s", count)
        return count

    def _table(self, table: Table) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt

        rows = list(table.written_rows())
        made = self.word.add_table(rows=1 + len(rows), cols=len(table.columns))
        made.style, made.alignment, made.autofit = "Light Shading", WD_TABLE_ALIGNMENT.LEFT, False
        style = self.word.styles["Cell"].style_id
        shares, size = column_widths(table)
        widths = [Mm((PAGE[0] - 2 * MARGIN) * share / 100.0) for share in shares]
        right = [not column.text for column in table.columns]
        heads = table.heads()
        for number, (row, cells) in enumerate(zip(made.rows, [heads, *rows], strict=True)):
            _keep_row(row, head=not number)
            for cell, text, width, numeric in zip(row.cells, cells, widths, right, strict=True):
                cell.width = width
                paragraph = cell.paragraphs[0]
                paragraph._p.style = style  # python-docx would look through all styles for each cell
                run = paragraph.add_run(_words(text))
                run.bold = not number
                if size < 1.0:
                    run.font.size = Pt(round(2.0 * LETTERS * size) / 2.0)
                if numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for note in table.notes:
            self.word.add_paragraph(_words(note), style="Note")
        if not table.notes:
            self.word.add_paragraph(style="Cell")

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Mm

        whole = sheet(figure.panels, figure.keys, figure.across, figure.title, figure.alternative)
        width = min(PAGE[0] - 2 * MARGIN, TALLEST * whole.width / whole.height)
        self.word.add_picture(io.BytesIO(png(whole, width)), width=Mm(width))
        shape = self.word.inline_shapes[-1]._inline.docPr
        shape.set("name", f"Figure {figure.number}")
        shape.set("title", _fit(figure.title))
        shape.set("descr", _fit(" ".join([figure.alternative, *(panel.description for panel in figure.panels)])))
        self.word.paragraphs[-1].paragraph_format.keep_with_next = True
        self._caption("Figure", figure.title, figure.caption)
        self.word.paragraphs[-1].paragraph_format.keep_with_next = False


def png(picture: Picture, width: float) -> bytes:
    """A picture as an image.

    Parameters
    ----------
    picture : Picture
    width : float
        At which it is shown, mm.

    Returns
    -------
    bytes
        PNG.

    Raises
    ------
    InputError
        If no font of this system has a sign of a name.
    """
    from mfa.report.picture_figure import PIXELS, draw_picture

    drawn: Any = draw_picture(picture).figure
    file = io.BytesIO()
    drawn.savefig(file, format="png", dpi=DPI * width / 25.4 / (picture.width / PIXELS))
    return file.getvalue()


def _walk(sections: list[Section], level: int = 0) -> Iterator[tuple[int, Section]]:
    for section in sections:
        yield level, section
        yield from _walk(section.parts, level + 1)


# --- what python-docx has no words for --------------------------------------------------------------------------------


def _fit(text: str) -> str:
    """A text without signs that XML does not allow."""
    return _UNFIT.sub("", text)


def _words(text: str) -> str:
    return _fit(glued(text))


def _field(paragraph: Any, code: str, result: str) -> None:
    """A field that Word renews, with what it shows until then."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "separate", "end"):
        run = paragraph.add_run()
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
        if kind == "begin":
            words = OxmlElement("w:instrText")
            words.set(qn("xml:space"), "preserve")
            words.text = f" {code} "
            paragraph.add_run()._r.append(words)
        elif kind == "separate":
            paragraph.add_run(result)


def _framed(style: Any, fill: str, bar: bool) -> None:
    """Shading of a paragraph style, and a bar on its left."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    about = style.get_or_add_pPr()  # in which a border comes before shading, and both before spacing
    parts = []
    if bar:
        borders, left = OxmlElement("w:pBdr"), OxmlElement("w:left")
        for name, value in (("val", "single"), ("sz", "24"), ("space", "6"), ("color", "B8860B")):
            left.set(qn(f"w:{name}"), value)
        borders.append(left)
        parts.append(borders)
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    for place, part in enumerate([*parts, shade]):
        about.insert(place, part)


def _keep_row(row: Any, head: bool) -> None:
    """A row that is not split over pages; the head stands on each of them."""
    from docx.oxml import OxmlElement

    about = row._tr.get_or_add_trPr()
    about.append(OxmlElement("w:cantSplit"))
    if head:
        about.append(OxmlElement("w:tblHeader"))
