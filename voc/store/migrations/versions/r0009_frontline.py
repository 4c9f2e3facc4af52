"""Keeps what was done about single voices, whose turn it is, and what waits for a person."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.Column[Any]]:
    at = sa.Column(name, sa.BigInteger(), nullable=nullable)
    return at, _whole(f"{name}_offset_s", nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "voice_action",
        *(_text(name) for name in ("action_id", "feedback_id")),
        _whole("version"),
        *(_text(name) for name in ("rule", "outcome", "place", "day")),
        *(_text(name, nullable=True) for name in ("tag", "customer_id")),
        *_moment("at"),
        sa.PrimaryKeyConstraint("action_id", name="pk_voice_action"),
        sa.ForeignKeyConstraint(
            ["feedback_id", "version"],
            ["feedback.feedback_id", "feedback.version"],
            name="fk_voice_action_feedback",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_voice_action_day", "voice_action", ["day", "place"])
    op.create_index("ix_voice_action_feedback", "voice_action", ["feedback_id", "version"])
    op.create_table(
        "rota_turn",
        *(_text(name) for name in ("rota", "person")),
        _whole("turn"),
        sa.PrimaryKeyConstraint("rota", "person", name="pk_rota_turn"),
    )
    op.create_table(
        "order_part",
        *(_text(name) for name in ("work_order_id", "part", "rule")),
        _text("skill_group", nullable=True),
        sa.PrimaryKeyConstraint("work_order_id", name="pk_order_part"),
        sa.ForeignKeyConstraint(
            ["work_order_id"],
            ["work_order.work_order_id"],
            name="fk_order_part_work_order",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "order_review",
        *(_text(name) for name in ("work_order_id", "issue_id", "part", "state", "title")),
        *(_text(name) for name in ("department", "rule", "reason", "severity")),
        _whole("count"),
        sa.Column("confidence", sa.Double(), nullable=True),
        *_moment("at"),
        *_moment("decided_at", nullable=True),
        *(_text(name, nullable=True) for name in ("actor", "note")),
        sa.PrimaryKeyConstraint("work_order_id", name="pk_order_review"),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.issue_id"], name="fk_order_review_issue", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for name in ("order_review", "order_part", "rota_turn", "voice_action"):
        op.drop_table(name)
