"""How bad an issue is: a small table of reasons that a reader can follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voc.records import SEVERITIES, Mention, Severity, Trend

VOLUME: Final[tuple[tuple[int, Severity], ...]] = ((100, "critical"), (20, "high"), (5, "medium"))
"""From that many voices on, an issue is at least that severe."""

CRITICAL_VOICES: Final[tuple[tuple[int, Severity], ...]] = ((3, "critical"), (1, "high"))
"""From that many voices of critical urgency on, an issue is at least that severe."""

URGENT_VOICES: Final[tuple[tuple[int, Severity], ...]] = ((10, "high"), (2, "medium"))
"""From that many voices of high or critical urgency on, an issue is at least that severe."""


def severity_of(
    *, voices: int, critical: int, urgent: int, trend: Trend, trend_p: float
) -> tuple[Severity, tuple[str, ...]]:
    """Rates an issue.

    The highest level that volume or urgency reaches counts; a significant rise of a medium or high
    issue lifts it by one.

    Args:
        voices: Voices of the issue.
        critical: Those of critical urgency.
        urgent: Those of high or critical urgency.
        trend: The issue's trend.
        trend_p: The p-value of its test.

    Returns:
        The severity, and in Chinese why it is what it is: the strongest reason first.
    """
    rated = [
        (_reached(voices, VOLUME), f"{voices} 条声音"),
        (_reached(critical, CRITICAL_VOICES), f"{critical} 条声音十分紧急"),
        (_reached(urgent, URGENT_VOICES), f"{urgent} 条声音紧急"),
    ]
    rank = max(level for level, _ in rated)
    rated.sort(key=lambda item: -item[0])
    reasons = [reason for level, reason in rated if level > 0] or [f"仅 {voices} 条声音"]
    if trend == "rising" and 0 < rank < len(SEVERITIES) - 1:
        rank += 1
        figure = f"p={trend_p:.3f}" if trend_p >= 0.001 else "p<0.001"
        reasons.append(f"声量显著上升（{figure}），升一级")
    return SEVERITIES[rank], tuple(reasons)


def rate_voices(
    voices: Sequence[Mention], *, trend: Trend, trend_p: float
) -> tuple[Severity, tuple[str, ...]]:
    """Rates an issue by its voices; see `severity_of`."""
    critical = sum(voice.urgency == "critical" for voice in voices)
    high = sum(voice.urgency == "high" for voice in voices)
    return severity_of(
        voices=len(voices), critical=critical, urgent=critical + high, trend=trend, trend_p=trend_p
    )


def _reached(count: int, steps: Sequence[tuple[int, Severity]]) -> int:
    return next((SEVERITIES.index(level) for least, level in steps if count >= least), 0)
