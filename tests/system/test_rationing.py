"""Need, product trade and rationing by hand: too little of one element, and what that does to products and their mix.

`system`: 100 units a year with one component of 1 t that holds 0.1 t of an element: 10 t of need.
"""

from __future__ import annotations

from typing import Any

import pytest

from mfa.errors import ModelError
from tests.tiny_systems import Tiny, array, path, system

CHEMISTRIES, ELEMENTS = ["x", "y"], ["Co", "Li"]


def two_chemistries(years: int = 1, **given: Any) -> Tiny:
    """Chemistry x holds Co, y holds Li, half each: 5 t of either are needed."""
    inputs: dict[str, Any] = {
        "chemistry_share": array([0.5, 0.5], chemistry=CHEMISTRIES),
        "content": array([[0.1, 0.0], [0.0, 0.1]], chemistry=CHEMISTRIES, element=ELEMENTS),
        **given,
    }
    return system(years, **inputs)


# --- need ------------------------------------------------------------------------------------------------------------
def test_manufacturing_loss() -> None:
    # 10 t in components / 0.8 = 12.5 t; of the loss of 2.5 t a share of 0.6 is new scrap, recycled the year after
    run = system(2, manufacturing_yield=0.8, new_scrap_share=0.6)
    assert run.get("requirement") == pytest.approx(12.5)
    assert run.get("to_products") == pytest.approx(10.0)
    assert (run.get("new_scrap"), run.get("mfg_loss")) == (pytest.approx(1.5), pytest.approx(1.0))
    assert run.path("secondary") == pytest.approx([0.0, 1.5])
    assert run.get("old_scrap_ratio", 2021) == 0.0


def test_imported_components_need_no_metal() -> None:
    run = system(component_import_share=0.4, manufacturing_yield=0.8)
    assert run.get("requirement") == pytest.approx(6.0 / 0.8)
    assert run.get("imports_component") == pytest.approx(4.0)
    assert run.get("sales") == pytest.approx(10.0)


def test_other_need_leaves_no_scrap() -> None:
    run = system(2, sales=0.0, other_need=7.0, manufacturing_yield=0.5)
    assert run.path("other_use") == pytest.approx([7.0, 7.0])
    assert run.get("requirement") == pytest.approx(7.0)
    assert run.path("secondary") == [0.0, 0.0]


# --- trade in products -----------------------------------------------------------------------------------------------
def test_product_trade_and_re_exports() -> None:
    # wanted 100, imports 120, exports 50: output 30. Imports are denied by half: 50 of 100 sold, 10 of 20 re-exported
    run = system(product_imports=120.0, product_exports=50.0, product_ban=0.5)
    assert run.get("product_output") == pytest.approx(30.0)
    assert run.mass("imports_product") == pytest.approx(60.0)
    assert run.get("sales_units") == pytest.approx(50.0)
    assert run.mass("exports_product") == pytest.approx(30.0 + 10.0)
    assert run.get("unmet_units") == pytest.approx(50.0)  # makers do not replace them in the year


def test_trade_as_shares_of_wanted_sales() -> None:
    run = system(product_import_share=0.9, product_export_ratio=2.0)
    assert run.get("product_output") == pytest.approx(100.0 - 90.0 + 200.0)
    assert run.mass("exports_product") == pytest.approx(200.0)


def test_output_below_zero_is_refused() -> None:
    with pytest.raises(ModelError, match=r"product_imports\[region=all, time=2020, product=all\].*below 0"):
        system(product_imports=120.0)


def test_unmet_units_return_next_year_by_the_share_carried() -> None:
    # 50 of 100 imported products are denied in 2020; 0.4 of them are wanted again, and met, in 2021
    run = system(3, product_import_share=1.0, product_ban=path(0.5, 0.0, 0.0), carry_share=0.4)
    assert run.path("sales_units") == pytest.approx([50.0, 120.0, 100.0])


def test_what_is_carried_can_stay_unmet_again() -> None:
    # half denied each year: wanted 100, then 100 + 0.4 * 50 = 120, then 100 + 0.4 * 60
    run = system(3, product_import_share=1.0, product_ban=0.5, carry_share=0.4)
    assert run.path("unmet_units") == pytest.approx([50.0, 60.0, 62.0])


# --- rationing -------------------------------------------------------------------------------------------------------
def test_one_scarce_element_limits_its_chemistry() -> None:
    # Co banned by half: phi_x = 0.5, phi_y = 1, phi = 0.75: 75 units, 25 of x and 50 of y
    run = two_chemistries(ban=array([0.5, 0.0], element=ELEMENTS))
    assert run.get("sales_units") == pytest.approx(75.0)
    assert [run.get("chemistry_mix", chemistry=h) for h in CHEMISTRIES] == pytest.approx([1 / 3, 2 / 3])
    assert [run.get("refined_use", element=e) for e in ELEMENTS] == pytest.approx([2.5, 5.0])
    assert [run.get("sales", element=e) for e in ELEMENTS] == pytest.approx([2.5, 5.0])


def test_scarcest_component_limits_the_product() -> None:
    # the battery holds Co (80 % banned), the magnet Nd: 20 products; Nd is used for 20 only; other uses of Nd keep
    # their own factor of 1, those of Co get 0.2
    components, elements = ["battery", "magnet"], ["Co", "Nd"]
    run = system(
        content=array([[0.1, 0.0], [0.0, 0.1]], component=components, element=elements),
        ban=array([0.8, 0.0], element=elements), other_need=5.0,
    )  # fmt: skip
    assert run.get("sales_units") == pytest.approx(20.0)
    assert run.get("refined_use", element="Nd") == pytest.approx(2.0)
    assert [run.get("other_use", element=e) for e in elements] == pytest.approx([1.0, 5.0])
    # R' of Nd is 7 of 15 t although none of it was scarce
    assert run.get("supply_factor", element="Nd") == 1.0
    assert run.get("unmet_demand", element="Nd") == pytest.approx(8.0)
    assert run.get("imports", element="Nd") == pytest.approx(7.0)


def test_freed_metal_is_not_shared_out() -> None:
    # car needs Co and Nd, phone needs Nd; Co is banned by half, Nd by a quarter: phi of Nd is 0.75 for the phones
    # although the cars leave 2.5 t of it
    products, elements = ["car", "phone"], ["Co", "Nd"]
    run = system(
        sales=100.0, content=array([[0.1, 0.1], [0.0, 0.1]], product=products, element=elements),
        ban=array([0.5, 0.25], element=elements),
    )  # fmt: skip
    assert [run.get("sales_units", product=p) for p in products] == pytest.approx([50.0, 75.0])
    assert run.get("imports", element="Nd") == pytest.approx(12.5)  # 15 would have come


def test_imported_components_are_not_rationed() -> None:
    # 40 % of the components are imported: 3 t of either element are needed; phi' = 0.4 + 0.6 * 0.75 = 0.85: 85 units,
    # with 40 imported components (20 x, 20 y) and 45 made at home (15 x, 30 y)
    run = two_chemistries(component_import_share=0.4, ban=array([0.5, 0.0], element=ELEMENTS))
    assert run.get("sales_units") == pytest.approx(85.0)
    assert run.get("imports_component", element="Co") == pytest.approx(2.0)
    assert [run.get("refined_use", element=e) for e in ELEMENTS] == pytest.approx([1.5, 3.0])
    assert run.get("chemistry_mix", chemistry="x") == pytest.approx(35.0 / 85.0)
    # all imported: nothing is rationed
    assert two_chemistries(component_import_share=1.0, ban=1.0).get("unmet_units") == 0.0


def test_mix_pools_what_is_made_at_home_and_what_is_imported() -> None:
    # half of the products are imported with the mix of the year; of 50 made at home 37.5 are left, a third of them x
    run = two_chemistries(product_import_share=0.5, ban=array([0.5, 0.0], element=ELEMENTS))
    assert run.get("sales_units") == pytest.approx(87.5)
    assert run.get("chemistry_mix", chemistry="x") == pytest.approx((25.0 + 12.5) / 87.5)


def test_exports_are_rationed_like_sales() -> None:
    run = system(product_exports=100.0, ban=0.5)
    assert run.get("requirement") == pytest.approx(20.0)
    assert (run.get("sales_units"), run.mass("exports_product")) == (pytest.approx(50.0), pytest.approx(50.0))


def test_discards_years_later_hold_the_mix_that_was_made() -> None:
    # 75 units of 2020, 50 of them y, are discarded in 2022
    run = two_chemistries(
        3, ban=array([[0.5, 0.0], [0.0, 0.0], [0.0, 0.0]], time=[2020, 2021, 2022], element=ELEMENTS),
        lifetime={"survival": "fixed", "mean": 2.0},
    )  # fmt: skip
    assert [run.get("discards_direct", 2022, element=e) for e in ELEMENTS] == pytest.approx([2.5, 5.0])
