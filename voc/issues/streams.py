"""Streams: voices of one theme or aspect, in one product, store and region, counted by day.

Each theme and aspect is a stream, and so is each of its crossings with places that has enough
voices. Beside its voices a stream has its exposure: all feedback of the same product, store and
region. Paid posts are in neither; how many there were is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from voc.config.sections import AlertSettings
from voc.issues.emergence import LONGEST_WINDOW, Series
from voc.issues.trends import day_of
from voc.records import UNHEARD, Mention, stable_id

PLACES: Final = ("product", "store", "region")
LEVELS: Final = tuple(
    chosen for size in range(len(PLACES) + 1) for chosen in combinations(range(len(PLACES)), size)
)
"""Which places are told apart: none, each alone, and all their crossings."""

REPLAYED_DAYS: Final = 90
"""Days, back from the last, in which an alert may begin."""

LEAST_VOICES: Final = 5
"""Voices in these days below which a crossing is no stream."""

Codes = npt.NDArray[np.int64]


class Heard(Protocol):
    """One feedback as exposure counts it; the store's `TaggedRow` is one."""

    @property
    def feedback_id(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def product(self) -> str | None: ...
    @property
    def store(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...


class StreamKey(NamedTuple):
    """What voices of a stream share; `kind` is `topic` or `aspect`, `name` its id."""

    industry: str
    kind: str
    name: str
    product: str | None = None
    store: str | None = None
    region: str | None = None

    @property
    def alert_id(self) -> str:
        """The id of the stream's alert."""
        return stable_id("al", *self)

    @property
    def places(self) -> int:
        """How many places are named."""
        return sum(place is not None for place in self[3:])

    def holds(self, mention: Mention) -> bool:
        """Says whether a mention belongs to the stream."""
        name = mention.topic_id if self.kind == "topic" else mention.aspect_id
        return name == self.name and all(
            wanted is None or wanted == getattr(mention, place)
            for place, wanted in zip(PLACES, self[3:], strict=True)
        )


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one industry.

    Attributes:
        keys: What each is.
        series: Their counts and exposures, by day.
        first_day: The day of the first column, as a proleptic ordinal.
        names: The feedback of each voice.
        moments: When each was said, in seconds since 1970.
        days: The column of each voice.
        members: For each stream its voices, as places in `names`, in order of time.
    """

    keys: Sequence[StreamKey]
    series: Series
    first_day: int
    names: Sequence[str]
    moments: npt.NDArray[np.float64]
    days: Codes
    members: Sequence[Codes]

    def between(self, stream: int, first: int, last: int) -> Codes:
        """Returns the voices of a stream in the columns `first` to `last`."""
        voices = self.members[stream]
        days = self.days[voices]
        return voices[np.searchsorted(days, first) : np.searchsorted(days, last, "right")]


@dataclass(slots=True)
class _Table:
    """Rows of places, as numbers; 0 is none."""

    codes: list[dict[Any, int]] = field(default_factory=lambda: [{} for _ in PLACES])

    def of(self, item: Any) -> tuple[int, ...]:
        return tuple(
            0 if value is None else known.setdefault(value, len(known) + 1)
            for known, value in zip(
                self.codes, (item.product, item.store, item.region), strict=True
            )
        )

    def value(self, place: int, code: int) -> str | None:
        return None if code == 0 else list(self.codes[place])[code - 1]


def build_streams(
    industry: str,
    feedback: Iterable[Heard],
    mentions: Iterable[Mention],
    *,
    as_of: datetime,
    settings: AlertSettings,
) -> Streams | None:
    """Counts the streams of one industry up to the day of `as_of`, in its zone.

    Args:
        industry: Whose they are.
        feedback: All feedback that counts and knows its time. Voices later than `as_of`, of a
            clock that runs ahead, are passed over.
        mentions: The complaints; those of feedback that is not given are passed over, and several
            of one feedback on one matter are one voice.
        as_of: The moment that is looked back from.
        settings: The section `alerts` of the settings.

    Returns:
        `None` where there is no feedback or no complaint in the days that are looked at: those in
        which an alert may begin, and the baseline before them.
    """
    today = day_of(as_of, as_of)
    before = today - REPLAYED_DAYS - LONGEST_WINDOW - settings.baseline_days
    table = _Table()
    heard = {}
    for row in feedback:
        day = day_of(row.occurred_at, as_of)
        if before < day <= today and row.occurred_at <= as_of:
            heard[row.feedback_id] = (day, *table.of(row))
    voices = list(_voices(heard, mentions))
    if not voices:
        return None
    first_day = min(row[0] for row in heard.values())
    fed = np.array(list(heard.values()), dtype=np.int64)
    fed[:, 0] -= first_day
    return _streams(industry, table, fed, voices, first_day, today - first_day + 1)


_Voice = tuple[float, str, tuple[str, str], tuple[int, ...]]


def _voices(heard: dict[str, tuple[int, ...]], mentions: Iterable[Mention]) -> list[_Voice]:
    found: dict[tuple[str, str, str], _Voice] = {}
    for mention in mentions:
        row = heard.get(mention.feedback_id)
        if row is None:
            continue
        # What no aspect hears has nothing in common but that.
        matters = [] if mention.aspect_id == UNHEARD else [("aspect", mention.aspect_id)]
        if mention.topic_id is not None:
            matters.append(("topic", mention.topic_id))
        for matter in matters:
            key = (*matter, mention.feedback_id)
            if key not in found:
                moment = mention.occurred_at.timestamp()
                found[key] = (moment, mention.feedback_id, matter, row)
    return sorted(found.values())


def _streams(
    industry: str, table: _Table, fed: Codes, voices: Sequence[_Voice], first_day: int, days: int
) -> Streams | None:
    matters: dict[tuple[str, str], int] = {}
    rows = np.array(
        [(matters.setdefault(matter, len(matters)), *row) for _, _, matter, row in voices],
        dtype=np.int64,
    )
    rows[:, 1] -= first_day
    sizes = [len(known) + 1 for known in table.codes]
    kinds = np.array([kind == "topic" for kind, _ in matters], dtype=np.int64)
    built = [_Level(rows, fed, sizes, level, days) for level in LEVELS]
    if not built[0].found:
        return None
    home = {found.matter: place for place, found in enumerate(built[0].found)}
    names = list(matters)
    keys, parents, kind_of, members, counts, exposure = [], [], [], [], [], []
    for number, level in enumerate(built):
        for one in level.found:
            if _repeats(one, level, built[:number]):
                continue
            values = (table.value(place, code) for place, code in enumerate(one.codes))
            keys.append(StreamKey(industry, *names[one.matter], *values))
            parents.append(-1 if number == 0 else home[one.matter])
            kind_of.append(2 * number + kinds[one.matter])
            members.append(one.members)
            counts.append(np.bincount(rows[one.members, 1], minlength=days))
            exposure.append(level.exposure(one))
    series = Series(
        np.array(counts, dtype=float), np.array(exposure, dtype=float),
        np.array(parents, dtype=np.int64), np.array(kind_of, dtype=np.int64),
    )  # fmt: skip
    return Streams(
        keys, series, first_day, [voice[1] for voice in voices],
        np.array([voice[0] for voice in voices]), rows[:, 1], members,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    matter: int
    codes: tuple[int, ...]
    members: Codes


class _Level:
    """The streams that tell certain places apart."""

    def __init__(
        self, rows: Codes, fed: Codes, sizes: Sequence[int], level: Sequence[int], days: int
    ) -> None:
        self.level = tuple(level)
        self._days = days
        self._sizes = sizes
        scopes = self._scope(fed[:, 1:])
        named = self._named(fed[:, 1:])
        self._scopes, of_row = np.unique(scopes[named], return_inverse=True)
        self._fed = np.bincount(
            of_row * days + fed[named, 0], minlength=len(self._scopes) * days
        ).reshape(-1, days)
        self.found = list(self._streams(rows))
        self.sizes = {(one.matter, one.codes): len(one.members) for one in self.found}

    def _named(self, codes: Codes) -> npt.NDArray[np.bool_]:
        return np.asarray((codes[:, list(self.level)] > 0).all(axis=1))

    def _scope(self, codes: Codes) -> Codes:
        scope = np.zeros(len(codes), dtype=np.int64)
        for place in self.level:
            scope = scope * self._sizes[place] + codes[:, place]
        return scope

    def _streams(self, rows: Codes) -> Iterator[_Found]:
        chosen = np.flatnonzero(self._named(rows[:, 2:]))
        most = int(np.prod([self._sizes[place] for place in self.level]))
        told = rows[chosen, 0] * most + self._scope(rows[chosen, 2:])
        order = np.argsort(told, kind="stable")
        _, begins, sizes = np.unique(told[order], return_index=True, return_counts=True)
        for begin, size in zip(begins, sizes, strict=True):
            if size < LEAST_VOICES:
                continue
            members = chosen[order[begin : begin + size]]
            first = rows[members[0]]
            codes = tuple(
                int(first[2 + place]) if place in self.level else 0 for place in range(len(PLACES))
            )
            yield _Found(int(first[0]), codes, members)

    def exposure(self, one: _Found) -> Codes:
        """Returns all feedback a day of the places of a stream."""
        scope = self._scope(np.array([one.codes]))[0]
        found: Codes = self._fed[np.searchsorted(self._scopes, scope)]
        return found


def _repeats(one: _Found, level: _Level, wider: Sequence[_Level]) -> bool:
    """Says whether a crossing holds the very voices of one with fewer places, as a store's region.

    A place alone is kept beside the whole, since it says more.
    """
    for other in wider:
        if other.level and set(other.level) < set(level.level):
            codes = tuple(
                code if place in other.level else 0 for place, code in enumerate(one.codes)
            )
            if other.sizes.get((one.matter, codes)) == len(one.members):
                return True
    return False
