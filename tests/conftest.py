"""Fixtures that several test modules share."""

from __future__ import annotations

import csv
import os
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import settings

from mfa.inputs.dataset import shipped
from mfa.results import GROUPS, Results, variables

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")  # the same examples each time, so that a run can be repeated

JAPAN_ROUTES = ["pyro", "hydro", "pyro_hydro", "direct", "nimh", "magnet", "swarf"]


def japan_labels() -> tuple[dict[str, list[str]], dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Labels of the Japan dataset, their names and their groups."""
    labels: dict[str, list[str]] = {}
    names: dict[str, dict[str, str]] = {}
    groups: dict[str, dict[str, str]] = {}
    with open(shipped("parameters") / "japan" / "labels.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            labels.setdefault(row["dimension"], []).append(row["label"])
            names.setdefault(row["dimension"], {})[row["label"]] = row["name"]
            groups.setdefault(row["dimension"], {})[row["label"]] = row["group"]
    return labels, names, groups


def make_arrays(
    labels: dict[str, list[str]], n_years: int, n_samples: int = 1, seed: int = 1
) -> dict[str, dict[str, np.ndarray]]:
    """Arrays of the right shapes with growing, smooth, positive numbers; they balance nothing."""
    rng = np.random.default_rng(seed)
    sizes = {dim: len(names) for dim, names in labels.items()} | {"time": n_years, "scrap": 3}
    kinds = rng.random((sizes["product"], sizes["component"])) < 0.4  # the components that a product has
    kinds[:, 0] |= ~kinds.any(axis=1)
    held = rng.random((sizes["component"], sizes["element"])) < 0.6  # the elements that a component holds
    growth = 1.0 / (1.0 + np.exp(-(np.arange(n_years) - 0.6 * n_years) / (0.1 * n_years)))

    def along(array: np.ndarray, dims: tuple[str, ...], of: tuple[str, ...]) -> np.ndarray:
        return array.reshape([sizes[dim] if dim in of else 1 for dim in dims])

    arrays: dict[str, dict[str, np.ndarray]] = {}
    for group in GROUPS:
        if group == "indicators":
            continue
        arrays[group] = {}
        for name, spec in variables(group).items():
            dims = spec.dims
            level = 10.0 * rng.random([1 if dim == "time" else sizes[dim] for dim in dims])
            array = level * along(growth, dims, ("time",))
            if {"product", "component"} <= set(dims):
                array = array * along(kinds, dims, ("product", "component"))
            if {"component", "element"} <= set(dims):
                array = array * along(held, dims, ("component", "element"))
            if name == "quota_state":
                array = np.minimum(array, 5.0).astype(np.int8)
            factors = np.linspace(1.0, 1.5, n_samples) if array.dtype != np.int8 else np.ones(n_samples, np.int8)
            arrays[group][name] = array * factors.reshape(-1, *[1] * array.ndim)
    arrays["policy"]["realised_requirement"] = arrays["policy"]["requirement"] * 0.95
    return arrays


def make_results(n_samples: int = 0, small: bool = False, **attrs: object) -> Results:
    """Results of the labels of Japan, or of a small part of them, that look like those of a run."""
    labels, names, groups = japan_labels()
    labels = {dim: found for dim, found in labels.items() if dim != "miner"}
    labels.setdefault("route", JAPAN_ROUTES)
    years = np.arange(2018, 2033) if small else np.arange(1990, 2061)
    if small:
        labels = {dim: found[:3] for dim, found in labels.items()}
    arrays = make_arrays(labels, len(years), max(n_samples, 1))
    if n_samples:
        labels["sample"] = list(range(n_samples))
    inputs = SimpleNamespace(arrays={}, labels=labels, years=years, money="USD_2024", attrs={}, evidence=None)
    known = {
        "scenario": "synthetic",
        "title": "Made-up numbers",
        "scope": "products",
        "dataset": "japan",
        "label_names": names,
        "label_groups": groups,
        "warnings": ["headroom at JPN: the import share is 0"],
        "seed": None,
        **attrs,
    }
    return Results.from_arrays(arrays, labels, years, "USD_2024", known, inputs)


@pytest.fixture
def results() -> Results:
    """Small results, three labels on each dimension, 2018 to 2032."""
    return make_results(small=True)
