"""What topic discovery reads and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from voc.records import Span, Topic


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that says something of something: an aspect mention or an opinion.

    Attributes:
        feedback_id: The voice it belongs to.
        start: Offset of its first code point in the voice's text.
        end: Offset after its last one.
        text: What the text says there.
        occurred_at: When the voice spoke.
        negative: Whether it complains.
    """

    feedback_id: str
    start: int
    end: int
    text: str
    occurred_at: datetime
    negative: bool


class Assignment(NamedTuple):
    """A clause and the theme it belongs to; `score` in [0, 1] says how surely."""

    feedback_id: str
    topic_id: str
    score: float
    span: Span


@dataclass(frozen=True, slots=True)
class Discovery:
    """Themes of a set of clauses.

    Attributes:
        topics: The themes, those of most voices first.
        assignments: One entry for each clause that belongs to a theme, in order of time.
        coverage: Share of all clauses that belong to a theme, in [0, 1].
    """

    topics: list[Topic]
    assignments: list[Assignment]
    coverage: float
