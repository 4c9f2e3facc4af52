"""What the models say of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voc.records.vocabulary import IntentLabel, Polarity, SatisfactionLevel, UrgencyLabel


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of code points of a text, with the text it covers."""

    start: int
    end: int
    text: str

    def touches(self, other: Span) -> bool:
        """Says whether two stretches of one text have a code point in common."""
        return self.start < other.end and other.start < self.end

    def as_dict(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Polarity of a whole text; `score` is the calibrated probability of `label`."""

    label: Polarity
    score: float
    probabilities: Mapping[Polarity, float]

    def as_dict(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "score": round(self.score, 4),
            "probabilities": {key: round(value, 4) for key, value in self.probabilities.items()},
        }


@dataclass(frozen=True, slots=True)
class AspectMention:
    """What a text says of one aspect; `score` is the probability that it says so."""

    aspect_id: str
    aspect: str
    sentiment: Polarity
    score: float
    evidence: tuple[Span, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "aspect_id": self.aspect_id,
            "aspect": self.aspect,
            "sentiment": self.sentiment,
            "score": round(self.score, 4),
            "evidence": [span.as_dict() for span in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Opinion:
    """A pair of a target (may be implicit: `None`) and the words that judge it."""

    target: Span | None
    opinion: Span
    sentiment: Polarity

    def as_dict(self) -> dict[str, Any]:
        return {
            "target": self.target.as_dict() if self.target else None,
            "opinion": self.opinion.as_dict(),
            "sentiment": self.sentiment,
        }


@dataclass(frozen=True, slots=True)
class TopicMention:
    """A discovered theme that a text belongs to."""

    topic_id: str
    topic: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"topic_id": self.topic_id, "topic": self.topic, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Intent:
    label: IntentLabel
    score: float

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Urgency:
    label: UrgencyLabel
    reasons: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "reasons": list(self.reasons)}


def satisfaction_level(score: float) -> SatisfactionLevel:
    """Returns `low` up to -0.5 of the scale from -2 to 2, `high` from 0.5 on, else `middle`."""
    return "low" if score <= -0.5 else "high" if score >= 0.5 else "middle"


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How satisfied the customer of a conversation is thought to be, from -2 to 2.

    It is predicted, not asked: `low` to `high` holds 95 % of what people would have judged in the
    conversations that `model` learnt from.
    """

    score: float
    low: float
    high: float
    model: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "score": round(self.score, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class CallTags:
    """What models say of a conversation beyond the Tags of its text.

    Attributes:
        moods: The polarity of each turn; `None` for turns of others than the customer, and where
            one could not be judged.
        satisfaction: `None` where no model predicts it.
    """

    moods: tuple[Polarity | None, ...]
    satisfaction: Satisfaction | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "moods": list(self.moods),
            "satisfaction": self.satisfaction.as_dict() if self.satisfaction else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CallTags:
        """Reads back what `as_dict` wrote."""
        found = values.get("satisfaction")
        return cls(tuple(values["moods"]), Satisfaction(**found) if found else None)


@dataclass(frozen=True, slots=True)
class Tags:
    """What the engine says of one feedback. Offsets point into `text`, which is masked.

    `flags` says what the reader should know: `uninformative` (the text says nothing), `truncated`
    (only its beginning was read), `replaced` (characters that no store can hold were replaced),
    `foreign` (not Chinese: out of the models' scope). `call` is there for conversations in the
    store alone.
    """

    id: str
    text: str
    language: str
    sentiment: Sentiment | None
    aspects: tuple[AspectMention, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    topics: tuple[TopicMention, ...] = ()
    intent: Intent | None = None
    urgency: Urgency | None = None
    model: str = ""
    industry: str | None = None
    flags: tuple[str, ...] = ()
    call: CallTags | None = None

    def as_dict(self) -> dict[str, Any]:
        call = {"call": self.call.as_dict()} if self.call else {}
        return {
            "id": self.id,
            "text": self.text,
            "language": self.language,
            "sentiment": self.sentiment.as_dict() if self.sentiment else None,
            "aspects": [mention.as_dict() for mention in self.aspects],
            "opinions": [opinion.as_dict() for opinion in self.opinions],
            "topics": [topic.as_dict() for topic in self.topics],
            "intent": self.intent.as_dict() if self.intent else None,
            "urgency": self.urgency.as_dict() if self.urgency else None,
            "model": self.model,
            "industry": self.industry,
            "flags": list(self.flags),
            **call,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tags:
        """Reads back what `as_dict` wrote."""

        def span(item: Mapping[str, Any] | None) -> Span | None:
            return Span(item["start"], item["end"], item["text"]) if item else None

        def spans(items: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
            return tuple(Span(item["start"], item["end"], item["text"]) for item in items)

        sentiment, intent, urgency = values["sentiment"], values["intent"], values["urgency"]
        return cls(
            id=values["id"],
            text=values["text"],
            language=values["language"],
            sentiment=Sentiment(**sentiment) if sentiment else None,
            aspects=tuple(
                AspectMention(**{**item, "evidence": spans(item["evidence"])})
                for item in values["aspects"]
            ),
            opinions=tuple(
                Opinion(
                    span(item["target"]),
                    Span(**item["opinion"]),
                    item["sentiment"],
                )
                for item in values["opinions"]
            ),
            topics=tuple(TopicMention(**item) for item in values["topics"]),
            intent=Intent(**intent) if intent else None,
            urgency=Urgency(urgency["label"], tuple(urgency["reasons"])) if urgency else None,
            model=values["model"],
            industry=values["industry"],
            flags=tuple(values.get("flags", ())),
            call=CallTags.from_dict(values["call"]) if values.get("call") else None,
        )
