"""What emerges is seen soon, and nothing is seen where nothing emerges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from voc.issues.alerts import Episode, episodes
from voc.issues.dispersion import estimates, of_windows, pooled, shrunk
from voc.issues.emergence import FEWEST_DAYS, LONGEST_WINDOW, Scan, Series, cuts, scan

WEEK = np.array([1.2, 1.15, 1.1, 1.05, 1.0, 0.75, 0.75])
FIRST = 130
"""The first day of the simulations on which there is a whole baseline."""


def background(seed: int, *, streams: int = 100, days: int = 430, alpha: float = 0.0) -> Any:
    """Counts of streams of 0.3 to 50 voices a week, with weekdays and a season."""
    draw = np.random.default_rng(seed)
    rates = np.exp(draw.uniform(np.log(0.3), np.log(50), streams)) / 7
    at = np.arange(days)
    mean = rates[:, None] * WEEK[at % 7] * (1 + 0.3 * np.sin(at / 58))
    if alpha:
        return draw.negative_binomial(1 / alpha, 1 / (1 + alpha * mean)).astype(float)
    return draw.poisson(mean).astype(float)


def series(counts: Any, exposure: Any = None) -> Series:
    fed = np.broadcast_to(counts.sum(axis=0), counts.shape) if exposure is None else exposure
    size = len(counts)
    return Series(counts, fed, np.full(size, -1), np.zeros(size, dtype=np.int64))


def alarms(found: Scan, first: int = FIRST) -> list[Episode]:
    return [one for one in episodes(found) if one.begin >= first]


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_chance_raises_an_alarm_a_month_at_most(alpha: float) -> None:
    """For 200 streams over 10 months, whether counts are Poisson or negative binomial."""
    found = scan(series(background(1, streams=200, alpha=alpha)))
    assert len(alarms(found)) <= 10


@pytest.mark.parametrize(
    ("a_week", "rise", "delay"), [(10, 3, 6.5), (20, 3, 5.0), (50, 2, 6.0), (10, 5, 3.5)]
)
def test_a_rise_is_seen_within_days(a_week: float, rise: float, delay: float) -> None:
    draw = np.random.default_rng(7)
    mean = np.full((30, 260), a_week / 7)
    mean[:, 200:] *= rise
    others = background(3, days=260)
    counts = np.vstack([others, draw.poisson(mean)])
    found = scan(series(counts, np.broadcast_to(others.sum(axis=0), counts.shape)))
    begun = {one.stream: one.begin for one in alarms(found, 200) if one.stream >= 100}
    delays = [begun[stream] - 199 for stream in begun]
    assert len(delays) >= 27
    assert np.mean(delays) <= delay


def test_what_has_no_history_is_seen() -> None:
    draw = np.random.default_rng(5)
    born = np.zeros((10, 200))
    born[:, 180:] = draw.poisson(10 / 7, (10, 20))
    found = scan(series(np.vstack([background(2, days=200), born])))
    begun = {one.stream: one.begin for one in alarms(found) if one.stream >= 100}
    assert len(begun) == 10
    assert np.mean(list(begun.values())) - 179 <= 6
    assert not found.baseline[100:, 185].any()


def test_more_of_everything_is_no_rise() -> None:
    draw = np.random.default_rng(4)
    rates = np.exp(draw.uniform(np.log(1), np.log(50), 100)) / 7
    mean = np.repeat(rates[:, None], 240, axis=1)
    mean[:, 200:] *= 2
    assert not alarms(scan(series(draw.poisson(mean).astype(float))), 200)


def test_nothing_is_compared_without_three_weeks_of_past() -> None:
    counts = np.zeros((5, 60))
    counts[:, 20:] = 3.0
    found = scan(series(counts, np.full(counts.shape, 100.0) * (np.arange(60) >= 20)))
    assert (found.p[:, : 20 + LONGEST_WINDOW + FEWEST_DAYS - 2] == 1).all()


def test_nothing_of_later_days_is_looked_at() -> None:
    counts = background(6, streams=40, days=240)
    whole, part = scan(series(counts)), scan(series(counts[:, :200]))
    np.testing.assert_allclose(whole.p[:, :200], part.p)


def test_an_emergence_does_not_make_its_stream_look_wild() -> None:
    counts = background(8, streams=40, days=260)
    counts[0] = np.random.default_rng(1).poisson(2.0, 260)
    risen = counts.copy()
    risen[0, 200:215] *= 5
    calm, after = scan(series(counts)), scan(series(risen))
    assert after.weekly_alpha[0, 250] <= calm.weekly_alpha[0, 250] + 0.05
    assert after.rate[0, 250] == pytest.approx(calm.rate[0, 250], rel=0.25)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0])
def test_overdispersion_is_estimated(alpha: float) -> None:
    draw = np.random.default_rng(11)
    mean = np.full((60, 84), 3.0)
    counts = draw.negative_binomial(1 / alpha, 1 / (1 + alpha * mean)).astype(float)
    at = counts.mean(axis=1, keepdims=True)
    blocks = np.full(60, 84.0)
    told, precision = estimates(
        ((counts - at) ** 2).sum(axis=1), at[:, 0] * 84, at[:, 0] ** 2 * 84, blocks
    )
    pool = float(pooled(told, precision))
    assert pool == pytest.approx(alpha, rel=0.25)
    # A tenth of the streams gone wild moves the pool but little.
    told[:5] = 50.0
    assert float(pooled(told, precision)) == pytest.approx(pool, rel=0.25)
    near = shrunk(told, precision, pool, spread=0.1)
    assert (near >= pool - 1e-12).all()


def test_variation_of_days_evens_out_and_that_of_weeks_does_not() -> None:
    assert of_windows(0.7, 0.0, 7) == pytest.approx(0.1)
    assert of_windows(0.0, 0.2, 3) == pytest.approx(0.2)
    assert of_windows(0.0, 0.2, 14) == pytest.approx(0.1)


def test_false_alarms_are_shared_by_kinds_and_streams() -> None:
    kinds = np.array([0] * 110 + [1] * 990)
    cut = cuts(kinds, 1.0)
    assert cut[0] == pytest.approx(9 * cut[-1])
    assert cuts(kinds, 2.0)[-1] == pytest.approx(2 * cut[-1])


def test_an_episode_lasts_until_a_week_of_calm() -> None:
    p, week_p = np.ones((1, 60)), np.ones((1, 60))
    p[0, 10:13], week_p[0, 10:20], p[0, 40] = 1e-9, 0.01, 1e-9
    days, settled = np.zeros((1, 60)), np.array([-1])
    found = Scan(
        p, np.ones((1, 60), dtype=np.int64), week_p, np.array([1e-4]), days, days, days, days, days,
        settled,
    )  # fmt: skip
    assert episodes(found) == [Episode(0, 10, 12, 26), Episode(0, 40, 40, 47)]
    p[0, 56] = 1e-9
    assert episodes(found)[-1] == Episode(0, 56, 56, None)
    settled[0] = 11
    assert episodes(found)[:2] == [Episode(0, 10, 11, 11), Episode(0, 12, 12, 26)]


def test_no_window_reaches_back_over_what_was_settled() -> None:
    counts = np.vstack([background(3, days=220), np.full((1, 220), 1.0)])
    counts[-1, 195:200] = 9
    fed = np.full(counts.shape, 100.0)
    settled = np.full(len(counts), -1)
    whole = scan(series(counts, fed))
    assert whole.hot[-1, 200:208].all()
    settled[-1] = 199
    after = scan(series(counts, fed), settled=settled)
    assert not after.hot[-1, 200:].any()
    assert (after.p[:, :200] == whole.p[:, :200]).all()
    assert (after.p[:-1] == whole.p[:-1]).all()
    counts[-1, 200] = 9
    after = scan(series(counts, fed), settled=settled)
    assert after.hot[-1, 200]
    assert after.window_days[-1, 200] == 1
