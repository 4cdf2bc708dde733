"""The shipped scenarios: every file runs and balances, and each lever moves what it says it moves."""

from __future__ import annotations

import copy
import functools
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from mfa.inputs import load_scenario
from mfa.inputs.scenario import scenario_files
from mfa.run import solve
from mfa.vocabulary import QUOTA_STATES

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(scenario_files())
SINGLE = ("collection-quota", "recycled-content", "magnet-grants", "research-grants", "keep-used-evs")
POLICIES = (*SINGLE, "vision", "stockpile-60", "stockpile-180", "diversified", "deep-sea")
ELEMENTS = ["Li", "Co", "Ni", "Nd", "Pr", "Dy", "Tb"]
BATTERY, LIGHT, HEAVY = ["Li", "Co", "Ni"], ["Nd", "Pr"], ["Dy", "Tb"]
DEVICES = (
    "smartphone feature_phone notebook_pc tablet power_tool_pack digital_camera handheld_console power_bank "
    "heated_tobacco wireless_earphones"
).split()


class Run:
    """Plain results of one scenario, by labels: the first sample."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.arrays, self.worst, model = solve(scenario.inputs())
        self.labels, self.years = model.layout.labels, [int(year) for year in model.layout.years]

    def get(self, group, name, dims, year=None, region="Japan", **labels):
        """Values of one result; `dims` names its axes after sample and region in order."""
        array = self.arrays[group][name][0, self.labels["region"].index(region)]
        index = []
        for dim in dims.split():
            if dim == "time":
                index.append(slice(None) if year is None else self.years.index(year))
            elif dim in labels:
                places = self.labels.get(dim, ["old", "new", "imported"])
                wanted = labels[dim]
                index.append(
                    [places.index(one) for one in wanted] if isinstance(wanted, list) else places.index(wanted)
                )
            else:
                index.append(slice(None))
        for axis in reversed(range(len(index))):  # one axis at a time, the last first: lists stay apart
            array = array[(slice(None),) * axis + (index[axis],)]
        return array

    def policy(self, name, year=None, elements=None, region="Japan"):
        """A policy result by time and element."""
        labels = {"element": elements} if elements is not None else {}
        return self.get("policy", name, "time element", year, region, **labels)

    def import_share(self, year, elements=None):
        """Import requirement J/R."""
        return self.policy("import_need", year, elements) / self.policy("requirement", year, elements)

    def unmet(self, year, element, region="Japan"):
        """Share of the need not met."""
        short = self.policy("unmet_demand", year, element, region)
        return float(short / self.policy("requirement", year, element, region))

    def by_pair(self, name, year, product, component):
        """A policy result of one product and component."""
        return float(self.get("policy", name, "time product component", year, product=product, component=component))

    def routes(self, name, year=None, route=None):
        """A policy result by route."""
        return self.get("policy", name, "time route", year, **({"route": route} if route else {}))

    def money(self, name, year=None):
        """A region total."""
        return self.get("policy", name, "time", year)

    def component_mass(self, name, year, components, products=None):
        """Component mass of a flow by product and component, summed."""
        labels = {"component": components} | ({"product": products} if products else {})
        return float(np.sum(self.get("components", name, "time product component", year, **labels)))


@functools.cache
def run(name):
    return Run(load_scenario(f"japan-{name}"))


def changed(name, **changes):
    return Run(load_scenario(f"japan-{name}").with_changes({key.replace("__", "."): v for key, v in changes.items()}))


def later(shocks, years):
    """The same shocks some years later."""
    shocks = copy.deepcopy(shocks)
    for shock in shocks:
        for said in shock.values():
            for key in ("year", "from", "to"):
                if key in said:
                    said[key] += years
    return shocks


# --- Every file ------------------------------------------------------------------------------------------------------


def test_the_library_is_complete():
    wanted = {
        *("reference market fast-electrification hybrid-led 2010-crisis".split()),
        *POLICIES,
        *("joint-stockpile next-chemistries component-life".split()),
        *(
            f"{shock}{end}"
            for shock in ("heavy-rare-earth-ban", "cobalt-quota", "nickel-ore-ban")
            for end in ("", "-vision")
        ),
        *(f"heavy-rare-earth-ban-{more}" for more in ("stockpile", "joint-stockpile", "diversified")),
    }
    assert {name.removeprefix("japan-") for name in NAMES} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_scenario_runs_and_balances_without_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run(name.removeprefix("japan-"))
    assert result.worst.relative <= 1e-9
    for group in ("flows", "stocks", "items", "components"):
        for values in result.arrays[group].values():
            assert np.isfinite(values).all() and values.min() >= 0


@pytest.mark.parametrize("name", NAMES)
def test_scenario_says_what_it_rests_on(name):
    scenario = load_scenario(name)  # unknown sources are an error here
    assert scenario.name == name
    assert 10 < len(scenario.title) < 110
    assert len(scenario.description) > 150
    assert "EXPERT" in scenario.sources
    known = scenario.dataset.references
    told = set(re.findall(r"[A-Za-z]+_[A-Za-z0-9_]*\d{2,4}|[A-Z]+_[A-Z]+\d*", scenario.description))
    assert {word for word in told if word in known} <= set(scenario.sources)


@pytest.mark.parametrize("name", [*POLICIES, "joint-stockpile"])
def test_policies_leave_the_past_alone(name):
    base, other = run("market"), run(name)
    past = slice(0, base.years.index(2026))
    for flow in ("collected", "secondary"):
        np.testing.assert_allclose(
            other.arrays["flows"][flow][0, 0, past], base.arrays["flows"][flow][0, 0, past], rtol=1e-12
        )
    imports = [x.get("flows", "imports", "origin time element").sum(axis=0)[past] for x in (other, base)]
    np.testing.assert_allclose(*imports, rtol=1e-12)


def test_market_scrap_values_are_those_at_which_base_collection_holds():
    market = run("market")
    elastic = load_scenario("japan-collection-quota").inputs().arrays["collection_elasticity"].sel(time=2030)
    given = market.scenario.inputs().arrays["base_scrap_value"]
    checked = 0
    for product in market.labels["product"]:
        for component in market.labels["component"]:
            where = {"product": product, "component": component, "region": "Japan"}
            if not float(elastic.sel({dim: label for dim, label in where.items() if dim in elastic.dims})) > 0:
                continue
            for year in (2027, 2030, 2040, 2050, 2060):
                value = market.by_pair("scrap_value", year, product, component)
                base = float(given.sel(time=year, **{dim: label for dim, label in where.items() if dim in given.dims}))
                if value > 0.011 * base:  # something was discarded
                    assert 0.85 < value / base < 1.15, (product, component, year)
                    checked += 1
    assert checked > 120
    idle = changed("collection-quota", policy__collection_quota__small_battery=0)  # collection may answer, nothing asks
    np.testing.assert_allclose(idle.policy("import_need", 2040), market.policy("import_need", 2040), rtol=0.01)


def test_vision_is_the_five_policies_together():
    vision = load_scenario("japan-vision")
    market = load_scenario("japan-market").resolved()
    whole = vision.resolved()
    added = {"variants": set(), "overrides": set(), "policy": set()}
    for name in SINGLE:
        one = load_scenario(f"japan-{name}")
        plain = one.resolved()
        for section, names in added.items():
            for parameter, said in plain.get(section, {}).items():
                if market.get(section, {}).get(parameter) != said:
                    assert whole[section][parameter] == said, (name, parameter)
                    names.add(parameter)
        assert set(one.sources) <= set(vision.sources)
    for section, names in added.items():
        extra = {p for p, said in whole.get(section, {}).items() if market.get(section, {}).get(p) != said}
        assert extra == names


@pytest.mark.parametrize("shock", ["heavy-rare-earth-ban", "cobalt-quota", "nickel-ore-ban"])
def test_shocks_are_the_same_with_and_without_policies(shock):
    family = [load_scenario(name) for name in NAMES if name.startswith(f"japan-{shock}")]
    plain = family[0].settings["shocks"]
    for scenario in family:
        bans = copy.deepcopy(scenario.settings["shocks"])
        if scenario.name.endswith("joint-stockpile"):
            assert {ban["ban"].pop("region") for ban in bans} == {"Japan"}
        assert bans == plain
        for response in ("scarcity_exponent", "price_cap", "substitution_response", "substitution_speed"):
            assert scenario.variants[response] == "policy"


# --- Policies --------------------------------------------------------------------------------------------------------


def test_collection_quota():
    base, quota = run("market"), run("collection-quota")
    rates = {product: quota.by_pair("collection_rate", 2040, product, "small_battery") for product in DEVICES}
    states = {
        product: QUOTA_STATES[int(quota.by_pair("quota_state", 2040, product, "small_battery"))] for product in DEVICES
    }
    for product in DEVICES:
        before = base.by_pair("collection_rate", 2030, product, "small_battery")
        assert quota.by_pair("collection_rate", 2030, product, "small_battery") > before
        # at most 5 points a year from 2027 on
        assert quota.by_pair("collection_rate", 2034, product, "small_battery") <= before + 8 * 0.05 + 0.02
    for product in ("notebook_pc", "power_tool_pack"):
        assert states[product] == "binding" and rates[product] == pytest.approx(0.7)
    for product in ("smartphone", "tablet", "power_bank"):
        assert states[product] == "bought out" and 0.55 < rates[product] < 0.65
        assert quota.by_pair("shadow_price", 2040, product, "small_battery") == pytest.approx(60000)
    shortfall = quota.get("policy", "quota_shortfall", "time product component", 2040)
    charge = quota.get("policy", "quota_charge", "time product component", 2040)
    assert charge.sum() == pytest.approx(60000 * shortfall.sum())
    assert (quota.import_share(2040, BATTERY) < base.import_share(2040, BATTERY) - 0.01).all()
    assert quota.import_share(2040, "Co") < base.import_share(2040, "Co") - 0.05


def test_recycled_content():
    base, content = run("market"), run("recycled-content")
    for year, shares in ((2031, (0.06, 0.16, 0.06)), (2035, (0.06, 0.16, 0.06)), (2036, (0.12, 0.26, 0.15))):
        used = content.get(
            "flows", "refined_use", "time product component element", year, component="traction_battery"
        ).sum(axis=0)
        np.testing.assert_allclose(content.policy("content_obligation", year), used * [*shares, 0, 0, 0, 0], rtol=1e-9)
    assert (content.policy("certificate_price", 2031) == 0).all()
    np.testing.assert_allclose(content.policy("certificate_price", 2035, BATTERY), [80000, 33000, 0])
    np.testing.assert_allclose(content.policy("certificate_price", 2038, BATTERY), [80000, 33000, 17000])
    missing = content.policy("content_shortfall")[:, :3] / np.maximum(content.policy("content_obligation")[:, :3], 1e-9)
    assert (missing[content.years.index(2040)] > 0.3).all()  # plants come late
    assert (missing[content.years.index(2055)] == 0).all()
    # the floor on lithium (0.8) closes smelters with 0.70 to new capacity from 2031 on
    from_2031 = content.years.index(2031)
    assert content.routes("orders", route="pyro_hydro")[from_2031:].sum() == 0
    assert base.routes("orders", route="pyro_hydro")[from_2031:].sum() > 0
    assert content.routes("processed", 2040, "hydro") > 1.5 * base.routes("processed", 2040, "hydro")
    for year in (2040, 2050):
        assert (content.import_share(year, BATTERY) < base.import_share(year, BATTERY) - 0.005).all()
        np.testing.assert_allclose(
            content.import_share(year, LIGHT + HEAVY), base.import_share(year, LIGHT + HEAVY), rtol=2e-3
        )


def test_magnet_support_needs_the_dismantlers():
    base, support = run("market"), run("magnet-grants")
    magnets = ["traction_magnet", "other_magnet"]
    for year in (2035, 2040):
        assert (support.import_share(year, LIGHT + HEAVY) < base.import_share(year, LIGHT + HEAVY) - 0.02).all()
        np.testing.assert_allclose(support.import_share(year, BATTERY), base.import_share(year, BATTERY), atol=2e-3)
    assert support.component_mass("collected", 2030, magnets) > 3 * base.component_mass("collected", 2030, magnets)
    assert support.money("collection_subsidy_paid").max() <= 10.0e6 * (1 + 1e-12)
    assert support.money("collection_subsidy_paid", 2030) > 5.0e6
    assert 0 < support.money("grant_paid").max() <= 17.0e6
    assert support.money("grant_paid", 2046) == support.money("collection_subsidy_paid", 2046) == 0
    assert support.import_share(2055, "Nd") == pytest.approx(base.import_share(2055, "Nd"), abs=0.01)
    grants = {key: support.scenario.resolved()["policy"][key] for key in ("capex_grant", "grant_budget")}
    alone = changed("market", policy=grants)
    assert alone.money("grant_paid").max() > 0
    np.testing.assert_allclose(alone.import_share(2040), base.import_share(2040), atol=1e-3)


def test_research_grants():
    base, research = run("market"), run("research-grants")
    paid = research.money("research_paid")
    years = np.array(research.years)
    np.testing.assert_allclose(paid, np.where((years >= 2027) & (years <= 2045), 13.7e6, 0))
    assert research.money("knowledge_stock", 2028) == pytest.approx(137.0e6)  # money acts two years later
    assert 1.8 < research.money("knowledge_stock", 2045) / 137.0e6 < 2.4
    lithium = research.get("policy", "recovery_yield", "time element route", 2040, element="Li", route="hydro")
    assert 0.86 < lithium < 0.95
    costs = [x.routes("opex_total", 2035, "hydro") / x.routes("processed", 2035, "hydro") for x in (research, base)]
    assert 0.85 < costs[0] / costs[1] < 0.95
    assert (research.import_share(2040) < base.import_share(2040) - 0.003).all()


def test_keeping_used_electric_cars():
    base, kept = run("market"), run("keep-used-evs")
    for year, share in ((2026, 0.0), (2035, 0.5), (2045, 0.5)):
        for product in ("bev", "phev"):
            exported = [x.component_mass("exports_used", year, ["traction_battery"], [product]) for x in (kept, base)]
            assert exported[0] == pytest.approx((1 - share) * exported[1], rel=1e-9)
    assert kept.component_mass("exports_used", 2040, ["traction_battery"], ["hev_nimh"]) == pytest.approx(
        base.component_mass("exports_used", 2040, ["traction_battery"], ["hev_nimh"])
    )
    assert kept.money("keep_cost_paid", 2040) > 50.0e6
    assert (kept.import_share(2050) < base.import_share(2050) - 0.003).all()
    # most of what is kept finds no plant before the 2040s
    extra = {
        flow: kept.component_mass(flow, 2035, ["traction_battery"])
        - base.component_mass(flow, 2035, ["traction_battery"])
        for flow in ("collected",)
    }
    processed = (kept.routes("processed", 2035) - base.routes("processed", 2035)).sum()
    assert processed < 0.2 * extra["collected"]


def test_vision_does_more_than_each_policy_where_they_pull_together():
    base, vision = run("market"), run("vision")
    assert (vision.import_share(2040) < base.import_share(2040) - 0.015).all()
    for name in SINGLE:
        better = [e for e in ELEMENTS if run(name).import_share(2040, e) < base.import_share(2040, e) - 0.002]
        for element in better:
            if element in ("Co", "Nd", "Pr", "Dy", "Tb"):
                assert vision.import_share(2040, element) < run(name).import_share(2040, element)
    # certificates raise the value of small batteries: the quota costs makers less
    fees = [x.by_pair("shadow_price", 2040, "notebook_pc", "small_battery") for x in (vision, run("collection-quota"))]
    assert 0 < fees[0] < 0.9 * fees[1]


# --- Stockpiles and supply -------------------------------------------------------------------------------------------


def stock_days(result, year, region="Japan"):
    held = result.get("stocks", "stockpile", "time element", year, region)
    need = [result.policy("realised_requirement", one, region=region) for one in range(year - 3, year)]
    return held * 365 / np.mean(need, axis=0)


def test_stockpiles_are_full_before_2030_and_cost_imports_only_while_they_fill():
    base = run("market")
    for name, days in (("stockpile-60", 60), ("stockpile-180", 180)):
        held = run(name)
        np.testing.assert_allclose(stock_days(held, 2031), days, rtol=0.02)
        assert (stock_days(held, 2029)[3:] > 0.9 * days).all()  # rare earths, before the ban of 2030
        filled = held.get("flows", "stock_fill", "time element")
        limits = held.scenario.inputs().arrays["fill_limit"]
        for i, element in enumerate(ELEMENTS):
            most = limits.sel(element=element)
            assert (filled[:, i] <= np.max(most.values) + 1e-9).all()
        np.testing.assert_allclose(held.policy("import_need"), base.policy("import_need"), rtol=1e-12)
        assert (
            held.get("flows", "imports", "origin time element", 2026).sum()
            > base.get("flows", "imports", "origin time element", 2026).sum()
        )
    assert (stock_days(run("joint-stockpile"), 2031, "Partner") > 55).all()


def test_the_partner_is_a_smaller_japan():
    joint = run("joint-stockpile")
    np.testing.assert_allclose(
        joint.policy("requirement", 2024, region="Partner") / joint.policy("requirement", 2024),
        1390217 / 3725000,
        rtol=1e-6,
    )
    for flow in ("pool_in", "pool_out"):
        assert joint.arrays["flows"][flow].sum() == 0  # nobody is short


def largest_share(result, element, year=2040):
    imports = result.get("flows", "imports", "origin time element", year, element=element)
    return float(imports.max() / imports.sum())


def test_diversified_supply_changes_origins_and_not_the_need():
    base, other = run("market"), run("diversified")
    np.testing.assert_allclose(other.policy("import_need"), base.policy("import_need"), rtol=1e-12)
    for element in ("Li", "Nd", "Pr", "Dy", "Tb"):
        assert largest_share(other, element) < 0.85 * largest_share(base, element)
    for element in ("Li", "Dy", "Tb"):
        assert largest_share(other, element) < 0.7 * largest_share(base, element)
    congo = [
        x.get("flows", "imports", "origin time element", 2040, element="Co", origin=["FIN", "CHN", "BEL"]).sum()
        for x in (other, base)
    ]
    assert congo[0] < 0.7 * congo[1]
    assert largest_share(other, "Ni") == pytest.approx(largest_share(base, "Ni"))


def test_next_chemistries_change_the_need():
    base, other = run("market"), run("next-chemistries")
    ratio = other.policy("requirement", 2040) / base.policy("requirement", 2040)
    assert ratio[0] > 1.05
    assert (ratio[1:3] < 0.85).all() and (ratio[5:] < 0.9).all()
    mix = other.get(
        "policy", "chemistry_mix", "time product component chemistry", 2035, product="bev", component="traction_battery"
    )
    shares = dict(zip(other.labels["chemistry"], mix, strict=True))
    assert shares["LFP"] == pytest.approx(0.35) and shares["SS-NMC811"] == pytest.approx(0.10)


def test_deep_sea_mud():
    base, mud = run("market"), run("deep-sea")
    primary = mud.get("flows", "primary", "origin time element", origin="JPN_mud")
    assert primary[: mud.years.index(2035)].sum() == 0
    np.testing.assert_allclose(primary[mud.years.index(2040), 3:], [208, 60, 39.3, 6.25])
    np.testing.assert_allclose(primary[mud.years.index(2035), 3:], np.array([208, 60, 39.3, 6.25]) / 6)
    assert mud.import_share(2040, "Dy") < base.import_share(2040, "Dy") - 0.15
    np.testing.assert_allclose(mud.import_share(2040, BATTERY), base.import_share(2040, BATTERY))


def test_batteries_that_fail_before_the_car():
    base, other = run("market"), run("component-life")

    def cars(result, name, year):
        return float(result.get("items", name, "time product", year, product="bev"))

    assert cars(other, "stock_units", 2040) < 0.995 * cars(base, "stock_units", 2040)
    assert cars(other, "discards_units", 2040) > 1.02 * cars(base, "discards_units", 2040)
    assert other.component_mass("spares", 2040, ["traction_battery"]) > 0
    assert other.component_mass("reused", 2040, ["traction_battery"]) > 0
    assert base.component_mass("spares", 2040, ["traction_battery"]) == 0
    assert (other.policy("requirement", 2040, BATTERY) > 1.02 * base.policy("requirement", 2040, BATTERY)).all()


# --- Shocks ----------------------------------------------------------------------------------------------------------

BAN = "heavy-rare-earth-ban"


def test_two_grades_of_magnet_keep_the_mean_composition():
    calm = changed(BAN, shocks=[])
    np.testing.assert_allclose(calm.policy("requirement"), run("market").policy("requirement"), rtol=1e-8)


def test_heavy_rare_earth_ban():
    ban = run(BAN)
    assert ban.unmet(2029, "Dy") == 0 and ban.unmet(2032, "Dy") == 0
    assert 0.6 < ban.unmet(2030, "Dy") < 0.7
    assert 0.35 < ban.unmet(2031, "Dy") < 0.5
    price = ban.policy("price", elements="Dy") / run("market").policy("price", elements="Dy")
    assert price[ban.years.index(2030)] == 1 and price[ban.years.index(2031)] == pytest.approx(5)
    lean = ban.get(
        "policy", "chemistry_mix", "time product component chemistry",
        product="servo_motor", component="other_magnet", chemistry="NdFeB_lean",
    )  # fmt: skip
    assert lean[ban.years.index(2030)] == pytest.approx(0.2)
    assert lean[ban.years.index(2032)] > 0.21
    unsold = ban.get("items", "unmet_units", "time product", 2030)
    assert unsold[ban.labels["product"].index("hev_liion")] > 0
    assert unsold[ban.labels["product"].index("power_bank")] == 0


def test_stock_and_origins_shield_from_the_ban_and_recycling_hardly_in_time():
    ban = run(BAN)
    for element in HEAVY:
        assert 0.98 * ban.unmet(2030, element) < run(f"{BAN}-vision").unmet(2030, element) < ban.unmet(2030, element)
        assert run(f"{BAN}-stockpile").unmet(2030, element) < 0.4 * ban.unmet(2030, element)
        assert run(f"{BAN}-diversified").unmet(2030, element) < 0.5 * ban.unmet(2030, element)
        assert run(f"{BAN}-diversified").unmet(2031, element) < 0.5 * ban.unmet(2031, element)
    shocks = later(ban.scenario.settings["shocks"], 10)
    late, late_vision = changed("market", shocks=shocks), changed("vision", shocks=shocks)
    assert late_vision.unmet(2040, "Dy") < 0.93 * late.unmet(2040, "Dy")


def test_joint_stockpile_helps_the_one_that_is_banned():
    joint = run(f"{BAN}-joint-stockpile")
    apart = changed(f"{BAN}-joint-stockpile", policy__joint_pool=[{"from": 2026, "value": False}])
    single = changed("stockpile-60", shocks=run(BAN).scenario.settings["shocks"])
    assert apart.unmet(2030, "Dy") == pytest.approx(single.unmet(2030, "Dy"), abs=0.01)
    assert joint.unmet(2030, "Dy") < 0.9 * apart.unmet(2030, "Dy")
    assert joint.unmet(2030, "Dy", "Partner") < 1e-12
    given = joint.get("flows", "pool_out", "time element", 2030, "Partner", element="Dy")
    assert given > 0
    assert single.unmet(2030, "Dy") < run(BAN).unmet(2030, "Dy")


def test_cobalt_quota():
    quota, vision = run("cobalt-quota"), run("cobalt-quota-vision")
    assert quota.unmet(2034, "Co") == 0
    assert 0.04 < quota.unmet(2035, "Co") < 0.09
    assert quota.unmet(2036, "Co") < 0.01 and quota.unmet(2037, "Co") == 0
    assert vision.unmet(2035, "Co") < 0.97 * quota.unmet(2035, "Co")
    stocked = changed("stockpile-60", shocks=quota.scenario.settings["shocks"])
    assert stocked.unmet(2035, "Co") == 0
    price = quota.policy("price", 2036, "Co") / run("market").policy("price", 2036, "Co")
    assert 1.05 < price < 1.3


def test_nickel_ore_ban_bites_through_the_mixed_sulfide_only():
    ban, vision = run("nickel-ore-ban"), run("nickel-ore-ban-vision")
    assert 0.1 < ban.unmet(2035, "Ni") < 0.2
    assert ban.unmet(2036, "Ni") < ban.unmet(2035, "Ni")
    assert vision.unmet(2035, "Ni") < ban.unmet(2035, "Ni")
    ore, sulfide = ban.scenario.settings["shocks"]
    assert "ore_ban" in ore and "ban" in sulfide
    for scope in ("products", "economy"):
        assert changed("nickel-ore-ban", shocks=[ore], scope=scope).unmet(2035, "Ni") == 0
    stocked = changed("stockpile-60", shocks=[ore, sulfide])
    assert stocked.unmet(2035, "Ni") < 0.6 * ban.unmet(2035, "Ni")


# --- Hindcast --------------------------------------------------------------------------------------------------------


@functools.cache
def hindcast_table():
    """Model column of the table in docs/hindcast.md, by quantity."""
    rows = {}
    for line in (ROOT / "docs" / "hindcast.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] not in ("Quantity", "---"):
            rows[cells[0]] = cells[2]
    return rows


def test_hindcast_page_tells_the_numbers_of_the_run():
    crisis, calm = run("2010-crisis"), changed("2010-crisis", shocks=[])
    dear = changed("2010-crisis", overrides__scarcity_exponent=36, overrides__price_cap=15)
    table = hindcast_table()

    def from_china(year):
        rare = LIGHT + HEAVY
        return crisis.get("flows", "imports", "origin time element", year, origin="CHN", element=rare).sum()

    def multiple(year, element):
        return crisis.policy("price", year, element) / calm.policy("price", year, element)

    def saved(result):
        ratio = (result.policy("requirement", elements="Dy") / calm.policy("requirement", elements="Dy"))[-8:]
        return -np.diff(ratio).min()

    assert table["imports from China, 2010 over 2009"] == f"{100 * (from_china(2010) / from_china(2009) - 1):.1f} %"
    assert table["imports from China, 2011 over 2010"] == f"{100 * (from_china(2011) / from_china(2010) - 1):.0f} %"
    for year in (2011, 2012, 2014):
        assert table[f"price of Dy over 2009, {year}"] == f"{multiple(year, 'Dy'):.1f}"
    for year in (2011, 2012):
        assert table[f"price of Nd over 2009, {year}"] == f"{multiple(year, 'Nd'):.1f}"
    assert table["Dy saved by substitution, most in a year"] == f"{100 * saved(crisis):.1f} %"
    assert dear.policy("price", 2012, "Dy") / calm.policy("price", 2012, "Dy") == pytest.approx(15)
    assert table["the same at prices up to 15 times those of 2009"] == f"{100 * saved(dear):.1f} %"
    old = crisis.get("flows", "secondary", "time element route scrap", element="Dy", route="magnet", scrap="old")
    assert table["Dy from end-of-life magnets, most in a year"] == f"{old[-8:].max():.1f} t"
    short = [year for year in crisis.years if crisis.unmet(year, "Dy") > 0]
    assert table["years until the crisis is over"] == str(len(short)) and short == [2010, 2011]
    for year in short:
        assert table[f"need of Dy not met, {year}"] == f"{100 * crisis.unmet(year, 'Dy'):.0f} %"
    for element in ("Nd", "Dy"):
        assert table[f"use of {element} in Japan, 2010"] == f"{calm.policy('requirement', 2010, element):.0f} t"


def test_hindcast_agrees_with_the_observed_imports_of_2011():
    crisis = run("2010-crisis")
    rare = LIGHT + HEAVY
    china = [
        crisis.get("flows", "imports", "origin time element", year, origin="CHN", element=rare).sum()
        for year in (2009, 2010, 2011)
    ]
    assert china[2] / china[1] - 1 == pytest.approx(-0.34, abs=0.08)  # SINA_2012
    assert china[1] / china[0] - 1 == pytest.approx(0.0, abs=0.05)  # the minister, WSJ_2011
