"""The feedback that the whole chain is measured on: many voices, made of real ones.

Texts are drawn again and again from the data sets of several industries, and a few characters put
into each, so that most are near copies of none and no cache knows them. The days, products, stores,
authors and ratings are made up; a few products and stores have most of the voices, as in life.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

DAYS: Final = 90
FIRST_DAY: Final = datetime(2026, 6, 1, tzinfo=UTC)
END: Final = FIRST_DAY + timedelta(days=DAYS)
EDITS: Final = 2

_FILES: Final = ("train.jsonl.gz", "unlabelled.jsonl.gz")
_PLACES: Final = 60
_RATINGS: Final = {"positive": (4, 5, 5), "negative": (1, 1, 2)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A data set, and whose feedback its rows are taken for.

    Attributes:
        folder: Its name.
        industry: The taxonomy.
        channel: Where it was said.
        places: Which places its voices name.
    """

    folder: str
    industry: str
    channel: str
    places: tuple[str, ...]


KINDS: Final = (
    Kind("jd_goods", "ecommerce", "review", ("product",)),
    Kind("online_shopping", "ecommerce", "review", ("product", "store")),
    Kind("waimai", "restaurant", "review", ("store", "region")),
    Kind("car_forum", "automotive", "forum", ("product",)),
    Kind("citizen_complaints", "citizen", "forum", ("region",)),
)


def pools(data: Path) -> dict[Kind, list[dict[str, Any]]]:
    """Returns the rows of each data set that is there.

    Raises:
        SystemExit: None is.
    """
    found = {kind: rows for kind in KINDS if (rows := list(_rows(data / kind.folder)))}
    if not found:
        names = ", ".join(kind.folder for kind in KINDS)
        raise SystemExit(f"{data} holds none of the data sets {names}; --data names their folder.")
    return found


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for path in (folder / name for name in _FILES):
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def made(
    rows: Sequence[dict[str, Any]],
    kind: Kind,
    count: int,
    *,
    first: datetime,
    days: int,
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Makes `count` voices of real ones, spread over `days` from `first` on.

    Voices of different seeds have different ids.
    """
    draw = random.Random(f"{kind.folder} {seed}")
    characters = sorted({one for row in rows[:2_000] for one in row["text"] if one.isalpha()})
    weights = list(accumulate(1 / rank for rank in range(1, _PLACES + 1)))
    for number in range(count):
        row = draw.choice(rows)
        moment = first + timedelta(seconds=draw.randrange(days * 86_400))
        ratings = _RATINGS.get(row.get("sentiment", ""))
        yield {
            "id": f"{kind.folder}-{seed}-{number}",
            "text": _edited(row["text"], characters, draw),
            "time": moment.isoformat(),
            "author": f"{kind.folder}{draw.randrange(max(1, count // 2))}",
            "rating": draw.choice(ratings) if ratings else None,
        } | {
            place: f"{place}{draw.choices(range(_PLACES), cum_weights=weights)[0]:02}"
            for place in kind.places
        }


def _edited(text: str, characters: Sequence[str], draw: random.Random) -> str:
    letters = list(text)
    for _ in range(EDITS):
        letters.insert(draw.randrange(len(letters) + 1), draw.choice(characters))
    return "".join(letters)


def write(
    folder: Path,
    found: dict[Kind, list[dict[str, Any]]],
    count: int,
    *,
    first: datetime,
    days: int,
    seed: int,
) -> dict[str, dict[str, str]]:
    """Writes `count` voices, as many of each data set, a file for each.

    Returns:
        The files as sources of a config, by name.
    """
    folder.mkdir(parents=True)
    sources = {}
    for place, (kind, rows) in enumerate(found.items()):
        share = (count + place) // len(found)
        path = folder / f"{kind.folder}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            for row in made(rows, kind, share, first=first, days=days, seed=seed):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        sources[f"{kind.folder}-{seed}"] = {
            "path": str(path), "industry": kind.industry, "channel": kind.channel,
        }  # fmt: skip
    return sources
