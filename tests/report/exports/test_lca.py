"""The supply table for life-cycle assessment: masses of the run, shares that are all of it."""

from __future__ import annotations

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.results import Results
from tests.report.test_sankey import run_random
from tests.tiny_systems import worked_year


def test_the_worked_year_by_hand() -> None:
    """200 t from old scrap, 50 t of mud, 225 t from A and 330 t from B: 805 t in all."""
    table = worked_year(ef_primary=20.0, ef_secondary=4.0).engine.lca_table()
    rows = table.set_index(["supply", "route_or_origin"])
    assert rows["mass"].to_dict() == pytest.approx(
        {("secondary", "all"): 200.0, ("primary", "mud"): 50.0, ("import", "A"): 225.0, ("import", "B"): 330.0}
    )
    assert rows["share_of_supply"].to_dict() == pytest.approx(
        {
            ("secondary", "all"): 200 / 805,
            ("primary", "mud"): 50 / 805,
            ("import", "A"): 225 / 805,
            ("import", "B"): 330 / 805,
        }
    )
    assert rows["emission_factor"].tolist() == [4.0, 20.0, 20.0, 20.0]
    secondary = rows.loc[("secondary", "all")]
    assert (secondary["scrap"], secondary["recovery_yield"], secondary["feed"]) == ("old", 1.0, 200.0)


def test_masses_are_the_flows_and_shares_are_all_of_it(vision: Results) -> None:
    table = vision.lca_table()
    shares = table.groupby(["region", "year", "element"])["share_of_supply"].sum()
    np.testing.assert_allclose(shares, 1.0)
    flows = vision.plain("flows").sel(region="Japan", element="Dy", time=2040)
    dy = table[(table["element"] == "Dy") & (table["year"] == 2040)].groupby("supply")["mass"].sum()
    assert dy["secondary"] == pytest.approx(float(flows["secondary"].sum()))
    assert dy["import"] == pytest.approx(float(flows["imports"].sum()))
    made = table[(table["supply"] == "secondary") & (table["year"] == 2040) & (table["element"] == "Dy")].iloc[0]
    assert made["activity"] == "Dysprosium from old scrap, End-of-life magnet recycling"
    processed = vision.plain("components")["processed"].sel(region="Japan", time=2040, route="magnet", scrap="old")
    assert made["feed"] == pytest.approx(float(processed))
    assert made["mass_per_feed"] == pytest.approx(made["mass"] / float(processed))
    assert 0.0 < made["recovery_yield"] <= 1.0
    factor = vision.inputs["ef_secondary"].sel(element="Dy")
    assert made["emission_factor"] == pytest.approx(float(np.ravel(factor.data.magnitude)[-1]))


def test_any_system_can_be_told() -> None:
    table = run_random(5, "every").lca_table()
    assert set(table["supply"]) == {"secondary", "primary", "import"}
    assert (table["mass"] > 0).all() and table["recovery_yield"].dropna().between(0, 1).all()


def test_totals_are_refused() -> None:
    with pytest.raises(InputError, match="totals only"):
        mfa.run("japan-vision", detail="totals").lca_table()
