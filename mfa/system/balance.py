"""Mass balances: every process, element, region, year and sample, and the system as a whole, on every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mfa.errors import BalanceError
from mfa.system.layout import Floats, Ints, Layout
from mfa.vocabulary import FLOWS, MASS, PROCESSES, STOCKS

TOLERANCE = 1e-9
LEAST_THROUGHPUT = 1e-3
STOCK_SHARE = 1e-3
MASS_PROCESSES = (2, 3, 4, 5, 6, 7, 8, 10)
"""Processes in which component mass is balanced too."""


@dataclass(frozen=True)
class Residual:
    """The worst residual of a run: how large, relative to what is tolerated as 1e-9, and where."""

    relative: float
    absolute: float
    process: str
    element: str
    region: str
    year: int
    sample: int

    def __str__(self) -> str:
        return f"{self.relative:.1e} (process {self.process}, {self.element}, {self.region}, {self.year})"


def check_balances(
    flows: Mapping[str, Floats], stocks: Mapping[str, Floats], opening: Mapping[str, Floats], layout: Layout
) -> Residual:
    """Check sum in - sum out - dS/Dt = 0 for every process and for the system.

    |residual| <= 1e-9 max(1e-3 t/yr, throughput, 1e-3 stock / Dt)

    Parameters
    ----------
    flows : mapping of arrays [time, sample, region, element + mass], t/yr
        Totals; flows without a mass layer have elements only.
    stocks, opening : mapping of arrays [time, sample, region, element + mass] and [sample, region, element + mass], t
        Year-end stocks, and those before the run.
    layout : Layout

    Returns
    -------
    Residual
        The worst one.

    Raises
    ------
    BalanceError
        If one is beyond the tolerance: names process, element, region, year and residual.
    """
    some = next(iter(stocks.values()))
    n_time, n_sample, n_region = some.shape[:3]
    n_all = layout.n_element + 1
    worst: Residual | None = None
    system_net = np.zeros((n_time, n_sample, n_region, n_all))
    system_through = np.zeros_like(system_net)
    system_stock = np.zeros_like(system_net)
    for process, title in PROCESSES.items():
        if process == 0:
            continue
        into, out = np.zeros_like(system_net), np.zeros_like(system_net)
        for name, flow in FLOWS.items():
            if flow.target == process:
                into[..., : flows[name].shape[-1]] += flows[name]
            if flow.drawn_from is not None and flow.source == process:
                into[..., : flows[name].shape[-1]] += flows[name]
            if process in (flow.source, flow.drawn_from):
                out[..., : flows[name].shape[-1]] += flows[name]
        change, level = np.zeros_like(into), np.zeros_like(into)
        for name, stock in STOCKS.items():
            if stock.process == process:
                values = stocks[name]
                before = np.concatenate([np.broadcast_to(opening[name], values.shape[1:])[None], values[:-1]])
                change[..., : values.shape[-1]] += values - before
                level[..., : values.shape[-1]] += np.maximum(values, before)
        width = n_all if process in MASS_PROCESSES else layout.n_element
        found = _worst(into - out - change, np.maximum(into, out), level, width, f"{process} {title}", layout)
        if worst is None or found.relative > worst.relative:
            worst = found
    for flow in FLOWS.values():
        values = flows[flow.name]
        if flow.source == 0:
            system_net[..., : values.shape[-1]] += values
            system_through[..., : values.shape[-1]] += values
        if flow.target == 0:
            system_net[..., : values.shape[-1]] -= values
    if n_region > 1:
        _check_between(flows["pool_out"], flows["pool_in"], "joint stockpile pool", layout)
    for name, values in stocks.items():
        before = np.concatenate([np.broadcast_to(opening[name], values.shape[1:])[None], values[:-1]])
        system_net[..., : values.shape[-1]] -= values - before
        system_stock[..., : values.shape[-1]] += np.maximum(values, before)
    found = _worst(system_net, system_through, system_stock, layout.n_element, "whole system", layout)
    assert worst is not None
    return found if found.relative > worst.relative else worst


def check_cohorts(entered: Floats, discarded: Floats, units: Floats, layout: Layout) -> None:
    """Check sales + arrivals = discards so far + stock for every cohort.

    Parameters
    ----------
    entered, discarded, units : array [sample, region, product, cohort], unit
        Sold or there at the start, and come used from other regions of the run; left; in use.

    Raises
    ------
    BalanceError
        Naming product, cohort and residual.
    """
    residual = np.abs(entered - discarded - units)
    bad = residual > TOLERANCE * np.maximum(1e-3, entered)
    if bad.any() or not np.isfinite(residual).all():
        sample, region, product, cohort = (int(i) for i in np.argwhere(bad | ~np.isfinite(residual))[0])
        raise BalanceError(
            f"cohort balance of {layout.labels['product'][product]} sold in {int(layout.cohorts[cohort])}, "
            f"{layout.labels['region'][region]}, sample {sample}: sales + arrivals - discards - stock "
            f"= {residual[sample, region, product, cohort]:.3e} unit, tolerated 1e-9 of sales and arrivals"
        )


def refuse_negative(flows: Mapping[str, Floats], stocks: Mapping[str, Floats], layout: Layout) -> None:
    """Refuse flows and stocks below 0.

    Parameters
    ----------
    flows, stocks : mapping of arrays [time, ...], t/yr and t

    Raises
    ------
    BalanceError
        Naming the flow or stock and the year.
    """
    for name, values in [*flows.items(), *stocks.items()]:
        least = float(np.min(values))
        if not least >= -TOLERANCE * max(1.0, float(np.max(np.abs(values)))):
            place = np.unravel_index(int(np.argmin(values)), values.shape)
            raise BalanceError(
                f"{name} is {least:.3e} in {int(layout.years[place[0]])}: no flow or stock may be below 0"
            )


def check_trade(kept: Mapping[str, Floats], layout: Layout) -> None:
    """Check that over regions what is sent to other regions of the run is what arrives there.

    Parameters
    ----------
    kept : mapping of arrays [time, sample, region, element + mass], t/yr
        ``used_sent`` and ``used_received`` where used products are traded, ``scrap_sent`` and ``scrap_received`` where
        scrap is.

    Raises
    ------
    BalanceError
        Naming what is traded, element and year.
    """
    for what, title in (("used", "used products"), ("scrap", "scrap")):
        if f"{what}_sent" not in kept:
            continue
        _check_between(kept[f"{what}_sent"], kept[f"{what}_received"], f"trade of {title} between regions", layout)


def _check_between(sent: Floats, received: Floats, title: str, layout: Layout) -> None:
    """Refuse what passes between regions if over all of them it is not sent as it is received."""
    gave, got = sent.sum(axis=2), received.sum(axis=2)
    bad = ~(np.abs(gave - got) <= TOLERANCE * np.maximum(LEAST_THROUGHPUT, gave))
    if bad.any():
        t, sample, element = (int(i) for i in np.argwhere(bad)[0])
        raise BalanceError(
            f"{title} does not balance for {[*layout.labels['element'], MASS][element]} in {int(layout.years[t])}, "
            f"sample {sample}: {gave[t, sample, element]:.6e} t/yr are given and {got[t, sample, element]:.6e} t/yr "
            "received"
        )


def _worst(residual: Floats, through: Floats, stock: Floats, width: int, process: str, layout: Layout) -> Residual:
    residual, through, stock = residual[..., :width], through[..., :width], stock[..., :width]
    scale = np.maximum(np.maximum(LEAST_THROUGHPUT, through), STOCK_SHARE * stock)
    relative = np.abs(residual) / scale
    relative = np.where(np.isfinite(relative), relative, np.inf)
    place: Ints = np.array(np.unravel_index(int(np.argmax(relative)), relative.shape))
    t, sample, region, element = (int(i) for i in place)
    labels = [*layout.labels["element"], MASS]
    worst = Residual(
        float(relative[t, sample, region, element]), float(residual[t, sample, region, element]), process,
        labels[element], layout.labels["region"][region], int(layout.years[t]), sample,
    )  # fmt: skip
    if not worst.relative <= TOLERANCE:
        raise BalanceError(
            f"process {worst.process} does not balance for {worst.element} in {worst.year} ({worst.region}, sample "
            f"{worst.sample}): in - out - stock change = {worst.absolute:.6e} t/yr, {worst.relative:.1e} of the "
            f"throughput, tolerated {TOLERANCE:.0e}"
        )
    return worst
