"""One pass over the mentions: aspects by polarity, places by aspect, drivers of the score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from voc.config import Aspect, Industry
from voc.insights import ScoreSums, mean_of_counts, proportion, score_driver
from voc.records import POLARITIES, Mention
from voc.report.figures import (
    AspectFigures,
    AspectStandout,
    DriverFigures,
    HeatCell,
    HeatRow,
    HeatTable,
    ScoreDrivers,
)
from voc.report.standouts import standouts
from voc.report.tally import Place, RowTally

FEWEST_IN_CELL: Final = 10
"""Feedback that a cell of a heat table needs for its share to be shown as one."""

LEVELS: Final = (0.15, 0.3, 0.5, 0.7)
"""Shares from which on a cell is one step darker."""

MOST_PLACES: Final = 2_000
"""Places that a heat table tells of."""
PAGE_PLACES: Final = 12
PAGE_COLUMNS: Final = 10
_TIMES: Final = (1e-9, 1.5, 2.0, 3.0)
"""How many times as many must complain as elsewhere for a cell to be one step darker."""
_STANDOUTS: Final = 8
_HARDLY: Final = 0.01
_FEWEST_SCORES: Final = 2
_NEGATIVE: Final = POLARITIES.index("negative")


@dataclass(slots=True)
class Spoken:
    """Feedback that speaks of one aspect, and how; `days` counts the negative ones."""

    total: int = 0
    days: Counter[int] = field(default_factory=Counter)
    polarities: list[int] = field(default_factory=lambda: [0] * len(POLARITIES))

    def add(self, polarity: int, *, is_first: bool) -> None:
        self.total += is_first
        self.polarities[polarity] += 1

    def take(self, other: Spoken) -> None:
        """Adds what is said at a place that is told as this one."""
        self.total += other.total
        self.days.update(other.days)
        self.polarities = [a + b for a, b in zip(self.polarities, other.polarities, strict=True)]


@dataclass(slots=True)
class MentionTally:
    """Sums over all mentions; each feedback counts once for an aspect and polarity.

    `clauses` counts the places in texts that judge an aspect, each once.
    """

    aspects: defaultdict[str, Spoken] = field(default_factory=lambda: defaultdict(Spoken))
    products: defaultdict[tuple[str, str], Spoken] = field(
        default_factory=lambda: defaultdict(Spoken)
    )
    stores: defaultdict[tuple[str, str], Spoken] = field(
        default_factory=lambda: defaultdict(Spoken)
    )
    regions: defaultdict[tuple[str, str], Spoken] = field(
        default_factory=lambda: defaultdict(Spoken)
    )
    ratings: defaultdict[str, ScoreSums] = field(default_factory=lambda: defaultdict(ScoreSums))
    nps: defaultdict[str, ScoreSums] = field(default_factory=lambda: defaultdict(ScoreSums))
    feedback: int = 0
    clauses: int = 0


def tally_mentions(mentions: Iterable[Mention], rows: RowTally) -> MentionTally:
    """Reads all mentions once; those of feedback that does not count are passed over."""
    tally = MentionTally()
    places: dict[str, int] = {}
    seen: dict[str, int] = {}
    clauses: set[tuple[str, int]] = set()
    for mention in mentions:
        if mention.feedback_id in rows.not_counted:
            continue
        clauses.update((mention.feedback_id, span.start) for span in mention.evidence)
        shift = len(POLARITIES) * places.setdefault(mention.aspect_id, len(places))
        polarity = POLARITIES.index(mention.sentiment)
        known = seen.get(mention.feedback_id, 0)
        bit = 1 << (shift + polarity)
        if known & bit:
            continue
        seen[mention.feedback_id] = known | bit
        is_first = not known >> shift & 0b111
        _add(tally, mention, polarity, is_first=is_first)
        if polarity == _NEGATIVE:
            day = mention.occurred_at.astimezone(rows.zone).toordinal()
            tally.aspects[mention.aspect_id].days[day] += 1
            _add_scores(tally, mention, rows)
    tally.feedback = len(seen)
    tally.clauses = len(clauses)
    return tally


def _add(tally: MentionTally, mention: Mention, polarity: int, *, is_first: bool) -> None:
    tally.aspects[mention.aspect_id].add(polarity, is_first=is_first)
    for places, name in (
        (tally.products, mention.product),
        (tally.stores, mention.store),
        (tally.regions, mention.region),
    ):
        if name:
            places[name, mention.aspect_id].add(polarity, is_first=is_first)


def _add_scores(tally: MentionTally, mention: Mention, rows: RowTally) -> None:
    rating, nps = rows.scored.get(mention.feedback_id, (None, None))
    if rating is not None:
        tally.ratings[mention.aspect_id].add(rating)
    if nps is not None:
        tally.nps[mention.aspect_id].add(nps)


def aspects_by_id(industry: Industry | None) -> dict[str, Aspect]:
    """Returns the aspects of the taxonomy, children included."""
    return {aspect.id: aspect for aspect in industry.all_aspects()} if industry else {}


def aspect_figures(tally: MentionTally, known: Mapping[str, Aspect]) -> tuple[AspectFigures, ...]:
    """Returns the aspects that were spoken of, those with most negative feedback first."""
    figures = []
    for aspect_id, spoken in tally.aspects.items():
        aspect = known.get(aspect_id)
        negative, neutral, positive = spoken.polarities
        figures.append(
            AspectFigures(
                aspect_id=aspect_id,
                name=aspect.name if aspect else aspect_id,
                department=aspect.department if aspect else None,
                negative=negative,
                neutral=neutral,
                positive=positive,
                negative_share=proportion(negative, spoken.total),
            )
        )
    return tuple(sorted(figures, key=lambda one: (-one.negative, -one.positive, one.aspect_id)))


def heat_table(
    places: Mapping[str, Place],
    spoken: Mapping[tuple[str, str], Spoken],
    aspects: Iterable[AspectFigures],
) -> HeatTable:
    """Returns how many complain of each aspect at each place, and where that stands out.

    The places that are bad for sure come first: they are sorted by the lower end of the interval of
    their negative share, so that a bad place with much feedback is not hidden by those with little.
    Those with too little to tell come last, and the page leaves them out where there are others.

    Args:
        places: Products or stores, with their feedback.
        spoken: What was said there, by place and aspect.
        aspects: The aspects, most negative first; the columns keep that order.
    """
    negatives = {
        name: proportion(place.polarities[_NEGATIVE], sum(place.polarities))
        for name, place in places.items()
    }
    telling = {name for name in places if negatives[name].total >= FEWEST_IN_CELL}
    names = sorted(
        places,
        key=lambda name: (name not in telling, -negatives[name].low, -places[name].rows, name),
    )[:MOST_PLACES]
    shown = list(aspects)
    fed = {name: place.rows for name, place in places.items()}
    negative: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (name, aspect_id), said in spoken.items():
        negative[aspect_id][name] = said.polarities[_NEGATIVE]
    found = {
        aspect.aspect_id: standouts(negative[aspect.aspect_id], fed, matters=len(shown))
        for aspect in shown
    }
    times = {
        (one.name, aspect_id): one.per_hundred / max(one.elsewhere, _HARDLY)
        for aspect_id, those in found.items()
        for one in those
    }
    named = [
        AspectStandout(aspect.name, one) for aspect in shown for one in found[aspect.aspect_id]
    ]
    return HeatTable(
        columns=tuple(aspect.name for aspect in shown),
        rows=tuple(
            HeatRow(
                name=name,
                rows=places[name].rows,
                negative=negatives[name],
                level=_level(negatives[name].count, negatives[name].total),
                cells=tuple(
                    _cell(
                        spoken.get((name, aspect.aspect_id)),
                        fed[name],
                        times.get((name, aspect.aspect_id), 0.0),
                    )
                    for aspect in shown
                ),
            )
            for name in names
        ),
        more_rows=len(places) - len(names),
        page_rows=min(PAGE_PLACES, len(telling) or len(names)),
        page_columns=min(PAGE_COLUMNS, len(shown)),
        standouts=tuple(
            sorted(named, key=lambda one: one.place.elsewhere - one.place.per_hundred)[:_STANDOUTS]
        ),
    )


def _cell(spoken: Spoken | None, fed: int, times: float) -> HeatCell:
    """Returns a cell; `times` is how many times as many complain as elsewhere, 0 if not surely."""
    negative, total = (spoken.polarities[_NEGATIVE], spoken.total) if spoken else (0, 0)
    if fed < FEWEST_IN_CELL:
        return HeatCell(negative, total, None, None)
    level = sum(times >= step for step in _TIMES)
    return HeatCell(negative, total, 100 * negative / fed, level)


def _level(negative: int, total: int) -> int | None:
    if total < FEWEST_IN_CELL:
        return None
    return sum(negative >= step * total for step in LEVELS)


def score_drivers(
    rows: RowTally, tally: MentionTally, known: Mapping[str, Aspect]
) -> ScoreDrivers | None:
    """Returns what moves the score that more customers gave, or `None` where none was given."""
    score: Literal["rating", "nps"] = "rating"
    counts: Mapping[float, int] | Mapping[int, int] = rows.ratings
    sums = tally.ratings
    if rows.nps.total() > rows.ratings.total():
        score, counts, sums = "nps", rows.nps, tally.nps
    mean = mean_of_counts(counts)
    if mean.value is None:
        return None
    everyone = _sums(counts)
    found = [
        DriverFigures(
            aspect_id,
            known[aspect_id].name if aspect_id in known else aspect_id,
            score_driver(complaining, everyone),
        )
        for aspect_id, complaining in sums.items()
        if complaining.n >= _FEWEST_SCORES
    ]
    found.sort(key=lambda one: (not one.driver.is_enough, one.driver.drag or 0.0, one.aspect_id))
    return ScoreDrivers(score, mean.value, mean.n, tuple(found))


def _sums(counts: Mapping[float, int] | Mapping[int, int]) -> ScoreSums:
    return ScoreSums(
        n=sum(counts.values()),
        total=sum(value * count for value, count in counts.items()),
        squares=sum(value * value * count for value, count in counts.items()),
    )
