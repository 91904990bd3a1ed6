"""A toy war whose true causes are set: fifty fighters leave, week by week, for five reasons that can be switched off.

`strikes` acts alone. `fear` makes strikes worse and does nothing without them. `unpaid` and `unfed` are one and the
same thing twice. `panic` starts only when a third have left. `rumour` is named and does nothing. Luck is common: each
fighter of a member has the same threshold in every coalition, and leaves when the hazards that have gathered pass it.
"""

import numpy as np

CAUSES = ("strikes", "fear", "unpaid", "unfed", "panic", "rumour")
STRIKES, FEAR, UNPAID, UNFED, PANIC, RUMOUR = range(len(CAUSES))
FIGHTERS, WEEKS = 50, 20


def left(members: int, seed: int, own_luck: bool = False) -> np.ndarray:
    """Fighters who left under each coalition of causes, shape (64, members); `own_luck` draws anew for each."""
    random = np.random.default_rng(seed)
    strikes = 0.02 * random.gamma(4, 0.25, members)
    arrears = 0.008 * random.gamma(4, 0.25, members)
    patience = random.exponential(size=(members, FIGHTERS))
    out = np.empty((1 << len(CAUSES), members))
    for mask in range(len(out)):
        on = [bool(mask >> cause & 1) for cause in range(len(CAUSES))]
        if own_luck:
            patience = random.exponential(size=(members, FIGHTERS))
        steady = strikes * on[STRIKES] * (1 + on[FEAR]) + arrears * (on[UNPAID] + on[UNFED])
        gathered, gone = np.zeros(members), np.zeros(members)
        for _ in range(WEEKS):
            gathered += steady + 0.05 * on[PANIC] * (gone > FIGHTERS / 3)
            gone = (patience < gathered[:, None]).sum(axis=1)
        out[mask] = gone
    return out
