"""Mechanisms of the group `governed`."""
