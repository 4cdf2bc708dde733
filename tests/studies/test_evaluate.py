"""What a study keeps of each sample, and that a sample's result is its own."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import mfa
from mfa.errors import InputError, ModelError
from mfa.indicators import REASONS
from mfa.results import variables
from mfa.studies.evaluate import BLOCK, DEFAULT_OUTPUTS, GROUPS, NOT_KEPT, choose_outputs, coordinates, evaluate
from tests.engine.systems import engine_inputs
from tests.random_systems import random_system
from tests.studies.conftest import small_inputs
from tests.studies.designs import SmallDesign

YEARS = range(2024, 2034)


def outputs(*names, years=None):
    return choose_outputs(names or None, "USD_2024", YEARS, years)


# --- which results ---------------------------------------------------------------------------------------------------


def test_headline_results_if_none_are_named():
    found = outputs()
    assert tuple(output.name for output in found) == DEFAULT_OUTPUTS
    assert {"import_requirement", "unmet_share", "in_use", "discards", "secondary", "imports"} <= set(DEFAULT_OUTPUTS)
    units = {output.name: output.unit for output in found}
    assert (units["import_bill"], units["in_use"], units["imports"]) == ("USD_2024/yr", "t", "t/yr")


def test_bare_names_are_never_two_things():
    names = [name for group in GROUPS for name in variables(group)]
    assert len(set(names)) == len(names)


def test_a_group_before_the_name():
    mass, metal = outputs("components.secondary", "secondary")
    assert (mass.group, mass.dims) == ("components", ("region", "time"))
    assert (metal.group, metal.dims) == ("flows", ("region", "time", "element"))


def test_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        outputs("import_requirment", "policy.hhi", "money.hhi", "process_efficiency", years=[2024, 2050])
    text = str(caught.value)
    assert "did you mean 'import_requirement'?" in text
    assert "unknown result 'policy.hhi'" in text
    assert "no group 'money'" in text
    assert "'process_efficiency' is not kept" in text
    assert "2050 lies outside the run; choose from 2024 to 2033" in text


def test_what_is_refused_has_no_value_in_runs_of_many_samples():
    results = mfa.run(small_inputs("small", sector_value=10.0), detail="totals")
    for name in set(NOT_KEPT) & set(results.arrays("indicators")):
        assert np.isnan(results.arrays("indicators")[name]).all()
    assert "chemistry_mix" not in results.arrays("policy")


# --- values ----------------------------------------------------------------------------------------------------------


def test_values_are_those_of_single_runs():
    design = SmallDesign(3)
    kept = outputs("import_requirement", "in_use", "discards", "secondary", "imports", "price", "sales_units")
    found = evaluate(design, 0, 3, kept)
    frame = design.values(0, 3)
    for i in range(3):
        one = mfa.run(
            small_inputs("one", content=xr.DataArray([frame.iloc[i, 0]], coords={"element": ["Co"]}),
                         base_collection_rate=frame.iloc[i, 1], sales=xr.DataArray(frame.iloc[i, 2]))
        )  # fmt: skip
        flows = {name: array.pint.dequantify() for name, array in one.flows.items()}
        spare = ["product", "component"]
        discards = sum(flows[f].sum(spare) for f in ("discards_direct", "discards_hibernating", "exports_used"))
        wanted = {
            "import_requirement": one.plain("indicators")["import_requirement"],
            "in_use": one.plain("stocks")["in_use"].sum(spare),
            "discards": discards,
            "secondary": one.plain("flows")["secondary"].sum(["route", "scrap"]),
            "imports": one.plain("flows")["imports"].sum("origin"),
            "price": one.plain("policy")["price"],
            "sales_units": one.plain("items")["sales_units"],
        }
        for name, array in wanted.items():
            np.testing.assert_allclose(found[name][i], array.values, rtol=1e-12, err_msg=name)


def test_by_hand():
    """Cars last 3 years: those of 2024 go in 2027, all at once (sold mid-year: in the third year after)."""
    design = SmallDesign(1)
    content, rate, sales = design.values(0, 1).iloc[0]
    found = evaluate(design, 0, 1, outputs("discards", "secondary", "import_requirement", years=[2026, 2027]))
    # 2027: all cars of 2024, of which `rate` is collected, of which 90 % is recovered
    np.testing.assert_allclose(found["discards"][0, 0, :, 0], [0.0, sales * content])
    np.testing.assert_allclose(found["secondary"][0, 0, :, 0], [0.0, 0.9 * rate * sales * content])
    np.testing.assert_allclose(found["import_requirement"][0, 0, :, 0], [1.0, 1.0 - 0.9 * rate])


def test_a_missing_value_comes_with_its_reason():
    found = evaluate(SmallDesign(8), 0, 8, outputs("import_requirement", "in_use"), reasons=True)
    nothing_sold = 5  # samples 5, 16, ... sell nothing
    assert np.isnan(found["import_requirement"][nothing_sold]).all()
    codes = found["reason_of_import_requirement"]
    assert codes.dtype == np.int8
    assert {REASONS[code] for code in codes[nothing_sold].ravel()} == {"no need"}
    assert not codes[:5].any()
    assert "reason_of_in_use" not in found
    assert (found["in_use"][nothing_sold] == 0.0).all()


def test_where_nothing_varies_every_sample_is_the_same():
    class Constant:
        size = 5

        def inputs(self, start, stop):
            return small_inputs("small")

    found = evaluate(Constant(), 1, 4, outputs("imports"))["imports"]
    assert found.shape == (3, 1, 10, 1)
    assert (found == found[0]).all() and found.any()


def test_coordinates_name_every_cell():
    found = coordinates(outputs("imports", years=[2030, 2025])[0], small_inputs("small"))
    assert found == {"region": ["region"], "time": [2025, 2030], "element": ["Co"]}


# --- a sample's result is its own ------------------------------------------------------------------------------------


class AllLevers:
    """Samples of a random system with all levers, whose yields and costs decide how many rounds its market takes."""

    def __init__(self, size):
        self.size = size
        self.arrays, self.years, self.lifetimes = random_system(3, "every")

    def inputs(self, start, stop):
        draws = np.array([np.random.default_rng([7, i]).uniform(0.6, 1.0) for i in range(start, stop)])
        factor = xr.DataArray(draws, dims="sample", coords={"sample": np.arange(start, stop)})
        changed = {
            name: self.arrays[name] * factor for name in ("recovery_yield", "opex", "sales") if name in self.arrays
        }
        return engine_inputs({**self.arrays, **changed}, self.years, self.lifetimes)


@pytest.mark.parametrize("design", [SmallDesign(3 * BLOCK + 7), AllLevers(2 * BLOCK + 5)], ids=["small", "all levers"])
def test_any_part_of_a_design_gives_the_same_bits(design):
    kept = outputs()
    whole = evaluate(design, 0, design.size, kept, reasons=True)
    for start, stop in ((0, 1), (5, 6), (BLOCK - 1, BLOCK + 1), (BLOCK, 2 * BLOCK), (17, design.size)):
        if stop > design.size:
            continue
        part = evaluate(design, start, stop, kept, reasons=True)
        for name, array in part.items():
            assert array.tobytes() == whole[name][start:stop].tobytes(), (name, start, stop)


def test_a_part_outside_the_design_is_refused():
    for start, stop in ((0, 11), (5, 5), (-1, 3)):
        with pytest.raises(InputError, match="are no part of 0 to 10"):
            evaluate(SmallDesign(10), start, stop, outputs("imports"))


def test_an_error_names_the_sample():
    design = SmallDesign(70, broken=45)
    with pytest.raises(ModelError, match="^sample 45: content: is broken; mend it$"):
        evaluate(design, 0, 70, outputs("imports"))
