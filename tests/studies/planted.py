"""Games whose Shapley values are known, since they are sums of games in which a team shares what takes all of it."""

import numpy as np


def planted(n, parts):
    """Worths of all coalitions: `parts` maps players to what they yield together, a number or one for each member."""
    masks = np.arange(1 << n)
    needs = {players: sum(1 << i for i in players) for players in parts}
    return sum(np.multiply.outer((masks & needs[players]) == needs[players], worth) for players, worth in parts.items())


def values_of(n, parts):
    """Shapley values of the planted game: each team shares equally (Shapley 1953)."""
    return np.array([sum(worth / len(team) for team, worth in parts.items() if i in team) for i in range(n)])
