"""The worker: tags what came in within seconds, runs the chain now and then, delivers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from voc.config import Settings
from voc.errors import ConfigError, StoreBusyError, StoreError
from voc.pipeline.chain import Chain
from voc.pipeline.delivering import Delivery
from voc.pipeline.feeding import Feeding
from voc.pipeline.once import forget_old
from voc.pipeline.returning import Mailroom
from voc.pipeline.watching import watch_orders
from voc.store import Holding, Store
from voc.tagging.engine import Engine


def _nothing() -> bool:
    """Says that the chain is not held."""
    return False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look of a worker did."""

    tagged: int = 0
    delivered: int = 0
    ran: bool = False
    returned: int = 0
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_worked(self) -> bool:
        """Whether there was something to do."""
        return bool(self.tagged or self.delivered or self.ran or self.returned)


class Worker:
    """Works for one workspace, beside other workers.

    One worker at a time holds the chain: it reads sources, tags and forms issues. On PostgreSQL the
    others deliver what waits, and take the chain over when its holder ends. On SQLite there is one
    worker.

    Args:
        store: What is read and written.
        engine: What tags.
        settings: The workspace's settings.
        clock: Seconds that only grow.
        feeding: What reads sources while this worker holds the chain; `None`: nothing does.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        feeding: Feeding | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._seen = 0
        self._next_run = clock()
        self._next_look = clock()
        self._next_try = clock()
        self._wrong: str | None = None
        self._hold = ExitStack()
        self._holds: Holding = _nothing
        self._delivery: Delivery | None = None
        self._mailroom: Mailroom | None = None
        self._feeding = feeding

    def start(self) -> None:
        """Takes the chain where nobody has it.

        Raises:
            StoreError: Another worker has this SQLite store.
        """
        self._take_chain()

    def turn(self, stop: Callable[[], bool] = lambda: False) -> Turn:
        """Does what there is to do now, once; of what is due to be sent, until `stop` says so.

        Raises:
            StoreError: The store cannot be reached; or another worker has a SQLite store.
        """
        holds = self._take_chain()
        told = self._letters().take_in(stop)
        done = self._chained(stop) if holds else Turn(delivered=self._sent(stop))
        return replace(
            done,
            returned=told.applied + done.returned,
            troubles=(*told.troubles, *done.troubles),
        )

    def _chained(self, stop: Callable[[], bool]) -> Turn:
        """Does what the chain has to do; while a file it reads is wrong, only delivers.

        What is wrong is told once, and the file read again at each look at the clocks.
        """
        if self._clock() < self._next_try:
            return Turn(delivered=self._sent(stop))
        try:
            done = self._turn(stop)
        except ConfigError as error:
            self._next_try = self._clock() + self._settings.worker.clocks_every_s
            is_new, self._wrong = str(error) != self._wrong, str(error)
            return Turn(delivered=self._sent(stop), troubles=(str(error),) if is_new else ())
        self._wrong = None
        return done

    def _turn(self, stop: Callable[[], bool]) -> Turn:
        newest = self._store.newest_seq()
        if self._clock() >= self._next_run:
            chain = self._chain()
            run = chain.run()
            forget_old(self._store, days=self._settings.access.idempotency_days)
            self._seen = newest
            self._next_run = self._clock() + self._settings.worker.run_every_s
            self._next_look = self._clock() + self._settings.worker.clocks_every_s
            told, notes = run.returned, tuple(chain.voice_notes)
            return Turn(
                run.tagged, run.delivery.delivered, True, told.applied, told.troubles, notes
            )
        tagged, notes = 0, ()
        if newest > self._seen:
            # What fails is tried again by the next whole run, not at every look.
            chain = self._chain()
            tagged, _ = chain.tag(after=self._seen)
            notes = tuple(chain.voice_notes)
            self._seen = newest
        self._watch()
        return Turn(tagged, self._sent(stop), notes=notes)

    def _watch(self) -> None:
        """Looks at the clocks of work orders, now and then."""
        if self._clock() >= self._next_look:
            watch_orders(self._store, self._settings, now=datetime.now(self._settings.zone))
            self._next_look = self._clock() + self._settings.worker.clocks_every_s

    def _sent(self, stop: Callable[[], bool]) -> int:
        return self._connections().deliver(stop).delivered

    def _connections(self) -> Delivery:
        """Returns the sinks, which stay connected from turn to turn."""
        if self._delivery is None:
            self._delivery = Delivery(self._store, self._settings)
        return self._delivery

    def _letters(self) -> Mailroom:
        """Returns the inboxes, which stay connected from turn to turn."""
        if self._mailroom is None:
            self._mailroom = Mailroom(self._store, self._settings, clock=self._clock)
        return self._mailroom

    def _chain(self) -> Chain:
        """Returns a chain that knows the industries of the feedback there is now."""
        return Chain(
            self._store,
            self._engine,
            self._settings,
            delivery=self._connections(),
            mailroom=self._letters(),
        )

    def _take_chain(self) -> bool:
        """Takes the chain where nobody has it; says whether this worker has it."""
        if self._holds():
            return True
        self._let_go()
        stack = ExitStack()
        holding = stack.enter_context(self._store.held("chain"))
        if holding():
            self._hold, self._holds = stack, holding
            if self._feeding is not None:
                self._feeding.start()
            return True
        stack.close()
        if self._store.is_one_file:
            raise StoreError(
                f"{self._store.where}: another worker has this SQLite store, and one is all it can"
                " use. Stop that one, or move the store to PostgreSQL."
            )
        return False

    @property
    def holds_chain(self) -> bool:
        """Whether this worker is the one that tags."""
        return self._holds()

    def close(self) -> None:
        """Lets the chain go to another worker, and closes what is connected."""
        self._let_go()
        if self._delivery is not None:
            self._delivery.close()
            self._delivery = None
        if self._mailroom is not None:
            self._mailroom.close()
            self._mailroom = None

    def _let_go(self) -> None:
        if self._feeding is not None:
            self._feeding.stop()
        self._hold.close()
        self._holds = _nothing


def work(
    workers: Sequence[Worker],
    stop: threading.Event,
    *,
    poll_s: float,
    told: Callable[[Turn], None] = lambda _: None,
    troubled: Callable[[StoreError], None] = lambda _: None,
) -> None:
    """Lets workers take turns until `stop` is set; a turn that began is ended first.

    Args:
        workers: One for each workspace.
        stop: Set by a signal.
        poll_s: Seconds between looks when there is nothing to do.
        told: Told of each turn that did something.
        troubled: Told of a store that could not be reached or was busy; it is tried again.
    """
    with _closing(workers):
        while not stop.is_set():
            is_idle = True
            for worker in workers:
                try:
                    turn = worker.turn(stop.is_set)
                except StoreError as error:
                    if not isinstance(error, StoreBusyError):
                        worker.close()
                    troubled(error)
                    continue
                if turn != Turn():
                    is_idle = is_idle and not turn.has_worked
                    told(turn)
                if stop.is_set():
                    break
            if is_idle:
                stop.wait(poll_s)


@contextmanager
def _closing(workers: Sequence[Worker]) -> Iterator[None]:
    try:
        yield
    finally:
        for worker in workers:
            worker.close()
