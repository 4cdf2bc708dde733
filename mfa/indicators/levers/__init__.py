"""Why each lever of a run did or did not act, in one line each, from its results and inputs alone.

Every rule reads the state of the run, never another run: what it says of the effect of a lever is what the state shows,
such as scrap that waits, claims beyond a budget, or the collection rate at a scrap value without the subsidy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mfa.indicators.levers import bans, market, obligations, plants, programmes, stocks, support, trade
from mfa.indicators.levers.case import Case
from mfa.indicators.levers.explanation import STATES, Explanation, in_order
from mfa.indicators.levers.plants import PLANTS

RULES: tuple[Callable[[Case], Iterator[Explanation]], ...] = (
    obligations.collection_quota,
    obligations.content_quota,
    obligations.recovery_floor,
    support.collection_subsidy,
    support.output_subsidy,
    support.capital_grant,
    programmes.research,
    programmes.keeping,
    bans.bans,
    bans.equity,
    bans.origins,
    bans.product_ban,
    stocks.stockpile,
    stocks.joint_pool,
    stocks.domestic_source,
    market.scarcity_price,
    market.substitution,
    market.reuse,
    market.longer_use,
    trade.used_products,
    trade.scrap,
    plants.investment,
    plants.surplus,
)
"""All rules, in the order in which levers without effect are listed."""


def explain(results: Any) -> list[Explanation]:
    """Why each lever of a run did or did not act.

    Parameters
    ----------
    results : Results
        A run with its inputs. Of a run with samples their means are read, and the most frequent state of a quota; of a
        run with totals only what its results still tell.

    Returns
    -------
    list of Explanation
        For each region largest effects first (money of the metal moved and of what was paid, over the run); levers
        without effect follow, then how plants were used from the first year in which a lever was set.

    Examples
    --------
    >>> import mfa
    >>> lines = explain(mfa.run("japan-reference"))  # doctest: +SKIP
    """
    found: list[Explanation] = []
    for region in range(len(results.labels["region"])):
        case = Case(results, region)
        here = in_order(explanation for rule in RULES for explanation in rule(case))
        begin = min((explanation.years[0] for explanation in here if explanation.years), default=None)
        since = case.years >= (case.years[0] if begin is None else begin)
        found += [*here, *plants.use_of_plants(case, since, to_the_end=begin is None)]
    return found


__all__ = ["PLANTS", "RULES", "STATES", "Explanation", "explain", "in_order"]
