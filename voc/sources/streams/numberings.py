"""Which sub-folders and files number their own voices, so that one id names others in each."""

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
FILES: Final = "apart_files"
OWN: Final = "ids_of_files"
"""Keys of a cursor: the lowest ids of each sub-folder, those told by their folder too, the files
whose ids are told by a file, and the lowest ids of each such one."""
_KEPT_IDS: Final = 8
_FEWEST: Final = 3
"""Of fewer ids that two files share nothing is told."""
_BEGINNING: Final = 3
"""Texts that differ in so many characters at the beginning are no versions of one."""
_DAY: Final = re.compile(
    r"(?<!\d)20\d\d(?:[-_./年]?(?:1[0-2]|0?[1-9])(?:[-_./月]?(?:[12]\d|3[01]|0?[1-9]))?)?[年月日号]?"
    r"(?:[-_T ]?\d{4}(?:\d\d)?)?(?!\d)|(?<!\d)\d{1,2}月(?:\d{1,2}[日号])?"
)

Ids = dict[str, str]
"""An id: hashes of the voice that it names, of its beginning and of its time."""


class Numberings:
    """Keeps voices apart that have one id in several sub-folders, as where each store counts anew.

    A sub-folder is looked at once, before its first voice is taken: where most of the lowest ids
    that it shares with another one name other voices there, its ids are told by the folder too, as
    `二店/1`. A folder that is called by a day holds what came later, so that the same id is an edit
    there, and so it is in another file of one folder; but where most of the lowest ids of a new
    file name voices that begin otherwise and are of other times than those known, it numbers its
    own, and they are told by the file, as `二月.csv/1`, in a later copy of it too. Ids that are
    stored already stay as they are.

    Args:
        cursor: Where the source was left.

    Attributes:
        notes: A sentence for each sub-folder and file that was found to number its own.
    """

    def __init__(self, cursor: Mapping[str, Any]) -> None:
        self._ids: dict[str, Ids] = {
            folder: dict(ids) for folder, ids in (cursor.get(PLAIN) or {}).items()
        }
        self._apart: list[str] = list(cursor.get(APART) or ())
        self._files: dict[str, str] = dict(cursor.get(FILES) or {})
        self._own: dict[str, Ids] = {
            file: dict(ids) for file, ids in (cursor.get(OWN) or {}).items()
        }
        self.notes: list[str] = []

    def cursor(self) -> dict[str, Any]:
        """Returns what is to be remembered, as JSON values; nothing where no ids were met."""
        plain = {folder: dict(ids) for folder, ids in self._ids.items()}
        own = {file: dict(ids) for file, ids in self._own.items()}
        told = {PLAIN: plain, APART: [*self._apart], FILES: dict(self._files), OWN: own}
        return {key: value for key, value in told.items() if value}

    def knows(self, folder: str) -> bool:
        """Whether a sub-folder was looked at."""
        return folder in self._ids or folder in self._apart

    def lacks(self, folder: str) -> bool:
        """Whether a sub-folder was looked at by a version that kept less of its voices."""
        return not all(_parts(digest)[1] for digest in self._ids.get(folder, {}).values())

    def look(self, folder: str, pages: Iterable[Page]) -> None:
        """Looks at all voices of a sub-folder's first file, and decides."""
        ids = _lowest_of(pages)
        plain = [known for name, known in self._ids.items() if name not in self._apart]
        if any(_are_others(ids, others) for others in plain):
            self._apart.append(folder)
            self._tell(folder, "folder", ids)
        self._ids[folder] = ids

    def look_at_file(self, file: str, folder: str, pages: Iterable[Page]) -> None:
        """Looks at all voices of a further file of a sub-folder, and decides.

        Args:
            file: Its path.
            folder: The sub-folder that it belongs to.
            pages: Its pages.
        """
        ids = _lowest_of(pages)
        if file in self._files or not _are_foreign(ids, self._ids.get(folder, {})):
            return
        alike = (place for place, known in self._own.items() if _are_same(ids, known))
        place = next(alike, file)
        self._files[file] = place
        if place == file:
            self._own[file] = ids
            self._tell(file, "file", ids)

    def learn(self, folder: str, file: str, page: Page) -> None:
        """Takes the ids of a page, of its sub-folder or of the file that numbers its own."""
        place = self._files.get(file)
        known, name = (self._ids, folder) if place is None else (self._own, place)
        known[name] = _lowest(known.get(name, {}), page.feedback)

    def named(self, folder: str, file: str, page: Page) -> Page:
        """Returns a page with the ids that its voices are stored by."""
        if file not in self._files and folder not in self._apart:
            return page
        place = self._files.get(file, folder)

        def name(own: str) -> str:
            return f"{place}/{own}"[-FIELD_CHARS:]

        return replace(
            page,
            feedback=tuple(
                replace(voice, native_id=name(voice.native_id)) for voice in page.feedback
            ),
            withdrawn=tuple(map(name, page.withdrawn)),
            moments={name(own): moment for own, moment in page.moments.items()},
        )

    def _tell(self, place: str, kind: str, ids: Ids) -> None:
        said = mask(place).text
        self.notes.append(
            f"{said}: most ids that it shares with another {kind} name other voices there, so they"
            f" are told by the {kind} too, as {said}/{mask(min(ids, key=_order)).text}."
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


def _lowest_of(pages: Iterable[Page]) -> Ids:
    ids: Ids = {}
    for page in pages:
        ids = _lowest(ids, page.feedback)
    return ids


def _digest(voice: Feedback) -> str:
    time = str(voice.created_at or "")
    beginning = "".join(filter(str.isalnum, voice.text))[:_BEGINNING]
    return ":".join(
        _hash(said) for said in (f"{voice.text}\x1f{voice.created_at}", beginning, time)
    )


def _hash(said: str) -> str:
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _are_others(ids: Ids, others: Ids) -> bool:
    """Whether most of the ids that both have name other voices."""
    shared = ids.keys() & others.keys()
    differ = (_parts(ids[own])[0] != _parts(others[own])[0] for own in shared)
    return 2 * sum(differ) > len(shared)


def _are_foreign(ids: Ids, others: Ids) -> bool:
    """Whether most of the ids that both have name voices of other words and another time.

    An edit leaves one of them. Where no times are told the words decide.
    """
    shared = ids.keys() & others.keys()
    foreign = sum(_is_foreign(ids[own], others[own]) for own in shared)
    return len(shared) >= _FEWEST and 2 * foreign > len(shared)


def _are_same(ids: Ids, others: Ids) -> bool:
    """Whether most of the ids that both have, some at least, name the same voices."""
    shared = ids.keys() & others.keys()
    same = sum(not _is_foreign(ids[own], others[own]) for own in shared)
    return len(shared) >= _FEWEST and 2 * same > len(shared)


def _is_foreign(one: str, other: str) -> bool:
    (_, beginning, time), (_, other_beginning, other_time) = _parts(one), _parts(other)
    known = beginning and other_beginning  # cursors of earlier versions do not tell
    timeless = _hash("") in (time, other_time)
    return bool(known) and beginning != other_beginning and (timeless or time != other_time)


def _parts(digest: str) -> tuple[str, str, str]:
    whole, _, rest = digest.partition(":")
    beginning, _, time = rest.partition(":")
    return whole, beginning, time
