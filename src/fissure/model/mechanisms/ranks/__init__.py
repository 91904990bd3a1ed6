"""Mechanisms of the group `ranks`."""
