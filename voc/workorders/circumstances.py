"""What the voices of an issue tell beside it: how urgent, from where, by what way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from statistics import fmean
from typing import Final

from voc.records import (
    URGENCIES,
    IntentLabel,
    Mention,
    NearAspect,
    Polarity,
    SatisfactionLevel,
    UrgencyLabel,
    satisfaction_level,
)
from voc.workorders.conditions import nps_band

Counts = tuple[tuple[str, int], ...]
"""Values with the voices that name them, most first."""

Guess = tuple[tuple[str, float], ...]
"""Departments, each with how probable it is."""

CHANNEL_LABELS: Final[Mapping[str, str]] = {
    "forum": "论坛",
    "hotline": "热线",
    "review": "评价",
    "survey": "问卷",
    "social": "社交媒体",
    "chat": "在线客服",
    "email": "邮件",
}


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """What a voice tells as a whole.

    `rating` is a share of the highest one, 0 to 1; `satisfaction` what is predicted of a
    conversation, from -2 to 2; `departments` says how probable each is by what was learned, as a
    natural logarithm; empty where nothing was.
    """

    sentiment: Polarity | None = None
    sentiment_score: float | None = None
    intent: IntentLabel | None = None
    nps: int | None = None
    csat: int | None = None
    rating: float | None = None
    tier: str | None = None
    satisfaction: float | None = None
    departments: Guess = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where the voices of an issue come from.

    `urgency` is the highest of them, `reasons` are why, in order of how often they are given;
    `satisfaction` is the mean of what is predicted of those that are conversations, from -2 to 2;
    `None` where none is. `confidence` is how sure the surest voice speaks of the aspect; `csat`,
    `rating` and `sentiment_score` are means of what is known. `voices` are the mentions it was
    made of, with what is known of each voice. `departments` are what was learned from past orders,
    with their probabilities, most probable first; the geometric mean over the voices.
    `near_aspect` is what they are most like where no aspect hears them.
    """

    urgency: UrgencyLabel = "normal"
    reasons: tuple[str, ...] = ()
    products: Counts = ()
    stores: Counts = ()
    regions: Counts = ()
    channels: Counts = ()
    satisfaction: float | None = None
    sentiments: Counts = ()
    intents: Counts = ()
    nps: Counts = ()
    tiers: Counts = ()
    csat: float | None = None
    rating: float | None = None
    sentiment_score: float | None = None
    confidence: float | None = None
    departments: Guess = ()
    near_aspect: NearAspect | None = None
    voices: tuple[tuple[Mention, VoiceFacts], ...] = field(default=(), compare=False, repr=False)

    @property
    def region(self) -> str | None:
        """The region that more than half of the voices that name one come from."""
        named = sum(count for _, count in self.regions)
        return self.regions[0][0] if named and 2 * self.regions[0][1] > named else None

    @property
    def satisfaction_level(self) -> SatisfactionLevel | None:
        """How satisfied the customers of its conversations seem on average."""
        return None if self.satisfaction is None else satisfaction_level(self.satisfaction)

    def of(self, wanted: Callable[[Mention], bool]) -> Circumstances:
        """Returns the circumstances of some of its voices."""
        part = summary([voice for voice in self.voices if wanted(voice[0])])
        return replace(part, near_aspect=self.near_aspect)


def circumstances_of(
    voices: Mapping[str, Iterable[Mention]],
    facts: Mapping[str, VoiceFacts] | None = None,
    guesses: Mapping[tuple[str, str], Guess] | None = None,
) -> dict[str, Circumstances]:
    """Returns the circumstances of each issue, by its id.

    Args:
        voices: The voices of each issue, by its id.
        facts: What is known of voices, by feedback id.
        guesses: Departments by what was learned, by feedback id and aspect id.
    """
    known, learned = facts or {}, guesses or {}
    return {
        issue_id: summary([(voice, _known(voice, known, learned)) for voice in said])
        for issue_id, said in voices.items()
    }


def _known(
    voice: Mention, facts: Mapping[str, VoiceFacts], guesses: Mapping[tuple[str, str], Guess]
) -> VoiceFacts:
    known = facts.get(voice.feedback_id, _UNKNOWN)
    guess = guesses.get((voice.feedback_id, voice.aspect_id))
    return replace(known, departments=guess) if guess else known


_UNKNOWN: Final = VoiceFacts()


def summary(voices: Sequence[tuple[Mention, VoiceFacts]]) -> Circumstances:
    """Returns what voices tell together."""
    mentions = [mention for mention, _ in voices]
    facts = [known for _, known in voices]
    reasons = Counter(reason for voice in mentions for reason in voice.urgency_reasons)
    bands = (nps_band(item.nps) for item in facts if item.nps is not None)
    calls = {mention.feedback_id: known.satisfaction for mention, known in voices}
    return Circumstances(
        urgency=max((voice.urgency for voice in mentions), key=URGENCIES.index, default="normal"),
        reasons=tuple(reason for reason, _ in ranked(reasons)),
        products=_counted(voice.product for voice in mentions),
        stores=_counted(voice.store for voice in mentions),
        regions=_counted(voice.region for voice in mentions),
        channels=_counted(voice.channel for voice in mentions),
        satisfaction=_mean(calls.values()),
        sentiments=_counted(item.sentiment for item in facts),
        intents=_counted(item.intent for item in facts),
        nps=_counted(bands),
        tiers=_counted(item.tier for item in facts),
        csat=_mean(item.csat for item in facts),
        rating=_mean(item.rating for item in facts),
        sentiment_score=_mean(item.sentiment_score for item in facts),
        confidence=max((voice.score for voice in mentions), default=None),
        departments=_together([known.departments for known in facts if known.departments]),
        voices=tuple(voices),
    )


def _together(guesses: Sequence[Guess]) -> Guess:
    """Returns the geometric mean of guesses as probabilities, the most probable first."""
    means = {
        name: fmean(dict(guess)[name] for guess in guesses) for name, _ in (guesses or [()])[0]
    }
    whole = sum(exp(mean) for mean in means.values())
    shares = ((name, round(exp(mean) / whole, 6)) for name, mean in means.items())
    return tuple(sorted(shares, key=lambda item: (-item[1], item[0])))


def _counted(values: Iterable[str | None]) -> Counts:
    return ranked(Counter(value for value in values if value))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    # Rounded, so that the mean of 0.2 and 0.4 is no more than 0.3.
    return round(fmean(known), 9) if known else None


def ranked(counts: Counter[str]) -> Counts:
    """Returns values with how many voices name them, most first, then by name."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
