"""Keeps the effects of work orders, and events of other systems that wait or were refused."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _moment(name: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column(name, sa.BigInteger(), nullable=nullable),
        sa.Column(f"{name}_offset_s", sa.Integer(), nullable=nullable),
    )


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, _TEXT, nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "effect",
        *_texts("effect_id", "work_order_id", "issue_id", "verdict", "reason", "exposed", "heard"),
        *_texts("proposal", nullable=True),
        *_moment("ended_at"),
        *_moment("proposed_at", nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("days_before", "days_after", "days_watched")
        ),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("expected", "ratio", "control_ratio", "effect_ratio", "low", "high")
        ),
        sa.PrimaryKeyConstraint("effect_id", name="pk_effect"),
    )
    op.create_index("ix_effect_order", "effect", ["work_order_id"])
    op.create_index("ix_effect_issue", "effect", ["issue_id"])
    op.create_table(
        "letter",
        *_texts("letter_id", "inbox", "state", "reason", "body"),
        *_texts("work_order_id", nullable=True),
        *_moment("received_at"),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter"),
    )
    op.create_index("ix_letter_order", "letter", ["work_order_id"])
    op.create_index("ix_letter_received", "letter", ["received_at", "letter_id"])


def downgrade() -> None:
    op.drop_table("letter")
    op.drop_table("effect")
