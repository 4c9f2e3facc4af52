"""The sentence vectors of clauses, by a hash of the clause: kept so that each is made once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, select

from voc.store import schema
from voc.store.statements import chunks, upsert

_TABLE = schema.clause_vector


def some(connection: Connection, model: str, keys: Iterable[int]) -> dict[int, bytes]:
    """Returns the vectors that a model made, of those asked for."""
    found: dict[int, bytes] = {}
    for chunk in chunks(keys):
        query = select(_TABLE.c.text_key, _TABLE.c.vector).where(
            _TABLE.c.model == model, _TABLE.c.text_key.in_(chunk)
        )
        found.update((row.text_key, row.vector) for row in connection.execute(query))
    return found


def keep(connection: Connection, model: str, vectors: Mapping[int, bytes]) -> None:
    """Keeps vectors that are not kept yet."""
    for chunk in chunks(vectors.items()):
        rows = [{"model": model, "text_key": key, "vector": vector} for key, vector in chunk]
        upsert(connection, _TABLE, rows)


def keep_only(connection: Connection, model: str, keys: Collection[int]) -> None:
    """Forgets the vectors of all other models, and of this one all but these."""
    connection.execute(delete(_TABLE).where(_TABLE.c.model != model))
    kept = connection.execute(select(_TABLE.c.text_key).where(_TABLE.c.model == model))
    for chunk in chunks(set(kept.scalars()).difference(keys)):
        connection.execute(
            delete(_TABLE).where(_TABLE.c.model == model, _TABLE.c.text_key.in_(chunk))
        )
