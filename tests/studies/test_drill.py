"""The drill of a ban in one year of a run: hand cases, its relation to the annual step, what is refused and written."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pint
import pytest
import xarray as xr

import mfa
import mfa.units
from mfa.errors import InputError
from mfa.inputs import InputWarning
from mfa.results import Results
from mfa.run import solve
from mfa.studies.drill import drill
from mfa.studies.drill_result import QUANTITIES
from tests.engine.systems import engine_inputs
from tests.random_systems import random_system


def along(dim, **values):
    return xr.DataArray(list(values.values()), dims=dim, coords={dim: list(values)})


def inputs(years=(2030,), labels=None, **given):
    """Other need of 365 t/yr of one element, 1 t a day, all imported; no products."""
    arrays = {
        "sales": 0.0,
        "lifetime": mfa.Lifetime.fixed(mean=10),
        "chemistry_share": 1.0,
        "content": 0.1,
        "component_mass": 1.0,
        "recovery_yield": 1.0,
        "other_need": 365.0,
        "import_share": along("origin", A=1.0),
        **given,
    }
    return mfa.Inputs(arrays, years=years, labels={"element": ["Dy"], "route": ["plant"], **(labels or {})})


def two_origins(**given):
    """A delivers 60 %, B 40 %."""
    return inputs(import_share=along("origin", A=0.6, B=0.4), **given)


def value(result, name, row=0):
    return result.table[f"{name} [{QUANTITIES[name][0]}]"].iloc[row]


# --- Hand cases ------------------------------------------------------------------------------------------------------


def test_sixty_tonnes_meet_sixty_days():
    # 1 t a day is missing; 60 t last 60 days; 90 - 60 = 30 t unmet, from day 61 of the ban on
    result = drill(inputs(initial_stockpile=60.0), year=2030, origin="A", days=90, start_day=101)
    found = {name: value(result, name) for name in ("cover", "first_short_day", "first_short_day_of_year", "unmet")}
    assert found == {"cover": 60.0, "first_short_day": 61.0, "first_short_day_of_year": 161.0, "unmet": 30.0}
    assert value(result, "missing_share") == 1.0
    assert "need is unmet from 10 Jun on; 30.0 t, 8.2 % of the year's need" in result.to_text()  # day 161; 30/365


def test_half_recycled_doubles_the_cover():
    # 182.5 t of scrap metal at grade 1 meet half: 0.5 t a day is missing, 60 t last 120 days
    half = inputs(initial_stockpile=60.0, initial_scrap_store=182.5, initial_scrap_grade=1.0)
    result = drill(half, year=2030, origin="A", days=90)
    assert value(result, "domestic") == pytest.approx(182.5)
    assert value(result, "cover") == pytest.approx(120.0)
    assert value(result, "unmet") == 0.0
    assert np.isnan(value(result, "first_short_day"))
    assert "the stock meets the gap to the end; it would last 120 days" in result.to_text()


def test_days_of_the_next_year_are_told_and_not_drilled():
    # from day 336 on 30 days are left: 30 t missing, 20 in stock
    result = drill(inputs(initial_stockpile=20.0), year=2030, origin="A", days=50, start_day=336)
    assert (result.days_in_year, result.days_next_year) == (30.0, 20.0)
    assert value(result, "unmet") == 10.0
    assert "30 days fall into 2030, 20 into 2031, which are not drilled" in result.to_text()


def test_headroom_is_used_all_year_by_the_annual_step_only():
    # A (0.6) stops for 73 days, B (0.4) gives 10 % more: 0.44 of 1 t a day, 0.56 missing, 40.88 t in 73 days.
    # Annual: A loses 365 x 0.6 x 73/365 = 43.8 t, B has room for 365 x 0.4 x 0.1 = 14.6: gap 29.2 t
    result = drill(two_origins(headroom=along("origin", A=0.0, B=0.1)), year=2030, origin="A", days=73)
    assert value(result, "daily_gap") == pytest.approx(0.56)
    assert value(result, "gap") == pytest.approx(40.88)
    assert value(result, "annual_gap") == pytest.approx(29.2)
    assert value(result, "headroom_share") == pytest.approx(0.04)
    assert "headroom of others, 4 % of imports, on 365 days" in result.to_text()


def test_without_headroom_both_gaps_are_equal():
    result = drill(two_origins(initial_stockpile=5.0), year=2030, origin="A", days=73, ban=0.5)
    # 1 x 0.6 x 0.5 = 0.3 t a day, 21.9 t; 5 in stock
    assert value(result, "gap") == pytest.approx(21.9)
    assert value(result, "annual_gap") == pytest.approx(21.9)
    assert value(result, "unmet") == pytest.approx(16.9)
    assert value(result, "annual_unmet") == pytest.approx(16.9)
    assert "equal: no headroom" in result.to_text()


def test_a_ban_of_the_whole_year_is_the_annual_ban():
    result = drill(two_origins(headroom=along("origin", A=0.0, B=0.1)), year=2030, origin="A", days=365)
    assert value(result, "gap") == pytest.approx(value(result, "annual_gap"))
    assert "equal: the ban lasts all year" in result.to_text()


def test_owned_deliveries_are_spared_as_far_as_protected():
    # half owned, 80 % of that protected: 0.4 of 1 t a day still comes
    owned = inputs(equity_share=along("origin", A=0.5), equity_protection=0.8)
    assert value(drill(owned, year=2030, origin="A", days=10), "daily_gap") == pytest.approx(0.6)


def test_the_release_limit_is_a_rate():
    # 73 t/yr are 0.2 t a day: need is unmet at once
    result = drill(inputs(initial_stockpile=60.0, release_limit=73.0), year=2030, origin="A", days=10)
    assert value(result, "first_short_day") == 1.0
    assert value(result, "unmet") == pytest.approx(8.0)


def test_two_origins_may_ban_together():
    result = drill(two_origins(), year=2030, origin=["A", "B"], days=10)
    assert value(result, "daily_gap") == pytest.approx(1.0)
    assert result.heading() == "A, B deliver nothing for 10 days from 1 Jan 2030"


def test_the_stock_is_that_with_which_the_year_opens():
    # 36.5 days of 365 t are wanted, 10 t a year filled: 0 on 1 January 2030, 10 in 2031, 20 in 2032
    filling = inputs(range(2030, 2033), stockpile_days=36.5, fill_limit=10.0)
    results = mfa.run(filling)
    stocks = [value(drill(results, year=year, origin="A", days=5), "stock") for year in (2030, 2031, 2032)]
    assert stocks == pytest.approx([0.0, 10.0, 20.0])


def test_a_joint_pool_helps_the_region_that_is_hit():
    # east 10 t, west 30 t; east alone is banned and counts on 40 t
    regions = {"region": ["east", "west"]}
    pooled = inputs(labels=regions, initial_stockpile=along("region", east=10.0, west=30.0), joint_pool=True)
    east = drill(pooled, year=2030, origin="A", days=50, region="east")
    assert east.labels["region"] == ("east",)
    assert (value(east, "stock"), value(east, "cover"), value(east, "unmet")) == (40.0, 40.0, 10.0)
    assert east.heading() == "A delivers nothing to east for 50 days from 1 Jan 2030"
    both = drill(pooled, year=2030, origin="A", days=50)  # equal gaps: 20 t each
    assert both.arrays["stock"].ravel().tolist() == [20.0, 20.0]
    alone = inputs(labels=regions, initial_stockpile=along("region", east=10.0, west=30.0))
    assert value(drill(alone, year=2030, origin="A", days=50, region="east"), "stock") == 10.0


def test_nothing_is_missing_without_imports():
    scrap = inputs(initial_scrap_store=400.0, initial_scrap_grade=1.0)
    result = drill(scrap, year=2030, origin="A", days=90)
    assert value(result, "gap") == 0.0
    assert "nothing is missing: nothing is imported" in result.to_text()


# --- Against the engine ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [30, 200, 365])
def test_the_annual_figures_are_those_of_a_run_with_the_ban(days):
    given = {"initial_stockpile": 12.0, "headroom": along("origin", A=0.0, B=0.1)}
    result = drill(two_origins(**given), year=2030, origin="A", days=days)
    run = mfa.run(two_origins(**given, ban=along("origin", A=days / 365.0, B=0.0)))
    assert value(result, "annual_unmet") == pytest.approx(run.arrays("policy")["unmet_demand"].item(), rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_relations_hold_on_random_systems(seed):
    levers = ("stockpile", "joint_pool", "equity", "headroom", "primary", "other_need", "prices", "used_exports")
    arrays, years, lifetimes = random_system(seed, levers[: 8 if seed % 2 else 4])
    given = engine_inputs(arrays, years, lifetimes)
    results = Results.from_arrays(solve(given)[0], given.labels, years, "USD_2024", {}, given)
    rng = np.random.default_rng(seed)
    year, start, days = int(rng.choice(years)), int(rng.integers(1, 366)), float(rng.uniform(1, 400))
    result = drill(results, year=year, origin="north", days=days, start_day=start, ban=float(rng.uniform(0.1, 1)))
    got, scale = result.arrays, 1e-9 * result.arrays["need"]
    assert (got["annual_gap"] <= got["gap"] * (1 + 1e-9) + scale).all()
    assert (got["annual_unmet"] <= got["unmet"] * (1 + 1e-9) + scale).all()
    no_headroom = got["headroom_share"] == 0.0
    np.testing.assert_allclose(got["annual_gap"][no_headroom], got["gap"][no_headroom], rtol=1e-9, atol=1e-9)
    series = result.series()
    np.testing.assert_allclose(series.unmet.sum(axis=-2), got["unmet"], rtol=1e-9, atol=scale.max())
    met = got["domestic"][..., None, :] / 365 + series.deliveries.sum(axis=2) + series.release + series.unmet
    np.testing.assert_allclose(met, np.broadcast_to(got["need"][..., None, :] / 365, met.shape), rtol=1e-9)


def test_a_run_opened_again_gives_the_same_drill(tmp_path):
    results = mfa.run(inputs(initial_stockpile=60.0))
    results.save(tmp_path / "run", figures=False)
    first = drill(results, year=2030, origin="A", days=90)
    again = drill(tmp_path / "run", year=2030, origin="A", days=90)
    pd.testing.assert_frame_equal(first.table, again.table)


# --- Samples ---------------------------------------------------------------------------------------------------------


def sampled():
    stock = xr.DataArray([10.0, 20.0, 30.0, 40.0, 50.0], dims="sample", coords={"sample": range(5)})
    return drill(inputs(initial_stockpile=stock), year=2030, origin="A", days=30)


def test_samples_are_told_in_quantiles():
    # unmet 20, 10, 0, 0, 0; the first short day is 11, 21, never, never, never
    result = sampled()
    table = result.table.xs(("region", "Dy"))
    assert table.loc[0.5, "unmet [t]"] == 0.0
    assert table.loc[0.95, "unmet [t]"] == pytest.approx(18.0)  # a fifth of the way from 20 to 10
    assert table.loc[0.05, "first_short_day [day]"] == 11.0
    assert np.isnan(table.loc[0.5, "first_short_day [day]"])
    assert table["samples_short [1]"].tolist() == [0.4] * 3
    assert "need is unmet in 40 % of the samples" in result.to_text()
    assert "quantiles of 5 samples" in result.to_markdown()


def test_samples_have_a_band_in_the_picture():
    words = [text.get_text() for text in sampled().plot().axes[-2].get_legend().get_texts()]
    assert "Stock, 5 and 95 % of samples" in words
    assert sampled().daily["stock"].dims == ("sample", "region", "day", "element")


# --- What is refused, and what is warned of --------------------------------------------------------------------------


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        drill(two_origins(), year=2031, origin="a", days=0, element="Tb", start_day=366, ban=50, region="north")
    text = str(caught.value)
    for words in (
        "unknown origin 'a'; did you mean 'A'?",
        "unknown element 'Tb'",
        "unknown region 'north'",
        "2031 is not a year of the run; give one from 2030 to 2030",
        "366 is not a day of the year; give a day from 1 to 365",
        "0 is not the length of a ban",
        "50 is not a share of the deliveries; write 0.5 for 50 %",
    ):
        assert words in text


def test_a_source_inside_the_region_cannot_ban():
    mud = inputs(import_share=along("origin", A=1.0, mud=0.0), origin_domestic=along("origin", A=False, mud=True))
    with pytest.raises(InputError, match="'mud' is a source inside the region.*foreign origins: A"):
        drill(mud, year=2030, origin="mud", days=5)


@pytest.mark.parametrize("bad", [{"days": float("nan")}, {"days": -1}, {"start_day": 0}, {"ban": 0.0}, {"origin": []}])
def test_impossible_questions(bad):
    with pytest.raises(InputError):
        drill(two_origins(), **{"year": 2030, "origin": "A", "days": 5, **bad})


def test_results_without_inputs_are_refused():
    results = mfa.run(inputs())
    results.inputs = None
    with pytest.raises(InputError, match="needs the inputs"):
        drill(results, year=2030, origin="A", days=5)


def test_an_origin_without_a_share_is_a_warning():
    idle = inputs(import_share=along("origin", A=1.0, B=0.0))
    with pytest.warns(InputWarning, match="B has no share in the imports of Dy in 2030"):
        result = drill(idle, year=2030, origin="B", days=5)
    assert value(result, "gap") == 0.0
    assert "nothing is missing: nothing comes from there" in result.to_text()


def test_a_ban_of_the_scenario_itself_is_a_warning_and_left_out():
    banned = two_origins(ban=along("origin", A=0.0, B=1.0))
    with pytest.warns(InputWarning, match="bans exports of Dy from B in 2030"):
        result = drill(banned, year=2030, origin="A", days=10)
    assert value(result, "daily_gap") == pytest.approx(0.6)


def test_elements_without_a_share_are_left_out_unless_named():
    share = xr.DataArray(
        [[1.0, 0.5], [0.0, 0.5]], dims=("origin", "element"), coords={"origin": ["A", "B"], "element": ["Nd", "Dy"]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = drill(inputs(labels={"element": ["Nd", "Dy"]}, import_share=share), year=2030, origin="B", days=5)
    assert result.labels["element"] == ("Dy",)


# --- What is shown and written ---------------------------------------------------------------------------------------


@pytest.fixture
def shown():
    return drill(two_origins(initial_stockpile=5.0, initial_scrap_store=10.0, initial_scrap_grade=1.0), year=2030,
                 origin="A", days=30, start_day=20)  # fmt: skip


def test_files(tmp_path: Path, shown):
    paths = shown.save(tmp_path / "new" / "folder")
    names = ["drill.csv", "drill.md", "drill.png", "drill.svg", "drill_daily.csv"]
    assert sorted(path.name for path in paths) == names
    table = pd.read_csv(paths[0])
    assert table.loc[0, ["scenario", "year", "origin", "days", "region", "element"]].tolist()[1:4] == [2030, "A", 30.0]
    assert table.loc[0, "unmet [t]"] == value(shown, "unmet")
    days = pd.read_csv(paths[1])
    assert len(days) == 365
    assert days["unmet [t/day]"].sum() == pytest.approx(value(shown, "unmet"))
    layers = [column for column in days if column.endswith("[t/day]")]
    np.testing.assert_allclose(days[layers].sum(axis=1), 1.0)
    assert "# A delivers nothing for 30 days from 20 Jan 2030" in paths[2].read_text(encoding="utf-8")
    assert ">Drawn from the stockpile<" in paths[3].read_text(encoding="utf-8")
    assert paths[4].read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, shown):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        shown.save(tmp_path / "file")


def test_text_fits_a_terminal_and_html_is_escaped(shown):
    assert max(map(len, str(shown).splitlines())) <= 100
    assert "<table" in shown._repr_html_()
    assert repr(shown).startswith("<mfa drill of unnamed: A delivers nothing for 30 days")


def test_daily_quantities_carry_units(shown):
    daily = shown.daily
    assert daily["stock"].data.units == mfa.units.ureg.metric_ton
    assert daily["deliveries"].sel(origin="B").sum().data.to("t/day").magnitude == pytest.approx(365 * 0.4 * 355 / 365)
    with pytest.raises(pint.DimensionalityError):
        daily["stock"] + daily["unmet"]


def test_the_picture_shows_the_days_around_the_ban(shown, tmp_path):
    figure = shown.plot(tmp_path / "x.pdf")
    axis = figure.axes[0]
    assert axis.get_xlim() == (9.0, 59.0)  # 10 days before day 20, 10 after day 49
    assert "t/day" in axis.get_title(loc="left")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
