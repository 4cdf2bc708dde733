"""The yearly model once more, in slow plain loops over labels, to be held against the text line by line.

A second, independent implementation of the model specification (sections 3 to 7 and 11). Nothing here is shared with
the package ``mfa``: inputs are labelled arrays, the inside is dicts of floats, one function per numbered step.

Readings
--------
Where the specification is silent or can be read in two ways, this is how it is read here.

Use
 1. A component of the initial stock is as old as its product (U[c,c] = N).
 2. ``timing`` shifts the survival of products, components and second life alike.
 3. Where product exports and imports are given both as units and as a share, the share counts.
 4. The share carried to the next year is the ``carry_share`` of the year in which units stay unmet.
 5. Workshop parts (failed) never count as reusable; all direct with-product parts do, failed or not, waiting excluded.
 6. First-year failures give no reusable parts; keep_cost counts them.
 7. A (p,k) whose chemistry shares are all 0 in a year is not in the product that year (it limits no output).
 8. The mix of a cohort that nothing enters is sig; where service or content is 0 a chemistry costs nothing.
 9. survivors of the stock-driven case are counted after failing parts have ended products (q z N).

Collection
10. The best margin in V may be negative; the mean is floored only at the end (0.01 V0).
11. Mandate (no penalty) with eps = 0 out of reach: shadow price 0.
12. Base sales: "sold" is the flow ``sales`` (realised, spares not counted); an empty E with an obligation gives Q = 1.
13. "a quota Q>0 on some (p,k)" is the Q in force in step 4 (base sales: the derived one, 0 in the first year).
14. ``ramp`` is reported where the ramp binds and holds the rate below Q; bought out and unattainable keep their name.
15. The ramp holds in the first year too (cr <= cr0 + ramp); a budget of 0 pays nothing, also in the first year.
16. quota_unclipped is Q itself for base discards.

Second life, feed, routes
17. Parts entering second life in step 5 feel sf7(0) at once; first-year failures enter S7 at year end unreduced and
    join the same entry year, so from age 1 they follow sf7(1)/sf7(0).
18. The initial scrap store is old scrap.
19. A route is open while it has room; one without room at the start of a pass takes no share.
20. A limit of 0 years allows no store at all, also beside unlimited capacity; the overflow is taken from what step 7
    leaves, before this year's new scrap and first-year failures arrive.
21. The largest penalty is taken over the p with Q>0; any of them without a penalty means no limit.
22. Component layer: refined_use is component mass over yield; secondary is the sum of the metals recovered and
    recovery_loss the rest of the mass processed.
23. Learned costs and knowledge of a year use throughput and research before it; research before the run is 0.

Market
24. V, pi and domestic sources see this year's price of step 1.
25. Joint pool: membership by element; pool_in is what a member receives (its release), pool_out what it gives, gross.
26. Stockpile fill looks at the stock after this year's drawings (a pool may draw while the own gap is 0).
27. Rref is the mean over those of the three years before that the run has.
28. Rooms left for the fill in a ban year are caps of pass one less imports of pass two.
29. unmet_demand is R - R', at least 0.

Compliance and capacity
30. ``credit_life`` of the year of issue counts; credit_balance is what is left after this year's use and not
    expired this year; certificate_price is the price seen in the year (cert[t]).
31. penr None: no charge and certificate 0; the shortfall is reported all the same.
32. A route is below the floor if it misses the floor of any element, whatever the class holds.
33. In years without ``invest`` the path ``capacity`` holds; the plants age on, nothing is ordered. When it starts the
    first time, what stands counts as new: initial_capacity in the run's first year (or where the path is infinite),
    later the path of the year before.
34. Each route is judged at its own horizon t+max(lag,1): pi at the grade of, and F_ahead as its share of, the feed of
    that year. The split of "this year's feed" uses the same shares.
35. The logit of a route uses one NPV, of the mean pi over all its classes.
36. Expected discards of component-lifetime parts: product and part survival multiply, parts that end a product are
    not looked ahead, all discards take 1-u_x-u_h; reuse is ignored.
37. S8/5 is the store at the end of this year; rho*S5 and N likewise.

Trade between regions
43. Scrap of all regions is exported before any arrives; what arrives is not exported again in the year, also not in
    what investors expect of it. It joins the imported scrap.
44. Used products arrive when all else of the year is done: a stock target, spare parts, the share of cohorts in use and
    what investors expect are those before it. A stock target is met before arrivals.
45. A product that waits for a component arrives waiting. Where a component has a lifetime in some region, U[c,d] is
    kept in all; where its own lifetime is off it never fails, but what waits is waiting there too.
46. Content of a component in use is the mean by units over all of its year of making, whatever the cohort of the
    product.

Indicators and balances
38. "drawn" is what leaves the own store (release - pool_in + pool_out), so fill - drawn is its change.
39. Process efficiency is by element (old-scrap secondary over the element in old scrap processed).
40. other_use is counted 1>0 in the balances: refined_use [p,k,e] does not hold it, so process 2 never sees it.
41. A_p leaves other_use out; sector values weigh the products only.
42. Apparent consumption that is only the rounding of a difference counts as 0.
"""

from .balance import worst_residual
from .drill import plain_drill
from .indicators import plain_indicators
from .results import DIMS, PlainResults
from .run import run_plain

__all__ = ["DIMS", "PlainResults", "plain_drill", "plain_indicators", "run_plain", "worst_residual"]
