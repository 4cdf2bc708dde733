"""ONE table of everything the model names: dimensions, processes, parameters, flows, stocks, indicators.

File checks, the engine, results, `mfa info` and the reference pages all read it. `money` in a unit stands for the money
of the dataset (a currency of a stated year).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

DIMENSIONS: dict[str, str] = {
    "scenario": "A named set of assumptions",
    "sample": "One draw of the uncertain inputs",
    "region": "The economy that is modelled",
    "destination": "Region of the run that used products or scrap of another one arrive in",
    "origin": "Where refined metal comes from: a foreign refiner or a domestic primary source",
    "time": "Calendar year",
    "cohort": "Calendar year in which an item was sold or a component made",
    "product": "What people buy and discard",
    "component": "The part of a product that holds the metal",
    "chemistry": "The kind of component, with a composition of its own",
    "element": "Chemical element",
    "route": "Recycling route",
    "scrap": "Kind of scrap: old (discarded), new (from manufacturing), imported",
    "miner": "Origin where the ore was mined",
}
NAMED_LIKE = {"destination": "region", "miner": "origin"}
"""Dimensions that take their labels from another one."""
SCRAP = ("old", "new", "imported")
HEADLINE_YEARS = (2024, 2030, 2040, 2050)
"""Years of tables for readers, where none are asked for."""
MASS = "component mass"
"""Name of the component layer where it runs beside the elements."""

PROCESSES: dict[int, str] = {
    0: "outside",
    1: "refined market",
    2: "manufacturing",
    3: "product trade",
    4: "use",
    5: "hibernation",
    6: "collection",
    7: "second life",
    8: "recycling",
    9: "stockpile",
    10: "sink",
}

_LETTERS = {
    "r": "region", "d": "destination", "o": "origin", "t": "time", "c": "cohort", "p": "product", "k": "component",
    "h": "chemistry", "e": "element", "w": "route", "q": "scrap", "m": "miner",
}  # fmt: skip


def dims_of(letters: str) -> tuple[str, ...]:
    """Spell out a short form: ``rtp`` is region, time, product."""
    return tuple(_LETTERS[letter] for letter in letters)


def named_like(dim: str) -> str:
    """Dimension whose labels a dimension takes: its own, or those of another.

    Examples
    --------
    >>> named_like("miner"), named_like("product")
    ('origin', 'product')
    """
    return NAMED_LIKE.get(dim, dim)


@dataclass(frozen=True)
class Parameter:
    """One input: its symbol in the equations, dims, unit, default, range, fill rule and meaning.

    `fill` says what stands between and beyond the years given: ``path`` linear between, held before and after; ``span``
    linear between, first and last year of the run must be given; ``ramp`` default before the first year given, linear
    between, held after; ``step`` held from each year given to the next, default before; ``exact`` only the years given,
    default elsewhere.
    """

    name: str
    symbol: str
    dims: tuple[str, ...]
    unit: str
    default: float | str | bool | None
    range: str
    fill: str
    meaning: str
    kind: str = "number"
    group: str = ""
    sum_over: str | None = None

    @property
    def required(self) -> bool:
        """True if the parameter has no default."""
        return self.default == "required"

    def bounds(self) -> tuple[float, float, bool, bool]:
        """Return low, high and whether each end is excluded."""
        return BOUNDS[self.range]


BOUNDS: dict[str, tuple[float, float, bool, bool]] = {
    "any": (-math.inf, math.inf, False, False),
    ">0": (0.0, math.inf, True, False),
    ">=0": (0.0, math.inf, False, False),
    ">=1": (1.0, math.inf, False, False),
    "0-1": (0.0, 1.0, False, False),
    "]0,1]": (0.0, 1.0, True, False),
    "[0,1[": (0.0, 1.0, False, True),
    "0-10": (0.0, 10.0, False, False),
    "integer >0": (0.0, 1000.0, True, False),  # years; more than any run has
    "integer >=0": (0.0, 1000.0, False, False),
    "": (-math.inf, math.inf, False, False),
}

# name | symbol | dims | unit | default | range | fill | meaning.  A "shares" range adds: sums to 1 over a dimension.
_PARAMETERS = """
[use]
sales|N|rtp|unit/yr|None|>=0|span|Units sold to users in the region; required unless a stock target is given
stock_target||rtp|unit|None|>=0|span|Units wanted in use at year end; sales follow from it
initial_stock||rcp|unit|0|>=0|exact|Units in use at the end of the year before the run, by year of sale
timing|||text|mid|start mid end||When in the year items are sold: all on 1 January, mid-year, or all at year end
lifetime|SF|rcp|yr|required|>0|path|Survival function of a product, by year of sale
component_lifetime|SFk|rpk|yr|None|>0|path|Survival function of a component that may fail before its product
second_lifetime|SF7|rk|yr|None|>0|path|Survival function of a component in second life; 8 years fixed if not given
hazard_multiplier|m|rtp|1|1|>=0|ramp|Factor on the hazard of discard of all cohorts in use; below 1 prolongs life
replacement_max_age||rtpk|yr|inf|>=0|path|Product age up to which a failed component is replaced
reuse_share|reuse|rtpk|1|0|0-1|ramp|Share of the collected components that could serve again as spare parts
[composition]
chemistry_share|sig0|rtpkh|1|required|0-1 sum chemistry|path|Share of each chemistry in the components made in a year, by units
initial_chemistry_share||rcpkh|1|None|0-1 sum chemistry|path|Chemistry shares of the initial stock, by year of sale
content|x|rcpkhe|t/unit|required|>=0|path|Element mass in one component, by year of making
component_mass|mass|rcpkh|t/unit|required|>=0|path|Mass of one component, by year of making
service||rtpkh|kWh/unit or t/unit|None|>0|path|Service of one component (kWh or t); component mass if not given
[trade of products]
product_imports|M|rtp|unit/yr|None|>=0|span|Products imported, in units; 0 if neither this nor a share is given
product_import_share||rtp|1|None|0-1|path|Products imported as a share of wanted sales
product_exports|X|rtp|unit/yr|None|>=0|span|Products exported, in units; 0 if neither this nor a ratio is given
product_export_ratio||rtp|1|None|>=0|path|Products exported per unit of wanted sales
component_import_share|cis|rtpk|1|0|0-1|path|Share of the components built into home-made products that comes ready-made from abroad
other_need||rte|t/yr|0|>=0|path|Refined metal for uses outside the product list
product_ban||rtp|1|0|0-1|exact|Share of product imports denied in a year
carry_share|carry|rtp|1|0|0-1|path|Share of unmet units that is wanted again next year
[discards]
used_export_share|u_x0|rtp|1|0|0-1|path|Share of discards that leaves the region as used products
used_export_destination|d_u|rdtp|1|0|0-1|path|Share of a region's used exports that arrives in another region of the run; the rest goes abroad
keep_share|keep|rtp|1|0|0-1|ramp|Share of used exports that a retention measure keeps in the region
keep_cost||rtp|money/unit|0|>=0|path|Public cost for each unit kept
hibernation_share|u_h|rtp|1|0|0-1|path|Share of discards that is put into a drawer first
hibernation_release|rho|rtp|1/yr|0|0-1|path|Share of the hibernating stock released in a year
[collection]
base_collection_rate|cr0|rtpk|1|0|0-1|path|Share of direct discards and releases that is collected without any measure
max_collection_rate|cr_max|rtpk|1|1|0-1|path|Largest collection rate within reach
base_scrap_value|V0|rtpk|money/t|1|>0|path|Scrap value at which the base collection rate holds
collection_elasticity|eps|rtpk|1|0|>=0|path|Elasticity of the share not collected to scrap value
collection_ramp|ramp|rtpk|1/yr|1|0-1|path|Largest rise of a collection rate in a year
collection_cost||rtpk|money/t|0|>=0|path|Cost of collecting a tonne of component
collection_quota|Q|rtpk|1|0|0-1|ramp|Share that makers must collect, of discards or of sales before
collection_quota_base||rtpk||discards|discards sales|step|What the quota is a share of
collection_penalty|pen|rtpk|money/t|None|>=0|step|Buy-out price of a missing tonne; none: a mandate without buy-out
collection_subsidy||rtpk|money/t|0|>=0|step|Subsidy for each tonne of component collected
collection_budget||rt|money/yr|inf|>=0|step|Most that is paid as collection subsidy in a year
[second life]
second_life_share|s2|rtpk|1|0|0-1|path|Share of collected components that goes to a second life
second_life_collection|cr7|rtk|1|1|0-1|path|Share of second-life components that reaches recycling
[recycling]
scrap_imports||rtkh|t/yr|0|>=0|path|Imported scrap, component mass
scrap_import_grade||rtkhe|1|0|0-1|path|Element mass per component mass of imported scrap
scrap_export_share|xs|rtkh|1|0|0-1|path|Share of the feed that is exported as scrap
scrap_export_destination|d_s|rdtkh|1|0|0-1|path|Share of a region's scrap exports that arrives in another region of the run; the rest goes abroad
initial_scrap_store|S8|rkh|t|0|>=0||Old scrap in store at the end of the year before the run, component mass
initial_scrap_grade||rkhe|1|0|0-1||Element mass per component mass of the initial scrap store
backlog_limit||rt|yr|inf|>=0|path|Years of total capacity that may lie in store; the rest overflows
route_eligible||rtkhwq|bool|true||step|Whether a route takes a component and chemistry from a kind of scrap
recovery_yield|eta0|rtew|1|required|0-1|path|Share of an element in the feed that a route recovers
recovery_yield_max|eta_max|rtew|1|None|0-1|path|Yield that research can reach; the plain yield if not given
payable_share|pay|rtew|1|1|>=0|path|Price received for recovered metal over the price of refined metal
opex||rtw|money/t|0|>=0|path|Operating cost for a tonne of feed
route_choice|beta|rt|t/money|0|>=0|path|Sensitivity of the choice between routes to their margins
output_subsidy|sub|rte|money/t|0|>=0|step|Subsidy for each tonne of element recovered
output_budget||rt|money/yr|inf|>=0|step|Most that is paid as output subsidy in a year
recovery_floor|fl|rtew|1|0|0-1|step|Recovery yield that the law demands of a route
floor_penalty|flpen|rte|money/t|0|>=0|step|Charge for each tonne that a route falls short of the floor
[manufacturing]
manufacturing_yield|y|rtpk|1|1|]0,1]|path|Share of the refined metal used that ends in components
new_scrap_share|ns|rtpk|1|1|0-1|path|Share of the manufacturing loss that is recycled as new scrap
[market]
base_price|Pbase|rte|money/t|0|>=0|path|Price of a tonne of refined element without scarcity
scarcity_exponent|psi|rt|1|0|>=0|path|Exponent of the price answer to last year's shortage
price_cap|Pcap|rt|1|10|>=1|path|Largest ratio of price to base price
substitution_response|b|rtk|kWh/money or t/money|0|>=0|path|Response of chemistry shares to material cost
substitution_speed|s|rt|1/yr|0.5|]0,1]|path|Share of the gap to the wanted chemistry mix closed in a year
secondary_share_max|rc_max|rte|1|1|0-1|path|Largest share of secondary metal in manufacturing need
[supply]
origin_domestic||o|bool|false|||Whether an origin is a primary source inside the region
primary_capacity||rote|t/yr|0|>=0|ramp|Capacity of a domestic primary source
primary_start||ro|year|None|any||First year of a domestic primary source; always if not given
primary_cost||rote|money/t|0|>=0|path|Cost of a tonne from a domestic primary source
primary_always||ro|bool|true|||Whether a domestic source runs even above the market price
primary_export||rte|bool|false||step|Whether domestic sources run beyond need and export the rest
import_share|omega|rote|1|required|0-1 sum origin|path|Share of each foreign origin in refined imports wanted
equity_share|theta|rote|1|0|0-1|path|Share of an origin's deliveries owned or contracted by the region
equity_protection|prot|rte|1|0|0-1|path|Share of owned deliveries that a ban does not touch
headroom|head|rote|1|0|>=0|path|Extra deliveries an unbanned origin can make in a ban year, over its normal ones
ban|ban|rote|1|0|0-1|exact|Share of refined exports of an origin banned (a ban of D days: D/365)
ore_ban||rote|1|0|0-1|exact|Share of ore exports of a mining origin banned
ore_share|B|rotem|1|identity|0-1 sum miner|path|Share of a refiner's ore that was mined in each origin
[stockpile]
initial_stockpile|S9|re|t|0|>=0||National stockpile at the end of the year before the run
stockpile_days|days|rte|day|0|>=0|step|Days of need that the stockpile shall cover
release_limit|rel_max|rte|t/yr|inf|>=0|path|Most that the stockpile releases in a year
fill_limit|fill_max|rte|t/yr|inf|>=0|path|Most that the stockpile takes in a year
joint_pool||rte|bool|false||step|Whether the region's stockpile stands in for other members of a joint pool
[recycled content]
content_quota|Qr|rtpke|1|0|0-1|ramp|Share of secondary metal that home-made components must hold
content_penalty|penr|rte|money/t|None|>=0|step|Price of a missing tonne of recycled content
old_scrap_only||rt|bool|false||step|Whether only old and imported scrap counts as recycled content
credit_life|nb|rt|yr|None|integer >=0|step|Years that a credit for surplus recycled content stays valid; none: no credits
certificate_speed|v|rt|1/yr|0.2|]0,1]|path|Share of the gap to the goal that the certificate price closes in a year
[capacity]
invest||rt|bool|false||step|Whether plants are built by net present value; otherwise capacity is a given path
capacity|K|rtw|t/yr|inf|>=0|path|Recycling capacity, component feed
initial_capacity||rw|t/yr|0|>=0||Capacity at the start of a run with investment
capex||rtw|money/(t/yr)|1|>0|path|Capital cost of a tonne per year of capacity
capex_grant|g|rtw|1|0|0-1|step|Share of capital cost paid by the state
grant_budget||rt|money/yr|inf|>=0|step|Most that is paid as capital grants in a year
plant_life|n|rtw|yr|20|integer >0|path|Years a plant runs
build_lag|lag|rtw|yr|2|integer >=0|path|Years from order to first run
discount_rate|i|rt|1/yr|0.05|>=0|path|Real rate of return wanted
invest_response|bI|rt|1|5|>=0|path|Slope of the investment logit in net present value over capital cost
growth_limit|gmax|rt|1/yr|0.3|>=0|path|Largest orders in a year over present capacity
seed_capacity|Kseed|rtw|t/yr|0|>=0|path|Capacity that the growth limit counts with where none stands yet
learning_rate|LR|rw|1|0|[0,1[||Cost fall for each doubling of cumulative throughput
initial_throughput|X0|rw|t|1|>0||Cumulative throughput before the run
research_spending|RD|rt|money/yr|0|>=0|exact|Public research on recycling
knowledge_start|KS0|r|money|1|>0||Knowledge stock without the programme
knowledge_decay|del|rt|1/yr|0|[0,1[|path|Fading of what the programme added
knowledge_cost_exponent|b2|rt|1|0|>=0|path|Elasticity of cost to knowledge
knowledge_yield_exponent|b3|rt|1|0|>=0|path|Elasticity of the missing yield to knowledge
[indicator inputs]
governance|G|rot|1|5|0-10|path|Governance risk of an origin, (2.5 - WGI) x 2
trade_factor|tf|rote|1|1|>0|path|Trade barriers of an origin, factor on its risk
world_hhi_g||rte|1|0|>=0|path|Governance-weighted concentration of world supply, the larger of mine and refinery
substitution_index_sr|SI_SR|rte|1|1|]0,1]|path|Substitution index for supply risk
substitution_index_ei|SI_EI|rte|1|1|]0,1]|path|Substitution index for economic importance
sector_value|Q_p|rp|1|0|0-10||Value added of the product's sector, largest sector 10
ef_primary|EF|rte|CO2|0|>=0|path|Greenhouse gas of primary metal, t CO2/t
ef_secondary|EF|rte|CO2|0|>=0|path|Greenhouse gas of secondary metal, t CO2/t
"""


def _read_parameters() -> dict[str, Parameter]:
    table: dict[str, Parameter] = {}
    group = ""
    for line in _PARAMETERS.strip().splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            continue
        name, symbol, letters, unit, default_text, range_text, fill, meaning = line.split("|")
        kind, sum_over = "number", None
        if "sum" in range_text:
            range_text, sum_over = range_text.split(" sum ")
        if unit == "bool":
            kind, unit = "bool", "1"
        if name in ("timing", "collection_quota_base"):
            kind, unit = "text", "1"
        if name in ("lifetime", "component_lifetime", "second_lifetime"):
            kind = "lifetime"
        default: float | str | bool | None
        if default_text == "None":
            default = None
        elif kind == "bool":
            default = default_text == "true"
        else:
            try:
                default = float(default_text)
            except ValueError:
                default = default_text
        table[name] = Parameter(
            name, symbol, dims_of(letters), unit or "1", default, range_text, fill, meaning, kind, group, sum_over
        )
    return table


PARAMETERS: dict[str, Parameter] = _read_parameters()


@dataclass(frozen=True)
class Flow:
    """One flow: from and to which process, and the dims it is reported by."""

    name: str
    source: int
    target: int
    dims: tuple[str, ...]
    meaning: str
    mass_layer: bool = True
    unit: str = "t/yr"

    @property
    def drawn_from(self) -> int | None:
        """Process that the flow crosses the boundary of before its source: other uses draw on the refined market."""
        return 1 if self.name == "other_use" else None


_FLOWS = """
primary|0|1|rote|0|Refined metal from domestic primary sources
imports|0|1|rote|0|Refined metal imported, by refining origin
exports_refined|1|0|rte|0|Refined metal exported
refined_use|1|2|rtpke|1|Refined metal used in manufacturing
to_products|2|3|rtpke|1|Metal in components made at home
new_scrap|2|8|rtpke|1|Manufacturing loss that is recycled
mfg_loss|2|10|rtpke|1|Manufacturing loss that is not recycled
imports_product|0|3|rtpke|1|Metal in imported products
imports_component|0|3|rtpke|1|Metal in imported components of home-made products
exports_product|3|0|rtpke|1|Metal in exported products
other_use|2|0|rte|0|Refined metal for uses outside the product list; drawn on the market beside refined_use
sales|3|4|rtpke|1|Metal in products sold
spares|3|4|rtpke|1|Metal in spare components
discards_direct|4|6|rtpke|1|Metal in discards that go straight to collection or waste
discards_hibernating|4|5|rtpke|1|Metal in discards kept in drawers
exports_used|4|0|rtpke|1|Metal in used products exported
imports_used|0|4|rtpke|1|Metal in used products that arrive from other regions of the run
released|5|6|rtpke|1|Metal in products released from hibernation
collected|6|8|rtpke|1|Metal collected and sent to recycling
uncollected|6|10|rtpke|1|Metal not collected
reused|6|4|rtpke|1|Metal in components reused as spare parts
to_second_life|6|7|rtpke|1|Metal in components that start a second life
second_life_eol|7|8|rtke|1|Metal in components from second life to recycling
second_life_lost|7|10|rtke|1|Metal in components lost after second life
imports_scrap|0|8|rtke|1|Metal in imported scrap
exports_scrap|8|0|rtkeq|1|Metal in exported scrap
secondary|8|1|rtewq|1|Recovered metal
recovery_loss|8|10|rtewq|1|Metal lost in recovery
overflow|8|10|rtkeq|1|Metal in stored scrap beyond the backlog limit
stock_release|9|1|rte|0|Metal drawn from the stockpile for the region's own use
stock_fill|1|9|rte|0|Metal put into the stockpile
pool_in|0|9|rte|0|Metal received from other members of the joint stockpile
pool_out|9|0|rte|0|Metal given to other members of the joint stockpile
"""
FLOWS: dict[str, Flow] = {}
for _line in _FLOWS.strip().splitlines():
    _name, _from, _to, _letters, _layer, _meaning = _line.split("|")
    FLOWS[_name] = Flow(_name, int(_from), int(_to), dims_of(_letters), _meaning, _layer == "1")


@dataclass(frozen=True)
class Variable:
    """Any other result: a stock, item count, policy outcome or indicator."""

    name: str
    dims: tuple[str, ...]
    unit: str
    meaning: str
    process: int | None = None
    equation: str = field(default="")


STOCKS: dict[str, Variable] = {
    name: Variable(name, dims_of(letters), "t", meaning, process)
    for name, letters, process, meaning in (
        ("in_use", "rtpke", 4, "Metal in products in use at year end"),
        ("hibernation", "rtpke", 5, "Metal in products kept unused at year end"),
        ("second_life", "rtke", 7, "Metal in components in second life at year end"),
        ("feed_store", "rtkeq", 8, "Metal in scrap that waits for recycling at year end"),
        ("stockpile", "rte", 9, "Metal in the national stockpile at year end"),
        ("sink", "rte", 10, "Metal lost so far to waste, slag and landfill, since the start of the run"),
    )
}

ITEMS: dict[str, Variable] = {
    name: Variable(name, dims_of("rtp"), unit, meaning)
    for name, unit, meaning in (
        ("sales_units", "unit/yr", "Units sold"),
        ("discards_units", "unit/yr", "Units discarded, exported or put away"),
        ("imports_used_units", "unit/yr", "Used units that arrive from other regions of the run"),
        ("stock_units", "unit", "Units in use at year end"),
        ("unmet_units", "unit/yr", "Units wanted but not sold"),
        ("early_retirement", "unit/yr", "Units discarded because a stock target fell below the survivors"),
        ("product_output", "unit/yr", "Units made at home"),
    )
}

_POLICY = """
price|rte|money/t|Price of refined metal
chemistry_mix|rtpkh|1|Chemistry shares of all components that enter use in a year, as realised
collection_rate|rtpk|1|Collection rate
scrap_value|rtpk|money/t|Scrap value that collectors see, subsidy included
shadow_price|rtpk|money/t|What a collection quota adds to scrap value
quota_shortfall|rtpk|t/yr|Component mass missing to a collection quota
quota_unclipped|rtpk|1|Collection quota as a share of the pool before clipping at 1
quota_charge|rtpk|money/yr|Buy-out paid for missing collection
collection_subsidy_paid|rt|money/yr|Collection subsidies paid
output_subsidy_paid|rt|money/yr|Output subsidies paid
grant_paid|rt|money/yr|Capital grants paid
research_paid|rt|money/yr|Research spending
keep_cost_paid|rt|money/yr|Cost of keeping used products in the region
collection_cost_total|rt|money/yr|Cost of collection
floor_charge|rte|money/yr|Charge for recovery below the floor
certificate_price|rte|money/t|Price of recycled-content certificates that recyclers see in the year
content_obligation|rte|t/yr|Recycled content that makers must reach
content_shortfall|rte|t/yr|Recycled content missing after credits
content_charge|rte|money/yr|Penalty paid for missing recycled content
credit_balance|rte|t|Valid credits at year end
capacity|rtw|t/yr|Recycling capacity, component feed
orders|rtw|t/yr|Recycling capacity ordered
processed|rtw|t/yr|Component mass processed
gate_fee_paid|rtw|money/yr|Fees that makers pay so that a route runs at a loss
opex_total|rtw|money/yr|Operating cost of recycling
capex_total|rtw|money/yr|Capital cost of orders, grants included
recovery_yield|rtew|1|Recovery yield, with research
knowledge_stock|rt|money|Knowledge stock
requirement|rte|t/yr|Manufacturing need before rationing
import_need|rte|t/yr|Need less domestic use, before rationing
realised_requirement|rte|t/yr|Manufacturing need that was met
supply_factor|rte|1|Share of the need that supply allows
unmet_demand|rte|t/yr|Need that was not met
domestic_use|rte|t/yr|Secondary metal used at home
"""
POLICY: dict[str, Variable] = {}
for _line in _POLICY.strip().splitlines():
    _name, _letters, _unit, _meaning = _line.split("|")
    POLICY[_name] = Variable(_name, dims_of(_letters), _unit, _meaning)

QUOTA_STATES = ("none", "slack", "ramp", "binding", "bought out", "unattainable")
"""States of a collection quota, in the order of their codes."""

_INDICATORS = """
eol_collection_rate|1|End-of-life collection rate (EoL-CR): collected, reused and sent to second life over the pool of direct discards and releases|(collected + to_second_life + reused) / E
eol_collection_rate_wide|1|EoL-CR over all discards of the year, hibernating and exported ones included|(collected + to_second_life + reused) / discards
process_efficiency|1|Old-scrap secondary metal over old scrap processed|secondary[old] / processed[old]
eol_recycling_rate|1|End-of-life recycling rate (EoL-RR): old-scrap secondary metal over the pool of direct discards and releases|secondary[old] / E
eol_recycling_rate_wide|1|EoL-RR over all discards of the year|secondary[old] / discards
eol_recycling_rate_cumulated|1|EoL-RR, sums since the start of the run; may pass 1 while a backlog is worked off|sum secondary[old] / sum E
recycled_content|1|Secondary metal over realised need|use / R'
eol_recycling_input_rate|1|End-of-life recycling input rate (EoL-RIR): old and imported share of secondary metal used over realised need|use x (old + imported share) / R'
old_scrap_ratio|1|Old and imported scrap in secondary metal (OSR)|(old + imported) / secondary
net_import_reliance|1|Net import reliance (NIR, USGS): net imports over apparent consumption; shown as 0 for a net exporter|net / AC
net_import_reliance_raw|1|Net import reliance, raw value, below 0 for a net exporter|net / AC
net_import_reliance_scrap|1|Net import reliance with trade in scrap|(net + scrap trade) / AC
net_import_reliance_embodied|1|Net import reliance with metal in traded products and components|(net + embodied) / (AC + embodied)
import_requirement|1|Need that domestic secondary and primary metal cannot meet, before any rationing: the structural dependence|J / R
self_sufficiency|1|Self-sufficiency (Japan): owned imports, primary, old and new secondary metal over need; may exceed 1|(sum theta x imports + primary + old + new secondary) / R
hhi|1|Herfindahl-Hirschman index of refined imports|sum s_o^2
hhi_governance|1|HHI weighted with governance risk and trade barriers, refining stage|sum s^2 x G x tf
hhi_governance_mine|1|HHI weighted with governance risk and trade barriers, mining stage by look-through|sum s^2 x G x tf
chokepoint|1|Stage with the larger governance-weighted HHI: 0 refining, 1 mining|
supply_risk|1|Supply risk (SR, EU method)|[HHI_g,world IR/2 + HHI_g,source (1 - IR/2)] (1 - EoL-RIR) SI_SR
economic_importance|1|Economic importance (EI, EU method)|sum_p A_p Q_p SI_EI
critical|1|1 if supply risk >= 1.0 and economic importance >= 2.8|
n_1_cover|1|Need covered if the largest origin fails (N-1)|(secondary + primary + imports - largest origin) / R
top_origin_share|1|Largest origin's imports over realised need|max imports_o / R'
unmet_share|1|Need not met|(R - R') / R
days_of_cover|day|Days of realised need in the stockpile|S9 / (R'/365)
co2_avoided|CO2*t/yr|Greenhouse gas avoided by secondary metal; may be negative|secondary x (EF_primary - EF_secondary)
import_bill|money/yr|Imports at the year's price|P x imports
public_cost|money/yr|Subsidies, grants, research, retention, primary support and stockpiling less penalties (region total)|
social_cost|money/yr|Operating, capital, collection, research, retention, primary and stockpiling cost (region total)|
"""
INDICATORS: dict[str, Variable] = {}
for _line in _INDICATORS.strip().splitlines():
    _name, _unit, _meaning, _equation = _line.split("|")
    INDICATORS[_name] = Variable(
        _name, dims_of("rt" if _name in ("public_cost", "social_cost") else "rte"), _unit, _meaning, None, _equation
    )


def money_unit(unit: str, money: str) -> str:
    """Put the dataset's money into a unit of the vocabulary.

    Examples
    --------
    >>> money_unit("money/t", "USD_2024")
    'USD_2024/t'
    """
    return unit.replace("money", money)
