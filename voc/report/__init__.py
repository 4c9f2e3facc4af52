"""The report for quality teams: figures, and one self-contained page that shows them."""

from voc.report.building import build_figures
from voc.report.exchange import json_schema, to_json
from voc.report.figures import Figures
from voc.report.intake import (
    WHOLE,
    ReportCall,
    ReportInput,
    ReportRow,
    Scope,
    ThemeRun,
    Untagged,
)
from voc.report.rendering import render_html
from voc.report.workbook import to_xlsx
from voc.report.writing import FORMATS, Format, format_of, write_report

__all__ = [
    "FORMATS",
    "WHOLE",
    "Figures",
    "Format",
    "ReportCall",
    "ReportInput",
    "ReportRow",
    "Scope",
    "ThemeRun",
    "Untagged",
    "build_figures",
    "format_of",
    "json_schema",
    "render_html",
    "to_json",
    "to_xlsx",
    "write_report",
]
