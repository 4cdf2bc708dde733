"""`mfa calibrate`: what it prints and writes, wrong usage and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import mfa.cli
from mfa.lifetimes import Lifetime
from tests.calibration.synthetic import draw, frame


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    frame(draw("ages", Lifetime.weibull(mean=12, shape=2.5), np.random.default_rng(3))).to_csv(path, index=False)
    return str(path)


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        mfa.cli.main(["calibrate", *words])
    return int(ended.value.code or 0)


def test_text_and_folder(table, tmp_path, capsys):
    out = tmp_path / "out"
    assert call("lifetime", table, "--family", "weibull,lognormal", "--out", str(out)) == 0
    printed = capsys.readouterr()
    assert "chosen: Weibull" in printed.out and "AICc" in printed.out and str(out) in printed.err
    names = {path.name for path in out.iterdir()}
    assert names == {"calibration.txt", "compared.csv", "fitted.csv", "calibration.svg", "calibration.png",
                     "calibration.json", "dataset", "calibrated.yaml", "SHA256SUMS"}  # fmt: skip
    assert (out / "calibration.txt").read_text().strip() == printed.out.strip()
    assert (out / "calibration.png").stat().st_size > 20_000
    assert "Battery electric car" in (out / "calibration.svg").read_text()


def test_the_parameter_table_alone(table, capsys):
    assert call("lifetime", table, "--fix", "shape=2.5", "--format", "table", "--quiet") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("region,cohort,product,survival,term,value,low,high,unit")
    assert [line.split(",")[:5] for line in lines[1:]] == [
        ["Japan", "*", "bev", "weibull", "mean"], ["Japan", "*", "bev", "weibull", "shape"],
    ]  # fmt: skip


def test_csv(table, capsys):
    assert call("lifetime", table, "--family", "weibull", "--format", "csv", "--quiet") == 0
    assert capsys.readouterr().out.startswith("region,product,survival,term,value,low,high,unit,fitted,mean,sd,aicc")


@pytest.mark.parametrize("words", [("--fix", "shape"), ("--fix", "shape=long"), ("--method", "magic")])
def test_wrong_usage(table, words):
    assert call("lifetime", table, *words) == 2


def test_bad_input_is_told_at_once_without_a_traceback(tmp_path, capsys):
    path = tmp_path / "counts.csv"
    path.write_text("product,quantity,time,value,unit,provenance,source\nbevv,sales,2020,-1,t,read,EXPERT\n")
    assert call("lifetime", str(path), "--quiet") == 1
    told = capsys.readouterr().err
    assert "3 faults" in told and "did you mean 'bev'" in told and "Traceback" not in told
    assert call("lifetime", str(tmp_path / "none.csv"), "--quiet") == 1
    assert "cannot be read" in capsys.readouterr().err
    assert call("collection", str(path), "--quiet") == 1
