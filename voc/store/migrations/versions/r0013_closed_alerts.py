"""Keeps who closed alerts, why, and until when customers were heard then."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("alert", sa.Column("settled_until", sa.BigInteger(), nullable=True))
    op.add_column("alert", sa.Column("settled_until_offset_s", sa.Integer(), nullable=True))
    op.create_table(
        "alert_event",
        sa.Column("event_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("at_offset_s", sa.Integer(), nullable=False),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("actor", "from_status", "to_status")),
        sa.Column("note", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_alert_event"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.alert_id"], name="fk_alert_event_alert", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_alert_event_alert", "alert_event", ["alert_id"])


def downgrade() -> None:
    op.drop_table("alert_event")
    op.drop_column("alert", "settled_until_offset_s")
    op.drop_column("alert", "settled_until")
