"""Keeps alerts, and the ratio and interval of the trends of issues."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TREND: Final = ("trend_ratio", "trend_low", "trend_high")


def _moment(name: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column(name, sa.BigInteger(), nullable=nullable),
        sa.Column(f"{name}_offset_s", sa.Integer(), nullable=nullable),
    )


def upgrade() -> None:
    for name in _TREND:
        op.add_column("issue", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("issue", sa.Column("trend_window_days", sa.Integer(), nullable=True))
    places = ("aspect_id", "topic_id", "product", "store", "region", "issue_id")
    op.create_table(
        "alert",
        *(
            sa.Column(name, _TEXT, nullable=False)
            for name in ("alert_id", "industry", "title", "status", "trend")
        ),
        *(sa.Column(name, _TEXT, nullable=True) for name in places),
        *_moment("since"),
        *_moment("opened_at"),
        *_moment("closed_at", nullable=True),
        *_moment("last_seen"),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("window_days", "count", "reopened", "set_aside")
        ),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("expected", "low", "p")),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("ratio", "high")),
        sa.Column("feedback_ids", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alert"),
    )
    op.create_index("ix_alert_opened", "alert", ["opened_at", "alert_id"])


def downgrade() -> None:
    op.drop_table("alert")
    op.drop_column("issue", "trend_window_days")
    for name in reversed(_TREND):
        op.drop_column("issue", name)
