"""Supply of refined metal by hand: the worked year, bans, re-sourcing, ore, equity, domestic metal, prices.

`worked_year`: R = 1000 t, 200 t secondary, 50 t domestic, so J = 750 t are wanted from abroad: A 450, B 300.
"""

from __future__ import annotations

import pytest

from tests.tiny_systems import ORIGINS, array, by_origin, path, system, worked_year


def test_worked_year() -> None:
    run = worked_year()
    assert run.get("secondary") == pytest.approx(200.0)
    assert run.get("primary") == pytest.approx(50.0)
    assert run.get("import_need") == pytest.approx(750.0)
    # A 0.5 * 450 = 225; B has room for 0.1 * 300 = 30 more, A misses 225: B 330
    assert run.get("imports", origin="A") == pytest.approx(225.0)
    assert run.get("imports", origin="B") == pytest.approx(330.0)
    # gap 750 - 555 = 195, all 60 t in stock are released: phi = (200 + 50 + 555 + 60)/1000
    assert run.get("stock_release") == pytest.approx(60.0)
    assert run.get("supply_factor") == pytest.approx(0.865)
    assert run.get("other_use") == run.get("realised_requirement") == pytest.approx(865.0)
    assert run.get("unmet_demand") == pytest.approx(135.0)
    assert run.get("net_import_reliance") == pytest.approx(615.0 / 865.0)  # 0.711
    assert run.get("self_sufficiency") == pytest.approx(0.415)  # (0.5 * 330 + 50 + 200)/1000
    assert run.get("n_1_cover") == pytest.approx(0.475)  # (250 + 555 - 330)/1000
    assert run.get("import_requirement") == pytest.approx(0.75)
    assert run.get("unmet_share") == pytest.approx(0.135)
    assert run.get("top_origin_share") == pytest.approx(330.0 / 865.0)
    assert run.get("hhi") == pytest.approx((225.0 / 555.0) ** 2 + (330.0 / 555.0) ** 2)
    assert run.get("recycled_content") == pytest.approx(200.0 / 865.0)


def test_headroom_fills_the_gap_where_it_is_wide_enough() -> None:
    # B may deliver 0.8 * 300 = 240 more, A misses 225: all is re-sourced, the stock stays
    run = worked_year(headroom=by_origin(0.0, 0.8, 0.0))
    assert run.get("imports", origin="B") == pytest.approx(525.0)
    assert (run.get("supply_factor"), run.get("stock_release")) == (1.0, 0.0)


def test_missing_metal_is_asked_of_others_pro_rata_to_their_room() -> None:
    # 1000 t from A 0.5 (banned), B 0.3, C 0.2 with headrooms 0.2 and 0.6: rooms 60 and 120 of the 500 missing; with
    # half a ban of A 250 are missing: still both full; a tenth: 50 missing: 50/180 of each room
    origins = ["A", "B", "C"]

    def run(ban: float):  # noqa: ANN202
        return system(
            sales=0.0, other_need=1000.0, import_share=array([0.5, 0.3, 0.2], origin=origins),
            headroom=array([0.9, 0.2, 0.6], origin=origins), ban=array([ban, 0.0, 0.0], origin=origins),
        )  # fmt: skip

    full, tenth = run(1.0), run(0.1)
    assert [full.get("imports", origin=o) for o in origins] == pytest.approx([0.0, 360.0, 320.0])
    assert [tenth.get("imports", origin=o) for o in origins] == pytest.approx(
        [450.0, 300.0 + 50.0 * 60.0 / 180.0, 200.0 + 50.0 * 120.0 / 180.0]
    )


def test_headroom_is_for_years_with_a_ban_at_an_origin_that_matters() -> None:
    # without any ban imports are what is wanted; so with a ban of an origin from which nothing comes
    for ban in (0.0, by_origin(0.5, 0.0, 0.0)):
        run = worked_year(ban=ban, import_share=by_origin(0.0, 1.0, 0.0))
        assert run.get("imports", origin="B") == pytest.approx(750.0)
    # an origin banned itself has no headroom: A 0.9 * 450, not 1.5 times as much
    run = worked_year(ban=by_origin(0.1, 0.0, 0.0), headroom=by_origin(0.5, 0.0, 0.0))
    assert run.get("imports", origin="A") == pytest.approx(405.0)


def test_full_ban_without_stock_leaves_the_domestic_share() -> None:
    run = worked_year(ban=by_origin(1.0, 1.0, 0.0), initial_stockpile=0.0)
    assert run.get("supply_factor") == pytest.approx(0.25)
    assert run.get("imports") == 0.0
    # and nothing where nothing is domestic
    bare = system(ban=1.0)
    assert (bare.get("supply_factor"), bare.get("sales_units"), bare.get("unmet_units")) == (0.0, 0.0, 100.0)


def test_a_ban_of_days_is_a_share_of_the_year() -> None:
    run = worked_year(ban=by_origin(90.0 / 365.0, 0.0, 0.0), headroom=0.0, initial_stockpile=0.0)
    assert run.get("unmet_demand") == pytest.approx(450.0 * 90.0 / 365.0)


def test_ore_ban_hits_what_others_refine() -> None:
    # B's ore is half A's: A's ore ban cuts B by half, not A itself; B has no headroom in that year
    shares = array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], origin=ORIGINS, miner=ORIGINS)
    run = worked_year(ban=0.0, ore_ban=by_origin(1.0, 0.0, 0.0), ore_share=shares)
    assert run.get("imports", origin="A") == pytest.approx(450.0)
    assert run.get("imports", origin="B") == pytest.approx(150.0)
    # with a ban of A's metal as well both caps multiply where both hold: B (1 - 0.2) * (1 - 0.5)
    both = worked_year(ban=by_origin(0.0, 0.2, 0.0), ore_ban=by_origin(1.0, 0.0, 0.0), ore_share=shares)
    assert both.get("imports", origin="B") == pytest.approx(300.0 * 0.8 * 0.5)
    # mines refine their own ore if nothing else is said: an ore ban then cuts nobody
    assert worked_year(ban=0.0, ore_ban=by_origin(1.0, 0.0, 0.0)).get("imports") == pytest.approx(750.0)


def test_ore_shares_look_through_to_the_mine() -> None:
    # imports 0.6 and 0.4; B's ore is half A's: mined 0.6 + 0.2 and 0.2; governance 5 everywhere
    shares = array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], origin=ORIGINS, miner=ORIGINS)
    run = worked_year(ban=0.0, ore_share=shares)
    assert run.get("hhi_governance") == pytest.approx(5.0 * (0.36 + 0.16))
    assert run.get("hhi_governance_mine") == pytest.approx(5.0 * (0.64 + 0.04))
    assert run.get("chokepoint") == 1.0  # mining


def test_equity_protects_owned_deliveries() -> None:
    # B fully banned but half owned, protected to 0.8: 1 - 1 * (1 - 0.8 * 0.5) = 0.4 of 300; A has no headroom
    run = worked_year(ban=by_origin(0.0, 1.0, 0.0), equity_protection=0.8)
    assert run.get("imports", origin="B") == pytest.approx(120.0)
    # owned without protection: nothing comes
    assert worked_year(ban=by_origin(0.0, 1.0, 0.0)).get("imports", origin="B") == 0.0


def test_limited_share_of_secondary_metal() -> None:
    # rc_max 0.15: 150 t are used, 50 go abroad; J = 800: A 0.5 * 480 = 240, B 1.1 * 320 = 352, gap 208, release 60:
    # O = 50 + 592 + 60 = 702; phi = min((150 + 702)/1000, 702/850) = 702/850; use' = 0.15 R', the rest is exported
    run = worked_year(secondary_share_max=0.15)
    assert run.get("supply_factor") == pytest.approx(702.0 / 850.0)
    assert run.get("domestic_use") == pytest.approx(0.15 * 702.0 / 0.85)
    assert run.get("stock_release") == pytest.approx(60.0)
    assert run.get("exports_refined") == pytest.approx(200.0 - 0.15 * 702.0 / 0.85)


def test_secondary_metal_above_the_need_is_exported() -> None:
    run = worked_year(other_need=180.0, ban=0.0)
    assert (run.get("imports"), run.get("primary")) == (0.0, 0.0)
    assert run.get("exports_refined") == pytest.approx(20.0)
    assert run.get("recycled_content") == pytest.approx(1.0)
    assert run.get("net_import_reliance_raw") == pytest.approx(-20.0 / 180.0)
    assert run.get("net_import_reliance") == 0.0


def test_zero_demand_gives_zeros_and_indicators_without_a_value() -> None:
    run = system(sales=0.0)
    for name in ("imports", "refined_use", "sales", "secondary", "requirement", "unmet_demand", "stock_fill"):
        assert run.get(name) == 0.0, name
    assert run.get("supply_factor") == 1.0
    for name in ("import_requirement", "recycled_content", "net_import_reliance", "hhi", "days_of_cover", "critical"):
        assert run.get(name) != run.get(name), name  # NaN


def test_domestic_sources_by_start_price_and_export() -> None:
    dear = {"primary_always": array([True, True, False], origin=ORIGINS), "primary_cost": by_origin(0.0, 0.0, 2.0)}
    assert worked_year(**dear).get("primary") == 0.0  # price 1
    assert worked_year(**dear, base_price=2.0).get("primary") == pytest.approx(50.0)
    assert worked_year(primary_start=by_origin(2020, 2020, 2021)).get("primary") == 0.0
    # beyond the need only to export: 180 t of need, 200 of secondary metal
    run = worked_year(other_need=180.0, primary_export=True)
    assert run.get("primary") == pytest.approx(50.0)
    assert run.get("exports_refined") == pytest.approx(70.0)
    assert worked_year(primary_cost=by_origin(0.0, 0.0, 3.0)).get("public_cost") == pytest.approx(
        (3.0 - 1.0) * 50.0 - 60.0  # support of the mud at price 1, less the value of what the stockpile gave
    )


def test_domestic_source_starts_in_its_year() -> None:
    origins = ["abroad", "mud"]
    run = system(
        3, import_share=array([1.0, 0.0], origin=origins), origin_domestic=array([False, True], origin=origins),
        primary_capacity=array([0.0, 4.0], origin=origins), primary_start=array([float("nan"), 2022.0], origin=origins),
    )  # fmt: skip
    assert run.path("primary") == pytest.approx([0.0, 0.0, 4.0])
    assert run.path("imports") == pytest.approx([10.0, 10.0, 6.0])


def test_cheap_domestic_source_comes_first_and_ties_in_listed_order() -> None:
    origins = ["abroad", "mud", "mine", "brine"]

    def run(*cost: float):  # noqa: ANN202
        found = system(
            import_share=array([1.0, 0.0, 0.0, 0.0], origin=origins),
            origin_domestic=array([False, True, True, True], origin=origins),
            primary_capacity=array([0.0, 6.0, 6.0, 6.0], origin=origins),
            primary_cost=array([0.0, *cost], origin=origins),
        )  # fmt: skip
        return [found.get("primary", origin=origin) for origin in origins[1:]]

    assert run(3.0, 1.0, 2.0) == pytest.approx([0.0, 6.0, 4.0])
    assert run(1.0, 1.0, 1.0) == pytest.approx([6.0, 4.0, 0.0])


def test_price_follows_last_years_shortage() -> None:
    # phi 0.25: (1/0.25)^0.5 = 2; phi 0: the cap of 4; then back to the base
    run = system(4, ban=path(0.75, 1.0, 0.0, 0.0), base_price=10.0, scarcity_exponent=0.5, price_cap=4.0)
    assert run.path("price") == pytest.approx([10.0, 20.0, 40.0, 10.0])
    # no answer without an exponent
    assert system(2, ban=path(0.75, 0.0), base_price=10.0).path("price") == [10.0, 10.0]


def test_price_draws_in_the_domestic_source() -> None:
    # the mud costs 15: it waits in 2020 at 10 and runs in 2021 at 20
    origins = ["abroad", "mud"]
    run = system(
        2, import_share=array([1.0, 0.0], origin=origins), origin_domestic=array([False, True], origin=origins),
        primary_capacity=array([0.0, 4.0], origin=origins), primary_cost=array([0.0, 15.0], origin=origins),
        primary_always=False, ban=array([[0.75, 0.0], [0.0, 0.0]], time=[2020, 2021], origin=origins), base_price=10.0,
        scarcity_exponent=0.5,
    )  # fmt: skip
    assert run.path("primary") == pytest.approx([0.0, 4.0])


def test_without_foreign_origins_nothing_is_imported() -> None:
    # one source, domestic: it covers 4 of 10 t
    run = system(origin_domestic=True, import_share=None, primary_capacity=4.0)
    assert (run.get("imports"), run.get("supply_factor")) == (0.0, pytest.approx(0.4))
    assert run.get("sales_units") == pytest.approx(40.0)
