"""Routing that learns from what was handled: which department a voice's words and aspects mean."""

from voc.workorders.learning.files import LearnedManifest, read_learned, write_learned
from voc.workorders.learning.judging import Example, Judged, cross_validated, judged
from voc.workorders.learning.model import DepartmentModel, Place, places_of

__all__ = [
    "DepartmentModel",
    "Example",
    "Judged",
    "LearnedManifest",
    "Place",
    "cross_validated",
    "judged",
    "places_of",
    "read_learned",
    "write_learned",
]
