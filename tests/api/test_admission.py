"""Bursts wait; once more is asked than can be done, what is taken is read at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.admission import Admission
from api.queueing import FairQueue, Share, Way, awaited
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
        self.queue = FairQueue(quantum=100, clock=lambda: self.now)
        self.refused: list[Share] = []
        self.admission = Admission(
            serve, self.queue, quantum=100, lanes=2, refuse=self._refuse, clock=lambda: self.now
        )

    def wait(self, texts: int, chars: int = 50, *, seconds: float = 0.2) -> list[Share]:
        """Lets requests of one text wait for so many seconds, of 50 tokens."""
        self.now -= seconds
        works = [awaited("好" * chars, WAY, most_chars=100) for _ in range(texts)]
        found = [self.queue.put("one", [work]) for work in works]
        self.now += seconds
        return found

    def _refuse(self, share: Share) -> None:
        self.queue.drop(share)
        self.refused.append(share)

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
def test_what_of_a_burst_came_just_now_and_would_wait_is_refused_too(asked: Asked) -> None:
    long_ago = asked.wait(2, chars=15)
    just_now = asked.wait(9, seconds=0.02)
    asked.queue.take(15)
    other = asked.queue.put("other", [awaited("好", WAY, most_chars=100)])
    assert asked.answered(2) == [False] * 2
    assert asked.refused == just_now
    assert list(asked.queue.in_turn()) == [long_ago[1], other]  # which is read after 15 ms
    asked.wait(9, seconds=0.02)
    assert asked.answered(1) == [False]
    assert asked.refused == just_now  # an overload begins once


@looped
def test_what_is_next_is_kept(asked: Asked) -> None:
    with asked.admission.lane_reads(5_000), asked.admission.lane_reads(5_000):
        bulk, *rest = asked.wait(9, seconds=0)
        assert asked.answered(1) == [False]
    assert asked.refused == rest
    assert list(asked.queue.in_turn()) == [bulk]


@looped
def test_a_request_of_which_a_text_was_read_is_not_refused(asked: Asked) -> None:
    asked.wait(4, seconds=0)
    begun = asked.queue.put("other", [awaited("好" * 50, WAY, most_chars=100)] * 5)
    asked.queue.take(150)
    asked.wait(4, seconds=0)
    assert begun.begun
    assert asked.answered(1) == [False]
    assert begun in asked.queue.in_turn()
    assert begun not in asked.refused


@looped
def test_room_held_in_a_burst_is_lost_where_its_request_would_wait(asked: Asked) -> None:
    asked.wait(8)
    of_burst = asked.admission.hold(8)
    assert asked.answered(1) == [True]
    assert asked.admission.takes_still(of_burst)
    asked.wait(1)
    assert asked.answered(1) == [False]
    later = asked.admission.hold(8)
    assert not asked.admission.takes_still(of_burst)
    assert asked.admission.takes_still(later)
    asked.queue.take(1_000)
    assert asked.admission.takes_still(of_burst)


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
