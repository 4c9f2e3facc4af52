"""What was read and set aside: bought posts, copies, adverts, the company's own words, blanks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from voc.report.figures import BurstFigures, SetAside
from voc.report.tally import PaidPost, RowTally

MOST_BURSTS: Final = 10
_PAUSE: Final = timedelta(hours=6)


def set_aside(tally: RowTally) -> SetAside:
    """Returns what was set aside; suspected posts by product and by the evening they came."""
    bursts = sorted(_bursts(tally.paid), key=lambda burst: (-burst.count, burst.began or ""))
    return SetAside(
        paid=len(tally.paid),
        bursts=tuple(bursts[:MOST_BURSTS]),
        more_bursts=max(0, len(bursts) - MOST_BURSTS),
        near_duplicates=tally.near_duplicates,
        advertisements=tally.advertisements,
        uninformative=tally.uninformative,
        staff=tally.staff,
    )


def _bursts(posts: Sequence[PaidPost]) -> list[BurstFigures]:
    products: dict[str | None, list[PaidPost]] = {}
    for post in posts:
        products.setdefault(post.product, []).append(post)
    return [_burst(group) for theirs in products.values() for group in _split(theirs)]


def _split(posts: Sequence[PaidPost]) -> list[list[PaidPost]]:
    """Splits posts where hours lie between them; those without a time make a group of their own."""
    timed = [(post.moment, post) for post in posts if post.moment is not None]
    timed.sort(key=lambda item: item[0])
    groups: list[list[PaidPost]] = []
    last: datetime | None = None
    for moment, post in timed:
        if last is None or moment - last > _PAUSE:
            groups.append([])
        groups[-1].append(post)
        last = moment
    untimed = [post for post in posts if post.moment is None]
    return [*groups, *([untimed] if untimed else [])]


def _burst(posts: Sequence[PaidPost]) -> BurstFigures:
    moments = [post.moment for post in posts if post.moment is not None]
    channels = Counter(post.channel for post in posts)
    span_s = (max(moments) - min(moments)).total_seconds() if moments else 0.0
    return BurstFigures(
        product=posts[0].product,
        count=len(posts),
        minutes=max(1, math.ceil(span_s / 60)) if moments else None,
        began=min(moments).isoformat(timespec="minutes") if moments else None,
        channels=tuple(name for name, _ in channels.most_common()),
        sample=posts[0].text,
    )
