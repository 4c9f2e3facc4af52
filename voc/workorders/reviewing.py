"""Orders that wait for a person before they are opened, as the models are unsure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from voc.records import SEVERITIES, OrderReview, ReviewState, Severity
from voc.workorders.parts import Task
from voc.workorders.rules import RoutingRules

_BY_ITSELF: Final = "voc"


class Reviews:
    """Says what waits, and what no longer does.

    Args:
        known: What waits or waited, by the id of the order it will be.
        rules: The routing file.
        now: When.
    """

    def __init__(
        self, known: Mapping[str, OrderReview], rules: RoutingRules, now: datetime
    ) -> None:
        self._known = known
        self._rules = rules
        self._now = now
        self.changed: list[OrderReview] = []

    def holds(self, work_order_id: str, task: Task) -> bool:
        """Says whether an order waits; what is new about it is added to `changed`."""
        known = self._known.get(work_order_id)
        if known is not None and known.state == "approved":
            return False
        if not task.routing.review:
            return False
        if known is None or self._has_news(known, task):
            self.changed.append(self._proposed(work_order_id, task, known))
        return True

    def opened(self, work_order_id: str) -> None:
        """Notes that an order is opened: what waited for it, and nobody decided on, no longer does.

        Rules that want no review any more open it, or a person who opens it for its issue.
        """
        known = self._known.get(work_order_id)
        if known is not None and known.state == "waiting":
            note = "未经复核即已开立"
            self.changed.append(decided(known, "approved", _BY_ITSELF, note, self._now))

    def _has_news(self, known: OrderReview, task: Task) -> bool:
        if known.state == "waiting":
            return (known.count, known.severity) != (task.issue.count, task.issue.severity)
        return is_worse(
            known.severity, known.count, task.issue.severity, task.issue.count, self._rules
        )

    def _proposed(self, work_order_id: str, task: Task, known: OrderReview | None) -> OrderReview:
        waits = known is not None and known.state == "waiting"
        issue, confidence = task.issue, task.told.confidence
        return OrderReview(
            work_order_id=work_order_id,
            issue_id=issue.issue_id,
            part=task.part,
            state="waiting",
            title=issue.title,
            department=task.routing.department,
            rule=task.routing.rule,
            reason=_reason(confidence, self._rules.review.confidence),
            severity=issue.severity,
            count=issue.count,
            confidence=confidence,
            at=known.at if known is not None and waits else self._now,
        )


def decided(
    review: OrderReview, state: ReviewState, actor: str, note: str | None, now: datetime
) -> OrderReview:
    """Returns what waited, with what became of it."""
    return replace(review, state=state, decided_at=now, actor=actor, note=note)


def is_worse(
    severity: Severity, voices: int, severity_now: Severity, voices_now: int, rules: RoutingRules
) -> bool:
    """Says whether a problem is worse than it was told to be, by `update_when`."""
    least = rules.update_when
    grown = voices_now >= max(voices * least.growth, voices + least.voices)
    return SEVERITIES.index(severity_now) > SEVERITIES.index(severity) or grown


def _reason(confidence: float | None, threshold: float) -> str:
    if confidence is not None and confidence < threshold:
        return f"把握 {confidence:.2f}，低于 {threshold:g}"
    return "规则要求人工复核"
