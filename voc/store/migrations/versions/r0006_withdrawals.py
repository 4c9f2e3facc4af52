"""Keeps which voices their sources have withdrawn."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=False)


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        _text("feedback_id"),
        _text("source"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("at_offset_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feedback_id", name="pk_withdrawal"),
    )


def downgrade() -> None:
    voice, gone = sa.table("feedback", *map(sa.column, _VOICE)), sa.table("withdrawal")
    gone.append_column(sa.column("feedback_id"))
    newest = (
        sa.select(sa.func.max(voice.c.seq))
        .where(voice.c.feedback_id.in_(sa.select(gone.c.feedback_id)))
        .group_by(voice.c.feedback_id)
    )
    op.execute(sa.update(voice).where(voice.c.seq.in_(newest)).values(is_current=sa.true()))
    op.drop_table("withdrawal")


_VOICE: Final = ("seq", "feedback_id", "is_current")
