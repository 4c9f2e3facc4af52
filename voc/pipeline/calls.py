"""Judges the conversations of the store once, when they are tagged, and sums them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from voc.config import Settings
from voc.errors import ModelUnavailableError
from voc.insights import CallSummary, summarise_call
from voc.pipeline.tagging import Failure, Tagger, tag_texts
from voc.pipeline.voices import customer_words
from voc.records import (
    CONVERSATIONS,
    CallTags,
    Feedback,
    Mention,
    Polarity,
    Satisfaction,
    Tags,
    Turn,
)
from voc.report import ReportCall
from voc.store import Store, StoredFeedback, TaggedRow
from voc.tagging.satisfaction import load_satisfaction
from voc.text.fillers import blank_fillers
from voc.text.speakers import CUSTOMER


class Predictor(Protocol):
    """What predicts satisfaction."""

    def predict(self, conversations: Sequence[Sequence[Turn]]) -> list[Satisfaction]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """A conversation with its summary, and how satisfied its customer is thought to be.

    `aspects` are the ids of what it speaks of, in the taxonomy of `industry`.
    """

    voice: StoredFeedback
    summary: CallSummary
    satisfaction: Satisfaction | None
    industry: str | None = None
    aspects: tuple[str, ...] = ()

    @property
    def feedback(self) -> Feedback:
        return self.voice.feedback

    def for_report(self, *, merged: bool = False) -> ReportCall:
        """Returns what the report reads of it; of several industries, as `merged` aspects."""
        feedback, summary = self.feedback, self.summary
        before = f"{self.industry}." if merged else ""
        return ReportCall(
            feedback_id=self.voice.feedback_id,
            native_id=feedback.native_id,
            occurred_at=self.voice.occurred_at,
            is_dated=feedback.created_at is not None,
            channel=feedback.channel,
            product=feedback.product,
            store=feedback.store,
            region=feedback.region,
            url=feedback.url,
            start=summary.start,
            end=summary.end,
            reason=summary.reason,
            last=summary.last,
            outcome=summary.outcome,
            satisfaction=self.satisfaction,
            aspects=tuple(f"{before}{aspect}" for aspect in self.aspects),
        )

    def as_dict(self) -> dict[str, Any]:
        """Returns its id, how its roles were found (`None`: they were given) and what is known."""
        return {
            "id": self.feedback.feedback_id,
            "native_id": self.feedback.native_id,
            "source": self.feedback.source,
            "roles": self.feedback.extra.get("roles"),
            **asdict(self.summary),
            "satisfaction": self.satisfaction.as_dict() if self.satisfaction else None,
        }


@dataclass(frozen=True, slots=True)
class CallReader:
    """Judges conversations turn by turn and as a whole.

    Attributes:
        engine: What judges turns; `None`: they are left unjudged.
        predictor: What predicts satisfaction; `None`: nobody does.
        timeout_s: Seconds that judging one turn may take.
    """

    engine: Tagger | None
    predictor: Predictor | None
    timeout_s: float = 30.0

    def read(self, conversations: Sequence[Feedback]) -> list[CallTags]:
        """Judges conversations; a turn that cannot be judged has no mood, and costs no other."""
        moods = self._moods(conversations)
        if self.predictor is None:
            return [CallTags(one) for one in moods]
        found = self.predictor.predict([each.turns for each in conversations])
        return [CallTags(one, each) for one, each in zip(moods, found, strict=True)]

    def _moods(self, conversations: Sequence[Feedback]) -> list[tuple[Polarity | None, ...]]:
        moods: list[list[Polarity | None]] = [[None] * len(each.turns) for each in conversations]
        places = [
            (row, place)
            for row, each in enumerate(conversations)
            for place, turn in enumerate(each.turns)
            if turn.speaker == CUSTOMER
        ]
        if self.engine is not None:
            texts = [blank_fillers(conversations[row].turns[place].text) for row, place in places]
            tagged = tag_texts(self.engine, texts, ids=[""] * len(texts), timeout_s=self.timeout_s)
            for (row, place), tags in zip(places, tagged, strict=True):
                if isinstance(tags, Tags) and tags.sentiment:
                    moods[row][place] = tags.sentiment.label
        return [tuple(each) for each in moods]


def predictor_of(settings: Settings) -> tuple[Predictor | None, str | None]:
    """Loads what predicts satisfaction, and says what the user should know where it is missing.

    Raises:
        ModelError: The model is not what its manifest says.
    """
    try:
        return load_satisfaction(settings), None
    except ModelUnavailableError as error:
        return None, f"No satisfaction is predicted: {error}"


def is_conversation(feedback: Feedback) -> bool:
    """Whether a customer and others take turns in it."""
    return feedback.channel in CONVERSATIONS and any(
        turn.speaker == CUSTOMER for turn in feedback.turns
    )


def with_calls(
    tagged: Sequence[Tags | Failure], feedback: Sequence[Feedback], reader: CallReader
) -> list[Tags | Failure]:
    """Returns the Tags of feedback, those of conversations with what `reader` says of them."""
    places = [
        place
        for place, (tags, item) in enumerate(zip(tagged, feedback, strict=True))
        if isinstance(tags, Tags) and is_conversation(item)
    ]
    found = dict(zip(places, reader.read([feedback[place] for place in places]), strict=True))
    return [
        replace(tags, call=found[place]) if isinstance(tags, Tags) and place in found else tags
        for place, tags in enumerate(tagged)
    ]


def calls_of(
    store: Store,
    reader: CallReader,
    *,
    model: str,
    industry: str | Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Call]:
    """Gives every tagged conversation that has a customer's turn, by time.

    Args:
        store: Where the feedback is.
        reader: What judges conversations that were tagged before calls were judged.
        model: Whose tags say which feedback there is, as `name@version`.
        industry: Only these.
        since: Only from this moment on.
        until: Only before this moment.
    """
    for stored in store.conversations(model=model, industry=industry, since=since, until=until):
        feedback = stored.voice.feedback
        if is_conversation(feedback):
            tags = stored.tags or reader.read([feedback])[0]
            summary = summarise_call(
                feedback.turns, tags.moods, is_spoken=feedback.channel == "hotline"
            )
            yield Call(stored.voice, summary, tags.satisfaction, stored.industry, stored.aspects)


def as_heard(row: TaggedRow) -> TaggedRow:
    """Returns a voice with the customer's words alone, where it is a conversation."""
    if row.channel not in CONVERSATIONS or not any(turn.speaker == CUSTOMER for turn in row.turns):
        return row
    return replace(row, text=customer_words(row.turns))


def predicted_of(store: Store, mentions: Iterable[Mention], *, model: str) -> dict[str, float]:
    """Returns the predicted satisfaction of the conversations among mentions, by feedback id."""
    names = {mention.feedback_id for mention in mentions if mention.channel in CONVERSATIONS}
    found = store.call_tags(sorted(names), model=model)
    return {name: tags.satisfaction.score for name, tags in found.items() if tags.satisfaction}
