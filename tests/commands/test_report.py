"""`mfa report`: where files go, what is refused, which exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import mfa.cli
from mfa.report.folder import save_run
from tests.report.document.conftest import saved


def call(*arguments: str) -> int:
    try:
        mfa.cli.main(list(arguments))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the reference."""
    folder: Path = tmp_path_factory.mktemp("runs") / "japan-reference"
    saved("japan-reference", folder)
    return folder


def test_a_report_lies_beside_its_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("report", str(folder)) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == str(folder / "report.html")
    assert "<h1>Japan, no new policy</h1>" in (folder / "report.html").read_text(encoding="utf-8")
    assert not list(folder.glob(".*"))


def test_chosen_elements_and_a_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        call(
            "report",
            str(folder / "results.nc"),
            "--element",
            "Dy,Tb",
            "--year",
            "2035",
            "-o",
            str(tmp_path / "x"),
            "-q",
        )
        == 0
    )
    assert capsys.readouterr().out == ""
    text = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    assert (
        "Terbium in 2035: where it comes from and where it goes" in text and "Lithium" not in text.split("appendix")[0]
    )


def test_a_new_run_takes_the_report_on_the_old_one_away(folder: Path, tmp_path: Path) -> None:
    from mfa.results import open_results

    results = open_results(folder)
    save_run(results, tmp_path / "run", figures=False)
    assert call("report", str(tmp_path / "run"), "-q") == 0
    save_run(results, tmp_path / "run", figures=False)
    assert not (tmp_path / "run" / "report.html").exists()


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["--format", "odt"], 2, "'odt' is not known; choose from html, pdf, docx, xlsx"),
        (["--element", "Xx"], 1, "element: 'Xx' is not in the run japan-reference"),
        (["--year", "2100"], 1, "year: 2100 lies outside the run japan-reference; choose from 1990 to 2060"),
        (["--region", "Mars"], 1, "region: 'Mars' is not in the run"),
        (["--out", "{folder}/run.json"], 1, "cannot be written"),
        (["no-such-run"], 1, "no scenario 'no-such-run'"),
        (["{folder}/figures"], 1, "is no folder of a run"),
    ],
)
def test_bad_input(
    folder: Path, arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "figures").mkdir(exist_ok=True)
    given = [word.replace("{folder}", str(folder)) for word in arguments]
    assert call("report", str(folder), *given, "-q") == code
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(
    "form, library, words",
    [
        ("pdf", "weasyprint", "pdf: WeasyPrint is not installed; pip install 'urban-mining-mfa[pdf]'"),
        ("docx", "docx", "docx: python-docx is not installed; pip install 'urban-mining-mfa[docx]'"),
        ("xlsx", "openpyxl", "xlsx: openpyxl is not installed; pip install 'urban-mining-mfa[xlsx]'"),
    ],
)
def test_what_is_missing_is_told_and_the_other_formats_are_made(
    folder: Path, tmp_path: Path, form: str, library: str, words: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Exit code 1, what to install on stderr, and the page with its files named on stdout."""
    monkeypatch.setitem(sys.modules, library, None)
    code = call("report", str(folder), "--format", f"{form},html", "--element", "Dy", "--out", str(tmp_path))
    told = capsys.readouterr()
    assert code == 1 and words in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert told.out.strip() == str(tmp_path / "report.html")
