"""Special cases of the equations by name, counted while the plain model runs.

Random systems prove little of a case that they never come to: a test asks that each of these happened often enough.
"""

from __future__ import annotations

_BRANCHES = """
[use]
stock target below the survivors
sold and failed in the same year
component fails and is replaced
product ends with its component
product waits for a component
reuse limited by the need
reuse limited by the components collected
spare parts rationed
[collection]
scrap value at its floor
nothing discarded: scrap value at its base
quota slack
quota ramp
quota binding
quota bought out
quota unattainable
mandate without buy-out out of reach
quota on sales beyond the pool: clipped
collection subsidy cut by its budget
[recycling]
second life ends
route idle at a loss
gate fee
route asked beyond its room
classes of equal margin share the room
feed refused asks another route
feed left in store
overflow
overflow of everything, no plant
output subsidy cut by its budget
charge for recovery below the floor
[supply]
secondary metal above the need
secondary metal above its largest share
domestic source not yet started
domestic source waits for a higher price
second domestic source by cost
domestic source exports
equity shields from a ban
refiner cut by an ore ban
re-sourced in full
re-sourced in part
stockpile covers the gap
stockpile used up
release at its limit
joint pool larger than the gaps
joint pool smaller than the gaps
joint pool gives to another region
stockpile filled from surplus
stockpile filled by imports
stockpile filled within the room of a ban year
no fill in a year with a gap
fill at its limit
[trade between regions]
scrap comes from another region
used products come of a cohort that is not in use here
a component that came from elsewhere is sent on
a product comes that waits for a component
[rationing]
part of the need unmet
nothing of the need met
less output takes less secondary metal
one component limits the product
the scarcer chemistry loses share
imported components soften rationing
denied product imports
imports re-exported
unmet units return next year
scarcity price
price at its cap
substitution
[recycled content]
recycled content short
new scrap does not count
credits issued
credits drawn
credits used up
credits expire
certificate price rises
certificate price falls
[capacity]
orders by need
orders at the growth limit
orders from seed
plants enough
plants retire
plant contracted by makers with a quota
route below the floor claims no feed
capital grant cut by its budget
zero interest
"""
BRANCHES = tuple(line for line in _BRANCHES.strip().splitlines() if not line.startswith("["))
