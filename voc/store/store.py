"""The store: opening it, reading from it, and the transactions that write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from voc.errors import StoreError
from voc.records import (
    Alert,
    CallTags,
    Effect,
    Evidence,
    Issue,
    Mention,
    Tags,
    Topic,
    TopicMention,
    WorkOrder,
)
from voc.store import (
    alerts,
    calls,
    checks,
    effects,
    feedback,
    issues,
    outbox,
    overlaps,
    tags,
    topic_events,
    topic_voices,
    topics,
    vectors,
    workorders,
)
from voc.store.directory import DirectoryReads
from voc.store.engine import Database, check_file, open_database, sqlite_file
from voc.store.frontline import FrontlineReads
from voc.store.migrate import current_revision, migrate
from voc.store.rows import (
    AlertEvent,
    IssueEvent,
    MessageState,
    OutboxMessage,
    Reject,
    SourceCount,
    StoreCounts,
    StoredCall,
    StoredFeedback,
    TaggedRow,
    TopicEvent,
    TopicVoice,
)
from voc.store.service import ServiceReads
from voc.store.transaction import Transaction

Wanted = str | Sequence[str] | None
"""A filter: one value, any of several, or `None` for all."""


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store is, or would be made.

    Attributes:
        where: The URL without its password.
        is_there: Whether one was made there.
    """

    where: str
    is_there: bool


def store_place(url: str, *, busy_timeout_s: float = 10.0) -> StorePlace:
    """Looks whether there is a store at `url`, and creates nothing.

    Raises:
        StoreError: The URL is wrong, a driver is missing, or the server cannot be reached.
    """
    where, file = sqlite_file(url)
    if file is not None:
        return StorePlace(where, file.is_file() and file.stat().st_size > 0)
    database = open_database(url, busy_timeout_s=busy_timeout_s)
    try:
        with database.reading() as connection:
            return StorePlace(where, current_revision(connection) is not None)
    finally:
        database.engine.dispose()


def check_place(url: str) -> None:
    """Looks whether a store could be made at `url`, and creates nothing.

    Raises:
        StoreError: The URL is wrong; or the folder of a SQLite file does not exist, or may not be
            written.
    """
    where, file = sqlite_file(url)
    if file is not None:
        check_file(file, where)


def open_store(url: str, *, busy_timeout_s: float = 10.0) -> Store:
    """Opens the store that `url` names, creates it where it is new, and brings it up to date.

    Args:
        url: `sqlite:///FILE.db` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.
        busy_timeout_s: Seconds a writer waits for another one.

    Raises:
        StoreError: The URL is wrong, a driver is missing, the file may not be written, the server
            cannot be reached, or a newer program wrote the store.
        StoreBusyError: Another writer holds it for longer than `busy_timeout_s`.
    """
    database = open_database(url, busy_timeout_s=busy_timeout_s)
    try:
        migrate(database)
    except BaseException:
        database.engine.dispose()
        raise
    return Store(database)


class Store(ServiceReads, DirectoryReads, FrontlineReads):
    """All that was heard and what came of it, in SQLite or PostgreSQL.

    Threads may share a store; a process that forks opens one of its own in each. Times come back
    with the offset they were stored with. `since` and `until` bound `[since, until)`. Iterators
    hold a connection and see one state of the store until they end: read them to the end, or
    close them. All methods raise `StoreError` where the engine fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def where(self) -> str:
        """The store's URL without its password."""
        return self._database.where

    def close(self) -> None:
        """Closes all connections."""
        self._database.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Gives a write transaction: kept at the end of the block, undone by an error in it.

        Raises:
            StoreBusyError: Another writer holds the store for longer than the timeout; nothing
                was written, and the same can be tried again.
        """
        with self._database.writing() as connection:
            yield Transaction(connection)

    def feedback(self, feedback_id: str) -> StoredFeedback | None:
        """Returns the current version of a voice."""
        with self._database.reading() as connection:
            return feedback.one(connection, feedback_id)

    def feedback_since(self, since: datetime) -> list[StoredFeedback]:
        """Returns current versions of what was said at `since` or later, by growing `seq`."""
        with self._database.reading() as connection:
            return feedback.since(connection, since)

    def untagged(self, model: str, *, limit: int, after: int = 0) -> list[StoredFeedback]:
        """Returns current versions without tags of `model`, by growing `seq`, above `after`."""
        with self._database.reading() as connection:
            return feedback.untagged(connection, model, limit=limit, after=after)

    def cursor(self, source: str) -> dict[str, Any] | None:
        """Returns how far a source was read."""
        with self._database.reading() as connection:
            return feedback.cursor(connection, source)

    def overlaps(self, source: str, *, after: int, limit: int = 500) -> tuple[int, Counter[str]]:
        """Counts voices of a source that other sources have too.

        Two are taken for one where they have the same words, and either the same id or the same
        time, and name no other author or store. Other than by its time, a voice is looked for in
        50 sources at most.

        Args:
            source: Whose voices.
            after: Only those with a greater `seq`.
            limit: Look at so many of them, the first ones.

        Returns:
            How many were looked at, and how many of those each other source has.
        """
        with self._database.reading() as connection:
            return overlaps.overlaps(connection, source, after=after, limit=limit)

    def rejects(self, source: str | None = None) -> list[Reject]:
        """Returns rows that could not be read, in the order they came."""
        with self._database.reading() as connection:
            return feedback.rejects(connection, source)

    def meta(self, key: str) -> str | None:
        """Returns a value of the store's own."""
        with self._database.reading() as connection:
            return feedback.meta(connection, key)

    def sources(self) -> list[SourceCount]:
        """Returns `(source, voices, last_ingested, withdrawn)` of each source, by name."""
        with self._database.reading() as connection:
            return feedback.sources(connection)

    def undated(self) -> dict[str, int]:
        """Returns how many voices of each source tell no time, where there are any."""
        with self._database.reading() as connection:
            return feedback.undated(connection)

    def undated_until(self, ends: Mapping[str, datetime]) -> set[str]:
        """Returns the voices without a time that came until a moment, by their sources."""
        with self._database.reading() as connection:
            return feedback.undated_until(connection, ends)

    def industries(self) -> list[str]:
        """Returns the industries that feedback or tags name, sorted."""
        with self._database.reading() as connection:
            return feedback.industries(connection)

    def count_without_industry(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """Returns how many voices neither were ingested nor tagged for an industry."""
        with self._database.reading() as connection:
            return tags.count_without_industry(connection, since=since, until=until)

    def tags(self, feedback_id: str, model: str | None = None) -> Tags | None:
        """Returns the tags of a voice's current version: of `model`, or the newest of any."""
        with self._database.reading() as connection:
            return tags.one(connection, feedback_id, model)

    def tagged(
        self,
        *,
        model: str,
        industry: Wanted = None,
        since: datetime | None = None,
        until: datetime | None = None,
        product: Wanted = None,
        store: Wanted = None,
        urgency: Wanted = None,
        with_words: bool = True,
    ) -> Iterator[TaggedRow]:
        """Yields current versions with the tags of `model`, by time and id.

        Without their words (`text`, `turns`), where nobody needs them.
        """
        with self._database.reading() as connection:
            yield from tags.tagged(
                connection,
                model=model,
                industry=industry,
                since=since,
                until=until,
                product=product,
                store=store,
                urgency=urgency,
                with_words=with_words,
            )

    def tagged_mark(self, *, model: str, industry: Wanted = None) -> str:
        """Returns what changes with the versions that are current, and with any tags of `model`.

        So what is made of tagged voices alone need not be made again where it is as it was.
        """
        with self._database.reading() as connection:
            return tags.mark(connection, model=model, industry=industry)

    def conversations(
        self,
        *,
        model: str,
        industry: Wanted = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[StoredCall]:
        """Yields current versions of calls and chats that `model` tagged, by time and id.

        Those that count nowhere, as a copy of a call that came twice, are left out. Memory does
        not grow with their number.
        """
        with self._database.reading() as connection:
            yield from calls.conversations(
                connection, model=model, industry=industry, since=since, until=until
            )

    def call_tags(self, names: Sequence[str], *, model: str) -> dict[str, CallTags]:
        """Returns what `model` said of conversations, by feedback id, where it judged them."""
        with self._database.reading() as connection:
            return calls.tags_of(connection, names, model)

    def mentions(
        self,
        *,
        model: str,
        industry: Wanted = None,
        sentiment: Wanted = None,
        since: datetime | None = None,
        until: datetime | None = None,
        with_flagged: bool = False,
        with_unheard: bool = False,
    ) -> Iterator[Mention]:
        """Yields what current versions say of aspects, by time, id and aspect.

        `opinions` are the words (target and opinion as one) of opinions of the same polarity that
        the evidence touches; `topic_id` is the surest topic whose span it touches, before those of
        a subject and no problem (`records.is_mixed`), `None` where it is muted, and what it was
        heard in is the first evidence. Voices that do not count (`records.UNCOUNTED`) are left out
        unless `with_flagged`, what no aspect hears (`records.UNHEARD`) unless `with_unheard`.
        """
        with self._database.reading() as connection:
            yield from tags.mentions(
                connection,
                model=model,
                industry=industry,
                sentiment=sentiment,
                since=since,
                until=until,
                with_flagged=with_flagged,
                with_unheard=with_unheard,
            )

    def judged_texts(self, *, model: str) -> Iterator[str]:
        """Yields the stretches of text in which `model` heard of an aspect, as `mentions` does."""
        with self._database.reading() as connection:
            yield from tags.judged_texts(connection, model=model)

    def polarities(
        self, *, model: str
    ) -> dict[tuple[str, str, str | None, str | None], tuple[int, int]]:
        """Returns negative and all mentions by (industry, aspect id, product, store).

        Voices that do not count (`records.UNCOUNTED`) are left out.
        """
        with self._database.reading() as connection:
            return tags.polarities(connection, model=model)

    def topic_voices(self, industry: Wanted = None, *, model: str) -> Iterator[TopicVoice]:
        """Yields what each voice says of each topic it speaks of, as `model` judged it, by id.

        Voices that do not count (`records.UNCOUNTED`) are left out.
        """
        with self._database.reading() as connection:
            yield from topic_voices.of_topics(connection, model=model, industry=industry)

    def models(self) -> dict[str, int]:
        """Returns how many current voices each model tagged, the one that tagged last first."""
        with self._database.reading() as connection:
            return tags.models(connection)

    def count_untagged(
        self,
        *,
        model: str,
        industry: Wanted = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Returns how many current voices `model` has not tagged."""
        with self._database.reading() as connection:
            return tags.count_untagged(
                connection, model=model, industry=industry, since=since, until=until
            )

    def flags(self, kind: str) -> dict[str, str]:
        """Returns the group of each voice flagged with `kind`, by feedback id."""
        with self._database.reading() as connection:
            return tags.flags(connection, kind)

    def topics(self, industry: Wanted = None, *, with_muted: bool = False) -> list[Topic]:
        """Returns topics, the largest first; muted ones only if wanted."""
        with self._database.reading() as connection:
            return topics.all_of(connection, industry, with_muted=with_muted)

    def topic(self, topic_id: str) -> Topic | None:
        """Returns a topic, muted or not."""
        with self._database.reading() as connection:
            return topics.one(connection, topic_id)

    def doubtful_verbatims(self, topic_id: str, *, limit: int = 5) -> list[tuple[Evidence, float]]:
        """Returns what belongs to a topic least surely, with how surely; one of a voice."""
        with self._database.reading() as connection:
            return topics.doubtful(connection, topic_id, limit)

    def muted_topics(self) -> set[str]:
        """Returns the ids of the muted topics."""
        with self._database.reading() as connection:
            return topics.muted(connection)

    def topic_places(self, industry: str) -> dict[tuple[str, int], str]:
        """Returns the topic of each stretch of text that has one, by feedback and its start."""
        with self._database.reading() as connection:
            return topics.places(connection, industry)

    def topic_events(
        self, *, topic_id: Wanted = None, industry: Wanted = None, kind: Wanted = None
    ) -> list[TopicEvent]:
        """Returns what became of topics, in its order."""
        with self._database.reading() as connection:
            return topic_events.some(connection, topic_id=topic_id, industry=industry, kind=kind)

    def clause_vectors(self, model: str, keys: Iterable[int]) -> dict[int, bytes]:
        """Returns the kept sentence vectors of clauses, by the key of the clause."""
        with self._database.reading() as connection:
            return vectors.some(connection, model, keys)

    def topics_of(self, feedback_id: str) -> list[TopicMention]:
        """Returns the topics of a voice, the surest first."""
        with self._database.reading() as connection:
            return topics.of(connection, feedback_id)

    def topic_of(self, feedback_id: str) -> TopicMention | None:
        """Returns the surest topic of a voice."""
        return next(iter(self.topics_of(feedback_id)), None)

    def issues(
        self,
        *,
        industry: Wanted = None,
        status: Wanted = None,
        aspect_id: Wanted = None,
        product: Wanted = None,
        store: Wanted = None,
        limit: int | None = None,
        with_evidence: bool = False,
    ) -> list[Issue]:
        """Returns issues, the last seen first; without their evidence unless it is wanted."""
        with self._database.reading() as connection:
            return issues.some(
                connection,
                industry=industry,
                status=status,
                aspect_id=aspect_id,
                product=product,
                store=store,
                limit=limit,
                with_evidence=with_evidence,
            )

    def issue(self, issue_id: str) -> Issue | None:
        """Returns an issue with its evidence."""
        with self._database.reading() as connection:
            return issues.one(connection, issue_id)

    def settled_until(self) -> dict[str, datetime]:
        """Returns by issue id the newest voice that each settled issue had when it was closed."""
        with self._database.reading() as connection:
            return issues.settled_until(connection)

    def issue_events(self, issue_id: str) -> list[IssueEvent]:
        """Returns the changes of an issue, in their order."""
        with self._database.reading() as connection:
            return issues.events(connection, issue_id)

    def alerts(
        self, *, industry: Wanted = None, status: Wanted = None, limit: int | None = None
    ) -> list[Alert]:
        """Returns alerts, the last opened first."""
        with self._database.reading() as connection:
            return alerts.some(connection, industry=industry, status=status, limit=limit)

    def alert(self, alert_id: str) -> Alert | None:
        """Returns an alert."""
        with self._database.reading() as connection:
            return alerts.one(connection, alert_id)

    def alert_events(self, alert_id: str) -> list[AlertEvent]:
        """Returns what people did with an alert, in order."""
        with self._database.reading() as connection:
            return alerts.events(connection, alert_id)

    def effects(
        self,
        *,
        work_order_id: Wanted = None,
        issue_id: Wanted = None,
        verdict: Wanted = None,
        limit: int | None = None,
    ) -> list[Effect]:
        """Returns effects of work orders, that of the one that ended last first."""
        with self._database.reading() as connection:
            return effects.some(
                connection,
                work_order_id=work_order_id,
                issue_id=issue_id,
                verdict=verdict,
                limit=limit,
            )

    def work_orders(
        self,
        *,
        issue_id: Wanted = None,
        status: Wanted = None,
        department: Wanted = None,
        limit: int | None = None,
    ) -> list[WorkOrder]:
        """Returns work orders with their history, the newest first."""
        with self._database.reading() as connection:
            return workorders.some(
                connection, issue_id=issue_id, status=status, department=department, limit=limit
            )

    def work_order(self, work_order_id: str) -> WorkOrder | None:
        """Returns a work order with its history."""
        with self._database.reading() as connection:
            return workorders.one(connection, work_order_id)

    def outbox_counts(self) -> dict[MessageState, int]:
        """Returns the number of messages in each state."""
        with self._database.reading() as connection:
            return outbox.counts(connection)

    def outbox(
        self, state: Wanted = None, *, sink: str | None = None, limit: int | None = None
    ) -> list[OutboxMessage]:
        """Returns messages in the order they were added."""
        with self._database.reading() as connection:
            return outbox.some(connection, state=state, sink=sink, limit=limit)

    def outbox_message(self, message_id: str) -> OutboxMessage | None:
        """Returns a message of the outbox."""
        with self._database.reading() as connection:
            return outbox.one(connection, message_id)

    def outbox_sinks(self) -> list[str]:
        """Returns the names of all sinks that messages were addressed to."""
        with self._database.reading() as connection:
            return outbox.sinks(connection)

    def waiting_by_sink(self) -> dict[str, int]:
        """Returns the number of pending messages of each sink that has some."""
        with self._database.reading() as connection:
            return outbox.waiting_by_sink(connection)

    def counts(self) -> StoreCounts:
        """Returns how much the store holds."""
        with self._database.reading() as connection:
            return checks.counts(connection)

    def check(self) -> list[str]:
        """Returns what is wrong with the store, each as a sentence; nothing where it is sound."""
        try:
            with self._database.reading() as connection:
                return checks.problems(connection)
        except StoreError as error:
            return [str(error)]
