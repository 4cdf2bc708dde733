"""Tables that cannot be reconciled: every fault at once, what is missing, and what can still be computed."""

from __future__ import annotations

from pathlib import Path

import pytest

import mfa
from mfa.errors import InputError
from mfa.reconciliation.rows import Row, parse_terms, read_rows

HEADER = "kind,flow,from,to,layer,terms,value,unit,sd,low,high,relative,source,note\n"


@pytest.fixture
def table(tmp_path: Path):
    """Write a table with these lines below the header."""

    def write(*lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "flows.csv"
        path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def faults(*arguments, **words) -> str:
    with pytest.raises(InputError) as caught:
        mfa.reconcile(*arguments, **words)
    return str(caught.value)


def flow(name, source, target, value=None, sd=None, layer="goods"):
    return Row(f"line {name}", "flow", name, source, target, layer, value, sd, "t/yr")


def test_all_faults_of_cells_at_once(table):
    path = table(
        "flow,a,outside,p,,,ten,t/yr,1,,,,,",
        "flow,b,p,outside,,,-3,t/yr,1,,,,,",
        "flow,c,p,p,,,3,t/yr,1,,,,,",
        "flow,d,p,outside,,,3,bushel/yr,1,,,,,",
        "flow,e,p,outside,,,3,t/yr,-1,,,,,",
        "flow,f,p,outside,,,3,t/yr,1,2,4,,,",
        "flow,g,p,outside,,,3,t/yr,,4,5,,,",
        "flow,h,p,outside,,,3,t/yr,,2,,,,",
        "flow,i,p,,,,3,t/yr,1,,,,,",
        "flux,j,p,outside,,,3,t/yr,1,,,,,",
        "transfer,a,,,,,16,1,1,,,,,",
        "stock_change,s,p,,,,3,t/yr,1,,,,,",
        "sum,t,,,,b + + c,3,t/yr,1,,,,,",
        "flow,k,p,outside,,,3,1,1,,,,,",
        "flow,l,p,outside,,,,t/yr,1,,,,,",
        "flow,m,p,outside,,,0,t/yr,,,,10%,,",
    )
    text = faults(path)
    for number, words in enumerate((
        "value 'ten' is not a number", "value -3 is negative", "goes from 'p' to itself", "unknown unit 'bushel/yr'",
        "sd -1 is negative", "has sd, low, high; give one of them", "value 3 lies outside 4 to 5", "has low alone",
        "has only one end", "unknown kind 'flux'; kinds: flow, stock_change", "transfer coefficient 16 is above 1",
        "names its process in the column to", "terms 'b + + c' cannot be read", "has no unit", "has sd but no value",
        "a relative uncertainty of 0 is none",
    ), start=2):  # fmt: skip
        assert words in text
        assert f"flows.csv:{number} " in text, number


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("flow,from,too,value,unit\n", "unknown column 'too'; did you mean 'to'?"),
        ("flow,from,to,value,value,unit\n", "column 'value' stands twice"),
        ("flow,from,to,value\n", "column unit missing"),
        (HEADER, "has a header but no row"),
        ("", "is empty"),
    ],
)
def test_header(table, header, words):
    assert words in faults(table(header=header))


def test_files_that_are_none(tmp_path):
    assert "is neither a CSV file nor a workbook" in faults("flows.ods")
    assert "does not exist" in faults(tmp_path / "none.xlsx")
    assert "cannot be read" in faults(tmp_path / "none.csv")


def test_rows_that_do_not_fit_together(table):
    text = faults(table(
        "flow,a,outside,p,,,10,t/yr,1,,,,,", "flow,b,p,outside,,,8,t/yr,1,,,,,", "flow,b,p,q,,,8,t/yr,2,,,,,",
        "transfer,c,,,,,0.5,1,0.1,,,,,", "sum,t,,,,a + sold,3,t/yr,1,,,,,", "flow,d,,,Nd,,3,t/yr,1,,,,,",
    ))  # fmt: skip
    assert "[b]: goes from p to outside in" in text
    assert "no row of kind flow says where 'c' comes from" in text
    assert "unknown flow 'sold'" in text
    assert "no row of kind flow says where 'd' comes from" in text


def test_the_same_row_twice(table):
    line = "flow,a,outside,p,,,10,t/yr,1,,,,X,"
    assert "says the same as" in faults(table(line, line, "flow,b,p,outside,,,8,t/yr,1,,,,,"))


def test_a_layer_has_one_kind_of_unit(table):
    text = faults(table("flow,a,outside,p,,,10,t/yr,1,,,,,", "flow,b,p,outside,,,8,unit/yr,1,,,,,"))
    assert "unit 'unit/yr' does not fit 't/yr', that of the layer goods" in text


def test_values_without_uncertainty_say_what_can_still_be_computed():
    rows = [flow("a", "outside", "p", 10.0), flow("b", "p", "outside", 7.0, 1.0), flow("c", "p", "outside", 4.0, 1.0)]
    text = faults(rows)
    assert "line a [a]: has a value but no uncertainty" in text
    assert "without these 1 values, 3 of 3 figures can be computed and 0 measurements checked" in text
    assert mfa.reconcile(rows, missing_sd="ignore").values == pytest.approx([11, 7, 4])
    assert mfa.reconcile(rows, missing_sd="exact").values == pytest.approx([10, 6.5, 3.5])
    found = mfa.reconcile(rows, missing_sd=0.1)
    assert found.values == pytest.approx([10 + 1 / 3, 7 - 1 / 3, 4 - 1 / 3])
    assert "get a standard deviation of 10 % of the value, as asked for: a" in found.to_text().replace("\n  ", " ")


def test_exact_figures_that_contradict_each_other_are_named_with_their_balances():
    """p gets 10 and gives 12, r gets 5 and gives 6, both exactly; q can close."""
    rows = [
        flow("a", "outside", "p", 10.0, 0.0), flow("b", "p", "outside", 12.0, 0.0),
        flow("c", "outside", "q", 3.0, 1.0), flow("d", "q", "outside", 4.0, 1.0),
        flow("e", "outside", "r", 5.0, 0.0), flow("f", "r", "outside", 6.0, 0.0),
    ]  # fmt: skip
    text = faults(rows)
    assert "balance of p [goods]: cannot close, as figures without uncertainty contradict each other" in text
    assert "a [goods] = 10 t/yr, b [goods] = 12 t/yr" in text
    assert "give one of them an sd (line a, line b)" in text
    assert "balance of r [goods]: cannot close" in text
    assert "the other 1 equations do not contradict each other" in text


def test_balances_that_need_a_negative_flow():
    """10 come in exactly, 12 go out exactly, and the third flow goes out too: it would be -2."""
    rows = [flow("a", "outside", "p", 10.0, 0.0), flow("b", "p", "outside", 12.0, 0.0), flow("c", "p", "outside")]
    assert "balance of p [goods]: cannot close without a negative flow" in faults(rows)


def test_a_process_that_nothing_leaves():
    text = faults([flow("a", "outside", "refinery", 1.0, 1.0), flow("b", "refinry", "outside", 1.0, 1.0)])
    assert "process 'refinery' has no outflow and no stock change in layer goods, so a would be zero" in text
    assert "did you mean 'refinry'?" in text


def test_parts_that_are_not_connected_are_reconciled_and_noted():
    found = mfa.reconcile([
        flow("a", "outside", "p", 10.0, 1.0), flow("b", "p", "outside", 12.0, 1.0),
        flow("c", "outside", "q", 3.0, 1.0), flow("d", "q", "outside", 4.0, 1.0),
    ])  # fmt: skip
    assert found.values == pytest.approx([11, 11, 3.5, 3.5])
    assert "Layer goods is not connected: it falls into 2 parts" in found.network.notes[0]


def test_coefficients_and_concentrations_without_what_they_need(table):
    text = faults(table(
        "flow,a,outside,p,,,10,t/yr,1,,,,,", "flow,b,p,outside,,,8,t/yr,1,,,,,", "transfer,a,,,,,0.5,1,0.1,,,,,",
        "transfer,b,,,Nd,,0.5,1,0.1,,,,,",
    ))  # fmt: skip
    assert "'a' comes from outside" in text and "'b' has no row in layer Nd" in text
    text = faults(table(
        "flow,a,outside,p,Nd,,10,t/yr,1,,,,,", "flow,b,p,outside,Nd,,8,t/yr,1,,,,,",
        "concentration,a,,,Nd,,0.3,1,0.1,,,,,",
    ))  # fmt: skip
    assert "the concentration of 'a' needs its flow in the layer goods" in text


def test_an_element_missing_from_a_flow_is_noted():
    concentration = Row("c", "concentration", "a", "", "", "Nd", 0.3, 0.03, "1")
    found = mfa.reconcile([
        flow("a", "outside", "p", 10.0, 1.0), flow("b", "p", "outside", 6.0, 1.0), flow("c", "p", "outside", 4.0, 1.0),
        concentration, flow("b", "p", "outside", layer="Nd"),
    ])  # fmt: skip
    assert any("No row says how much Nd is in c: taken as none" in note for note in found.network.notes)


def test_more_metal_than_goods_is_noted():
    found = mfa.reconcile([
        flow("a", "outside", "p", 10.0, 1.0), flow("b", "p", "outside", 10.0, 1.0),
        flow("a", "outside", "p", 12.0, 1.0, layer="Nd"), flow("b", "p", "outside", 12.0, 1.0, layer="Nd"),
    ])  # fmt: skip
    assert any(note.startswith("a holds 12 of Nd in 10 of goods") for note in found.network.notes)


@pytest.mark.parametrize("text", ["", "a b + ", "2*", "a + a", "+"])
def test_terms_that_are_none(text):
    with pytest.raises(ValueError, match=r"terms|has no"):
        parse_terms(text)


def test_arguments():
    rows = [flow("a", "outside", "p", 10.0, 1.0), flow("b", "p", "outside", 12.0, 1.0)]
    assert "is no probability" in faults(rows, level=5.0)
    assert "is not above 0" in faults(rows, missing_sd=0.0)


def test_low_and_high_are_five_and_ninety_five_percent(table):
    rows = read_rows(table("flow,a,outside,p,,,10,t/yr,,6,15,,,", "flow,b,p,outside,,,8,t/yr,,,,25 %,,")).rows
    assert rows[0].sd == pytest.approx(9 / 2 / 1.6449, rel=1e-4)
    assert rows[1].sd == pytest.approx(2.0)


def test_a_workbook_with_two_sheets(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "flows"
    sheet.append(["flow", "from", "to", "value", "unit", "sd"])
    sheet.append(["a", "outside", "p", 10, "t/yr", 1])
    sheet.append(["b", "p", "outside", 7, "t/yr", 1])
    sheet.append(["c", "p", "outside", None, "t/yr", None])
    other = book.create_sheet("coefficients")
    other.append(["kind", "flow", "value", "unit", "sd"])
    other.append(["transfer", "b", 50, "%", 0])
    book.save(tmp_path / "flows.xlsx")
    assert mfa.reconcile(tmp_path / "flows.xlsx").values[:3] == pytest.approx([10.8, 5.4, 5.4])
    sheet["D2"] = "ten"
    book.save(tmp_path / "flows.xlsx")
    assert "sheet flows, row 2 [a]: value 'ten' is not a number" in faults(tmp_path / "flows.xlsx")
