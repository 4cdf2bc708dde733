"""What is said of prices, substitution, reuse, longer use and plants, each state provoked in a tiny system."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import mfa
from tests.indicators.levers.systems import YEARS, along, only, over_time, run, said

PRICE, SUBSTITUTION, REUSE, LIFE = "scarcity price", "substitution", "reuse of parts", "longer or shorter use"
PLANTS = "recycling plants"
BAN_2021 = over_time(YEARS, 0.0, 0.5, 0.0)
"""Half of all imports denied in 2021."""

# --- Prices and chemistries ------------------------------------------------------------------------------------------


def test_price_without_a_shortage():
    one = only(run(scarcity_exponent=1.0), PRICE, "no gap")
    assert one.text == "prices stay at their base: supply never falls short"


def test_price_after_a_shortage():
    # without recycling half of the need is met in 2021: twice the base in 2022
    one = only(run(scarcity_exponent=1.0, ban=BAN_2021, base_collection_rate=0.0), PRICE, "acts")
    assert (one.period, one.text) == ("2022", "Co 2 times its base in 2022, after a shortage the year before")


def test_price_after_the_last_year():
    last = over_time(YEARS, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5)
    assert "in the last year only" in only(run(scarcity_exponent=1.0, ban=last), PRICE, "no gap").text


def chemistries(rich=0.5, **given):
    """Two chemistries, rich and lean in Co."""
    kinds = {"chemistry": ["rich", "lean"]}
    return run(
        labels=kinds, sales=1000.0, initial_stock=None, initial_chemistry_share=None, base_collection_rate=0.0,
        chemistry_share=along("chemistry", rich=rich, lean=1.0 - rich),
        content=along("chemistry", rich=0.1, lean=0.02), other_need=0.0, substitution_response=0.01,
        substitution_speed=1.0, **given,
    )  # fmt: skip


def test_substitution_without_dearer_metal():
    one = only(chemistries(), SUBSTITUTION, "no gap")
    assert one.text == "prices stay at their base, so that nothing is switched"


def test_substitution_without_a_choice():
    one = only(chemistries(rich=1.0, ban=BAN_2021, scarcity_exponent=1.0), SUBSTITUTION, "no answer")
    assert one.text == "no component that answers has a second chemistry to switch to"


def test_substitution_after_a_shortage():
    # 2022: Co costs 1000 more, rich 0.1 x 1000 = 100 and lean 20 more a tonne: e^-1 / (e^-1 + e^-0.2) = 0.31
    one = only(chemistries(ban=BAN_2021, scarcity_exponent=1.0), SUBSTITUTION, "acts")
    points = 100 * (0.5 - np.exp(-1.0) / (np.exp(-1.0) + np.exp(-0.2)))
    assert one.text == f"component of product: lean gains {points:.3g} points on rich in 2022, the largest shift"


def test_substitution_between_chemistries_that_cost_the_same():
    same = {
        "content": along("chemistry", rich=0.1, lean=0.1),
        "chemistry_share": along("chemistry", rich=0.5, lean=0.5),
    }
    results = run(
        labels={"chemistry": ["rich", "lean"]}, sales=1000.0, initial_stock=None, initial_chemistry_share=None,
        base_collection_rate=0.0, other_need=0.0, substitution_response=0.01, ban=BAN_2021, scarcity_exponent=1.0,
        **same,
    )  # fmt: skip
    assert only(results, SUBSTITUTION, "slack").text == "prices rose, but chemistries cost about the same"


# --- Reuse and longer use --------------------------------------------------------------------------------------------


def test_reuse_without_spare_parts():
    assert "no part fails before its product" in only(run(reuse_share=0.5), REUSE, "no feed").text


def test_reuse_of_parts_that_outlast_their_product():
    given = {"lifetime": mfa.Lifetime.exponential(mean=8), "component_lifetime": mfa.Lifetime.exponential(mean=10)}
    one = only(run(reuse_share=0.5, sales=100.0, **given), REUSE, "acts")
    assert "serve again" in one.text
    assert one.effect > 0.0
    nothing = run(reuse_share=0.5, sales=100.0, base_collection_rate=0.0, **given)
    assert "nothing is collected that could serve" in only(nothing, REUSE, "no feed").text


def test_longer_use():
    one = only(run(hazard_multiplier=0.8), LIFE, "no answer")
    assert one.text == "product: a fixed lifetime does not feel a hazard multiplier"
    acts = only(run(hazard_multiplier=0.8, lifetime=mfa.Lifetime.exponential(mean=10)), LIFE, "acts")
    assert acts.text == "product: the hazard of discard is 0.8 times what it was"
    assert not said(run(hazard_multiplier=1.0), LIFE)


# --- Recycling plants ------------------------------------------------------------------------------------------------

BUILD = {"invest": True, "initial_capacity": 10.0, "capex": 500.0, "build_lag": 1.0}


def test_plants_held_by_the_growth_limit():
    one = only(run(**BUILD), PLANTS, "growth limit")
    assert one.text.startswith("plant: orders held to 30 % a year of what stands; 38.3 t/yr of capacity ordered")
    assert one.period == "2020-2025"


def test_plants_without_a_seed():
    one = only(run(**{**BUILD, "initial_capacity": 0.0}), PLANTS, "no seed")
    assert one.text == "plant: no plant stands and there is no seed capacity: nothing can be ordered"


def test_plants_that_do_not_pay():
    # 100 USD/t against 1e6/12.46 = 80 243 a year
    one = only(run(**{**BUILD, "capex": 1e6}), PLANTS, "does not pay")
    assert one.text == (
        "plant is never ordered: a tonne of feed leaves 100 USD_2024/t, its plant would cost 80 200 USD_2024/t a year"
    )


def test_plants_that_are_enough():
    one = only(run(**{**BUILD, "initial_capacity": 1000.0}), PLANTS, "no orders")
    assert one.text == "plant: standing plants take what is expected; none is ordered"


def test_scrap_that_waits_for_plants_until_it_is_thrown_away():
    # 50 t come, 20 fit; with a limit of one year 20 t wait and the rest overflows: 10, 30, ... in all 6 x 30 - 20
    one = only(run(capacity=20.0, backlog_limit=1.0), PLANTS, "no capacity")
    assert one.text == (
        "scrap waits, as plants are full: 20 t of component in 2025 (1 times what is recycled); "
        "160 t thrown away beyond the backlog limit"
    )


def test_scrap_that_waits_because_it_earns_too_little():
    one = only(run(opex=150.0), PLANTS, "does not pay")
    assert one.text == "scrap waits, as on average it earns less than recycling costs: 300 t of component in 2025"


def test_scrap_that_no_plant_takes_in_spite_of_room():
    # half of each year's 50 t is of a kind that the only route does not take: 25 t more wait each year
    kinds = {"chemistry": ["known", "strange"]}
    cohorts = list(range(2010, 2020))
    half = xr.DataArray(np.full((10, 2), 0.5), dims=("cohort", "chemistry"), coords={"cohort": cohorts, **kinds})
    results = run(
        labels=kinds, chemistry_share=along("chemistry", known=0.5, strange=0.5), initial_chemistry_share=half,
        capacity=1000.0, route_eligible=along("chemistry", known=True, strange=False),
    )  # fmt: skip
    one = only(results, PLANTS, "not taken")
    assert one.text.startswith(
        "scrap waits, as plants have room, but not for this kind of it: 150 t of component in 2025"
    )


def test_a_route_for_other_scrap_is_no_room():
    # the second route takes kinds without Li only, and what waits holds Li: its room does not count
    kinds = {"chemistry": ["LFP", "NiMH"], "element": ["Li", "Ni"], "route": ["hydro", "nimh"]}
    content = xr.DataArray(
        [[0.1, 0.0], [0.0, 0.1]], dims=("chemistry", "element"), coords={k: kinds[k] for k in ("chemistry", "element")}
    )
    takes = xr.DataArray(
        [[True, False], [False, True]],
        dims=("chemistry", "route"),
        coords={k: kinds[k] for k in ("chemistry", "route")},
    )
    cohorts = list(range(2010, 2020))
    only_lfp = xr.DataArray(
        np.tile([1.0, 0.0], (10, 1)),
        dims=("cohort", "chemistry"),
        coords={"cohort": cohorts, "chemistry": kinds["chemistry"]},
    )
    results = run(
        labels=kinds, content=content, route_eligible=takes, initial_chemistry_share=only_lfp,
        chemistry_share=along("chemistry", LFP=1.0, NiMH=0.0), capacity=along("route", hydro=10.0, nimh=1000.0),
    )  # fmt: skip
    assert only(results, PLANTS, "no capacity").text.startswith("scrap waits, as plants are full: 240 t of component")


def test_plants_without_scrap():
    one = only(run(capacity=200.0), PLANTS, "no feed")
    assert one.text == "less than half of what stands is used: plant at 25 %"
    assert one.period == "2020-2025"


def test_what_no_longer_holds_is_left_out_where_no_lever_is_set():
    assert not said(run(capacity=over_time(YEARS, 200.0, 200.0, 200.0, 50.0)), PLANTS, "no feed")
    with_lever = run(capacity=over_time(YEARS, 200.0, 200.0, 200.0, 50.0), collection_quota=0.4)
    assert only(with_lever, PLANTS, "no feed").period == "2020-2022"


def test_surplus_of_secondary_metal():
    # 5 t a year against a need of 2, or of which half may be secondary
    one = only(run(other_need=2.0), PLANTS, "acts")
    assert one.text == "Co: 18 t of secondary metal exported, it is more than the need"
    capped = only(run(other_need=8.0, secondary_share_max=0.5), PLANTS, "acts")
    assert (
        capped.text == "Co: 6 t of secondary metal exported, manufacturing takes no more than 50 % of secondary metal"
    )


@pytest.mark.parametrize("lever", [PRICE, SUBSTITUTION, REUSE, LIFE])
def test_what_is_off_is_not_told(lever):
    assert not said(run(), lever)
