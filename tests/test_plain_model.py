"""The plain-loop model by itself: identities, drills, faults; cases worked out by hand are in `policy` and `system`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plain_model import plain_drill, run_plain, worst_residual
from tests.random_systems import random_system
from tests.tiny_systems import by_origin, worked_year


# --- identities -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("levers", "seed"),
    [("none", 0), ("none", 1), ("every", 2), ("all", 100), ("all", 101)],
)
def test_identities_of_section_2(levers: str, seed: int) -> None:
    arrays, years, lifetimes = random_system(seed, levers)
    results = run_plain({**arrays, **lifetimes}, years)
    ratio, place = worst_residual(results)
    assert ratio <= 1.0, place
    for group in (results.flows, results.stocks, results.items):
        for name, cells in group.items():
            assert all(value >= 0.0 for value in cells.values()), name
    # by cohort: sold and arrived = discards so far + stock
    for (r, t, c, p), sold in results.cohorts["sold_by_cohort"].items():
        came = sum(results.cell("cohorts", "arrived_by_cohort", region=r, time=year, cohort=c, product=p)
                   for year in range(t, years[-1] + 1))  # fmt: skip
        gone = sum(results.cell("cohorts", "discards_by_cohort", region=r, time=year, cohort=c, product=p)
                   for year in range(t, years[-1] + 1))  # fmt: skip
        left = results.cell("cohorts", "stock_by_cohort", region=r, time=years[-1], cohort=c, product=p)
        assert gone + left == pytest.approx(sold + came, rel=1e-9, abs=1e-6)
    # bookkeeping between groups
    for r in ("east", "west"):
        for t in years:
            for e in results.labels["element"]:
                here = {"region": r, "time": t, "element": e}
                need = results.cell("policy", "requirement", **here)
                met = results.cell("policy", "realised_requirement", **here)
                phi = results.cell("policy", "supply_factor", **here)
                assert met <= phi * need * (1 + 1e-9) + 1e-9
                used = results.total("refined_use", r, t, e) + results.total("other_use", r, t, e)
                assert used == pytest.approx(met, rel=1e-9, abs=1e-9)


def test_uneven_years_are_refused() -> None:
    with pytest.raises(ValueError, match="2023 follows 2021"):
        run_plain({"sales": 1.0}, [2020, 2021, 2023])


def test_to_array_selects_sums_and_orders() -> None:
    arrays, years, lifetimes = random_system(3, "every")
    results = run_plain({**arrays, **lifetimes}, years)
    coords: dict[str, Any] = {"element": ["Co", "Li"], "time": years, "region": ["east", "west"]}
    found = results.to_array("sales", ["element", "time", "region"], coords)
    assert found.shape == (2, len(years), 2)
    assert found[1, 2, 0] == pytest.approx(results.total("sales", "east", years[2], "Li"))
    mass = results.to_array("sales", ["region", "time"], {**coords, "element": ["mass"]})
    assert mass[1, 3] == pytest.approx(results.total("sales", "west", years[3], "mass"))
    states = results.to_array("quota_state", ["product", "component"], {
        "product": ["car"], "component": ["battery"], "region": ["east"], "time": [years[0]],
    })  # fmt: skip
    assert states[0, 0] == results.policy["quota_state"]["east", years[0], "car", "battery"]


# --- drill ----------------------------------------------------------------------------------------------------------
def test_drill_examples() -> None:
    full: dict[str, Any] = {"need": 365.0, "stock": 60.0, "shares": {"A": 1.0}, "banned": {"A": 1.0}}
    drill = plain_drill(domestic=0.0, length=90.0, **full)
    assert (drill.daily_gap, drill.cover, drill.first_unmet_day) == (1.0, 60.0, 61.0)
    assert drill.unmet == pytest.approx(30.0)
    half = plain_drill(domestic=182.5, length=120.0, **full)
    assert (half.cover, half.unmet, half.first_unmet_day) == (120.0, 0.0, None)
    # release at most 0.5 t/day: unmet from the first day; 20 days fall into the next year (day 296..365 is 70 days)
    slow = plain_drill(domestic=0.0, length=90.0, start_day=296.0, release_limit=182.5, **full)
    assert (slow.days_in_year, slow.days_next_year, slow.first_unmet_day) == (70.0, 20.0, 1.0)
    assert slow.unmet == pytest.approx(70.0 - 35.0)


@pytest.mark.parametrize("headroom", [0.0, 0.1])
def test_drill_against_the_annual_step(headroom: float) -> None:
    # 90 days of a full ban on A: annual cap 450*(1-90/365); drill: 1.2329 t/day missing on 90 days; both 110.96 t
    run = worked_year(
        ban=by_origin(90.0 / 365.0, 0.0, 0.0), headroom=by_origin(0.0, headroom, 0.0), initial_stockpile=0.0
    )
    annual = run.get("unmet_demand")
    drill = plain_drill(1000.0, 250.0, 0.0, {"A": 0.6, "B": 0.4}, {"A": 1.0}, 90.0, headroom={"B": headroom})
    if headroom == 0.0:
        assert annual == pytest.approx(450.0 * 90.0 / 365.0)
        assert drill.unmet == pytest.approx(annual)
    else:
        assert annual < drill.unmet


# --- faults are refused ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"used_export_share": 0.6, "hibernation_share": 0.6}, "hibernation_share > 1"),
        ({"content": 1.2}, "outweigh"),
        ({"base_collection_rate": 0.5, "max_collection_rate": 0.4}, "above max_collection_rate"),
        ({"content": None}, "required"),
        ({"product_imports": 120.0}, "output below 0"),
    ],
)
def test_faults(given: dict[str, Any], said: str) -> None:
    arrays = {
        "sales": 100.0, "lifetime": {"survival": "fixed", "mean": 10.0}, "chemistry_share": 1.0, "content": 0.1,
        "component_mass": 1.0, "recovery_yield": 1.0, "import_share": 1.0, **given,
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        run_plain({name: value for name, value in arrays.items() if value is not None}, [2020])
