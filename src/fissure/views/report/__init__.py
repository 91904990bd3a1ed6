"""The report of a run: one self-contained HTML page."""

from fissure.views.report.write import render_report, write_report

__all__ = ["render_report", "write_report"]
