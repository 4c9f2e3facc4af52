"""What is doubtful in a file that was read: counted, with the first place of each kind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from voc.records import CLOCK_SKEW, Feedback
from voc.sources.columns import ColumnMap
from voc.sources.identity import Repeats
from voc.sources.rows import Row
from voc.sources.unspoken import LEFT_OUT

_SAID: Final[Mapping[str, str]] = {
    "repeated": "have the id of an earlier row with other words; the later one counts, as its edit."
    " If both are voices, name a column of unique ids with --id",
    "time": "have a time that cannot be read; they count for that of their file",
    "future": "have a time in the future; they are kept, but until it comes only emergencies among"
    " them count. --map created_at=COLUMN names another column; or mend the times and ingest again",
    "rating": "have a rating that cannot be read; it is left out",
    "scale": "have a rating above the best of the rows before; it counts on the next larger scale",
    "nps": "have an NPS that cannot be read; it is left out",
    "csat": "have a CSAT that cannot be read; it is left out",
    "ces": "have a CES that cannot be read; it is left out",
    "medium": "hold conversations and nothing that says whether they were spoken or written; they"
    " count as calls. --channel chat says that they were written, --channel hotline spoken",
    "roles": "hold what looks like a conversation in which it is not clear who speaks when; all its"
    " words count as the customer's. Begin each turn on a line of its own with 客服： or 客户：",
    "silent": "are calls in which the recogniser wrote words where, by its own figures, nobody"
    " speaks; those are left out",
    "replaced": "hold characters that cannot be read; each became U+FFFD",
}
_SHOWN: Final = 8
_UNREADABLE: Final = ("time", "rating", "nps", "csat", "ces")


class Doubts:
    """Rows that were kept, though something in them is not as it should be.

    Args:
        channel_told: Whether somebody said where the rows come from.
    """

    def __init__(self, *, channel_told: bool = False) -> None:
        self._channel_told = channel_told
        self._cutoff = datetime.now(UTC) + CLOCK_SKEW
        self._found: dict[str, tuple[int, str]] = {}
        self._ids = Repeats()
        self._words = Repeats()
        self._spare: dict[str, None] = {}
        self._read_as: tuple[str, ...] = ()

    def note_reading(self, sentence: str) -> None:
        """Takes down how the file is read where nobody told, as which questions are open."""
        self._read_as = (*self._read_as, sentence)

    def add(self, other: Doubts) -> None:
        """Takes what is doubtful in another file of the same source."""
        self._spare |= other._spare
        self._read_as = tuple(dict.fromkeys((*self._read_as, *other._read_as)))
        for kind, (more, place) in other._found.items():
            count, first = self._found.get(kind, (0, place))
            self._found[kind] = count + more, first

    def note(self, row: Row, voice: Feedback, columns: ColumnMap) -> None:
        """Looks at a row that became a voice."""
        kinds = [kind for kind in _UNREADABLE if f"unreadable_{kind}" in voice.extra]
        kinds += ["replaced"] if "replaced" in voice.extra else []
        kinds += ["roles"] if voice.extra.get("roles") == "unclear" else []
        kinds += ["silent"] if voice.extra.get(LEFT_OUT) else []
        kinds += ["medium"] if self._may_be_written(voice, columns) else []
        kinds += ["scale"] if _is_above(voice, columns) else []
        kinds += ["repeated"] if columns["id"] is not None and self._is_other(voice) else []
        if columns["created_at"] is None and voice.created_at is None:
            self._spare |= dict.fromkeys(name for name in row.values if name not in columns.used)
        for kind in kinds:
            self._count(kind, row.place)
        if voice.created_at is not None and voice.created_at >= self._cutoff:
            self._count("future", f"{row.place}, {voice.created_at:%Y-%m-%d %H:%M}")

    def _count(self, kind: str, place: str) -> None:
        count, first = self._found.get(kind, (0, place))
        self._found[kind] = count + 1, first

    def _may_be_written(self, voice: Feedback, columns: ColumnMap) -> bool:
        is_told = self._channel_told or columns["channel"] is not None
        return voice.channel == "hotline" and columns.medium is None and not is_told

    def _is_other(self, voice: Feedback) -> bool:
        is_known = self._ids.before(_digest(voice.native_id)) > 0
        has_these_words = self._words.before(_digest(voice.native_id, voice.text)) > 0
        return is_known and not has_these_words

    def sentences(self) -> list[str]:
        """Returns one sentence for each kind: how many rows, what of them, and the first one.

        A file whose columns name no time, though it has some that hold nothing known, comes first;
        then how the file is read, where nobody told.
        """
        spare = "、".join([*self._spare][:_SHOWN])
        undated = (
            "no column is known for a time; not"
            f" read, but kept: {spare}. --map created_at=COLUMN names one (product, store and"
            " rating likewise)."
        )
        return (
            [undated] * bool(spare)
            + [*self._read_as]
            + [
                f"{count} rows {_SAID[kind]} (the first: {first})."
                for kind in _SAID
                if kind in self._found
                for count, first in [self._found[kind]]
            ]
        )


def _is_above(voice: Feedback, columns: ColumnMap) -> bool:
    """Whether a rating lies above the scale that the first rows of its column tell."""
    scale = columns.rating_max
    return (
        scale is not None
        and columns["rating_max"] is None
        and voice.rating is not None
        and voice.rating > scale
    )


def _digest(*parts: str) -> bytes:
    line = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(line, digest_size=8).digest()
