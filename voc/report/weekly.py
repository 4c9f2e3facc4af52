"""The last full week against the one before, and against the four weeks before.

Counts are told for the same amount of feedback, so that a week which brings more of everything is
no rise; ratios carry their exact interval. So many rows are compared that some would stand out by
chance: their p-values are corrected by Y. Benjamini and Y. Hochberg (Journal of the Royal
Statistical Society B 57, 1995, 289–300).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from voc.config import Aspect
from voc.insights import Proportion, difference, full_weeks, proportion, rate_ratio
from voc.insights.weeks import WEEK_DAYS
from voc.records import POLARITIES, Topic
from voc.report.aspects import MentionTally
from voc.report.issue_cards import Span
from voc.report.issue_figures import IssueLine
from voc.report.tally import RowTally
from voc.report.theme_figures import WeekKind, WeekRow, WeekTable, WeekVerdict

MOST_ROWS: Final = 18
MOST_OF_A_KIND: Final = 8
QUIET_OF_A_KIND: Final = 2
"""Rows of a kind that are shown of a week in which nothing surely changed."""
WEEKS_BEFORE: Final = 4
FEWEST_TO_TELL: Final = 5
"""Voices of the week and the weeks before, below which a row says nothing."""

_ALPHA: Final = 0.05
_NEGATIVE: Final = POLARITIES.index("negative")
_KINDS: Final[tuple[WeekKind, ...]] = ("issue", "topic", "aspect")


@dataclass(frozen=True, slots=True)
class Weeks:
    """The days that are compared, as proleptic ordinals, each end included."""

    now: tuple[int, int]
    before: tuple[int, int]
    earlier: tuple[int, int]

    @classmethod
    def of(cls, span: Span) -> Weeks | None:
        """Returns the last full week and those before, `None` where there are no two."""
        full = full_weeks(span.first_day, span.last_day)[-WEEKS_BEFORE - 1 :]
        if len(full) < 2:
            return None
        now, before = full[-1], full[-2]
        day = date.toordinal
        return cls(
            (day(now.first_day), day(now.last_day)),
            (day(before.first_day), day(before.last_day)),
            (day(full[0].first_day), day(before.last_day)),
        )


def week_table(
    rows: RowTally,
    mentions: MentionTally,
    issues: Sequence[IssueLine],
    topics: Sequence[Topic],
    known: Mapping[str, Aspect],
    span: Span | None,
) -> WeekTable | None:
    """Compares the last full week of the span; `None` where fewer than two are covered.

    Those that surely changed come first, the rest by kind and voices, at most `MOST_OF_A_KIND` of
    a kind, or `QUIET_OF_A_KIND` where nothing changed; those of which there is too little to tell
    are shown where there are no others.
    """
    weeks = Weeks.of(span) if span else None
    if weeks is None:
        return None
    exposures = tuple(_fed(rows, part) for part in (weeks.now, weeks.before, weeks.earlier))
    kinds = _counted(rows, mentions, issues, topics, known)
    made = [
        _row(kind, name, days, anchor, weeks, exposures)
        for kind, name, days, anchor in kinds
        if _between(days, weeks.now) + _between(days, weeks.earlier)
    ]
    lines = _corrected(made)
    shares = [_negative(rows, part) for part in (weeks.now, weeks.before, weeks.earlier)]
    return WeekTable(
        first_day=date.fromordinal(weeks.now[0]).isoformat(),
        last_day=date.fromordinal(weeks.now[1]).isoformat(),
        weeks_earlier=(weeks.earlier[1] - weeks.earlier[0] + 1) // WEEK_DAYS,
        rows=exposures[0],
        rows_before=exposures[1],
        rows_earlier=exposures[2],
        negative=shares[0],
        negative_before=shares[1],
        negative_earlier=shares[2],
        change_before=difference(shares[0], shares[1]),
        change_earlier=difference(shares[0], shares[2]),
        lines=tuple(_chosen(lines)),
        compared=len(lines),
    )


def _counted(
    rows: RowTally,
    mentions: MentionTally,
    issues: Sequence[IssueLine],
    topics: Sequence[Topic],
    known: Mapping[str, Aspect],
) -> Iterator[tuple[WeekKind, str, Mapping[int, int], str | None]]:
    for issue in issues:
        days = rows.issues[issue.issue_id].days
        yield "issue", issue.title, days, f"issue-{issue.issue_id}"
    for topic in topics:
        if topic.topic_id in rows.topics:
            yield "topic", topic.topic, rows.topics[topic.topic_id].days, None
    for aspect_id, spoken in mentions.aspects.items():
        name = known[aspect_id].name if aspect_id in known else aspect_id
        yield "aspect", name, spoken.days, None


def _row(
    kind: WeekKind,
    name: str,
    days: Mapping[int, int],
    anchor: str | None,
    weeks: Weeks,
    exposures: Sequence[int],
) -> WeekRow:
    now, before, earlier = (
        _between(days, part) for part in (weeks.now, weeks.before, weeks.earlier)
    )
    to_earlier = rate_ratio((now, earlier), (exposures[0], exposures[2]))
    return WeekRow(
        kind=kind,
        name=name,
        now=now,
        before=before,
        earlier=earlier,
        per_hundred=100 * now / exposures[0] if exposures[0] else 0.0,
        per_hundred_earlier=100 * earlier / exposures[2] if exposures[2] else 0.0,
        to_before=rate_ratio((now, before), (exposures[0], exposures[1])),
        to_earlier=to_earlier,
        p=to_earlier.p if to_earlier else 1.0,
        verdict="even" if now + earlier >= FEWEST_TO_TELL and to_earlier else "few",
        anchor=anchor,
    )


def _corrected(rows: Sequence[WeekRow]) -> list[WeekRow]:
    """Corrects the p-values for their number, and says which rows surely changed."""
    tested = [row for row in rows if row.verdict != "few"]
    ranked = sorted(range(len(tested)), key=lambda place: -tested[place].p)
    smallest, found = 1.0, {}
    for rank, place in enumerate(ranked):
        smallest = min(smallest, tested[place].p * len(tested) / (len(tested) - rank))
        found[id(tested[place])] = smallest
    return [replace(row, p=found[id(row)], verdict=_verdict(row, found[id(row)]))
            if id(row) in found else replace(row, p=1.0)
            for row in rows]  # fmt: skip


def _verdict(row: WeekRow, p: float) -> WeekVerdict:
    if p >= _ALPHA:
        return "even"
    return "up" if row.per_hundred > row.per_hundred_earlier else "down"


def _chosen(rows: Sequence[WeekRow]) -> Iterator[WeekRow]:
    def rank(row: WeekRow) -> tuple[bool, int, int, int, str]:
        changed = row.verdict in ("up", "down")
        return (
            not changed,
            _KINDS.index(row.kind),
            -row.now,
            -row.earlier,
            row.name,
        )

    is_quiet = not any(row.verdict in ("up", "down") for row in rows)
    left = dict.fromkeys(_KINDS, QUIET_OF_A_KIND if is_quiet else MOST_OF_A_KIND)
    worth = [row for row in rows if row.verdict != "few"] or rows
    shown = 0
    for row in sorted(worth, key=rank):
        if left[row.kind] and shown < MOST_ROWS and (row.now or row.verdict == "down"):
            left[row.kind] -= 1
            shown += 1
            yield row


def _fed(rows: RowTally, part: tuple[int, int]) -> int:
    return sum(sum(counts) for day, counts in rows.days.items() if part[0] <= day <= part[1])


def _negative(rows: RowTally, part: tuple[int, int]) -> Proportion:
    sums = [0] * len(POLARITIES)
    for day, counts in rows.days.items():
        if part[0] <= day <= part[1]:
            sums = [one + other for one, other in zip(sums, counts, strict=False)]
    return proportion(sums[_NEGATIVE], sum(sums))


def _between(days: Mapping[int, int], part: tuple[int, int]) -> int:
    return sum(count for day, count in days.items() if part[0] <= day <= part[1])
