"""The tables. Migrations bring a store to what stands here; a test compares the two.

Feedback is immutable: an edit is a new row with the next `version`, and `is_current` marks the
newest. Derived rows (tags, mentions) name the version and the model they were made from and can be
computed again. Moments are pairs of columns, as `voc.store.moments` explains.

User text is never part of an index, as PostgreSQL refuses index rows over 2.7 kB: where such text
names a row, a hash of it (`feedback_id`, `reject_id`, `entry_id`) does.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    false,
    text,
)

from voc.store.columns import Json, RowNumber, SafeText

REVISION: Final = "0015"
"""The migration that leads to these tables; a test holds it equal to Alembic's head."""

VERSION_TABLE: Final = "voc_migration"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


def _key(name: str) -> Column[Any]:
    return Column(name, SafeText, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, SafeText, nullable=nullable)


def _json(name: str) -> Column[Any]:
    return Column(name, Json, nullable=False)


def _whole(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Integer, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Double, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> tuple[Column[Any], Column[Any]]:
    return _instant(name, nullable=nullable), _whole(f"{name}_offset_s", nullable=nullable)


def _row_number(name: str) -> Column[Any]:
    return Column(name, RowNumber, primary_key=True, autoincrement=True)


def _owner(name: str, target: str) -> Column[Any]:
    return Column(name, SafeText, ForeignKey(target, ondelete="CASCADE"), nullable=False)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


feedback = Table(
    "feedback",
    metadata,
    _row_number("seq"),
    _text("feedback_id"),
    _whole("version"),
    Column("is_current", Boolean, nullable=False),
    _text("content_hash"),
    _text("industry", nullable=True),
    _text("source"),
    _text("native_id"),
    _text("channel"),
    _text("text"),
    _text("title", nullable=True),
    _json("turns"),
    *_moment("created_at", nullable=True),
    *_moment("ingested_at"),
    _instant("occurred_at"),
    _text("author", nullable=True),
    _text("url", nullable=True),
    _text("product", nullable=True),
    _text("store", nullable=True),
    _text("region", nullable=True),
    _number("rating", nullable=True),
    _number("rating_max", nullable=True),
    _whole("nps", nullable=True),
    _whole("csat", nullable=True),
    _whole("ces", nullable=True),
    _text("customer_id", nullable=True),
    _json("extra"),
    Index("ix_feedback_version", "feedback_id", "version", unique=True),
    _partial("ix_feedback_current", "feedback_id", where="is_current", unique=True),
    _partial("ix_feedback_occurred", "occurred_at", "feedback_id", where="is_current"),
    sqlite_autoincrement=True,
)

# Whose source says that it is gone: its versions are kept, and none of them is current.
withdrawal = Table("withdrawal", metadata, _key("feedback_id"), _text("source"), *_moment("at"))

source_cursor = Table("source_cursor", metadata, _key("source"), _json("position"))

reject = Table(
    "reject",
    metadata,
    _row_number("position"),
    _text("reject_id"),
    _text("source"),
    _text("place"),
    _text("reason"),
    _text("sample"),
    *_moment("at"),
    Index("ix_reject_id", "reject_id", unique=True),
)

tags = Table(
    "tags",
    metadata,
    _key("feedback_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _key("model"),
    _text("industry", nullable=True),
    _text("sentiment", nullable=True),
    _number("sentiment_score", nullable=True),
    _text("intent", nullable=True),
    _text("urgency", nullable=True),
    _json("flags"),
    _json("body"),
    _instant("tagged_at"),
    ForeignKeyConstraint(
        ["feedback_id", "version"],
        ["feedback.feedback_id", "feedback.version"],
        ondelete="CASCADE",
    ),
)

mention = Table(
    "mention",
    metadata,
    _key("feedback_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _key("model"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _text("industry"),
    _text("aspect_id"),
    _text("sentiment"),
    _number("score"),
    _instant("occurred_at"),
    _text("urgency"),
    _json("urgency_reasons"),
    _json("evidence"),
    _json("opinions"),
    ForeignKeyConstraint(
        ["feedback_id", "version", "model"],
        ["tags.feedback_id", "tags.version", "tags.model"],
        ondelete="CASCADE",
    ),
    Index("ix_mention_occurred", "model", "occurred_at", "feedback_id", "aspect_id", "position"),
)

flag = Table("flag", metadata, _key("kind"), _key("feedback_id"), _text("flag_group"))
Index("ix_flag_feedback", flag.c.feedback_id)

topic = Table(
    "topic",
    metadata,
    _key("topic_id"),
    _text("topic"),
    _text("industry"),
    _json("keywords"),
    _whole("count"),
    _number("negative_share"),
    *_moment("first_seen"),
    *_moment("last_seen"),
    _json("evidence"),
    Column("near_aspect", Json, nullable=False, server_default="null"),
    Column("muted", Boolean, nullable=False, server_default=false()),
)

# Without a reference to the topic: what became of one outlasts it.
topic_event = Table(
    "topic_event",
    metadata,
    _row_number("position"),
    _text("topic_id"),
    _text("topic"),
    _text("industry"),
    *_moment("at"),
    _text("actor"),
    _text("kind"),
    _text("other", nullable=True),
    _json("words"),
    Index("ix_topic_event_topic", "topic_id"),
    Index("ix_topic_event_industry", "industry", "kind"),
)

topic_assignment = Table(
    "topic_assignment",
    metadata,
    _row_number("assignment_id"),
    _owner("topic_id", "topic.topic_id"),
    _text("feedback_id"),
    _number("score"),
    _whole("span_start"),
    _whole("span_end"),
    _text("span_text"),
    Index("ix_topic_assignment_topic", "topic_id"),
    Index("ix_topic_assignment_feedback", "feedback_id"),
)

issue = Table(
    "issue",
    metadata,
    _key("issue_id"),
    _text("title"),
    _text("industry"),
    _text("aspect_id"),
    _text("topic_id", nullable=True),
    _text("product", nullable=True),
    _text("store", nullable=True),
    _text("status"),
    _text("severity"),
    *_moment("first_seen"),
    *_moment("last_seen"),
    _whole("count"),
    _text("trend"),
    _number("trend_p"),
    *(_number(f"trend_{name}", nullable=True) for name in ("ratio", "low", "high")),
    _whole("trend_window_days", nullable=True),
    Column("severity_reasons", Json, nullable=False, server_default="[]"),
    Column("stake", Json, nullable=False, server_default="null"),
    Column("emerging_term", Json, nullable=False, server_default="null"),
    _text("merged_into", nullable=True),
    *_moment("settled_until", nullable=True),
    Index("ix_issue_last_seen", "last_seen", "issue_id"),
)

issue_evidence = Table(
    "issue_evidence",
    metadata,
    Column(
        "issue_id", SafeText, ForeignKey("issue.issue_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _text("feedback_id"),
    _whole("span_start"),
    _whole("span_end"),
    _text("span_text"),
    Index("ix_issue_evidence_feedback", "feedback_id"),
)

issue_event = Table(
    "issue_event",
    metadata,
    _row_number("event_id"),
    _owner("issue_id", "issue.issue_id"),
    *_moment("at"),
    _text("actor"),
    _text("from_status"),
    _text("to_status"),
    _text("note", nullable=True),
    Index("ix_issue_event_issue", "issue_id"),
)

# Without a reference to the issue or the topic: an alert tells what was, and outlasts both.
alert = Table(
    "alert",
    metadata,
    _key("alert_id"),
    *(_text(name) for name in ("industry", "title", "status", "trend")),
    *(
        _text(name, nullable=True)
        for name in ("aspect_id", "topic_id", "product", "store", "region", "issue_id")
    ),
    *_moment("since"),
    *_moment("opened_at"),
    *_moment("closed_at", nullable=True),
    *_moment("last_seen"),
    *(_whole(name) for name in ("window_days", "count", "reopened", "set_aside")),
    *(_number(name) for name in ("expected", "low", "p")),
    *(_number(name, nullable=True) for name in ("ratio", "high")),
    _json("feedback_ids"),
    *_moment("settled_until", nullable=True),
    Index("ix_alert_opened", "opened_at", "alert_id"),
)

# What people did: what runs do to alerts follows from the voices.
alert_event = Table(
    "alert_event",
    metadata,
    _row_number("event_id"),
    _owner("alert_id", "alert.alert_id"),
    *_moment("at"),
    _text("actor"),
    _text("from_status"),
    _text("to_status"),
    _text("note", nullable=True),
    Index("ix_alert_event_alert", "alert_id"),
)

work_order = Table(
    "work_order",
    metadata,
    _key("work_order_id"),
    Column("issue_id", SafeText, ForeignKey("issue.issue_id"), nullable=False),
    _text("title"),
    _text("description"),
    _text("type"),
    _text("priority"),
    _text("department"),
    _text("status"),
    *_moment("created_at"),
    *_moment("due_at"),
    _text("assignee", nullable=True),
    _text("external_ref", nullable=True),
    _whole("satisfaction", nullable=True),
    *(_text(name, nullable=True) for name in ("skill_group", "rule", "parent_id", "merged_into")),
    _text("waiting_for", nullable=True),
    Column("reopened_count", Integer, nullable=False, server_default="0"),
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("extension", Json, nullable=True),
    Column("sla_clock", SafeText, nullable=False, server_default="working"),
    _number("sla_hours", nullable=True),
    Column("paused_hours", Double, nullable=False, server_default="0"),
    Column("escalated", Json, nullable=False, server_default="[]"),
    *_moment("started_at", nullable=True),
    *_moment("paused_at", nullable=True),
    *_moment("responded_at", nullable=True),
    *_moment("ended_at", nullable=True),
    *_moment("closed_at", nullable=True),
    *_moment("archived_at", nullable=True),
    *_moment("heard_until", nullable=True),
    Index("ix_work_order_issue", "issue_id"),
    Index("ix_work_order_created", "created_at", "work_order_id"),
    Index("ix_work_order_parent", "parent_id"),
    _partial("ix_work_order_running", "due_at", where="ended_at IS NULL AND paused_at IS NULL"),
    _partial("ix_work_order_closed", "closed_at", where="archived_at IS NULL"),
)

work_order_history = Table(
    "work_order_history",
    metadata,
    _row_number("position"),
    Column("entry_id", SafeText, nullable=False),
    _owner("work_order_id", "work_order.work_order_id"),
    *_moment("at"),
    _text("actor"),
    _text("event"),
    _text("note", nullable=True),
    Column("changes", Json, nullable=False, server_default="{}"),
    Index("ix_work_order_history_entry", "entry_id", unique=True),
    Index("ix_work_order_history_order", "work_order_id"),
    _partial("ix_work_order_returned", "at", where="event = 'rejected'"),
)

# Without a reference to the order: what was measured stays as it is.
effect = Table(
    "effect",
    metadata,
    _key("effect_id"),
    *(_text(name) for name in ("work_order_id", "issue_id", "verdict", "reason", "exposed")),
    _json("heard"),
    _text("proposal", nullable=True),
    *_moment("ended_at"),
    *_moment("proposed_at", nullable=True),
    *(_whole(name) for name in ("days_before", "days_after", "days_watched")),
    *(
        _number(name, nullable=True)
        for name in ("expected", "ratio", "control_ratio", "effect_ratio", "low", "high")
    ),
    Index("ix_effect_order", "work_order_id"),
    Index("ix_effect_issue", "issue_id"),
)

# What other systems told that could not be taken in yet, or never.
letter = Table(
    "letter",
    metadata,
    _key("letter_id"),
    *(_text(name) for name in ("inbox", "state", "reason", "body")),
    _text("work_order_id", nullable=True),
    *_moment("received_at"),
    Index("ix_letter_order", "work_order_id"),
    Index("ix_letter_received", "received_at", "letter_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _row_number("position"),
    _text("message_id"),
    _text("sink"),
    _text("key"),
    Column("sequence", BigInteger, nullable=False),
    _json("payload"),
    *_moment("created_at"),
    _text("state"),
    _whole("attempts"),
    _instant("next_at"),
    _text("leased_by", nullable=True),
    _instant("leased_until", nullable=True),
    _instant("settled_at", nullable=True),
    _text("last_error", nullable=True),
    Index("ix_outbox_message", "message_id", unique=True),
    Index("ix_outbox_key", "key", "sequence"),
    _partial("ix_outbox_pending", "sink", "position", where="state = 'pending'"),
    _partial("ix_outbox_order", "sink", "key", "sequence", where="state = 'pending'"),
    sqlite_autoincrement=True,
)

# By a hash of the clause, so that it holds no words of anybody.
clause_vector = Table(
    "clause_vector",
    metadata,
    _key("model"),
    Column("text_key", BigInteger, primary_key=True, autoincrement=False),
    Column("vector", LargeBinary, nullable=False),
)

meta = Table("meta", metadata, _key("name"), _text("value"))

# Keys of all workspaces lie in the store of the workspace `default`, only as hashes.
api_key = Table(
    "api_key",
    metadata,
    _key("key_id"),
    _text("secret_hash"),
    _json("scopes"),
    _text("workspace"),
    _text("label", nullable=True),
    *_moment("created_at"),
    _instant("expires_at", nullable=True),
    _instant("last_used_at", nullable=True),
    _instant("revoked_at", nullable=True),
)

# Who wrote what: ids only, never what a customer said.
audit = Table(
    "audit",
    metadata,
    _row_number("position"),
    *_moment("at"),
    _text("actor"),
    _text("action"),
    _json("ids"),
)

# What was asked once under a name, so that asking again does nothing and answers the same.
request_made = Table(
    "request_made",
    metadata,
    _key("scope"),
    _key("name"),
    _text("request_hash"),
    _json("result"),
    _instant("made_at"),
)

# Without a reference to the feedback: a person's word outlasts what was derived.
correction = Table(
    "correction",
    metadata,
    _row_number("position"),
    _text("correction_id"),
    _text("feedback_id"),
    _whole("version"),
    _text("field"),
    _text("aspect_id", nullable=True),
    _text("label"),
    _text("actor"),
    _text("key_id", nullable=True),
    _text("note", nullable=True),
    *_moment("at"),
    Index("ix_correction_id", "correction_id", unique=True),
    Index("ix_correction_feedback", "feedback_id"),
)

# Persons are pseudonyms here too: the HMAC that stands for them in feedback.
customer = Table(
    "customer",
    metadata,
    _key("customer_id"),
    *(_text(name, nullable=True) for name in ("tier", "store", "region")),
    *_moment("since", nullable=True),
    _json("tags"),
    *_moment("updated_at"),
)

# Without a reference to the customer: orders may come before who placed them is told.
customer_order = Table(
    "customer_order",
    metadata,
    _key("order_id"),
    _text("customer_id"),
    _number("amount"),
    *_moment("ordered_at"),
    *(_text(name, nullable=True) for name in ("product", "store")),
    *_moment("updated_at"),
    Index("ix_customer_order_customer", "customer_id", "ordered_at"),
    Index("ix_customer_order_ordered", "ordered_at"),
)

# What a rule did about a voice, once, whatever the model. `place` is a hash of the store's name.
voice_action = Table(
    "voice_action",
    metadata,
    _key("action_id"),
    _text("feedback_id"),
    _whole("version"),
    *(_text(name) for name in ("rule", "outcome", "place", "day")),
    *(_text(name, nullable=True) for name in ("tag", "customer_id")),
    *_moment("at"),
    ForeignKeyConstraint(
        ["feedback_id", "version"],
        ["feedback.feedback_id", "feedback.version"],
        ondelete="CASCADE",
    ),
    Index("ix_voice_action_day", "day", "place"),
    Index("ix_voice_action_feedback", "feedback_id", "version"),
)

rota_turn = Table("rota_turn", metadata, _key("rota"), _key("person"), _whole("turn"))

# Of which part of its issue an order is, where it is not of the whole, and what sent it there.
order_part = Table(
    "order_part",
    metadata,
    Column(
        "work_order_id",
        SafeText,
        ForeignKey("work_order.work_order_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    _text("part"),
    _text("rule"),
    _text("skill_group", nullable=True),
)

# Orders that wait for a person, by the id they will have: none of them is a work order yet.
order_review = Table(
    "order_review",
    metadata,
    _key("work_order_id"),
    _owner("issue_id", "issue.issue_id"),
    *(_text(name) for name in ("part", "state", "title")),
    *(_text(name) for name in ("department", "rule", "reason", "severity")),
    _whole("count"),
    _number("confidence", nullable=True),
    *_moment("at"),
    *_moment("decided_at", nullable=True),
    *(_text(name, nullable=True) for name in ("actor", "note")),
)
