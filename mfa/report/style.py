"""One style for all figures: colours that keep their meaning, ink, letters, units in which numbers are short.

Colours are those of Okabe and Ito and of Paul Tol, which people with any common colour blindness tell apart. Nothing
rests on colour alone: areas and lines carry names, flows carry values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mfa.errors import Fault, InputError

STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "mfa", "font.family": "sans-serif", "font.size": 8}
INK, SOFT = "#333333", "#666666"
DASHED: dict[str, Any] = {"color": SOFT, "linewidth": 0.7, "linestyle": (0, (3, 2))}
PNG_DPI = 150
FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', 'Noto Sans CJK JP', sans-serif"
"""Fonts of SVG and HTML, the first that is there; layouts leave room for the widest of them."""
ELEMENT_COLOURS = {
    "Li": "#CC79A7", "Co": "#0072B2", "Ni": "#009E73", "Nd": "#D55E00", "Pr": "#E69F00", "Dy": "#56B4E9",
    "Tb": "#882255",
}  # fmt: skip
"""Okabe and Ito, and one of Tol: an element has the same colour in every figure."""
SERIES_COLOURS = (
    "#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#EE8866", "#44BB99", "#BBCC33", "#99DDFF",
)  # fmt: skip
"""Paul Tol, bright and light: stacked areas, in order."""
ORIGIN_COLOURS = {
    "CHN": "#CC6677", "PHL": "#DDCC77", "MYS": "#88CCEE", "FIN": "#AA4499", "CHL": "#999933", "AUS": "#882255",
    "ARG": "#EE8866", "IDN": "#332288", "MDG": "#117733", "CAN": "#661100", "NOR": "#6699CC", "USA": "#AA4466",
}  # fmt: skip
"""Origins that keep their colour in all scenarios; the others take what is left over."""
PRODUCT_COLOURS = {
    "bev": "#4477AA", "phev": "#66CCEE", "hev_nimh": "#228833", "hev_liion": "#BBCC33", "car_small_magnets": "#99DDFF",
    "smartphone": "#EE6677", "notebook_pc": "#FFAABB", "room_ac": "#EE8866", "package_ac": "#994455",
    "servo_motor": "#CCBB44", "wind_turbine": "#44BB99", "other_magnets": "#AA3377",
}  # fmt: skip
"""Products that keep their colour in all scenarios; the others take what is left over."""
GREY, PALE = "#BBBBBB", "#DDDDDD"
ELEMENT_NAMES = {
    "Li": "Lithium", "Co": "Cobalt", "Ni": "Nickel", "Nd": "Neodymium", "Pr": "Praseodymium", "Dy": "Dysprosium",
    "Tb": "Terbium",
}  # fmt: skip
SCRAP_COLOURS = {"old": "#228833", "new": "#BBCC33", "imported": "#EEDD88"}
DOMESTIC_COLOUR, STOCKPILE_COLOUR = "#44BB99", "#4477AA"
"""Domestic primary metal, and what is drawn from or put into the stockpile."""
DESTINATION_COLOURS = {
    "collected": "#228833", "reused": "#44BB99", "kept": "#CCBB44", "exported": "#4477AA", "lost": "#EE6677",
}  # fmt: skip
"""Where metal goes at the end of a product's life, and what is lost on the way."""


def assign(labels: Sequence[str], kept: Mapping[str, str], palette: Iterable[str]) -> list[str]:
    """A colour for each label: its own where it has one, else the next that no other label has.

    Parameters
    ----------
    labels : sequence of str
    kept : mapping of str
        Colours of labels that keep theirs in all figures.
    palette : iterable of str
        Colours for the others, the best first; they repeat if there are too few.

    Examples
    --------
    >>> assign(["CHN", "XYZ"], {"CHN": "#CC6677"}, ["#CC6677", "#DDCC77"])
    ['#CC6677', '#DDCC77']
    """
    taken = {kept[label] for label in labels if label in kept}
    order = list(dict.fromkeys(palette))
    free = [colour for colour in order if colour not in taken] or order
    others = [label for label in labels if label not in kept]
    found = {label: free[i % len(free)] for i, label in enumerate(others)}
    return [kept.get(label) or found[label] for label in labels]


def scale(largest: float, unit: str) -> tuple[float, str]:
    """Factor and unit in which numbers of a size are read easily.

    Examples
    --------
    >>> scale(25000.0, "t/yr")
    (0.001, 'kt/yr')
    >>> scale(0.02, "t/yr")
    (1000.0, 'kg/yr')
    """
    if largest >= 1e7:
        return 1e-6, f"M{unit}"
    if largest >= 1e4:
        return 1e-3, f"k{unit}"
    if 0 < largest < 0.1:
        return 1e3, f"kg{unit[1:]}"
    return 1.0, unit


def contrast(colour: str) -> str:
    """Ink, or white on dark colours: letters that can be read on a colour.

    Examples
    --------
    >>> contrast("#4477AA"), contrast("#DDCC77")
    ('#FFFFFF', '#333333')
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "#FFFFFF" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK


_BASE_FONT = "DejaVu Sans"
"""Comes with matplotlib: Latin, Greek, Cyrillic and more."""
WIDE_FONTS = (
    "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "Yu Gothic", "Hiragino Sans", "MS Gothic",
    "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Arial Unicode MS",
)  # fmt: skip
"""Fonts with Japanese signs, as systems have them."""


def font_families(texts: Iterable[str]) -> list[str]:
    """Fonts with which matplotlib can write some texts.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    list of str
        Names for ``font.family``; signs that the first has not are taken from the next.

    Raises
    ------
    InputError
        If no font of this system has a sign.

    Examples
    --------
    >>> font_families(["Dysprosium", "Über 3 t"])
    ['DejaVu Sans']
    """
    signs = {sign for text in texts for sign in text if sign.isprintable()}
    missing = {sign for sign in signs if ord(sign) > 0x24F}
    if not missing:
        return [_BASE_FONT]
    from matplotlib import font_manager

    def without(signs: set[str], family: str) -> set[str]:
        found = font_manager.findfont(family, fallback_to_default=False)
        charmap = font_manager.get_font(found).get_charmap()
        return {sign for sign in signs if ord(sign) not in charmap}

    families = [_BASE_FONT]
    missing = without(missing, _BASE_FONT)
    installed = {entry.name for entry in font_manager.fontManager.ttflist} if missing else set()
    for family in WIDE_FONTS:
        if missing and family in installed:
            left = without(missing, family)
            if left != missing:
                families.append(family)
                missing = left
    if missing:
        sign = min(missing)
        mend = "install one that has it, such as Noto Sans CJK, or write SVG, which takes the fonts of its reader"
        raise InputError(Fault("figure", f"no font of this system can write '{sign}'", mend))
    return families
