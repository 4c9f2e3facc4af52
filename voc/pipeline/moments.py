"""When each industry's feedback was said: volumes a day, and its newest moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from voc.insights import core_days
from voc.issues import Volumes
from voc.records import CLOCK_SKEW, UNCOUNTED
from voc.store import Store, TaggedRow

_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moments:
    """How much was said on each day, and until when.

    Attributes:
        volumes: Feedback a day by (industry, product, store); `None` is all products, or all
            stores.
        as_of: The time of the newest voice of each industry that is no stray (`core_days`), in the
            reader's zone.
    """

    volumes: Volumes
    as_of: dict[str, datetime]


def cutoff_of(store: Store, now: datetime) -> datetime:
    """Returns from when on voices are dated in the future, so that they count nowhere yet.

    Where all that is stored would be, it is the clock that is wrong, and nothing is left out.

    Args:
        store: What is read.
        now: The present moment; the cutoff lies `CLOCK_SKEW` after it.
    """
    cutoff = now + CLOCK_SKEW
    return cutoff if store.feedback_page(limit=1, until=cutoff).items else _LATEST


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
    volumes: dict[tuple[str, str | None, str | None], Counter[date]] = defaultdict(Counter)
    dated: dict[str, list[datetime]] = defaultdict(list)
    undated: dict[str, list[datetime]] = defaultdict(list)
    for row in store.tagged(model=model, with_words=False):
        if row.industry is None or row.flags & UNCOUNTED or row.occurred_at > now:
            continue
        moment = row.occurred_at.astimezone(zone)
        (dated if row.is_dated else undated)[row.industry].append(moment)
        _count(volumes, row, row.industry, moment.date())
    return Moments(
        dict(volumes),
        {name: newest_moment(said) for name, said in (undated | dated).items()},
    )


def newest_moment(said: Sequence[datetime]) -> datetime:
    """Returns the newest of moments of one zone that is no stray (`core_days`)."""
    ends = core_days(Counter(moment.toordinal() for moment in said))
    return max(moment for moment in said if ends is None or moment.date() <= ends[1])


def _count(
    volumes: dict[tuple[str, str | None, str | None], Counter[date]],
    row: TaggedRow,
    industry: str,
    day: date,
) -> None:
    for product in {None, row.product or None}:
        for store in {None, row.store or None}:
            volumes[(industry, product, store)][day] += 1
