"""What the structure of the model leaves out, in plain sentences; the report's first section shows them."""

LIMITS = (
    "Offensives and strikes happen when the record says that they did, whatever the group does: the model knows that "
    "they came, though not how they ended.",
    "Residents flee and die but do not return, are not born and do not move between districts.",
    "Units stay whole: no splinter groups, no units that change sides, no plots.",
    "The group attacks wherever it is strong enough next door; it has no plans, no supply lines and no rival groups "
    "of the same kind, and it cannot be bought off.",
    "Opponents are garrisons and operations with a strength; they have no politics, morale or losses, and all are "
    "worth the same, man for man.",
    "Money beyond the wanted reserve is spent on projects that have no effect, so that wealth buys neither services "
    "nor arms.",
    "Local recruits join the unit that stands in their district, whatever its bloc; each origin has room for half of "
    "the slots, and recruits beyond that are turned away.",
    "Within a district there is no geography: a share of it is held, and fighters stand in town or in the country.",
)
