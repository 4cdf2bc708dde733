"""`mfa reconcile`: what it prints and writes, its exit codes, the worked example of docs/reconciliation.md."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pytest

import mfa
import mfa.cli
from mfa.report.reconciliation_sankey import ESTIMATED, LARGE, ReconciledSankey

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "reconciliation" / "japan_magnets_2010.csv"
FIRST = EXAMPLE.with_name("japan_magnets_2010_first_reading.csv")


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


def test_the_command_prints_and_writes(call, tmp_path):
    code, out, err = call("reconcile", EXAMPLE, "--out", "here", "--layer", "Nd")
    assert code == 0
    assert out.startswith("japan_magnets_2010: ")
    assert "files: here" in err
    written = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert written == ["reconciled.csv", "reconciled.txt", "sankey_Nd.png", "sankey_Nd.svg"]
    assert (tmp_path / "here" / "reconciled.txt").read_text(encoding="utf-8") == out
    ElementTree.parse(tmp_path / "here" / "sankey_Nd.svg")
    table = pd.read_csv(tmp_path / "here" / "reconciled.csv")
    assert {"reconciled", "reconciled_sd", "change_in_sd", "class", "source"} <= set(table)


def test_csv_on_stdout(call):
    code, out, err = call("reconcile", EXAMPLE, "--format", "csv", "-q")
    assert code == 0 and "warning: Process magnet making has no inflow in layer goods" in err
    assert len(pd.read_csv(io.StringIO(out))) == len(mfa.reconcile(EXAMPLE).table)


def test_faults_end_without_a_traceback(call, tmp_path):
    (tmp_path / "flows.csv").write_text("flow,from,to,value,unit\na,outside,p,1,t/yr\nb,p,outside,2,t/yr\n")
    code, out, err = call("reconcile", "flows.csv", "-q")
    assert (code, out) == (1, "") and "Traceback" not in err
    assert "flows.csv:2 [a]: has a value but no uncertainty" in err
    assert call("reconcile", "flows.csv", "-q", "--missing-sd", "10%")[0] == 0
    assert call("reconcile", "flows.csv", "-q", "--missing-sd", "exact")[0] == 1  # 1 in, 2 out
    assert "--missing-sd: 'much' is not known" in call("reconcile", "flows.csv", "-q", "--missing-sd", "much")[2]
    assert "'Li' is not in" in call("reconcile", EXAMPLE, "-q", "--layer", "Li", "--out", "x")[2]


def test_the_two_readings_of_the_worked_example():
    """What the page says: read as new metal the figures contradict each other, read as all metal used they agree."""
    first, second = mfa.reconcile(FIRST), mfa.reconcile(EXAMPLE)
    assert not first.test.passed and second.test.passed
    page = (ROOT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
    for found in (first, second):
        assert f"{found.test.statistic:.4g} with {found.test.redundancy} degrees" in page
    table = second.table.set_index(["kind", "flow", "layer"])
    for layer, digits in (("Nd", -1), ("Dy", 0)):
        value = round(table.loc[("flow", "new metal", layer), "reconciled"], digits)
        assert f"{value:,.0f}".replace(",", " ") in page


@pytest.mark.parametrize("path", [EXAMPLE, FIRST], ids=lambda path: path.stem)
def test_every_figure_of_the_example_has_a_source(path):
    rows = pd.read_csv(path, keep_default_na=False)
    known = (ROOT / "parameters" / "references.bib").read_text(encoding="utf-8")
    for row in rows[rows.value != ""].itertuples():
        assert re.search(rf"@\w+{{{row.source},", known), row


def test_the_diagram_marks_what_was_changed():
    diagram = ReconciledSankey(mfa.reconcile(FIRST), "Nd").diagram
    metal = next(band for band in diagram.bands if band.name == "new metal")
    assert metal.colour == LARGE and "\u2212" in diagram.nodes[metal.source].name
    recovered = next(band for band in diagram.bands if band.name == "recovered")
    assert recovered.back and recovered.colour == ESTIMATED and recovered.words == "recovered (est.)"
    for node in diagram.nodes.values():  # all balances are drawn
        if node.process:
            assert node.into == pytest.approx(node.out)


def test_stocks_and_items_are_drawn(tmp_path):
    path = tmp_path / "cars.csv"
    path.write_text(
        "kind,flow,from,to,value,unit,sd\n"
        "flow,sold,outside,use,100,unit/yr,5\nflow,discarded,use,outside,70,unit/yr,5\n"
        "stock_change,fleet,,use,20,unit/yr,5\n"
    )
    found = mfa.reconcile(path)
    assert found.values == pytest.approx([100 - 10 / 3, 70 + 10 / 3, 20 + 10 / 3])
    diagram = ReconciledSankey(found, "goods").diagram
    assert diagram.unit == "unit/yr"
    assert any(node.name == "fleet, into stock" for node in diagram.nodes.values())


def test_names_in_japanese_keep_the_result_where_no_font_can_write_them(call, tmp_path):
    """Text, table and SVG are there whatever fonts there are; the PNG depends on them."""
    (tmp_path / "flows.csv").write_text(
        "flow,from,to,value,unit,sd\n輸入,outside,精錬,10,t/yr,1\n出荷,精錬,outside,12,t/yr,1\n", encoding="utf-8"
    )
    code, out, err = call("reconcile", "flows.csv", "--out", "here", "-q")
    assert "輸入" in out and "Traceback" not in err
    assert "輸入" in (tmp_path / "here" / "sankey_goods.svg").read_text(encoding="utf-8")
    assert (code == 0) == (tmp_path / "here" / "sankey_goods.png").exists()
