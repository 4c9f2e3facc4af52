"""What was done about single voices, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from voc.records import VoiceAction, stable_id
from voc.store import schema
from voc.store.moments import columns_of, moment_of
from voc.store.rows import StoredFeedback
from voc.store.statements import chunks, insert_new, lock, upsert

_ROTA_LOCK = 3


def heard_before(connection: Connection, rows: Sequence[StoredFeedback]) -> set[tuple[str, int]]:
    """Returns which versions a model has tagged, or a rule has acted on; see `Transaction`."""
    found: set[tuple[str, int]] = set()
    for table in (schema.tags, schema.voice_action):
        for chunk in chunks(row.feedback_id for row in rows):
            query = select(table.c.feedback_id, table.c.version).where(
                table.c.feedback_id.in_(chunk)
            )
            found |= {(name, version) for name, version in connection.execute(query)}
    return found


def add(connection: Connection, actions: Sequence[VoiceAction]) -> set[str]:
    """Keeps actions by their ids, each once; returns the ids of those that are new."""
    table, known = schema.voice_action, set[str]()
    for chunk in chunks(item.action_id for item in actions):
        query = select(table.c.action_id).where(table.c.action_id.in_(chunk))
        known |= set(connection.scalars(query))
    new = {item.action_id: item for item in actions if item.action_id not in known}
    rows = [
        {
            "action_id": action_id,
            "feedback_id": item.feedback_id,
            "version": item.version,
            "rule": item.rule,
            "outcome": item.outcome,
            "place": place_of(item.store),
            "day": item.at.date().isoformat(),
            "tag": item.tag,
            "customer_id": item.customer_id,
            **columns_of("at", item.at),
        }
        for action_id, item in new.items()
    ]
    for part in chunks(rows):
        insert_new(connection, table, part, key="action_id")
    return set(new)


def place_of(store: str | None) -> str:
    """Returns what a store is found by; voices without one share a place."""
    return stable_id("st", store)


def told_on(connection: Connection, day: str) -> Counter[str]:
    """Returns how many voices were told of on a day, by place."""
    table = schema.voice_action
    query = (
        select(table.c.place, func.count(table.c.feedback_id.distinct()).label("told"))
        .where(table.c.day == day, table.c.outcome == "told")
        .group_by(table.c.place)
    )
    return Counter({row.place: row.told for row in connection.execute(query)})


def tags_of(connection: Connection, customer_id: str) -> list[str]:
    """Returns the tags that a customer was given, the newest first, each once."""
    table = schema.voice_action
    query = (
        select(table.c.tag)
        .where(table.c.customer_id == customer_id, table.c.tag.is_not(None))
        .group_by(table.c.tag)
        .order_by(func.max(table.c.at).desc(), table.c.tag)
    )
    return list(connection.scalars(query))


def turns(connection: Connection) -> dict[tuple[str, str], int]:
    """Returns the number of each person's last turn; others wait for it until this ends."""
    lock(connection, _ROTA_LOCK)
    table = schema.rota_turn
    query = select(table.c.rota, table.c.person, table.c.turn)
    return {(rota, person): turn for rota, person, turn in connection.execute(query)}


def save_turns(connection: Connection, taken: Mapping[tuple[str, str], int]) -> None:
    """Keeps the numbers of turns that were taken."""
    rows = [
        {"rota": rota, "person": person, "turn": turn}
        for (rota, person), turn in sorted(taken.items())
    ]
    upsert(connection, schema.rota_turn, rows, update=["turn"])


def held_back(connection: Connection) -> list[str]:
    """Returns the feedback ids of voices that nobody was told of for their store's daily limit.

    The newest first; one that another rule or version of it did tell of later is none of them.
    """
    table = schema.voice_action
    told = select(table.c.feedback_id).where(table.c.outcome == "told")
    query = (
        select(table.c.feedback_id)
        .where(table.c.outcome == "held_back", table.c.feedback_id.not_in(told))
        .group_by(table.c.feedback_id)
        .order_by(func.max(table.c.at).desc(), table.c.feedback_id)
    )
    return list(connection.scalars(query))


def actions_on(connection: Connection, feedback_id: str) -> list[dict[str, object]]:
    """Returns what was done about a voice, in order of time, as JSON writes it."""
    table = schema.voice_action
    query = (
        select(table)
        .where(table.c.feedback_id == feedback_id)
        .order_by(table.c.at, table.c.action_id)
    )
    return [
        {
            "rule": row.rule,
            "version": row.version,
            "outcome": row.outcome,
            "tag": row.tag,
            "at": moment_of(row, "at").isoformat(),
        }
        for row in connection.execute(query)
    ]
