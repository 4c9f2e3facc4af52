"""Bursts wait; once more is asked than can be done, what is taken is read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.admission import Admission
from api.queueing import FairQueue, Way, awaited
from voc.config import load_settings

WAY = Way(None, None, None)


class Asked:
    """An admission at 1,000 tokens a second, a clock that is set, and a queue."""

    def __init__(self) -> None:
        serve = load_settings(
            environ={},
            overrides={
                "serve.ahead_tokens": 400,
                "serve.overload_wait_ms": 20,
                "serve.burst_wait_ms": 500,
                "serve.burst_requests": 12,
            },
        ).serve
        self.now = 100.0
        self.queue = FairQueue(quantum=100)
        self.admission = Admission(serve, self.queue, quantum=100, lanes=2, clock=lambda: self.now)

    def wait(self, texts: int, chars: int = 50) -> None:
        """Lets requests of one text wait, of 50 tokens."""
        for _ in range(texts):
            self.queue.put("one", [awaited("好" * chars, WAY, most_chars=100)])

    def answered(self, count: int) -> list[bool]:
        return [self.admission.takes() for _ in range(count)]


def looped(test: Callable[[Asked], None]) -> Callable[[], None]:
    async def run() -> None:
        test(Asked())

    def call() -> None:
        asyncio.run(run())

    call.__name__ = test.__name__
    return call


@looped
def test_a_burst_is_taken_up_to_its_bound(asked: Asked) -> None:
    asked.wait(8)
    assert asked.answered(3) == [True] * 3
    asked.wait(1)
    assert asked.answered(2) == [False] * 2


@looped
def test_a_slow_engine_bounds_a_burst_in_time(asked: Asked) -> None:
    for _ in range(60):
        with asked.admission.lane_reads(25):
            asked.now += 0.1  # 250 tokens a second on each of two lanes
    asked.wait(5)
    assert asked.answered(1) == [True]  # half a second
    asked.wait(1)
    assert asked.answered(1) == [False]


@looped
def test_few_short_texts_may_be_too_many_requests(asked: Asked) -> None:
    asked.wait(9, chars=8)
    places = [asked.admission.hold(8) for _ in range(2)]
    assert asked.answered(1) == [True]
    places.append(asked.admission.hold(8))
    assert asked.answered(1) == [False]
    assert asked.admission.overloaded
    for place in places * 2:
        place.give_up()
    assert (asked.admission.held, asked.admission.held_requests) == (0, 0)
    share = asked.queue.put("other", [awaited("好", WAY, most_chars=100)] * 2)
    assert asked.queue.requests == 10
    asked.queue.drop(share)
    asked.queue.drop(share)
    assert asked.queue.requests == 9
    asked.queue.take(1_000)
    assert asked.queue.requests == 0


@looped
def test_after_that_a_request_is_taken_only_if_it_is_read_at_once(asked: Asked) -> None:
    asked.wait(9)
    asked.answered(1)
    while asked.queue:
        asked.queue.take(100)
        assert asked.answered(1) == [not asked.queue]
    asked.admission.held = 20  # 20 ms at 1,000 tokens a second
    assert asked.answered(1) == [True]
    asked.admission.held = 21
    assert asked.answered(1) == [False]


@looped
def test_under_an_overload_a_lane_that_idles_is_filled(asked: Asked) -> None:
    asked.admission.overloaded = True
    with asked.admission.lane_reads(5_000):
        assert asked.answered(1) == [True]
        with asked.admission.lane_reads(5_000):
            assert asked.answered(1) == [False]
            asked.now += 0.5
        asked.wait(1)
        assert asked.answered(1) == [False]


@looped
def test_an_overload_ends_when_little_is_refused(asked: Asked) -> None:
    asked.wait(9)
    asked.answered(1)
    asked.queue.take(1_000)
    asked.now += 1
    asked.answered(30)  # of the second before all was refused
    assert asked.admission.overloaded
    asked.now += 1
    asked.answered(1)
    assert not asked.admission.overloaded


@looped
def test_an_overload_goes_on_while_much_is_refused(asked: Asked) -> None:
    asked.wait(9)
    asked.answered(1)
    asked.queue.take(1_000)
    asked.admission.held = 500
    for _ in range(5):
        asked.now += 1
        asked.answered(10)
        assert asked.admission.overloaded


@looped
def test_an_overload_of_long_ago_is_forgotten(asked: Asked) -> None:
    asked.wait(9)
    asked.answered(5)
    asked.queue.take(400)
    asked.now += 3
    assert asked.answered(1) == [True]
    assert not asked.admission.overloaded


@looped
def test_room_is_held_until_a_request_is_queued(asked: Asked) -> None:
    asked.admission.overloaded = True
    small, large = asked.admission.hold(10), asked.admission.hold(1_000_000)
    assert asked.admission.held == 8 + 100
    assert asked.answered(1) == [False]
    for _ in range(2):
        large.give_up()
        small.give_up()
    assert asked.admission.held == 0
    assert asked.answered(1) == [True]


@looped
def test_it_learns_how_fast_texts_are_read(asked: Asked) -> None:
    asked.admission.overloaded = True
    asked.admission.held = 100
    assert asked.answered(1) == [False]
    for _ in range(50):
        with asked.admission.lane_reads(50):
            asked.now += 0.01  # 5,000 tokens a second on each of two lanes
    assert asked.answered(1) == [True]
    asked.wait(10)
    assert 0.05 < asked.admission.wait_s < 0.06
