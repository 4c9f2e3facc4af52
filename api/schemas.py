"""What goes into `/v1/classify` and comes out, with examples in Chinese."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.problems import Finding
from voc.records import IntentLabel, Polarity, Task, UrgencyLabel

MOST_ITEMS: Final = 128
LEAST_TIMEOUT_MS: Final = 100
MOST_TIMEOUT_MS: Final = 120_000
_EXAMPLE: Final[dict[str, Any]] = {
    "items": [{"id": "1", "text": "起步顿挫严重，但是空间很大"}],
    "industry": "automotive",
}


def _any_text(value: Any) -> str:
    """Takes any string, half a surrogate pair too; the engine replaces and flags that."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return value


Text = Annotated[
    str,
    PlainValidator(_any_text),
    WithJsonSchema({"type": "string"}),
    Field(description="The customer's words; may be empty.", examples=["起步顿挫严重"]),
]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Score = Annotated[float, Field(ge=0, le=1, description="A calibrated probability.")]


class Item(BaseModel):
    """One text to tag."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=200, description="Comes back with the Tags.")]
    text: Text


class ClassifyRequest(BaseModel):
    """1 to 128 texts, and how to tag them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
    industry: Annotated[
        str | None,
        Field(
            max_length=64,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="Id of an industry, as automotive.",
        ),
    ] = None
    aspects: Annotated[
        list[Name] | None,
        Field(
            min_length=1,
            max_length=100,
            description="Look for these, by their names, instead of all of the industry's.",
        ),
    ] = None
    tasks: Annotated[
        list[Task] | None, Field(max_length=20, description="What to tag; all by default.")
    ] = None
    timeout_ms: Annotated[
        int | None,
        Field(
            ge=LEAST_TIMEOUT_MS,
            le=MOST_TIMEOUT_MS,
            description="Milliseconds to wait for the answer.",
        ),
    ] = None


class SpanOut(BaseModel):
    """A stretch `[start, end)` of code points of a text, with the text it covers."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    text: str


class SentimentOut(BaseModel):
    """Polarity of a whole text."""

    label: Polarity
    score: Score
    probabilities: dict[Polarity, Score]


class AspectOut(BaseModel):
    """What a text says of one aspect."""

    aspect_id: str
    aspect: str
    sentiment: Polarity
    score: Score
    evidence: list[SpanOut]


class OpinionOut(BaseModel):
    """A target, which may be implicit, and the words that judge it."""

    target: SpanOut | None
    opinion: SpanOut
    sentiment: Polarity


class TopicOut(BaseModel):
    """A discovered theme that a text belongs to."""

    topic_id: str
    topic: str
    score: Score


class IntentOut(BaseModel):
    """What the customer wants."""

    label: IntentLabel
    score: Score


class UrgencyOut(BaseModel):
    """How urgent it is, and why."""

    label: UrgencyLabel
    reasons: list[str]


class SatisfactionOut(BaseModel):
    """How satisfied a customer is thought to be, from -2 to 2; 95 % of judgements lie between."""

    score: float
    low: float
    high: float
    model: str


class CallOut(BaseModel):
    """What is said of a conversation: the polarity of each turn of the customer's, and more."""

    moods: list[Polarity | None]
    satisfaction: SatisfactionOut | None


class TagsOut(BaseModel):
    """What the engine says of one text; offsets point into `text`, which is masked."""

    id: str
    text: str
    language: str
    sentiment: SentimentOut | None
    aspects: list[AspectOut]
    opinions: list[OpinionOut]
    topics: list[TopicOut]
    intent: IntentOut | None
    urgency: UrgencyOut | None
    model: str
    industry: str | None
    flags: list[str]
    call: Annotated[
        CallOut | None, Field(description="Of conversations in the store alone; else left out.")
    ] = None


class ClassifyResponse(BaseModel):
    """Tags of each item, in order."""

    results: Annotated[
        list[TagsOut | None], Field(description="One an item; null where it could not be tagged.")
    ]
    model: Annotated[str, Field(description="Name and version of the model that tagged.")]
    errors: Annotated[
        list[Finding], Field(description="Why an item could not be tagged; mostly empty.")
    ]
