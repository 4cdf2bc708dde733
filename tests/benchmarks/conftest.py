"""What the benchmarks share: a table of figures and aims, printed when all of them are known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


class Report:
    """Rows of a table: what was timed, the best and the middle time in seconds, the aim."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float, float | None]] = []

    def add(self, name: str, times: list[float], aim: float | None = None) -> None:
        """Add a row; `times` are those of single rounds."""
        self.rows.append((name, min(times), sorted(times)[len(times) // 2], aim))

    def text(self) -> str:
        """The table."""
        width = max(len(name) for name, *_ in self.rows)
        lines = [f"{'seconds':<{width}}{'best':>9}{'median':>9}{'aim':>9}"]
        for name, best, median, aim in self.rows:
            lines.append(f"{name:<{width}}{best:>9.3f}{median:>9.3f}{'' if aim is None else f'<= {aim:g}':>9}")
        return "\n".join(lines)


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """The table of a module."""
    found = Report()
    yield found
    if found.rows:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n\n{found.text()}")
