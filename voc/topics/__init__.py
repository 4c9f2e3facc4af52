"""Themes that many clauses share, found without knowing them before."""

from voc.topics.clauses import Assignment, Clause, Discovery, ThemeEvent
from voc.topics.discovery import discover
from voc.topics.past import Parted, Past
from voc.topics.telling import telling

__all__ = [
    "Assignment",
    "Clause",
    "Discovery",
    "Parted",
    "Past",
    "ThemeEvent",
    "discover",
    "telling",
]
