"""Settle: contributions are summed, one draw a fighter decides who leaves and why, books close, all is applied.

Each file settles one part of the state and holds the parameters of what is always on in it.
"""

from typing import ClassVar

import equinox as eqx

from fissure.model.settle.campaigns import Campaigns
from fissure.model.settle.ground import Ground
from fissure.model.settle.leaving import Leaving
from fissure.model.settle.minds import Minds
from fissure.model.settle.posting import Posting
from fissure.model.settle.residents import Residents
from fissure.model.settle.standing import Standing
from fissure.model.settle.treasury import Treasury


class Settlement(eqx.Module):
    """The parts of settling, each with its parameters."""

    title: ClassVar[str] = "What is always on"

    minds: Minds
    leaving: Leaving
    posting: Posting
    campaigns: Campaigns
    ground: Ground
    residents: Residents
    standing: Standing
    treasury: Treasury
