"""Mechanisms of the group `factions`."""
