"""Whose turn it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from api.queueing import LEAST_TOKENS, FairQueue, Way, Work, awaited, tokens_of

WAY = Way(None, None, None)


def looped(test: Callable[[], Any]) -> Callable[[], None]:
    async def run() -> None:
        test()

    def call() -> None:
        asyncio.run(run())

    call.__name__ = test.__name__
    return call


def works(text: str, count: int) -> list[Work]:
    return [awaited(text, WAY, most_chars=1_000) for _ in range(count)]


def names(batch: list[Work]) -> str:
    return "".join(work.text[0] for work in batch)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", LEAST_TOKENS), ("好" * 50, 50), ("好" * 5_000, 1_000)]
)
def test_what_a_text_costs(text: str, tokens: int) -> None:
    assert tokens_of(text, most_chars=1_000) == tokens


@looped
def test_single_calls_are_served_beside_a_bulk_caller() -> None:
    queue = FairQueue(quantum=20)
    queue.put("bulk", works("a" * 10, 128))
    queue.put("single", works("b" * 10, 1))
    queue.put("other", works("c" * 10, 1))
    assert names(queue.take(60)) == "aabcaa"


@looped
def test_requests_of_one_caller_take_turns_too() -> None:
    queue = FairQueue(quantum=10)
    queue.put("one", works("a" * 10, 5))
    queue.put("one", works("b" * 10, 2))
    assert names(queue.take(70)) == "ababaaa"


@looped
def test_a_long_text_is_paid_for_in_later_turns() -> None:
    queue = FairQueue(quantum=10)
    queue.put("long", [*works("a" * 50, 1), *works("A" * 10, 1)])
    queue.put("short", works("b" * 10, 6))
    assert names(queue.take(1_000)) == "abbbbbAb"


@looped
def test_a_batch_holds_no_more_than_its_budget_but_always_one() -> None:
    queue = FairQueue(quantum=10)
    queue.put("one", works("a" * 500, 2))
    assert names(queue.take(100)) == "a"
    queue.put("two", works("b" * 10, 30))
    assert names(queue.take(100)) == "b" * 10
    taken = ""
    while queue:
        taken += names(queue.take(100))
    assert sorted(taken) == sorted("a" + "b" * 20)
    assert queue.tokens == 0


@looped
def test_what_waits_is_counted_and_forgotten() -> None:
    queue = FairQueue(quantum=20)
    bulk = queue.put("one", works("a" * 10, 100))
    queue.put("one", works("b" * 10, 1))
    assert (queue.tokens, queue.ahead()) == (1_010, 30)
    queue.drop(bulk)
    queue.drop(bulk)
    assert (queue.tokens, queue.ahead()) == (10, 10)
    assert names(queue.take(100)) == "b"
    assert not queue
