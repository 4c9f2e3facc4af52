"""Figures of themes and of the last week: numbers and strings only, as in `voc.report.figures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voc.insights import Difference, Proportion, RateRatio

WeekKind = Literal["issue", "aspect", "topic"]
WeekVerdict = Literal["up", "down", "even", "few"]


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """A theme: its voices, and those of them that complain in a clause which belongs to it.

    `negative` is of the voices of whose clauses in the theme one at least was judged.
    """

    topic_id: str
    topic: str
    keywords: tuple[str, ...]
    count: int
    negative: Proportion
    first_seen: str
    last_seen: str
    verbatim: str | None


@dataclass(frozen=True, slots=True)
class ThemeQuality:
    """How well the themes cover what is said, and whether they last.

    Attributes:
        themes: How many there are.
        clauses: Clauses that belong to a theme, of those that judge an aspect.
        diversity: Share of distinct ones among the keywords of all themes, in [0, 1]; `None`
            where they have none.
        changed: The day of the last run that changed themes; `None` where none is known.
        kept: Themes that it left under their id.
        born: Those that came up in it, or out of another one.
        ended: Those that went into another one, or were none any more.
    """

    themes: int
    clauses: Proportion
    diversity: float | None
    changed: str | None
    kept: int
    born: int
    ended: int


@dataclass(frozen=True, slots=True)
class ThemePeak:
    """The weeks in which a theme was spoken of most.

    Attributes:
        count: Voices from `first_day` to `last_day`.
        total: Voices of the whole time that is covered.
        expected: Voices that the volume of feedback in these weeks would bring.
        ratio: Its rate in these weeks over that of all the rest.
    """

    topic_id: str
    topic: str
    first_day: str
    last_day: str
    count: int
    total: int
    expected: float
    ratio: RateRatio | None


@dataclass(frozen=True, slots=True)
class ThemePlace:
    """Where a theme stands on the map: its middle and radius, in the units of the map.

    `level` tells its negative share, from 0 (hardly any) to 4 (nearly all).
    """

    topic_id: str
    name: str
    count: int
    negative_share: float
    level: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class ThemeMap:
    """Themes by size and negative share, those alike near each other."""

    width: int
    height: int
    places: tuple[ThemePlace, ...]


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Voices of one kind in the last full week, the week before, and the four weeks before.

    Attributes:
        name: Title of the issue, the aspect or the theme.
        now: Voices of the week.
        before: Voices of the week before.
        earlier: Voices of all the weeks before, up to four, the week before among them.
        per_hundred: Voices of the week for each hundred feedbacks of it.
        per_hundred_earlier: The same of the weeks before.
        to_before: The rate of the week over that of the week before.
        to_earlier: The rate of the week over that of the weeks before.
        p: The p-value of `to_earlier`, corrected for all rows compared (Benjamini–Hochberg).
        verdict: `few` where there is too little to tell.
        anchor: The fragment of the place on the page that says more.
    """

    kind: WeekKind
    name: str
    now: int
    before: int
    earlier: int
    per_hundred: float
    per_hundred_earlier: float
    to_before: RateRatio | None
    to_earlier: RateRatio | None
    p: float
    verdict: WeekVerdict
    anchor: str | None


@dataclass(frozen=True, slots=True)
class WeekTable:
    """The last full week against the one before and against those before, up to four.

    Attributes:
        weeks_earlier: How many weeks `earlier` sums, 1 to 4.
        rows: Feedback that counts, of the week; likewise `rows_before` and `rows_earlier`.
        negative: Negative ones among the judged feedback of the week.
        change_before: Its difference to the week before; likewise to the weeks before.
        compared: How many rows were compared, those not shown included.
    """

    first_day: str
    last_day: str
    weeks_earlier: int
    rows: int
    rows_before: int
    rows_earlier: int
    negative: Proportion
    negative_before: Proportion
    negative_earlier: Proportion
    change_before: Difference | None
    change_earlier: Difference | None
    lines: tuple[WeekRow, ...]
    compared: int
