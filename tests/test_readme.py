"""The README: its commands, its scenario and its Python run as they stand, and what it points at is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import mfa.cli
from mfa.report.folder import OWN_FILES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SCENARIO = next(text for language, text in BLOCKS if language == "yaml")
COMMANDS = [*re.findall(r"`(mfa [^`]+\.yaml[^`]*)`", README.split("## Five-minute tour")[1].split("\n## ")[0])]
COMMANDS += [
    line.split("  #")[0].strip()
    for language, text in BLOCKS
    if language == "sh"
    for line in text.splitlines()
    if line.startswith("mfa ")
]
PROGRAMS = {"mfa", "make", "python", ".venv/bin/pip"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the README's scenario."""
    monkeypatch.chdir(tmp_path)
    name = re.search(r"Save this as `(\S+)`:\s+```yaml", README)
    assert name
    (tmp_path / name[1]).write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def call(arguments: list[str]) -> int:
    try:
        mfa.cli.main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def smaller(words: list[str]) -> list[str]:
    """The same command with less to do: no figures of a run, two samples, two points a lever, few factors."""
    if words[0] == "run":
        return [*words, "--no-figures"]
    if words[0] == "ensemble":
        fewer = ["2" if before == "--samples" else word for before, word in zip(["", *words], words, strict=False)]
        return [*fewer, "--no-elasticities"]
    if words[0] in ("discover", "robust"):
        return [*words, "--samples", "50"]
    if words[0] == "sensitivity":
        return [*words, "--factors", "recovery_yield[Dy]"]
    return [re.sub(r":\d+$", ":2", word) for word in words] if words[0] == "sweep" else words


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(smaller(shlex.split(command)[1:])) == 0, capsys.readouterr().err
    assert capsys.readouterr().out


def test_every_command_is_described() -> None:
    shown = {shlex.split(command)[1] for command in COMMANDS}
    known = {command.name or command.callback.__name__ for command in mfa.cli.app.registered_commands}
    assert {name for name in known if name not in shown and f"`mfa {name}" not in README} == set()
    for language, text in BLOCKS:
        if language == "sh":
            assert {line.split()[0] for line in text.splitlines() if line.strip()} <= PROGRAMS


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(text for _, text in BLOCKS), re.MULTILINE):
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def test_the_scenario_does_what_its_title_says(folder: Path) -> None:
    results = mfa.run(mfa.load_scenario("phones.yaml"))
    assert yaml.safe_load(SCENARIO)["title"].startswith(
        "Two thirds of the discarded smartphones are collected from 2030"
    )
    rates = results.plain("policy")["collection_rate"].sel(
        region="Japan", product="smartphone", component="small_battery"
    )
    assert rates.sel(time=[2027, 2030, 2060]).values == pytest.approx([0.126, 0.66, 0.66])  # 0.126 without a quota
    bans = results.inputs["ban"]
    assert float(bans.sel(element="Dy", origin="CHN", time=2030).max().data.magnitude) == 1.0


def test_python_blocks_run_in_order(folder: Path) -> None:
    names: dict[str, object] = {}
    blocks = [text for language, text in BLOCKS if language == "python"]
    assert len(blocks) >= 3
    for text in blocks:
        exec(compile(text, "README.md", "exec"), names)
    assert {path.name for path in (folder / "runs" / "reference").iterdir()} == set(OWN_FILES)
    inverse: Callable[..., object] = mfa.stock_driven
    use, lifetime, sales = names["use"], names["lifetime"], names["sales"]
    again = inverse(use.stock, lifetime).inflow  # type: ignore[attr-defined]
    assert abs(again - sales).max().data.magnitude < 1e-3


def test_the_table_of_files_is_complete() -> None:
    table = README.split("The folder of a run holds")[1].split("The mass balance")[0]
    assert {name.rstrip("/") for name in re.findall(r"`([\w.]+/?)`", table)} == set(OWN_FILES)


def test_the_figures_are_what_the_tool_draws_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import readme_figures

    shown = re.findall(r"!\[([^]]+)\]\((docs/figures/[^)]+)\)", README)
    assert all(len(alternative) > 80 for alternative, _ in shown)  # for those who do not see them
    drawn = readme_figures.drawings()
    assert {Path(file).name for _, file in shown} == set(drawn)
    for name, svg in drawn.items():
        assert readme_figures.same((ROOT / "docs" / "figures" / name).read_text(encoding="utf-8"), svg), "make docs"


def test_anchors_of_the_page_exist() -> None:
    heads = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in re.findall(r"^## (.*)$", README, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= heads


def test_links_lead_somewhere_and_nothing_is_left_open() -> None:
    assert "<!--" not in README
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target.partition("#")[0]).exists(), target
    named = re.findall(
        r"`((?:parameters|docs|notebooks|scenarios)/[\w./*-]+|[A-Z]+\.(?:md|cff)|constraints\.txt)`", README
    )
    for name in named:
        assert any(ROOT.glob(name)), name
    long = [line for line in README.splitlines() if len(line) > 120 and not line.startswith(("|", "mfa "))]
    assert long == []
