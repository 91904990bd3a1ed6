"""Mechanisms of the group `war`."""
