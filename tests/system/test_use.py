"""Cohorts in use: hand-computed runs, and the fast ways against a plain loop over years and cohorts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa.system import cohort_products, use
from mfa.system.cohort_survival import Survival, exit_matrix, hazard_power, survival_matrix, survival_ratio
from mfa.system.survival import EXPONENTIAL, FIXED, NORMAL, WEIBULL, survival_function


def survival(code: Any, first: Any, second: Any = 0.0, offset: float = 0.5) -> Survival:
    """Lifetimes on three axes; a scalar is shared by all."""
    code, first, second = np.broadcast_arrays(code, first, second)
    if code.ndim == 0:
        code, first, second = (x.reshape(1, 1, 1) for x in (code, first, second))
    return Survival(code.astype(np.int64), first.astype(float), second.astype(float), offset)


def plain(
    driver: np.ndarray,
    lifetimes: Survival,
    initial: np.ndarray | None = None,
    multiplier: np.ndarray | None = None,
    to_target: bool = False,
) -> use.Use:
    """The equations once more, one number at a time."""
    lead, years, trail = driver.shape
    earlier = 0 if initial is None else initial.shape[1]
    cohorts = earlier + years
    shape = (lead, cohorts, trail)
    code, first, second = (np.broadcast_to(x, shape) for x in lifetimes[:3])
    power = np.broadcast_to(1.0 if multiplier is None else multiplier, driver.shape)
    stock, inflow, outflow, early = (np.zeros(driver.shape) for _ in range(4))
    stocks, outflows = (np.zeros((lead, years, cohorts, trail)) for _ in range(2))

    def sf(i: int, c: int, k: int, age: int) -> float:
        return float(survival_function(age + lifetimes.offset, code[i, c, k], first[i, c, k], second[i, c, k]))

    for i in range(lead):
        for k in range(trail):
            left = [0.0] * cohorts if initial is None else [*initial[i, :, k].tolist()] + [0.0] * years
            for t in range(years):
                now, m = earlier + t, float(power[i, t, k])
                before = list(left)
                for c in range(now):
                    young, old = sf(i, c, k, now - c - 1), sf(i, c, k, now - c)
                    left[c] = 0.0 if young == 0.0 or old == 0.0 else left[c] * (old / young) ** m
                new = sf(i, now, k, 0)
                new = 0.0 if new == 0.0 else new**m
                if to_target:
                    total = sum(left)
                    if total > driver[i, t, k]:
                        early[i, t, k] = total - driver[i, t, k]
                        left = [x * driver[i, t, k] / total for x in left]
                    elif driver[i, t, k] > total:
                        inflow[i, t, k] = (driver[i, t, k] - total) / new
                else:
                    inflow[i, t, k] = driver[i, t, k]
                left[now] = inflow[i, t, k] * new
                before[now] = inflow[i, t, k]
                for c in range(now + 1):
                    stocks[i, t, c, k], outflows[i, t, c, k] = left[c], before[c] - left[c]
                stock[i, t, k], outflow[i, t, k] = sum(left), sum(before) - sum(left)
    return use.Use(stock, inflow, outflow, early if to_target else None, stocks, outflows)


def assert_same(found: use.Use, wanted: use.Use, rtol: float = 1e-10) -> None:
    for name in use.Use._fields:
        one, two = getattr(found, name), getattr(wanted, name)
        if one is not None:
            np.testing.assert_allclose(one, two, rtol=rtol, atol=1e-9, err_msg=name)


# --- one year -------------------------------------------------------------------------------------------------------


def test_survival_ratio() -> None:
    np.testing.assert_array_equal(survival_ratio(np.array([0.8, 0.4, 0.0, 0.0])), [0.8, 0.5, 0.0, 0.0])


def test_hazard_power() -> None:
    ratio = np.array([0.25, 0.0, 1.0])
    np.testing.assert_array_equal(hazard_power(ratio, 0.5), [0.5, 0.0, 1.0])
    np.testing.assert_array_equal(hazard_power(ratio, 0.0), [1.0, 0.0, 1.0])  # what is gone stays gone
    assert hazard_power(ratio, 1.0) is ratio and hazard_power(ratio, None) is ratio


def test_meet_target() -> None:
    inflow, keep, early = use.meet_target(
        np.array([10.0, 6.0, 3.0, 0.0]), np.array([6.0, 6.0, 4.0, 5.0]), np.array(0.8)
    )
    np.testing.assert_allclose(inflow, [5.0, 0.0, 0.0, 0.0])  # 4/0.8
    np.testing.assert_allclose(keep, [1.0, 1.0, 0.75, 0.0])
    np.testing.assert_allclose(early, [0.0, 0.0, 1.0, 5.0])


def test_deficit_without_survival_is_refused() -> None:
    with pytest.raises(use.DeficitError) as error:
        use.meet_target(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]]), np.array([[0.0, 0.0]]))
    assert error.value.where == (0, 1)


# --- runs by hand ---------------------------------------------------------------------------------------------------


def test_exponential_at_year_end_by_hand() -> None:
    # mean 1/ln 2 halves the cohort every year. Entering on 31 December (sf(0) = 1), inflow 8, 0, 4:
    # stock 8; 4; 2 + 4 = 6. Outflow 0; 4; 2.
    result = use.inflow_driven(
        np.array([8.0, 0.0, 4.0]).reshape(1, 3, 1), survival(EXPONENTIAL, 1.0 / np.log(2.0), offset=0.0), by_cohort=True
    )
    np.testing.assert_allclose(result.stock.ravel(), [8.0, 4.0, 6.0])
    np.testing.assert_allclose(result.outflow.ravel(), [0.0, 4.0, 2.0], atol=1e-15)
    np.testing.assert_allclose(result.stock_by_cohort[0, :, :, 0], [[8.0, 0, 0], [4.0, 0, 0], [2.0, 0, 4.0]])
    np.testing.assert_allclose(result.outflow_by_cohort[0, :, :, 0], [[0, 0, 0], [4.0, 0, 0], [2.0, 0, 0]], atol=1e-15)


@pytest.mark.parametrize(
    ("offset", "stock"),
    [
        (0.0, [10.0, 20.0, 20.0]),  # ages 0, 1 < 2 <= 2
        (0.5, [10.0, 20.0, 20.0]),  # ages 0.5, 1.5 < 2 <= 2.5
        (1.0, [10.0, 10.0, 10.0]),  # ages 1 < 2 <= 2
    ],
)
def test_fixed_lifetime_of_two_years_by_timing(offset: float, stock: list[float]) -> None:
    result = use.inflow_driven(np.full((1, 3, 1), 10.0), survival(FIXED, 2.0, offset=offset))
    np.testing.assert_array_equal(result.stock.ravel(), stock)
    np.testing.assert_array_equal(result.outflow.ravel(), 10.0 - np.diff(stock, prepend=0.0))


def test_hazard_multiplier_by_hand() -> None:
    # A factor 0.81 every year from sf(0) on (mean 1/ln(1/0.81), timing start). m = 0.5 makes it 0.9, m = 2 0.6561.
    lifetimes = survival(EXPONENTIAL, -1.0 / np.log(0.81), offset=1.0)
    power = np.array([1.0, 0.5, 2.0]).reshape(1, 3, 1)
    result = use.inflow_driven(
        np.array([100.0, 100.0, 0.0]).reshape(1, 3, 1), lifetimes, multiplier=power, by_cohort=True
    )
    # 2020: 81. 2021: 81 x 0.9 = 72.9 and 90. 2022: 0.6561 of both, 47.82969 and 59.049.
    np.testing.assert_allclose(result.stock_by_cohort[0, :, 0, 0], [81.0, 72.9, 47.82969])
    np.testing.assert_allclose(result.stock_by_cohort[0, :, 1, 0], [0.0, 90.0, 59.049])
    np.testing.assert_allclose(result.outflow.ravel(), [19.0, 18.1, 56.02131])  # 8.1 + 10; 25.07031 + 30.951


def test_hazard_multiplier_does_not_touch_a_fixed_lifetime() -> None:
    inflow = np.full((1, 5, 1), 10.0)
    plain_run = use.inflow_driven(inflow, survival(FIXED, 2.0))
    for m in (0.0, 0.3, 4.0):
        found = use.inflow_driven(inflow, survival(FIXED, 2.0), multiplier=np.full((1, 5, 1), m))
        np.testing.assert_array_equal(found.stock, plain_run.stock)


def test_multiplier_of_zero_stops_the_ageing() -> None:
    lifetimes = survival(EXPONENTIAL, 5.0)
    result = use.inflow_driven(np.full((1, 4, 1), 10.0), lifetimes, multiplier=np.zeros((1, 4, 1)))
    np.testing.assert_allclose(result.stock.ravel(), [10.0, 20.0, 30.0, 40.0])


def test_initial_stock_by_hand() -> None:
    # Fixed lifetime 3, midyear: alive at the ends of ages 0, 1, 2. Left at the end of 2019: 5 of 2018 (age 1), 7 of
    # 2019 (age 0), and 9 of 2016 (age 3, cannot be: sf = 0, so they leave in 2020).
    # 2020: 5 + 7 + 10; 2021: 7 + 20; 2022: 30. Outflow 9; 5; 7.
    initial = np.array([9.0, 0.0, 5.0, 7.0]).reshape(1, 4, 1)
    result = use.inflow_driven(np.full((1, 3, 1), 10.0), survival(FIXED, 3.0), initial=initial, by_cohort=True)
    np.testing.assert_array_equal(result.stock.ravel(), [22.0, 27.0, 30.0])
    np.testing.assert_array_equal(result.outflow.ravel(), [9.0, 5.0, 7.0])
    np.testing.assert_array_equal(result.stock_by_cohort[0, 0, :, 0], [0.0, 0.0, 5.0, 7.0, 10.0, 0.0, 0.0])


def test_stock_driven_by_hand() -> None:
    # Half of each cohort leaves per year after the first (timing end). Target 8, 8, 2, 0, 5:
    # 8 in; 4 left, 4 in; 6 left, 2 kept (4 early, shares 2 : 4); 1 left, 0 kept (1 early); 5 in.
    lifetimes = survival(EXPONENTIAL, 1.0 / np.log(2.0), offset=0.0)
    target = np.array([8.0, 8.0, 2.0, 0.0, 5.0]).reshape(1, 5, 1)
    for by_cohort in (False, True):
        result = use.stock_driven(target, lifetimes, by_cohort=by_cohort)
        assert result.early_retirement is not None
        np.testing.assert_allclose(result.inflow.ravel(), [8.0, 4.0, 0.0, 0.0, 5.0], atol=1e-14)
        np.testing.assert_allclose(result.early_retirement.ravel(), [0.0, 0.0, 2.0, 1.0, 0.0], atol=1e-14)
        np.testing.assert_allclose(result.outflow.ravel(), [0.0, 4.0, 6.0, 2.0, 0.0], atol=1e-14)
        np.testing.assert_array_equal(result.stock, target)
    assert result.stock_by_cohort is not None
    # 2022: cohorts 8 -> 2 and 4 -> 2 before the cut, so 4 left of which 2 are kept: 1 and 1
    np.testing.assert_allclose(result.stock_by_cohort[0, 2, :, 0], [1.0, 1.0, 0.0, 0.0, 0.0])


def test_first_year_losses_of_the_stock_driven_model() -> None:
    # Normal with mean 1, sd 0.5 at midyear: sf(0) = Phi(0.5/0.5) = 0.841345, 10 in use need 10/0.841345 = 11.885734
    result = use.stock_driven(np.full((1, 1, 1), 10.0), survival(NORMAL, 1.0, 0.5))
    assert result.inflow.item() == pytest.approx(11.885734, rel=1e-6)
    assert result.outflow.item() == pytest.approx(1.885734, rel=1e-6)


def test_deficit_names_its_place() -> None:
    target = np.zeros((2, 3, 4))
    target[1, 2, 3] = 1.0
    short = survival(FIXED, 0.5)  # gone at the end of the year of entry
    for by_cohort in (False, True):
        with pytest.raises(use.DeficitError) as error:
            use.stock_driven(target, short, by_cohort=by_cohort)
        assert error.value.where == (1, 2, 3)
    own = survival(np.full((2, 1, 4), FIXED), np.full((2, 1, 4), 0.5))
    for by_cohort in (False, True):
        with pytest.raises(use.DeficitError) as error:
            use.stock_driven(target, own, by_cohort=by_cohort)
        assert error.value.where == (1, 2, 3)
    with pytest.raises(use.DeficitError) as error:  # more leads than trails
        use.stock_driven(np.ascontiguousarray(target.transpose(2, 1, 0)), own.turned())
    assert error.value.where == (3, 2, 1)


def test_no_deficit_where_nothing_is_wanted() -> None:
    result = use.stock_driven(np.zeros((1, 3, 1)), survival(FIXED, 0.5))
    np.testing.assert_array_equal(result.inflow, 0.0)


def test_everything_leaves_at_once() -> None:
    result = use.inflow_driven(np.full((1, 3, 2), 4.0), survival(FIXED, 0.5), by_cohort=True)
    np.testing.assert_array_equal(result.stock, 0.0)
    np.testing.assert_array_equal(result.outflow, 4.0)


def test_zero_inflow() -> None:
    for lifetimes in (
        survival(WEIBULL, 2.0, 10.0),
        survival(np.full((1, 1, 3), WEIBULL), np.array([[[1.0, 2.0, 3.0]]]), 9.0),
    ):
        result = use.inflow_driven(np.zeros((2, 6, 3)), lifetimes, by_cohort=True)
        assert not any(np.any(x) for x in result if x is not None)


@pytest.mark.parametrize("series", [1, 3])
@pytest.mark.parametrize("own", [False, True])
def test_nothing_leaves_before_its_time(series: int, own: bool) -> None:
    """Exactly 0, though 0.1 + 0.2 + 0.3 ... is rounded: fixed lifetimes of 30 years, in which 25 cohorts enter."""
    inflow = np.tile(0.1 * np.arange(1, 26), (series, 1)).T[None]
    means = np.full((1, 1, series), 30.0) + (np.arange(series) if own else 0.0)
    lifetimes = survival(FIXED, means) if own else survival(FIXED, 30.0)
    result = use.inflow_driven(inflow, lifetimes)
    np.testing.assert_array_equal(result.outflow, 0.0)
    np.testing.assert_array_equal(use.stock_driven(result.stock, lifetimes).outflow, 0.0)


def test_own_lifetimes_over_many_years() -> None:
    """Stock-driven inverts inflow-driven, and outflow is what the cohorts lose, over several blocks of years."""
    rng = np.random.default_rng(3)
    inflow = rng.random((2, 53, 3))
    lifetimes = survival(WEIBULL, 1.2 + 3.0 * rng.random((2, 1, 3)), 4.0 + 30.0 * rng.random((2, 1, 3)))
    there = use.inflow_driven(inflow, lifetimes)
    back = use.stock_driven(there.stock, lifetimes)
    np.testing.assert_allclose(back.inflow, inflow, rtol=1e-11)
    tables = use.inflow_driven(inflow, lifetimes, by_cohort=True)
    assert tables.outflow_by_cohort is not None
    lost = tables.outflow_by_cohort.sum(axis=2)
    for result in (there, back, tables):
        np.testing.assert_allclose(result.outflow, lost, rtol=1e-9, atol=1e-13 * there.stock.max())


def test_matrices() -> None:
    lifetimes = survival(WEIBULL, 2.0, 3.0)
    matrix = survival_matrix(lifetimes, 5)[0, :, :, 0]
    exits = exit_matrix(matrix)
    np.testing.assert_allclose(matrix.sum() + exits.sum(axis=0).sum(), matrix.sum() + (1 - matrix[-1]).sum())
    np.testing.assert_allclose(exits.sum(axis=0) + matrix[-1], 1.0)  # all that enters has left or is there
    assert not np.signbit(exits).any()
    slow = survival_matrix(lifetimes, 5, multiplier=np.ones((1, 5, 1)))[0, :, :, 0]
    np.testing.assert_allclose(slow, matrix, rtol=1e-14)


# --- against the plain loop -----------------------------------------------------------------------------------------

AXES = ["shared", "by lead", "by trail", "by both", "by cohort", "by lead and cohort", "by all"]


def random_case(rng: np.random.Generator, axes: str, shape: tuple[int, int, int], earlier: int) -> tuple[Any, ...]:
    """Lifetimes of several families along some axes, an inflow, an initial stock and a multiplier."""
    lead, years, trail = shape
    size = (
        lead if axes in ("by lead", "by both", "by lead and cohort", "by all") else 1,
        earlier + years if "cohort" in axes or axes == "by all" else 1,
        trail if axes in ("by trail", "by both", "by all") else 1,
    )
    code = rng.choice([FIXED, EXPONENTIAL, NORMAL, WEIBULL], size)
    first, second = 1.0 + 4.0 * rng.random(size), 1.0 + 3.0 * rng.random(size)
    inflow = rng.random(shape) * (rng.random(shape) < 0.8)
    initial = rng.random((lead, earlier, trail)) if earlier else None
    return survival(code, first, second, rng.choice([0.0, 0.5])), inflow, initial


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("shape", [(1, 7, 1), (2, 6, 3), (9, 5, 10), (11, 5, 2), (1, 18, 9)])
@pytest.mark.parametrize("with_multiplier", [False, True])
@pytest.mark.parametrize("earlier", [0, 3])
def test_every_way_equals_the_plain_loop(
    axes: str, shape: tuple[int, int, int], with_multiplier: bool, earlier: int
) -> None:
    rng = np.random.default_rng([AXES.index(axes), *shape, with_multiplier, earlier])
    lifetimes, inflow, initial = random_case(rng, axes, shape, earlier)
    multiplier = None
    if with_multiplier:
        multiplier = rng.choice([0.0, 0.5, 1.0, 1.7], (lifetimes.code.shape[0], shape[1], lifetimes.code.shape[2]))
    for driver, run, to_target in (
        (inflow, use.inflow_driven, False),
        (np.cumsum(inflow, axis=1), use.stock_driven, True),  # mostly rising
        (4.0 * inflow, use.stock_driven, True),  # up and down, to 0 and back
    ):
        wanted = plain(driver, lifetimes, initial, multiplier, to_target)
        for by_cohort in (False, True):
            found = run(driver, lifetimes, initial=initial, multiplier=multiplier, by_cohort=by_cohort)
            assert (found.stock_by_cohort is not None) == by_cohort
            assert_same(found, wanted)


def test_shared_lifetimes_of_many_series_equal_own_ones() -> None:
    rng = np.random.default_rng(5)
    inflow = rng.random((1, 70, 300))
    shared = survival(WEIBULL, 2.0, 12.0)
    own = survival(np.full((1, 1, 300), WEIBULL), np.full((1, 1, 300), 2.0), 12.0)
    initial = rng.random((1, 5, 300))
    for driver, run in (
        (inflow, use.inflow_driven),
        (np.cumsum(inflow, axis=1), use.stock_driven),
        (inflow, use.stock_driven),
    ):
        for turned in (False, True):
            flow, old = (x.transpose(2, 1, 0).copy() if turned else x for x in (driver, initial))
            wanted = run(flow, own.turned() if turned else own, initial=old, by_cohort=True)
            assert_same(run(flow, shared, initial=old, by_cohort=True), wanted)
            assert_same(run(flow, shared, initial=old), wanted)


@pytest.mark.parametrize("earlier", [0, 2])
def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, earlier: int) -> None:
    rng = np.random.default_rng(3)
    for shape in ((7, 9, 13), (1, 9, 70), (70, 9, 1)):
        for axes in ("shared", "by lead", "by trail", "by both"):
            lifetimes, inflow, initial = random_case(rng, axes, shape, earlier)
            wanted = [
                run(4.0 * inflow, lifetimes, initial=initial, by_cohort=True)
                for run in (use.inflow_driven, use.stock_driven)
            ]
            with monkeypatch.context() as small:
                small.setattr(use, "BLOCK_CELLS", 40)
                small.setattr(cohort_products, "BLOCK_CELLS", 40)
                small.setattr(cohort_products, "LARGE_BYTES", 1)
                small.setattr(cohort_products, "FEW_PRODUCTS", 64)
                for by_cohort in (False, True):
                    for run, result in zip((use.inflow_driven, use.stock_driven), wanted, strict=True):
                        assert_same(run(4.0 * inflow, lifetimes, initial=initial, by_cohort=by_cohort), result, 1e-12)


def test_totals_hold_no_table_of_time_by_cohort() -> None:
    import tracemalloc

    years, series = 80, 600
    inflow = np.ones((1, years, series))
    own = survival(np.full((1, 1, series), WEIBULL), np.linspace(1.0, 3.0, series).reshape(1, 1, -1), 12.0)
    by_cohort = survival(
        np.full((1, years, series), WEIBULL), np.linspace(1.0, 3.0, years * series).reshape(1, years, series), 12.0
    )
    for lifetimes in (survival(WEIBULL, 2.0, 12.0), own, by_cohort):
        for run in (use.inflow_driven, use.stock_driven):
            tracemalloc.start()
            run(inflow, lifetimes)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 0.35 * 8 * years * years * series  # a table would be 31 MB


# --- properties -----------------------------------------------------------------------------------------------------

lifetimes_drawn = st.one_of(
    st.builds(lambda m: (FIXED, m, 0.0), st.floats(0.6, 30.0)),
    st.builds(lambda m: (EXPONENTIAL, m, 0.0), st.floats(0.3, 50.0)),
    st.builds(lambda m, s: (NORMAL, m, s), st.floats(0.5, 30.0), st.floats(0.1, 15.0)),
    st.builds(lambda k, s: (WEIBULL, k, s), st.floats(0.4, 8.0), st.floats(0.5, 40.0)),
)
amounts = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e4)), min_size=1, max_size=25)


@settings(deadline=None)
@given(drawn=lifetimes_drawn, inflow=amounts, m=st.floats(0.0, 3.0))
def test_mass_is_conserved_by_cohort(drawn: tuple[int, float, float], inflow: list[float], m: float) -> None:
    flow = np.array(inflow).reshape(1, -1, 1)
    result = use.inflow_driven(flow, survival(*drawn), multiplier=np.full(flow.shape, m), by_cohort=True)
    assert result.stock_by_cohort is not None and result.outflow_by_cohort is not None
    stock, outflow = result.stock_by_cohort[0, :, :, 0], result.outflow_by_cohort[0, :, :, 0]
    assert stock.min() >= 0.0 and outflow.min() >= 0.0
    entered = np.tril(np.broadcast_to(flow.ravel(), stock.shape))
    np.testing.assert_allclose(stock + np.cumsum(outflow, axis=0), entered, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(result.stock.ravel(), stock.sum(axis=1), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(result.outflow.ravel(), outflow.sum(axis=1), rtol=1e-12, atol=1e-9)


@settings(deadline=None)
@given(drawn=lifetimes_drawn, inflow=amounts)
def test_stock_driven_inverts_inflow_driven(drawn: tuple[int, float, float], inflow: list[float]) -> None:
    flow, lifetimes = np.array(inflow).reshape(1, -1, 1), survival(*drawn)
    there = use.inflow_driven(flow, lifetimes)
    back = use.stock_driven(there.stock, lifetimes)
    first_year = float(lifetimes.at(np.zeros(1)).item())
    np.testing.assert_allclose(back.inflow, flow, rtol=1e-8, atol=1e-10 * (1.0 + there.stock.max()) / first_year)


@settings(deadline=None)
@given(drawn=lifetimes_drawn, target=amounts)
def test_any_target_is_met_and_balances(drawn: tuple[int, float, float], target: list[float]) -> None:
    wanted = np.array(target).reshape(1, -1, 1)
    result = use.stock_driven(wanted, survival(*drawn), by_cohort=True)
    assert result.early_retirement is not None and result.stock_by_cohort is not None
    scale = 1.0 + max(wanted.max(), result.inflow.max())
    np.testing.assert_allclose(result.stock_by_cohort.sum(axis=2), wanted, rtol=1e-9, atol=1e-12 * scale)
    change = np.diff(wanted, axis=1, prepend=0.0)
    np.testing.assert_allclose(result.inflow - result.outflow, change, rtol=1e-9, atol=1e-11 * scale)
    for part in (result.inflow, result.outflow, result.early_retirement, result.stock_by_cohort):
        assert part.min() >= 0.0
    assert not np.any((result.early_retirement > 0.0) & (result.inflow > 0.0))
    assert np.all(result.early_retirement <= result.outflow + 1e-11 * scale)


@settings(deadline=None)
@given(drawn=lifetimes_drawn, inflow=amounts, factor=st.floats(1e-3, 1e3))
def test_twice_the_inflow_is_twice_the_stock(
    drawn: tuple[int, float, float], inflow: list[float], factor: float
) -> None:
    flow = np.array(inflow).reshape(1, -1, 1)
    one, more = (use.inflow_driven(x, survival(*drawn)) for x in (flow, factor * flow))
    np.testing.assert_allclose(more.stock, factor * one.stock, rtol=1e-12, atol=1e-300)  # below: subnormal
    rounding = 1e-13 * factor * (one.stock.max() + flow.max())  # of the stocks that the outflow is the difference of
    np.testing.assert_allclose(more.outflow, factor * one.outflow, rtol=1e-9, atol=rounding)
