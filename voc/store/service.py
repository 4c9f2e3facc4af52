"""What the HTTP API and its operators need of the store, beside the records of the chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from voc.records import HistoryEntry, Issue, Message, Topic, WorkOrder
from voc.store import audit, corrections, feedback, keys, letters, outbox, pages, topics, workorders
from voc.store.audit import AuditEntry, Made
from voc.store.corrections import Correction
from voc.store.engine import Database
from voc.store.holding import Holding, held
from voc.store.keys import ApiKey
from voc.store.pages import Heard, ListPage, Place, Wanted
from voc.store.rows import LetterState, StoredLetter


class ServiceReads:
    """The reading half; `Store` has it."""

    _database: Database

    def api_key(self, key_id: str) -> ApiKey | None:
        """Returns a key of the API, expired and revoked ones too."""
        with self._database.reading() as connection:
            return keys.one(connection, key_id)

    def api_keys(self) -> list[ApiKey]:
        """Returns all keys of the API, the oldest first."""
        with self._database.reading() as connection:
            return keys.all_of(connection)

    def audit(self, *, limit: int | None = None) -> list[AuditEntry]:
        """Returns who wrote what, the newest first."""
        with self._database.reading() as connection:
            return audit.some(connection, limit)

    def letters(
        self,
        *,
        state: Wanted = None,
        inbox: Wanted = None,
        work_order_id: Wanted = None,
        limit: int | None = None,
    ) -> list[StoredLetter]:
        """Returns what other systems told and could not be taken in, in the order it came."""
        with self._database.reading() as connection:
            return letters.some(
                connection, state=state, inbox=inbox, work_order_id=work_order_id, limit=limit
            )

    def letter(self, letter_id: str) -> StoredLetter | None:
        """Returns a letter that was set aside."""
        with self._database.reading() as connection:
            return letters.one(connection, letter_id)

    def letter_counts(self) -> dict[LetterState, int]:
        """Returns the number of letters in each state that has some."""
        with self._database.reading() as connection:
            return letters.counts(connection)

    def corrections(self, *, feedback_id: Wanted = None) -> list[Correction]:
        """Returns what people corrected, in the order it came."""
        with self._database.reading() as connection:
            return corrections.some(connection, feedback_id=feedback_id)

    @property
    def is_one_file(self) -> bool:
        """Whether it is a SQLite file, which one process at a time can write."""
        return self._database.file is not None

    def newest_seq(self) -> int:
        """Returns the `seq` of the version that came in last; 0 where there is none."""
        with self._database.reading() as connection:
            return feedback.newest_seq(connection)

    def topic_members(self, industries: Collection[str]) -> dict[str, set[str]]:
        """Returns the ids of the voices of each topic of some industries."""
        with self._database.reading() as connection:
            return topics.members(connection, industries)

    def standing(self) -> tuple[int, int]:
        """Returns the newest `seq` and how many voices are current.

        One of them changes whenever a voice comes in, is edited, withdrawn or forgotten.
        """
        with self._database.reading() as connection:
            return feedback.standing(connection)

    def feedback_page(
        self,
        *,
        limit: int,
        after: Place | None = None,
        is_oldest_first: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        sentiment: Wanted = None,
        **wanted: Wanted,
    ) -> ListPage[Heard]:
        """Returns current versions, the newest that came in first, with their newest tags.

        Args:
            limit: Voices at most.
            after: Where the page before ended.
            is_oldest_first: The other way round: who reads so to the end misses no later edit.
            since: Said at this time or later.
            until: Said before.
            sentiment: What an engine says of the whole.
            wanted: Columns by name: `industry`, `source`, `channel`, `product`, `store`, `region`.
        """
        with self._database.reading() as connection:
            return pages.feedback(
                connection,
                limit=limit,
                after=after,
                is_oldest_first=is_oldest_first,
                since=since,
                until=until,
                sentiment=sentiment,
                **wanted,
            )

    def topic_page(
        self, *, limit: int, after: Place | None = None, industry: Wanted = None
    ) -> ListPage[Topic]:
        """Returns topics that are not muted, the largest first."""
        with self._database.reading() as connection:
            return pages.topics(connection, limit=limit, after=after, industry=industry)

    def issue_page(
        self,
        *,
        limit: int,
        after: Place | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        **wanted: Wanted,
    ) -> ListPage[Issue]:
        """Returns issues without evidence, the latest first seen first.

        `since` and `until` bound their last voice; `wanted` are columns by name.
        """
        with self._database.reading() as connection:
            return pages.issues(
                connection, limit=limit, after=after, since=since, until=until, **wanted
            )

    def work_order_page(
        self,
        *,
        limit: int,
        after: Place | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        **wanted: Wanted,
    ) -> ListPage[WorkOrder]:
        """Returns work orders with their history, the newest first.

        `since` and `until` bound when they were opened; `wanted` are columns by name.
        """
        with self._database.reading() as connection:
            return pages.work_orders(
                connection, limit=limit, after=after, since=since, until=until, **wanted
            )

    def running_orders(self) -> list[WorkOrder]:
        """Returns the orders whose clock runs, without their history, those due soonest first."""
        with self._database.reading() as connection:
            return workorders.running(connection)

    def orders_closed_before(self, at: datetime) -> list[str]:
        """Returns the ids of orders closed before a time and not archived, the oldest first."""
        with self._database.reading() as connection:
            return workorders.closed_before(connection, at)

    def child_orders(self, work_order_id: str) -> list[WorkOrder]:
        """Returns the orders that are part of this one."""
        with self._database.reading() as connection:
            return workorders.children(connection, work_order_id)

    def returned_orders(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[tuple[str, HistoryEntry]]:
        """Returns each time a team returned an order, with the order's id, the oldest first."""
        with self._database.reading() as connection:
            return workorders.returned(connection, since=since, until=until)

    @contextmanager
    def held(self, purpose: str) -> Iterator[Holding]:
        """Takes `purpose` ("chain") for this process alone until the block ends, if it is free."""
        with held(self._database, purpose) as holding:
            yield holding


class ServiceWrites:
    """The writing half; `Transaction` has it."""

    _connection: Connection

    def add_api_key(self, key: ApiKey) -> None:
        """Keeps a new key of the API."""
        keys.add(self._connection, key)

    def revoke_api_key(self, key_id: str, now: datetime) -> bool:
        """Takes a key back; false where there is none that is not taken back already."""
        return keys.revoke(self._connection, key_id, now)

    def note_key_used(self, key_id: str, now: datetime) -> None:
        """Keeps when a key was last seen."""
        keys.note_used(self._connection, key_id, now)

    def add_audit(self, actor: str, action: str, ids: Sequence[str], now: datetime) -> None:
        """Keeps who wrote what; ids only."""
        audit.add(self._connection, actor, action, ids, now)

    def begin_request(self, scope: str, name: str, request_hash: str, now: datetime) -> Made | None:
        """Takes a name for a request; returns what it made where it was taken before."""
        return audit.begin(self._connection, scope, name, request_hash, now)

    def finish_request(self, scope: str, name: str, result: Mapping[str, Any]) -> None:
        """Keeps what a request made, which must not be empty."""
        audit.finish(self._connection, scope, name, result)

    def forget_requests(self, before: datetime) -> int:
        """Forgets the names that were taken before a moment; returns how many."""
        return audit.forget(self._connection, before)

    def work_order(self, work_order_id: str) -> WorkOrder | None:
        """Returns a work order as it is now; nobody changes it before this transaction ends."""
        return workorders.one(self._connection, work_order_id, is_locked=True)

    def lock_orders(self) -> None:
        """Lets nobody else act on orders, or open any, before this transaction ends.

        Belongs before the first order or issue that is changed; turns of rotas are taken before.
        """
        workorders.lock_all(self._connection)

    def child_orders(self, work_order_id: str) -> list[WorkOrder]:
        """Returns the orders that are part of this one."""
        return workorders.children(self._connection, work_order_id)

    def work_orders(self) -> list[WorkOrder]:
        """Returns all orders as this transaction sees them, the newest first."""
        return workorders.some(
            self._connection, issue_id=None, status=None, department=None, limit=None
        )

    def hand_over(self, work_order_id: str, issue_id: str, entry: HistoryEntry) -> None:
        """Makes an order that of another issue; `entry` tells it in its history.

        Raises:
            UsageError: There is no such work order.
        """
        workorders.hand_over(self._connection, work_order_id, issue_id, entry)

    def issue_orders(self, issue_id: str) -> list[WorkOrder]:
        """Returns the orders of an issue as this transaction sees them, the newest first."""
        return workorders.some(
            self._connection, issue_id=issue_id, status=None, department=None, limit=None
        )

    def last_message(self, work_order_id: str) -> Message | None:
        """Returns the message that last told of a work order, to any sink."""
        return outbox.newest(self._connection, work_order_id)

    def keep_letter(self, item: StoredLetter) -> None:
        """Keeps a letter that cannot be taken in; the same again changes its reason alone."""
        letters.keep(self._connection, item)

    def forget_letter(self, letter_id: str) -> None:
        """Removes a letter that was taken in after all."""
        letters.forget(self._connection, letter_id)

    def drop_letter(self, letter_id: str, reason: str) -> bool:
        """Drops a letter; it stays to be looked at. False where there is none to be dropped."""
        return letters.drop(self._connection, letter_id, reason)

    def add_correction(self, item: Correction) -> None:
        """Keeps what a person corrected; one with the same id again changes nothing."""
        corrections.add(self._connection, item)
