"""Names a call by the file that holds it and nothing else, so that its words may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from voc.sources.base import Reject
from voc.sources.calls import TurnColumns
from voc.sources.identity import FIELD_CHARS, own_id
from voc.sources.names import EXACT, fold
from voc.sources.rows import Row
from voc.sources.tables import COMPRESSED_ENDINGS, Table
from voc.sources.transcripts import call_name


def name_of_file(path: str) -> str:
    """Returns a path without the endings that say how the file is written."""
    return call_name(path) or _without_endings(path)


def _without_endings(path: str) -> str:
    pure = PurePath(path)
    inner = path.removesuffix(pure.suffix) if pure.suffix.lower() in COMPRESSED_ENDINGS else path
    return inner.removesuffix(PurePath(inner).suffix)


def name_beside_others(path: Path, *, joins: bool) -> str:
    """Returns the name of the call in a file.

    Of files that join one source, recognitions are told by their folder too, as 2026-11-03/001.json
    and 2026-11-04/001.json are two calls.
    """
    name = name_of_file(path.name)
    return f"{path.resolve().parent.name}/{name}" if joins and not call_name(path.name) else name


def is_one_call(table: Table, turns: TurnColumns | None) -> bool:
    """Whether a file is one call: a transcript, one recogniser's object, or turns of no named call.

    A file of lines may grow, and hold other calls then.
    """
    if turns is not None:
        return turns.call is None
    alone = len(table.sample(2)) == 1
    return alone and table.is_recognised and table.format != "jsonl"


def named_by_file(rows: Iterable[Row | Reject], *, file: str, call: str) -> Iterator[Row | Reject]:
    """Gives a file's rows, each by the call's name where it has none or only the file's.

    What goes on in a second row, as a very long call does, is told by its number.

    Args:
        rows: The rows.
        file: The file's name without its endings, as recognisers write it into what they hear.
        call: The name of the call.
    """
    name = call[-FIELD_CHARS:]
    number = 0
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        number += 1
        own = next((key for key in row.values if fold(key) in EXACT["id"]), "id")
        if own_id(row.values.get(own)) in ("", file):
            told = name if number == 1 else f"{name}#{number}"
            row = replace(row, values={**row.values, own: told})
        yield row
