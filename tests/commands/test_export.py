"""`mfa export`: what it writes and prints, its exit codes."""

from __future__ import annotations

import pandas as pd
import pytest

import mfa.cli
from tests.studies.conftest import small_inputs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of two small runs."""
    folder = tmp_path_factory.mktemp("runs")
    return [str(mfa.run(small_inputs(name)).save(folder / name, figures=False)) for name in ("cars", "trams")]


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            mfa.cli.main(list(arguments))
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run


@pytest.mark.parametrize(
    ("form", "name"),
    [("iamc", "cars_iamc.csv"), ("lca", "cars_lca.csv"), ("netcdf", "cars_netcdf.nc"), ("csv", "cars_csv")],
)
def test_every_format_has_a_usual_name(call, runs, tmp_path, form, name):
    code, out, err = call("export", runs[0], "--format", form)
    assert (code, out.strip()) == (0, name)
    assert f"writing {name}" in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_runs_stand_below_each_other(call, runs, tmp_path):
    code, out, err = call(
        "export", *runs, "--to", "iamc", "--mass-unit", "t", "--sector", "product=Transportation|Rail", "-q"
    )
    assert (code, out, err) == (0, "", "")
    table = pd.read_csv(tmp_path / "runs_iamc.csv")
    assert list(dict.fromkeys(table["Scenario"])) == ["cars", "trams"]
    row = table[table["Variable"] == "Material Stock|Cobalt|Transportation|Rail"].iloc[0]
    in_use = mfa.open_results(runs[0]).plain("stocks")["in_use"].sel(time=2030)
    assert (row["Unit"], row["2030"]) == ("t", pytest.approx(float(in_use.sum())))


def test_a_workbook(call, runs, tmp_path):
    pytest.importorskip("openpyxl")
    assert call("export", runs[0], "--format", "xlsx", "-o", "book.xlsx", "-q")[0] == 0
    assert (tmp_path / "book.xlsx").stat().st_size > 1000


def test_faults_are_told_and_nothing_is_written(call, runs, tmp_path):
    code, out, err = call("export", runs[0], "--format", "iamc", "-o", "table.txt")
    assert (code, out) == (1, "")
    assert "table.txt: is no file of the format iamc; end it with .csv or .xlsx" in err
    assert "'trams' has no '='" in call("export", runs[0], "--format", "iamc", "--sector", "trams")[2]
    assert "two runs are called cars" in call("export", runs[0], runs[0], "--format", "lca")[2]
    assert call("export", "elsewhere", "--format", "lca")[0] == 1
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage(call, runs):
    assert call("export", runs[0])[0] == 2
    assert call("export", runs[0], "--format", "word")[0] == 2
