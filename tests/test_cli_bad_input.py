"""Bad input through the command line: exit 1, all faults at once, no traceback, earlier results as they were."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import mfa
import mfa.cli
from tests.inputs.conftest import END, SCENARIO, Project, write_tiny

Break = Callable[[Project], object]


@dataclass(frozen=True)
class Case:
    """How a project is broken, and the words that each fault must contain, fault by fault."""

    name: str
    damage: Break
    faults: list[tuple[str, ...]] = field(default_factory=list)


def table(parameter: str, columns: str, rows: str, unit: str = "1") -> Break:
    return lambda project: project.table(parameter, columns, rows, unit)


def edit(name: str, old: str, new: str) -> Break:
    return lambda project: project.edit(name, old, new)


def write(name: str, content: str | bytes) -> Break:
    return lambda project: project.write(name, content)


def scenario(text: str) -> Break:
    return write("test.yaml", SCENARIO + text)


def cycle(project: Project) -> None:
    project.write("test.yaml", "base: second\n")
    project.write("second.yaml", "base: third\n")
    project.write("third.yaml", "base: test\n")


def missing_table(project: Project) -> None:
    project.without("content")


def two_tables(project: Project) -> None:
    project.table("opex", "route", "hydro,x", "USD_2024/t")
    project.table("capex", "route", "hydro,0", "USD_2024/(t/yr)")


CASES = [
    Case(
        "unknown unit, twice in a file",
        table("opex", "route", "hydro,100|magnet,100", "USD_2024/tonnne"),
        [("opex.csv:2 [route=hydro]", "unknown unit 'USD_2024/tonnne'"), ("opex.csv:3 [route=magnet]", "unknown unit")],
    ),
    Case(
        "wrong dimensionality",
        edit("tiny/component_mass.csv", "car,battery,300,kg/unit", "car,battery,300,kg"),
        [("component_mass.csv:3 [product=car, component=battery]", "unit 'kg' does not fit 't/unit'")],
    ),
    Case(
        "missing year",
        edit("tiny/sales.csv", "2025,phone,200", "2024,phone,200"),
        [("tiny/sales.csv:2", "product=phone", "year 2025 missing")],
    ),
    Case(
        "missing product",
        table("sales", "time,product", "2020,car,1|2025,car,1", "unit/yr"),
        [("tiny/sales.csv", "sales[product=phone]", "neither sales nor stock_target is given")],
    ),
    Case(
        "missing element",
        table("recovery_yield", "element,route", "Co,*,0.9"),
        [("tiny/recovery_yield.csv", "no row for element Nd")],
    ),
    Case("missing table", missing_table, [("tiny", "content", "is required")]),
    Case(
        "duplicate row",
        write("tiny/opex.csv", "route,value,unit,provenance,source\n" + f"hydro,1,USD_2024/t{END}\n" * 3),
        [("opex.csv:3 [route=hydro]", "stand in line 2"), ("opex.csv:4 [route=hydro]", "stand in line 2")],
    ),
    Case(
        "text in a number",
        edit("tiny/sales.csv", "2020,phone,100", "2020,phone,many"),
        [("sales.csv:2 [time=2020, product=phone]", "'many' is not a number")],
    ),
    Case(
        "negative and NaN in a file",
        table("sales", "time,product", "2020,phone,-5|2025,phone,nan|2020,car,1|2025,car,1", "unit/yr"),
        [
            ("sales.csv:2 [time=2020, product=phone]", "sales = -5 is negative"),
            ("sales.csv:3 [time=2025, product=phone]", "sales = nan is not a number"),
        ],
    ),
    Case(
        "shares that do not sum to 1",
        edit("tiny/import_share.csv", "AUS,*,0.3", "AUS,*,0.4"),
        [("tiny/import_share.csv: import_share", "the shares sum to 1.1", "must sum to 1")],
    ),
    Case(
        "fraction above 1 in a table and in a scenario",
        table("used_export_share", "product", "car,16"),
        [("used_export_share.csv:2 [product=car]", "= 16 is above 1; write 0.16 for 16 %")],
    ),
    Case(
        "fraction above 1",
        scenario("policy:\n  keep_share: 16\n"),
        [("test.yaml:5: policy.keep_share = 16 is above 1; write 0.16 for 16 %",)],
    ),
    Case(
        "survival zero at age 0",
        table("lifetime", "product,survival,term", "phone,fixed,mean,0.4|car,fixed,mean,10", "yr"),
        [("tiny/lifetime.csv:2: lifetime[product=phone]", "survival at age 0 is 0")],
    ),
    Case(
        "survival that would rise",
        edit("tiny/lifetime.csv", "phone,weibull,shape,2", "phone,weibull,shape,-2"),
        [("lifetime.csv:3 [product=phone, survival=weibull, term=shape]", "-2 is not a positive number")],
    ),
    Case(
        "uneven years",
        edit("test.yaml", "[2020, 2025]", "[2020, 2021, 2023]"),
        [("test.yaml:3: years: 2022 is missing, the first gap",)],
    ),
    Case(
        "reversed years",
        edit("test.yaml", "[2020, 2025]", "[2060, 1990]"),
        [("test.yaml:3: years: 1990 after 2060: years run backwards",)],
    ),
    Case(
        "unknown keys",
        scenario("colour: red\npolicy:\n  collection_qouta: 0.5\n"),
        [
            ("test.yaml:4: colour: unknown key",),
            ("test.yaml:6: policy.collection_qouta: unknown parameter; did you mean 'collection_quota'?",),
        ],
    ),
    Case(
        "repeated YAML key",
        scenario("policy:\n  keep_share: 0.5\n  keep_share: 0.6\nyears: [2020, 2024]\n"),
        [
            ("test.yaml:6: key 'policy.keep_share' stands twice (first in line 5)",),
            ("test.yaml:7: key 'years' stands twice (first in line 3)",),
        ],
    ),
    Case(
        "unknown source",
        write("tiny/opex.csv", "route,value,unit,provenance,source\nhydro,1,USD_2024/t,read,TSET\n"),
        [("opex.csv:2 [route=hydro]", "unknown source 'TSET'")],
    ),
    Case("empty table", write("tiny/opex.csv", ""), [("tiny/opex.csv: is empty",)]),
    Case("empty scenario", write("test.yaml", ""), [("test.yaml: is empty",)]),
    Case(
        "table not UTF-8", write("tiny/opex.csv", b"route\nZ\xfcrich\n"), [("tiny/opex.csv:2: byte 0xfc is not UTF-8",)]
    ),
    Case("scenario not UTF-8", write("test.yaml", b"title: a\xff\n"), [("test.yaml:1: byte 0xff is not UTF-8",)]),
    Case("scenario in UTF-16", write("test.yaml", SCENARIO.encode("utf-16")), [("test.yaml:1: is UTF-16, not UTF-8",)]),
    Case("binary table", write("tiny/opex.csv", b"\x7fELF\x01\x00\x00"), [("tiny/opex.csv:1: holds a byte 0",)]),
    Case(
        "its own base", write("test.yaml", "base: test\n"), [("test.yaml:1: base refers back to itself: test -> test",)]
    ),
    Case(
        "three bases in a ring", cycle, [("third.yaml:1: base refers back to itself: test -> second -> third -> test",)]
    ),
    Case(
        "no dataset",
        edit("test.yaml", "dataset: tiny", "dataset: tyni"),
        [("test.yaml:2: dataset: no dataset 'tyni'",)],
    ),
    Case("yaml list", write("test.yaml", "- name: test\n"), [("test.yaml: is not a scenario",)]),
    Case(
        "missing column",
        write("tiny/opex.csv", "route,value\nhydro,1\n"),
        [("tiny/opex.csv:1: columns unit, provenance, source missing",)],
    ),
    Case(
        "extra columns",
        write("tiny/opex.csv", f"rute,colour,value,unit,provenance,source\nhydro,red,1,USD_2024/t{END}\n"),
        [("opex.csv:1: unknown column 'rute'", "did you mean 'route'?"), ("opex.csv:1: unknown column 'colour'",)],
    ),
    Case(
        "faults of several tables",
        two_tables,
        [("opex.csv:2", "'x' is not a number"), ("capex.csv:2", "capex = 0 must be above 0")],
    ),
]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `runs` folder of a run of the valid project."""
    folder = tmp_path_factory.mktemp("earlier")
    project = Project(folder)
    write_tiny(project)
    project.scenario()
    results = mfa.run(mfa.load_scenario(folder / "test.yaml"))
    results.save(folder / "runs" / "test")
    return folder / "runs"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A valid project in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    made = Project(tmp_path)
    write_tiny(made)
    made.scenario()
    return made


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    try:
        mfa.cli.main(list(arguments))
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input(case: Case, project: Project, earlier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(earlier, project.folder / "runs")
    before = contents(project.folder / "runs")
    assert "test/results.nc" in before
    case.damage(project)

    code, out, err = call(capsys, "validate", "test.yaml")
    assert (code, out) == (1, "")
    *lines, last = err.splitlines()
    assert last == f"mfa: {len(case.faults)} fault{'s' * (len(case.faults) > 1)}", err
    for line, words in zip(lines, case.faults, strict=True):
        assert all(word in line for word in words), line
        assert "; " in line  # how to mend it

    code, out, err = call(capsys, "run", "test.yaml", "--no-figures", "-q")
    assert (code, out) == (1, "")
    shown = [line.removeprefix("mfa: ").strip(" -") for line in err.splitlines()]
    assert [line for line in shown if not line.endswith(" faults:")] == lines
    assert "Traceback" not in err
    assert contents(project.folder / "runs") == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("foo=1", "change foo: unknown key"),
        ("policy.foo=1", "policy.foo: unknown parameter"),
        ("policy=5", "policy is not a mapping"),
        ("policy.keep_share=", "has no value after ="),
        ("policy.keep_share=[", "is not YAML"),
        ("policy.keep_share=.nan", "'.nan' is not a number"),
        ("policy.keep_share.phon=0.5", "unknown region or product 'phon'; did you mean 'phone'?"),
        ("years=[2025, 2020]", "years: 2020 after 2025: years run backwards"),
        ("name=../elsewhere", "name = '../elsewhere' cannot be a name"),
        ("base=other", "the base cannot be changed"),
        ("sales=1e400 unit/yr", "overrides.sales = 1e400 unit/yr is infinite"),
    ],
)
def test_bad_changes(project: Project, capsys: pytest.CaptureFixture[str], change: str, words: str) -> None:
    code, out, err = call(capsys, "run", "test.yaml", "--no-figures", "-q", "--set", change)
    assert (code, out) == (1, "")
    assert words in err
    assert not (project.folder / "runs").exists()


def test_the_project_itself_is_sound(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "validate", "test.yaml") == (0, "no faults in test.yaml\n", "")
    assert call(capsys, "run", "test.yaml", "--no-figures", "-q") == (0, "", "")


def test_a_scenario_that_is_not_there(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("nowhere.yaml", "", ".", "tiny"):
        code, out, err = call(capsys, "run", name, "-q")
        assert (code, out) == (1, "")
        assert err.startswith(f"mfa: no scenario '{name}'")


def test_results_of_another_program_are_not_touched(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("runs/test/thesis.txt", "years of work")
    code, _, err = call(capsys, "run", "test.yaml", "--no-figures", "-q")
    assert code == 1
    assert "runs/test: is not the folder of a run and not empty" in err
    assert contents(project.folder / "runs") == {"test/thesis.txt": b"years of work"}


def test_validate_takes_datasets_and_tables(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.table("opex", "route", "hydro,x", "USD_2024/t")
    for target in ("tiny", "tiny/opex.csv", "test.yaml"):
        code, _, err = call(capsys, "validate", target)
        assert code == 1
        assert err.startswith("tiny/opex.csv:2 [route=hydro]: value 'x' is not a number")
    assert call(capsys, "validate", "tiny/sales.csv") == (0, "no faults in tiny/sales.csv\n", "")
