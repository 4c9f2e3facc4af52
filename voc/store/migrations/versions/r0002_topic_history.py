"""Keeps what became of topics and what people made of them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ROW_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "topic", sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "topic_event",
        sa.Column("position", _ROW_NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("topic_id", "topic", "industry")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("at_offset_s", sa.Integer(), nullable=False),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("actor", "kind")),
        sa.Column("other", _TEXT, nullable=True),
        sa.Column("words", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_topic_event"),
    )
    op.create_index("ix_topic_event_topic", "topic_event", ["topic_id"])
    op.create_index("ix_topic_event_industry", "topic_event", ["industry", "kind"])


def downgrade() -> None:
    op.drop_table("topic_event")
    op.drop_column("topic", "muted")
