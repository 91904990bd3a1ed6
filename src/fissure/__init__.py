"""Fissure: how an armed proto-state comes apart, simulated from evidence."""

__version__ = "0.1.0"
