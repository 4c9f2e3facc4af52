"""Sinks: the systems that receive work orders."""

from voc.workorders.sinks.base import Sink
from voc.workorders.sinks.file_queue import FileQueueSink

__all__ = ["FileQueueSink", "Sink"]
