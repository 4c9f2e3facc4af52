"""Planted drops after work orders, over a background of real daily volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.config.sections import EffectSettings
from voc.insights.effects import Ended, Watch
from voc.insights.places import Places
from voc.issues.grouping import GroupKey, Rules
from voc.records import Effect

Floats = npt.NDArray[np.float64]

SIZES: Final = (2, 5, 10, 20, 50)
"""Voices a week before the end of the work."""

SERIES: Final = 40
OTHERS: Final = 60
"""Places whose work orders have not ended."""

WEEK: Final = 7
LEARN_DAYS: Final = 112
"""Days before the first end of work: what is compared, and what variation is told by."""

HALF_A_YEAR: Final = 182
SETTINGS: Final = EffectSettings()
_FED: Final = 12.0
"""Feedbacks of a place for each voice on the problem."""

_FEWEST_A_WEEK, _MOST_A_WEEK = 0.5, 50.0
_FIRST: Final = date(2026, 1, 1)
_RULES: Final[Mapping[tuple[str, str], Sequence[str]]] = {("i", "a"): ("store",)}


@dataclass(frozen=True, slots=True)
class Case:
    """What happens after the ends.

    Attributes:
        name: As the table calls it.
        truth: Rate after over that before, in the places whose work ended.
        elsewhere: The same in all other places, for other reasons.
        at_peak: Whether work ends a week after the worst week of half a year, as orders are opened
            when it is worst, rather than on any day.
    """

    name: str
    truth: float
    elsewhere: float = 1.0
    at_peak: bool = False


CASES: Final = (
    Case("no change", 1.0),
    Case("no change, at a peak", 1.0, at_peak=True),
    Case("half of it everywhere", 0.5, elsewhere=0.5),
    Case("drop to 0.5", 0.5),
    Case("drop to 0.3", 0.3),
)


@dataclass(frozen=True, slots=True)
class Planted:
    """Voices by day, `(places, days)`: those with an end first, each with its day."""

    counts: Floats
    fed: Floats
    ends: tuple[int, ...]


def plant(volumes: Floats, case: Case, *, size: float, seed: int, alpha: float) -> Planted:
    """Makes voices and feedback that follow the volumes, voices over-dispersed by `alpha`.

    Ends lie anywhere; where other places drop too, all lie on the day on which these do.
    """
    draw = np.random.default_rng(seed)
    days, shape = len(volumes), volumes / volumes.mean()
    rates = np.exp(draw.uniform(np.log(_FEWEST_A_WEEK), np.log(_MOST_A_WEEK), OTHERS))
    level = np.concatenate([np.full(SERIES, size), rates])[:, None] / WEEK * shape
    fed = draw.poisson(level * _FED).astype(float)
    last = days - SETTINGS.days_after - 1
    ends = draw.integers(LEARN_DAYS, last, SERIES)
    if case.elsewhere != 1.0:
        ends[:] = (LEARN_DAYS + last) // 2
        level[SERIES:, ends[0] + 1 :] *= case.elsewhere
    if case.at_peak:
        counts = _drawn(draw, level, alpha)
        ends = np.array([_after_peak(row, draw, last) for row in counts[:SERIES]])
    else:
        for row, end in enumerate(ends):
            level[row, end + 1 :] *= case.truth
        counts = _drawn(draw, level, alpha)
    return Planted(counts, np.maximum(fed, counts), tuple(int(day) for day in ends))


def _after_peak(counts: Floats, draw: np.random.Generator, last: int) -> int:
    """Returns a day a week after the worst week of half a year that lies anywhere."""
    begin = int(draw.integers(LEARN_DAYS, last - HALF_A_YEAR))
    weeks = np.convolve(
        counts[begin - 2 * WEEK : begin + HALF_A_YEAR - WEEK], np.ones(WEEK), "valid"
    )
    return begin + int(np.argmax(weeks)) - 1


def _drawn(draw: np.random.Generator, mean: Floats, alpha: float) -> Floats:
    if alpha == 0:
        return draw.poisson(mean).astype(float)
    rate = np.where(mean > 0, draw.gamma(1 / alpha, alpha, mean.shape) * mean, 0.0)
    return draw.poisson(rate).astype(float)


def effects(planted: Planted, *, with_control: bool = True) -> list[Effect]:
    """Returns what the project says of each end."""
    zero, days = _FIRST.toordinal(), planted.counts.shape[1]
    places = Places(Rules(_RULES))
    keys = [GroupKey("i", "a", None, f"s{row}") for row in range(len(planted.counts))]
    for key, counts, fed in zip(keys, planted.counts, planted.fed, strict=True):
        said = [zero + day for day in np.repeat(np.arange(days), counts.astype(int)).tolist()]
        heard = [zero + day for day in np.repeat(np.arange(days), fed.astype(int)).tolist()]
        places.voices[key], places.mentions[key] = said, said
        places.voices[key[:2]] += said
        places.feedback[places.place_of(key)] = heard
        places.feedback["i"] += heard
    for name in (("i", "a"), "i"):
        places.voices[name].sort()
        places.feedback[name].sort()
    if not with_control:
        places.voices["i", "a"] = []
    as_of = {"i": datetime.combine(_FIRST, datetime.min.time(), UTC) + timedelta(days=days - 1)}
    watch = Watch(places, SETTINGS, as_of)
    midnight = as_of["i"] - timedelta(days=days - 1)
    return watch.effects(
        Ended(f"wo_{row}", "is", keys[row], midnight + timedelta(days=end))
        for row, end in enumerate(planted.ends)
    )


def figures(found: Sequence[Effect]) -> dict[str, Any]:
    """Returns the shares of the verdicts, and of those that are given."""
    count = {name: sum(one.verdict == name for one in found) for name in _VERDICTS}
    return {"n": len(found), **{name: round(n / len(found), 3) for name, n in count.items()}}


_VERDICTS: Final = ("effective", "not_effective", "insufficient")
