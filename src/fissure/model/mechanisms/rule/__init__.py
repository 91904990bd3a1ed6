"""Mechanisms of the group `rule`."""
