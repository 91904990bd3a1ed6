"""Charts: from what a study found to a Vega-Lite specification."""

from typing import Any, TypeAlias

Spec: TypeAlias = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""
Row: TypeAlias = dict[str, Any]
"""A row of the data of a chart."""
