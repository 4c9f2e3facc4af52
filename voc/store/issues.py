"""Issues, the places that speak for them, and the changes of their status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from voc.errors import UsageError
from voc.records import EmergingTerm, Evidence, Issue, IssueStatus, Stake
from voc.store import schema, status_events
from voc.store.hearing import heard_by
from voc.store.moments import columns_of, moment_of
from voc.store.rows import IssueEvent
from voc.store.statements import chunks, conditions, upsert

_PLAIN: Final = (
    "title", "industry", "aspect_id", "topic_id", "product", "store", "severity", "count", "trend",
    "trend_p", "trend_ratio", "trend_low", "trend_high", "trend_window_days", "merged_into",
)  # fmt: skip
_MOMENTS: Final = ("first_seen", "last_seen")
_JUDGED: Final = ("severity_reasons", "stake", "emerging_term")
_CHANGING: Final = (
    *_PLAIN,
    *_JUDGED,
    *(column for name in _MOMENTS for column in (name, f"{name}_offset_s")),
)


def save(connection: Connection, issues: Sequence[Issue]) -> None:
    """Stores issues and their evidence; see `Transaction.save_issues`."""
    last = {item.issue_id: item for item in issues}
    for chunk in chunks(last[name] for name in sorted(last)):
        upsert(connection, schema.issue, [_row(item) for item in chunk], update=_CHANGING)
        _replace_evidence(connection, [item for item in chunk if item.evidence])


def _row(item: Issue) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(item, name) for name in (*_PLAIN, "issue_id", "status")}
    row["severity_reasons"] = list(item.severity_reasons)
    row["stake"] = item.stake.as_dict() if item.stake else None
    row["emerging_term"] = item.emerging_term.as_dict() if item.emerging_term else None
    for name in _MOMENTS:
        row |= columns_of(name, getattr(item, name))
    return row


def _replace_evidence(connection: Connection, issues: Sequence[Issue]) -> None:
    if not issues:
        return
    table = schema.issue_evidence
    names = [item.issue_id for item in issues]
    connection.execute(delete(table).where(table.c.issue_id.in_(names)))
    rows = (
        {
            "issue_id": item.issue_id,
            "position": position,
            "feedback_id": place.feedback_id,
            "span_start": place.start,
            "span_end": place.end,
            "span_text": place.text,
        }
        for item in issues
        for position, place in enumerate(item.evidence)
    )
    for chunk in chunks(rows):
        connection.execute(insert(table), chunk)


def set_status(
    connection: Connection,
    issue_id: str,
    status: IssueStatus,
    actor: str,
    note: str | None,
    now: datetime,
    *,
    settles: bool,
    solved_at: datetime | None = None,
) -> None:
    """Changes an issue's status and keeps who did it; see `Transaction.set_issue_status`."""
    table = schema.issue
    known = connection.execute(
        select(table).where(table.c.issue_id == issue_id).with_for_update()
    ).first()
    if known is None:
        raise UsageError(f"There is no issue {issue_id!r}. `voc issues` lists them.")
    before = known.status
    if before == status:
        return
    until = None
    if status == "closed" and settles:
        until = solved_at or heard_by(connection, now)
    values = {"status": status, **columns_of("settled_until", until)}
    connection.execute(update(table).where(table.c.issue_id == issue_id).values(values))
    event = IssueEvent(issue_id, now, actor, before, status, note)
    status_events.add(connection, schema.issue_event, event)


def note(connection: Connection, issue_id: str, actor: str, said: str, now: datetime) -> None:
    """Keeps what changed of an issue beside its status; see `Transaction.note_issue`."""
    table = schema.issue
    status = connection.execute(
        select(table.c.status).where(table.c.issue_id == issue_id)
    ).scalar_one()
    event = IssueEvent(issue_id, now, actor, status, status, said)
    status_events.add(connection, schema.issue_event, event)


def some(
    connection: Connection,
    *,
    industry: str | Sequence[str] | None,
    status: str | Sequence[str] | None,
    aspect_id: str | Sequence[str] | None,
    product: str | Sequence[str] | None,
    store: str | Sequence[str] | None,
    limit: int | None,
    with_evidence: bool,
) -> list[Issue]:
    """Returns issues, the last seen first; see `Store.issues`."""
    table = schema.issue
    wanted = conditions(
        table, industry=industry, status=status, aspect_id=aspect_id, product=product, store=store
    )
    query = (
        select(table)
        .where(*wanted)
        .order_by(table.c.last_seen.desc(), table.c.issue_id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    found = _evidence(connection, [row.issue_id for row in rows] if with_evidence else [])
    return [issue_of(row, tuple(found.get(row.issue_id, ()))) for row in rows]


def one(connection: Connection, issue_id: str) -> Issue | None:
    """Returns an issue with its evidence."""
    table = schema.issue
    row = connection.execute(select(table).where(table.c.issue_id == issue_id)).first()
    if row is None:
        return None
    return issue_of(row, tuple(_evidence(connection, [issue_id]).get(issue_id, ())))


def _evidence(connection: Connection, names: Sequence[str]) -> dict[str, list[Evidence]]:
    """Returns the evidence of issues by their ids, in order."""
    place = schema.issue_evidence
    found: dict[str, list[Evidence]] = {}
    for chunk in chunks(names):
        query = (
            select(place)
            .where(place.c.issue_id.in_(chunk))
            .order_by(place.c.issue_id, place.c.position)
        )
        for item in connection.execute(query):
            found.setdefault(item.issue_id, []).append(
                Evidence(item.feedback_id, item.span_start, item.span_end, item.span_text)
            )
    return found


def issue_of(row: Row[Any], evidence: tuple[Evidence, ...] = ()) -> Issue:
    """Returns a row of the table `issue` as the record it was."""
    values = row._mapping
    moments: dict[str, Any] = {name: moment_of(row, name) for name in _MOMENTS}
    return Issue(
        **{name: values[name] for name in (*_PLAIN, "issue_id", "status")},
        **moments,
        severity_reasons=tuple(values["severity_reasons"]),
        stake=Stake(**values["stake"]) if values["stake"] else None,
        emerging_term=EmergingTerm(**told) if (told := values["emerging_term"]) else None,
        evidence=evidence,
    )


def settled_until(connection: Connection) -> dict[str, datetime]:
    """Returns since when what is said of settled issues tells that they came back, by their ids."""
    table = schema.issue
    query = select(table).where(table.c.status == "closed", table.c.settled_until.is_not(None))
    return {row.issue_id: moment_of(row, "settled_until") for row in connection.execute(query)}


def events(connection: Connection, issue_id: str) -> list[IssueEvent]:
    """Returns the changes of an issue, in their order."""
    return status_events.kept(connection, schema.issue_event, IssueEvent, issue_id)
