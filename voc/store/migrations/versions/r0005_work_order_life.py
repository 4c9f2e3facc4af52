"""Keeps the life of work orders: clocks, relations, the rule they came by, what changed."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"

_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ENDED: Final = ("resolved", "closed", "rejected")
_MOMENTS: Final = (
    "started_at", "paused_at", "responded_at", "ended_at", "closed_at", "archived_at",
)  # fmt: skip


_REOPENED: Final = (
    "SELECT 1 FROM work_order_history AS again WHERE again.event = 'reopened'"
    " AND again.work_order_id = work_order.work_order_id"
)


def _columns() -> list[sa.Column[Any]]:
    names = ("skill_group", "rule", "parent_id", "merged_into", "waiting_for", "extension")
    return [
        *(sa.Column(name, _TEXT, nullable=True) for name in names),
        sa.Column("reopened_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("sla_clock", _TEXT, nullable=False, server_default="working"),
        sa.Column("sla_hours", sa.Double(), nullable=True),
        sa.Column("paused_hours", sa.Double(), nullable=False, server_default="0"),
        sa.Column("escalated", _TEXT, nullable=False, server_default="[]"),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _MOMENTS),
        *(sa.Column(f"{name}_offset_s", sa.Integer(), nullable=True) for name in _MOMENTS),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("work_order", column)
    op.add_column(
        "work_order_history", sa.Column("changes", _TEXT, nullable=False, server_default="{}")
    )
    _fill()
    op.create_index("ix_work_order_parent", "work_order", ["parent_id"])
    _partial(
        "ix_work_order_running", "work_order", "due_at", "ended_at IS NULL AND paused_at IS NULL"
    )
    _partial("ix_work_order_closed", "work_order", "closed_at", "archived_at IS NULL")
    _partial("ix_work_order_returned", "work_order_history", "at", "event = 'rejected'")
    op.create_index("ix_outbox_key", "outbox", ["key", "sequence"])


def _partial(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)


def _fill() -> None:
    """Gives orders that are there already the moments that their history tells."""
    op.execute(
        "UPDATE work_order SET started_at = created_at, started_at_offset_s = created_at_offset_s"
    )
    op.execute(
        "UPDATE work_order SET sequence = (SELECT COUNT(*) FROM work_order_history AS told"
        " WHERE told.work_order_id = work_order.work_order_id AND told.actor = 'voc'"
        " AND told.event IN ('opened', 'updated'))"
    )
    _last("responded_at", ("accepted", "in_progress", "waiting", "resolved"), "TRUE", first=True)
    _last("paused_at", ("waiting",), "status = 'waiting'")
    _last("closed_at", ("closed",), "status = 'closed'")
    for status in _ENDED:
        _last("ended_at", (status,), f"status = '{status}'")
    # Work on a closed order ended when it was resolved, where nothing came between.
    _last("ended_at", ("resolved",), f"status = 'closed' AND NOT EXISTS ({_REOPENED})")
    op.execute(
        "UPDATE work_order SET ended_at = created_at, ended_at_offset_s = created_at_offset_s"
        " WHERE ended_at IS NULL AND status IN ('resolved', 'closed', 'rejected')"
    )


def _last(name: str, events: tuple[str, ...], where: str, *, first: bool = False) -> None:
    """Sets a moment to that of the last (or first) of some events, where there is one."""
    listed = ", ".join(f"'{event}'" for event in events)
    order = "ASC" if first else "DESC"
    found = (
        "SELECT {column} FROM work_order_history AS entry"
        " WHERE entry.work_order_id = work_order.work_order_id"
        f" AND entry.event IN ({listed}) ORDER BY entry.position {order} LIMIT 1"
    )
    at, offset = found.format(column="entry.at"), found.format(column="entry.at_offset_s")
    op.execute(
        f"UPDATE work_order SET {name} = ({at}), {name}_offset_s = ({offset})"
        f" WHERE {where} AND EXISTS ({at})"
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_key", "outbox")
    op.drop_index("ix_work_order_returned", "work_order_history")
    for name in ("closed", "running", "parent"):
        op.drop_index(f"ix_work_order_{name}", "work_order")
    op.drop_column("work_order_history", "changes")
    for column in reversed(_columns()):
        op.drop_column("work_order", column.name)
