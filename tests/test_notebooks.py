"""The notebooks run with this version, print what is stored in them, and hold the numbers that their texts name."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mfa

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import run_notebooks  # noqa: E402

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")

Run = tuple[Any, Any, dict[str, Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Each notebook as stored, as executed now, and its last tables and names by name of the notebook."""
    found = {}
    for path in NOTEBOOKS:
        stored = nbformat.read(path, as_version=4)
        fresh = nbformat.read(path, as_version=4)
        ask = (
            "import json; print(json.dumps({name: value.to_dict() for name, value in globals().items()"
            " if isinstance(value, pd.DataFrame) and not name.startswith('_') and name != 'evidence'"
            " and name != 'rows'}))"
        )
        fresh.cells.append(nbformat.v4.new_code_cell(ask))
        run_notebooks.execute(fresh, tmp_path_factory.mktemp(path.stem))
        tables = json.loads(fresh.cells.pop().outputs[0]["text"])
        found[path.stem] = (stored, fresh, tables)
    return found


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["first_steps"]


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_stored_outputs_are_those_of_this_version(runs: dict[str, Run], name: str) -> None:
    """Words are the same, numbers agree to rounding."""
    stored, fresh, _ = runs[name]
    for old, new in zip(run_notebooks.texts(stored), run_notebooks.texts(fresh), strict=True):
        assert NUMBER.sub("#", old).split() == NUMBER.sub("#", new).split(), "run: python scripts/run_notebooks.py"
        numbers = [np.array(NUMBER.findall(text), dtype=float) for text in (old, new)]
        np.testing.assert_allclose(*numbers, rtol=1e-3, atol=0.11, err_msg="run: python scripts/run_notebooks.py")


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_notebooks_are_light_and_clean(runs: dict[str, Run], name: str) -> None:
    stored = runs[name][0]
    assert (ROOT / "notebooks" / f"{name}.ipynb").stat().st_size < 300_000
    assert [cell.execution_count for cell in stored.cells if cell.cell_type == "code"] == list(
        range(1, 1 + sum(cell.cell_type == "code" for cell in stored.cells))
    )
    outputs = [output for cell in stored.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    for cell in stored.cells:
        for target in re.findall(r"\]\(([^)\s]+)\)", cell.source if cell.cell_type == "markdown" else ""):
            assert (ROOT / "notebooks" / target).exists(), target


def test_first_steps_key_numbers(runs: dict[str, Run]) -> None:
    tables = runs["first_steps"][2]
    before, after = tables["comparison"]["reference"], tables["comparison"]["longer life"]
    change = tables["comparison"]["change"]

    # what the notebook's reference column says is what the model says
    reference = mfa.run(mfa.load_scenario("japan-reference"))
    flows, items = reference.plain("flows").sel(time=2040), reference.plain("items").sel(time=2040)
    of = {"product": "smartphone", "element": "Co"}
    assert before["cobalt in phones sold, t/yr"] == pytest.approx(float(flows["sales"].sel(of).sum()))
    assert before["cobalt collected, t/yr"] == pytest.approx(float(flows["collected"].sel(of).sum()))
    assert before["cobalt recovered, all scrap, t/yr"] == pytest.approx(
        float(flows["secondary"].sel(element="Co").sum())
    )
    assert before["smartphones discarded, million/yr"] == pytest.approx(
        float(items["discards_units"].sel(product="smartphone").sum()) / 1e6
    )

    # a stock that hardly changes is renewed once in a lifetime: 4.4/6.4 = 0.69 of the phones
    assert after["smartphones sold, million/yr"] / before["smartphones sold, million/yr"] == pytest.approx(
        0.69, abs=0.03
    )
    assert after["smartphones discarded, million/yr"] / before["smartphones discarded, million/yr"] == pytest.approx(
        0.69, abs=0.03
    )
    # the cobalt of a phone is the same before and after, so that cobalt follows the units
    assert change["cobalt in phones sold, t/yr"] / before["cobalt in phones sold, t/yr"] == pytest.approx(
        change["smartphones sold, million/yr"] / before["smartphones sold, million/yr"], rel=1e-6
    )
    # the words of the text: a tenth is collected, ten times as much saved as no longer recovered, need hardly moves
    assert before["cobalt collected, t/yr"] / before["cobalt in phones discarded, t/yr"] == pytest.approx(0.1, abs=0.02)
    saved, lost = change["cobalt in phones sold, t/yr"], change["cobalt recovered, all scrap, t/yr"]
    assert 8 < saved / lost < 12
    assert lost < 0
    need = "cobalt need of makers in Japan, t/yr"
    assert abs(change[need]) < 0.001 * before[need]
    # with given sales there are some 50 million phones more
    in_use = tables["in_use"]
    assert in_use["longer life"]["2040"] - in_use["reference"]["2040"] == pytest.approx(50, abs=7)
