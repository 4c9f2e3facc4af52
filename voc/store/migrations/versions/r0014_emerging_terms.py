"""Keeps what recent voices of issues say anew."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0014"
down_revision: Final = "0013"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    column = sa.Column("emerging_term", _TEXT, nullable=False, server_default="null")
    op.add_column("issue", column)


def downgrade() -> None:
    op.drop_column("issue", "emerging_term")
