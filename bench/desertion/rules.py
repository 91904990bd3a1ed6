"""The desertion core: one small set of rules that every implementation beside this file carries out.

World: U units of S = 112 slots. A slot holds a fighter or is empty; every fourth unit is of foreigners, the others are
of locals. A unit stands at a rural or an urban post. Speeds are given per fighter-week: one slot in one week.

A fighter has commitment c, grievance g and fear f, each in [0, 1], and has served s whole weeks. A unit has a post,
a remembered share m of comrades who got away, and x, its members executed in the week before.

At the start a slot is filled with chance `filled`; then c = faith + spread (2 w - 1), w uniform, g = f = 0,
s = `veteran`. A unit is rural with odds exp(bias) (locals) or exp(-bias) (foreigners); m = x = 0.

A week has three steps. All is read as it stands at the start of the week; nothing in it depends on any order.

Sense    n    fighters of the unit                   N    fighters of all units      E    empty slots of all units
         l    share of local fighters in units at rural posts; k the same of foreign fighters
         v    x / max(n, 1)

Push     pay          grievance of locals: rise  pay_resentment max(0, 1 - pay_local / pay_foreign e^-exposure),
                      e = exchange(week), the price of a dollar in local currency over that at the start
         posting      grievance of locals: rise  post_resentment max(0, l - k); log odds of a rural post: +bias for
                      locals, -bias for foreigners
         souring      commitment: fall  sour g
         desertion    attempts to leave: hazard  base exp(slope ((1 + g - c) / 2 - 1/4))
         contagion    attempts: hazard  + example m
         fear         fear: rise  terror v / (v + notice); log of attempts  - restraint f
         newcomers    log of attempts  - zeal where s < probation
         executions   of those who attempt, a share `caught` is caught, with log odds - cover at rural posts;
                      of those caught a share `executed` is executed, the rest is punished and returns
         recruitment  recruits expected this week  recruits N, at most E

Settle   With h the product of the sum of hazards and the exp of the sum of their logs, a fighter attempts to leave
         with chance 1 - exp(-h). Escaped and executed fighters leave their slot empty. An empty slot is filled with
         chance  min(1, recruits N / E)  by a newcomer: c = faith + spread (2 w - 1), g = f = 0, s = 0.
         Minds of the others: x' = (x + rise) / (1 + rise + fall), where beside what is pushed
             g: fall 1 / memory     f: fall 1 / calm     c: rise faith / memory, fall (1 - faith) / memory
         and s' = s + 1. Units: m' = m + (escaped / max(n, 1) - m) / news, x' = executed; each moves with chance
         1 / stay and is then rural with odds exp(the log odds pushed).

Recorded each week: fighters present and their mean grievance at its start; escaped, executed and recruited in it.

Nothing here is fitted to anything: the numbers only make every rule matter.
"""

from typing import Any

import numpy as np

SLOTS = 112
SERIES = ("present", "escaped", "executed", "recruited", "grievance")
PARAMETERS = {
    "filled": 0.85,
    "faith": 0.70,
    "spread": 0.25,
    "veteran": 52,
    "pay_local": 200.0,
    "pay_foreign": 400.0,
    "exposure": 0.5,
    "pay_resentment": 0.020,
    "post_resentment": 0.030,
    "bias": 1.0,
    "sour": 0.050,
    "base": 0.006,
    "slope": 4.0,
    "example": 0.50,
    "terror": 0.30,
    "notice": 0.010,
    "restraint": 2.0,
    "zeal": 1.5,
    "probation": 26,
    "caught": 0.40,
    "cover": 0.70,
    "executed": 0.50,
    "recruits": 0.008,
    "memory": 40.0,
    "calm": 13.0,
    "news": 4.0,
    "stay": 12.0,
}
Parameters = dict[str, float]
Recorded = dict[str, np.ndarray[Any, Any]]
"""The series by name, each of shape (members, weeks)."""


def units_of(fighters: int) -> int:
    """Units that hold about so many fighter slots."""
    return max(4, round(fighters / SLOTS))


def foreign_units(units: int) -> np.ndarray[Any, Any]:
    """Which units are of foreigners, shape (units,)."""
    return np.arange(units) % 4 == 3


def exchange(weeks: int) -> np.ndarray[Any, Any]:
    """Price of a dollar in local currency over that at the start, shape (weeks,)."""
    return 1.0 + 0.01 * np.arange(weeks)


def pay_grievance(weeks: int, p: Parameters = PARAMETERS) -> np.ndarray[Any, Any]:
    """Rise of locals' grievance over pay in each week, shape (weeks,)."""
    gap = 1.0 - p["pay_local"] / p["pay_foreign"] * exchange(weeks) ** -p["exposure"]
    return p["pay_resentment"] * np.maximum(gap, 0.0)


def caught_share(rural: Any, p: Parameters = PARAMETERS) -> Any:
    """Share of attempts that are caught, at a rural post (1) or an urban one (0)."""
    return 1.0 / (1.0 + (1.0 - p["caught"]) / p["caught"] * np.exp(p["cover"] * rural))


def rural_share(foreign: Any, p: Parameters = PARAMETERS) -> Any:
    """Chance that a unit is given a rural post, by whether it is of foreigners."""
    return 1.0 / (1.0 + np.exp(np.where(foreign, p["bias"], -p["bias"])))
