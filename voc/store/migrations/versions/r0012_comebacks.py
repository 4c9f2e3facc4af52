"""Keeps until when customers were heard when an issue was closed and when an order ended."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"

_ADDED: Final = (("issue", "settled_until"), ("work_order", "heard_until"))


def upgrade() -> None:
    for table, name in _ADDED:
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column(f"{name}_offset_s", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE issue SET settled_until = last_seen, settled_until_offset_s = last_seen_offset_s"
        " WHERE status = 'closed'"
    )


def downgrade() -> None:
    for table, name in _ADDED:
        op.drop_column(table, f"{name}_offset_s")
        op.drop_column(table, name)
