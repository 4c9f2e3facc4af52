"""What a source's program hands over, checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from numbers import Real
from typing import Final

from voc.errors import SourceError
from voc.records import CHANNELS, Feedback, Turn
from voc.sources.base import Page, Reject

_NEEDED: Final = ("native_id", "text")
_WORDS: Final = ("title", "author", "url", "product", "store", "region", "customer_id")
_NUMBERS: Final = ("rating", "rating_max", "nps", "csat", "ces")


def check_page(page: object, *, source: str) -> None:
    """Checks that a page is one, and each of its voices what the contract of sources says.

    Args:
        page: What was handed over.
        source: The source's name, which its voices bear.

    Raises:
        SourceError: It is not; the message says which field of which voice, and what is allowed.
    """
    if not isinstance(page, Page):
        raise SourceError(f"{source}: its program hands over {_kind(page)} instead of a Page.")
    for reject in page.rejects:
        if not isinstance(reject, Reject):
            raise SourceError(f"{source}: its program hands over {_kind(reject)} as a Reject.")
    for place, voice in enumerate(page.feedback):
        if not isinstance(voice, Feedback):
            raise SourceError(f"{source}: its program hands over {_kind(voice)} as a Feedback.")
        wrong = _wrong_in(voice, source)
        if wrong is not None:
            name, allowed = wrong
            raise SourceError(
                f"{source}: its program hands over a Feedback (number {place + 1} of a page) whose"
                f" {name} is {_kind(getattr(voice, name))}; it must be {allowed}. Nothing of that"
                " page was kept; tell its author."
            )


def _wrong_in(voice: Feedback, source: str) -> tuple[str, str] | None:
    """Returns the first field that is wrong, with what is allowed there."""
    if voice.source != source:
        return "source", repr(source)
    if voice.channel not in CHANNELS:
        return "channel", "one of " + ", ".join(CHANNELS)
    for name in _NEEDED:
        if not isinstance(getattr(voice, name), str):
            return name, "text"
    for name in _WORDS:
        if not isinstance(getattr(voice, name), str | None):
            return name, "text or None"
    for name in _NUMBERS:
        value = getattr(voice, name)
        if isinstance(value, bool) or not isinstance(value, Real | None):
            return name, "a number or None"
    moment = voice.created_at
    if moment is not None and (not isinstance(moment, datetime) or moment.tzinfo is None):
        return "created_at", "a datetime with a time zone, or None"
    if not isinstance(voice.turns, tuple) or not all(isinstance(one, Turn) for one in voice.turns):
        return "turns", "a tuple of Turn"
    return None if isinstance(voice.extra, Mapping) else ("extra", "a mapping")


def _kind(value: object) -> str:
    """Returns what a value is, without telling a customer's words."""
    if isinstance(value, datetime):
        return "a datetime without a time zone"
    if isinstance(value, str):
        return "another text"
    return "None" if value is None else f"of the type {type(value).__name__}"
