"""The model described by the ODD protocol, written from its code and its ledger."""

from fissure.views.odd.page import protocol
from fissure.views.odd.write import write_protocol

__all__ = ["protocol", "write_protocol"]
