"""The effects of work orders: each one's problem, in its place, before its end and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from voc.config.sections import EffectSettings
from voc.insights.effect import Comparison, Sides, compare, is_crowded, judge
from voc.insights.places import Places
from voc.issues.dispersion import WEEK_DAYS
from voc.issues.grouping import GroupKey
from voc.issues.trends import day_of
from voc.issues.variation import WEEKS, overdispersion_by_weeks
from voc.records import Effect, Heard, stable_id

_POOL: Final = 200
"""Problems with the most voices, by whose variation that of one is told."""

_WEEKS: Final = range(1, WEEKS + 1)
_NOTHING: Final = Heard(0, 0, 0)

_Row = tuple[list[int], list[int]]
"""Voices and feedback of weeks."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A work order whose work has ended, with the problem it was about."""

    work_order_id: str
    issue_id: str
    key: GroupKey
    ended_at: datetime

    @property
    def effect_id(self) -> str:
        """The id of its effect: of the order and of this end of it."""
        return stable_id("ef", self.work_order_id, self.ended_at.astimezone(UTC).isoformat())


@dataclass(frozen=True, slots=True)
class _Windows:
    """The days on both sides of an end, which is itself on neither; first and last of each."""

    end: int
    before: tuple[int, int]
    after: tuple[int, int]
    watched: int


@dataclass(slots=True)
class Watch:
    """What all effects of one run are measured by.

    Attributes:
        places: What was heard of the aspects of the orders.
        settings: Which days are compared, and what is enough.
        as_of: The newest voice of each industry, in the reader's zone.
    """

    places: Places
    settings: EffectSettings
    as_of: Mapping[str, datetime]
    _mended: dict[tuple[str, str | None], list[tuple[int, GroupKey]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _largest: dict[str, list[GroupKey]] = field(default_factory=dict)
    _pools: dict[tuple[str, int], list[_Row]] = field(default_factory=dict)

    def effects(self, orders: Iterable[Ended]) -> list[Effect]:
        """Returns the effect of each order whose industry has feedback.

        The control is the same aspect in all other places of the industry, but for those where
        work on it ended within the same days: what was mended there too tells nothing of what
        would have been.
        """
        known = [order for order in orders if order.key.industry in self.as_of]
        for order in known:
            self._mended[order.key[:2]].append((self._day(order), order.key))
        return [self._effect(order, self._windows(order)) for order in known]

    def _day(self, order: Ended) -> int:
        return day_of(order.ended_at, self.as_of[order.key.industry])

    def _windows(self, order: Ended) -> _Windows:
        end, newest = self._day(order), self.as_of[order.key.industry]
        watched = min(max(0, day_of(newest, newest) - end), self.settings.days_after)
        before = (end - self.settings.days_before, end - 1)
        return _Windows(end, before, (end + 1, end + watched), watched)

    def _effect(self, order: Ended, days: _Windows) -> Effect:
        told = self.settings
        after = self.places.heard(order.key, *days.after)
        before = self.places.heard(order.key, *days.before)
        there = self._elsewhere(order.key, days)
        found = self._compare(order.key, days, (after, before), there)
        is_watched = days.watched == told.days_after
        verdict, reason = judge(found, is_watched=is_watched, settings=told)
        return Effect(
            effect_id=order.effect_id,
            work_order_id=order.work_order_id,
            issue_id=order.issue_id,
            ended_at=order.ended_at,
            verdict=verdict,
            reason=reason,
            days_before=told.days_before,
            days_after=told.days_after,
            days_watched=days.watched,
            before=before,
            after=after,
            control_before=there[1] if there else None,
            control_after=there[0] if there else None,
            exposed="industry" if is_crowded(before) else "place",
            **_figures(found),
        )

    def _elsewhere(self, key: GroupKey, days: _Windows) -> tuple[Heard, Heard] | None:
        """Returns what other places heard, after and before; `None` where that is too little."""
        without = {
            other for end, other in self._mended[key[:2]] if days.before[0] <= end <= days.after[1]
        }
        after = self.places.elsewhere(key, *days.after, without=without)
        before = self.places.elsewhere(key, *days.before, without=without)
        if after is None or before is None or before.voices < self.settings.min_expected:
            return None
        return after, before

    def _compare(
        self,
        key: GroupKey,
        days: _Windows,
        here: tuple[Heard, Heard],
        there: tuple[Heard, Heard] | None,
    ) -> Comparison | None:
        fed = (here[0].feedback, here[1].feedback)
        if is_crowded(here[1]):
            first, last = (
                self.places.all_feedback(key.industry, *part) for part in (days.after, days.before)
            )
            fed = (first, last)
        alpha, alpha_elsewhere = self._variation(key, days.end)
        own = Sides(_voices(here), fed, alpha)
        if there is None:
            return compare(own, None)
        fed = (there[0].feedback, there[1].feedback)
        return compare(own, Sides(_voices(there), fed, alpha_elsewhere))

    def _variation(self, key: GroupKey, end: int) -> tuple[float, float]:
        """Returns by how much a window's voices vary beyond chance, here and elsewhere.

        The weeks before the end tell it, by what is common to the largest problems of the industry.
        """
        import numpy as np

        pool = self._pool(key.industry, end)
        others = [self.places.elsewhere(key, *week) or _NOTHING for week in _weeks(end)]
        own = [self.places.heard(key, *week) for week in _weeks(end)]
        rows = [*pool, _counts(own), _counts(others)]
        counts, fed = (np.array([row[part] for row in rows], dtype=np.float64) for part in (0, 1))
        window = max(self.settings.days_after, WEEK_DAYS)
        told = overdispersion_by_weeks(counts, fed, window_days=window)
        return float(told[-2]), float(told[-1])

    def _pool(self, industry: str, end: int) -> list[_Row]:
        if (industry, end) not in self._pools:
            if industry not in self._largest:
                self._largest[industry] = self.places.largest(industry, _POOL)
            self._pools[industry, end] = [
                _counts([self.places.heard(key, *week) for week in _weeks(end)])
                for key in self._largest[industry]
            ]
        return self._pools[industry, end]


def _weeks(end: int) -> list[tuple[int, int]]:
    """Returns first and last day of the weeks before a day, the last first."""
    return [(end - WEEK_DAYS * week, end - WEEK_DAYS * (week - 1) - 1) for week in _WEEKS]


def _counts(heard: Sequence[Heard]) -> _Row:
    return [one.voices for one in heard], [one.feedback for one in heard]


def _voices(heard: tuple[Heard, Heard]) -> tuple[int, int]:
    return heard[0].voices, heard[1].voices


def _figures(found: Comparison | None) -> dict[str, Any]:
    if found is None:
        return {"expected": None}
    return {
        "expected": found.expected,
        "ratio": found.own.ratio,
        "control_ratio": found.control.ratio if found.control else None,
        "effect_ratio": found.ratio,
        "low": found.low,
        "high": found.high,
    }
