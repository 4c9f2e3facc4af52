"""Which sub-folders number their own voices, so that the same id names others in each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import nsmallest
from typing import Any, Final

from voc.records import Feedback
from voc.sources.base import Page
from voc.sources.identity import FIELD_CHARS
from voc.text.privacy import mask

PLAIN: Final = "ids"
APART: Final = "apart"
"""Keys of a cursor: the lowest ids of each sub-folder, and those told by their folder too."""
_KEPT_IDS: Final = 8
_DAY: Final = re.compile(
    r"(?<!\d)20\d\d(?:[-_./年]?(?:1[0-2]|0?[1-9])(?:[-_./月]?(?:[12]\d|3[01]|0?[1-9]))?)?[年月日号]?"
    r"(?:[-_T ]?\d{4}(?:\d\d)?)?(?!\d)|(?<!\d)\d{1,2}月(?:\d{1,2}[日号])?"
)

Ids = dict[str, str]
"""An id: a hash of the voice that it names."""


class Numberings:
    """Keeps voices apart that have one id in several sub-folders, as where each store counts anew.

    A sub-folder is looked at once, before its first voice is taken: where most of the lowest ids
    that it shares with another one name other voices there, its ids are told by the folder too, as
    `二店/1`. Ids that are stored already stay as they are. A folder that is called by a day holds
    what came later, so that the same id is an edit there.

    Args:
        cursor: Where the source was left.

    Attributes:
        notes: A sentence for each sub-folder that was found to number its own.
    """

    def __init__(self, cursor: Mapping[str, Any]) -> None:
        self._plain: dict[str, Ids] = {
            folder: dict(ids) for folder, ids in (cursor.get(PLAIN) or {}).items()
        }
        self._apart: list[str] = list(cursor.get(APART) or ())
        self.notes: list[str] = []

    def cursor(self) -> dict[str, Any]:
        """Returns what is to be remembered, as JSON values; nothing where no ids were met."""
        plain = {folder: dict(ids) for folder, ids in self._plain.items()}
        return ({PLAIN: plain} if plain else {}) | ({APART: [*self._apart]} if self._apart else {})

    def knows(self, folder: str) -> bool:
        """Whether a sub-folder was looked at."""
        return folder in self._plain or folder in self._apart

    def look(self, folder: str, pages: Iterable[Page]) -> None:
        """Looks at all voices of a sub-folder's first file, and decides."""
        ids: Ids = {}
        for page in pages:
            ids = _lowest(ids, page.feedback)
        if any(_are_others(ids, others) for others in self._plain.values()):
            self._apart.append(folder)
            self.notes.append(
                f"{mask(folder).text}: most ids that it shares with another folder name other"
                " voices there, so they are told by the folder too, as"
                f" {mask(folder).text}/{mask(min(ids, key=_order)).text}."
            )
        else:
            self._plain[folder] = ids

    def learn(self, folder: str, page: Page) -> None:
        """Takes the ids of a page of a sub-folder whose ids stay as they are."""
        if folder not in self._apart:
            self._plain[folder] = _lowest(self._plain.get(folder, {}), page.feedback)

    def named(self, folder: str, page: Page) -> Page:
        """Returns a page with the ids that its voices are stored by."""
        if folder not in self._apart:
            return page

        def name(own: str) -> str:
            return f"{folder}/{own}"[-FIELD_CHARS:]

        return replace(
            page,
            feedback=tuple(
                replace(voice, native_id=name(voice.native_id)) for voice in page.feedback
            ),
            withdrawn=tuple(map(name, page.withdrawn)),
            moments={name(own): moment for own, moment in page.moments.items()},
        )


def numbering_folder(path: str) -> str:
    """Returns the sub-folder of a file, without the days that it is called by; `.` for none."""
    parts = _DAY.sub("", path.rpartition("/")[0]).split("/")
    return "/".join(part for each in parts if (part := each.strip(" -_."))) or "."


def _order(own: str) -> tuple[int, str]:
    """Numbers in their order, as all stores have the lowest."""
    return len(own), own


def _lowest(ids: Ids, voices: Iterable[Feedback]) -> Ids:
    found = ids | {voice.native_id: _digest(voice) for voice in voices}
    return {own: found[own] for own in nsmallest(_KEPT_IDS, found, key=_order)}


def _digest(voice: Feedback) -> str:
    said = f"{voice.text}\x1f{voice.created_at}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=4).hexdigest()


def _are_others(ids: Ids, others: Ids) -> bool:
    """Whether most of the ids that both have name other voices."""
    shared = ids.keys() & others.keys()
    return 2 * sum(ids[own] != others[own] for own in shared) > len(shared)
