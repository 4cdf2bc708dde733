"""What a Sankey diagram says, without places or format: nodes by stage, bands between them, words and colours."""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa.report.digits import figure as number
from mfa.report.style import GREY

NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Node:
    """A process, or what lies beyond the border.

    Attributes
    ----------
    key : str
        Unique in the diagram.
    name : str
        In plain words.
    column, rank : float
        Stage from the left, and order in it from the top.
    process : bool
        Whether it is a process of the region.
    into, out : float
        Sums of the bands, t/yr.
    level, change : float or None
        Its stock at year end, t, and what it gained in the year, t/yr; None without a stock.
    colour : str
        Of a node beyond the border: that of its band.
    """

    key: str
    name: str
    column: int
    rank: float
    process: bool
    into: float = 0.0
    out: float = 0.0
    level: float | None = None
    change: float | None = None
    colour: str = GREY

    @property
    def throughput(self) -> float:
        """The larger of what comes in and what goes out, t/yr."""
        return max(self.into, self.out)


@dataclass(frozen=True)
class Band:
    """Metal that goes from one node to another.

    Attributes
    ----------
    source, target : str
        Keys of nodes.
    value : float
        t/yr.
    words : str
        Beside the value, may be empty.
    name : str
        What it is, in a word or two.
    title : str
        What it is, in full.
    colour : str
    rank : float
        Order on its way past other nodes, from the top.
    back : bool
        Whether it returns to an earlier stage.
    parts : tuple of (str, float)
        What it sums, if thin flows were grouped.
    """

    source: str
    target: str
    value: float
    words: str
    name: str
    title: str
    colour: str
    rank: float
    back: bool = False
    parts: tuple[tuple[str, float], ...] = ()


@dataclass
class Diagram:
    """All that a Sankey diagram of one element and year says.

    Attributes
    ----------
    heading, subheading, caption : str
        Words above and below it.
    unit, stock_unit : str
        Of the numbers shown; `factor` turns t/yr and t into them.
    nodes : dict of Node
    bands : list of Band
    """

    heading: str
    subheading: str
    caption: str
    unit: str
    stock_unit: str
    factor: float
    nodes: dict[str, Node]
    bands: list[Band] = field(default_factory=list)

    def shown(self, value: float) -> str:
        """A flow or stock as it is written in the diagram."""
        return number(value * self.factor).replace(" ", NO_BREAK)

    def description(self) -> str:
        """The diagram in sentences, for those who do not see it: every band, the largest first, and the stocks."""
        flows = [
            f"{self.nodes[band.source].name} to {self.nodes[band.target].name}"
            f"{f' ({band.words})' if band.words else ''} {self.shown(band.value)}"
            for band in sorted(self.bands, key=lambda band: -band.value)
        ]
        stocks = [
            f"{node.name} {self.shown(node.level)} {self.stock_unit}, change {_signed(node.change * self.factor)}"
            for node in self.nodes.values()
            if node.level is not None and node.change is not None
        ]
        text = f"Flows in {self.unit}: {'; '.join(flows)}."
        return f"{text} Stocks at year end: {'; '.join(stocks)}." if stocks else text


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{number(abs(value))}"
