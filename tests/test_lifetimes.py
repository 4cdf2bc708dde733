"""Lifetimes with labels: every way to make one, what is refused and how, combining, reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from mfa.errors import AlignmentError, InputError, MfaError, UnitError
from mfa.lifetimes import Lifetime
from mfa.system.survival import FIXED, TABLE, WEIBULL
from mfa.units import quantify, ureg

PRODUCTS = xr.DataArray([8.0, 12.0, 16.0], coords={"product": ["bev", "phev", "fcev"]})

# Each family by each set of terms, and its survival at the exact age 12, by hand.
MADE = [
    (Lifetime.fixed(mean=12.5), 1.0),
    (Lifetime.exponential(mean=12), 0.36787944),  # exp(-1)
    (Lifetime.exponential(rate=1 / 12), 0.36787944),
    (Lifetime.normal(mean=9, sd=3), 0.15865525),  # 1 - Phi(1)
    (Lifetime.folded_normal(mu=0, sigma=12), 0.31731051),  # 2 (1 - Phi(1))
    (Lifetime.folded_normal(mean=9.57461473, sd=7.23372441), 0.31731051),  # 12 sqrt(2/pi), 12 sqrt(1 - 2/pi)
    (Lifetime.lognormal(mu=np.log(12.0), sigma=0.7), 0.5),
    (Lifetime.lognormal(mean=12 * np.sqrt(2.0), sd=12 * np.sqrt(2.0)), 0.5),  # sigma^2 = ln 2, median = mean/sqrt 2
    (Lifetime.weibull(shape=3, scale=12), 0.36787944),
    (Lifetime.weibull(shape=2, mean=12), 0.45593813),  # (12/scale)^2 = (sqrt(pi)/2)^2 = pi/4, exp(-pi/4)
    (Lifetime.weibull(mean=12, sd=12), 0.36787944),  # exponential
    (Lifetime.logistic(mean=10, scale=2), 0.26894142),  # 1/(1 + e)
    (Lifetime.logistic(mean=10, sd=2 * np.pi / np.sqrt(3)), 0.26894142),
    (Lifetime.table([1.0] * 12 + [0.3, 0.0]), 0.3),
]


@pytest.mark.parametrize(("lifetime", "share"), MADE, ids=lambda x: repr(x) if isinstance(x, Lifetime) else "")
def test_every_family_and_set_of_terms(lifetime: Lifetime, share: float) -> None:
    assert float(lifetime.sf(12.0)) == pytest.approx(share, rel=1e-7)
    assert lifetime.dims == ()


@pytest.mark.parametrize("mean", ["16 yr", "192 month", 16, 16.0, np.float64(16), ureg.Quantity(16.0, "yr")])
def test_years_may_be_written_in_many_ways(mean: Any) -> None:
    assert float(Lifetime.fixed(mean=mean).mean()) == pytest.approx(16.0)


def test_ages_may_carry_a_unit() -> None:
    lifetime = Lifetime.fixed(mean=16)
    np.testing.assert_array_equal(lifetime.sf(ureg.Quantity([180.0, 204.0], "month")), [1.0, 0.0])
    np.testing.assert_array_equal(lifetime.sf(quantify(PRODUCTS, "yr")), [1.0, 1.0, 0.0])


def test_labelled_terms() -> None:
    lifetime = Lifetime.normal(mean=PRODUCTS, sd=PRODUCTS / 4)
    assert lifetime.dims == ("product",)
    np.testing.assert_array_equal(lifetime.sf(PRODUCTS).values, 0.5)
    assert lifetime.sf([0.0, 8.0]).dims == ("age", "product")
    np.testing.assert_array_equal(lifetime.mean().values, PRODUCTS)
    assert lifetime.sd().attrs["units"] == "yr"
    months = quantify(PRODUCTS * 12, "month")
    np.testing.assert_allclose(Lifetime.fixed(mean=months).mean(), PRODUCTS)
    wide = Lifetime.weibull(shape=xr.DataArray([2.0, 3.0], coords={"region": ["JPN", "EU"]}), mean=PRODUCTS)
    assert set(wide.dims) == {"region", "product"}
    np.testing.assert_allclose(wide.mean().transpose("region", "product"), [PRODUCTS, PRODUCTS])


def test_combine() -> None:
    by_cohort = Lifetime.normal(mean=xr.DataArray([10.0, 14.0], coords={"cohort": [2020, 2021]}), sd=2)
    curve = Lifetime.table([1.0, 0.5, 0.0])
    other = Lifetime.table([0.9, 0.6, 0.3, 0.0])
    fixed = Lifetime.fixed(mean=8)
    both = Lifetime.combine({"hdd": curve, "bev": by_cohort, "tablet": other, "mri": fixed})
    assert both.dims == ("cohort", "product")
    code = both.canonical()[0]
    assert code.sel(product="hdd", cohort=2020) == TABLE and code.sel(product="mri", cohort=2021) == FIXED
    for age in (0.25, 1.5, 2.5, 9.0):
        share = both.sf(age)
        for label, alone in {"hdd": curve, "tablet": other, "mri": fixed}.items():
            np.testing.assert_allclose(share.sel(product=label), float(alone.sf(age)))
        np.testing.assert_allclose(share.sel(product="bev"), by_cohort.sf(age))
    twice = Lifetime.combine({"JPN": both, "EU": fixed}, dim="region")
    assert twice.dims == ("region", "cohort", "product")
    np.testing.assert_allclose(twice.sf(1.5).sel(region="JPN"), both.sf(1.5).transpose("cohort", "product"))
    assert repr(both).startswith("Lifetime(table 4, normal 2, fixed 2; cohort: 2, product: 4; mean 1 to 14 yr)")


def test_sel() -> None:
    lifetime = Lifetime.combine({"bev": Lifetime.weibull(shape=2, scale=16), "mri": Lifetime.fixed(mean=12)})
    assert repr(lifetime.sel(product="bev")) == "Lifetime.weibull(shape=2, scale=16 yr)"
    assert lifetime.sel(product=["mri"]).dims == ("product",)
    with pytest.raises(AlignmentError, match="has not all the labels {'product': 'ipod'}"):
        lifetime.sel(product="ipod")
    with pytest.raises(InputError, match="does not vary along 'region'"):
        lifetime.sel(region="JPN")


def test_canonical_has_three_arrays_of_the_same_dims() -> None:
    code, first, second = Lifetime.weibull(shape=2, scale=PRODUCTS).canonical()
    assert code.dims == first.dims == second.dims == ("product",)
    assert code.dtype == np.int64 and code.values.tolist() == [WEIBULL] * 3
    assert first.values.tolist() == [2.0] * 3 and second.values.tolist() == PRODUCTS.values.tolist()


REFUSED = [
    (lambda: Lifetime.fixed(mean=0), InputError, "lifetime fixed: mean = 0: is not above 0"),
    (lambda: Lifetime.weibull(shape=-1, scale=3), InputError, "lifetime weibull: shape = -1: is not above 0"),
    (lambda: Lifetime.normal(mean=3, sd=float("nan")), InputError, "lifetime normal: sd = nan: is NaN"),
    (lambda: Lifetime.exponential(mean=float("inf")), InputError, "is infinite"),
    (lambda: Lifetime.exponential(mean=3, rate=1 / 3), InputError, "is given by mean and rate; give mean or rate"),
    (
        lambda: Lifetime.weibull(scale=3),
        InputError,
        "is given by scale; give shape and scale or mean and sd or mean and",
    ),
    (lambda: Lifetime.weibull(), InputError, "is given by nothing"),
    (lambda: Lifetime.from_terms("gamma", mean=3), InputError, "unknown survival function 'gamma'; use one of fixed,"),
    (lambda: Lifetime.from_terms("fixed", mean=[1.0, 2.0]), InputError, "is list; give a number of years or a DataArr"),
    (lambda: Lifetime.fixed(mean="8 kg"), UnitError, "unit 'kg' does not fit 'yr'"),
    (lambda: Lifetime.fixed(mean="8"), UnitError, "has no unit; write '8 yr'"),
    (
        lambda: Lifetime.fixed(mean=quantify(PRODUCTS, "t")),
        UnitError,
        "lifetime fixed: mean: unit 't' does not fit 'yr'",
    ),
    (lambda: Lifetime.weibull(shape="2 yr", scale=3), UnitError, "does not fit '1'"),
    (lambda: Lifetime.fixed(mean=True), InputError, "is bool"),
    (
        lambda: Lifetime.fixed(mean=PRODUCTS.where(PRODUCTS != 12)),
        InputError,
        r"lifetime fixed: mean\[product=phev\] = nan: is NaN",
    ),
    (
        lambda: Lifetime.fixed(mean=PRODUCTS - 12.0),
        InputError,
        r"mean\[product=bev\] = -4: is not above 0 \(and 1 more\)",
    ),
    (
        lambda: Lifetime.folded_normal(mean=PRODUCTS, sd=xr.DataArray([1.0, 9.5, 1.0], coords=PRODUCTS.coords)),
        InputError,
        r"sd/mean\[product=phev\] = 0.791667: is above 0.7555, the most a folded normal can have; use weibull",
    ),
    (lambda: Lifetime.folded_normal(mean=3, sd=3), InputError, "sd/mean = 1: is above 0.7555"),
    (lambda: Lifetime.folded_normal(mu=-1, sigma=3), InputError, "mu = -1: is negative"),
    (
        lambda: Lifetime.fixed(mean=xr.DataArray([8.0], coords={"time": [2020]})),
        InputError,
        "varies along 'time'; a lifetime belongs to the year of sale: name the dim 'cohort'",
    ),
    (
        lambda: Lifetime.normal(mean=PRODUCTS, sd=PRODUCTS[::-1] / 4),
        AlignmentError,
        "lifetime normal: sd: has the labels along 'product' in another order than mean",
    ),
    (
        lambda: Lifetime.normal(mean=PRODUCTS, sd=PRODUCTS[:2] / 4),
        AlignmentError,
        "sd: has no product 'fcev', which mean has",
    ),
    (
        lambda: Lifetime.normal(mean=PRODUCTS, sd=PRODUCTS.drop_vars("product")),
        AlignmentError,
        "it has no labels along 'product', mean has",
    ),
    (lambda: Lifetime.table([1.0, 0.5, 0.6]), InputError, r"lifetime table\[age=2\] = 0.6: rises"),
    (lambda: Lifetime.table([1.2, 0.5]), InputError, r"\[age=0\] = 1.2: is outside \[0, 1\]"),
    (lambda: Lifetime.table([0.0, 0.0]), InputError, r"\[age=0\] = 0: is 0 at age 0"),
    (lambda: Lifetime.table([1.0, float("nan")]), InputError, r"\[age=1\] = nan: is NaN"),
    (lambda: Lifetime.table(xr.DataArray([1.0], dims="x")), InputError, "has no dim 'age'"),
    (lambda: Lifetime.table(xr.DataArray([1.0, 0.0], coords={"age": [0, 5]})), InputError, "ages are not 0, 1, 2"),
    (lambda: Lifetime.table([1.0, 0.5]).sf(3.0), InputError, "ends above 0 before this age"),
    (lambda: Lifetime.fixed(mean=3).sf(-1.0), InputError, "age = -1: is negative or NaN"),
    (lambda: Lifetime.fixed(mean=PRODUCTS).sf(PRODUCTS[:1]), AlignmentError, "product"),
    (lambda: Lifetime.combine({}), InputError, "got no lifetimes"),
    (lambda: Lifetime.combine({"a": Lifetime.fixed(mean=PRODUCTS)}), InputError, "varies along 'product' already"),
    (lambda: Lifetime.combine({"a": Lifetime.fixed(mean=1)}, dim="time"), InputError, "hazard multiplier"),
    (
        lambda: Lifetime.combine(
            {"a": Lifetime.fixed(mean=PRODUCTS), "b": Lifetime.fixed(mean=PRODUCTS[:2])}, "region"
        ),
        AlignmentError,
        "has no product 'fcev'",
    ),
]


@pytest.mark.parametrize(("make", "kind", "message"), REFUSED)
def test_refused(make: Any, kind: type[MfaError], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_all_faults_of_a_term_come_together() -> None:
    with pytest.raises(InputError) as error:
        Lifetime.fixed(mean=xr.DataArray([np.nan, -1.0, 3.0], coords=PRODUCTS.coords))
    assert len(error.value.faults) == 2


def test_a_lifetime_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Lifetime.fixed(mean=3).first = 4.0  # type: ignore[misc]


def test_table_with_labels() -> None:
    curves = xr.DataArray([[1.0, 0.8], [0.5, 0.4], [0.0, 0.0]], coords={"age": [0, 1, 2], "product": ["a", "b"]})
    lifetime = Lifetime.table(curves)
    np.testing.assert_allclose(lifetime.sf(0.5), [0.75, 0.6])
    np.testing.assert_allclose(lifetime.mean(), [1.0, 0.8])  # (0.75 + 0.25), (0.6 + 0.2)
    assert repr(lifetime) == "Lifetime(table 2; product: 2; mean 0.8 to 1 yr)"
    assert repr(lifetime.sel(product="a")) == "Lifetime.table(mean=1 yr)"


def test_reprs() -> None:
    assert repr(Lifetime.fixed(mean=8)) == "Lifetime.fixed(mean=8 yr)"
    assert repr(Lifetime.logistic(mean=8, scale=1.5)) == "Lifetime.logistic(mean=8 yr, scale=1.5 yr)"
    assert repr(Lifetime.lognormal(mu=2, sigma=0.5)) == "Lifetime.lognormal(mu=2, sigma=0.5)"
    assert repr(Lifetime.folded_normal(mu=2, sigma=3)) == "Lifetime.folded_normal(mu=2 yr, sigma=3 yr)"
    assert repr(Lifetime.fixed(mean=PRODUCTS)) == "Lifetime(fixed 3; product: 3; mean 8 to 16 yr)"
