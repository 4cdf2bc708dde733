"""Pictures with a legend as one picture: names of any length stay on it and apart from one another."""

from __future__ import annotations

import pytest

from mfa.report.charts.panel import Key, Panel
from mfa.report.picture_sheet import LETTERS, sheet
from mfa.report.text_size import text_width

LONG = "Uninterruptible power supply with very long lasting cells of kind {}, for hospitals and data centres"


@pytest.mark.parametrize("name", ["Car {}", LONG, "\u5bb6\u5ead\u7528\u84c4\u96fb\u6c60\u30b7\u30b9\u30c6\u30e0" * 6])
@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_entries_of_a_legend(name: str, panels: int) -> None:
    pictures = [Panel("Cobalt, t", "", range(2020, 2030), 10.0).picture for _ in range(panels)]
    keys = [Key(name.format(i), "#4477AA", "area" if i % 2 else "line", i) for i in range(9)]
    whole = sheet(pictures, keys, 3, "All", "")
    drawn = {words.text for picture in pictures for words in picture.words}
    boxes = []
    for words in whole.words:
        if words.anchor == "start" and words.text not in drawn:
            boxes.append((words.x, words.y - 0.8 * LETTERS, words.x + text_width(words.text, LETTERS), words.y + 2.0))
    assert len(boxes) >= len(keys)
    for i, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left and right <= whole.width + 0.01 and 0 <= top and bottom <= whole.height
        for x0, y0, x1, y1 in boxes[:i]:
            assert right <= x0 or x1 <= left or bottom <= y0 + 1.0 or y1 <= top + 1.0
    marks = [bar for bar in whole.bars if bar.height == 13.0]
    assert len(marks) == 4 and all(mark.y + mark.height <= whole.height for mark in marks)
