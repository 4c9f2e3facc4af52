"""Calls and chats: how satisfied their customers are thought to be, and what became of them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from voc.config import Aspect
from voc.insights import Outcome, mean_of_counts, proportion, satisfaction_of
from voc.records import Polarity, Satisfaction
from voc.report.call_figures import CallFigures, CallLine, CallReason
from voc.report.intake import ReportCall
from voc.report.verbatims import web_address

MOST_CALLS: Final = 10
"""Calls that are listed."""
FEWEST_CALLS: Final = 20
"""Calls from which a mean is told."""


@dataclass(slots=True)
class ReasonTally:
    """The conversations that speak of one aspect."""

    total: int = 0
    unresolved: int = 0
    scores: Counter[float] = field(default_factory=Counter)

    def add(self, call: ReportCall) -> None:
        self.total += 1
        self.unresolved += call.outcome == "unresolved"
        if call.satisfaction is not None:
            self.scores[call.satisfaction.score] += 1


@dataclass(slots=True)
class CallTally:
    """One pass over conversations; no text is kept but that of the least satisfied."""

    total: int = 0
    scores: list[float] = field(default_factory=list)
    models: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    moods: Counter[tuple[Polarity, Polarity]] = field(default_factory=Counter)
    lowest: list[tuple[float, int, ReportCall]] = field(default_factory=list)
    reasons: dict[str, ReasonTally] = field(default_factory=dict)

    def add(self, call: ReportCall) -> None:
        self.total += 1
        self.outcomes[call.outcome] += 1
        if call.start is not None and call.end is not None:
            self.moods[call.start, call.end] += 1
        for aspect_id in dict.fromkeys(call.aspects):
            self.reasons.setdefault(aspect_id, ReasonTally()).add(call)
        if call.satisfaction is not None:
            self.scores.append(call.satisfaction.score)
            self.models[call.satisfaction.model] += 1
            self._keep(call, call.satisfaction)

    def _keep(self, call: ReportCall, found: Satisfaction) -> None:
        """Keeps the least satisfied; of equal ones those that came first."""
        entry = (-found.score, -self.total, call)
        if len(self.lowest) < MOST_CALLS:
            heapq.heappush(self.lowest, entry)
        else:
            heapq.heappushpop(self.lowest, entry)


def call_figures(
    calls: Iterable[ReportCall], zone: ZoneInfo, known: Mapping[str, Aspect] | None = None
) -> CallFigures | None:
    """Sums up conversations, reading them once; `None` where there are none.

    Args:
        calls: The conversations.
        zone: The zone of their times.
        known: The aspects of the taxonomy, by id; those of others are not told.
    """
    tally = CallTally()
    for call in calls:
        tally.add(call)
    if not tally.total:
        return None
    began = sum(count for (start, _), count in tally.moods.items() if start == "negative")
    judged = tally.moods.total()
    soured = sum(
        count
        for (start, end), count in tally.moods.items()
        if start != "negative" and end == "negative"
    )
    lowest = sorted(tally.lowest, key=lambda entry: entry[:2], reverse=True)
    return CallFigures(
        total=tally.total,
        satisfaction=satisfaction_of(tally.scores) if tally.scores else None,
        is_enough=len(tally.scores) >= FEWEST_CALLS,
        model="、".join(sorted(tally.models)),
        resolved=proportion(tally.outcomes["resolved"], tally.total),
        pending=proportion(tally.outcomes["pending"], tally.total),
        unresolved=proportion(tally.outcomes["unresolved"], tally.total),
        unknown=proportion(tally.outcomes["unknown"], tally.total),
        soothed=proportion(began - tally.moods["negative", "negative"], began),
        soured=proportion(soured, judged - began),
        lowest=tuple(
            _line(call, call.satisfaction, zone) for *_, call in lowest if call.satisfaction
        ),
        reasons=_reasons(tally, known or {}),
    )


def _reasons(tally: CallTally, known: Mapping[str, Aspect]) -> tuple[CallReason, ...]:
    """Returns what conversations were about, what most speak of first."""
    found = [
        CallReason(
            aspect_id=aspect_id,
            aspect=known[aspect_id].name,
            share=proportion(spoken.total, tally.total),
            unresolved=proportion(spoken.unresolved, spoken.total),
            satisfaction=(
                mean_of_counts(spoken.scores) if spoken.scores.total() >= FEWEST_CALLS else None
            ),
        )
        for aspect_id, spoken in tally.reasons.items()
        if aspect_id in known
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.share.count, reason.aspect_id)))


def _line(call: ReportCall, found: Satisfaction, zone: ZoneInfo) -> CallLine:
    moment = call.occurred_at.astimezone(zone) if call.is_dated else None
    return CallLine(
        feedback_id=call.feedback_id,
        native_id=call.native_id,
        moment=moment.isoformat(timespec="minutes") if moment else None,
        channel=call.channel,
        product=call.product,
        reason=call.reason,
        last=call.last,
        outcome=call.outcome,
        satisfaction=round(found.score, 2),
        low=round(found.low, 2),
        high=round(found.high, 2),
        url=web_address(call.url),
    )
