"""`mfa sankey`: what it writes and prints, its exit codes."""

from __future__ import annotations

import pandas as pd
import pytest

import mfa.cli
from tests.studies.conftest import small_inputs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a small run."""
    return str(mfa.run(small_inputs("cars")).save(tmp_path_factory.mktemp("runs") / "cars", figures=False))


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


def test_the_command_writes_pictures_and_links(call, run, tmp_path):
    code, out, err = call(
        "sankey", run, "--element", "Co", "--year", "2028,2030", "--unit", "kg/yr", "-o", "new/folder"
    )
    assert code == 0
    names = [f"new/folder/sankey_cars_Co_{year}.{end}" for year in (2028, 2030) for end in ("svg", "png", "csv")]
    assert out.split() == names
    assert all((tmp_path / name).stat().st_size for name in names)
    assert "writing new/folder/sankey_cars_Co_2030.csv" in err
    links = pd.read_csv(tmp_path / names[-1])
    opened = mfa.open_results(run).sankey_links("Co", 2030, unit="kg/yr")
    assert links["value"].tolist() == opened["value"].tolist()


def test_formats_size_and_quiet(call, run, tmp_path):
    code, out, err = call(
        "sankey", run, "--element", "component mass", "--year", "2030", "--format", "svg", "--compact", "-q"
    )
    assert (code, out, err) == (0, "", "")
    text = (tmp_path / "sankey_cars_component-mass_2030.svg").read_text(encoding="utf-8")
    assert 'width="336"' in text and "Component mass, " in text
    assert [path.name for path in tmp_path.iterdir()] == ["sankey_cars_component-mass_2030.svg"]


def test_faults_are_told_and_nothing_is_written(call, run, tmp_path):
    code, out, err = call("sankey", run, "--element", "Co", "--year", "2100", "-o", "new")
    assert (code, out) == (1, "")
    assert "2100 is not in the results; choose from 2024 to 2033" in err
    assert call("sankey", run, "--element", "Co", "--year", "2030", "--format", "gif")[0] == 1
    assert "no scenario 'elsewhere'" in call("sankey", "elsewhere", "--element", "Co", "--year", "2030")[2]
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage(call, run):
    assert call("sankey", run, "--year", "2030")[0] == 2
    assert call("sankey", run, "--element", "Co")[0] == 2
