"""Keeps the aspect that themes are near to which no aspect hears."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    column = sa.Column("near_aspect", _TEXT, nullable=False, server_default="null")
    op.add_column("topic", column)


def downgrade() -> None:
    op.drop_column("topic", "near_aspect")
