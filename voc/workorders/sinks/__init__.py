"""Sinks: the systems that receive work orders. Each kind is loaded where it is asked for."""

from voc.workorders.sinks.base import (
    BatchSink,
    CheckedSink,
    ClosingSink,
    Later,
    Outcome,
    ReferringSink,
    RestingSink,
    Sink,
)
from voc.workorders.sinks.file_queue import FileQueueSink
from voc.workorders.sinks.opening import open_sink

__all__ = [
    "BatchSink",
    "CheckedSink",
    "ClosingSink",
    "FileQueueSink",
    "Later",
    "Outcome",
    "ReferringSink",
    "RestingSink",
    "Sink",
    "open_sink",
]
