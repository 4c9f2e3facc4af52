"""Delivery: each message arrives, tries are spaced, nothing is lost when a worker dies."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.breaker import Breaker
from voc.workorders.outbox import DeliveryCounts, Retry, deliver
from voc.workorders.sinks import FileQueueSink
from voc.workorders.sinks.base import Later, Outcome

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
HOOK = frozenset({"hook"})


class Died(BaseException):
    """Stands for kill -9: nothing catches it."""


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Kept:
    """A message as the fake keeps it."""

    message: Message
    state: str = "pending"
    next_at: datetime = NOW
    leased_by: str | None = None
    leased_until: datetime = NOW
    error: str | None = None


@dataclass
class FakeOutbox:
    """Behaves like the store's outbox, in memory; refuses to be used inside a transaction."""

    rows: dict[str, Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    holder: int | None = None

    @property
    def busy(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self.holder == threading.get_ident()

    def add(self, *messages: Message) -> None:
        for message in messages:
            self.rows[message.message_id] = Kept(message)

    @contextmanager
    def transaction(self) -> Iterator[FakeOutbox]:
        assert not self.busy, "a transaction in a transaction"
        with self.lock:
            self.holder = threading.get_ident()
            try:
                yield self
            finally:
                self.holder = None

    def lease(
        self, worker: str, *, limit: int, lease_s: float, now: datetime, sinks: Sequence[str]
    ) -> list[Message]:
        found: list[Message] = []
        keys: set[tuple[str, str]] = set()
        for row in self.rows.values():
            key = (row.message.sink, row.message.key)
            if row.state != "pending" or key in keys:
                continue
            keys.add(key)
            free = row.leased_by is None or row.leased_until <= now
            if not free or row.next_at > now or key[0] not in sinks or len(found) == limit:
                continue
            row.leased_by, row.leased_until = worker, now + timedelta(seconds=lease_s)
            row.message = replace(row.message, attempts=row.message.attempts + 1)
            found.append(row.message)
        return found

    def delivered(self, message_id: str, worker: str, now: datetime) -> bool:
        return self._settle(message_id, worker, state="delivered")

    def postpone(self, message_id: str, worker: str, error: str, next_at: datetime) -> bool:
        return self._settle(message_id, worker, next_at=next_at, error=error)

    def release(self, message_id: str, worker: str) -> bool:
        held = self.rows[message_id].leased_by == worker
        if held:
            row = self.rows[message_id]
            row.message = replace(row.message, attempts=row.message.attempts - 1)
        return self._settle(message_id, worker)

    def bury(self, message_id: str, worker: str, error: str, now: datetime) -> bool:
        return self._settle(message_id, worker, state="dead", error=error)

    def _settle(self, message_id: str, worker: str, **values: object) -> bool:
        row = self.rows[message_id]
        if row.leased_by != worker or row.state != "pending":
            return False
        row.leased_by = None
        for name, value in values.items():
            setattr(row, name, value)
        return True

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]


@dataclass
class ScriptedSink:
    """Answers each try with the next of `answers`: an error to raise, or a reference."""

    outbox: FakeOutbox
    answers: Callable[[Message], BaseException | str | None] = lambda _: None
    name: str = "hook"
    got: list[str] = field(default_factory=list)

    def send(self, message: Message) -> str | None:
        assert not self.outbox.busy, "sent inside a transaction"
        self.got.append(message.message_id)
        answer = self.answers(message)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def message(name: str, *, key: str | None = None, sequence: int = 1, sink: str = "hook") -> Message:
    return Message(name, sink, key or name, sequence, {"id": name}, NOW)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


def run(outbox: FakeOutbox, sink: ScriptedSink, clock: Clock, **options: object) -> DeliveryCounts:
    return deliver(
        outbox,
        {sink.name: sink},
        worker="w1",
        now=clock,
        chance=random.Random(7),
        **options,  # type: ignore[arg-type]
    )


def test_everything_arrives_in_order_by_key(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(
        *(
            message(f"{key}{number}", key=key, sequence=number)
            for number in (1, 2, 3)
            for key in "ab"
        )
    )
    sink = ScriptedSink(outbox)
    assert run(outbox, sink, clock, batch=2) == DeliveryCounts(delivered=6, sinks=HOOK)
    for key in "ab":
        assert [name for name in sink.got if name[0] == key] == [f"{key}1", f"{key}2", f"{key}3"]
    assert run(outbox, sink, clock) == DeliveryCounts()


def test_messages_for_other_sinks_are_left(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a", sink="elsewhere"))
    assert run(outbox, ScriptedSink(outbox), clock) == DeliveryCounts()
    assert outbox.rows["a"].message.attempts == 0


def test_a_refusal_is_buried_at_once_and_the_next_goes_on(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a1", key="a"), message("a2", key="a", sequence=2))
    sink = ScriptedSink(
        outbox, lambda m: TerminalDeliveryError("410 gone") if m.message_id == "a1" else None
    )
    assert run(outbox, sink, clock) == DeliveryCounts(delivered=1, sinks=HOOK, buried=1)
    assert (outbox.rows["a1"].state, outbox.rows["a1"].error) == ("dead", "410 gone")


def test_tries_are_spaced_and_end(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a1", key="a"), message("a2", key="a", sequence=2))
    sink = ScriptedSink(
        outbox, lambda m: TransientDeliveryError("503") if m.message_id == "a1" else None
    )
    retry = Retry(attempts=5, base_s=10, cap_s=40)
    for longest in (10, 20, 40, 40):
        assert run(outbox, sink, clock, retry=retry) == DeliveryCounts(postponed=1)
        row = outbox.rows["a1"]
        assert clock.now <= row.next_at <= clock.now + timedelta(seconds=longest)
        assert sink.got[-1] == "a1", "the later one waits"
        clock.now = row.next_at
    assert run(outbox, sink, clock, retry=retry) == DeliveryCounts(
        delivered=1, sinks=HOOK, buried=1
    )
    assert outbox.rows["a1"].error == "given up after 5 tries: 503"


@pytest.mark.parametrize(("asked_s", "waits_s"), [(120.0, 120.0), (1e18, 86_400.0)])
def test_a_receiver_that_names_a_time_gets_it(
    asked_s: float, waits_s: float, outbox: FakeOutbox, clock: Clock
) -> None:
    outbox.add(message("a"))
    sink = ScriptedSink(outbox, lambda _: TransientDeliveryError("429", retry_after_s=asked_s))
    run(outbox, sink, clock)
    assert outbox.rows["a"].next_at == clock.now + timedelta(seconds=waits_s)


def test_a_sink_that_breaks_stops_nothing(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a"), message("b"))
    sink = ScriptedSink(outbox, lambda m: KeyError("客户的话") if m.message_id == "a" else None)
    assert run(outbox, sink, clock) == DeliveryCounts(delivered=1, sinks=HOOK, postponed=1)
    assert outbox.rows["a"].error == "the sink broke with KeyError"


def test_a_sink_that_is_down_is_left_alone_and_nothing_is_lost(
    outbox: FakeOutbox, clock: Clock
) -> None:
    outbox.add(*(message(f"m{number}") for number in range(30)))
    down = ScriptedSink(outbox, lambda _: TransientDeliveryError("connection refused"))
    assert run(outbox, down, clock).postponed == 5
    assert len(down.got) == 5
    assert sum(row.message.attempts for row in outbox.rows.values()) == 5, "none else was tried"
    up = ScriptedSink(outbox)
    clock.forward(10)
    assert run(outbox, up, clock) == DeliveryCounts(delivered=30, sinks=HOOK)


def test_one_sink_down_does_not_hold_another(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(*(message(f"m{number}") for number in range(5)))
    outbox.add(*(message(f"n{number}", sink="other") for number in range(5)))
    down = ScriptedSink(outbox, lambda _: TransientDeliveryError("503"))
    up = ScriptedSink(outbox, name="other")
    counts = deliver(outbox, {"hook": down, "other": up}, worker="w1", now=clock)
    assert counts == DeliveryCounts(delivered=5, postponed=5, sinks=frozenset({"other"}))


def test_a_slow_sink_sends_nothing_after_its_lease(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(*(message(f"m{number}") for number in range(12)))
    leased_until = []

    def slowly(sent: Message) -> None:
        leased_until.append(outbox.rows[sent.message_id].leased_until)
        assert clock.now < leased_until[-1]
        clock.forward(14)

    assert run(outbox, ScriptedSink(outbox, slowly), clock) == DeliveryCounts(
        delivered=12, sinks=HOOK
    )
    assert max(row.message.attempts for row in outbox.rows.values()) == 1


def test_what_is_asked_to_stop_gives_back(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(*(message(f"m{number}") for number in range(5)))
    sink = ScriptedSink(outbox)
    assert run(outbox, sink, clock, stop=lambda: len(sink.got) == 2) == DeliveryCounts(
        delivered=2, sinks=HOOK
    )
    assert run(outbox, sink, clock) == DeliveryCounts(delivered=3, sinks=HOOK)


def test_a_worker_that_dies_is_followed_by_another(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a"))
    with pytest.raises(Died):
        run(outbox, ScriptedSink(outbox, lambda _: Died()), clock)
    sink = ScriptedSink(outbox)
    assert run(outbox, sink, clock) == DeliveryCounts(), "the lease still runs"
    clock.forward(61)
    assert run(outbox, sink, clock) == DeliveryCounts(delivered=1, sinks=HOOK)


def test_a_message_that_kills_every_worker_is_buried(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a"))
    for _ in range(3):
        with pytest.raises(Died):
            run(outbox, ScriptedSink(outbox, lambda _: Died()), clock, retry=Retry(attempts=3))
        clock.forward(61)
    assert run(outbox, ScriptedSink(outbox), clock, retry=Retry(attempts=3)).buried == 1
    assert outbox.rows["a"].error == "its worker died with it too often"


def test_a_message_another_worker_has_by_now_is_lost_to_it(
    outbox: FakeOutbox, clock: Clock
) -> None:
    outbox.add(message("a"))

    def taken(sent: Message) -> None:
        outbox.rows[sent.message_id].leased_by = "w2"

    assert run(outbox, ScriptedSink(outbox, taken), clock) == DeliveryCounts(lost=1)


def test_references_are_told_in_the_noting_transaction(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(message("a"), message("b"))
    told: list[tuple[str, str]] = []

    def keep(transaction: FakeOutbox, sent: Message, reference: str) -> None:
        assert transaction.busy
        told.append((sent.message_id, reference))

    sink = ScriptedSink(outbox, lambda m: "JIRA-7" if m.message_id == "a" else None)
    run(outbox, sink, clock, on_reference=keep)
    assert told == [("a", "JIRA-7")]


def test_pauses_have_full_jitter_and_a_cap() -> None:
    chance, retry = random.Random(1), Retry(base_s=2, cap_s=100)
    for attempt, longest in ((0, 2), (1, 2), (2, 4), (6, 64), (7, 100), (1_000_000, 100)):
        pauses = [retry.pause_s(attempt, chance=chance) for _ in range(300)]
        assert 0 <= min(pauses) < longest / 10
        assert longest * 0.9 < max(pauses) <= longest


def test_the_real_store_and_the_file_queue(tmp_path: Path, clock: Clock) -> None:
    """Worker after worker dies at some moment; each message is one file in the end."""
    store_module = pytest.importorskip("voc.store", reason="the store is not built")
    store = store_module.open_store(f"sqlite:///{tmp_path / 'voc.db'}")
    expected = [message(f"msg_{n}", key=f"k{n % 4}", sequence=n, sink="file") for n in range(24)]
    with store.transaction() as transaction:
        for item in expected:
            transaction.enqueue(item)
    chance, queue = random.Random(3), FileQueueSink(tmp_path / "queue")
    deaths = 0
    for number in range(200):
        mortal = _Mortal(queue, chance)
        try:
            deliver(store, {"file": mortal}, worker=f"w{number}", now=clock, batch=5)
        except Died:
            deaths += 1
            clock.forward(61)
            continue
        break
    assert deaths > 5
    assert store.outbox_counts()["delivered"] == len(expected)
    written = sorted(path.name for path in (tmp_path / "queue").glob("*.json"))
    assert len(written) == len(expected)
    store.close()


@dataclass
class _Mortal:
    """A sink whose worker dies now and then, before or after it has written."""

    inner: FileQueueSink
    chance: random.Random
    name: str = "file"

    def send(self, item: Message) -> str | None:
        if self.chance.random() < 0.15:
            raise Died
        reference = self.inner.send(item)
        if self.chance.random() < 0.15:
            raise Died
        return reference


def test_a_slow_sink_holds_up_no_other_even_what_comes_later(
    outbox: FakeOutbox, clock: Clock
) -> None:
    """While one sink is at work, another gets what is added meanwhile."""
    outbox.add(message("slow", sink="slow"), message("first", sink="quick"))
    arrived = threading.Event()

    def slowly(_: Message) -> None:
        with outbox.transaction():
            outbox.add(message("second", sink="quick"))
        assert arrived.wait(10), "the other sink did not get its message meanwhile"

    def quickly(sent: Message) -> None:
        if sent.message_id == "second":
            arrived.set()

    slow = ScriptedSink(outbox, slowly, name="slow")
    quick = ScriptedSink(outbox, quickly, name="quick")
    counts = deliver(outbox, {"slow": slow, "quick": quick}, worker="w1", now=clock)
    assert counts == DeliveryCounts(delivered=3, sinks=frozenset({"slow", "quick"}))


@dataclass
class ScriptedBatchSink:
    """Takes several at once; answers as told."""

    outbox: FakeOutbox
    outcome: Callable[[Message], Outcome]
    name: str = "hook"
    at_once: int = 4
    got: list[list[str]] = field(default_factory=list)
    resting_s: float = 0.0

    def send(self, message: Message) -> str | None:
        raise AssertionError("one by one although it takes several")

    def send_many(self, messages: Sequence[Message]) -> list[Outcome]:
        assert not self.outbox.busy, "sent inside a transaction"
        self.got.append([item.message_id for item in messages])
        return [self.outcome(item) for item in messages]

    def rest_s(self) -> float:
        return self.resting_s


def test_a_batch_has_an_outcome_for_each(outbox: FakeOutbox, clock: Clock) -> None:
    outbox.add(*(message(f"m{number}") for number in range(4)))
    outbox.add(message("m0b", key="m0", sequence=2))
    outcomes: dict[str, Outcome] = {
        "m1": TransientDeliveryError("503"),
        "m2": TerminalDeliveryError("410"),
        "m3": Later(),
    }

    def resting(sent: Message) -> Outcome:
        sink.resting_s = 9.0
        return outcomes.get(sent.message_id)

    sink = ScriptedBatchSink(outbox, resting)
    counts = deliver(outbox, {"hook": sink}, worker="w1", now=clock)
    assert counts == DeliveryCounts(delivered=1, sinks=HOOK, postponed=1, buried=1)
    assert sink.got == [["m0", "m1", "m2", "m3"]], "one key, one message; none while it rests"
    assert outbox.states() == ["delivered", "pending", "dead", "pending", "pending"]
    attempts = [row.message.attempts for row in outbox.rows.values()]
    assert attempts == [1, 1, 1, 0, 0], "what was not tried is no attempt"


def test_an_open_breaker_lets_one_through_and_closes(outbox: FakeOutbox, clock: Clock) -> None:
    def seconds() -> float:
        return (clock.now - NOW).total_seconds()

    outbox.add(*(message(f"m{number}") for number in range(12)))
    breakers = {"hook": Breaker(failures=3, clock=seconds, first_s=8)}
    is_down = True
    sink = ScriptedSink(outbox, lambda _: TransientDeliveryError("503") if is_down else None)
    for tries in (3, 4, 5):
        run(outbox, sink, clock, breakers=breakers)
        run(outbox, sink, clock, breakers=breakers)
        assert len(sink.got) == tries, "an open breaker lets nothing through, a half-open one one"
        clock.forward(breakers["hook"].rest_s() + 0.001)
    is_down = False
    clock.forward(60)
    assert run(outbox, sink, clock, breakers=breakers) == DeliveryCounts(delivered=12, sinks=HOOK)


def test_an_endpoint_that_names_a_time_is_not_asked_before_it() -> None:
    at = [0.0]
    breaker = Breaker(clock=lambda: at[0])
    breaker.failed(retry_after_s=30)
    assert (breaker.allowance(9), breaker.rest_s()) == (0, 30)
    at[0] = 30
    assert breaker.allowance(9) == 9
    breaker.failed(retry_after_s=1e9)
    assert breaker.rest_s() == 86_400


def test_a_breaker_rests_longer_each_time_up_to_a_limit() -> None:
    at = [0.0]
    breaker = Breaker(failures=1, first_s=2, longest_s=10, clock=lambda: at[0])
    for longest in (2, 4, 8, 10, 10):
        breaker.failed()
        assert longest / 2 <= breaker.rest_s() <= longest
        at[0] += breaker.rest_s()
        assert breaker.allowance(9) == 1
    breaker.succeeded()
    assert breaker.allowance(9) == 9
    breaker.failed()
    assert breaker.rest_s() <= 2


def test_six_hours_down_with_many_queued(outbox: FakeOutbox, clock: Clock) -> None:
    """All arrive, in order per key, although none may be tried more than fifty times."""

    def seconds() -> float:
        return (clock.now - NOW).total_seconds()

    keys, changes = 300, 3
    outbox.add(
        *(
            message(f"{key}.{number}", key=str(key), sequence=number)
            for number in range(changes)
            for key in range(keys)
        )
    )
    breakers = {"hook": Breaker(clock=seconds, chance=random.Random(1))}
    sink = ScriptedSink(
        outbox, lambda _: TransientDeliveryError("503") if seconds() < 6 * 3600 else None
    )
    arrived = DeliveryCounts()
    while "pending" in outbox.states():
        arrived += run(outbox, sink, clock, breakers=breakers)
        clock.forward(max(20.0, breakers["hook"].rest_s()))
    assert (arrived.delivered, arrived.buried) == (keys * changes, 0)
    assert arrived.postponed < 6 * 3600 / 30, "the breaker leaves it in peace"
    order = sink.got[arrived.postponed :]
    for key in range(keys):
        mine = [name for name in order if name.split(".")[0] == str(key)]
        assert mine == sorted(mine)
    assert seconds() < 8 * 3600
