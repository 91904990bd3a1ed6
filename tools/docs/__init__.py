"""Generators of pages of the docs: `make docs` runs them all."""
