"""When each industry's feedback was said: volumes a day, and its newest moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from voc.insights import core_days
from voc.issues import Volumes
from voc.records import UNCOUNTED
from voc.store import Store, TaggedRow


@dataclass(frozen=True, slots=True)
class Moments:
    """How much was said on each day, and until when.

    Attributes:
        volumes: Feedback a day by (industry, product); the product `None` is the whole industry.
        as_of: The time of the newest voice of each industry that is no stray (`core_days`), in the
            reader's zone.
    """

    volumes: Volumes
    as_of: dict[str, datetime]


def moments_of(store: Store, *, model: str, zone: tzinfo, now: datetime) -> Moments:
    """Reads the moments of all industries; voices later than `now` are not counted.

    Each industry has a clock of its own, so that fresh feedback of one does not make history of
    another. Voices without a time of their own bear that of their ingestion and move no clock,
    unless the industry has no others.

    Args:
        store: What is read.
        model: Whose tags.
        zone: The reader's zone, whose days are counted.
        now: The present moment.
    """
    volumes: dict[tuple[str, str | None], Counter[date]] = defaultdict(Counter)
    spoken: dict[str, dict[datetime, str]] = defaultdict(dict)
    for row in store.tagged(model=model):
        if row.industry is None or row.flags & UNCOUNTED or row.occurred_at > now:
            continue
        spoken[row.industry][row.occurred_at] = row.feedback_id
        _count(volumes, row, row.industry, row.occurred_at.astimezone(zone).date())
    as_of = {
        name: _newest(store, _core(said, volumes[(name, None)], zone)).astimezone(zone)
        for name, said in spoken.items()
    }
    return Moments(dict(volumes), as_of)


def _count(
    volumes: dict[tuple[str, str | None], Counter[date]], row: TaggedRow, industry: str, day: date
) -> None:
    volumes[(industry, None)][day] += 1
    if row.product:
        volumes[(industry, row.product)][day] += 1


def _core(said: dict[datetime, str], days: Counter[date], zone: tzinfo) -> dict[datetime, str]:
    """Returns the moments up to the last day that is no stray's."""
    ends = core_days({day.toordinal(): count for day, count in days.items()})
    return {
        moment: name
        for moment, name in said.items()
        if ends is None or moment.astimezone(zone).date() <= ends[1]
    }


def _newest(store: Store, said: dict[datetime, str]) -> datetime:
    """Returns the latest moment with a voice that knows its time, else the latest of all.

    One voice of each moment is asked: those without a time share that of the page they came with,
    so there are few to ask before one that has it.
    """
    return next(
        (moment for moment in _latest_first(said) if _knows_its_time(store, said[moment])),
        max(said),
    )


def _latest_first(moments: Iterable[datetime]) -> list[datetime]:
    return sorted(moments, reverse=True)


def _knows_its_time(store: Store, feedback_id: str) -> bool:
    stored = store.feedback(feedback_id)
    return stored is not None and stored.feedback.created_at is not None
