"""What a tonne of scrap earns on each recycling route, and what the plant for it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mfa.indicators.levers.case import Case
from mfa.policy.investment import annuity


@dataclass(frozen=True)
class Terms:
    """Money by route, with learning and research as far as the results tell them.

    Attributes
    ----------
    worth : ndarray [time, element, route], money/t
        Of a tonne of element in the feed: metal, certificates, output subsidy, less the charge below a recovery floor.
    subsidy : ndarray [time, element, route], money/t
        Part of it that is output subsidy.
    opex : ndarray [time, route], money/t
        Operating cost of a tonne of feed.
    capex : ndarray [time, route], money/(t/yr)
        Capital cost, without a grant.
    annual : ndarray [time, route], money/t
        The same as an annuity over a plant's life.
    """

    worth: np.ndarray
    subsidy: np.ndarray
    opex: np.ndarray
    capex: np.ndarray
    annual: np.ndarray


def terms(case: Case) -> Terms:
    """Money by route in each year; routes that stood still count with the cost that they began with."""
    if "terms" not in case.memo:
        yields = case.policy("recovery_yield")
        metal = case.policy("price")[..., None] * case.given("payable_share")
        subsidy = yields * (case.given("output_subsidy") * expected_output_share(case)[:, None])[..., None]
        gap = np.maximum(case.given("recovery_floor") - yields, 0.0) * case.given("floor_penalty")[..., None]
        worth = yields * (metal + case.policy("certificate_price")[..., None]) + subsidy - gap
        done, ordered = case.policy("processed"), case.policy("orders")
        opex = np.divide(case.policy("opex_total"), done, out=np.array(case.given("opex")), where=done > 0.0)
        capex = np.divide(case.policy("capex_total"), ordered, out=np.array(case.given("capex")), where=ordered > 0.0)
        factor = annuity(case.given("discount_rate")[:, None], case.given("plant_life"))
        case.memo["terms"] = Terms(worth, subsidy, opex, capex, capex / factor)
    return case.memo["terms"]


def expected_output_share(case: Case) -> np.ndarray:
    """Share of the output subsidy that recyclers count on [time]: this year's rate and budget, last year's output."""
    secondary = case.total("flows", "secondary", "time", "element")
    assert secondary is not None
    claim = np.zeros(len(case.years))
    claim[1:] = (case.given("output_subsidy")[1:] * secondary[:-1]).sum(axis=-1)
    return paid_share(claim, case.given("output_budget"))


def paid_share(claim: np.ndarray, budget: np.ndarray) -> np.ndarray:
    """Share of a rate that a budget pays: min(1, budget / claim); 1 without a claim, 0 with a budget of 0.

    Examples
    --------
    >>> paid_share(np.array([0.0, 200.0, 50.0]), np.array([100.0, 100.0, 0.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(claim > 0.0, np.minimum(1.0, budget / claim), 1.0)
    return np.where(budget > 0.0, share, 0.0)


def margins(case: Case) -> np.ndarray | None:
    """Margin of a tonne of feed on each route [time, route], money/t; None in a run with totals only.

    At the mean grade of what the route took, or else of the scrap in store that it may take; NaN without any. It is
    the mean over classes of scrap, each of which the run judges by itself.
    """
    grade = route_grades(case)
    if grade is None:
        return None
    money = terms(case)
    return (grade * money.worth).sum(axis=1) - money.opex


def route_grades(case: Case) -> np.ndarray | None:
    """Element over component mass of what each route takes [time, element, route]; NaN where there is nothing."""
    made = case.total("flows", "secondary", "time", "element", "route")
    lost = case.total("flows", "recovery_loss", "time", "element", "route")
    held = case.total("stocks", "feed_store", "time", "component", "element", "scrap")
    mass = case.total("components", "feed_store", "time", "component", "scrap")
    if made is None or lost is None or held is None or mass is None:
        return None
    takes = case.given("route_eligible").astype(bool).any(axis=2)  # time, component, route, scrap
    in_reach = np.einsum("tkeq,tkwq->tew", held, takes)
    weight = np.einsum("tkq,tkwq->tw", mass, takes)
    done = case.policy("processed")[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(done > 0.0, (made + lost) / done, in_reach / weight[:, None, :])
