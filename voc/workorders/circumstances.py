"""What the voices of an issue tell beside it: how urgent, from where, by what way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from voc.records import (
    URGENCIES,
    Issue,
    Mention,
    SatisfactionLevel,
    UrgencyLabel,
    satisfaction_level,
)

Counts = tuple[tuple[str, int], ...]
"""Values with the voices that name them, most first."""

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
class Circumstances:
    """Where the voices of an issue come from.

    `urgency` is the highest of them, `reasons` are why, in order of how often they are given.
    `satisfaction` is the mean of what is predicted of those that are conversations, from -2 to 2;
    `None` where none is.
    """

    urgency: UrgencyLabel = "normal"
    reasons: tuple[str, ...] = ()
    products: Counts = ()
    stores: Counts = ()
    regions: Counts = ()
    channels: Counts = ()
    satisfaction: float | None = None

    @property
    def region(self) -> str | None:
        """The region that more than half of the voices that name one come from."""
        named = sum(count for _, count in self.regions)
        return self.regions[0][0] if named and 2 * self.regions[0][1] > named else None

    @property
    def satisfaction_level(self) -> SatisfactionLevel | None:
        """How satisfied the customers of its conversations seem on average."""
        return None if self.satisfaction is None else satisfaction_level(self.satisfaction)


def circumstances_of(
    issues: Sequence[Issue],
    mentions: Iterable[Mention],
    satisfaction: Mapping[str, float] | None = None,
) -> dict[str, Circumstances]:
    """Returns the circumstances of each issue, by its id, from the mentions it was formed of.

    Args:
        issues: The issues.
        mentions: What was said.
        satisfaction: What is predicted of conversations, by feedback id.
    """
    wanted: dict[tuple[str, str, str], list[str]] = {}
    for issue in issues:
        for evidence in issue.evidence:
            place = (issue.industry, issue.aspect_id, evidence.feedback_id)
            wanted.setdefault(place, []).append(issue.issue_id)
    voices: dict[str, list[Mention]] = {issue.issue_id: [] for issue in issues}
    for mention in mentions:
        if mention.sentiment != "negative":
            continue
        place = (mention.industry, mention.aspect_id, mention.feedback_id)
        for issue_id in wanted.get(place, ()):
            voices[issue_id].append(mention)
    return {issue_id: _summary(said, satisfaction or {}) for issue_id, said in voices.items()}


def _summary(voices: Sequence[Mention], predicted: Mapping[str, float]) -> Circumstances:
    reasons = Counter(reason for voice in voices for reason in voice.urgency_reasons)
    calls = {voice.feedback_id for voice in voices} & predicted.keys()
    return Circumstances(
        urgency=max((voice.urgency for voice in voices), key=URGENCIES.index, default="normal"),
        reasons=tuple(reason for reason, _ in ranked(reasons)),
        products=ranked(Counter(voice.product for voice in voices if voice.product)),
        stores=ranked(Counter(voice.store for voice in voices if voice.store)),
        regions=ranked(Counter(voice.region for voice in voices if voice.region)),
        channels=ranked(Counter(str(voice.channel) for voice in voices)),
        satisfaction=fmean(predicted[name] for name in sorted(calls)) if calls else None,
    )


def ranked(counts: Counter[str]) -> Counts:
    """Returns values with how many voices name them, most first, then by name."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
