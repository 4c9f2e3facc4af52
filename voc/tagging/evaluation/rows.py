"""What labelled rows say: of which tasks, which aspects and which opinions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voc.records import INTENTS, Tags, Task

Pairs = Sequence[tuple[Mapping[str, Any], Tags]]
"""Labelled rows, each with what the engine said of its text."""
Place = tuple[int, int]
"""`[start, end)` in code points of a row's text."""
Triplet = tuple[Place | None, Place, str]
"""Target or none, opinion, sentiment."""

SPANS: Final = ("target", "opinion")


@dataclass(frozen=True, slots=True)
class MarkedOpinions:
    """The opinions that somebody marked in a row.

    Attributes:
        triplets: Each once.
        unvoiced: Targets marked without words that judge them.
    """

    triplets: frozenset[Triplet]
    unvoiced: frozenset[Place] = frozenset()


def labelled_tasks(row: Mapping[str, Any]) -> frozenset[Task]:
    """Returns the tasks that a row which `check_row` passes can be compared on."""
    labels: dict[Task, bool] = {
        "sentiment": row.get("sentiment") is not None,
        "aspects": marked_aspects(row) is not None,
        "opinions": marked_opinions(row) is not None,
        "intent": row.get("intent") in INTENTS,
    }
    return frozenset(task for task, labelled in labels.items() if labelled)


def marked_aspects(row: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Returns the items that name an aspect; `None` where nobody looked for aspects.

    That is where there is no list, or one of nothing but opinions.
    """
    items: Sequence[Mapping[str, Any]] | None = row.get("aspects")
    if items is None:
        return None
    named = [item for item in items if aspect_name(item)]
    return named if named or not items else None


def marked_opinions(row: Mapping[str, Any]) -> MarkedOpinions | None:
    """Returns the opinions of `opinions` and of those items of `aspects` that have spans.

    `None` where nobody marked any: there is no `opinions`, and `aspects` has no span. So a row
    with an empty `aspects` is not judged, and one with an empty `opinions` is.
    """
    items = [*(row.get("aspects") or ()), *(row.get("opinions") or ())]
    spanned = [item for item in items if has_spans(item)]
    if not spanned and row.get("opinions") is None:
        return None
    places = [(_place(item.get("target")), _place(item.get("opinion")), item) for item in spanned]
    return MarkedOpinions(
        frozenset(
            (target, opinion, str(item["sentiment"])) for target, opinion, item in places if opinion
        ),
        frozenset(target for target, opinion, _ in places if target and not opinion),
    )


def aspect_name(item: Mapping[str, Any]) -> Any:
    """Returns the aspect that an item of `aspects` is about, something blank where it has none."""
    return item.get("aspect_id") or item.get("aspect")


def has_spans(item: Mapping[str, Any]) -> bool:
    """Whether an item says where its target or its opinion stands; mere words do not."""
    return any(isinstance(item.get(part), Mapping) for part in SPANS)


def _place(span: Mapping[str, Any] | None) -> Place | None:
    return (span["start"], span["end"]) if span is not None else None
