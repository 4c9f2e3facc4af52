"""Batches of requests in flight: joined, fair, bounded, and a bad text costs the others nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from api.batching import Batcher
from api.door import Door
from api.metrics import Metrics
from api.problems import ProblemError
from api.queueing import Failure, Way
from voc.config import load_settings
from voc.records import Tags

WAY = Way(None, None, None)
OTHER = Way(None, ("续航",), None)


class SlowEngine:
    """Tags by saying the text; `poison` raises, `hang` hangs, and the gate holds batches back."""

    model = "slow@1"
    notice = None
    cached_and_not = 0, 0

    def __init__(self, *, open_gate: bool = True) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        if open_gate:
            self.gate.set()

    def tag(self, texts: Sequence[str], **_options: Any) -> list[Tags]:
        self.batches.append(list(texts))
        self.gate.wait(30)
        if any("poison" in text for text in texts):
            raise ValueError(f"cannot read {texts}")
        while any("hang" in text for text in texts):
            time.sleep(0.01)
        return [Tags(id="", text=text, language="zh", sentiment=None) for text in texts]


def run(
    test: Callable[[Batcher], Awaitable[None]], engine: SlowEngine, *, lanes: int = 1, **serve: Any
) -> None:
    """Runs a test with a batcher on a loop of its own."""
    settings = load_settings(
        environ={}, overrides={f"serve.{name}": value for name, value in serve.items()}
    )

    async def whole() -> None:
        metrics = Metrics()
        batcher = Batcher(engine, settings, metrics, Door(metrics), lanes=lanes)  # type: ignore[arg-type]
        try:
            await test(batcher)
        finally:
            engine.gate.set()
            await batcher.stop()

    asyncio.run(whole())


def asked(
    batcher: Batcher, *texts: str, caller: str = "one", way: Way = WAY, timeout_s: float = 60
) -> asyncio.Task[list[Tags | Failure]]:
    return asyncio.ensure_future(batcher.tag(texts, way, caller=caller, timeout_s=timeout_s))


async def begun(engine: SlowEngine, batches: int = 1) -> None:
    async with asyncio.timeout(30):
        while len(engine.batches) < batches:
            await asyncio.sleep(0.005)


def said(outcomes: Sequence[Tags | Failure]) -> list[str | None]:
    return [each.text if isinstance(each, Tags) else None for each in outcomes]


def test_requests_in_flight_share_a_batch_and_get_their_own_answers() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        others = [asked(batcher, f"甲{n}", f"乙{n}", caller=str(n)) for n in range(5)]
        await asyncio.sleep(0)
        engine.gate.set()
        assert said(await first) == ["第一"]
        assert [said(await each) for each in others] == [[f"甲{n}", f"乙{n}"] for n in range(5)]

    run(test, engine)
    assert [len(batch) for batch in engine.batches] == [1, 10]


def test_without_batching_each_text_is_read_alone() -> None:
    engine = SlowEngine()

    async def test(batcher: Batcher) -> None:
        await asyncio.gather(asked(batcher, "一", "二"), asked(batcher, "三"))

    run(test, engine, batching=False)
    assert sorted(map(tuple, engine.batches)) == [("一",), ("三",), ("二",)]


def test_texts_that_are_tagged_otherwise_are_tagged_apart() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        others = [asked(batcher, "二", way=OTHER), asked(batcher, "三"), asked(batcher, "四")]
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(first, *others)

    run(test, engine)
    assert sorted(engine.batches[1:]) == [["三", "四"], ["二"]]


def test_a_poison_text_costs_only_itself() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        bad, good = asked(batcher, "甲", "poison 13812345678"), asked(batcher, "乙")
        await asyncio.sleep(0)
        engine.gate.set()
        await first
        assert said(await good) == ["乙"]
        tags, failure = await bad
        assert said([tags]) == ["甲"]
        assert failure == Failure("tagging failed: ValueError")

    run(test, engine)


def test_a_hanging_text_is_cut_and_the_others_are_tagged() -> None:
    engine = SlowEngine()

    async def test(batcher: Batcher) -> None:
        good, failure, last = await asked(batcher, "甲", "hang", "乙")
        assert said([good, last]) == ["甲", "乙"]
        assert isinstance(failure, Failure)
        assert "was cut" in failure.reason
        assert said(await asked(batcher, "后来")) == ["后来"]

    before = set(threading.enumerate())
    run(test, engine, item_timeout_s=2.0)
    end = time.monotonic() + 20
    while any(each.name == "voc-engine" for each in {*threading.enumerate()} - before):
        assert time.monotonic() < end, "a thread that hung was not ended"
        time.sleep(0.02)


def test_a_request_whose_time_is_over_is_told_and_its_work_is_dropped() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        with pytest.raises(ProblemError) as caught:
            await asked(batcher, "迟到", timeout_s=0.02)
        assert caught.value.status == 504
        engine.gate.set()
        await first
        assert said(await asked(batcher, "后来")) == ["后来"]

    run(test, engine)
    assert ["迟到"] not in engine.batches


def test_the_work_of_a_caller_who_left_is_dropped() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        gone, stays = asked(batcher, *["走了"] * 100), asked(batcher, "留下")
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        engine.gate.set()
        await first
        assert said(await stays) == ["留下"]

    run(test, engine)
    assert engine.batches == [["第一"], ["留下"]]


def test_too_much_is_refused_at_once_and_taken_again_later() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        taken = [asked(batcher, "好" * 50) for _ in range(5)]
        await asyncio.sleep(0.15)
        with pytest.raises(ProblemError) as caught:
            await asyncio.wait_for(asked(batcher, "多了"), 60)  # its engine stands still
        assert caught.value.status == 429
        assert int(caught.value.headers["Retry-After"]) >= 1
        engine.gate.set()
        await asyncio.gather(first, *taken)
        assert said(await asked(batcher, "后来")) == ["后来"]

    run(test, engine, ahead_tokens=200)
    assert not any("多了" in batch for batch in engine.batches)


def test_what_came_just_before_too_much_is_refused_but_for_what_is_next() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        waiting = [asked(batcher, "好" * 50, "差" * 50, caller=str(n)) for n in range(4)]
        await asyncio.sleep(0)
        asked(batcher, "多了")
        found = await asyncio.wait_for(
            asyncio.gather(*waiting[1:], return_exceptions=True), 60
        )  # its engine stands still
        assert [getattr(each, "status", 0) for each in found] == [429] * 3
        engine.gate.set()
        await first
        assert said(await waiting[0]) == ["好" * 50, "差" * 50]
        assert said(await asked(batcher, "后来")) == ["后来"]

    run(test, engine, ahead_tokens=200)
    assert sum(len(batch) for batch in engine.batches) == 4


def test_bulk_requests_fill_the_queue_but_one_is_always_taken() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        bulk = asked(batcher, *["好" * 100] * 128)  # alone more than the queue holds
        await asyncio.sleep(0)
        with pytest.raises(ProblemError) as caught:
            await asked(batcher, *["差" * 100] * 128)
        assert caught.value.status == 429
        engine.gate.set()
        await first
        assert len(await bulk) == 128

    run(test, engine, queue_tokens=1_000)


def test_a_single_call_does_not_wait_for_a_bulk_caller() -> None:
    engine = SlowEngine(open_gate=False)

    async def test(batcher: Batcher) -> None:
        first = asked(batcher, "第一")
        await begun(engine)
        bulk = asked(batcher, *[f"{n:02}" * 25 for n in range(128)])
        await asyncio.sleep(0)
        single = asked(batcher, "急")
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(first, bulk, single)

    run(test, engine)
    assert "急" in engine.batches[1]
    assert len(engine.batches) > 5


def test_an_engine_that_leaves_out_a_text_is_found_out() -> None:
    class Forgetful(SlowEngine):
        def tag(self, texts: Sequence[str], **options: Any) -> list[Tags]:
            return super().tag(texts, **options)[: 1 if "忘" not in texts else 0]

    async def test(batcher: Batcher) -> None:
        first, forgotten = await asked(batcher, "甲", "忘")
        assert said([first]) == ["甲"]
        assert forgotten == Failure("tagging failed: RuntimeError")
        assert said(await asked(batcher, "后来")) == ["后来"]

    run(test, Forgetful())
