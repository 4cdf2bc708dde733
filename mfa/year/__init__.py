"""One year, solved in the order of the model's numbered steps.

Everything is plain numpy with axes [sample, region, ...]; the last place on an element axis is the component mass. What
depends on this year's sales or output reaches the stores at year end, so that nothing has to be solved simultaneously.

========================  ==================================================================
`mfa.year.state`          what a year hands to the next, and the year in the making
`mfa.year.products`       products in use: chemistry, discards, sales
`mfa.year.components`     components that fail before their product
`mfa.year.scrap`          collection, second life, feed and recycling routes
`mfa.year.metal`          price, need, supply, rationing and stockpile of refined metal
`mfa.year.answers`        compliance with obligations, and new recycling capacity
`mfa.year.trade`          used products and scrap from one region of the run to another
`mfa.year.outcome`        what is reported of the year
========================  ==================================================================
"""

from __future__ import annotations

from mfa.year import answers, metal, products, scrap, trade
from mfa.year.state import State, Year


def solve_year(state: State, t: int) -> Year:
    """Solve one year and move the state on to its end.

    Parameters
    ----------
    state : State
        What the year before has left; is changed.
    t : int
        Position of the year on the time axis.

    Returns
    -------
    Year
        All that was found; `mfa.year.outcome` brings it to flows, stocks and other results.

    Raises
    ------
    ModelError
        If the year has no solution, with coordinates.
    """
    year = Year(state, t)
    metal.set_price(year)  # 1 price
    products.choose_chemistry(year)  # 2 chemistry
    products.discard(year)  # 3 discards
    scrap.rate_recyclers(year)
    scrap.collect(year)  # 4 collection
    scrap.serve_again(year)  # 5 second life
    scrap.feed_recyclers(year)  # 6 feed
    scrap.recycle(year)  # 7 routes
    metal.count_need(year)  # 8 need
    metal.supply(year)  # 9 supply
    metal.ration(year)  # 10 Leontief
    metal.fill_stockpile(year)  # 11 stockpile fill
    products.use(year)  # 12 use
    answers.comply(year)  # 13 compliance
    answers.build(year)  # 14 capacity
    if year.on.used_trade:
        trade.receive_products(year)  # 15 used products from other regions
    return year
