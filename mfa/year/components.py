"""Components that fail before their product: failures, reuse as spare parts, what will leave (model section 3.1)."""

from __future__ import annotations

import numpy as np

from mfa.system import component_life
from mfa.system.component_life import Failures
from mfa.system.layout import Floats
from mfa.year.state import Year, over


def fail(year: Year, ratio: Floats) -> tuple[Failures, Floats]:
    """Step 3: split the components of last year; `ratio` is the survival of their products [product, cohort].

    Returns
    -------
    Failures
    ending : array [sample, region, product, cohort], 1
        Share of products that no component ends.
    """
    model, layout, c = year.model, year.layout, year.c
    assert year.state.carried is not None
    pairs, products = model.lasting_pairs, model.lasting_products
    carried = year.state.carried[..., :c, :]
    survival = np.zeros((*year.lead, len(pairs), carried.shape[-1]))
    survival[..., :c] = survival_of_components(year, c, c)
    failing = component_life.failing(carried, survival)
    failing_share = over(failing, year.state.units[:, :, products, :c])
    limit = year.p("replacement_max_age")[..., pairs]
    replaceable = np.broadcast_to(c - np.arange(c) <= limit[..., None], failing.shape)
    lasts = np.where(replaceable, 1.0, 1.0 - failing_share)
    ending = np.ones((*year.lead, layout.n_product, c))
    others = np.ones_like(failing)
    for i, product in enumerate(products):
        ending[:, :, product] *= lasts[:, :, i]
        for j, other in enumerate(products):
            if other == product and j != i:
                others[:, :, i] *= lasts[:, :, j]
    lasting = np.where(replaceable, ending[:, :, products], others) * ratio[:, :, products]
    failures = component_life.fail(carried, survival, failing, lasting, replaceable)
    if year.on.used_trade:
        year.parts_leaving = component_life.leaving(carried, failures, replaceable)
    return failures, ending


def survival_of_components(year: Year, position: int, n_cohorts: int) -> Floats:
    """Share of components that survive the year; failures of the year of making are met the year after."""
    survival = year.model.component_survival
    assert survival is not None
    ratio = np.array(survival.ratio(position, n_cohorts))
    young = position - 1
    if 0 <= young < n_cohorts:
        ratio[..., young] = survival.share(position, n_cohorts)[..., young]
    return ratio


def reuse(year: Year) -> None:
    """Step 4: components with life left that serve as spares: min(need, reuse cr direct), pro rata by cohort."""
    model, failures = year.model, year.failures
    assert failures is not None
    pairs, products = model.lasting_pairs, model.lasting_products
    need = failures.spare_need
    direct = (1.0 - (year.exported_share + year.drawer_share))[..., products]
    by_make = failures.with_product[..., :-1] * direct[..., None]
    available = by_make.sum(axis=-1)
    reused = np.minimum(need.sum(axis=-1), (year.p("reuse_share") * year.rate)[..., pairs] * available)
    by_cohort = by_make * over(reused, available)[..., None]
    year.spare_need = need
    year.reused_units = np.concatenate([by_cohort, np.zeros((*by_cohort.shape[:-1], 1))], axis=-1)
    year.reused = year.state.content.components.weigh([by_cohort], by_cohort.shape[-1])[0].copy()


def in_use(year: Year) -> Floats:
    """Element content of components in use at year end: array [sample, region, element + mass, item], t."""
    state = year.state
    return state.content.components.weigh([state.carried_by_make()], len(year.layout.cohorts))[0]


def leaving(year: Year, years: int) -> Floats:
    """Components that leave with existing products some years ahead, without replacement.

    Returns
    -------
    array [sample, region, pair, component cohort up to this year], unit/yr
    """
    c, carried, survival = year.c, year.state.carried, year.model.survival
    assert carried is not None
    products = year.model.lasting_products
    n = c + 1
    product, own = np.ones((1, 1, len(products), n)), np.ones((1, 1, len(products), n))
    for step in range(1, years + 1):
        product_before, own_before = product, own
        ratio = survival.ratio(c + step, n)[:, :, products]
        if year.on.hazard:
            hazard = year.hazard[..., products, None]
            ratio = np.where(ratio > 0.0, ratio**hazard, 0.0)
        product, own = product * ratio, own * survival_of_components(year, c + step, n)
    before = product_before[..., None] * own_before[..., None, :]
    after = product[..., None] * own[..., None, :]
    return np.maximum((carried[..., :n, :n] * (before - after)).sum(axis=-2), 0.0)
