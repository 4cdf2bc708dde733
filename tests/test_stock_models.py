"""The stock models on labelled arrays: units, dims, labels, every refusal, and agreement with the plain equations."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa.errors import AlignmentError, InputError, MfaError, ModelError, UnitError
from mfa.stock_models import Lifetime, inflow_driven, stock_driven
from mfa.units import quantify, unit_of, ureg

YEARS = [2020, 2021, 2022, 2023]
REGIONS, PRODUCTS = ["JPN", "EU"], ["bev", "phev", "mri"]
RNG = np.random.default_rng(7)
SALES = xr.DataArray(
    RNG.random((2, 4, 3)) + 0.5, coords={"region": REGIONS, "time": YEARS, "product": PRODUCTS}, name="sales"
)
SHARED = Lifetime.weibull(shape=2, scale=3)


def total(flow: xr.DataArray) -> xr.DataArray:
    """A course of the stock with the labels of a flow."""
    return flow.copy(data=np.cumsum(flow.values, axis=flow.dims.index("time")))


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timing", "stock"),
    [
        # 100 each in 2020 and 2021, mean 10/ln 2: half is left after 10 years, a factor f = 2^(-1/10) per year.
        ("end", [100.0, 193.30329915]),  # f^0; 100 f + 100
        ("mid", [96.59363289, 186.71867915]),  # f^0.5; 100 (f^1.5 + f^0.5)
        ("start", [93.30329915, 180.35835542]),  # f; 100 (f^2 + f)
    ],
)
def test_timing_by_hand(timing: str, stock: list[float]) -> None:
    inflow = xr.DataArray([100.0, 100.0], coords={"time": [2020, 2021]})
    result = inflow_driven(inflow, Lifetime.exponential(mean=10 / np.log(2.0)), timing=timing)
    np.testing.assert_allclose(result.stock, stock, rtol=1e-9)
    np.testing.assert_allclose(result.outflow, 100.0 - np.diff(stock, prepend=0.0), rtol=1e-7)


@pytest.mark.parametrize(
    ("lifetime", "stock"),
    [
        # one unit enters in 2020 at midyear: what is left at the exact ages 0.5 and 1.5
        (Lifetime.fixed(mean=1), [1.0, 0.0]),
        (Lifetime.exponential(mean=2), [0.77880078, 0.47236655]),  # exp(-0.25), exp(-0.75)
        (Lifetime.normal(mean=1.5, sd=1), [0.84134475, 0.5]),  # Phi(1), Phi(0)
        (Lifetime.folded_normal(mu=0, sigma=1), [0.61707508, 0.13361440]),  # 2 (1 - Phi(0.5)), 2 (1 - Phi(1.5))
        (Lifetime.lognormal(mu=np.log(1.5), sigma=np.log(3.0)), [0.84134475, 0.5]),  # ln 0.5 is one sigma below mu
        (Lifetime.weibull(shape=2, scale=1), [0.77880078, 0.10539922]),  # exp(-0.25), exp(-2.25)
        (Lifetime.logistic(mean=0.5, scale=1), [0.5, 0.26894142]),  # 1/2, 1/(1 + e)
        (Lifetime.table([1.0, 0.6, 0.2, 0.0]), [0.8, 0.4]),
    ],
    ids=repr,
)
def test_every_family_by_hand(lifetime: Lifetime, stock: list[float]) -> None:
    inflow = xr.DataArray([1.0, 0.0], coords={"time": [2020, 2021]})
    result = inflow_driven(inflow, lifetime)
    np.testing.assert_allclose(result.stock, stock, rtol=1e-7)
    np.testing.assert_allclose(result.outflow, [1.0 - stock[0], stock[0] - stock[1]], rtol=1e-6)


def test_initial_stock_and_hazard_multiplier_by_hand() -> None:
    # A factor 0.81 per year from the first year end on (timing start). Left at the end of 2019: 100 of 2019.
    # 2020, m = 0.5: 90 of 2019, 90 of the new 100. 2021, m = 1: 72.9 each, no inflow.
    lifetime = Lifetime.exponential(mean=-1 / np.log(0.81))
    inflow = xr.DataArray([100.0, 0.0], coords={"time": [2020, 2021]})
    old = xr.DataArray([100.0], coords={"cohort": [2019]})
    m = xr.DataArray([0.5, 1.0], coords={"time": [2020, 2021]})
    result = inflow_driven(inflow, lifetime, timing="start", initial_stock=old, hazard_multiplier=m, by_cohort=True)
    np.testing.assert_allclose(result.stock, [180.0, 145.8])
    np.testing.assert_allclose(result.outflow, [20.0, 34.2])
    assert result.cohort.values.tolist() == [2019, 2020, 2021]
    np.testing.assert_allclose(result.stock_by_cohort, [[90.0, 90.0, 0.0], [72.9, 72.9, 0.0]])
    np.testing.assert_allclose(result.outflow_by_cohort, [[10.0, 10.0, 0.0], [17.1, 17.1, 0.0]])


def test_a_target_that_falls_to_zero() -> None:
    wanted = xr.DataArray([60.0, 30.0, 0.0, 10.0], coords={"time": YEARS})
    result = stock_driven(wanted, Lifetime.fixed(mean=10), by_cohort=True)
    np.testing.assert_array_equal(result.inflow, [60.0, 0.0, 0.0, 10.0])
    np.testing.assert_array_equal(result.outflow, [0.0, 30.0, 30.0, 0.0])
    np.testing.assert_array_equal(result.early_retirement, [0.0, 30.0, 30.0, 0.0])
    np.testing.assert_array_equal(result.stock_by_cohort[:, 0], [60.0, 30.0, 0.0, 0.0])


def test_one_year() -> None:
    result = inflow_driven(xr.DataArray([3.0], coords={"time": [2020]}), SHARED, by_cohort=True)
    np.testing.assert_allclose(result.stock + result.outflow, 3.0)


# --- labels, dims, units ---------------------------------------------------------------------------------------------


def test_dims_come_in_the_order_of_the_vocabulary_and_labels_stay() -> None:
    shuffled = SALES.transpose("product", "region", "time")
    result = inflow_driven(shuffled, SHARED, by_cohort=True)
    assert result.stock.dims == ("region", "time", "product")
    assert result.stock_by_cohort.dims == ("region", "time", "cohort", "product")
    xr.testing.assert_allclose(result.stock.drop_attrs(), inflow_driven(SALES, SHARED).stock.drop_attrs())
    assert result.product.values.tolist() == PRODUCTS
    own = SALES.rename(product="series").transpose("series", "region", "time")
    assert inflow_driven(own, SHARED).stock.dims == ("region", "time", "series")
    assert set(inflow_driven(SALES, SHARED)) == {"stock", "inflow", "outflow"}
    assert set(stock_driven(SALES, SHARED)) == {"stock", "inflow", "outflow", "early_retirement"}
    assert result.stock.attrs["long_name"] == "Stock in use at year end"


def test_dims_without_labels_and_other_coordinates_are_kept() -> None:
    bare = SALES.drop_vars("product").assign_coords(group=("region", ["Asia", "Europe"]))
    result = inflow_driven(bare, SHARED)
    assert "product" not in result.coords and result["group"].values.tolist() == ["Asia", "Europe"]


def test_the_arguments_are_left_alone() -> None:
    before = SALES.copy(deep=True)
    for run in (inflow_driven, stock_driven):
        result = run(SALES, SHARED)
        for part in result.values():
            part.values[...] = -1.0
    xr.testing.assert_identical(SALES, before)


def test_units() -> None:
    flow = quantify(SALES, "unit/yr")
    result = inflow_driven(flow, SHARED, by_cohort=True)
    units = {name: str(unit_of(array)) for name, array in result.items()}
    assert units["stock"] == units["stock_by_cohort"] == "unit"
    assert units["inflow"] == units["outflow"] == units["outflow_by_cohort"] == str(ureg("unit/yr").units)
    with pytest.raises(Exception, match="convert"):
        result.stock + result.inflow
    back = stock_driven(result.stock, SHARED)
    assert str(unit_of(back.early_retirement)) == str(ureg("unit/yr").units)
    np.testing.assert_allclose(back.inflow.data.magnitude, SALES)
    old = xr.DataArray([[[1.0, 2.0, 3.0]]] * 2, coords={"region": REGIONS, "cohort": [2019], "product": PRODUCTS})
    one = inflow_driven(quantify(SALES, "t/yr"), SHARED, initial_stock=quantify(old * 1000.0, "kg"))
    two = inflow_driven(SALES, SHARED, initial_stock=old)
    np.testing.assert_allclose(one.stock.data.magnitude, two.stock)
    m = quantify(xr.DataArray(1.0), "1")
    assert inflow_driven(flow, SHARED, hazard_multiplier=m).stock.equals(result.stock)


def test_no_warning_of_lost_units() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stock_driven(inflow_driven(quantify(SALES, "t/yr"), SHARED).stock, SHARED, by_cohort=True)


# --- lifetimes by label ----------------------------------------------------------------------------------------------


def lifetimes_by_label() -> list[Lifetime]:
    by_region = xr.DataArray([2.0, 5.0], coords={"region": REGIONS})
    by_product = xr.DataArray([1.0, 4.0, 9.0], coords={"product": PRODUCTS})
    by_cohort = xr.DataArray([2.0, 3.0, 4.0, 6.0], coords={"cohort": YEARS})
    return [
        Lifetime.weibull(shape=2, scale=by_region),
        Lifetime.weibull(shape=by_region, scale=by_product),
        Lifetime.normal(mean=by_cohort, sd=by_cohort / 4),
        Lifetime.lognormal(mean=by_cohort, sd=by_product),
        Lifetime.combine(
            {"bev": Lifetime.fixed(mean=by_cohort), "phev": Lifetime.table([1, 0.9, 0.5, 0.2, 0.1]), "mri": SHARED}
        ),
    ]


@pytest.mark.parametrize("lifetime", lifetimes_by_label(), ids=repr)
@pytest.mark.parametrize("run", [inflow_driven, stock_driven])
def test_each_series_equals_its_own_run(lifetime: Lifetime, run: Any) -> None:
    driver = SALES if run is inflow_driven else total(SALES)
    for by_cohort in (False, True):
        result = run(driver, lifetime, by_cohort=by_cohort)
        for region in REGIONS:
            for product in PRODUCTS:
                labels = {"region": region, "product": product}
                one = lifetime.sel(**{dim: label for dim, label in labels.items() if dim in lifetime.dims})
                alone = run(driver.sel(labels, drop=True), one, by_cohort=by_cohort)
                xr.testing.assert_allclose(result.sel(labels, drop=True), alone, rtol=1e-10)


@pytest.mark.parametrize("run", [inflow_driven, stock_driven])
def test_each_series_equals_its_own_run_with_all_arguments(run: Any) -> None:
    cohorts = range(2018, 2024)
    mean = xr.DataArray(
        2.0 + np.arange(12.0).reshape(6, 2), coords={"cohort": cohorts, "region": REGIONS}, dims=("cohort", "region")
    )
    old = xr.DataArray(RNG.random((3, 2, 2)), coords={"product": PRODUCTS, "region": REGIONS, "cohort": [2018, 2019]})
    m = xr.DataArray(0.5 + RNG.random((4, 2)), coords={"time": YEARS, "region": REGIONS})
    driver = SALES if run is inflow_driven else total(SALES)
    lifetime = Lifetime.normal(mean=mean, sd=2.0)
    result = run(driver, lifetime, initial_stock=old, hazard_multiplier=m, by_cohort=True)
    assert result.cohort.values.tolist() == list(cohorts)
    for region in REGIONS:
        for product in PRODUCTS:
            labels = {"region": region, "product": product}
            alone = run(
                driver.sel(labels, drop=True),
                lifetime.sel(region=region),
                initial_stock=old.sel(labels, drop=True),
                hazard_multiplier=m.sel(region=region, drop=True),
                by_cohort=True,
            )
            xr.testing.assert_allclose(result.sel(labels, drop=True), alone, rtol=1e-10)


def test_cohort_lifetimes_follow_the_cohort() -> None:
    # fixed: 1 year for 2020, 3 years from 2021 on; at midyear ages 0.5, 1.5, 2.5
    mean = xr.DataArray([1.0, 3.0, 3.0, 3.0], coords={"cohort": YEARS})
    result = inflow_driven(xr.full_like(SALES[0, :, 0], 10.0), Lifetime.fixed(mean=mean))
    np.testing.assert_array_equal(result.stock, [10.0, 10.0, 20.0, 30.0])
    np.testing.assert_array_equal(result.outflow, [0.0, 10.0, 0.0, 0.0])


def test_samples_are_runs_of_their_own() -> None:
    factors = xr.DataArray([0.5, 1.0, 2.0], coords={"sample": [0, 1, 2]})
    many = inflow_driven(SALES * factors, Lifetime.weibull(shape=2, scale=3 * factors))
    assert many.stock.dims == ("sample", "region", "time", "product")
    for sample, factor in enumerate(factors.values):
        alone = inflow_driven(SALES * factor, Lifetime.weibull(shape=2, scale=3 * factor))
        np.testing.assert_allclose(many.stock.sel(sample=sample), alone.stock)


def test_samples_of_the_lifetime_alone() -> None:
    factors = xr.DataArray([0.5, 1.0, 2.0], coords={"sample": [0, 1, 2]})
    many = inflow_driven(quantify(SALES, "t/yr"), Lifetime.weibull(shape=2, scale=3 * factors), by_cohort=True)
    assert many.stock_by_cohort.dims == ("sample", "region", "time", "cohort", "product")
    assert many.inflow.dims == many.stock.dims == ("sample", "region", "time", "product")
    for sample, factor in enumerate(factors.values):
        alone = inflow_driven(SALES, Lifetime.weibull(shape=2, scale=3 * factor))
        np.testing.assert_allclose(many.stock.sel(sample=sample).data.magnitude, alone.stock)
    m = xr.DataArray([[1.0] * 4, [0.5] * 4], coords={"scenario": ["worn", "kept"], "time": YEARS})
    kept = stock_driven(SALES, SHARED, hazard_multiplier=m)
    assert kept.inflow.dims == ("scenario", "region", "time", "product")
    np.testing.assert_allclose(kept.inflow.sel(scenario="worn"), stock_driven(SALES, SHARED).inflow)


def test_no_series_at_all() -> None:
    none = SALES.isel(product=[])
    own = Lifetime.fixed(mean=xr.DataArray(np.ones(0), coords={"product": np.array([], dtype=str)}))
    for run in (inflow_driven, stock_driven):
        for lifetime in (SHARED, own):
            result = run(none, lifetime, by_cohort=True)
            assert result.stock_by_cohort.shape == (2, 4, 4, 0) and result.outflow.shape == (2, 4, 0)
            assert run(none, lifetime).stock.shape == (2, 4, 0)


# --- refusals --------------------------------------------------------------------------------------------------------


def changed(value: float) -> xr.DataArray:
    """The sales with one cell changed."""
    array = SALES.copy(deep=True)
    array.loc[{"region": "EU", "time": 2022, "product": "phev"}] = value
    return array


CELL = r"\[region=EU, time=2022, product=phev\]"
OLD = xr.DataArray(np.ones((2, 2, 3)), coords={"region": REGIONS, "cohort": [2018, 2019], "product": PRODUCTS})
REFUSED: list[tuple[str, Any, type[MfaError], str]] = [
    ("negative", lambda: inflow_driven(changed(-3.0), SHARED), InputError, rf"inflow{CELL} = -3: is negative"),
    ("NaN", lambda: inflow_driven(changed(np.nan), SHARED), InputError, rf"inflow{CELL} = nan: is NaN"),
    ("infinite", lambda: stock_driven(changed(np.inf), SHARED), InputError, rf"stock{CELL} = inf: is infinite"),
    (
        "gap",
        lambda: inflow_driven(SALES.sel(time=[2020, 2021, 2023]), SHARED),
        InputError,
        "inflow: time: years are not consecutive: 2021 is followed by 2023",
    ),
    ("reversed", lambda: inflow_driven(SALES[:, ::-1], SHARED), InputError, "2023 is followed by 2022"),
    ("twice", lambda: inflow_driven(SALES[:, [0, 0, 1]], SHARED), InputError, "2020 is followed by 2020"),
    ("no time", lambda: inflow_driven(SALES[:, 0], SHARED), InputError, "inflow: has no dim 'time'"),
    ("no years", lambda: inflow_driven(SALES.drop_vars("time"), SHARED), InputError, "has no labels along time"),
    ("empty", lambda: inflow_driven(SALES[:, :0], SHARED), InputError, "has no years"),
    (
        "dates",
        lambda: inflow_driven(SALES.assign_coords(time=np.array(YEARS, dtype="U4")), SHARED),
        InputError,
        "time is not made of whole years",
    ),
    ("cohort", lambda: inflow_driven(SALES.rename(product="cohort"), SHARED), InputError, "has a dim 'cohort'"),
    ("numpy", lambda: inflow_driven(SALES.values, SHARED), InputError, "is a ndarray; give a DataArray"),
    ("text", lambda: inflow_driven(SALES.astype(str), SHARED), InputError, "is not made of numbers"),
    (
        "timing",
        lambda: inflow_driven(SALES, SHARED, timing="noon"),
        InputError,
        "'noon' is unknown; use start, mid, end",
    ),
    ("lifetime", lambda: inflow_driven(SALES, 12.0), InputError, "lifetime: is a float; use mfa.Lifetime.weibull"),
    (
        "lifetime dims",
        lambda: inflow_driven(SALES, Lifetime.fixed(mean=xr.DataArray([1.0], coords={"component": ["motor"]}))),
        AlignmentError,
        "lifetime: varies along 'component', which inflow has not",
    ),
    (
        "lifetime labels",
        lambda: inflow_driven(SALES, Lifetime.fixed(mean=xr.DataArray([1.0, 2.0], coords={"product": PRODUCTS[:2]}))),
        AlignmentError,
        "lifetime: has no product 'mri', which inflow has",
    ),
    (
        "lifetime order",
        lambda: inflow_driven(SALES, Lifetime.fixed(mean=xr.DataArray([1.0, 2.0], coords={"region": REGIONS[::-1]}))),
        AlignmentError,
        "lifetime: has the labels along 'region' in another order than inflow",
    ),
    (
        "lifetime cohorts",
        lambda: inflow_driven(
            SALES, Lifetime.fixed(mean=xr.DataArray(np.ones(5), coords={"cohort": range(2019, 2024)}))
        ),
        AlignmentError,
        r"lifetime: has cohort 2019, which the run has not; give it for 2020 to 2023, or take .sel\(cohort=...\)",
    ),
    (
        "lifetime cohorts with an initial stock",
        lambda: inflow_driven(
            SALES, Lifetime.fixed(mean=xr.DataArray(np.ones(4), coords={"cohort": YEARS})), initial_stock=OLD
        ),
        AlignmentError,
        r"lifetime: has no cohort 2018, which the run has \(and 1 more\)",
    ),
    (
        "short table",
        lambda: inflow_driven(SALES, Lifetime.table([1.0, 0.9, 0.8])),
        InputError,
        r"lifetime table\[cohort=2020\]: ends above 0 before this age",
    ),
    (
        "multiplier",
        lambda: inflow_driven(SALES, SHARED, hazard_multiplier=xr.DataArray([1, 1, -1, 1], coords={"time": YEARS})),
        InputError,
        r"hazard_multiplier\[time=2022\] = -1: is negative",
    ),
    (
        "multiplier labels",
        lambda: inflow_driven(SALES, SHARED, hazard_multiplier=xr.DataArray([1.0], coords={"time": [2020]})),
        AlignmentError,
        "hazard_multiplier: has no time 2021, which inflow has",
    ),
    (
        "multiplier dims",
        lambda: inflow_driven(SALES, SHARED, hazard_multiplier=xr.DataArray(np.ones(4), coords={"cohort": YEARS})),
        AlignmentError,
        "hazard_multiplier: has a dim 'cohort'",
    ),
    (
        "multiplier unit",
        lambda: inflow_driven(SALES, SHARED, hazard_multiplier=quantify(xr.DataArray(1.0), "yr")),
        UnitError,
        "hazard_multiplier: unit 'yr' does not fit",
    ),
    (
        "initial cohorts",
        lambda: inflow_driven(SALES, SHARED, initial_stock=OLD.assign_coords(cohort=[2017, 2018])),
        InputError,
        "initial_stock: its cohorts are not consecutive years up to 2019",
    ),
    (
        "initial dims",
        lambda: inflow_driven(SALES, SHARED, initial_stock=OLD[0]),
        AlignmentError,
        "initial_stock: has no dim 'region'",
    ),
    (
        "initial labels",
        lambda: inflow_driven(SALES, SHARED, initial_stock=OLD[:, :, ::-1]),
        AlignmentError,
        "initial_stock: has the labels along 'product' in another order",
    ),
    ("initial time", lambda: inflow_driven(SALES, SHARED, initial_stock=SALES), InputError, "has no dim 'cohort'"),
    (
        "initial number",
        lambda: stock_driven(SALES, SHARED, initial_stock=OLD - 2.0),
        InputError,
        r"initial_stock\[region=JPN, cohort=2018, product=bev\] = -1: is negative \(and 11 more\)",
    ),
    (
        "initial unit",
        lambda: inflow_driven(quantify(SALES, "t/yr"), SHARED, initial_stock=quantify(OLD, "unit")),
        UnitError,
        "initial_stock: unit 'unit' does not fit inflow; expected 't'",
    ),
    (
        "unit of one only",
        lambda: inflow_driven(quantify(SALES, "t/yr"), SHARED, initial_stock=OLD),
        UnitError,
        "initial_stock has no unit, inflow has",
    ),
    (
        "deficit",
        lambda: stock_driven(SALES.where(SALES.time > 2020, 0.0), Lifetime.fixed(mean=0.5)),
        ModelError,
        r"stock\[region=JPN, time=2021, product=bev\]: more is wanted than is left, but nothing that enters survives",
    ),
]


@pytest.mark.parametrize(("make", "kind", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(make: Any, kind: type[MfaError], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_all_faults_come_in_one_error() -> None:
    with pytest.raises(InputError) as error:
        inflow_driven(changed(-1.0).where(SALES.product != "bev"), SHARED, timing="noon")
    assert len(error.value.faults) == 3
    with pytest.raises(InputError) as error:
        wrong = Lifetime.fixed(mean=xr.DataArray([1.0], coords={"component": ["motor"]}))
        inflow_driven(SALES, wrong, hazard_multiplier=-1.0, initial_stock=OLD - 2.0)
    assert len(error.value.faults) == 3


def test_a_multiplier_on_a_fixed_lifetime_warns() -> None:
    mixed = Lifetime.combine({"bev": SHARED, "phev": Lifetime.fixed(mean=3), "mri": SHARED})
    m = xr.DataArray([1.0, 1.0, 0.5, 1.0], coords={"time": YEARS})
    with pytest.warns(
        UserWarning, match=r"hazard_multiplier\[product=phev, time=2022\] does not act on a fixed lifetime"
    ):
        inflow_driven(SALES, mixed, hazard_multiplier=m)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        inflow_driven(SALES, mixed, hazard_multiplier=1.0)
        inflow_driven(SALES, SHARED, hazard_multiplier=m)


# --- properties ------------------------------------------------------------------------------------------------------

flows = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e4)), min_size=1, max_size=20)


@settings(deadline=None, max_examples=40)
@given(values=flows, timing=st.sampled_from(["start", "mid", "end"]), scale=st.floats(1.5, 30.0))
def test_mass_is_conserved_and_the_models_invert(values: list[float], timing: str, scale: float) -> None:
    years = np.arange(2000, 2000 + len(values))
    inflow = xr.DataArray(values, coords={"time": years})
    lifetime = Lifetime.weibull(shape=1.8, scale=scale)
    result = inflow_driven(inflow, lifetime, timing=timing, by_cohort=True)
    left = (inflow.cumsum("time") - result.outflow.cumsum("time")).values
    np.testing.assert_allclose(result.stock, left, rtol=1e-9, atol=1e-8)
    by_cohort = result.stock_by_cohort + result.outflow_by_cohort.cumsum("time")
    entered = inflow.rename(time="cohort") * (result.cohort <= result.time)
    np.testing.assert_allclose(by_cohort, entered.transpose("time", "cohort"), rtol=1e-10, atol=1e-9)
    back = stock_driven(result.stock, lifetime, timing=timing)
    np.testing.assert_allclose(back.inflow, inflow, rtol=1e-8, atol=1e-8)
    assert float(back.early_retirement.max()) < 1e-8
