"""Cases: declarative folders that each describe one group and its war."""

from fissure.cases.loader import Case, load_case
from fissure.cases.naming import case_names

__all__ = ["Case", "case_names", "load_case"]
