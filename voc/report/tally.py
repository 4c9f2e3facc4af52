"""One pass over the feedback: sums by day, place and channel, and the voices of issues.

What is kept grows with days, places, products and issues, and by a few dozen bytes with each
feedback that carries a score; no text is kept but that of candidates for verbatims.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from voc.insights import (
    CES_SCALE,
    CSAT_SCALE,
    NPS_SCALE,
    Contradiction,
    Proportion,
    contradiction,
    proportion,
)
from voc.records import (
    ADVERTISEMENT,
    NEAR_DUPLICATE,
    PAID_BURST,
    POLARITIES,
    STAFF,
    Evidence,
    Issue,
)
from voc.report.intake import ReportRow
from voc.report.verbatims import Candidate, candidate, keep_best
from voc.report.wording import label
from voc.text.normalise import normalise
from voc.topics.titles import words_of_title

RATING_TOP: Final = 5.0
"""The scale that all ratings are brought to."""

UNINFORMATIVE: Final = "uninformative"
_UNJUDGED: Final = len(POLARITIES)
_MOST_TOPICS_A_VOICE: Final = 12
_SAMPLE: Final = 120
_YEARS: Final = range(1970, 2200)


TopicSaid = tuple[str, int, bool | None]
"""A topic, how many clauses speak of it, and whether one complains, `None` where unjudged."""


@dataclass(slots=True)
class Place:
    """A product, a store or a channel: its feedback, and the judged ones by polarity."""

    rows: int = 0
    polarities: list[int] = field(default_factory=lambda: [0] * len(POLARITIES))

    def take(self, other: Place) -> None:
        """Adds the feedback of a place that is told as this one."""
        self.rows += other.rows
        self.polarities = [a + b for a, b in zip(self.polarities, other.polarities, strict=True)]


@dataclass(slots=True)
class IssueVoices:
    """The voices of one issue in the period.

    Attributes:
        words: Those that it is called by.
        term: What recent voices say anew; nothing where they do not.
    """

    with_verbatims: bool
    words: tuple[str, ...] = ()
    term: str = ""
    count: int = 0
    days: Counter[int] = field(default_factory=Counter)
    products: Counter[str] = field(default_factory=Counter)
    stores: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    candidates: dict[tuple[str, bool], list[Candidate]] = field(default_factory=dict)

    def add(
        self,
        row: ReportRow,
        evidence: Evidence,
        moment: datetime | None,
        topics: Iterable[str] = (),
    ) -> None:
        self.count += 1
        self.topics.update(topics)
        if moment is not None:
            self.days[moment.toordinal()] += 1
        called = channel_of(row)
        self.channels[called] += 1
        for places, name in (
            (self.products, row.product),
            (self.stores, row.store),
            (self.regions, row.region),
        ):
            if name:
                places[name] += 1
        if self.with_verbatims and NEAR_DUPLICATE not in row.flags:
            is_new = bool(self.term) and self.term in normalise(evidence.text).text
            best = self.candidates.setdefault((called, is_new), [])
            keep_best(best, candidate(row, evidence, moment=moment, words=self.words))

    def queues(self) -> Iterator[list[Candidate]]:
        """Yields the candidates of each channel, that of most voices first.

        Of each those come first that say what is new, as a queue of their own.
        """
        for channel, _ in ranked(self.channels):
            for is_new in (True, False):
                yield self.candidates.get((channel, is_new), [])


def _voices(issue: Issue) -> IssueVoices:
    """Returns what will hold the voices of an issue that are quoted."""
    term = issue.emerging_term.term if issue.emerging_term else ""
    words = words_of_title(issue.title)
    return IssueVoices(with_verbatims=True, words=words, term=term)


def channel_of(row: ReportRow) -> str:
    """Returns what a reader calls a channel: what its source does, else its id."""
    name = row.channel_name
    return row.channel if name is None or name == label(row.channel, "channel") else name


def ranked(places: Counter[str]) -> list[tuple[str, int]]:
    """Returns places with their counts, that of most first."""
    return sorted(places.items(), key=lambda item: (-item[1], item[0]))


@dataclass(slots=True)
class TopicVoices:
    """The voices of one topic in the period, each once.

    Attributes:
        judged: Voices of whose clauses in the topic one at least was judged.
        negative: Voices that complain in one of them.
    """

    count: int = 0
    negative: int = 0
    judged: int = 0
    days: Counter[int] = field(default_factory=Counter)

    @property
    def polarity(self) -> Proportion:
        """Returns the negative voices among the judged ones."""
        return proportion(self.negative, self.judged)

    def add(self, is_negative: bool | None, moment: datetime | None) -> None:
        self.count += 1
        self.negative += is_negative is True
        self.judged += is_negative is not None
        if moment is not None:
            self.days[moment.toordinal()] += 1


@dataclass(frozen=True, slots=True)
class PaidPost:
    """A post set aside as bought."""

    product: str | None
    channel: str
    moment: datetime | None
    text: str


@dataclass(slots=True)
class RowTally:
    """Sums over all feedback of a report; `channels` by id and by what a reader calls them."""

    zone: ZoneInfo
    issues: dict[str, IssueVoices]
    rows: int = 0
    counted: int = 0
    polarities: list[int] = field(default_factory=lambda: [0] * len(POLARITIES))
    days: dict[int, list[int]] = field(default_factory=dict)
    channels: defaultdict[tuple[str, str], Place] = field(
        default_factory=lambda: defaultdict(Place)
    )
    products: defaultdict[str, Place] = field(default_factory=lambda: defaultdict(Place))
    stores: defaultdict[str, Place] = field(default_factory=lambda: defaultdict(Place))
    regions: defaultdict[str, Place] = field(default_factory=lambda: defaultdict(Place))
    topics: dict[str, TopicVoices] = field(default_factory=dict)
    together: Counter[tuple[str, str]] = field(default_factory=Counter)
    assigned: int = 0
    nps: Counter[int] = field(default_factory=Counter)
    csat: Counter[int] = field(default_factory=Counter)
    ces: Counter[int] = field(default_factory=Counter)
    contradicting: Counter[Contradiction] = field(default_factory=Counter)
    ratings: Counter[float] = field(default_factory=Counter)
    scored: dict[str, tuple[float | None, int | None]] = field(default_factory=dict)
    not_counted: set[str] = field(default_factory=set)
    paid: list[PaidPost] = field(default_factory=list)
    near_duplicates: int = 0
    advertisements: int = 0
    uninformative: int = 0
    staff: int = 0
    untimed: int = 0
    undated: int = 0
    off_scale: int = 0

    @property
    def judged(self) -> int:
        return sum(self.polarities)

    @property
    def first_day(self) -> date | None:
        return date.fromordinal(min(self.days)) if self.days else None

    @property
    def last_day(self) -> date | None:
        return date.fromordinal(max(self.days)) if self.days else None

    def fed(self, first: date, last: date) -> int:
        """Returns the feedback that counts of the days from `first` to `last`, both included."""
        begin, end = first.toordinal(), last.toordinal()
        return sum(sum(counts) for day, counts in self.days.items() if begin <= day <= end)

    def add(
        self,
        row: ReportRow,
        followed: Iterable[tuple[str, Evidence]],
        topics: Sequence[TopicSaid] = (),
    ) -> None:
        """Counts one feedback; what the company said is none.

        Args:
            row: The feedback.
            followed: The issues it speaks for, and where.
            topics: What it says of topics, sorted.
        """
        if STAFF in row.flags:
            self.staff += 1
            self.not_counted.add(row.feedback_id)
            return
        self.rows += 1
        moment = self._moment(row)
        self.untimed += moment is None
        self.undated += moment is not None and not row.is_dated
        self.uninformative += UNINFORMATIVE in row.flags
        if PAID_BURST in row.flags:
            self._set_aside(row, moment)
            return
        for issue_id, evidence in followed:
            self.issues[issue_id].add(row, evidence, moment, [name for name, *_ in topics])
        if row.flags & {NEAR_DUPLICATE, ADVERTISEMENT}:
            self.near_duplicates += NEAR_DUPLICATE in row.flags
            self.advertisements += NEAR_DUPLICATE not in row.flags
            self.not_counted.add(row.feedback_id)
            return
        self.counted += 1
        polarity = self._add_verdict(row, moment)
        rating = self._add_scores(row)
        self._add_contradiction(row, polarity, rating)
        for topic_id, clauses, is_negative in topics:
            self.topics[topic_id].add(is_negative, moment)
            self.assigned += clauses
        names = [name for name, *_ in topics[:_MOST_TOPICS_A_VOICE]]
        self.together.update(combinations(names, 2))

    def _moment(self, row: ReportRow) -> datetime | None:
        """Returns when it was said, `None` where that is unknown or no time of this world."""
        if row.occurred_at is None or row.occurred_at.year not in _YEARS:
            return None
        return row.occurred_at.astimezone(self.zone)

    def _set_aside(self, row: ReportRow, moment: datetime | None) -> None:
        self.not_counted.add(row.feedback_id)
        self.paid.append(PaidPost(row.product, row.channel, moment, row.text[:_SAMPLE]))

    def _add_verdict(self, row: ReportRow, moment: datetime | None) -> int:
        polarity = _UNJUDGED
        if row.sentiment in POLARITIES and UNINFORMATIVE not in row.flags:
            polarity = POLARITIES.index(row.sentiment)
            self.polarities[polarity] += 1
        of_one_name = (
            (self.products, row.product),
            (self.stores, row.store),
            (self.regions, row.region),
        )
        named = [places[name] for places, name in of_one_name if name]
        for place in (self.channels[row.channel, channel_of(row)], *named):
            place.rows += 1
            if polarity != _UNJUDGED:
                place.polarities[polarity] += 1
        if moment is not None:
            day = moment.toordinal()
            self.days.setdefault(day, [0] * (_UNJUDGED + 1))[polarity] += 1
        return polarity

    def _add_contradiction(self, row: ReportRow, polarity: int, rating: float | None) -> None:
        said = POLARITIES[polarity] if polarity != _UNJUDGED else None
        share = None if rating is None else rating / RATING_TOP
        found = contradiction(said, nps=row.nps, csat=row.csat, rating_share=share)
        if found is not None:
            self.contradicting[found] += 1

    def _add_scores(self, row: ReportRow) -> float | None:
        """Counts the scores of a feedback and returns its rating, brought to a scale of 5."""
        rating = self._rating(row)
        nps = self._on_scale(row.nps, NPS_SCALE)
        csat = self._on_scale(row.csat, CSAT_SCALE)
        ces = self._on_scale(row.ces, CES_SCALE)
        if rating is not None:
            self.ratings[rating] += 1
        if nps is not None:
            self.nps[nps] += 1
        if csat is not None:
            self.csat[csat] += 1
        if ces is not None:
            self.ces[ces] += 1
        if rating is not None or nps is not None:
            self.scored[row.feedback_id] = (rating, nps)
        return rating

    def _rating(self, row: ReportRow) -> float | None:
        if row.rating is None:
            return None
        top = RATING_TOP if row.rating_max is None else row.rating_max
        if not (math.isfinite(top) and top > 0 and 0 <= row.rating <= top):
            self.off_scale += 1
            return None
        return round(RATING_TOP * row.rating / top, 3)

    def _on_scale(self, score: int | None, scale: range) -> int | None:
        if score is not None and score not in scale:
            self.off_scale += 1
            return None
        return score


def tally_rows(
    rows: Iterable[ReportRow],
    issues: Mapping[str, tuple[Issue, bool]],
    *,
    zone: ZoneInfo,
    topics: Mapping[str, Sequence[TopicSaid]] | None = None,
) -> RowTally:
    """Reads all feedback once.

    Args:
        rows: The feedback.
        issues: The issues to follow by id, each with whether its verbatims are wanted.
        zone: The zone of days.
        topics: What each feedback says of topics, by its id, sorted.
    """
    spoken = topics or {}
    tally = RowTally(
        zone,
        {
            name: _voices(issue) if wanted else IssueVoices(with_verbatims=False)
            for name, (issue, wanted) in issues.items()
        },
        topics={name: TopicVoices() for said in spoken.values() for name, *_ in said},
    )
    followed: dict[str, list[tuple[str, Evidence]]] = {}
    for name, (issue, _) in issues.items():
        for evidence in issue.evidence:
            followed.setdefault(evidence.feedback_id, []).append((name, evidence))
    for row in rows:
        tally.add(row, followed.get(row.feedback_id, ()), spoken.get(row.feedback_id, ()))
    return tally
