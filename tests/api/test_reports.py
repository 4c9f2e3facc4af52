"""Reports are kept while nothing came in, built one at a time, and no crowd waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api.problems import ProblemError
from api.reports import MOST_KEPT, MOST_WAITING, Reports


class Builder:
    """Counts what it builds, and how many builds go on at once."""

    def __init__(self) -> None:
        self.built = 0
        self.most_at_once = 0
        self._now = 0

    async def __call__(self) -> bytes:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(0.001)
        self._now -= 1
        self.built += 1
        return f"report {self.built}".encode()


def run(test: Callable[[Reports, Builder, list[float]], Awaitable[None]]) -> Builder:
    async def whole() -> Builder:
        builder, now = Builder(), [0.0]
        await test(Reports(60, clock=lambda: now[0]), builder, now)
        return builder

    return asyncio.run(whole())


def test_a_report_is_kept_until_feedback_comes_or_goes_or_it_is_old() -> None:
    async def test(reports: Reports, build: Builder, now: list[float]) -> None:
        assert await reports.get("a", (5, 5), build) == b"report 1"
        now[0] = 59
        assert await reports.get("a", (5, 5), build) == b"report 1"
        assert await reports.get("a", (6, 6), build) == b"report 2"
        now[0] = 59 + 60
        assert await reports.get("a", (6, 6), build) == b"report 3"
        assert await reports.get("b", (6, 6), build) == b"report 4"
        assert await reports.get("b", (6, 5), build) == b"report 5"

    run(test)


def test_who_asks_for_the_same_at_once_shares_one_build() -> None:
    async def test(reports: Reports, build: Builder, _: list[float]) -> None:
        found = await asyncio.gather(*(reports.get("a", (5, 5), build) for _ in range(10)))
        assert set(found) == {b"report 1"}

    assert run(test).built == 1


def test_one_is_built_at_a_time_and_a_crowd_is_refused() -> None:
    async def test(reports: Reports, build: Builder, _: list[float]) -> None:
        asked = [reports.get(key, (5, 5), build) for key in range(MOST_WAITING + 3)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        refused = [each for each in found if isinstance(each, ProblemError)]
        assert [each.status for each in refused] == [429] * 3
        assert "Retry-After" in refused[0].headers

    builder = run(test)
    assert (builder.built, builder.most_at_once) == (MOST_WAITING, 1)


def test_only_the_last_few_are_kept() -> None:
    async def test(reports: Reports, build: Builder, _: list[float]) -> None:
        for key in range(MOST_KEPT + 1):
            await reports.get(key, (5, 5), build)
        await reports.get(MOST_KEPT, (5, 5), build)
        assert build.built == MOST_KEPT + 1
        await reports.get(0, (5, 5), build)
        assert build.built == MOST_KEPT + 2

    run(test)


def test_one_that_fails_is_not_kept_and_lets_the_next_in() -> None:
    async def test(reports: Reports, build: Builder, _: list[float]) -> None:
        async def fail() -> bytes:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await reports.get("a", (5, 5), fail)
        assert await reports.get("a", (5, 5), build) == b"report 1"

    run(test)
