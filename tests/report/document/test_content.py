"""What a report says: sentences from the numbers, notices in place of empty figures, levers and shocks in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mfa
from mfa.errors import InputError
from mfa.report.document.content import Document, Figure, Notice, Points, Section, Table
from mfa.report.document.of_run import run_document
from mfa.report.document.run.importance import open_study
from mfa.results import Results, describe
from mfa.storage.checksums import seal
from tests.report.test_netcdf import lamps as lamp_arrays


def section(document: Document, name: str) -> Section:
    pending = list(document.sections)
    while pending:
        found = pending.pop(0)
        if found.name == name:
            return found
        pending += found.parts
    raise AssertionError(name)


def items(document: Document, name: str) -> dict[str, str]:
    return {
        item.lead: item.text
        for block in section(document, name).blocks
        if isinstance(block, Points)
        for item in block.items
    }


def table(document: Document, name: str) -> Table:
    return next(found for found in document.tables() if found.name == name)


def test_sentences_hold_the_numbers(shock_document: Document, shock: Results) -> None:
    """71.8 % of 178 t in 2040, 72.1 % in 2024: 0.4 points less."""
    said = items(shock_document, "summary")["Dysprosium"]
    e, t = shock.labels["element"].index("Dy"), 2040 - int(shock.years[0])
    share = shock.arrays("indicators")["import_requirement"][0, 0, [t, t - 16], e]
    need = shock.arrays("policy")["requirement"][0, 0, t, e]
    assert f"{100 * share[0]:.0f} % of the need of 2040 ({need:.0f} t) must be imported" in said
    assert f"{100 * (share[1] - share[0]):.1f} points less than in 2024" in said
    assert "critical" not in said  # economic importance is not known


def test_unmet_need_is_told_with_its_years(shock_document: Document) -> None:
    said = items(shock_document, "summary")["Security of supply"]
    assert said.startswith("Part of the need is not met. 2030-2031: terbium")
    assert said.endswith("and 4 more elements.")


def test_levers_and_shocks_in_words(shock_document: Document) -> None:
    shocks = table(shock_document, "shocks_set")
    assert list(shocks.rows[0]) == ["refined exports denied", "China; Dysprosium and Terbium", "2030", "95 %"]
    variants = table(shock_document, "variants_set")
    assert ["Days of need that the stockpile shall cover", "stockpile_days@high_risk_target"] in list(
        map(list, variants.rows)
    )


def test_a_figure_without_values_gives_way_to_a_notice(shock_document: Document) -> None:
    """The tables for Japan give no sector values: economic importance is 0 everywhere."""
    blocks = section(shock_document, "criticality").blocks
    assert isinstance(blocks[0], Notice) and "sector_value" in blocks[0].text
    assert [block.name for block in blocks if isinstance(block, Figure)] == ["supply_risk"]


def lamps(**changes: object) -> Results:
    """A small system without discards, need for one element only, and no stockpile."""
    return mfa.run(mfa.Inputs({**lamp_arrays(), **changes}, years=range(2020, 2023)))


def test_zero_need_is_told_and_not_drawn() -> None:
    document = run_document(lamps(sales=0.0))
    figures = [block for block in document.walk() if isinstance(block, Figure)]
    notices = " ".join(block.text for block in document.walk() if isinstance(block, Notice))
    assert not figures
    for reason in ("No product holds any of it", "Nothing is discarded", "there is no need in any year",
                   "nothing is imported", "There is no stockpile"):  # fmt: skip
        assert reason in notices
    assert items(document, "summary")["Cobalt"] == "In 2022 there is no need: no share can be told."


def test_a_run_made_in_python_says_what_it_does_not_know() -> None:
    document = run_document(lamps())
    notices = " ".join(block.text for block in document.walk() if isinstance(block, Notice))
    assert "does not hold its scenario in full" in notices
    assert "was not made from tables" in notices
    assert any(isinstance(block, Figure) for block in document.walk())


def test_wrong_labels_and_totals_are_refused(shock: Results) -> None:
    with pytest.raises(InputError) as caught:
        run_document(shock, region="Mars", elements=["Dy", "Xx"], year=2100)
    assert len(caught.value.faults) == 3
    totals = mfa.run(mfa.load_scenario("japan-reference"), detail="totals")
    with pytest.raises(InputError, match="totals only"):
        run_document(totals)


def test_chosen_elements_alone(shock: Results) -> None:
    document = run_document(shock, elements=["Tb", "Dy"], year=2035)
    assert [row[0] for row in table(document, "headline").rows][::5] == ["Tb", "Dy"]
    names = [block.name for block in document.walk() if isinstance(block, Figure)]
    assert {"flows_Tb", "flows_Dy"} <= set(names)


def test_one_region_at_a_time() -> None:
    scenario = mfa.load_scenario("japan-joint-stockpile")
    results = mfa.run(scenario)
    describe(results, scenario)
    assert ("Not in this report", "Partner (mfa report --region)") in run_document(results).facts
    partner = run_document(results, region="Partner", elements=["Dy"])
    assert dict(partner.facts)["Region"] == "Partner"
    in_use = results.arrays("stocks")["in_use"][0, results.labels["region"].index("Partner")]
    row = table(partner, "headline").rows[0]
    e, t = results.labels["element"].index("Dy"), 2024 - int(results.years[0])
    assert row[:2] == ["Dy", 2024] and row[2] == pytest.approx(in_use[t, ..., e].sum(), rel=1e-12)


def test_a_study_tells_what_matters_most(shock: Results, tmp_path: Path) -> None:
    (tmp_path / "sensitivity.json").write_text(
        '{"format": 1, "scenario": "japan-heavy-rare-earth-ban-stockpile", "method": "local", '
        '"as_it_is": {"hhi[Dy, 2040]": 0.9}}'
    )
    (tmp_path / "sensitivity.csv").write_text(
        "output,factor,words,low,high,swing,elasticity,unit,factor_low,factor_high,factor_unit\n"
        '"hhi[Dy, 2040]",a,Factor A,0.8,0.95,0.15,0.4,1,10,20,yr\n"hhi[Dy, 2040]",b,Factor B,0,0,0,,1,1,2,t\n'
    )
    seal(tmp_path)
    document = run_document(shock, studies=[open_study(tmp_path)])
    found = table(document, "importance_1")
    assert list(map(list, found.written_rows())) == [
        ["Factor A", "80.0", "95.0", "+15.0", "0.40", "10 to 20 yr"],
    ]
    assert found.notes == ["In the scenario as it is: 90.0 %."]
    without = run_document(shock)
    assert any("mfa sensitivity" in line for block in section(without, "importance").blocks
               for line in getattr(block, "lines", ()))  # fmt: skip


def test_shares_of_estimates_stay_with_the_run(shock: Results) -> None:
    shares = shock.attrs["estimate_shares"]
    assert {row["quantity"] for row in shares} == {"in use", "discarded", "collected", "needed"}
    assert all(0.0 <= row["any"] <= 1.0 + 1e-12 for row in shares if np.isfinite(row["any"]))


def test_a_report_from_python(shock: Results, tmp_path: Path) -> None:
    assert shock.report(tmp_path, elements=["Dy"]) == [tmp_path / "report.html"]
    with pytest.raises(InputError, match="'odt' is not known"):
        shock.report(tmp_path, ["html", "odt"])
