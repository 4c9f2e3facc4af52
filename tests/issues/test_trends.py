"""Trends: normalised by volume, exact, and honest where nothing can be compared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from voc.insights.rates import rate_ratio
from voc.issues.grouping import GroupKey
from voc.issues.trends import Exposure, day_of, largest_p, rate_ratio_p, trend_of
from voc.records import Trend

KEY = GroupKey("cars", "power", "X5", None)
TODAY = 100
"""Days of the tables are counted from an arbitrary one; the last window is 87 to 100."""


@pytest.mark.parametrize(
    ("counts", "exposures", "p"),
    [
        ((5, 5), (1.0, 1.0), 1.0),
        ((10, 0), (1.0, 1.0), 0.001953),  # 2 · 0.5^10
        ((3, 0), (1.0, 4.0), 0.016),  # 2 · 0.2^3
        ((0, 0), (1.0, 1.0), 1.0),
        ((5, 0), (1.0, 0.0), 1.0),
        ((5, 3), (0.0, 9.0), 1.0),
    ],
)
def test_rate_ratio(counts: tuple[int, int], exposures: tuple[float, float], p: float) -> None:
    assert rate_ratio_p(counts, exposures) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize(
    ("voices", "opened", "trend"),
    [
        pytest.param([95, 96, 97], 95, "new", id="began in the window"),
        pytest.param([60, *range(92, 99)], 92, "rising", id="one spoke of it before"),
        pytest.param([60, 95, 96, 97], 95, "steady", id="nearly as many did"),
        pytest.param([40, 60, 80, 90], 40, "steady", id="now and then"),
        pytest.param([40, 60, *range(87, 100)], 40, "rising", id="many at once"),
        pytest.param([40, 60, 88, 89, 90], 40, "steady", id="a few more prove nothing"),
        pytest.param([*range(35, 86), 90], 35, "falling", id="dies down"),
        pytest.param([10, 11, 12], 10, "falling", id="silent for long"),
        pytest.param([10], 10, "steady", id="said once"),
        pytest.param([40, 60, 80, 90, *[200] * 50], 40, "steady", id="the future is not counted"),
    ],
)
def test_trends_by_days(voices: list[int], opened: int, trend: Trend) -> None:
    found, p = _trend(voices, opened=opened, exposure=Exposure(None, data_starts={"cars": 1}))
    assert found == trend
    assert 0 <= p <= 1


@pytest.mark.parametrize(("data_starts", "trend"), [(73, "new"), (74, "steady"), (95, "steady")])
def test_where_data_have_just_begun_nothing_is_new(data_starts: int, trend: Trend) -> None:
    exposure = Exposure(None, data_starts={"cars": data_starts})
    assert _trend([95, 96, 97], opened=95, exposure=exposure)[0] == trend


def test_a_rise_that_all_feedback_shares_is_none() -> None:
    voices = [*range(32, 87, 10), *range(87, 101), *range(87, 101)]
    campaign = {date.fromordinal(day): 1000 if day >= 87 else 50 for day in range(1, 101)}
    voices.sort()
    by_days = Exposure(None, data_starts={"cars": 1})
    by_volume = Exposure({("cars", None, None): campaign}, data_starts={"cars": 1})
    assert _trend(voices, opened=32, exposure=by_days)[0] == "rising"
    assert _trend(voices, opened=32, exposure=by_volume)[0] == "steady"


def test_a_products_own_volume_comes_before_the_industrys() -> None:
    flat = {date.fromordinal(day): 50 for day in range(1, 101)}
    product = {date.fromordinal(day): 10 for day in range(87, 101)}
    exposure = Exposure({("cars", None, None): flat, ("cars", "X5", None): product}, data_starts={})
    assert exposure.between(KEY, 1, 100) == 140
    assert exposure.between(KEY._replace(product="X7"), 1, 10) == 500
    assert exposure.between(KEY._replace(product=None), 99, 200) == 100


STORE = KEY._replace(product=None, store="一店")


@pytest.mark.parametrize(
    ("recent", "trend"),
    [
        pytest.param(28, "steady", id="twice the voices of twice the feedback"),
        pytest.param(56, "rising", id="a larger share"),
    ],
)
def test_a_store_is_compared_with_its_own_feedback(recent: int, trend: Trend) -> None:
    """All stores together get as much as ever; this one gets twice as much in the last window."""
    exposure = Exposure(
        {("cars", None, None): _flat(50), ("cars", None, "一店"): _flat(5, 10)}, data_starts={}
    )
    voices = sorted([*range(32, 87), *(87 + n % 14 for n in range(recent))])
    assert _trend(voices, opened=32, exposure=exposure, key=STORE)[0] == trend
    other = STORE._replace(store="二店")
    assert _trend(voices, opened=32, exposure=exposure, key=other)[0] == "rising"


@pytest.mark.parametrize(
    ("in_store", "of_product_in_store", "product", "scope"),
    [
        pytest.param(20, 20, "X5", ("X5", "一店"), id="both together"),
        pytest.param(20, 19, "X5", (None, "一店"), id="the store alone"),
        pytest.param(20, 0, None, (None, "一店"), id="of no product"),
        pytest.param(19, 19, "X5", ("X5", None), id="a store with hardly any"),
        pytest.param(19, 0, None, (None, None), id="such a store and no product"),
        pytest.param(0, 0, "X5", ("X5", None), id="a store nobody counted"),
    ],
)
def test_a_store_with_hardly_any_feedback_is_compared_with_all(
    in_store: int, of_product_in_store: int, product: str | None, scope: tuple[str | None, ...]
) -> None:
    day = date.fromordinal(TODAY)
    counts = {
        ("cars", None, None): 900,
        ("cars", "X5", None): 300,
        ("cars", None, "一店"): in_store,
        ("cars", "X5", "一店"): of_product_in_store,
    }
    volumes = {name: {day: count} for name, count in counts.items() if count}
    exposure = Exposure(volumes, data_starts={})
    found = exposure.scope(STORE._replace(product=product), 87, TODAY)
    assert (found.product, found.store) == scope
    assert exposure.tells(found, 87, TODAY)
    assert exposure.between(found, 87, TODAY) == counts[("cars", *scope)]


def test_days_before_the_data_are_no_exposure() -> None:
    exposure = Exposure(None, data_starts={"cars": 50})
    assert exposure.between(KEY, 1, 49) == 0
    assert exposure.between(KEY, 41, 59) == 10


def test_days_are_those_of_the_reader() -> None:
    late = datetime(2026, 3, 1, 20, tzinfo=UTC)
    shanghai = datetime(2026, 3, 9, tzinfo=timezone(timedelta(hours=8)))
    assert day_of(late, late) == date(2026, 3, 1).toordinal()
    assert day_of(late, shanghai) == date(2026, 3, 2).toordinal()
    assert day_of(datetime(1969, 12, 31, tzinfo=UTC), late) == date(1969, 12, 31).toordinal()


def test_what_ended_long_ago_does_not_rise_with_its_group() -> None:
    """Its group's voices of the last window belong to another issue."""
    exposure = Exposure(None, data_starts={"cars": 1})
    voices = [10, 11, 12, *range(87, 101)]
    assert _trend(voices, opened=87, exposure=exposure)[0] == "new"
    trend, p = _trend(voices, opened=10, last_heard=12, exposure=exposure)
    assert (trend, p) == ("falling", _trend([10, 11, 12], opened=10, exposure=exposure)[1])


@pytest.mark.parametrize(
    ("fed", "recent", "p", "trend"),
    [
        pytest.param(30, 7, 0.05, "rising", id="more a day"),
        pytest.param(30, 3, 0.05, "steady", id="fewer a day, of much less"),
        pytest.param(1, 7, 1.0, "steady", id="of hardly anything"),
    ],
)
def test_a_share_that_grows_as_all_falls_silent_is_no_rise(
    fed: int, recent: int, p: float, trend: Trend
) -> None:
    """20 voices in the 8 weeks before, in which all feedback was 4000 a day."""
    volumes = {date.fromordinal(day): fed if day >= 87 else 4000 for day in range(31, 101)}
    exposure = Exposure({("cars", None, None): volumes}, data_starts={})
    voices = [*range(31, 71, 2), *range(93, 93 + recent)]
    found = _trend(voices, opened=31, exposure=exposure)
    assert found[0] == trend
    assert found[1] <= p


@pytest.mark.parametrize("recent", [1, 2, 3])
def test_one_or_two_voices_are_no_rise(recent: int) -> None:
    """A flood of other feedback before makes even one voice significant."""
    flood = {date.fromordinal(day): 5 if day >= 87 else 5000 for day in range(1, 101)}
    exposure = Exposure({("cars", None, None): flood}, data_starts={})
    trend, p = _trend([80, *range(98, 98 + recent)], opened=80, exposure=exposure)
    assert p < 0.05
    assert trend == ("rising" if recent >= 3 else "steady")


@pytest.mark.parametrize("exposures", [(1.0, 4.0), (3.0, 11.0), (14.0, 56.0), (5.0, 1.0)])
def test_the_test_agrees_with_the_interval_that_reports_print(
    exposures: tuple[float, float],
) -> None:
    for recent in range(12):
        for earlier in range(1, 30):
            ratio = rate_ratio((recent, earlier), exposures)
            assert ratio
            assert ratio.high
            assert (ratio.p < 0.05) is not (ratio.low <= 1 <= ratio.high), (recent, earlier)


def _flat(fed: int, last: int | None = None) -> dict[date, int]:
    """Feedback of each day; `last` is that of the last window's days."""
    return {
        date.fromordinal(day): fed if day < 87 or last is None else last for day in range(1, 101)
    }


def _trend(
    voices: list[int],
    *,
    opened: int,
    exposure: Exposure,
    last_heard: int | None = None,
    key: GroupKey = KEY,
) -> tuple[Trend, float]:
    found = trend_of(
        voices,
        key=key,
        opened=opened,
        last_heard=max(voices) if last_heard is None else last_heard,
        exposure=exposure,
        window_days=14,
        quiet_days=28,
        today=TODAY,
    )
    return found.trend, found.p


@pytest.mark.parametrize(
    ("tested", "largest"),
    [
        ([0.04], 0.04),
        ([0.06], -1.0),
        ([0.04, *[0.5] * 39], -1.0),
        ([0.002, *[0.5] * 39], 0.002),
        ([0.002, 0.004, 0.02, *[0.5] * 37], 0.004),
        ([0.06] * 40, -1.0),
        ([], -1.0),
    ],
)
def test_of_many_that_are_tested_at_once_few_changes_are_chance(
    tested: list[float], largest: float
) -> None:
    assert largest_p(tested) == largest
