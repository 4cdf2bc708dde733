"""The figures of README.md, drawn by the tool from runs of its scenarios into docs/figures.

python scripts/readme_figures.py            says which are out of date
python scripts/readme_figures.py --write    draws them again
"""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import mfa
from mfa.inputs import InputWarning
from mfa.report.document.content import Figure
from mfa.report.document.of_comparison import comparison_document
from mfa.report.picture_sheet import sheet
from mfa.report.picture_svg import to_svg

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "figures"
SCENARIOS = ("japan-market", "japan-vision")
ELEMENT, YEAR = "Dy", 2040
NEAR = 0.05
"""Pixels by which two drawings may differ: other processors round otherwise."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def drawings() -> dict[str, str]:
    """SVG of each figure, by the name of its file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        runs = {name: mfa.run(mfa.load_scenario(name)) for name in SCENARIOS}
    document = comparison_document(mfa.compare(runs))
    figure = next(block for block in document.walk() if isinstance(block, Figure) and block.name == "courses")
    courses = sheet(figure.panels, figure.keys, figure.across, figure.title, figure.alternative)
    flows = runs[SCENARIOS[1]].sankey(ELEMENT, YEAR)
    return {
        "import_requirement.svg": to_svg(courses),
        f"flows_{ELEMENT}_{YEAR}.svg": flows.svg(),
    }


def same(one: str, other: str) -> bool:
    """Whether two drawings say the same and have all shapes in the same places.

    >>> (
    ...     same('<rect id="s0a1" x="1.02"/>', '<rect id="s9b" x="1.03"/>'),
    ...     same('<rect x="1"/>', '<rect x="2"/>'),
    ... )
    (True, False)
    """
    plain = [re.sub(r"\bs[0-9a-f]+(?=[\"thd ]|\.| )", "id", text) for text in (one, other)]
    if _NUMBER.sub("#", plain[0]) != _NUMBER.sub("#", plain[1]):
        return False
    numbers = [map(float, _NUMBER.findall(text)) for text in plain]
    return all(abs(a - b) <= NEAR for a, b in zip(*numbers, strict=True))


def outdated() -> list[str]:
    """Names of the figures that are not what the tool draws now."""
    found = []
    for name, svg in drawings().items():
        file = FOLDER / name
        if not file.is_file() or not same(file.read_text(encoding="utf-8"), svg):
            found.append(name)
    return found


def main(arguments: list[str]) -> int:
    """Write the figures, or say which are out of date."""
    if "--write" in arguments:
        FOLDER.mkdir(exist_ok=True)
        for name, svg in drawings().items():
            (FOLDER / name).write_text(svg, encoding="utf-8", newline="")
        return 0
    found = outdated()
    if found:
        print(f"out of date: {', '.join(found)}; python scripts/readme_figures.py --write", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
