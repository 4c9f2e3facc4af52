"""Takes in what other systems tell of work orders: once each, in any order, nothing lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from voc.config import Settings
from voc.errors import ConfigError, StateError, StoreError, UsageError
from voc.pipeline.handling import Handler
from voc.pipeline.once import once
from voc.records import stable_id
from voc.store import LetterState, Store, StoredLetter, Transaction
from voc.text.privacy import mask
from voc.workorders.inboxes import Inbox, InboxError, Letter, ToldEvent, open_inbox, read_told

_BATCH: Final = 50
_REST_S: Final = 30.0
"""Seconds that an inbox is left alone after it could not be read."""

_LOOK_AGAIN_S: Final = 60.0
"""Seconds between looks at letters that wait for what must come before them."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of letters.

    Attributes:
        applied: Events that were taken in, late ones too.
        repeated: Events that were known.
        waiting: Letters that wait, as the order's state does not allow them yet.
        refused: Letters that were set aside for good.
        troubles: Why inboxes could not be read.
    """

    applied: int = 0
    repeated: int = 0
    waiting: int = 0
    refused: int = 0
    troubles: tuple[str, ...] = ()

    def __add__(self, other: Returned) -> Returned:
        return Returned(
            self.applied + other.applied,
            self.repeated + other.repeated,
            self.waiting + other.waiting,
            self.refused + other.refused,
            (*self.troubles, *other.troubles),
        )


def open_inboxes(settings: Settings) -> dict[str, Inbox]:
    """Makes the inboxes of the settings, by name; nothing is connected to yet.

    Raises:
        MissingExtraError: A package that an inbox needs is not installed.
    """
    return {
        name: open_inbox(name, told, base_dir=settings.base_dir)
        for name, told in settings.inboxes.items()
    }


class Mailroom:
    """Reads all inboxes of the settings, again and again, by the same connections.

    A letter is settled after what it says is committed, so that a worker's death brings it again;
    by its event's id it counts once. One whose order is not in a state for it waits until the order
    is; one that makes no sense is kept with the reason. `voc inbox` lists both.

    Args:
        store: Where work orders are.
        settings: Whose inboxes.
        inboxes: Inboxes instead of those of the settings.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        inboxes: Mapping[str, Inbox] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._settings = settings
        self._inboxes = dict(open_inboxes(settings) if inboxes is None else inboxes)
        self._clock = clock
        self._rests: dict[str, float] = {}
        self._made: Handler | None = None
        self._next_look = clock()

    @property
    def _handler(self) -> Handler:
        """Handles by the routing rules as they stood when this round began."""
        if self._made is None:
            self._made = Handler(self._store, self._settings)
        return self._made

    def take_in(self, stop: Callable[[], bool] = lambda: False) -> Returned:
        """Takes in what waits in all inboxes; returns when none is left or `stop` says so.

        Raises:
            StoreError: The store cannot keep it; what was not kept comes again.
        """
        total = Returned()
        self._made = None
        if self._inboxes and self._clock() >= self._next_look:
            self._next_look = self._clock() + _LOOK_AGAIN_S
            total += self.look_again()
        for name, inbox in self._inboxes.items():
            if self._rests.get(name, 0.0) <= self._clock() and not stop():
                total += self._empty(inbox, stop)
        return total

    def look_again(self, letter_id: str | None = None) -> Returned:
        """Tries letters again that wait; with an id this one, though it was refused."""
        state = "waiting" if letter_id is None else None
        found = [
            letter
            for letter in self._store.letters(state=state)
            if letter_id in (None, letter.letter_id)
        ]
        return sum((self._again(letter) for letter in found), Returned())

    def close(self) -> None:
        """Closes all connections; what was taken and not settled comes again."""
        for inbox in self._inboxes.values():
            inbox.close()

    def _empty(self, inbox: Inbox, stop: Callable[[], bool]) -> Returned:
        total = Returned()
        try:
            while not stop() and (letters := inbox.take(_BATCH)):
                for letter in letters:
                    total += self._read(inbox.name, letter)
                inbox.settle(letters)
        except InboxError as error:
            self._rests[inbox.name] = self._clock() + _REST_S
            return total + Returned(troubles=(f"inbox {inbox.name}: {error}",))
        except StoreError:
            inbox.close()
            raise
        return total

    def _read(self, inbox: str, letter: Letter) -> Returned:
        kept = StoredLetter(
            letter_id=stable_id("lt", inbox, letter.name, letter.body.hex()),
            inbox=inbox,
            work_order_id=None,
            body=_masked(letter.body),
            state="refused",
            reason="",
            received_at=datetime.now(self._settings.zone),
        )
        try:
            told = _told(letter)
            if told.event_id is None and not letter.name:
                raise UsageError("names no event; give it an event_id")
        except UsageError as error:
            return self._keep(kept, "refused", str(error))
        told = told.model_copy(update={"event_id": told.event_id or f"{inbox}/{letter.name}"})
        body = told.model_dump_json(exclude_none=True)
        return self._take(replace(kept, work_order_id=told.work_order_id, body=body), told)

    def _again(self, kept: StoredLetter, *, alone: bool = False) -> Returned:
        try:
            told = _told(Letter(kept.letter_id, kept.body.encode("utf-8", "replace")))
        except UsageError as error:
            return self._keep(kept, "refused", str(error))
        done = self._taken(kept, told) if alone else self._take(kept, told)
        if done.repeated:
            with self._store.transaction() as transaction:
                transaction.forget_letter(kept.letter_id)
        return done

    def _take(self, kept: StoredLetter, told: ToldEvent) -> Returned:
        """Takes in one event, and then those that waited for it."""
        done = self._taken(kept, told)
        if done.applied:
            while (after := self._released(told.work_order_id)).applied:
                done += after
        return done

    def _released(self, work_order_id: str) -> Returned:
        """Takes in the first event that waited and does no longer."""
        for letter in self._store.letters(state="waiting", work_order_id=work_order_id):
            after = self._again(letter, alone=True)
            if after.applied:
                return after
        return Returned()

    def _taken(self, kept: StoredLetter, told: ToldEvent) -> Returned:
        try:
            is_new = self._apply(kept, told)
        except (StateError, ConfigError) as error:
            return self._keep(kept, "waiting", str(error))
        except UsageError as error:
            return self._keep(kept, "refused", str(error))
        return Returned(applied=1) if is_new else Returned(repeated=1)

    def _apply(self, kept: StoredLetter, told: ToldEvent) -> bool:
        """Keeps what an event says, in one transaction; false where it was known."""
        order, event_id, now = (
            told.work_order_id,
            told.event_id or kept.letter_id,
            datetime.now(UTC),
        )
        if self._store.work_order(order) is None:
            raise UsageError(f"there is no work order {order!r}")

        def make(transaction: Transaction) -> dict[str, Any]:
            self._handler.act(
                transaction,
                order,
                told.event,
                actor=told.actor or f"inbox:{kept.inbox}",
                # A clock that runs ahead would make all that comes after it late.
                at=min(told.moment(self._settings.zone, now), now),
                note=told.note,
                details=told.details(self._settings.zone),
            )
            transaction.add_audit(f"inbox:{kept.inbox}", "inbox", [order, event_id], now)
            transaction.forget_letter(kept.letter_id)
            return {"applied": True}

        _, is_new = once(
            self._store, scope=f"event {order}", name=event_id, asked=told.asked(), make=make
        )
        return is_new

    def _keep(self, letter: StoredLetter, state: LetterState, reason: str) -> Returned:
        with self._store.transaction() as transaction:
            transaction.keep_letter(replace(letter, state=state, reason=reason))
        return Returned(waiting=1) if state == "waiting" else Returned(refused=1)


def _told(letter: Letter) -> ToldEvent:
    """Reads a letter, personal data in its note masked."""
    told = read_told(letter)
    return told.model_copy(update={"note": mask(told.note).text}) if told.note else told


def _masked(body: bytes) -> str:
    """Returns what a letter says as it may be kept: the note masked, or all of it if it is torn."""
    text = body.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return mask(text).text
    if not isinstance(told, dict) or not isinstance(told.get("note"), str):
        return mask(text).text
    told["note"] = mask(told["note"]).text
    return json.dumps(told, ensure_ascii=False)
