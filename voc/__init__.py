"""Listens to customers in Chinese and gets what they say fixed.

import voc

engine = voc.load(industry="automotive")
engine.tag(["起步顿挫严重，但是空间很大"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.errors import VocError
    from voc.records import Feedback, Issue, Tags, WorkOrder
    from voc.tagging.engine import Engine, load

__version__ = "0.1.0"
__all__ = ["Engine", "Feedback", "Issue", "Tags", "VocError", "WorkOrder", "load"]

_HOMES = {
    "Engine": "voc.tagging.engine",
    "load": "voc.tagging.engine",
    "Feedback": "voc.records",
    "Issue": "voc.records",
    "Tags": "voc.records",
    "WorkOrder": "voc.records",
    "VocError": "voc.errors",
}


def __getattr__(name: str) -> Any:
    """Loads what is asked for, so that `import voc` itself costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'voc' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
