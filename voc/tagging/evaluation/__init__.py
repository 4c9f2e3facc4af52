"""The figures of quality: Tags against labelled rows, each figure with n and an interval."""

from voc.tagging.evaluation.checking import check_row
from voc.tagging.evaluation.figures import Figure
from voc.tagging.evaluation.labels import evaluate_labels
from voc.tagging.evaluation.rows import labelled_tasks, marked_aspects
from voc.tagging.evaluation.satisfaction import marked_satisfaction, satisfaction_figures
from voc.tagging.evaluation.tasks import evaluate

__all__ = [
    "Figure",
    "check_row",
    "evaluate",
    "evaluate_labels",
    "labelled_tasks",
    "marked_aspects",
    "marked_satisfaction",
    "satisfaction_figures",
]
