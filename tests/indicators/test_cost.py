"""Public and social cost, cost per tonne of import avoided and CO2 by hand, and that costs add up."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import AlignmentError, InputError, UnitError
from mfa.indicators import (
    co2_avoided,
    cost_per_tonne,
    cost_per_tonne_import_avoided,
    import_bill,
    present_value,
    primary_support,
    public_cost,
    social_cost,
    stockpile_cost,
)
from mfa.units import magnitude, parse_unit, unit_of

YEARS = np.array([2030, 2031])


def one(*values):
    return tuple(np.array([[float(value)]]) for value in values)


def test_import_bill_by_hand():
    # 555 t at 30 000 a tonne
    assert import_bill(*one(30_000, 555)).tolist() == [[16_650_000.0]]


def test_co2_avoided_by_hand_and_below_zero():
    # 200 x (12 - 4); 200 x (3 - 5)
    assert co2_avoided(*one(200, 12, 4)).tolist() == [[1600.0]]
    assert co2_avoided(*one(200, 3, 5)).tolist() == [[-400.0]]


def test_primary_support_pays_only_the_cost_above_the_price():
    # origins: 10 t at 50, 20 t at 15; price 20: 10 x 30 + 0
    primary, cost = np.array([[[10.0]], [[20.0]]]), np.array([[[50.0]], [[15.0]]])
    assert primary_support(primary, cost, np.array([[20.0]])).tolist() == [300.0]


def test_stockpile_cost_is_the_value_of_the_change_of_the_own_stock():
    # fill 7, release 5 of which 2 received, 4 given to partners: drawn 5 - 2 + 4 = 7, change 0
    assert stockpile_cost(*one(10, 7, 5, 2, 4)).tolist() == [0.0]
    # a release from the own stock earns its price
    assert stockpile_cost(*one(10, 0, 5, 0, 0)).tolist() == [-50.0]
    # what is received from partners and released is paid through
    assert stockpile_cost(*one(10, 0, 5, 5, 0)).tolist() == [0.0]


def test_public_cost_by_hand():
    # subsidies 10, grants 4, research 3, keep 2, primary 300, stockpile -50, penalties 69
    assert public_cost(*one(10, 4, 3, 2, 300, -50, 69)).tolist() == [[200.0]]


def test_social_cost_by_hand():
    # opex 100, capex 50, collection 20, research 3, keep 2, primary 800, stockpile -50
    assert social_cost(*one(100, 50, 20, 3, 2, 800, -50)).tolist() == [[925.0]]


def test_present_value_counts_the_first_year_in_full():
    # 100 + 210/1.05 + 441/1.05^2 = 100 + 200 + 400
    assert present_value(np.array([100.0, 210.0, 441.0]), np.arange(2030, 2033), 0.05) == pytest.approx(700.0)
    assert present_value(np.array([100.0, 210.0]), YEARS, 0.0) == 310.0


@pytest.mark.parametrize("rate", [-0.01, np.nan])
def test_present_value_refuses_an_impossible_rate(rate):
    with pytest.raises(InputError, match="discount_rate"):
        present_value(np.ones(2), YEARS, rate)


def test_cost_per_tonne_by_hand_and_without_avoided_imports():
    # (900 - 300) / (500 - 400) = 6; none avoided; more imported; a saving of 1e-13 of the imports is rounding
    assert cost_per_tonne(*one(900, 300, 400, 500)).tolist() == [[6.0]]
    for imports in (500.0, 600.0, 500.0 - 5e-11):
        assert np.isnan(cost_per_tonne(*one(900, 300, imports, 500)))


def run(cost, imports, years=YEARS, money="USD_2024", elements=("Co", "Dy")):
    """Results with one region and origin: cost by year, imports by year and element."""
    coords = {"region": ["here"], "origin": ["A"], "time": years, "element": list(elements)}
    flows = xr.Dataset(
        {"imports": (("region", "origin", "time", "element"), np.asarray(imports, dtype=float)[None, None])}, coords
    )
    indicators = xr.Dataset(
        {name: (("region", "time"), [np.asarray(cost, dtype=float) * part]) for name, part in _PARTS.items()},
        {"region": ["here"], "time": years},
    )
    groups = {"flows": flows, "indicators": indicators}
    return SimpleNamespace(money=money, plain=groups.__getitem__)


_PARTS = {"social_cost": 1.0, "public_cost": 0.5}
BASE = run([100, 110], [[50, 5], [60, 5]])
CASE = run([400, 660], [[40, 5], [40, 5]])


def test_cost_of_avoided_import_for_each_element():
    # cost: 300 + 550/1.1 = 800; cobalt: (50 + 60) - (40 + 40) = 30 t; dysprosium: none
    result = cost_per_tonne_import_avoided(CASE, BASE, 0.1)
    assert result.dims == ("region", "element")
    assert unit_of(result) == parse_unit("USD_2024/t")
    values = magnitude(result, "USD_2024/t").values[0]
    assert values[0] == pytest.approx(800 / 30)
    assert np.isnan(values[1])
    assert result["reason"].values.tolist() == [["", "no import avoided"]]


def test_cost_of_avoided_import_shared_by_elements_in_a_span():
    # public cost is half: 550/2 = 275 in 2031 (the first year of the span), over 20 + 0 t
    result = cost_per_tonne_import_avoided(
        CASE, BASE, 0.1, cost="public_cost", elements=["Co", "Dy"], first=2031, last=2031
    )
    assert result.dims == ("region",)
    assert magnitude(result, "USD_2024/t").values.tolist() == pytest.approx([275 / 20])


def test_one_element_may_be_named_as_text():
    result = cost_per_tonne_import_avoided(CASE, BASE, 0.1, elements="Co")
    assert magnitude(result, "USD_2024/t").values.tolist() == pytest.approx([800 / 30])


def test_cost_of_avoided_import_keeps_samples():
    def sampled(results):
        groups = {name: results.plain(name).expand_dims(sample=2) for name in ("flows", "indicators")}
        return SimpleNamespace(money=results.money, plain=groups.__getitem__)

    result = cost_per_tonne_import_avoided(sampled(CASE), sampled(BASE), 0.1)
    assert result.dims == ("sample", "region", "element")
    assert magnitude(result, "USD_2024/t").values[:, 0, 0].tolist() == pytest.approx([800 / 30] * 2)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"base": run([1, 1], [[1, 1], [1, 1]], years=YEARS + 1)}, AlignmentError, "labels differ"),
        ({"base": run([1, 1], [[1, 1], [1, 1]], elements=("Co", "Tb"))}, AlignmentError, "labels differ"),
        ({"base": run([1, 1], [[1, 1], [1, 1]], money="JPY_2020")}, UnitError, "JPY_2020"),
        ({"cost": "import_bill"}, InputError, "social_cost or public_cost"),
        ({"elements": ["Xx"]}, InputError, "Xx"),
        ({"elements": []}, InputError, "choose from Co, Dy"),
        ({"first": 2020}, InputError, "2030-2031"),
        ({"discount_rate": -1.0}, InputError, "rate"),
    ],
)
def test_comparison_that_does_not_fit_is_refused(change, error, match):
    arguments = {"results": CASE, "base": BASE, "discount_rate": 0.1} | change
    with pytest.raises(error, match=match):
        cost_per_tonne_import_avoided(**arguments)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1))
def test_higher_rate_never_raises_present_value(first, second, low, high):
    low, high = sorted((low, high))
    cost = np.array([first, second])
    assert present_value(cost, YEARS, high) <= present_value(cost, YEARS, low) * (1 + 1e-12)


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 100))
def test_cost_per_tonne_is_linear_in_cost(extra, avoided, factor):
    single = cost_per_tonne(*one(extra, 0, 0, avoided))
    np.testing.assert_allclose(cost_per_tonne(*one(extra * factor, 0, 0, avoided)), single * factor, rtol=1e-12)
