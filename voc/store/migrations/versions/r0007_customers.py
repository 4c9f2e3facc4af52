"""Keeps customers and their orders, and what stands behind an issue's severity."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_OF_ISSUES: Final = (("severity_reasons", "[]"), ("stake", "null"))


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column(name, sa.BigInteger(), nullable=nullable),
        sa.Column(f"{name}_offset_s", sa.Integer(), nullable=nullable),
    )


def upgrade() -> None:
    for name, nothing in _OF_ISSUES:
        op.add_column("issue", sa.Column(name, _TEXT, nullable=False, server_default=nothing))
    op.create_table(
        "customer",
        _text("customer_id"),
        *(_text(name, nullable=True) for name in ("tier", "store", "region")),
        *_moment("since", nullable=True),
        _text("tags"),
        *_moment("updated_at"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer"),
    )
    op.create_table(
        "customer_order",
        *(_text(name) for name in ("order_id", "customer_id")),
        sa.Column("amount", sa.Double(), nullable=False),
        *_moment("ordered_at"),
        *(_text(name, nullable=True) for name in ("product", "store")),
        *_moment("updated_at"),
        sa.PrimaryKeyConstraint("order_id", name="pk_customer_order"),
    )
    op.create_index("ix_customer_order_customer", "customer_order", ["customer_id", "ordered_at"])
    op.create_index("ix_customer_order_ordered", "customer_order", ["ordered_at"])


def downgrade() -> None:
    op.drop_table("customer_order")
    op.drop_table("customer")
    for name, _ in reversed(_OF_ISSUES):
        op.drop_column("issue", name)
