"""Flags what counts nowhere: the company's own words, advertisements, paid posts, copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voc import __version__
from voc.pipeline.calls import as_heard
from voc.pipeline.copies import copies_among
from voc.records import ADVERTISEMENT, NEAR_DUPLICATE, PAID_BURST, STAFF
from voc.store import Store, TaggedRow
from voc.text.advertisements import is_posted_advertisement
from voc.text.bursts import Voice
from voc.text.replies import without_replies

_SCREENED: Final = "screened"


def screen_voices(store: Store, *, model: str) -> int:
    """Flags what staff said, paid posts, copies and advertisements; returns how many bursts.

    Each voice is compared with all others; where the voices are those of the time before, and this
    program too, their flags stand.

    Args:
        store: What is read and written.
        model: Whose tags.
    """
    mark = f"{__version__}:{model}:{store.tagged_mark(model=model)}"
    if store.meta(_SCREENED) == mark:
        return len(set(store.flags(PAID_BURST).values()))
    voices: list[Voice] = []
    staff: dict[str, str] = {}
    for row in map(as_heard, store.tagged(model=model)):
        if STAFF in row.flags:
            staff[row.feedback_id] = "tags"
        else:
            voices.append(_voice(row))
    advertisements = {
        voice.feedback_id: "rules"
        for voice in voices
        if is_posted_advertisement(voice.text, voice.channel)
    }
    _flag(store, STAFF, staff)
    _flag(store, ADVERTISEMENT, advertisements)
    copies = copies_among(voices)
    _flag(store, PAID_BURST, copies.paid)
    _flag(store, NEAR_DUPLICATE, copies.repeats)
    with store.transaction() as transaction:
        transaction.put_meta(_SCREENED, mark)
    return len(copies.bursts)


def _voice(row: TaggedRow) -> Voice:
    return Voice(
        row.feedback_id,
        without_replies(row.text),
        row.author,
        row.occurred_at if row.is_dated else None,
        row.channel,
        row.product,
        row.store,
        row.source,
    )


def _flag(store: Store, kind: str, groups: Mapping[str, str]) -> None:
    if dict(groups) != store.flags(kind):
        with store.transaction() as transaction:
            transaction.set_flags(kind, list(groups.items()))
