"""Speed of the stock models beside flodym's on the same inputs: `pytest tests/benchmarks/test_stock_models.py -s`.

One run times both and prints a table; nothing is asserted of the times, which depend on the machine, but the results
must be equal. A call is timed as a user makes it: lifetime, checks of the labelled arguments, computation and labelled
result; flodym's from its lifetime model and stock object to `compute`. Compared are the best of several calls. `write`
is the time to allocate the same outputs and fill them with a constant, which no model can be much faster than: a large
table costs the memory that is written, and flodym always makes the tables.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mfa.stock_models import Lifetime, inflow_driven, stock_driven

flodym = pytest.importorskip("flodym")

YEARS = 100
SIZES = (1, 50, 350, 5000)
FIRST = 1950


def best(call: Callable[[], Any], seconds: float = 0.6, most: int = 200) -> tuple[float, Any]:
    """Shortest time of repeated calls, and the last result."""
    times: list[float] = []
    result = None
    gc.collect()
    gc.disable()
    try:
        while len(times) < 3 or (sum(times) < seconds and len(times) < most):
            result = None  # free the last one before the next is made
            start = time.perf_counter()
            result = call()
            times.append(time.perf_counter() - start)
    finally:
        gc.enable()
    return min(times), result


def driver(kind: str, series: int) -> np.ndarray:
    """An inflow, or a rising stock."""
    rng = np.random.default_rng(series)
    inflow = 0.5 + rng.random((YEARS, series))
    if kind == "inflow":
        return inflow
    return np.cumsum(inflow, axis=0)


def lifetime_terms(own: bool, series: int) -> tuple[Any, Any]:
    """Shape and scale of a Weibull: shared by all series, or one for each."""
    if not own:
        return 2.5, 15.0
    return np.linspace(1.5, 3.5, series), np.linspace(8.0, 25.0, series)


def flodym_run(kind: str, values: np.ndarray, shape: Any, scale: Any) -> Any:
    """flodym's stock model on the same numbers."""
    dims = flodym.DimensionSet(
        dim_list=[
            flodym.Dimension(name="time", letter="t", items=list(range(FIRST, FIRST + YEARS))),
            flodym.Dimension(name="series", letter="s", items=list(range(values.shape[1]))),
        ]
    )
    given = flodym.StockArray(dims=dims, values=values)
    model = flodym.InflowDrivenDSM if kind == "inflow" else flodym.StockDrivenDSM

    def call() -> Any:
        lifetime = flodym.WeibullLifetime(dims=dims, time_letter="t", weibull_shape=shape, weibull_scale=scale)
        stock = model(dims=dims, lifetime_model=lifetime, time_letter="t", **{kind: given})
        stock.compute()
        return stock

    return call


def our_run(kind: str, values: np.ndarray, shape: Any, scale: Any, by_cohort: bool) -> Any:
    """Ours."""
    labels = np.arange(values.shape[1])
    given = xr.DataArray(values, coords={"time": np.arange(FIRST, FIRST + YEARS), "series": labels})
    if isinstance(shape, np.ndarray):
        shape, scale = (xr.DataArray(x, coords={"series": labels}) for x in (shape, scale))
    run = inflow_driven if kind == "inflow" else stock_driven
    return lambda: run(given, Lifetime.weibull(shape=shape, scale=scale), by_cohort=by_cohort)


def write(series: int, by_cohort: bool) -> Callable[[], Any]:
    """Allocate and fill what the model returns."""
    shapes = [(YEARS, series)] * 2 + [(YEARS, YEARS, series)] * (2 if by_cohort else 0)

    def call() -> list[np.ndarray]:
        arrays = [np.empty(shape) for shape in shapes]
        for array in arrays:
            array.fill(1.0)
        return arrays

    return call


def assert_equal(theirs: Any, ours: xr.Dataset) -> None:
    """Same numbers within 1e-9 of the largest."""
    for name in ("stock", "inflow", "outflow"):
        one, two = getattr(theirs, name).values, ours[name].values
        np.testing.assert_allclose(two, one, rtol=1e-9, atol=1e-9 * np.abs(one).max(), err_msg=name)
    if "stock_by_cohort" in ours:
        for ages in range(0, YEARS, 9):  # in slices: the tables are large
            one, two = theirs.get_stock_by_cohort()[ages], ours["stock_by_cohort"].values[ages]
            np.testing.assert_allclose(two, one, rtol=1e-9, atol=1e-9)
            one, two = theirs.get_outflow_by_cohort()[ages], ours["outflow_by_cohort"].values[ages]
            np.testing.assert_allclose(two, one, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("own", [False, True], ids=["one lifetime", "a lifetime for each series"])
def test_stock_models_beside_flodym(own: bool, benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().setLevel(logging.ERROR)
    benchmark(our_run("inflow", driver("inflow", 350), *lifetime_terms(own, 350), False))
    lines = []
    for kind in ("inflow", "stock"):
        for series in SIZES:
            values = driver(kind, series)
            terms = lifetime_terms(own, series)
            slow, theirs = best(flodym_run(kind, values, *terms), seconds=2.0, most=20)
            for by_cohort in (False, True):
                fast, ours = best(our_run(kind, values, *terms, by_cohort))
                assert_equal(theirs, ours)
                del ours
                floor, _ = best(write(series, by_cohort))
                output = "with cohorts" if by_cohort else "totals"
                lines.append(
                    f"{kind + '-driven':15}{series:>7}  {output:13}{1e3 * slow:>11.2f}{1e3 * fast:>11.3f}"
                    f"{slow / fast:>9.0f}x{1e3 * floor:>10.3f}{fast / floor:>8.1f}x"
                )
            del theirs
    with capsys.disabled():
        print(
            f"\n{YEARS} years, {'a Weibull lifetime for each series' if own else 'one Weibull lifetime'}, times in ms"
        )
        print(
            f"{'model':15}{'series':>7}  {'output':13}{'flodym':>11}{'mfa':>11}{'ratio':>10}{'write':>10}{'/write':>9}"
        )
        print("\n".join(lines))


def test_a_stock_that_falls(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Falling targets, which need the year-by-year recursion; flodym answers them with a negative inflow."""
    benchmark(our_run("stock", driver("stock", 350)[::-1].copy(), 2.5, 15.0, False))
    lines = []
    for series in SIZES:
        rng = np.random.default_rng(series)
        values = np.cumsum(0.5 + rng.random((YEARS, series)), axis=0)
        values[60:] *= np.where(np.arange(series) % 2, 0.4, 1.0)
        for by_cohort in (False, True):
            fast, ours = best(our_run("stock", values, 2.5, 15.0, by_cohort))
            np.testing.assert_allclose(
                ours.inflow - ours.outflow, np.diff(values, axis=0, prepend=0.0), rtol=1e-9, atol=1e-9
            )
            assert float(ours.inflow.min()) >= 0.0 and (series == 1 or float(ours.early_retirement.max()) > 0.0)
            floor, _ = best(write(series, by_cohort))
            name = "with cohorts" if by_cohort else "totals"
            lines.append(f"{series:>7}  {name:13}{1e3 * fast:>11.3f}{1e3 * floor:>10.3f}{fast / floor:>8.1f}x")
            del ours
    with capsys.disabled():
        print("\nEvery other stock falls to 40 % in year 60; times in ms")
        print(f"{'series':>7}  {'output':13}{'mfa':>11}{'write':>10}{'/write':>9}")
        print("\n".join(lines))
