"""The small case."""

from tests.small_case import small

__all__ = ["small"]
