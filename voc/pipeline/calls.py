"""Sums up the conversations of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from voc.insights import CallSummary, summarise_call
from voc.pipeline.tagging import Tagger
from voc.pipeline.voices import CUSTOMER
from voc.records import Feedback, Polarity
from voc.store import Store
from voc.text.fillers import blank_fillers

_CONVERSATIONS: Final = frozenset({"hotline", "chat"})


@dataclass(frozen=True, slots=True)
class Call:
    """A conversation with its summary."""

    feedback: Feedback
    summary: CallSummary

    def as_dict(self) -> dict[str, Any]:
        """Returns its id, how its roles were found (`None`: they were given) and the summary."""
        return {
            "id": self.feedback.feedback_id,
            "native_id": self.feedback.native_id,
            "source": self.feedback.source,
            "roles": self.feedback.extra.get("roles"),
            **asdict(self.summary),
        }


def calls_of(store: Store, engine: Tagger, *, model: str) -> Iterator[Call]:
    """Gives every tagged conversation that has a customer's turn, in the store's order.

    Args:
        store: Where the feedback is.
        engine: What judges single turns.
        model: Whose tags say which feedback there is, as `name@version`.
    """
    for row in store.tagged(model=model):
        stored = store.feedback(row.feedback_id) if row.channel in _CONVERSATIONS else None
        if stored and any(turn.speaker == CUSTOMER for turn in stored.feedback.turns):
            moods = turn_polarities(engine, stored.feedback)
            yield Call(stored.feedback, summarise_call(stored.feedback.turns, moods))


def turn_polarities(engine: Tagger, feedback: Feedback) -> Sequence[Polarity | None]:
    """Judges the customer's turns, each by itself; those of others are `None`."""
    own = [place for place, turn in enumerate(feedback.turns) if turn.speaker == CUSTOMER]
    texts = [blank_fillers(feedback.turns[place].text) for place in own]
    moods: list[Polarity | None] = [None] * len(feedback.turns)
    for place, tags in zip(own, engine.tag(texts, ids=[""] * len(own)), strict=True):
        moods[place] = tags.sentiment.label if tags.sentiment else None
    return moods
