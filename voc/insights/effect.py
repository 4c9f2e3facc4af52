"""Did it help? The rate of complaints after a work order's end over that before it.

The rate is voices over all feedback of the same product and store, so that a quiet month is no
success. What happens elsewhere at the same time (a season, a new model that tags) is taken out by a
control: the same problem in the other places. The ratio of the two ratios is the difference in
differences of the logarithms of rates (Card and Krueger, American Economic Review 84, 1994,
772-793, in its multiplicative form).

Each ratio has the interval of `voc.issues.trends.rate_change`: exact given the sum of both counts,
over-dispersion counted in. The interval of the ratio of both is put together from theirs by the
method of variance estimates recovery (Zou and Donner, Statistics in Medicine 27, 2008, 1693-1702)
on the logarithms, as `voc.insights.proportions.difference` does it for shares.

The verdict is given once, when all days to be watched have passed: who looks every day and stops at
the first good one finds success by chance. It is `effective` where the whole interval lies below 1,
and `not_effective` where the whole of it lies above the ratio that is worth having, so that a
useful drop is ruled out (a test of non-inferiority). In between nobody can say. Each of these two
is therefore wrong in at most one case of forty where the counts vary as they are taken to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from voc.config.sections import EffectSettings
from voc.issues.trends import RateChange, rate_change
from voc.records import EffectReason, EffectVerdict, Heard

_HALF: Final = 0.5
"""Added to both counts where a ratio of them is taken to the logarithm, as one may be 0."""

MOST_OF_A_PLACE: Final = 0.5
"""Share of a place's feedback above which it is no measure of how much is said there."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The voices and the exposure of a period after and one before, with their over-dispersion."""

    voices: tuple[int, int]
    exposure: tuple[int, int]
    overdispersion: float = 0.0

    @property
    def change(self) -> RateChange | None:
        """The ratio of both rates; `None` where nothing can be compared."""
        return rate_change(self.voices, self.exposure, self.overdispersion)

    @property
    def logarithm(self) -> float:
        """The logarithm of the ratio, also where one side has no voice."""
        after, before = (
            (voices + _HALF) / exposure
            for voices, exposure in zip(self.voices, self.exposure, strict=True)
        )
        return math.log(after / before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rate after over that before, and that over the control's; see `Effect`."""

    own: RateChange
    control: RateChange | None
    expected: float
    ratio: float | None
    low: float
    high: float | None


def compare(own: Sides, control: Sides | None) -> Comparison | None:
    """Compares a problem's rate after with that before, against other places where there are any.

    Returns:
        `None` where a period has no feedback, or none has a voice.
    """
    change = own.change
    if change is None:
        return None
    expected = own.voices[1] * own.exposure[0] / own.exposure[1]
    other = control.change if control else None
    if control is None or other is None or not other.ratio:
        return Comparison(change, None, expected, change.ratio, change.low, change.high)
    low, high = _interval(own, change, control, other)
    ratio = None if change.ratio is None else change.ratio / other.ratio
    return Comparison(change, other, expected * other.ratio, ratio, low, high)


def _interval(
    own: Sides, change: RateChange, control: Sides, other: RateChange
) -> tuple[float, float | None]:
    here, there = own.logarithm, control.logarithm
    below = math.hypot(here - _log(change.low), _log(other.high) - there)
    above = math.hypot(_log(change.high) - here, there - _log(other.low))
    value = here - there
    return math.exp(value - below), None if math.isinf(above) else math.exp(value + above)


def _log(value: float | None) -> float:
    """Returns a logarithm; `None` is no bound."""
    if value is None:
        return math.inf
    return math.log(value) if value > 0 else -math.inf


def judge(
    found: Comparison | None, *, is_watched: bool, settings: EffectSettings
) -> tuple[EffectVerdict, EffectReason]:
    """Returns the verdict and why.

    Args:
        found: The comparison.
        is_watched: Whether all days to be watched have passed.
        settings: For the least voices and the ratio worth having.
    """
    if not is_watched:
        return "insufficient", "watching"
    if found is None or found.expected < settings.min_expected:
        return "insufficient", "few_voices"
    if found.high is not None and found.high < 1:
        return "effective", "dropped"
    if found.low > settings.useful_ratio:
        return "not_effective", "no_drop"
    return "insufficient", "wide_interval"


def is_crowded(before: Heard) -> bool:
    """Says whether a problem is most of what is said in its place."""
    return before.voices > MOST_OF_A_PLACE * before.feedback
