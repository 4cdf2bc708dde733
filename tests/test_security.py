"""What mfa never does (SECURITY.md): held by a look at all of its code, and by files that try."""

from __future__ import annotations

import ast
import json
import pickle
import sys
from pathlib import Path

import pytest
import yaml

import mfa
from mfa.cli import main
from mfa.errors import MfaError
from mfa.storage.checksums import seal
from tests.studies.one_product import write_one_product
from tests.studies.run_small import run as run_small

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "mfa"
sys.path.insert(0, str(ROOT / "scripts"))

import audit  # noqa: E402

MODULES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN_CALLS = {
    "eval", "exec", "__import__", "os.system", "os.popen", "yaml.load", "yaml.load_all", "yaml.full_load",
    "yaml.unsafe_load", "pd.read_pickle", "pandas.read_pickle", "pd.eval", "runpy.run_path",
}  # fmt: skip
FORBIDDEN_IMPORTS = {"marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "runpy", "imp", "urllib.request",
                     "requests", "socketserver", "ftplib", "telnetlib"}  # fmt: skip
BY_PIPE = {"report/worker.py", "studies/cluster.py"}
"""Modules that hand pickled work to their own processes, or to the cluster that was named: never from a file."""
PROGRAMS = {"report/worker.py"}
"""Modules that start a program, which is Python itself."""


def name_of(node: ast.AST) -> str:
    """Name of what is called, with dots."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def faults_in(path: str, text: str) -> list[str]:
    """Lines of a module that do what none may do."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            for name in module:
                top = name.split(".")[0]
                if name in FORBIDDEN_IMPORTS or top in FORBIDDEN_IMPORTS:
                    found.append(f"{path}:{node.lineno} imports {name}")
                if top in ("pickle", "_pickle") and path not in BY_PIPE:
                    found.append(f"{path}:{node.lineno} imports {name}")
                if top == "subprocess" and path not in PROGRAMS:
                    found.append(f"{path}:{node.lineno} starts programs")
        if isinstance(node, ast.Call):
            name = name_of(node.func)
            if name in FORBIDDEN_CALLS:
                found.append(f"{path}:{node.lineno} calls {name}")
            if name == "compile":
                found.append(f"{path}:{node.lineno} compiles code")
            for word in node.keywords:
                wanted = not (isinstance(word.value, ast.Constant) and word.value.value is False)
                if word.arg in ("shell", "allow_pickle") and wanted:
                    found.append(f"{path}:{node.lineno} gives {word.arg}")
            if name in ("np.load", "numpy.load") and not any(word.arg == "allow_pickle" for word in node.keywords):
                found.append(f"{path}:{node.lineno} loads arrays without a word on pickle")
    return found


def test_no_module_runs_code_from_data() -> None:
    faults = [
        fault
        for path in MODULES
        for fault in faults_in(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert faults == []
    assert len(MODULES) > 300


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')", "exec(text)", "import pickle", "from pickle import loads", "import joblib", "yaml.load(text)",
        "import subprocess", "os.system('ls')", "np.load(path, allow_pickle=True)", "np.load(path)",
        "run(x, shell=True)", "run(x, shell=maybe)", "compile(text, 'x', 'exec')",
        "pd.read_pickle(path)", "import urllib.request",
    ],
)  # fmt: skip
def test_the_look_at_the_code_sees_what_it_should(text: str) -> None:
    assert faults_in("report/new.py", text) != []


def test_what_is_allowed_is_seen_as_allowed() -> None:
    text = "re.compile('x'); yaml.safe_load(text); run(x, shell=False); model.eval_at(3)"
    assert faults_in("report/new.py", text) == []
    assert faults_in("report/worker.py", "import pickle, subprocess") == []


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.system ['touch hacked']", "!!python/name:os.system", "!!python/module:os", "!secret x"],
)
def test_a_scenario_cannot_name_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str) -> None:
    monkeypatch.chdir(tmp_path)
    write_one_product(tmp_path)
    Path("evil.yaml").write_text(f"name: evil\nbase: one.yaml\ntitle: {tag}\n")
    with pytest.raises(MfaError, match=r"evil\.yaml:3"):
        mfa.load_scenario("evil.yaml")
    assert not Path("hacked").exists()


def test_a_billion_laughs_are_not_laughed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten lists, each of ten of the one before: in full they would be ten thousand million texts."""
    monkeypatch.chdir(tmp_path)
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    Path("laughs.yaml").write_text("name: laughs\n" + "\n".join(lines) + "\n")
    with pytest.raises(MfaError):
        mfa.load_scenario("laughs.yaml")


class Touch:
    """Makes a file when it is unpickled."""

    path = Path()

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self.path,))


def test_a_store_cannot_ask_for_unpickling(tmp_path: Path) -> None:
    """The samples of an ensemble, forged with all their checksums so that a codec would unpickle what they hold."""
    folder = tmp_path / "ensemble"
    run_small(folder, 70, keep=["imports"])
    Touch.path = tmp_path / "hacked"
    for piece in (folder / "samples.zarr" / "imports").glob("c.*"):
        piece.write_bytes(pickle.dumps(Touch()))
    about = folder / "samples.zarr" / "imports" / "zarr.json"
    content = json.loads(about.read_text(encoding="utf-8"))
    content["codecs"] = [{"name": "numcodecs.pickle", "configuration": {}}]
    about.write_text(json.dumps(content), encoding="utf-8")
    seal(folder)
    with pytest.raises(Exception, match="numcodecs.pickle"):
        mfa.open_ensemble(folder).samples["imports"].load()
    assert not Touch.path.exists()


def test_names_from_files_are_text_in_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_one_product(tmp_path)
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
    Path("evil.yaml").write_text(yaml.safe_dump({"name": "evil", "base": "one.yaml", "title": evil}))
    labels = Path("tiny/labels.csv")
    labels.write_text(labels.read_text().replace("phone,Phone", "phone,<script>alert(3)</script>"))
    with pytest.raises(SystemExit) as end:
        main(["report", "evil.yaml", "--out", "out", "--quiet"])
    assert not end.value.code
    page = Path("out/report.html").read_text(encoding="utf-8").lower()
    assert "<script" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(3)" in page


def test_the_live_page_is_for_this_computer_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served = []

    class Server:
        port = 5006

        class io_loop:  # noqa: N801
            @staticmethod
            def start() -> None:
                pass

    def serve(scenario: object, vary: object, *, port: int, address: str, show: bool, start: bool) -> Server:
        served.append(address)
        return Server()

    monkeypatch.setattr("mfa.explore.live.serve", serve)
    for words in ([], ["--address", "0.0.0.0"]):
        with pytest.raises(SystemExit) as end:
            main(["explore", "--no-browser", *words])
        assert not end.value.code
    assert served == ["localhost", "0.0.0.0"]
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning:")]
    assert warnings == [
        "warning: the page listens on 0.0.0.0: whoever reaches this computer can use it, without a password"
    ]


@pytest.mark.parametrize(
    ("output", "errors", "code", "told"),
    [
        ('{"dependencies": [{"name": "numpy", "version": "2.4", "vulns": []}]}', "", 0, "1 libraries, none with"),
        (
            '{"dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}',
            "", 1, "x 1: PYSEC-1, mended in 2",
        ),
        (
            '{"dependencies": [{"name": "x", "skip_reason": "lost"}]}', "", 2,
            "no answer on any library (x: lost); nothing is known",
        ),
        (
            '{"dependencies": [{"name": "x", "skip_reason": "lost"}, {"name": "y", "version": "1", "vulns": []}]}',
            "", 2,
            "no answer on 1 of 2 libraries (x: lost); the others have no known hole",
        ),
        ('{"dependencies": []}', "", 2, "no answer on any library; nothing is known"),
        ("", "ConnectionError: no route\n", 2, "could not be asked (ConnectionError: no route); nothing is known"),
        ("<html>", "", 2, "could not be asked (pip-audit said nothing); nothing is known"),
    ],
    ids=["clean", "holes", "none known", "some known", "empty", "offline", "garbage"],
)  # fmt: skip
def test_an_audit_never_takes_silence_for_safety(output: str, errors: str, code: int, told: str) -> None:
    found, text = audit.verdict(output, errors)
    assert found == code
    assert told in text


def test_an_audit_without_its_program_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main("/nowhere/pip-audit") == 2
    assert "the advisory database could not be asked" in capsys.readouterr().err
