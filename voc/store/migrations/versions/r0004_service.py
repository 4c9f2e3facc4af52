"""Keeps keys of the API, who wrote what, what was asked once, and people's corrections."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ROW_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _instant(name), sa.Column(f"{name}_offset_s", sa.Integer(), nullable=False)


def _row_number(name: str) -> sa.Column[Any]:
    return sa.Column(name, _ROW_NUMBER, autoincrement=True, nullable=False)


def upgrade() -> None:
    op.create_table(
        "api_key",
        *(_text(name) for name in ("key_id", "secret_hash", "scopes", "workspace")),
        _text("label", nullable=True),
        *_moment("created_at"),
        *(_instant(name, nullable=True) for name in ("expires_at", "last_used_at", "revoked_at")),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_key"),
    )
    op.create_table(
        "audit",
        _row_number("position"),
        *_moment("at"),
        *(_text(name) for name in ("actor", "action", "ids")),
        sa.PrimaryKeyConstraint("position", name="pk_audit"),
    )
    op.create_table(
        "request_made",
        *(_text(name) for name in ("scope", "name", "request_hash", "result")),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_request_made"),
    )
    op.create_table(
        "correction",
        _row_number("position"),
        *(_text(name) for name in ("correction_id", "feedback_id")),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("field"),
        _text("aspect_id", nullable=True),
        *(_text(name) for name in ("label", "actor")),
        *(_text(name, nullable=True) for name in ("key_id", "note")),
        *_moment("at"),
        sa.PrimaryKeyConstraint("position", name="pk_correction"),
    )
    op.create_index("ix_correction_id", "correction", ["correction_id"], unique=True)
    op.create_index("ix_correction_feedback", "correction", ["feedback_id"])


def downgrade() -> None:
    for name in ("correction", "request_made", "audit", "api_key"):
        op.drop_table(name)
