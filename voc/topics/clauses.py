"""What topic discovery reads and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from voc.records import Span, Topic

EventKind = Literal["born", "split", "merged", "died"]

Place = tuple[str, int]
"""Where a clause is: its voice, and the offset of its first code point."""


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
        opinions: What is judged and how, as one, of each opinion that touches it.
        positive: Whether it praises; what asks or tells does neither.
        aside: Whether it complains in a voice that praises as a whole.
    """

    feedback_id: str
    start: int
    end: int
    text: str
    occurred_at: datetime
    negative: bool
    opinions: tuple[str, ...] = ()
    positive: bool = False
    aside: bool = False

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.feedback_id, self.start


class Assignment(NamedTuple):
    """A clause and the theme it belongs to; `score` in [0, 1] says how surely."""

    feedback_id: str
    topic_id: str
    score: float
    span: Span


class ThemeEvent(NamedTuple):
    """What became of a theme in a run.

    Attributes:
        topic_id: The theme.
        kind: It came up (`born`), came out of another one (`split`), went into another one
            (`merged`), or is no theme any more (`died`).
        other: The other one.
    """

    topic_id: str
    kind: EventKind
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Themes of a set of clauses.

    Attributes:
        topics: The themes, those of most voices first.
        assignments: One entry for each clause that belongs to a theme, in order of time.
        coverage: Share of all clauses that belong to a theme, in [0, 1].
        events: What became of themes, against the run before.
    """

    topics: list[Topic]
    assignments: list[Assignment]
    coverage: float
    events: tuple[ThemeEvent, ...] = ()
