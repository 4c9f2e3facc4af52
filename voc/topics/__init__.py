"""Themes that many clauses share, found without knowing them before."""

from voc.topics.clauses import Assignment, Clause, Discovery
from voc.topics.discovery import discover

__all__ = ["Assignment", "Clause", "Discovery", "discover"]
