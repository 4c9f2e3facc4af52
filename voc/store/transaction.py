"""Writing: everything that one transaction can do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection

from voc.records import (
    Alert,
    AlertStatus,
    AspectMention,
    Effect,
    Feedback,
    HistoryEntry,
    Issue,
    IssueStatus,
    Message,
    Span,
    Tags,
    Topic,
    WorkOrder,
)
from voc.store import (
    alerts,
    effects,
    feedback,
    hearing,
    issues,
    outbox,
    tags,
    topic_events,
    topics,
    vectors,
    withdrawals,
    workorders,
)
from voc.store.directory import DirectoryWrites
from voc.store.frontline import FrontlineWrites
from voc.store.moments import micros
from voc.store.rows import IngestCounts, StoredFeedback, TopicEvent
from voc.store.service import ServiceWrites

Made = TypeVar("Made")


class Transaction(ServiceWrites, DirectoryWrites, FrontlineWrites):
    """One write transaction, as `Store.transaction` gives it: all of it is kept, or nothing.

    Every time taken needs a time zone (`UsageError` otherwise).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_feedback(
        self,
        items: Sequence[Feedback],
        *,
        industry: str | None,
        now: datetime,
        keeps_industry: bool = False,
        restores: bool = False,
        silent: frozenset[str] = frozenset(),
        moments: Mapping[str, datetime] = MappingProxyType({}),
    ) -> IngestCounts:
        """Stores voices, each content once.

        A voice is named by its source and native id. Content equal to any stored version of it is
        a duplicate, so overlapping pages and stale copies change nothing; other content is an edit
        and becomes the current version. Equal repeats within `items` count as duplicates too. A
        voice whose withdrawal came before it is stored and counted nowhere.

        Args:
            items: The voices, in the order they were read.
            industry: The industry they belong to. Voices stored for none, or for another, are
                given it, and what was derived from them is dropped, so that they are tagged anew.
                `None` changes no stored voice, and an edited one stays in its industry.
            now: When they came in.
            keeps_industry: A stored voice that has an industry stays in it.
            restores: The items are what the source holds now: former content becomes the current
                version again, and a withdrawn voice that comes as it was, or comes only now, speaks
                again. One that was stored before speaks again with other content anyway.
            silent: Fields that the source says nothing of; what is stored of them stays.
            moments: When voices without a time of their own were said, by native id, as far as
                that is known; others count for `now`.
        """
        return feedback.add(
            self._connection,
            items,
            industry=industry,
            now=now,
            keeps_industry=keeps_industry,
            restores=restores,
            silent=silent,
            moments=moments,
        )

    def reassign(self, source: str, industry: str, *, after: int = 0) -> tuple[int, int | None]:
        """Gives voices of a source an industry, as `add_feedback` does, 500 versions at a time.

        Returns:
            How many voices were given it, and the `seq` behind which the next ones are looked for;
            `None` where none was left.
        """
        return feedback.reassign(self._connection, source, industry, after=after)

    def withdraw(self, source: str, native_ids: Sequence[str], now: datetime) -> int:
        """Takes voices out of topics, issues and all counts, as their source says they are gone.

        What is stored of them stays; what rules for voices would still tell of them is dropped, and
        themes, work orders and messages not delivered yet quote them no more. Ids that are
        withdrawn already change nothing; unknown ones are remembered, as a deletion may overtake
        what it deletes.

        Returns:
            How many stored voices were withdrawn now.
        """
        return withdrawals.withdraw(self._connection, source, native_ids, now)

    def missing(self, source: str, kept: Collection[str]) -> list[str]:
        """Returns native ids of a source's voices that are not withdrawn and are none of `kept`."""
        return withdrawals.missing(self._connection, source, kept)

    def cursor(self, source: str) -> dict[str, Any] | None:
        """Returns how far a source was read, as this transaction sees it."""
        return feedback.cursor(self._connection, source)

    def save_cursor(self, source: str, cursor: Mapping[str, Any]) -> None:
        """Keeps how far `source` was read; belongs in the transaction of the rows read."""
        feedback.save_cursor(self._connection, source, cursor)

    def add_rejects(self, source: str, rows: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Keeps rows that could not be read, as `(place, reason, sample)`.

        The same place and reason again changes nothing.

        Returns:
            How many were not known yet.
        """
        return feedback.add_rejects(self._connection, source, rows, now)

    def unchanged(
        self, rows: Sequence[tuple[StoredFeedback, Made]]
    ) -> list[tuple[StoredFeedback, Made]]:
        """Returns the rows whose voices still say what was read, in the same industry.

        The others were edited, withdrawn, forgotten or given another industry since. No other
        transaction does so before this one ends; ask before anything else in it.
        """
        return tags.unchanged(self._connection, rows)

    def gone(self, feedback_ids: Iterable[str]) -> set[str]:
        """Returns which voices are not stored any more, or are withdrawn.

        No other one goes before this transaction ends; ask before anything else in it.
        """
        return feedback.gone(self._connection, feedback_ids)

    def save_tags(
        self,
        rows: Sequence[tuple[StoredFeedback, Tags]],
        now: datetime,
        *,
        unheard: Mapping[str, Sequence[AspectMention]] = MappingProxyType({}),
    ) -> None:
        """Keeps tags and their mentions, replacing those of the same voice, version and model.

        Tags without an industry get the voice's.

        Args:
            rows: Voices with their tags.
            now: When they were tagged.
            unheard: What no aspect hears of a voice's complaints, by its id.
        """
        tags.save(self._connection, rows, now, unheard)

    def set_flags(self, kind: str, rows: Sequence[tuple[str, str]]) -> None:
        """Replaces all flags of `kind` by `(feedback_id, group)`."""
        tags.set_flags(self._connection, kind, rows)

    def save_topics(
        self,
        industry: str,
        found: Sequence[Topic],
        assignments: Sequence[tuple[str, str, float, Span]],
    ) -> None:
        """Replaces the topics of `industry` and their `(feedback_id, topic_id, score, span)`.

        A muted topic that comes again stays muted.
        """
        topics.save(self._connection, industry, found, assignments)

    def add_topic_events(self, events: Sequence[TopicEvent]) -> None:
        """Keeps what became of topics."""
        topic_events.add(self._connection, events)

    def rename_topic(self, topic: Topic, name: str, actor: str, now: datetime) -> None:
        """Gives a topic a name, which the runs to come keep."""
        topic_events.rename(self._connection, topic, name, actor, now)

    def mute_topic(self, topic: Topic, muted: bool, actor: str, now: datetime) -> None:
        """Mutes a topic or lets it speak again; a muted one is in no list, report or issue."""
        topic_events.mute(self._connection, topic, muted, actor, now)

    def merge_topics(self, topic: Topic, into: Topic, actor: str, now: datetime) -> None:
        """Puts a topic into another one; the runs to come keep them together."""
        topic_events.merge(self._connection, topic, into, actor, now)

    def split_topic(
        self,
        topic: Topic,
        child: Topic,
        words: Sequence[str],
        actor: str,
        now: datetime,
        *,
        least: int,
    ) -> int:
        """Makes `child` of what `topic` says with one of `words`; runs to come keep it apart.

        Returns:
            How many stretches of text went to it; with none, nothing was changed.

        Raises:
            UsageError: Fewer than `least` voices use the words.
        """
        return topic_events.split(self._connection, topic, child, words, actor, now, least)

    def issue(self, issue_id: str) -> Issue | None:
        """Returns an issue with its evidence, as this transaction leaves it."""
        return issues.one(self._connection, issue_id)

    def save_issues(self, items: Sequence[Issue]) -> None:
        """Stores new issues and updates known ones.

        The status of a known issue stays: only `set_issue_status` changes it, so that each change
        has an event and a person's decision is not overwritten. Evidence replaces what was kept;
        an issue that comes without evidence, as `Store.issues` gives it, keeps what it has.
        """
        issues.save(self._connection, items)

    def set_issue_status(
        self,
        issue_id: str,
        status: IssueStatus,
        actor: str,
        note: str | None,
        now: datetime,
        *,
        settles: bool = True,
        solved_at: datetime | None = None,
    ) -> None:
        """Changes an issue's status and keeps an event; the status it has changes nothing.

        An issue that is closed keeps when it was solved, by default the time of the newest voice of
        the store: what is said after that tells whether the problem came back. With `settles` false
        it does not: it was closed for want of voices that count, and any that count open it again.

        Raises:
            UsageError: There is no such issue.
        """
        issues.set_status(
            self._connection,
            issue_id,
            status,
            actor,
            note,
            now,
            settles=settles,
            solved_at=solved_at,
        )

    def note_issue(self, issue_id: str, actor: str, note: str, now: datetime) -> None:
        """Keeps an event that tells what changed of a known issue beside its status."""
        issues.note(self._connection, issue_id, actor, note, now)

    def save_alerts(self, items: Sequence[Alert]) -> None:
        """Stores new alerts and updates known ones, each by its id.

        One that a person closed in the meantime stays closed, unless what is saved came back since.
        """
        alerts.save(self._connection, items)

    def set_alert_status(
        self,
        alert_id: str,
        status: AlertStatus,
        actor: str,
        note: str | None,
        now: datetime,
        *,
        solved_at: datetime | None = None,
    ) -> None:
        """Closes or reopens an alert by hand and keeps an event; the same status changes nothing.

        An alert that is closed keeps when it was solved, as an issue does: what is said on later
        days tells whether it came back. One that is reopened is as if nobody had closed it.

        Raises:
            UsageError: There is no such alert.
        """
        alerts.set_status(self._connection, alert_id, status, actor, note, now, solved_at=solved_at)

    def heard_by(self, now: datetime) -> datetime:
        """Returns the time of the newest voice, not later than `now`; `now` where there is none."""
        return hearing.heard_by(self._connection, now)

    def save_effects(self, items: Sequence[Effect]) -> None:
        """Stores new effects of work orders and updates known ones, each by its id."""
        effects.save(self._connection, items)

    def save_work_order(self, item: WorkOrder) -> None:
        """Stores a new work order or updates a known one.

        A known one keeps its status, clock, issue and creation time; its assignee, reference and
        satisfaction change only to a value; history entries not kept yet are added.
        """
        workorders.save(self._connection, item)

    def update_work_order(self, item: WorkOrder) -> None:
        """Replaces a known work order by what became of it, its status included.

        Read it with `work_order` in this transaction first, so that nobody else's change is lost.
        Its issue and creation time stay; history entries not kept yet are added.

        Raises:
            UsageError: There is no such work order.
        """
        workorders.put(self._connection, item)

    def add_history(self, work_order_id: str, entry: HistoryEntry) -> None:
        """Adds one entry to a work order's history; the same entry again changes nothing.

        Raises:
            UsageError: There is no such work order.
        """
        workorders.add_history(self._connection, work_order_id, entry)

    def set_external_ref(self, work_order_id: str, reference: str) -> None:
        """Keeps the name that another system gave a work order; nothing where there is none."""
        workorders.set_external_ref(self._connection, work_order_id, reference)

    def enqueue(self, message: Message) -> None:
        """Adds a message to the outbox; a `message_id` that is there already changes nothing."""
        outbox.enqueue(self._connection, message)

    def lease(
        self, worker: str, *, limit: int, lease_s: float, now: datetime, sinks: Sequence[str]
    ) -> list[Message]:
        """Gives `worker` messages of `sinks` that are due and that no other worker has.

        Of one sink and key only the earliest pending message is given. Each lease counts as an
        attempt, also where the worker dies: `attempts` of the returned messages includes this one.

        Args:
            worker: Names who sends; a lease is ended by the same name.
            limit: Messages at most.
            lease_s: Seconds until others may take them.
            now: The time leases are measured by.
            sinks: The sinks this worker can send to.
        """
        return outbox.lease(
            self._connection, worker, limit=limit, lease_s=lease_s, now=now, sinks=sinks
        )

    def delivered(self, message_id: str, worker: str, now: datetime) -> bool:
        """Marks a message as delivered; false where `worker` no longer has it."""
        return outbox.settle(
            self._connection,
            message_id,
            worker,
            state="delivered",
            settled_at=micros(now),
            last_error=None,
        )

    def postpone(self, message_id: str, worker: str, error: str, next_at: datetime) -> bool:
        """Gives a message back for a try at `next_at`; false where `worker` no longer has it."""
        return outbox.settle(
            self._connection, message_id, worker, next_at=micros(next_at), last_error=error
        )

    def release(self, message_id: str, worker: str) -> bool:
        """Gives a message back untried, so that the lease is no attempt; false as `postpone`."""
        return outbox.release(self._connection, message_id, worker)

    def bury(self, message_id: str, worker: str, error: str, now: datetime) -> bool:
        """Sets a message aside as dead; false where `worker` no longer has it."""
        return outbox.settle(
            self._connection,
            message_id,
            worker,
            state="dead",
            settled_at=micros(now),
            last_error=error,
        )

    def replay(self, message_id: str, now: datetime) -> bool:
        """Makes a message pending again, its attempts at zero; false where it was delivered."""
        return bool(outbox.replay(self._connection, now, message_id=message_id, sink=None))

    def replay_dead(self, now: datetime, *, sink: str | None = None) -> int:
        """Makes all dead messages, or those of a sink, pending again; returns how many."""
        return outbox.replay(self._connection, now, message_id=None, sink=sink)

    def drop_messages(
        self,
        now: datetime,
        *,
        reason: str,
        message_id: str | None = None,
        sink: str | None = None,
        state: str | None = None,
    ) -> int:
        """Sets messages aside that were not delivered; they stay there to be looked at.

        Args:
            now: When.
            reason: Who wants it, and why.
            message_id: Only this one.
            sink: Only those of this sink.
            state: Only `pending` or only `dead` ones.

        Returns:
            How many there were.
        """
        return outbox.drop(
            self._connection, now, message_id=message_id, sink=sink, state=state, reason=reason
        )

    def keep_clause_vectors(self, model: str, rows: Mapping[int, bytes]) -> None:
        """Keeps sentence vectors that a model made, by the key of the clause."""
        vectors.keep(self._connection, model, rows)

    def keep_only_clause_vectors(self, model: str, keys: Collection[int]) -> None:
        """Forgets the vectors of all other models, and of this one all but these."""
        vectors.keep_only(self._connection, model, keys)

    def put_meta(self, key: str, value: str) -> None:
        """Keeps a value of the store's own, in place of what was kept."""
        feedback.put_meta(self._connection, key, value)

    def keep_meta(self, key: str, value: str) -> str:
        """Keeps `value` where `key` has none, and returns what is kept: the first one wins."""
        return feedback.keep_meta(self._connection, key, value)
