"""Cases: declarative folders that each describe one group and its war."""

from fissure.cases.loader import Case, case_names, load_case

__all__ = ["Case", "case_names", "load_case"]
