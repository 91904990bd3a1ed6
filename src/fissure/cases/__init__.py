"""Cases: declarative folders that each describe one group and its war."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fissure.cases.loader import Case, load_case
    from fissure.cases.naming import case_names

__all__ = ["Case", "case_names", "load_case"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: names of cases are read without NumPy and pydantic."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"fissure.cases.{'naming' if name == 'case_names' else 'loader'}"), name)
