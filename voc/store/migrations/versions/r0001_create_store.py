"""Creates every table of the first store."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ROW_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_feedback()
    _create_source_cursor()
    _create_reject()
    _create_tags()
    _create_mention()
    _create_flag()
    _create_topic()
    _create_topic_assignment()
    _create_issue()
    _create_issue_evidence()
    _create_issue_event()
    _create_work_order()
    _create_work_order_history()
    _create_outbox()
    op.create_table("meta", _text("name"), _text("value"), _key("meta", "name"))


def downgrade() -> None:
    for table in (
        *("meta", "outbox", "work_order_history", "work_order"),
        *("issue_event", "issue_evidence", "issue", "topic_assignment", "topic"),
        *("flag", "mention", "tags", "reject", "source_cursor", "feedback"),
    ):
        op.drop_table(table)


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        _row_number("seq"),
        _text("feedback_id"),
        _whole("version"),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        _text("content_hash"),
        _text("industry", nullable=True),
        *(_text(name) for name in ("source", "native_id", "channel", "text")),
        _text("title", nullable=True),
        _text("turns"),
        *_moment("created_at", nullable=True),
        *_moment("ingested_at"),
        _instant("occurred_at"),
        *(_text(name, nullable=True) for name in ("author", "url", "product", "store", "region")),
        *(_number(name, nullable=True) for name in ("rating", "rating_max")),
        *(_whole(name, nullable=True) for name in ("nps", "csat", "ces")),
        _text("customer_id", nullable=True),
        _text("extra"),
        _key("feedback", "seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_version", "feedback", ["feedback_id", "version"], unique=True)
    _partial_index(
        "ix_feedback_current", "feedback", ["feedback_id"], where="is_current", unique=True
    )
    _partial_index(
        "ix_feedback_occurred", "feedback", ["occurred_at", "feedback_id"], where="is_current"
    )


def _create_source_cursor() -> None:
    op.create_table(
        "source_cursor", _text("source"), _text("position"), _key("source_cursor", "source")
    )


def _create_reject() -> None:
    op.create_table(
        "reject",
        _row_number("position"),
        *(_text(name) for name in ("reject_id", "source", "place", "reason", "sample")),
        *_moment("at"),
        _key("reject", "position"),
    )
    op.create_index("ix_reject_id", "reject", ["reject_id"], unique=True)


def _create_tags() -> None:
    op.create_table(
        "tags",
        _text("feedback_id"),
        _whole("version"),
        _text("model"),
        *(_text(name, nullable=True) for name in ("industry", "sentiment")),
        _number("sentiment_score", nullable=True),
        *(_text(name, nullable=True) for name in ("intent", "urgency")),
        *(_text(name) for name in ("flags", "body")),
        _instant("tagged_at"),
        _key("tags", "feedback_id", "version", "model"),
        _belongs("tags", "feedback", "feedback_id", "version"),
    )


def _create_mention() -> None:
    op.create_table(
        "mention",
        _text("feedback_id"),
        _whole("version"),
        _text("model"),
        _whole("position"),
        *(_text(name) for name in ("industry", "aspect_id", "sentiment")),
        _number("score"),
        _instant("occurred_at"),
        *(_text(name) for name in ("urgency", "urgency_reasons", "evidence", "opinions")),
        _key("mention", "feedback_id", "version", "model", "position"),
        _belongs("mention", "tags", "feedback_id", "version", "model"),
    )
    order = ["model", "occurred_at", "feedback_id", "aspect_id", "position"]
    op.create_index("ix_mention_occurred", "mention", order)


def _create_flag() -> None:
    op.create_table(
        "flag",
        *(_text(name) for name in ("kind", "feedback_id", "flag_group")),
        _key("flag", "kind", "feedback_id"),
    )
    op.create_index("ix_flag_feedback", "flag", ["feedback_id"])


def _create_topic() -> None:
    op.create_table(
        "topic",
        *(_text(name) for name in ("topic_id", "topic", "industry", "keywords")),
        _whole("count"),
        _number("negative_share"),
        *_moment("first_seen"),
        *_moment("last_seen"),
        _text("evidence"),
        _key("topic", "topic_id"),
    )


def _create_topic_assignment() -> None:
    op.create_table(
        "topic_assignment",
        _row_number("assignment_id"),
        _text("topic_id"),
        _text("feedback_id"),
        _number("score"),
        _whole("span_start"),
        _whole("span_end"),
        _text("span_text"),
        _key("topic_assignment", "assignment_id"),
        _belongs("topic_assignment", "topic", "topic_id"),
    )
    op.create_index("ix_topic_assignment_topic", "topic_assignment", ["topic_id"])
    op.create_index("ix_topic_assignment_feedback", "topic_assignment", ["feedback_id"])


def _create_issue() -> None:
    op.create_table(
        "issue",
        *(_text(name) for name in ("issue_id", "title", "industry", "aspect_id")),
        *(_text(name, nullable=True) for name in ("topic_id", "product", "store")),
        *(_text(name) for name in ("status", "severity")),
        *_moment("first_seen"),
        *_moment("last_seen"),
        _whole("count"),
        _text("trend"),
        _number("trend_p"),
        _key("issue", "issue_id"),
    )
    op.create_index("ix_issue_last_seen", "issue", ["last_seen", "issue_id"])


def _create_issue_evidence() -> None:
    op.create_table(
        "issue_evidence",
        _text("issue_id"),
        _whole("position"),
        _text("feedback_id"),
        _whole("span_start"),
        _whole("span_end"),
        _text("span_text"),
        _key("issue_evidence", "issue_id", "position"),
        _belongs("issue_evidence", "issue", "issue_id"),
    )
    op.create_index("ix_issue_evidence_feedback", "issue_evidence", ["feedback_id"])


def _create_issue_event() -> None:
    op.create_table(
        "issue_event",
        _row_number("event_id"),
        _text("issue_id"),
        *_moment("at"),
        *(_text(name) for name in ("actor", "from_status", "to_status")),
        _text("note", nullable=True),
        _key("issue_event", "event_id"),
        _belongs("issue_event", "issue", "issue_id"),
    )
    op.create_index("ix_issue_event_issue", "issue_event", ["issue_id"])


def _create_work_order() -> None:
    op.create_table(
        "work_order",
        *(_text(name) for name in ("work_order_id", "issue_id", "title", "description", "type")),
        *(_text(name) for name in ("priority", "department", "status")),
        *_moment("created_at"),
        *_moment("due_at"),
        *(_text(name, nullable=True) for name in ("assignee", "external_ref")),
        _whole("satisfaction", nullable=True),
        _key("work_order", "work_order_id"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"], name="fk_work_order_issue"),
    )
    op.create_index("ix_work_order_issue", "work_order", ["issue_id"])
    op.create_index("ix_work_order_created", "work_order", ["created_at", "work_order_id"])


def _create_work_order_history() -> None:
    op.create_table(
        "work_order_history",
        _row_number("position"),
        *(_text(name) for name in ("entry_id", "work_order_id")),
        *_moment("at"),
        *(_text(name) for name in ("actor", "event")),
        _text("note", nullable=True),
        _key("work_order_history", "position"),
        _belongs("work_order_history", "work_order", "work_order_id"),
    )
    op.create_index("ix_work_order_history_entry", "work_order_history", ["entry_id"], unique=True)
    op.create_index("ix_work_order_history_order", "work_order_history", ["work_order_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        _row_number("position"),
        *(_text(name) for name in ("message_id", "sink", "key")),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        _text("payload"),
        *_moment("created_at"),
        _text("state"),
        _whole("attempts"),
        _instant("next_at"),
        _text("leased_by", nullable=True),
        _instant("leased_until", nullable=True),
        _instant("settled_at", nullable=True),
        _text("last_error", nullable=True),
        _key("outbox", "position"),
        sqlite_autoincrement=True,
    )
    pending = "state = 'pending'"
    op.create_index("ix_outbox_message", "outbox", ["message_id"], unique=True)
    _partial_index("ix_outbox_pending", "outbox", ["sink", "position"], where=pending)
    _partial_index("ix_outbox_order", "outbox", ["sink", "key", "sequence"], where=pending)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _instant(name, nullable=nullable), _whole(f"{name}_offset_s", nullable=nullable)


def _row_number(name: str) -> sa.Column[Any]:
    return sa.Column(name, _ROW_NUMBER, autoincrement=True, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _belongs(table: str, owner: str, *columns: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        list(columns),
        [f"{owner}.{column}" for column in columns],
        name=f"fk_{table}_{owner}",
        ondelete="CASCADE",
    )


def _partial_index(
    name: str, table: str, columns: list[str], *, where: str, unique: bool = False
) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
