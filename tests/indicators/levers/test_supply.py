"""What is said of bans, origins, equity, stockpiles and domestic sources, each state provoked in a tiny system."""

from __future__ import annotations

import pytest
import xarray as xr

from tests.indicators.levers.systems import YEARS, along, only, over_time, run, said

BAN, ORE, ORIGINS, EQUITY = "export ban", "ore ban", "import origins", "equity"
STOCKPILE, POOL, SOURCE = "stockpile", "joint stockpile", "domestic source"


def by(dim, years, **values):
    """Values by label and year."""
    rows = [over_time(years, *value).values for value in values.values()]
    return xr.DataArray(rows, dims=(dim, "time"), coords={dim: list(values), "time": list(years)})


def supplied(years=YEARS, **given):
    """1000 t/yr of need and nothing recycled; A delivers 60 %, B 40 %."""
    given = {"import_share": along("origin", A=0.6, B=0.4), "base_collection_rate": 0.0, **given}
    return run(years, initial_stock=None, initial_chemistry_share=None, **given)


# --- Bans ------------------------------------------------------------------------------------------------------------

HALF_OF_A = by("origin", YEARS, A=(0.0, 0.5, 0.0), B=(0.0,))
"""A delivers half in 2021: 300 t less."""


def test_ban_that_leaves_need_unmet():
    # 300 t denied, B has room for 40: 260 t missing
    one = only(supplied(ban=HALF_OF_A, headroom=along("origin", A=0.0, B=0.1)), BAN, "acts")
    assert one.text == (
        "Co from A: 300 t denied, 30 % of the need; other origins give 40 t more; 260 t unmet, in 2021 26 % of the need"
    )
    assert (one.period, one.labels) == ("2021", ("Co", "A"))
    assert one.effect == pytest.approx(300 * 1000)


def test_ban_that_others_make_up_for():
    one = only(supplied(ban=HALF_OF_A, headroom=along("origin", A=0.0, B=1.0)), BAN, "made up")
    assert one.text.endswith("other origins give 300 t more; no need is unmet")


def test_ban_that_the_stockpile_bridges():
    one = only(supplied(ban=HALF_OF_A, initial_stockpile=400.0), BAN, "drawn")
    assert one.text.endswith("no other origin gives more, the stockpile 300 t; no need is unmet")


def test_ban_by_an_origin_that_delivers_nothing():
    results = supplied(import_share=along("origin", A=1.0, B=0.0), ban=along("origin", A=0.0, B=1.0))
    assert only(results, BAN, "no share").text == "Co: none comes from B"


def test_ban_where_nothing_is_imported():
    mud = {"origin_domestic": along("origin", A=False, B=False, mud=True)}
    results = supplied(
        import_share=along("origin", A=0.6, B=0.4, mud=0.0), ban=along("origin", A=1.0, B=0.0, mud=0.0),
        primary_capacity=along("origin", A=0.0, B=0.0, mud=2000.0), **mud,
    )  # fmt: skip
    assert only(results, BAN, "no share").text == "Co: nothing is imported, domestic metal meets the need"


def test_more_unmet_than_missing_is_explained():
    # a product holds a battery with Co from A, half banned, and a magnet with Nd from B, all banned: nothing is made,
    # so that all 10 t of Co are unmet where 5 are missing
    labels = {"component": ["battery", "magnet"], "element": ["Co", "Nd"]}
    content = xr.DataArray([[0.1, 0.0], [0.0, 0.1]], dims=("component", "element"), coords=labels)
    origins = {"origin": ["A", "B"], "element": labels["element"]}
    share = xr.DataArray([[1.0, 0.0], [0.0, 1.0]], dims=("origin", "element"), coords=origins)
    results = run(
        [2020], labels=labels, sales=100.0, content=content, import_share=share, ban=along("origin", A=0.5, B=1.0),
        other_need=0.0, secondary_share_max=0.0,
    )  # fmt: skip
    co = next(one for one in said(results, BAN, "acts") if "Co" in one.labels)
    assert co.text.startswith("Co from A: 5 t denied, 50 % of the need; no other origin gives more; 10 t unmet")
    assert co.text.endswith("(more than is missing, as products fall with their scarcest part)")


ORES = {
    "import_share": along("origin", A=0.6, B=0.4, C=0.0),
    "ore_share": xr.DataArray(
        [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], dims=("origin", "miner"),
        coords={"origin": ["A", "B", "C"], "miner": ["A", "B", "C"]},
    ),
}  # fmt: skip


def test_ore_ban():
    # half of A's ore is from C: A delivers 300 t less
    one = only(supplied(**ORES, ore_ban=along("origin", A=0.0, B=0.0, C=1.0)), ORE, "acts")
    assert one.text.startswith("Co from C: 1 800 t denied, 30 % of the need; no other origin gives more; 1 800 t unmet")


def test_ore_ban_that_no_refiner_feels():
    one = only(supplied(**ORES, ore_ban=along("origin", A=0.0, B=1.0, C=0.0)), ORE, "no share")
    assert one.text == "Co: no origin that delivers uses ore of B"


def test_ore_ban_beside_an_export_ban_is_not_counted_twice():
    bans = {"ban": along("origin", A=0.5, B=0.0, C=0.0), "ore_ban": along("origin", A=0.0, B=0.0, C=1.0)}
    results = supplied(**ORES, **bans)
    assert "stand with the export ban" in only(results, ORE, "acts").text
    # 300 t banned of 600 a year, then half of the rest cut: 150
    assert only(results, ORE, "acts").text.startswith("Co from C: 900 t denied")
    assert "unmet" in only(results, BAN, "acts").text


def test_product_bans():
    given = {"sales": 100.0, "product_ban": 1.0, "other_need": 0.0}
    assert only(run(**given), "product ban", "no share").text == "product: none are imported"
    one = only(run(**given, product_import_share=0.3), "product ban", "acts")
    assert one.text.endswith("180 units unsold")  # 30 a year


# --- Origins and equity ----------------------------------------------------------------------------------------------

FROM_A_TO_B = by("origin", YEARS, A=(0.9, 0.7, 0.5), B=(0.1, 0.3, 0.5))


def test_other_origins_without_a_ban():
    one = only(supplied(import_share=FROM_A_TO_B, equity_share=along("origin", A=0.0, B=0.5)), ORIGINS, "no gap")
    assert one.text == (
        "Co: A falls from 90 to 50 % of imports until 2022, B rises from 10 to 50 %, owned deliveries go from "
        "5.0 to 25 %; nothing is banned, so that it shows in concentration, N-1 and self-sufficiency only"
    )


def test_other_origins_under_a_ban():
    # 2023: A delivers 500 instead of 900 t of 1000: 400 t less are denied
    ban = by("origin", YEARS, A=(0.0, 0.0, 0.0, 1.0, 0.0), B=(0.0,))
    one = only(supplied(import_share=FROM_A_TO_B, ban=ban), ORIGINS, "acts")
    assert one.text.endswith("; the ban denies 400 t of Co less than with the origins before")
    assert one.effect == pytest.approx(400 * 1000)


def test_equity_under_a_ban():
    # 600 t banned in each year, half owned; 80 % of that protected
    ban, equity = along("origin", A=1.0, B=0.0), along("origin", A=0.5, B=0.0)
    one = only(supplied(ban=ban, equity_share=equity, equity_protection=0.8), EQUITY, "acts")
    assert one.text == "Co from A: 1 440 t of owned deliveries come in spite of the ban"
    bare = only(supplied(ban=ban, equity_share=equity), EQUITY, "no answer")
    assert bare.text == "Co from A: 1 800 t of owned deliveries are banned like others: no protection"
    assert not said(supplied(equity_share=equity), EQUITY)


# --- Stockpile -------------------------------------------------------------------------------------------------------


def test_stockpile_that_fills_and_is_never_drawn():
    # 36.5 days of 1000 t are 100 t, 40 t a year: 40, 80, 100
    results = supplied(stockpile_days=36.5, fill_limit=40.0)
    one = only(results, STOCKPILE, "acts")
    assert one.text == "Co: filled for 100 000 USD_2024, 36 of 36 days in 2025; Co complete in 2022"
    assert only(results, STOCKPILE, "no gap").text == "Co: never drawn, nothing is banned and supply never fails"


def test_stockpile_that_never_gets_full():
    one = only(supplied(stockpile_days=365.0, fill_limit=40.0), STOCKPILE, "acts")
    assert one.text.endswith("; Co never complete, as so much a year is filled at most")


def test_stockpile_that_is_never_filled():
    assert "the fill limit is 0" in only(supplied(stockpile_days=30.0, fill_limit=0.0), STOCKPILE, "no feed").text
    held = supplied(stockpile_days=30.0, initial_stockpile=500.0)
    assert "the target is held already" in only(held, STOCKPILE, "no feed").text


def test_stockpile_that_others_make_needless():
    given = {"ban": HALF_OF_A, "headroom": along("origin", A=0.0, B=1.0)}
    one = only(supplied(initial_stockpile=100.0, **given), STOCKPILE, "no gap")
    assert one.text == "Co: never drawn, other origins make up for the bans"


def test_stockpile_that_is_drawn_and_too_small():
    one = only(supplied(ban=HALF_OF_A, initial_stockpile=120.0), STOCKPILE, "drawn")
    assert one.text == "Co: 120 t drawn, 40 % of what imports leave open; empty in 2021; 180 t of the need stay unmet"
    assert one.effect == pytest.approx(120 * 1000)


def test_stockpile_that_is_larger_than_the_gap():
    one = only(supplied(ban=HALF_OF_A, initial_stockpile=400.0), STOCKPILE, "drawn")
    assert one.text == "Co: 300 t drawn, 100 % of what imports leave open; no need is unmet"


def test_stockpile_held_by_its_release_limit():
    one = only(supplied(ban=HALF_OF_A, initial_stockpile=400.0, release_limit=50.0), STOCKPILE, "drawn")
    assert "; held by the release limit of 50 t/yr; 250 t of the need stay unmet" in one.text
    shut = only(supplied(ban=HALF_OF_A, initial_stockpile=400.0, release_limit=0.0), STOCKPILE, "no answer")
    assert shut.text == "Co: never drawn, the release limit is 0 when supply fails"


def test_stockpile_that_is_empty_when_supply_fails():
    # wanted from 2023 on, banned in 2021
    days = over_time(YEARS, 0.0, 0.0, 0.0, 30.0)
    one = only(supplied(ban=HALF_OF_A, stockpile_days=days), STOCKPILE, "empty")
    assert one.text == "Co: never drawn, it is empty when supply fails"


# --- Joint stockpile -------------------------------------------------------------------------------------------------

TWO = {"region": ["east", "west"]}


def test_joint_stockpile_with_a_gap_in_one_region():
    ban = xr.DataArray([[0.5, 0.0], [0.0, 0.0]], dims=("region", "origin"), coords={**TWO, "origin": ["A", "B"]})
    results = supplied([2020], labels=TWO, ban=ban, joint_pool=True, initial_stockpile=200.0)
    east, west = said(results, POOL, "acts")
    # 300 t missing in the east, 200 + 200 there: 150 from each
    assert (east.region, east.text) == ("east", "150 t of Co received from other members")
    assert (west.region, west.text) == ("west", "150 t of Co given to other members")
    assert [one.region for one in said(results, STOCKPILE, "drawn")] == ["east"]


def test_joint_stockpile_without_a_gap():
    results = supplied([2020], labels=TWO, joint_pool=True, initial_stockpile=200.0)
    assert [one.text for one in said(results, POOL, "no gap")] == ["nothing changes hands, no member runs short"] * 2
    both = supplied([2020], labels=TWO, joint_pool=True, initial_stockpile=200.0, ban=along("origin", A=0.5, B=0.0))
    assert {one.text for one in said(both, POOL, "no gap")} == {"nothing changes hands, what members draw is their own"}


def test_joint_stockpile_alone():
    assert "no other region" in only(supplied(joint_pool=True, initial_stockpile=1.0), POOL, "no share").text


# --- Domestic sources ------------------------------------------------------------------------------------------------


def mud(**given):
    return supplied(
        import_share=along("origin", A=1.0, mud=0.0), origin_domestic=along("origin", A=False, mud=True),
        primary_capacity=along("origin", A=0.0, mud=100.0), **given,
    )  # fmt: skip


def test_source_that_delivers():
    # 100 of 1000 t; it costs 1500 at a price of 1000: 500 x 100 a year of support
    one = only(mud(primary_cost=1500.0), SOURCE, "acts")
    assert one.text == "mud: Co 100 t/yr (10 %) of the need in 2025; 300 000 USD_2024 of public support in all"


def test_source_that_starts_late_or_never():
    late = mud(primary_start=along("origin", A=float("nan"), mud=2023.0))
    assert (only(late, SOURCE, "not started").period, only(late, SOURCE, "acts").period) == ("2020-2022", "2023-2025")
    never = only(mud(primary_start=along("origin", A=float("nan"), mud=2040.0)), SOURCE, "not started")
    assert never.text == "mud: starts in 2040, after the run"


def test_source_that_is_too_dear():
    one = only(mud(primary_cost=1500.0, primary_always=False), SOURCE, "too dear")
    assert one.text == "Co from mud: costs 1 500 USD_2024/t, the price is 1 000 USD_2024/t at most"


def test_source_that_is_not_needed():
    results = run(
        import_share=along("origin", A=1.0, mud=0.0), origin_domestic=along("origin", A=False, mud=True),
        primary_capacity=along("origin", A=0.0, mud=100.0), other_need=1.0,
    )  # fmt: skip
    assert only(results, SOURCE, "not needed").text == "Co from mud: secondary metal or cheaper sources meet the need"
