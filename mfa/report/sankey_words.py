"""Words, order and colours of a Sankey diagram: what each process and flow is called, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mfa.report.sankey_links import (
    COLLECTION,
    DRAWERS,
    MANUFACTURING,
    MARKET,
    RECYCLING,
    SECOND_LIFE,
    SINK,
    TRADE,
    USE,
)
from mfa.report.style import DESTINATION_COLOURS, DOMESTIC_COLOUR, SCRAP_COLOURS, STOCKPILE_COLOUR

PRODUCT_COLOUR, MASS_COLOUR = "#9FA8B2", "#8C96A0"
"""Trade in products, and the main chain of component mass."""


@dataclass(frozen=True)
class Detail:
    """How much a diagram shows.

    Attributes
    ----------
    stages : mapping
        Column of each process; processes that share a node share it.
    merged : mapping
        Process by whose node another one is shown.
    names : mapping
        Names of processes, and of the ends of flows over the border, that differ from the usual ones.
    origins : int
        Origins with a node of their own.
    thin : float
        Share of the largest throughput below which flows are grouped.
    join : bool
        Whether flows between the same two nodes are one band, thin or not.
    """

    stages: Mapping[int, int]
    merged: Mapping[int, int]
    names: Mapping[int | str, str]
    origins: int
    thin: float
    join: bool = False

    def of(self, process: int) -> int:
        """Process by whose node a process is shown."""
        return self.merged.get(process, process)


FULL = Detail(
    {MARKET: 1, MANUFACTURING: 2, TRADE: 3, USE: 4, DRAWERS: 5, COLLECTION: 6, SECOND_LIFE: 7, RECYCLING: 8, SINK: 9},
    {}, {}, 4, 0.01,
)  # fmt: skip
COMPACT = Detail(
    {MARKET: 1, MANUFACTURING: 2, USE: 3, COLLECTION: 4, RECYCLING: 5, SINK: 6},
    {TRADE: MANUFACTURING, DRAWERS: COLLECTION, SECOND_LIFE: COLLECTION},
    {MARKET: "Market", MANUFACTURING: "Making, trade", "imports_component": "Imported parts"}, 2, 0.03, True,
)  # fmt: skip
"""For half a page's width: neighbouring processes are summed, which leaves every balance as it is."""
RANKS: dict[int, float] = {MARKET: 5, MANUFACTURING: 5, TRADE: 5, USE: 5, DRAWERS: 7, COLLECTION: 5, SECOND_LIFE: 4,
                           RECYCLING: 6, SINK: 5}  # fmt: skip
"""Order of processes in their column, from the top."""
FLOW_RANKS: dict[str, float] = {
    "imports": 1.0, "primary": 2.0, "imports_product": 0.0, "imports_component": 0.5, "exports_refined": 2.0,
    "other_use": 3.0, "exports_product": 0.0, "exports_used": 0.0, "uncollected": 2.0, "second_life_lost": 3.0,
    "discards_direct": 6.0, "collected": 6.0, "new_scrap": 8.0, "imports_scrap": 8.5, "exports_scrap": 9.0,
    "mfg_loss": 9.5, "pool_in": 1.0, "pool_out": 9.0, "imports_used": 0.7,
}  # fmt: skip
"""Order of flows on their way past other processes, and of their ends outside."""
SHORT_WORDS: dict[str, str] = {
    "new_scrap": "new scrap", "mfg_loss": "lost in making", "spares": "spare parts", "discards_direct": "discarded",
    "discards_hibernating": "kept unused", "released": "released", "uncollected": "not collected", "reused": "reused",
    "second_life_lost": "lost after second life", "recovery_loss": "lost in recovery",
    "overflow": "beyond the store",
}  # fmt: skip
"""Words beside the value of a band between two processes, where the nodes do not say it."""
FLOW_NAMES: dict[str, str] = {
    "refined_use": "refined metal used", "to_products": "in components made", "sales": "sold", "collected": "collected",
    "to_second_life": "to second life", "second_life_eol": "after second life", "stock_release": "released",
    "stock_fill": "filled",
}  # fmt: skip
"""What a flow without such words is called in a list."""
GROUP_WORDS = {
    (str(RECYCLING), str(SINK)): "at recycling", (str(COLLECTION), str(SINK)): "not collected",
    (str(USE), str(COLLECTION)): "discarded", (str(RECYCLING), str(MARKET)): "recovered",
}  # fmt: skip
"""Words of thin flows that share both ends, where there are better ones than other."""
RECOVERED = {"old": "from old scrap", "new": "from new scrap", "imported": "from imported scrap"}
LOST = {"mfg_loss", "uncollected", "second_life_lost", "recovery_loss", "overflow"}
EXPORTED = {"exports_refined", "exports_used", "exports_scrap", "pool_out"}
PRODUCT_TRADE = {"imports_product", "imports_component", "imports_used", "exports_product", "other_use"}
KIND_COLOURS: dict[str, str] = {
    "collected": DESTINATION_COLOURS["collected"], "second_life_eol": DESTINATION_COLOURS["collected"],
    "reused": DESTINATION_COLOURS["reused"], "to_second_life": DESTINATION_COLOURS["reused"],
    "discards_hibernating": DESTINATION_COLOURS["kept"], "released": DESTINATION_COLOURS["kept"],
    "new_scrap": SCRAP_COLOURS["new"], "imports_scrap": SCRAP_COLOURS["imported"], "primary": DOMESTIC_COLOUR,
    "stock_release": STOCKPILE_COLOUR, "stock_fill": STOCKPILE_COLOUR, "pool_in": STOCKPILE_COLOUR,
    **dict.fromkeys(LOST, DESTINATION_COLOURS["lost"]), **dict.fromkeys(EXPORTED, DESTINATION_COLOURS["exported"]),
    **dict.fromkeys(PRODUCT_TRADE, PRODUCT_COLOUR),
}  # fmt: skip
"""Colours of flows, those of the other figures; the rest has the colour of the element."""
REST = "ROW"
"""Origin that is a sum itself."""
HAIR = 0.2
"""Share of what counts as thin below which drawers and second life have no node of their own."""
