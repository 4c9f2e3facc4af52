"""What rules ask of an issue or of a voice; each condition names what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from voc.records import (
    IntentLabel,
    Polarity,
    SatisfactionLevel,
    Severity,
    Trend,
    UrgencyLabel,
)
from voc.workorders.matching import Between
from voc.workorders.sections import Names, Section, listed

NpsBand = Literal["promoter", "passive", "detractor"]

_PROMOTER: Final = 9
_PASSIVE: Final = 7

OF_VOICES: Final = frozenset(
    {"sentiment", "intent", "nps", "tier", "csat", "rating", "sentiment_score"}
)
"""Conditions on what only the voices themselves tell; it is read where a rule asks for it."""

_SCALES: Final = {
    "csat": (1.0, 5.0),
    "rating": (0.0, 1.0),
    "sentiment_score": (0.0, 1.0),
    "confidence": (0.0, 1.0),
}


def nps_band(score: int) -> NpsBand:
    """Returns the band of an answer from 0 to 10 (Reichheld, HBR December 2003)."""
    if score >= _PROMOTER:
        return "promoter"
    return "passive" if score >= _PASSIVE else "detractor"


class Bounds(Section):
    """A range of numbers, both ends within."""

    at_least: float | None = Field(default=None, description="Lowest number allowed.")
    at_most: float | None = Field(default=None, description="Highest number allowed.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            raise ValueError("names no bound; give at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least:g} is over at_most {self.at_most:g}")
        return self


class VoiceWhen(Section):
    """Conditions that must all hold; `*` stands for any text, and no value holds nothing."""

    industry: Names = Field(default=(), description="Industry ids.")
    aspect: Names = Field(default=(), description="Aspect names or ids; a parent covers children.")
    product: Names = Field(default=(), description="Products.")
    store: Names = Field(default=(), description="Stores.")
    region: Names = Field(default=(), description="Regions; of an issue, where most voices are.")
    urgency: Annotated[tuple[UrgencyLabel, ...], BeforeValidator(listed)] = Field(
        default=(), description="Urgency; of an issue, the highest among its voices."
    )
    reason: Names = Field(default=(), description="Reasons of urgency, as the industry names them.")
    channel: Names = Field(default=(), description="Channels that voices came by.")
    sentiment: Annotated[tuple[Polarity, ...], BeforeValidator(listed)] = Field(
        default=(), description="Sentiment of the whole text, of any voice."
    )
    intent: Annotated[tuple[IntentLabel, ...], BeforeValidator(listed)] = Field(
        default=(), description="Intent of any voice."
    )
    nps: Annotated[tuple[NpsBand, ...], BeforeValidator(listed)] = Field(
        default=(), description="Bands of the NPS answers of any voice."
    )
    tier: Names = Field(default=(), description="Tiers of any customer who speaks.")
    csat: Bounds | None = Field(default=None, description="Satisfaction, 1 to 5; the mean.")
    rating: Bounds | None = Field(
        default=None, description="Rating as a share of the highest one, 0 to 1; the mean."
    )
    sentiment_score: Bounds | None = Field(
        default=None, description="Probability of the sentiment, 0 to 1; the mean."
    )
    confidence: Bounds | None = Field(
        default=None, description="Probability of the aspect, 0 to 1; the surest voice's."
    )

    @model_validator(mode="after")
    def _is_on_its_scale(self) -> VoiceWhen:
        for name, (low, high) in _SCALES.items():
            bounds: Bounds | None = getattr(self, name)
            ends = (bounds.at_least, bounds.at_most) if bounds else ()
            for end in ends:
                if end is not None and not low <= end <= high:
                    hint = "; 4 of 5 stars are 0.8" if name == "rating" else ""
                    raise ValueError(f"{name} goes from {low:g} to {high:g}, not {end:g}{hint}")
        return self

    def conditions(self) -> dict[str, Sequence[str] | Between]:
        """Returns what each condition allows, by its name, those left out too."""
        found: dict[str, Sequence[str] | Between] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Bounds):
                value = Between(value.at_least, value.at_most)
            found[name] = () if value is None else value
        return found

    @property
    def asks_voices(self) -> bool:
        """Whether what only the voices themselves tell is asked for."""
        return any(getattr(self, name) for name in OF_VOICES)


class When(VoiceWhen):
    """Conditions on an issue."""

    severity: Annotated[tuple[Severity, ...], BeforeValidator(listed)] = Field(
        default=(), description="Severities of the issue."
    )
    topic: Names = Field(
        default=(), description="Names or ids of themes: the issue's, or of most of its voices."
    )
    trend: Annotated[tuple[Trend, ...], BeforeValidator(listed)] = Field(
        default=(), description="Trends of the issue."
    )
    satisfaction: Annotated[tuple[SatisfactionLevel, ...], BeforeValidator(listed)] = Field(
        default=(), description="Mean predicted satisfaction of its calls: low, middle or high."
    )
