"""Tags feedback in batches, with a bad row never costing the good ones around it."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Final, Protocol

from voc.errors import fault
from voc.insights import contradiction
from voc.pipeline.voices import customer_stretches, customer_view, is_of_staff
from voc.records import STAFF, Feedback, Span, Tags
from voc.text.normalise import sanitise
from voc.text.privacy import mask

_TOGETHER: Final = 8192
"""Code points tagged in one go: seconds of work, and all that one bad row costs again."""
_WORDS: Final = re.compile(r"[^\W_]")


class Tagger(Protocol):
    """What tagging needs of an engine."""

    @property
    def model(self) -> str: ...

    @property
    def masks(self) -> bool: ...

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]: ...


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that could not be tagged, and why."""

    reason: str


class _TooLongError(Exception):
    """Tagging lasted longer than allowed."""


def tag_feedback(
    engine: Tagger, feedback: Sequence[Feedback], *, ids: Sequence[str], timeout_s: float
) -> list[Tags | Failure]:
    """Tags feedback; a row that raises or hangs becomes a `Failure`, the others their Tags.

    Rows are tagged a few thousand code points at a time, each time within half of `timeout_s`;
    where that fails, each of these rows is tried alone with the other half, so that a row that
    hangs is cut after `timeout_s` at most. Time is kept by SIGALRM, which only the main thread of a
    Unix process has; elsewhere a hang is not cut.

    Args:
        engine: What tags.
        feedback: The rows.
        ids: An id for each.
        timeout_s: Seconds one row may take.
    """
    views = [customer_view(item) for item in feedback]
    tagged = tag_texts(engine, views, ids=ids, timeout_s=timeout_s)
    return [
        _with_whole_text(tags, item, view, masked=engine.masks) if isinstance(tags, Tags) else tags
        for tags, item, view in zip(tagged, feedback, views, strict=True)
    ]


def tag_texts(
    engine: Tagger, texts: Sequence[str], *, ids: Sequence[str], timeout_s: float
) -> list[Tags | Failure]:
    """Tags texts as `tag_feedback` tags feedback."""
    return [
        tags
        for part in _parts(texts)
        for tags in _tag_together(engine, texts[part], ids[part], timeout_s / 2)
    ]


def _parts(views: Sequence[str]) -> Iterator[slice]:
    start, size = 0, 0
    for index, view in enumerate(views):
        if index > start and size + len(view) > _TOGETHER:
            yield slice(start, index)
            start, size = index, 0
        size += len(view)
    yield slice(start, len(views))


def _tag_together(
    engine: Tagger, views: Sequence[str], ids: Sequence[str], timeout_s: float
) -> list[Tags | Failure]:
    try:
        with _limited(timeout_s):
            return [*engine.tag(views, ids=ids)]
    except Exception:  # noqa: BLE001 - whatever one row raises, the others are tagged
        return [
            _tag_one(engine, view, name, timeout_s) for view, name in zip(views, ids, strict=True)
        ]


def _tag_one(engine: Tagger, view: str, name: str, timeout_s: float) -> Tags | Failure:
    try:
        with _limited(timeout_s):
            return engine.tag([view], ids=[name])[0]
    except _TooLongError:
        return Failure(f"tagging took longer than {timeout_s:g} s and was cut")
    except Exception as error:  # noqa: BLE001 - its kind is told; its message may quote the text
        return Failure(f"tagging failed: {fault(error)}")


def _with_whole_text(tags: Tags, feedback: Feedback, view: str, *, masked: bool) -> Tags:
    """Puts back what its view (`customer_view`) blanks; it is as long, so offsets stay right.

    Evidence that runs from one of the customer's turns into the next is cut where somebody else
    spoke in between, the longer piece first.
    """
    flags = [*tags.flags]
    flags += [STAFF] if is_of_staff(feedback) else []
    flags += ["truncated"] if feedback.extra.get("truncated") else []
    flags += _contradicting(tags, feedback)
    tags = replace(tags, flags=tuple(dict.fromkeys(flags)))
    if view == feedback.text:
        return tags
    text = sanitise(feedback.text)[0][: len(tags.text)]
    tags = _over(tags, mask(text).text if masked else text)
    own = customer_stretches(feedback)
    mentions = (
        replace(mention, evidence=tuple(_own_spans(mention.evidence, own)))
        for mention in tags.aspects
    )
    return replace(tags, aspects=tuple(mentions))


def _own_spans(spans: Iterable[Span], own: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Gives what of each span the customer says; pieces without words count where all are so."""
    for span in spans:
        pieces = [
            Span(start, end, span.text[start - span.start : end - span.start])
            for first, last in own
            if (start := max(span.start, first)) < (end := min(span.end, last))
        ]
        told = [piece for piece in pieces if _WORDS.search(piece.text)] or pieces
        yield from sorted(told, key=lambda piece: -len(piece.text))


def _contradicting(tags: Tags, feedback: Feedback) -> list[str]:
    """Returns how the scores contradict the words, as a flag that rules can ask for."""
    best = feedback.rating_max
    found = contradiction(
        tags.sentiment.label if tags.sentiment else None,
        nps=feedback.nps,
        csat=feedback.csat,
        rating_share=feedback.rating / best if feedback.rating is not None and best else None,
    )
    return [found] if found else []


def _over(tags: Tags, text: str) -> Tags:
    """Lays tags over another text of equal length: spans say what stands there."""

    def span(old: Span) -> Span:
        return Span(old.start, old.end, text[old.start : old.end])

    return replace(
        tags,
        text=text,
        aspects=tuple(
            replace(mention, evidence=tuple(map(span, mention.evidence)))
            for mention in tags.aspects
        ),
        opinions=tuple(
            replace(
                opinion,
                opinion=span(opinion.opinion),
                target=span(opinion.target) if opinion.target else None,
            )
            for opinion in tags.opinions
        ),
    )


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def cut(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    former = signal.signal(signal.SIGALRM, cut)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
