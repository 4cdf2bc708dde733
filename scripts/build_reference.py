"""The reference of every name of the model: writes docs/reference.md from mfa/vocabulary.py.

    python scripts/build_reference.py            writes the page
    python scripts/build_reference.py --check    says whether the page is current; exit code 1 if not

Names, dims, units, defaults, ranges and meanings come from the vocabulary; the equations of flows, stocks, items and
policy results stand here, in the symbols of docs/model.md; links lead to the sections of that page that use a name.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from mfa.vocabulary import (
    DIMENSIONS,
    FLOWS,
    INDICATORS,
    ITEMS,
    PARAMETERS,
    POLICY,
    PROCESSES,
    QUOTA_STATES,
    SCRAP,
    STOCKS,
    Flow,
    Parameter,
    Variable,
)

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference.md"
MODEL = ROOT / "docs" / "model.md"

FILL = {
    "path": "linear between, held before and after",
    "span": "linear between; first and last year of the run must be given",
    "ramp": "default before the first year given, then linear, held after",
    "step": "held from each year given to the next, default before",
    "exact": "only the years given, default elsewhere",
    "": "no years",
}

SYMBOLS = {
    "sales": "N", "lifetime": "S", "hazard_multiplier": "μ", "reuse_share": "ρ_u", "content": "x",
    "component_mass": "m", "base_price": "P0", "scarcity_exponent": "ψ", "chemistry_share": "σ0",
    "substitution_response": "b", "substitution_speed": "s", "used_export_share": "u_x", "hibernation_share":
    "u_h", "hibernation_release": "ρ", "base_collection_rate": "c0", "max_collection_rate": "c_max",
    "base_scrap_value": "V0", "collection_elasticity": "ε", "collection_quota": "Q", "collection_penalty": "p_c",
    "recovery_yield": "η0", "recovery_yield_max": "η_max", "payable_share": "α", "route_choice": "β",
    "recovery_floor": "η_f", "floor_penalty": "p_f", "product_imports": "M", "product_exports": "X",
    "component_import_share": "i", "manufacturing_yield": "y", "secondary_share_max": "r", "import_share": "ω",
    "ore_share": "B", "equity_share": "θ", "content_quota": "q", "content_penalty": "p_q", "certificate_speed":
    "v", "growth_limit": "g_max", "plant_life": "n", "capex_grant": "g", "discount_rate": "d", "invest_response":
    "b_I", "learning_rate": "L", "initial_throughput": "X0", "knowledge_start": "K0", "knowledge_decay": "δ",
    "used_export_destination": "d_u", "scrap_export_destination": "d_s",
}  # fmt: skip
"""Symbols of parameters in docs/model.md, which introduces each behind its name."""

EQUATIONS = {
    # flows
    "primary": "min(capacity, need left), by rising cost; all of capacity with `primary_export`",
    "imports": "ω J, within caps in a ban year; and what fills the stockpile",
    "exports_refined": "secondary + primary - their use - what fills the stockpile",
    "refined_use": "(home-made units + spares) σ x / y",
    "to_products": "refined_use y",
    "new_scrap": "(refined_use - to_products) `new_scrap_share`",
    "mfg_loss": "(refined_use - to_products) (1 - `new_scrap_share`)",
    "imports_product": "M (1 - product_ban) σ x",
    "imports_component": "output φ_p i / φ'_k σ x",
    "exports_product": "exports from output φ_p x of their mix + re-exports (1 - product_ban) σ x",
    "other_use": "`other_need` φ_e",
    "sales": "units sold · mix of the cohort · x",
    "spares": "spares made · mix of the cohort · x",
    "discards_direct": "(1 - u_x - u_h) discards + failed parts",
    "discards_hibernating": "u_h discards",
    "exports_used": "u_x (1 - keep_share) discards",
    "imports_used": "Σ_r d_u[r] exports_used[r]",
    "released": "ρ hibernation[t-1]",
    "collected": "(rate E - reused) (1 - second_life_share)",
    "uncollected": "(1 - rate) E",
    "reused": "min(need of spares, `reuse_share` rate direct parts)",
    "to_second_life": "(rate E - reused) second_life_share",
    "second_life_eol": "outflow of second life · `second_life_collection`",
    "second_life_lost": "outflow of second life · (1 - `second_life_collection`)",
    "imports_scrap": "`scrap_imports` `scrap_import_grade` + Σ_r d_s[r] exports_scrap[r]",
    "exports_scrap": "`scrap_export_share` of the feed",
    "secondary": "processed grade η",
    "recovery_loss": "processed grade (1 - η)",
    "overflow": "max(0, store - `backlog_limit` total capacity)",
    "stock_release": "min(gap, stock, `release_limit`); in a pool gap min(1, ΣA/Σgap)",
    "stock_fill": "clip(days Rref/365 - stock, 0, `fill_limit`)",
    "pool_in": "stock_release of a member",
    "pool_out": "A min(1, Σgap/ΣA)",
    # stocks
    "in_use": "Σ_c U[c] mix[c] x[c]",
    "hibernation": "hibernation[t-1] + discards_hibernating - released",
    "second_life": "Σ over entry years, second life[t-1] s(a)/s(a-1) + entries s(0)",
    "feed_store": "feed - processed - overflow + new_scrap + scrap of first-year failures",
    "stockpile": "stock[t-1] - drawn + filled",
    "sink": "Σ over years of mfg_loss, uncollected, second_life_lost, recovery_loss, overflow",
    # items
    "sales_units": "max(0, N - M) φ_p + min(N, M) (1 - product_ban)",
    "discards_units": "Σ_c U[t-1,c] - U[t,c], and first-year failures",
    "imports_used_units": "Σ_r d_u[r] u_x[r] (1 - keep_share[r]) discards[r]",
    "stock_units": "Σ_c U[t,c]",
    "unmet_units": "wanted sales - sales_units",
    "early_retirement": "max(0, survivors - stock_target)",
    "product_output": "(N - M + X) φ_p",
    # policy
    "price": "P0 clip((1/φ[t-1])^ψ, 1, price_cap)",
    "chemistry_mix": "shares of home-made, imported and spare components, by units",
    "collection_rate": "c(V + λ), at most `collection_ramp` above last year's",
    "scrap_value": "mean over E of the best π + expected subsidy, at least 0.01 V0",
    "shadow_price": "clip(V0 ((1 - Q)/(1 - c0))^(-1/ε) - V, 0, penalty)",
    "quota_shortfall": "max(0, Q - rate) E', or max(0, obligation - rate E')",
    "quota_unclipped": "Q, or obligation / E",
    "quota_charge": "`collection_penalty` quota_shortfall",
    "collection_subsidy_paid": "min(Σ rate · mass collected, `collection_budget`)",
    "output_subsidy_paid": "min(Σ rate · secondary, `output_budget`)",
    "grant_paid": "min(Σ `capex_grant` capex_total, `grant_budget`)",
    "research_paid": "`research_spending`",
    "keep_cost_paid": "Σ u_x keep_share discards_units `keep_cost`",
    "collection_cost_total": "Σ `collection_cost` mass collected, gross",
    "floor_charge": "p_f Σ max(0, η_f - η) element processed",
    "certificate_price": "of last year, a share v nearer to the goal",
    "content_obligation": "Σ `content_quota` R' of home-made components",
    "content_shortfall": "max(0, obligation - countable) - credits used",
    "content_charge": "`content_penalty` content_shortfall",
    "credit_balance": "credits issued - used - expired",
    "capacity": "the path given, or plants alive where `invest`",
    "orders": "clip(z F - capacity ahead, 0, g_max max(capacity, `seed_capacity`))",
    "processed": "feed shared out by exp(β π) within capacity",
    "gate_fee_paid": "Σ max(0, -π) processed",
    "opex_total": "`opex` with learning · processed",
    "capex_total": "`capex` with learning · orders",
    "recovery_yield": "clip(η_max - (η_max - η0) (K/K0)^-`knowledge_yield_exponent`, 0, η_max)",
    "knowledge_stock": "K0 + A, A = A[t-1] (1 - δ) + research_spending[t-2]",
    "requirement": "Σ ((1 - i) output + spares) σ x / y + other_need",
    "import_need": "J = R - domestic_use - primary used",
    "realised_requirement": "R' = Σ refined_use + other_use",
    "supply_factor": "φ = min(1, (domestic_use + O)/R, O/((1 - r) R)) where a gap remains, else 1",
    "unmet_demand": "max(0, R - R')",
    "domestic_use": "min(secondary, r R')",
    # indicators
    "chokepoint": "1 if hhi_governance_mine > hhi_governance, else 0",
    "public_cost": "subsidies + grants + research + keep cost + max(0, primary cost - P) primary + P (fill - drawn) "
    "- charges",
    "critical": "supply_risk >= 1.0 and economic_importance >= 2.8",
    "social_cost": "opex + capex + collection + research + keep cost + primary cost + P (fill - drawn)",
}
"""Equations by name, where the vocabulary has none. Names in backquotes are parameters."""


def anchor(heading: str) -> str:
    """The link target that GitHub gives a heading.

    >>> anchor("Step 9: supply")
    'step-9-supply'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


Section = tuple[str, set[str], set[str]]
"""A heading of docs/model.md, the names in code under it, and those in its equations and figures."""


def sections() -> list[Section]:
    """Sections of docs/model.md that explain the model."""
    found: list[Section] = []
    fenced = False
    for line in MODEL.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"#{2,3} (.*)", line)
        if heading:
            found.append((heading[1], set(), set()))
        elif line.startswith("```"):
            fenced = not fenced
        elif found and fenced:
            found[-1][2].update(re.findall(r"\w+", line))
        elif found:
            found[-1][1].update(word for code in re.findall(r"`([^`]+)`", line) for word in re.findall(r"\w+", code))
    return [section for section in found if not section[0].startswith(("8.", "9.", "10.", "11."))]


def where(name: str, known: Iterable[Section], most: int = 3) -> str:
    """Links to the sections that name it in the text, else in an equation, else in the figure of flows."""
    known = list(known)
    places = [heading for heading, named, _ in known if name in named]
    places = places or [heading for heading, _, drawn in known if name in drawn]
    steps = [heading for heading in places if not heading.startswith("2.")]
    links = []
    for heading in (steps or places)[:most]:
        title = heading.split(":")[0] if heading.startswith("Step") else re.sub(r"^\d+\. ", "", heading)
        links.append(f"[{title}](model.md#{anchor(heading)})")
    return ", ".join(links)


def dims(names: Iterable[str]) -> str:
    """Dims in one cell."""
    return ", ".join(names) or "-"


def default_of(parameter: Parameter) -> str:
    """Default in one cell."""
    value = parameter.default
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isinf(value):
        return "no limit"
    return f"{value:g}" if isinstance(value, float) else str(value)


def range_of(parameter: Parameter) -> str:
    """Range in one cell, with what the values sum to."""
    text = "true, false" if parameter.kind == "bool" else parameter.range.replace(" ", ", ")
    text = parameter.range if parameter.range.startswith("integer") else text
    return f"{text}; sum 1 over {parameter.sum_over}" if parameter.sum_over else text


def unit_of(parameter: Parameter) -> str:
    """Unit in one cell."""
    if parameter.kind in ("bool", "text"):
        return parameter.kind
    return parameter.unit


def parameter_lines(known: list[Section]) -> list[str]:
    """Parameters by group."""
    lines: list[str] = []
    group = None
    for parameter in PARAMETERS.values():
        if parameter.group != group:
            group = parameter.group
            lines += ["", f"### {group[0].upper()}{group[1:]}", ""]
            lines += ["| Name | Symbol | Dims | Unit | Default | Range | Years | Meaning | Used in |"]
            lines += ["|---|---|---|---|---|---|---|---|---|"]
        cells = (
            f"`{parameter.name}`", SYMBOLS.get(parameter.name, ""), dims(parameter.dims), unit_of(parameter),
            default_of(parameter), range_of(parameter), parameter.fill or "-", parameter.meaning,
            where(parameter.name, known),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def flow_lines(flows: Mapping[str, Flow], known: list[Section]) -> list[str]:
    """Flows by process."""
    lines = ["| Name | From | To | Dims | Unit | Component layer | Meaning | Equation | Used in |"]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    for flow in flows.values():
        ends = (f"{number} {PROCESSES[number]}" for number in (flow.source, flow.target))
        cells = (
            f"`{flow.name}`", *ends, dims(flow.dims), flow.unit, "yes" if flow.mass_layer else "no", flow.meaning,
            EQUATIONS[flow.name], where(flow.name, known),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def variable_lines(variables: Mapping[str, Variable], known: list[Section]) -> list[str]:
    """Stocks, items, policy results, indicators."""
    lines = ["| Name | Dims | Unit | Meaning | Equation | Used in |", "|---|---|---|---|---|---|"]
    for variable in variables.values():
        equation = variable.equation or EQUATIONS[variable.name]
        cells = (
            f"`{variable.name}`", dims(variable.dims), variable.unit, variable.meaning, equation,
            where(variable.name, known),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


HEAD = """# Reference

Every name of the model, written by `python scripts/build_reference.py` (`make docs`) from `mfa/vocabulary.py`. Symbols
and equations are those of [model.md](model.md). `money` stands for the money of the dataset, a currency of a stated
year.

[Dimensions](#dimensions), [parameters](#parameters), [flows](#flows), [stocks](#stocks), [items](#items),
[policy results](#policy-results), [indicators](#indicators)
"""
DIMENSIONS_NOTE = (
    "Always in this order. `destination` has the labels of `region`; `miner` has those of `origin` and stands last."
)
PARAMETERS_NOTE = """
Inputs: tables `parameters/<dataset>/<name>.csv`, overrides of a scenario, or arrays. Any dim may be left out: the value
is then the same along it. *Years* says what stands between and beyond the years given:""".strip()
DEFAULTS_NOTE = """
Default *required*: must be given. *none*: off, or as the meaning says. *identity*: each origin its own. Lifetimes take
the columns `survival` and `term`.""".strip()
FLOWS_NOTE = """
Flows of an element. Those with a component layer also exist as tonnes of component (group `components` of the results),
by the same dims without element; `components` also has `processed` [region, time, route, scrap], t/yr.""".strip()
STOCKS_NOTE = "At the end of the year. All but `stockpile` also as tonnes of component."
QUOTA_NOTE = f"""`quota_state` [region, time, product, component] says how a collection quota came out:
{", ".join(QUOTA_STATES)}."""
INDICATORS_NOTE = "Each with a reason where it has no value, or a flag to read with it."


def page() -> str:
    """The whole page."""
    known = sections()
    rules = [f"| {rule or '-'} | {meaning} |" for rule, meaning in FILL.items()]
    parts = [
        [
            HEAD, "## Dimensions", "", DIMENSIONS_NOTE, "", "| Dimension | Meaning |", "|---|---|",
            *(f"| `{name}` | {meaning} |" for name, meaning in DIMENSIONS.items()),
            "", f"Labels of `scrap`: {', '.join(SCRAP)}. All others are those of the dataset.", "",
        ],
        ["## Parameters", "", PARAMETERS_NOTE, "", "| Rule | Between and beyond |", "|---|---|", *rules],
        ["", DEFAULTS_NOTE],
        parameter_lines(known),
        ["", "## Flows", "", FLOWS_NOTE, "", *flow_lines(FLOWS, known)],
        ["", "## Stocks", "", STOCKS_NOTE, "", *variable_lines(STOCKS, known)],
        ["", "## Items", "", *variable_lines(ITEMS, known)],
        ["", "## Policy results", "", *variable_lines(POLICY, known), "", QUOTA_NOTE],
        ["", "## Indicators", "", INDICATORS_NOTE, "", *variable_lines(INDICATORS, known), ""],
    ]  # fmt: skip
    lines = [line for part in parts for line in part]
    return "\n".join(line.rstrip() for line in lines)


def main(arguments: list[str]) -> int:
    """Write the page or check it."""
    if arguments == ["--check"]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        if not current:
            print("docs/reference.md is not current: python scripts/build_reference.py", file=sys.stderr)
        return 0 if current else 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
