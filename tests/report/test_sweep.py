"""Text and figures of a sweep."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.text import Text

from mfa.errors import InputError
from mfa.inputs.levers import Lever
from mfa.report.sweep_figure import axis_label, draw_sweep
from mfa.report.sweep_view import response
from mfa.studies.sweep import Sweep, coordinate_of


def lever(name, values, unit="1"):
    given = tuple(float(value) if not isinstance(value, str) else value for value in values)
    return Lever(f"policy.{name}", name, ("policy", *name.split(".")), given, unit, given)


QUOTA = lever("collection_quota.bev", [0.0, 0.4, 0.8])
PENALTY = lever("collection_penalty", [0.0, 1000.0, 2000.0, 3000.0], "USD_2024/t")
INVEST = lever("invest", ["false", "true"])


@pytest.fixture
def sweep():
    """Shares, tonnes and money that grow with every lever."""

    def make(*levers):
        shape = tuple(len(one.values) for one in levers)
        rise = np.indices(shape).sum(axis=0).astype(float)
        own = xr.DataArray(np.ones((1, 2, 2)), dims=("region", "time", "element"),
                           coords={"region": ["Here"], "time": [2030, 2040], "element": ["Co", "Dy"]})  # fmt: skip
        grid = xr.DataArray(rise, dims=[one.name for one in levers])
        worth = (grid * own.isel(time=0, element=0, drop=True) * 2e9).assign_attrs(units="USD_2024")
        plain = xr.Dataset(
            {
                "import_requirement": (0.5 + 0.05 * grid * own.assign_coords(time=[2030, 2040])).assign_attrs(
                    units="1"
                ),
                "stockpile": (7.0 + 0.0 * grid * own).assign_attrs(units="t"),
                "public_cost_present_value": worth,
                "collection_rate": (grid * own.expand_dims(product=["bev", "phev"])).assign_attrs(units="1"),
            },
            {one.name: coordinate_of(one) for one in levers},
            {"money": "USD_2024"},
        )
        return Sweep(plain, levers, "made-up", "Numbers that grow", (2025, 2040), 0.03, ["Present values: a note"])

    return make


def test_one_lever_is_told_value_by_value(sweep):
    text = sweep(QUOTA).to_text()
    assert "  collection_quota.bev  0, 0.4, 0.8  Share that makers must collect (bev)" in text
    assert "3 points; the year shown is 2040" in text
    # 0.5 + 0.05 x 2 = 60 %; 2 bn a step
    assert [line.split() for line in text.splitlines() if line.startswith("0.8")][0] == ["0.8", "60.0", "60.0"]
    assert "Public cost, present value, bn USD_2024" in text
    assert "By more than region, year and element, see table() or sweep.nc: collection_rate." in text


def test_several_levers_are_told_by_their_extremes(sweep):
    text = sweep(QUOTA, PENALTY).to_text(2030, ["Dy"])
    row = next(line for line in text.splitlines() if line.startswith("Import requirement 2030, %"))
    assert row.split()[4:] == ["Dy", "50.0", "(0,", "0", "USD_2024/t)", "75.0", "(0.8,", "3000", "USD_2024/t)"]
    assert "does not change" in next(line for line in text.splitlines() if line.startswith("Stockpile"))
    assert "Co" not in text.split("result")[1]


def test_year_region_and_element_must_be_there(sweep):
    made = sweep(QUOTA)
    with pytest.raises(InputError, match="2050 lies outside the run; choose from 2030 to 2040"):
        made.to_text(2050)
    with pytest.raises(InputError, match="unknown element 'Xx'; elements: Co, Dy"):
        made.to_text(elements=["Xx"])
    with pytest.raises(InputError, match="'secondary' is not in the sweep"):
        made.plot("secondary")
    with pytest.raises(InputError, match="has more dims than region, year and element"):
        made.plot("collection_rate")


def test_response_in_readable_units(sweep):
    made = sweep(QUOTA)
    assert response(made, "import_requirement", 2040, "Here", ["Co"]).values[:, 0].tolist() == pytest.approx(
        [50, 55, 60]
    )
    money = response(made, "public_cost_present_value", 2040, "Here", ["Co"])
    assert (money.unit, money.values[:, 0].tolist()) == ("bn USD_2024", [0.0, 2.0, 4.0])
    assert response(made, "collection_rate", 2040, "Here", ["Co"]) is None


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text)]


def test_contours_of_two_levers_with_labels_and_units(sweep):
    figure = sweep(QUOTA, PENALTY).plot("import_requirement")
    found = texts(figure)
    assert "Import requirement 2040, %" in found
    assert "collection quota, bev [1]" in found
    assert "collection penalty [USD_2024/t]" in found
    assert {"Co", "Dy"} <= set(found)


def test_cells_where_a_lever_has_words(sweep):
    found = texts(sweep(QUOTA, INVEST).plot("import_requirement"))
    assert {"false", "true", "65.0"} <= set(found)  # 0.5 + 0.05 x 3


def test_a_result_that_does_not_answer(sweep):
    assert "7.00 t everywhere" in texts(sweep(QUOTA, PENALTY).plot("stockpile"))


def test_more_levers_are_held_and_the_caption_says_so(sweep):
    figure = sweep(QUOTA, PENALTY, INVEST).plot("import_requirement")
    caption = next(text for text in texts(figure) if text.startswith("Scenario made-up"))
    assert "Held at invest = true" in caption.replace("\n", " ")


def test_one_lever_is_drawn_as_lines(sweep):
    figure = sweep(PENALTY).plot("import_requirement")
    lines = figure.axes[0].lines
    assert [line.get_label() for line in lines] == ["Co", "Dy"]
    np.testing.assert_allclose(lines[0].get_ydata(), [50, 55, 60, 65])
    assert figure.axes[0].get_ylabel() == "Import requirement 2040, %"


def test_files_of_all_results_that_can_be_drawn(sweep, tmp_path):
    written = draw_sweep(sweep(QUOTA, INVEST), tmp_path)
    assert sorted(path.name for path in written if path.suffix == ".svg") == [
        "import_requirement.svg", "public_cost_present_value.svg", "stockpile.svg",
    ]  # fmt: skip


def test_long_names_of_levers_are_broken():
    label = axis_label(lever("recovery_yield_max.magnet.Dy.somewhere.else", [0.1, 0.2]))
    assert max(map(len, label.splitlines())) <= 38
