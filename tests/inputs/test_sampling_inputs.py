"""From rows with ranges to sampled inputs: which cells vary, together with what, and what stays consistent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from mfa.errors import InputError, ModelError
from mfa.inputs import Inputs, load_scenario
from mfa.inputs.sampling import Design, Uncertainty
from mfa.inputs.sampling.targets import ItemArray

END = ",estimate,TEST"
LOW_HIGH = np.array([[0.05], [0.95]])


def bounded(
    project: Any, parameter: str, columns: str, rows: str, unit: str = "1", provenance: str = "estimate"
) -> None:
    """Write a table: rows separated by |, each with keys, value, low, high and a distribution (may be empty)."""
    lines = [f"{columns},value,low,high,distribution,unit,provenance,source"]
    for row in rows.split("|"):
        cells, _, own = row.partition(":")
        lines.append(f"{cells},{own or unit},{provenance},TEST")
    project.write(f"tiny/{parameter}.csv", "\n".join(lines) + "\n")


def uncertain(project: Any, section: str = "", **more: Any) -> Uncertainty:
    project.scenario(section)
    return Uncertainty(load_scenario("test.yaml"), **more)


def at(uncertainty: Uncertainty, share: float | np.ndarray, **own: float) -> Inputs:
    """Inputs with all factors at one share, but some of their own (by the first letters of their names)."""
    shares = np.atleast_1d(np.asarray(share, dtype=float))
    cube = np.repeat(shares[:, None], len(uncertainty.names), axis=1)
    for name, value in own.items():
        places = [i for i, factor in enumerate(uncertainty.names) if factor.startswith(name)]
        assert places, uncertainty.names
        cube[:, places] = value
    return uncertainty.sampled(cube)


def dense(inputs: Inputs, name: str) -> xr.DataArray:
    array = inputs.arrays[name]
    return array.dense() if isinstance(array, ItemArray) else array


# --- factors and their names -----------------------------------------------------------------------------------------


def test_rows_without_a_range_do_not_vary(project: Any) -> None:
    rows = "2020,phone,100,80,130,|2025,phone,200,150,260,|2020,car,10,,,|2025,car,20,,,"
    bounded(project, "sales", "time,product", rows, "unit/yr")
    uncertainty = uncertain(project)
    assert uncertainty.names == ["sales[phone]"]
    inputs = at(uncertainty, [0.2, 0.8])
    sales = inputs.arrays["sales"]
    assert sales.dims == ("sample", "time", "product")
    assert sales.sel(product="car", time=2025).values.tolist() == [20.0, 20.0]
    assert [name for name, array in inputs.arrays.items() if "sample" in getattr(array, "dims", ())] == ["sales"]


def test_one_factor_for_all_years_of_a_series(project: Any) -> None:
    """Both anchors are met at their own 5 and 95 %, and the years between lie between: all years shifted alike."""
    bounded(project, "sales", "time,product", "2020,phone,100,80,130,|2025,phone,200,150,260,|*,car,10,,,", "unit/yr")
    sales = at(uncertain(project), LOW_HIGH[:, 0]).arrays["sales"].sel(product="phone")
    assert sales.sel(time=2020).values == pytest.approx([80.0, 130.0])
    assert sales.sel(time=2025).values == pytest.approx([150.0, 260.0])
    # linear between: 80 + 2/5 (150 - 80) = 108 in 2022
    assert sales.sel(time=2022, sample=0).item() == pytest.approx(108.0)


def test_a_path_widens_from_its_last_observed_year(project: Any) -> None:
    bounded(
        project, "base_price", "time,element", "2021,Co,30000,,,|2025,Co,30000,20000,50000,|*,Nd,60000,,,", "USD_2024/t"
    )
    price = at(uncertain(project), LOW_HIGH[:, 0]).arrays["base_price"].sel(element="Co")
    assert price.sel(time=2021).values.tolist() == [30000.0, 30000.0]
    assert price.sel(time=2023).values == pytest.approx([25000.0, 40000.0])  # half of the way to 20000 and 50000
    assert price.sel(time=2020).values.tolist() == [30000.0, 30000.0]  # held before


def test_default_laws_are_named_in_the_table_of_factors(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,100,0,180,", "USD_2024/t")
    bounded(project, "keep_share", "product", "phone,0.3,0.1,0.6,")
    bounded(project, "plant_life", "route", "hydro,15,10,25,", "yr")
    table = uncertain(project).table()
    assert table["distribution"].to_dict() == {
        "keep_share[phone]": "beta",
        "opex[hydro]": "lognormal",
        "opex[magnet]": "triangular",
        "plant_life[hydro]": "triangular",
    }
    assert table.loc["opex[hydro]", "place"] == "tiny/opex.csv:2"
    assert table.loc["opex[hydro]", ["value", "low", "high", "unit"]].tolist() == [100.0, 60.0, 180.0, "USD_2024/t"]


def test_whole_numbers_stay_whole(project: Any) -> None:
    bounded(project, "plant_life", "route", "hydro,15,10,25,", "yr")
    life = at(uncertain(project), np.linspace(0.01, 0.99, 50)).arrays["plant_life"].sel(route="hydro")
    assert np.array_equal(life.values, np.rint(life.values))
    assert len(np.unique(life.values)) > 8


def test_units_are_converted_with_the_bounds(project: Any) -> None:
    rows = "phone,battery,50,40,62,:g/unit|car,battery,300,250,360,:kg/unit|car,motor,2,,,:kg/unit"
    bounded(project, "component_mass", "product,component", rows)
    mass = dense(at(uncertain(project), LOW_HIGH[:, 0]), "component_mass")
    assert mass.sel(product="phone", component="battery").values.ravel() == pytest.approx([4e-5, 6.2e-5])


def test_by_and_together_share_factors(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,150,260,", "USD_2024/t")
    bounded(project, "keep_share", "product", "phone,0.3,0.1,0.6,|car,0.5,0.3,0.7,")
    section = """\
        uncertainty:
          by: {opex: []}
          together:
            - {product: [phone, car], as: goods}
        """
    uncertainty = uncertain(project, section)
    assert uncertainty.names == ["keep_share[goods]", "opex"]
    inputs = at(uncertainty, LOW_HIGH[:, 0])
    assert inputs.arrays["opex"].sel(route="magnet").values == pytest.approx([150.0, 260.0])
    assert inputs.arrays["keep_share"].sel(product="car").values == pytest.approx([0.3, 0.7])


def test_vary_and_hold(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,150,260,", "USD_2024/t")
    bounded(project, "keep_share", "product", "phone,0.3,0.1,0.6,")
    assert uncertain(project, "uncertainty: {vary: [opex]}\n").names == ["opex[hydro]", "opex[magnet]"]
    assert uncertain(project, "uncertainty: {hold: ['opex[hydro]']}\n").names == ["keep_share[phone]", "opex[magnet]"]
    held = uncertain(project, vary=["keep_share"])
    assert held.names == ["keep_share[phone]"]
    assert "sample" not in at(held, 0.9).arrays["opex"].dims
    assert held.inputs.arrays["opex"].sel(route="hydro").item() == 100.0


def test_patterns_that_pick_nothing(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,", "USD_2024/t")
    with pytest.raises(InputError, match=r"test.yaml:4: 'capex' picks no factor; its rows have no range here"):
        uncertain(project, "uncertainty: {vary: [capex]}\n")
    with pytest.raises(InputError, match=r"'opex\[magnet\]' picks no factor; factors of opex: opex\[hydro\]"):
        uncertain(project, hold=["opex[magnet]"])


def test_nothing_uncertain(project: Any) -> None:
    with pytest.raises(InputError, match="no row of its tables has a range"):
        uncertain(project)


# --- what a scenario does to it --------------------------------------------------------------------------------------


def test_cells_set_by_the_scenario_are_fixed(project: Any) -> None:
    bounded(
        project,
        "opex",
        "time,route",
        "2020,hydro,100,60,180,|2025,hydro,100,60,180,|*,magnet,200,150,260,",
        "USD_2024/t",
    )
    section = """\
        overrides:
          opex:
            - {route: hydro, from: 2023, value: 90 USD_2024/t}
            - {route: magnet, factor: 2}
        """
    opex = at(uncertain(project, section), LOW_HIGH[:, 0]).arrays["opex"]
    assert opex.sel(route="hydro", time=2022).values == pytest.approx([60.0, 180.0])
    assert opex.sel(route="hydro", time=2023).values.tolist() == [90.0, 90.0]
    assert opex.sel(route="magnet", time=2025).values == pytest.approx([300.0, 520.0])  # twice 150 and 260


def test_ranges_of_a_scenario(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,,,", "USD_2024/t")
    section = """\
        uncertainty:
          ranges:
            - {parameter: opex, route: hydro, low: 90 USD_2024/t, high: 120 USD_2024/t}
            - {parameter: opex, route: magnet, relative: true, low: 0.5, high: 1.5, distribution: uniform}
            - parameter: sales
              product: car
              from: 2021
              to: 2025
              relative: true
              widening: true
              low: 0.5
              high: 1.8
        """
    uncertainty = uncertain(project, section)
    assert uncertainty.names == ["sales[car]", "opex[hydro]", "opex[magnet]"]
    inputs = at(uncertainty, LOW_HIGH[:, 0])
    assert inputs.arrays["opex"].sel(route="hydro").values == pytest.approx([90.0, 120.0])
    assert inputs.arrays["opex"].sel(route="magnet").values == pytest.approx([100.0, 300.0])
    car = inputs.arrays["sales"].sel(product="car")
    assert car.sel(time=2021).values.tolist() == [12.0, 12.0]  # no width yet
    assert car.sel(time=2025).values == pytest.approx([10.0, 36.0])  # 20 x 0.5 and 20 x 1.8
    # in 2023 half of the width: 16 (1 - 0.25) and 16 (1 + 0.4)
    assert car.sel(time=2023).values == pytest.approx([12.0, 22.4])


def test_a_range_around_what_the_scenario_sets(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,,,", "USD_2024/t")
    section = """\
        overrides:
          opex: {hydro: 80 USD_2024/t}
        uncertainty:
          ranges:
            - {parameter: opex, route: hydro, low: 70 USD_2024/t, high: 95 USD_2024/t}
        """
    assert at(uncertain(project, section), LOW_HIGH[:, 0]).arrays["opex"].sel(route="hydro").values == pytest.approx(
        [70.0, 95.0]
    )


def test_a_scenario_adds_to_the_uncertainty_of_its_base(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,150,260,", "USD_2024/t")
    project.scenario("uncertainty: {by: {opex: []}, ranges: [{parameter: sales, product: car, relative: true, "
                     "low: 0.9, high: 1.2}]}\n")  # fmt: skip
    project.write("next.yaml", """\
        name: next
        base: test
        uncertainty:
          by: {keep_share: []}
          ranges:
            - {parameter: sales, product: phone, relative: true, low: 0.5, high: 1.5}
        """)  # fmt: skip
    uncertainty = Uncertainty(load_scenario("next.yaml"))
    assert uncertainty.names == ["sales[car]", "sales[phone]", "opex"]
    again = load_scenario(load_scenario("next.yaml").resolved())
    assert Uncertainty(again).names == uncertainty.names


# --- shares ----------------------------------------------------------------------------------------------------------


def shares_table(project: Any, law: str = "dirichlet", provenance: str = "estimate") -> None:
    shares = {("2020", "NMC"): 0.8, ("2025", "NMC"): 0.4, ("2020", "LFP"): 0.2, ("2025", "LFP"): 0.6}
    rows = [f"{year},*,battery,{kind},{share},,,{law}" for (year, kind), share in shares.items()]
    rows.append(f"*,car,motor,NdFeB,1,,,{law}")
    bounded(project, "chemistry_share", "time,product,component,chemistry", "|".join(rows), provenance=provenance)


@pytest.mark.parametrize("law", ["dirichlet", "logistic_normal"])
def test_shares_sum_to_one_in_every_year(project: Any, law: str) -> None:
    shares_table(project, law)
    uncertainty = uncertain(project)
    assert uncertainty.names == ["chemistry_share[battery, NMC]", "chemistry_share[battery, LFP]"]
    cube = np.random.default_rng(1).uniform(size=(200, 2))
    share = dense(uncertainty.sampled(cube), "chemistry_share")
    total = share.sel(product="phone", component="battery").sum("chemistry")
    assert total.values == pytest.approx(1.0, abs=1e-12)
    assert (share.sel(product="car", component="motor", chemistry="NdFeB") == 1.0).all()
    assert share.sel(component="battery", chemistry="NMC", time=2022).std().item() > 0.03


@pytest.mark.parametrize(("provenance", "concentration"), [("estimate", 12.0), ("read", 30.0)])
def test_dirichlet_shares_have_beta_margins(project: Any, provenance: str, concentration: float) -> None:
    """A Dirichlet share s of concentration c is Beta(c s, c (1 - s)): mean s, variance s (1 - s)/(c + 1)."""
    shares_table(project, provenance=provenance)
    uncertainty = uncertain(project)
    cube = np.random.default_rng(2).uniform(size=(4000, 2))
    share = dense(uncertainty.sampled(cube), "chemistry_share").sel(
        product="phone", component="battery", chemistry="NMC"
    )
    for year, mean in ((2020, 0.8), (2025, 0.4)):
        law = stats.beta(concentration * mean, concentration * (1 - mean))
        assert stats.kstest(share.sel(time=year).values, law.cdf).pvalue > 1e-3
    # one draw for all years: both ends move together (not quite: the law is narrower where a share is large)
    assert stats.spearmanr(share.sel(time=2020).values, share.sel(time=2025).values).statistic > 0.85


def test_concentration_of_a_scenario(project: Any) -> None:
    section = """\
        uncertainty:
          ranges:
            - {parameter: import_share, concentration: 100}
        """
    uncertainty = uncertain(project, section)
    assert uncertainty.names == ["import_share[CHN]", "import_share[AUS]"]
    cube = np.random.default_rng(3).uniform(size=(3000, 2))
    share = uncertainty.sampled(cube).arrays["import_share"]
    assert "sample" in share.dims
    assert stats.kstest(share.sel(origin="CHN").values, stats.beta(70.0, 30.0).cdf).pvalue > 1e-3


def test_a_whole_that_the_scenario_touches_is_fixed_in_that_year(project: Any) -> None:
    shares_table(project)
    section = """\
        overrides:
          chemistry_share:
            - {product: phone, component: battery, chemistry: NMC, from: 2024, value: 0.5}
            - {product: phone, component: battery, chemistry: LFP, from: 2024, value: 0.5}
        """
    inputs = at(uncertain(project, section), [0.2, 0.9], **{"chemistry_share[battery, LFP]": 0.5})
    share = dense(inputs, "chemistry_share")
    phone = share.sel(product="phone", component="battery", chemistry="NMC")
    assert phone.sel(time=2024).values.tolist() == [0.5, 0.5]
    assert abs(np.diff(phone.sel(time=2023).values)[0]) > 0.05


def test_dirichlet_of_zeros(project: Any) -> None:
    rows = "phone,battery,NMC,0,,,dirichlet|phone,battery,LFP,0,,,dirichlet"
    rows += "|car,battery,NMC,1,,,dirichlet|car,motor,NdFeB,1,,,"
    bounded(project, "chemistry_share", "product,component,chemistry", rows)
    with pytest.raises(InputError, match=r"tiny/chemistry_share.csv:2: .*all shares of this whole are 0"):
        uncertain(project)


def test_shares_with_a_law_of_their_own(project: Any) -> None:
    bounded(project, "import_share", "origin,element", "CHN,*,0.7,0.6,0.8,beta|AUS,*,0.3,0.2,0.4,beta")
    with pytest.raises(InputError, match="shares that sum to 1 have no beta law; one of dirichlet, logistic_normal"):
        uncertain(project)


# --- parameters that bound each other --------------------------------------------------------------------------------


def test_exports_and_hibernation_share_one_whole(project: Any) -> None:
    """u_h keeps its part of what is not exported: 0.54 of 0.8 is 0.675 of the rest, whatever the rest is."""
    bounded(project, "used_export_share", "product", "phone,0.2,0.1,0.32,")
    bounded(project, "hibernation_share", "product", "phone,0.54,0.4,0.62,")
    uncertainty = uncertain(project)
    inputs = at(uncertainty, np.linspace(0.001, 0.999, 41))
    exported, hidden = (
        inputs.arrays[name].sel(product="phone").values for name in ("used_export_share", "hibernation_share")
    )
    assert (exported + hidden).max() < 1.0
    inputs = at(uncertainty, [0.05, 0.95], hibernation=0.5)
    part = inputs.arrays["hibernation_share"] / (1.0 - inputs.arrays["used_export_share"])
    assert np.ptp(part.sel(product="phone").values) < 1e-12


def test_fixed_hibernation_yields_to_exports(project: Any) -> None:
    bounded(project, "used_export_share", "product", "phone,0.5,0.2,0.8,")
    project.table("hibernation_share", "product", "phone,0.4")
    inputs = at(uncertain(project), [0.05, 0.95])
    # 0.4/0.5 = 0.8 of the rest: 0.8 x 0.8 and 0.8 x 0.2
    assert inputs.arrays["hibernation_share"].sel(product="phone").values == pytest.approx([0.64, 0.16])


def test_impossible_hibernation(project: Any) -> None:
    project.table("used_export_share", "product", "phone,0.5")
    bounded(project, "hibernation_share", "product", "phone,0.4,0.2,0.6,")
    with pytest.raises(InputError, match=r"tiny/hibernation_share.csv:2: leaves the range 0 to 0.5"):
        uncertain(project)


def test_largest_rate_is_drawn_above_the_base_rate(project: Any) -> None:
    bounded(project, "base_collection_rate", "component", "battery,0.4,0.1,0.8,")
    bounded(project, "max_collection_rate", "component", "battery,0.6,0.4,0.9,")
    uncertainty = uncertain(project)
    cube = np.random.default_rng(4).uniform(size=(500, 2))
    inputs = uncertainty.sampled(cube)
    base, most = (
        inputs.arrays[name].sel(component="battery").values for name in ("base_collection_rate", "max_collection_rate")
    )
    assert (most >= base).all()
    low = at(uncertainty, [0.05, 0.95], base=1e-9).arrays["max_collection_rate"].sel(component="battery")
    assert low.values == pytest.approx([0.4, 0.9], abs=1e-6)  # nothing is cut where the base rate is next to 0


def test_a_fixed_largest_rate_refuses_higher_base_rates(project: Any) -> None:
    bounded(project, "base_collection_rate", "component", "battery,0.4,0.1,0.8,")
    project.table("max_collection_rate", "component", "battery,0.6|motor,1")
    uncertainty = uncertain(project)
    at(uncertainty, 0.3)
    with pytest.raises(
        ModelError, match=r"base_collection_rate\[.*component=battery\]: = 0.8 is above max_collection_rate = 0.6"
    ):
        at(uncertainty, 0.95)


def test_reachable_yield_is_never_below_the_plain_one(project: Any) -> None:
    bounded(project, "recovery_yield", "element,route", "*,*,0,,,|Co,hydro,0.85,0.6,0.95,|Nd,magnet,0.9,,,")
    project.table("recovery_yield_max", "element,route", "*,*,0.1|Co,hydro,0.9|Nd,magnet,0.95")
    inputs = at(uncertain(project), [0.05, 0.95])
    reach = inputs.arrays["recovery_yield_max"].sel(element="Co", route="hydro")
    assert reach.values == pytest.approx([0.9, 0.95])
    assert inputs.arrays["recovery_yield_max"].sel(element="Nd", route="magnet").values.tolist() == [0.95, 0.95]


def test_size_moves_mass_and_content(project: Any) -> None:
    """kWh of a car battery 40 (30 to 55); mass and Co have wider ranges of their own, which stay their quantiles."""
    bounded(project, "service", "product,component", "car,battery,40,30,55,", "kWh/unit")
    bounded(project, "component_mass", "product,component",
            "phone,battery,50,,,:g/unit|car,battery,300,225,412.5,:kg/unit|car,motor,2,,,:kg/unit")  # fmt: skip
    bounded(project, "content", "product,component,chemistry,element",
            "phone,battery,NMC,Co,8,,,:g/unit|car,battery,NMC,Co,5,2.5,9,:kg/unit|*,battery,LFP,*,0,,,:kg/unit"
            "|car,motor,NdFeB,Nd,0.5,,,:kg/unit")  # fmt: skip
    uncertainty = uncertain(project)
    # the range of the mass is that of the size: no factor of its own
    assert uncertainty.names == ["content[car, battery, NMC, Co]", "service[car, battery]"]
    inputs = at(uncertainty, [0.05, 0.95])
    assert dense(inputs, "component_mass").sel(product="car", component="battery").values.ravel() == pytest.approx(
        [0.225, 0.4125]
    )
    cube = np.random.default_rng(5).uniform(size=(4000, 2))
    sampled = uncertainty.sampled(cube)
    cobalt = (
        dense(sampled, "content").sel(product="car", component="battery", chemistry="NMC", element="Co").values.ravel()
    )
    assert np.quantile(cobalt, [0.05, 0.95]) == pytest.approx([0.0025, 0.009], rel=0.05)
    # rho = spread of service/spread of content = (25/40)/(6.5/5) = 0.4808; Spearman 6/pi asin(rho/2) = 0.4637
    size = sampled.arrays["service"].sel(product="car", component="battery").values
    assert stats.spearmanr(size, cobalt).statistic == pytest.approx(0.4637, abs=0.03)


HEAVY = (
    "phone,battery,NMC,Co,8,,,:g/unit|car,battery,NMC,Co,5,,,:kg/unit|*,battery,LFP,*,0,,,:kg/unit"
    "|car,motor,NdFeB,Nd,0.5,0.1,{high},:kg/unit"
)
"""Neodymium in the motor of a car, which weighs 2 kg."""


def test_ranges_of_content_above_the_component_are_refused(project: Any) -> None:
    bounded(project, "content", "product,component,chemistry,element", HEAVY.format(high=2.5))
    with pytest.raises(
        InputError, match=r"content\[.*car.*motor.*\]: at the 95 % .* weigh 0.0025 t/unit, the component .* 0.002"
    ):
        uncertain(project)


def test_elements_heavier_than_their_component_are_scaled_down_to_it(project: Any) -> None:
    bounded(project, "content", "product,component,chemistry,element", HEAVY.format(high=1.5))
    uncertainty = uncertain(project)
    cell = {"product": "car", "component": "motor", "chemistry": "NdFeB", "element": "Nd"}

    def neodymium(share: float) -> float:
        return float(dense(at(uncertainty, share), "content").sel(cell).max())

    # from 0.5 up to 1.5 kg at 95 %; beyond 99.9 % the law would give more than the 2 kg of the motor
    assert neodymium(0.95) == pytest.approx(0.0015)
    assert neodymium(1.0 - 1e-9) == pytest.approx(0.002, rel=1e-12)


def test_a_factor_of_the_scenario_can_leave_the_range(project: Any) -> None:
    bounded(project, "keep_share", "product", "phone,0.4,0.2,0.6,")
    uncertainty = uncertain(project, "overrides:\n  keep_share:\n    - {product: phone, factor: 1.5}\n")
    at(uncertainty, 0.5)
    with pytest.raises(ModelError, match=r"sample 0: keep_share\[product=phone\]: = 1\.\d+ leaves the range 0-1"):
        at(uncertainty, 0.9999)


# --- lifetimes -------------------------------------------------------------------------------------------------------


def lifetime_table(project: Any) -> None:
    bounded(project, "lifetime", "cohort,product,survival,term",
            "2020,phone,weibull,mean,3,2,4,:yr|2025,phone,weibull,mean,5,4,6,:yr|*,phone,weibull,shape,2,1.5,2.8,:1"
            "|*,car,weibull,mean,12,10,15,:yr|*,car,weibull,shape,2.5,,,:1")  # fmt: skip


def test_lifetimes_by_cohort(project: Any) -> None:
    from scipy.special import gamma

    lifetime_table(project)
    uncertainty = uncertain(project)
    assert uncertainty.names == ["lifetime.mean[phone]", "lifetime.mean[car]", "lifetime.shape[phone]"] or set(
        uncertainty.names
    ) == {"lifetime.mean[phone]", "lifetime.mean[car]", "lifetime.shape[phone]"}
    code, shape, scale = at(uncertainty, LOW_HIGH[:, 0]).arrays["lifetime"].canonical()
    assert "sample" not in code.dims
    phone = shape.sel(product="phone"), scale.sel(product="phone")
    assert phone[0].sel(cohort=2022).values == pytest.approx([1.5, 2.8])
    # mean 2 + 2/5 (4 - 2) = 2.8 years in 2022 at 5 %, scale = mean/Gamma(1 + 1/shape)
    assert phone[1].sel(cohort=2022, sample=0).item() == pytest.approx(2.8 / gamma(1 + 1 / 1.5))
    car = scale.sel(product="car") * gamma(1 + 1 / 2.5)
    assert car.values[:, 0] == pytest.approx([10.0, 15.0])


def test_a_lifetime_that_the_scenario_stretches_or_sets(project: Any) -> None:
    lifetime_table(project)
    section = """\
        overrides:
          lifetime:
            - {product: phone, factor: 1.5}
            - {product: car, survival: fixed, mean: 9 yr}
        """
    uncertainty = uncertain(project, section)
    assert set(uncertainty.names) == {"lifetime.mean[phone]", "lifetime.shape[phone]"}
    plain = at(uncertain(project), 0.3).arrays["lifetime"].canonical()
    code, shape, scale = at(uncertainty, 0.3).arrays["lifetime"].canonical()
    phone = {"product": "phone"}
    assert shape.sel(phone).values == pytest.approx(plain[1].sel(phone).values)
    assert scale.sel(phone).values == pytest.approx(1.5 * plain[2].sel(phone).values)
    assert float(shape.sel(product="car", cohort=2021).max()) == 9.0


def test_ranges_of_lifetimes(project: Any) -> None:
    lifetime_table(project)
    section = """\
        uncertainty:
          ranges:
            - {parameter: lifetime, product: car, term: shape, low: 2, high: 3.5}
            - {parameter: lifetime, product: phone, term: mean, relative: true, low: 0.8, high: 1.1}
        """
    _, shape, _ = at(uncertain(project, section), LOW_HIGH[:, 0]).arrays["lifetime"].canonical()
    assert shape.sel(product="car", cohort=2020).values == pytest.approx([2.0, 3.5])


# --- the section itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("{varies: [opex]}", ["test.yaml:4: uncertainty.varies: unknown key", "did you mean 'vary'?"]),
        ("{vary: opex}", ["uncertainty.vary is not a list"]),
        ("{vary: [opx]}", ["uncertainty.vary[0]: unknown parameter 'opx'", "did you mean 'opex'?"]),
        ("{vary: ['opex[hydra]']}", ["unknown label 'hydra'", "did you mean 'hydro'?"]),
        ("{vary: ['opex(hydro)']}", ["does not name factors", "such as used_export_share[bev]"]),
        ("{by: {opex: [product]}}", ["uncertainty.by.opex: opex is not told apart by 'product'"]),
        ("{by: {opex: [time]}}", ["all years are shifted alike"]),
        ("{by: {opex: route}}", ["is not a list of dims"]),
        ("{together: [{product: [phone, cat], as: x}]}", ["unknown product 'cat'"]),
        ("{together: [{product: [phone, car]}]}", ["as = None is no name"]),
        ("{ranges: [{parameter: opx}]}", ["uncertainty.ranges[0]: no parameter 'opx'"]),
        ("{ranges: [{parameter: opex, low: 1 USD_2024/t}]}", ["no high"]),
        ("{ranges: [{parameter: opex, low: 1 kg, high: 2 kg}]}", ["uncertainty.ranges[0].low", "kg"]),
        ("{ranges: [{parameter: opex, rout: hydro, low: 1, high: 2}]}", ["unknown key for opex", "'route'"]),
        ("{ranges: [{parameter: keep_share, low: 0.1, high: 0.2, distribution: gauss}]}", ["unknown 'gauss'"]),
        ("{ranges: [{parameter: keep_share, low: 0.1, high: 1.2}]}", ["is above 1"]),
        ("{ranges: [{parameter: import_share, low: 0.1, high: 0.2}]}", ["shares that sum to 1", "concentration"]),
        ("{ranges: [{parameter: keep_share, concentration: 3}]}", ["does not sum to 1"]),
        ("{ranges: [{parameter: import_share, concentration: -3}]}", ["is not a number above 0"]),
        ("{ranges: [{parameter: lifetime, low: 1 yr, high: 2 yr}]}", ["no term"]),
        ("{ranges: [{parameter: sales, relative: true, low: 0.5, high: 2, widening: true}]}", ["give from and to"]),
        ("{ranges: [{parameter: sales, relative: 1, low: 0.5, high: 2}]}", ["neither true nor false"]),
        ("{correlation: [{first: opex, second: sales}]}", ["uncertainty.correlation[0] is not a correlation"]),
        ("{correlation: [{first: opex, second: sales, value: 2}]}", ["does not lie between -1 and 1"]),
        ("{nearest_correlation: maybe}", ["neither true nor false"]),
    ],
)  # fmt: skip
def test_faults_of_the_section(project: Any, faults: Any, section: str, words: list[str]) -> None:
    project.table("opex", "route", "*,100", "USD_2024/t")
    project.table("keep_share", "product", "*,0.15")
    project.scenario(f"uncertainty: {section}\n")
    found = "\n".join(faults())
    for word in words:
        assert word in found, found
    assert "test.yaml:4" in found


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ("{parameter: keep_share, product: phone, low: 0.1, high: 0.2}", "keep_share is not given in this scenario"),
        ("{parameter: opex, route: hydro, low: 150 USD_2024/t, high: 180 USD_2024/t}", "the value 100 lies outside"),
        ("{parameter: opex, year: 2022, low: 90 USD_2024/t, high: 110 USD_2024/t}", "is the same in all years"),
        ("{parameter: opex, relative: true, low: 1, high: 1}", "nothing varies there"),
        ("{parameter: lifetime, term: scale, low: 1 yr, high: 2 yr}", "no row of lifetime has the term 'scale'"),
        ("{parameter: lifetime, product: car, term: mean, low: 1 yr, high: 2 yr}", "the value 12 lies outside"),
    ],
)  # fmt: skip
def test_ranges_that_mean_nothing(project: Any, record: str, what: str) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,150,260,", "USD_2024/t")
    with pytest.raises(InputError, match="test.yaml:4") as error:
        uncertain(project, f"uncertainty: {{ranges: [{record}]}}\n")
    assert what in str(error.value)


def test_sd_of_a_table(project: Any) -> None:
    project.write("tiny/primary_start.csv", "origin,value,sd,unit,distribution,provenance,source\n"
                  f"SEA,2030,2,year,normal{END}\n")  # fmt: skip
    uncertainty = uncertain(project)
    start = at(uncertainty, [0.05, 0.5, 0.95]).arrays["primary_start"].sel(origin="SEA")
    assert start.values == pytest.approx([2030 - 3.28971, 2030.0, 2030 + 3.28971], abs=1e-4)


def test_bad_sd(project: Any, faults: Any) -> None:
    project.write("tiny/opex.csv", f"route,value,sd,unit,provenance,source\nhydro,100,-3,USD_2024/t{END}\n")
    assert "sd '-3' is not a positive number" in faults()[0]


# --- design ----------------------------------------------------------------------------------------------------------


def two_factors(project: Any) -> None:
    bounded(project, "opex", "route", "hydro,100,60,180,|magnet,200,150,260,", "USD_2024/t")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"size": 0, "seed": 1}, "size: = 0 is not a number of samples"),
        ({"size": 2.5, "seed": 1}, "size: = 2.5"),
        ({"size": 10, "seed": -1}, "seed: = -1 is not a whole number"),
        ({"size": 10, "seed": 1, "method": "halton"}, "method: 'halton' is unknown"),
    ],
)
def test_bad_designs(project: Any, arguments: dict[str, Any], what: str) -> None:
    two_factors(project)
    with pytest.raises(InputError) as error:
        Design("test.yaml", **arguments)
    assert what in str(error.value)


def test_parts_outside_of_the_design(project: Any) -> None:
    two_factors(project)
    design = Design("test.yaml", 10, 1)
    for start, stop in ((0, 11), (5, 5), (-1, 3), (8, 2)):
        with pytest.raises(InputError, match="no part of 0 to 10"):
            design.shares(start, stop)
    assert design.shares(9).shape == (1, 2)


def test_samples_keep_their_numbers(project: Any) -> None:
    two_factors(project)
    design = Design("test.yaml", 10, 1)
    assert design.inputs(3, 5).labels["sample"] == [3, 4]
    assert design.inputs(3, 5).attrs["seed"] == 1 and design.inputs(3, 5).attrs["sampling"] == "lhs"
    assert design.inputs(3, 5).arrays["opex"].coords["sample"].values.tolist() == [3, 4]
    assert design.values(3, 5).index.tolist() == [3, 4]


def test_values_are_those_of_the_inputs(project: Any) -> None:
    two_factors(project)
    design = Design("test.yaml", 50, 1)
    values, inputs = design.values(), design.inputs()
    for route in ("hydro", "magnet"):
        assert np.array_equal(values[f"opex[{route}]"], inputs.arrays["opex"].sel(route=route))


def test_rank_correlation_of_the_scenario(project: Any) -> None:
    two_factors(project)
    project.scenario("uncertainty: {correlation: [{first: 'opex[hydro]', second: 'opex[magnet]', value: -0.7}]}\n")
    design = Design("test.yaml", 3000, 1)
    assert stats.spearmanr(design.values()).statistic == pytest.approx(-0.7, abs=0.02)
    free = Design("test.yaml", 3000, 1, correlated=False)
    assert abs(stats.spearmanr(free.values()).statistic) < 0.06
    assert np.array_equal(np.sort(free.values(), axis=0), np.sort(design.values(), axis=0))


def test_a_table_of_correlations_and_a_scenario_that_removes_one(project: Any) -> None:
    two_factors(project)
    header = "first,second,value,provenance,source,note\n"
    project.write("tiny/rank_correlation.csv", f"{header}opex,opex,0.8{END},\n")
    project.scenario()
    assert [block.names for block in Design("test.yaml", 10, 1).blocks] == [("opex[hydro]", "opex[magnet]")]
    project.scenario("uncertainty: {correlation: [{first: 'opex[hydro]', second: 'opex[magnet]', value: 0}]}\n")
    assert Design("test.yaml", 10, 1).blocks == []


def test_a_correlation_of_the_scenario_must_mean_something(project: Any) -> None:
    two_factors(project)
    project.scenario("uncertainty: {correlation: [{first: opex, second: sales, value: 0.5}]}\n")
    with pytest.raises(InputError, match="test.yaml:4: 'sales' picks no factor"):
        Design("test.yaml", 10, 1)


def test_holding_a_factor_changes_no_other_draw(project: Any) -> None:
    two_factors(project)
    header = "first,second,value,provenance,source,note\n"
    project.write("tiny/rank_correlation.csv", f"{header}opex,opex,0.8{END},\n")
    both = Design("test.yaml", 100, 1)
    alone = Design("test.yaml", 100, 1, hold=["opex[hydro]"])
    assert np.array_equal(alone.shares()[:, 0], both.shares()[:, 1])


def test_sobol_says_when_it_is_not_balanced(project: Any) -> None:
    two_factors(project)
    with pytest.warns(UserWarning, match="powers of two only: 100 is none; take 64 or 128"):
        Design("test.yaml", 100, 1, "sobol")


def test_shares_of_the_wrong_kind(project: Any) -> None:
    two_factors(project)
    uncertainty = uncertain(project)
    for shares, what in (
        (np.ones((3, 1)) / 2, "shape"),
        (np.zeros((3, 2)), "open interval"),
        (np.ones((0, 2)), "no sample"),
    ):
        with pytest.raises(InputError, match=what):
            uncertainty.sampled(shares)
    with pytest.raises(InputError, match="2 labels for 3 samples"):
        uncertainty.sampled(np.full((3, 2), 0.5), [1, 2])
