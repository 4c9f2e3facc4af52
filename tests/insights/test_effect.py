"""The verdict on a work order: what the interval says, and what nobody can say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voc.config.sections import EffectSettings
from voc.insights.effect import Sides, compare, is_crowded, judge
from voc.records import Heard

SETTINGS = EffectSettings()


def verdict(own: Sides, control: Sides | None = None, *, is_watched: bool = True) -> str:
    return judge(compare(own, control), is_watched=is_watched, settings=SETTINGS)[1]


@pytest.mark.parametrize(
    ("own", "control", "reason"),
    [
        pytest.param(((8, 40), (1000, 1000)), None, "dropped", id="a fifth is left"),
        pytest.param(((0, 12), (1000, 1000)), None, "dropped", id="nothing is left"),
        pytest.param(((40, 40), (1000, 1000)), None, "no_drop", id="the same"),
        pytest.param(((90, 40), (1000, 1000)), None, "no_drop", id="worse"),
        pytest.param(((8, 40), (200, 1000)), None, "few_voices", id="all feedback fell too"),
        pytest.param(((40, 200), (200, 1000)), None, "no_drop", id="all of much feedback fell"),
        pytest.param(((7, 14), (1000, 1000)), None, "wide_interval", id="a half of few"),
        pytest.param(((3, 6), (1000, 1000)), None, "few_voices", id="too few"),
        pytest.param(((0, 0), (1000, 1000)), None, "few_voices", id="never a voice"),
        pytest.param(((5, 40), (0, 1000)), None, "few_voices", id="nobody speaks any more"),
        pytest.param(
            ((40, 80), (1000, 1000)), ((400, 800), (9000, 9000)), "no_drop", id="it fell everywhere"
        ),
        pytest.param(
            ((80, 80), (1000, 1000)), ((1600, 800), (9000, 9000)), "dropped", id="against the tide"
        ),
        pytest.param(
            ((40, 80), (1000, 1000)), ((0, 0), (9000, 9000)), "dropped", id="a silent control"
        ),
    ],
)
def test_the_interval_decides(
    own: tuple[tuple[int, int], tuple[int, int]],
    control: tuple[tuple[int, int], tuple[int, int]] | None,
    reason: str,
) -> None:
    assert verdict(Sides(*own), Sides(*control) if control else None) == reason


def test_nothing_is_said_before_all_days_have_passed() -> None:
    assert verdict(Sides((0, 40), (1000, 1000)), is_watched=False) == "watching"


def test_counts_that_vary_more_say_less() -> None:
    even = compare(Sides((15, 40), (1000, 1000)), None)
    uneven = compare(Sides((15, 40), (1000, 1000), overdispersion=0.3), None)
    assert even is not None
    assert uneven is not None
    assert even.ratio == uneven.ratio == pytest.approx(0.375)
    assert even.high is not None
    assert uneven.high is not None
    assert uneven.low < even.low < even.high < 1 < uneven.high


def test_the_control_widens_the_interval_by_its_own_doubt() -> None:
    own = Sides((20, 40), (1000, 1000))
    alone = compare(own, None)
    sure = compare(own, Sides((40_000, 40_000), (90_000, 90_000)))
    unsure = compare(own, Sides((12, 12), (90, 90)))
    assert alone is not None
    assert sure is not None
    assert unsure is not None
    assert sure.high is not None
    assert unsure.high is not None
    assert alone.high is not None
    assert sure.ratio == pytest.approx(0.5)
    assert abs(math.log(sure.high / alone.high)) < 0.05
    assert unsure.low < sure.low
    assert unsure.high > sure.high
    assert sure.expected == pytest.approx(40)


def test_both_verdicts_are_wrong_as_seldom_as_promised() -> None:
    draw = np.random.default_rng(3)
    wrong = {"dropped": 0, "no_drop": 0}
    for truth, reason in ((1.0, "dropped"), (SETTINGS.useful_ratio, "no_drop")):
        for _ in range(1000):
            before, after = (int(draw.poisson(40 * factor)) for factor in (1.0, truth))
            c_before, c_after = (int(count) for count in draw.poisson(200, 2))
            own = Sides((after, before), (1000, 1000))
            wrong[reason] += verdict(own, Sides((c_after, c_before), (5000, 5000))) == reason
    assert 3 <= wrong["dropped"] <= 35
    assert 3 <= wrong["no_drop"] <= 35


def test_a_place_that_speaks_of_little_else_is_no_measure() -> None:
    assert is_crowded(Heard(20, 20, 20))
    assert not is_crowded(Heard(20, 20, 40))
    assert not is_crowded(Heard(0, 0, 0))
