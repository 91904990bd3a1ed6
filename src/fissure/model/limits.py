"""Limits of the structure of the model, in plain sentences; the report's first section shows them."""

LIMITS = (
    "In the recorded war offensives and strikes come when and where the record says, though not how they ended: what "
    "the record owes to the way in which the war had gone is given too. An offensive is smaller where an opponent has "
    "not so many fighters left to send, and does not begin where the group holds nothing. In the policy war opponents "
    "decide on offensives by a rule; who enters the war, when, and strikes still come as recorded.",
    "Residents flee and die but do not return, are not born and do not move between districts.",
    "A splinter stands where its units stood and is one more garrison against the group: it does not move, grow or "
    "come back. Plots are found out sooner or later; none succeeds.",
    "The group plans operations one district at a time, with a week between plan and attack; it has no supply lines "
    "and no rival groups of the same kind, and it cannot be bought off.",
    "Opponents have numbers, a worth and residents who would accept them; they lose men and replace them, but have no "
    "growth in numbers, no politics, no morale and no fights among themselves, and the fighters of one are worth the "
    "same. Armed residents who fall stay in the count of residents.",
    "What moves members' minds is scaled by one common factor, since causes that are stated one by one overlap; how "
    "they overlap is not modelled.",
    "Money beyond the wanted reserve is spent on projects that have no effect, so that wealth buys neither services "
    "nor arms.",
    "Local recruits join the unit that stands in their district, whatever its bloc; the origins that a "
    "group has share its slots evenly, and recruits beyond an origin's part are turned away.",
    "Within a district there is no geography: a share of it is held, and fighters stand in town or in the country.",
)
