"""How bad an issue is: a small table of reasons that a reader can follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from voc.issues.shares import wilson
from voc.records import SEVERITIES, Mention, Severity, Trend, UrgencyLabel

MANY: Final = 5
"""From that many voices on, an issue is at least medium."""

CROWD_OF_LATE: Final = 20
"""From that many voices of its last window on, it is high: what has gathered over a year can wait.
A crowd alone is no emergency."""

CRITICAL_VOICES: Final[tuple[tuple[int, Severity], ...]] = ((3, "critical"), (1, "high"))
"""From that many voices of critical urgency on, an issue is at least that severe."""

URGENT_VOICES: Final[tuple[tuple[int, Severity], ...]] = ((10, "high"), (2, "medium"))
"""From that many voices of high or critical urgency on, an issue is at least that severe."""

FEW_VOICES: Final = 3
"""Up to that many voices, each one counts, however long ago the others were."""

SELDOM: Final = 0.2
"""Share of complaints among all that is said of an aspect in a place; where it is surely below, an
issue is lowered. A high one lifts nothing, as those who are content seldom speak."""

_GRAVE: Final = re.compile("安全|伤害|异物|过敏|生命|中毒|燃气|火灾|受害|被盗|诈骗")
_WEIGHTY: Final = re.compile(
    f"{_GRAVE.pattern}|消防|法律|违法|维权|召回|监管|媒体|曝光|群体|儿童|老人|孕|未成年|残疾"
)
"""Reasons that do not weigh less for being told of seldom: danger, law, media, and the weak."""


@dataclass(frozen=True, slots=True)
class Negativity:
    """How many of all voices on an aspect in a place complain of it."""

    negative: int
    total: int

    @property
    def share(self) -> float:
        """The share, in [0, 1]."""
        return self.negative / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """Returns the 95 % interval of the share, by Wilson's score."""
        return wilson(self.negative, self.total)


def severity_of(
    *,
    voices: int,
    critical: int,
    urgent: int,
    trend: Trend,
    trend_p: float,
    negativity: Negativity | None = None,
    weight: str | None = None,
    is_weighty: bool = False,
    silent_days: int | None = None,
    recent: int | None = None,
    window_days: float = 0.0,
) -> tuple[Severity, tuple[str, ...]]:
    """Rates an issue.

    The highest level that volume or urgency reaches counts. It moves by one step at most: up where
    voices rise significantly or the customers behind it weigh much, down where they fall or where
    but few of those who speak of it complain. Nothing but customers lifts a low issue, and nothing
    else one to critical of which no voice is critical nor so many are urgent as make it high, or
    that but one critical voice made high. Nothing lowers it below what urgent
    voices with weighty reasons make it, and silence lowers no issue of fewer than three voices: a
    danger does not pass because nobody speaks of it. What has been silent for long gives way to
    what is spoken of now: where nothing else lowers it, it is one step lower, not below medium.

    Args:
        voices: Voices of the issue.
        critical: Those of critical urgency.
        urgent: Those of high or critical urgency.
        trend: The issue's trend.
        trend_p: The p-value of its test.
        negativity: How many of all who speak of its aspect there complain, where that is known.
        weight: Why its customers weigh much, in Chinese; `None` where they do not.
        is_weighty: Whether a voice that presses tells of danger, law, media or the weak.
        silent_days: Days since the last voice where no new one would join it; `None` else.
        recent: Voices of the `window_days` up to the last one, of which a crowd is; `None`: all.
        window_days: How long that is.

    Returns:
        The severity, and in Chinese why it is what it is: the strongest reason first.
    """
    now = voices if recent is None else recent
    by_volume, volume = _by_volume(voices, now, window_days)
    rated = [
        (_reached(critical, CRITICAL_VOICES), critical, f"{critical} 条声音十分紧急"),
        (_reached(urgent, URGENT_VOICES), urgent, f"{urgent} 条声音紧急"),
        (by_volume, voices, volume),
    ]
    by_critical, by_urgent = (level for level, _, _ in rated[:2])
    rank, by_urgency = max(by_critical, by_urgent, by_volume), max(by_critical, by_urgent)
    by_one = critical == 1 and rank > max(by_urgent, by_volume)
    told = {count: (level, reason) for level, count, reason in reversed(rated)}
    reasons = [
        reason for level, reason in sorted(told.values(), key=lambda item: -item[0]) if level
    ]
    reasons = reasons or [f"仅 {voices} 条声音"]
    moves = _moves(trend, trend_p, negativity, weight)
    if voices < FEW_VOICES:
        moves = [move for move in moves if move[1] != _FALLING]
    step = max(-1, min(1, sum(move for move, _ in moves)))
    is_kept = step < 0 and (rank == 0 or (is_weighty and rank == by_urgency))
    is_calm = by_urgency < SEVERITIES.index("high") <= rank and weight is None
    is_stuck = is_kept or (rank == 0 and weight is None) or (step > 0 and is_calm)
    if is_stuck or (step > 0 and (rank == len(SEVERITIES) - 1 or by_one)):
        step = 0
    if step:
        reasons += [f"{why}，{_STEPS[step]}" for move, why in moves if move == step]
    level = rank + step
    if silent_days is not None and step >= 0 and level > SEVERITIES.index("medium"):
        level -= 1
        reasons.append(f"已 {silent_days} 天无新声音，{_STEPS[-1]}")
    return SEVERITIES[level], tuple(reasons)


_FALLING: Final = "声音已在减少"
_STEPS: Final = {1: "升一级", -1: "降一级"}


def _moves(
    trend: Trend, trend_p: float, negativity: Negativity | None, weight: str | None
) -> list[tuple[int, str]]:
    moves = [(1, weight)] if weight else []
    if trend == "rising":
        figure = f"p={trend_p:.3f}" if trend_p >= 0.001 else "p<0.001"
        moves.append((1, f"声量显著上升（{figure}）"))
    elif trend == "falling":
        moves.append((-1, _FALLING))
    if negativity is not None:
        _, high = negativity.interval()
        if high < SELDOM:
            said = f"提到它的 {negativity.total} 条里 {negativity.share:.0%} 不满"
            moves.append((-1, said))
    return moves


def rate_voices(
    voices: Sequence[Mention],
    *,
    trend: Trend,
    trend_p: float,
    window_days: float,
    negativity: Negativity | None = None,
    weight: str | None = None,
    silent_days: int | None = None,
) -> tuple[Severity, tuple[str, ...]]:
    """Rates an issue by its voices; see `severity_of`.

    Only `pressing` voices press, by their urgency and as a crowd. A voice that stands alone is at
    most of medium severity, unless people are in danger.

    Args:
        voices: All voices of the issue, sorted by time.
        trend: The issue's trend.
        trend_p: The p-value of its test.
        window_days: Length of the last window.
        negativity: How many of all who speak of its aspect there complain, where that is known.
        weight: Why its customers weigh much, in Chinese; `None` where they do not.
        silent_days: Days since the last voice where no new one would join it; `None` else.
    """
    heard = pressing(voices, window_days)
    urgencies = [urgency_heard(voice, of=len(voices)) for voice in heard]
    critical, high = urgencies.count("critical"), urgencies.count("high")
    severity, reasons = severity_of(
        voices=len(voices),
        critical=critical,
        urgent=critical + high,
        trend=trend,
        trend_p=trend_p,
        negativity=negativity,
        weight=weight,
        is_weighty=any(_WEIGHTY.search(why) for voice in heard for why in voice.urgency_reasons),
        silent_days=silent_days,
        recent=len(heard),
        window_days=window_days,
    )
    if severity == "low" and len(voices) == 1 and voices[0].urgency == "critical":
        return "medium", ("1 条声音十分紧急，尚无他人提到",)
    return severity, reasons


def pressing(voices: Sequence[Mention], window_days: float) -> list[Mention]:
    """Returns the voices whose urgency still counts: those within `window_days` before the last.

    What was urgent a year ago presses nobody now. Of a few voices, all count.
    """
    if len(voices) <= FEW_VOICES:
        return list(voices)
    since = max(voice.occurred_at for voice in voices) - timedelta(days=window_days)
    return [voice for voice in voices if voice.occurred_at >= since]


def urgency_heard(voice: Mention, *, of: int) -> UrgencyLabel:
    """Returns how urgent a voice is taken for among `of` voices of its issue.

    A critical one alone is only `high`, unless its reasons say that people are in danger.
    """
    alone = of == 1 and voice.urgency == "critical" and not is_grave(voice.urgency_reasons)
    return "high" if alone else voice.urgency


def is_grave(reasons: Sequence[str]) -> bool:
    """Says whether one of the reasons of urgency means that people (or their money) are harmed."""
    return any(_GRAVE.search(reason) for reason in reasons)


def _by_volume(voices: int, recent: int, window_days: float) -> tuple[int, str]:
    """Returns the level that volume reaches, and the reason in Chinese."""
    if recent >= CROWD_OF_LATE:
        of_late = f"，最后 {window_days:g} 天 {recent} 条" if recent < voices else ""
        return SEVERITIES.index("high"), f"{voices} 条声音{of_late}"
    return SEVERITIES.index("medium") if voices >= MANY else 0, f"{voices} 条声音"


def _reached(count: int, steps: Sequence[tuple[int, Severity]]) -> int:
    return next((SEVERITIES.index(level) for least, level in steps if count >= least), 0)
