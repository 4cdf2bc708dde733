"""All indicators and drills of random systems against the plain-loop model, which was written apart."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from mfa.indicators import REASONS, compute_indicators, is_flag
from mfa.vocabulary import FLOWS, INDICATORS, POLICY, SCRAP, STOCKS
from tests.plain_model import plain_indicators, run_plain
from tests.random_systems import random_system

SEEDS = range(6)
LABELLED = ("region", "origin", "product", "component", "chemistry", "element", "route")


def as_arrays(plain, labels, years):
    """Results of the plain model as arrays (sample, dims of the vocabulary)."""
    coords = {**labels, "time": list(years), "scrap": list(SCRAP)}
    groups = {}
    for group, table in (("flows", FLOWS), ("stocks", STOCKS), ("policy", POLICY)):
        groups[group] = {}
        for name, entry in table.items():
            source = "import_requirement_mass" if name == "import_need" else name
            within = {dim: coords[dim] for dim in entry.dims}
            groups[group][name] = plain.to_array(source, entry.dims, within).astype(float)[None]
    return groups


@pytest.fixture(scope="module", params=SEEDS)
def pair(request):
    arrays, years, lifetimes = random_system(request.param)
    plain = run_plain({**arrays, **lifetimes}, years)
    labels = {dim: list(plain.labels[dim]) for dim in LABELLED}
    given = {name: value for name, value in arrays.items() if not isinstance(value, dict)}
    given = {
        name: value.astype(bool) if name == "origin_domestic" and isinstance(value, xr.DataArray) else value
        for name, value in given.items()
    }
    inputs = SimpleNamespace(arrays=given, labels=labels, years=np.array(years))
    values, reasons = compute_indicators(as_arrays(plain, labels, years), inputs)
    return plain_indicators(plain), values, reasons, labels, years


def test_indicators_agree(pair):
    slow, values, _, labels, years = pair
    assert set(slow) == set(INDICATORS)
    for name, cells in slow.items():
        for place, expected in cells.items():
            r, t = labels["region"].index(place[0]), years.index(place[1])
            e = labels["element"].index(place[2]) if len(place) == 3 else None
            got = values[name][0, r, t] if e is None else values[name][0, r, t, e]
            if name == "unmet_share" and expected < 1e-9:
                expected = 0.0  # rounding
            assert got == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), (name, place)


def test_every_missing_value_has_a_reason_and_every_other_at_most_a_flag(pair):
    _, values, reasons, _, _ = pair
    for name, value in values.items():
        missing = np.isnan(value)
        codes = np.broadcast_to(reasons[name], value.shape)
        assert ((codes > 0) & ~is_flag(codes))[missing].all(), name
        assert ((codes == 0) | is_flag(codes))[~missing].all(), name
        assert codes.max() < len(REASONS)
