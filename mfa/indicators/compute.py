"""All indicators of a run at once, from plain arrays, each with the reason where it has no value."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from mfa.indicators import circularity, cost, criticality, dependence
from mfa.indicators.ratios import first_reason, is_flag, missing_because, reason_code, sum_over_period
from mfa.indicators.sums import (
    BY_ORIGIN,
    BY_PRODUCT,
    KEPT,
    Arrays,
    InputsLike,
    annual_sums,
    broadcast_parameter,
    flow_by,
    foreign_imports,
    must_flow_by,
)

READ_WITH_UNMET: tuple[str, ...] = (
    "recycled_content",
    "eol_recycling_input_rate",
    "net_import_reliance",
    "net_import_reliance_raw",
    "net_import_reliance_scrap",
    "net_import_reliance_embodied",
    "hhi",
    "hhi_governance",
    "hhi_governance_mine",
    "chokepoint",
    "supply_risk",
    "critical",
    "top_origin_share",
    "days_of_cover",
)
"""Indicators that a ban can make look better by shrinking need or supply; never shown without the unmet share."""


def _ratios(sums: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Indicators that are one sum of flows over another, with their reasons."""
    needed, met, old = sums["requirement"], sums["realised_requirement"], sums["secondary_old"]
    secondary = old + sums["secondary_new"] + sums["secondary_imported"]
    kept = sums["collected"], sums["to_second_life"], sums["reused"]
    raw = dependence.net_import_reliance_raw(sums["net_imports"], sums["domestic"])
    parts: dict[str, tuple[np.ndarray, str]] = {
        "eol_collection_rate": (circularity.eol_collection_rate(*kept, sums["pool"]), "no discards"),
        "eol_collection_rate_wide": (circularity.eol_collection_rate(*kept, sums["discards"]), "no discards"),
        "process_efficiency": (circularity.process_efficiency(old, sums["processed_old"]), "no old scrap processed"),
        "eol_recycling_rate": (circularity.eol_recycling_rate(old, sums["pool"]), "no discards"),
        "eol_recycling_rate_wide": (circularity.eol_recycling_rate(old, sums["discards"]), "no discards"),
        "recycled_content": (circularity.recycled_content(sums["domestic_use"], met), "no need met"),
        "eol_recycling_input_rate": (
            circularity.eol_recycling_input_rate(sums["old_metal_used"], met),
            "no need met",
        ),
        "old_scrap_ratio": (
            circularity.old_scrap_ratio(old, sums["secondary_new"], sums["secondary_imported"]),
            "no secondary metal",
        ),
        "net_import_reliance": (dependence.net_import_reliance(raw), "apparent consumption not positive"),
        "net_import_reliance_raw": (raw, "apparent consumption not positive"),
        "net_import_reliance_scrap": (
            dependence.net_import_reliance_scrap(
                sums["net_imports"], sums["imports_scrap"], sums["exports_scrap"], sums["primary"], old
            ),
            "apparent consumption not positive",
        ),
        "net_import_reliance_embodied": (
            dependence.net_import_reliance_embodied(
                sums["net_imports"],
                sums["imports_product"],
                sums["imports_component"],
                sums["exports_product"],
                sums["domestic"],
            ),
            "apparent consumption not positive",
        ),
        "import_requirement": (dependence.import_requirement(sums["import_need"], needed), "no need"),
        "self_sufficiency": (
            dependence.self_sufficiency(sums["owned_imports"], sums["primary"], old, sums["secondary_new"], needed),
            "no need",
        ),
        "n_1_cover": (
            dependence.n_1_cover(secondary, sums["primary"], sums["imports"], sums["largest_origin"], needed),
            "no need",
        ),
        "top_origin_share": (dependence.top_origin_share(sums["largest_origin"], met), "no need met"),
        "unmet_share": (dependence.unmet_share(needed, met), "no need"),
    }
    values = {name: value for name, (value, _) in parts.items()}
    reasons = {name: missing_because(value, why) for name, (value, why) in parts.items()}
    unknown = np.where(np.isnan(sums["processed_old"]), np.int8(reason_code("detail not kept")), np.int8(0))
    reasons["process_efficiency"] = first_reason(unknown, reasons["process_efficiency"])
    exporter = np.where(raw < 0.0, np.int8(reason_code("net exporter")), np.int8(0))
    reasons["net_import_reliance"] = first_reason(reasons["net_import_reliance"], exporter)
    return values, reasons


def _flag_unmet(reasons: dict[str, np.ndarray], unmet_share: np.ndarray) -> None:
    """Add to the reasons of all indicators that a ban embellishes that part of the need was not met."""
    unmet = unmet_share > 0.0
    if not unmet.any():
        return
    exporter, plain, both = (
        reason_code(text) for text in ("net exporter", "part of the need unmet", "net exporter; part of the need unmet")
    )
    for name in READ_WITH_UNMET:
        if name in reasons:
            codes = reasons[name]
            codes = np.where(unmet & (codes == 0), np.int8(plain), codes)
            reasons[name] = np.where(unmet & (codes == exporter), np.int8(both), codes)


def _concentration(
    plain: Arrays, inputs: InputsLike, values: dict[str, np.ndarray], reasons: dict[str, np.ndarray]
) -> None:
    """Concentration of imports, supply risk and economic importance, added to `values` and `reasons`."""
    imports = foreign_imports(plain["flows"]["imports"], inputs)
    count = imports.shape[dependence.ORIGIN_AXIS]
    sizes = {"origin": count, "miner": count}
    governance = broadcast_parameter(inputs, "governance", BY_ORIGIN, sizes)
    barriers = broadcast_parameter(inputs, "trade_factor", BY_ORIGIN, sizes)
    shares = dependence.import_shares(imports)
    mined = shares
    if inputs.arrays.get("ore_share") is not None:
        mined = criticality.mine_shares(shares, broadcast_parameter(inputs, "ore_share", (*BY_ORIGIN, "miner"), sizes))
    refining = criticality.hhi_governance(shares, governance, barriers)
    mining = refining if mined is shares else criticality.hhi_governance(mined, governance, barriers)
    stage = criticality.chokepoint(refining, mining)
    values["hhi"] = dependence.hhi(shares)
    values["hhi_governance"], values["hhi_governance_mine"], values["chokepoint"] = refining, mining, stage
    for name in ("hhi", "hhi_governance", "hhi_governance_mine", "chokepoint"):
        reasons[name] = missing_because(values[name], "no imports")

    values["supply_risk"] = criticality.supply_risk(
        broadcast_parameter(inputs, "world_hhi_g", KEPT),
        np.where(stage == criticality.MINING, mining, refining),
        values["net_import_reliance_raw"],
        values["eol_recycling_input_rate"],
        broadcast_parameter(inputs, "substitution_index_sr", KEPT),
    )
    reasons["supply_risk"] = first_reason(
        reasons["eol_recycling_input_rate"],
        reasons["net_import_reliance_raw"],
        reasons["hhi_governance"],
        _flag_absent(inputs, "world_hhi_g", "world concentration not given", reasons["hhi_governance"]),
    )
    use = flow_by(plain["flows"], "refined_use", BY_PRODUCT)
    if use is None:
        values["economic_importance"] = np.full(values["supply_risk"].shape, np.nan)
        reasons["economic_importance"] = missing_because(values["economic_importance"], "detail not kept")
    else:
        values["economic_importance"] = criticality.economic_importance(
            use,
            broadcast_parameter(inputs, "sector_value", BY_PRODUCT, {"product": use.shape[-2]}),
            broadcast_parameter(inputs, "substitution_index_ei", KEPT),
        )
        reasons["economic_importance"] = first_reason(
            missing_because(values["economic_importance"], "no metal used in products"),
            _flag_absent(inputs, "sector_value", "sector values not given", values["economic_importance"]),
        )
    values["critical"] = criticality.critical(values["supply_risk"], values["economic_importance"])
    axes = reasons["supply_risk"], reasons["economic_importance"]
    missing = (np.where(is_flag(codes), np.int8(0), codes) for codes in axes)
    reasons["critical"] = first_reason(*missing, *axes)


def _flag_absent(inputs: InputsLike, name: str, text: str, like: np.ndarray) -> np.ndarray:
    """Flag where an input without a telling default is absent: the 0 that stands for it is no finding."""
    return np.full(like.shape, np.int8(0 if inputs.arrays.get(name) is not None else reason_code(text)))


def _primary_money(
    flows: Mapping[str, np.ndarray], inputs: InputsLike, price: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Full cost and public support of domestic primary metal (sample, region, time); NaN if sources are not told."""
    primary = flow_by(flows, "primary", BY_ORIGIN)
    if primary is None:
        total = must_flow_by(flows, "primary", KEPT)
        sources = broadcast_parameter(inputs, "origin_domestic", ("origin",)).ravel()
        if sources.sum() != 1 and total.any():
            unknown = np.full(total.shape[:-1], np.nan)
            return unknown, unknown
        primary = sources[:, None, None] * np.expand_dims(total, dependence.ORIGIN_AXIS)  # all from the only source
    sizes = {"origin": primary.shape[dependence.ORIGIN_AXIS]}
    primary_cost = broadcast_parameter(inputs, "primary_cost", BY_ORIGIN, sizes)
    return (primary_cost * primary).sum(axis=(-3, -1)), cost.primary_support(primary, primary_cost, price)


def _money(plain: Arrays, inputs: InputsLike, sums: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Cost, import bill and greenhouse gas avoided."""
    flows, policy, price = plain["flows"], plain["policy"], plain["policy"]["price"]
    spent_on_primary, support = _primary_money(flows, inputs, price)
    secondary = sums["secondary_old"] + sums["secondary_new"] + sums["secondary_imported"]
    stockpiling = cost.stockpile_cost(
        price, sums["stock_fill"], sums["stock_release"], flows["pool_in"], flows["pool_out"]
    )
    penalties = (
        policy["floor_charge"].sum(axis=-1)
        + policy["content_charge"].sum(axis=-1)
        + policy["quota_charge"].sum(axis=(-2, -1))
    )
    return {
        "co2_avoided": cost.co2_avoided(
            secondary,
            broadcast_parameter(inputs, "ef_primary", KEPT),
            broadcast_parameter(inputs, "ef_secondary", KEPT),
        ),
        "import_bill": cost.import_bill(price, sums["imports"]),
        "public_cost": cost.public_cost(
            policy["collection_subsidy_paid"] + policy["output_subsidy_paid"],
            policy["grant_paid"],
            policy["research_paid"],
            policy["keep_cost_paid"],
            support,
            stockpiling,
            penalties,
        ),
        "social_cost": cost.social_cost(
            policy["opex_total"].sum(axis=-1),
            policy["capex_total"].sum(axis=-1),
            policy["collection_cost_total"],
            policy["research_paid"],
            policy["keep_cost_paid"],
            spent_on_primary,
            stockpiling,
        ),
    }


CONCENTRATION = frozenset(
    ("hhi", "hhi_governance", "hhi_governance_mine", "chokepoint", "supply_risk", "economic_importance", "critical")
)
MONEY = frozenset(("co2_avoided", "import_bill", "public_cost", "social_cost"))
"""Indicators that are made together, and only if one of them is wanted."""


def compute_indicators(
    plain: Arrays, inputs: InputsLike, names: Collection[str] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """All indicators of the vocabulary for every year, and the reason where one has no value.

    Parameters
    ----------
    plain : mapping of groups
        Results as plain arrays (sample, *dims of the vocabulary) in canonical units; `flows`, `stocks` and `policy` are
        read. Flows may be summed as `flow_by` says, but imports need their origins and secondary metal its scrap.
    inputs : Inputs
        The run's inputs: origins, governance, emission factors and the like.
    names : collection of str, optional
        Indicators that are wanted, all if None: others may be left out.

    Returns
    -------
    values : dict of ndarray (sample, region, time, element)
        By name of the indicator; public and social cost (sample, region, time). NaN where undefined.
    reasons : dict of ndarray of int8, same shapes
        Codes into `mfa.indicators.REASONS`: why there is no value, or a flag to be read with it (`FLAGS`).

    Raises
    ------
    InputError
        If a parameter that is needed is missing and has no default, or a flow lacks detail that it needs.

    References
    ----------
    UNEP 2011; USGS, Mineral Commodity Summaries; METI 2010; Blengini et al. 2017.
    """
    sums = annual_sums(plain, inputs)
    values, reasons = _ratios(sums)
    values["eol_recycling_rate_cumulated"] = circularity.eol_recycling_rate_cumulated(
        sums["secondary_old"], sums["pool"]
    )
    reasons["eol_recycling_rate_cumulated"] = missing_because(values["eol_recycling_rate_cumulated"], "no discards")
    values["days_of_cover"] = dependence.days_of_cover(plain["stocks"]["stockpile"], sums["realised_requirement"])
    reasons["days_of_cover"] = missing_because(values["days_of_cover"], "no need met")
    if names is None or CONCENTRATION & set(names):
        _concentration(plain, inputs, values, reasons)
    if names is None or MONEY & set(names):
        for name, value in _money(plain, inputs, sums).items():
            values[name], reasons[name] = value, missing_because(value, "detail not kept")
    _flag_unmet(reasons, values["unmet_share"])
    return values, reasons


def ratios_over_period(
    plain: Arrays, inputs: InputsLike, first: int, last: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Indicators that are ratios of flows, over a span of years: sums over sums, not means of annual ratios.

    Parameters
    ----------
    plain : mapping of groups
        Results as for `compute_indicators`.
    inputs : Inputs
        The run's inputs.
    first, last : int
        First and last year of the span, both included.

    Returns
    -------
    values : dict of ndarray (sample, region, element)
        Rates of collection and recycling, recycled content, import reliance and the like; N-1 and the share of the top
        origin take the largest origin of each year.
    reasons : dict of ndarray of int8, same shapes
        Codes into `mfa.indicators.REASONS`.

    Raises
    ------
    InputError
        If the span is empty or reaches beyond the years of the run.
    """
    sums = annual_sums(plain, inputs)
    values, reasons = _ratios({name: sum_over_period(flow, inputs.years, first, last) for name, flow in sums.items()})
    _flag_unmet(reasons, values["unmet_share"])
    return values, reasons
