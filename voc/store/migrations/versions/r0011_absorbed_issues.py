"""Keeps which issue took the voices of another."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("issue", sa.Column("merged_into", _TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("issue", "merged_into")
