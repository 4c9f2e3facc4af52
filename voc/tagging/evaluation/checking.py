"""What is wrong with a labelled row, before anything is compared with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from voc.errors import nearest
from voc.records import POLARITIES
from voc.tagging.evaluation.rows import SPANS, aspect_name, has_spans

Item = Mapping[str, Any]


def check_row(row: Mapping[str, Any], known: Collection[str] | None) -> str | None:
    """Returns what is wrong with a labelled row, or `None`.

    Args:
        row: The row; spans are held against its `text`.
        known: Names and ids of the taxonomy's aspects, where there is one.
    """
    return next(_wrongs(row, known), None)


def _wrongs(row: Mapping[str, Any], known: Collection[str] | None) -> Iterator[str]:
    """Yields what is wrong, the worst first: what comes after relies on it."""
    if row.get("sentiment") not in (None, *POLARITIES):
        yield f"its sentiment {row['sentiment']!r} is none of {', '.join(POLARITIES)}"
    if not isinstance(row.get("intent"), str | None):
        yield f"its intent {row['intent']!r} is no label"
    for key in ("aspects", "opinions"):
        items = row.get(key) or []
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            yield f"its {key} are no list of objects with '{key[:-1]}' and 'sentiment'"
            return
        for item in items:
            yield from _wrong_aspect(item, known) if key == "aspects" else _wrong_opinion(item)
            yield from _wrong_spans(item, str(row.get("text") or ""))


def _wrong_aspect(item: Item, known: Collection[str] | None) -> Iterator[str]:
    name = aspect_name(item)
    if not name and has_spans(item):
        yield from _wrong_sentiment(item, "an opinion")
    elif not isinstance(name, str) or not name:
        yield "an aspect has neither 'aspect' nor 'aspect_id', nor the span of an opinion"
    elif known is not None and name not in known:
        yield f"the taxonomy has no aspect {name!r}.{nearest(name, known)}"
    else:
        yield from _wrong_sentiment(item, name)


def _wrong_opinion(item: Item) -> Iterator[str]:
    if item.get("opinion") is None:
        yield "an opinion has no 'opinion', the span of the words that judge"
    elif not has_spans(item):
        yield "the opinion is no object with 'start' and 'end'"
    yield from _wrong_sentiment(item, "an opinion")


def _wrong_sentiment(item: Item, of: str) -> Iterator[str]:
    if item.get("sentiment") not in POLARITIES:
        yield f"the sentiment of {of} is none of {', '.join(POLARITIES)}"


def _wrong_spans(item: Item, text: str) -> Iterator[str]:
    """Yields what is wrong with the spans of an item; where it has none, words may stand for it."""
    if not has_spans(item):
        return
    for part in SPANS:
        span = item.get(part)
        if span is None:
            continue
        if not isinstance(span, Mapping):
            yield f"the {part} is no object with 'start' and 'end'"
            return
        wrong = _wrong_span(span, text)
        if wrong:
            yield f"the {part} {wrong}"


def _wrong_span(span: Mapping[str, Any], text: str) -> str | None:
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int:  # True is an int to isinstance
        return f"has start {start!r} and end {end!r}, which are not both whole numbers"
    if end <= start:
        return f"starts at {start} and ends at {end}; the end is the first character after it"
    if start < 0 or end > len(text):
        return f"at [{start}, {end}) is outside the text of {len(text)} characters"
    if span.get("text") not in (None, text[start:end]):
        return f"at [{start}, {end}) is not the 'text' it gives; count code points from 0"
    return None
