"""The report for quality teams: figures, and one self-contained page that shows them."""

from voc.report.building import build_figures
from voc.report.figures import Figures
from voc.report.intake import ReportInput, ReportRow
from voc.report.rendering import render_html, write_report

__all__ = [
    "Figures",
    "ReportInput",
    "ReportRow",
    "build_figures",
    "render_html",
    "write_report",
]
