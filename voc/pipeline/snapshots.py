"""Finds what a complete export of a source no longer holds, and doubts one that lost too much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from voc.records import Feedback
from voc.store import Transaction

SNAPSHOT_MARK: Final = "snapshot"
"""Key of a cursor: how many voices the last export had that was taken as complete."""


class Snapshot:
    """What a complete export held, as it is read from its beginning.

    An export is doubted where rows of it cannot be read, or where it lacks more than a share of
    what the last one had: nothing of it is then taken back.

    Args:
        source: Name of the source.
        least_share: Least share, from 0 to 1, of the last one's voices that it must hold; with 0
            every export is trusted whose rows can be read.

    Attributes:
        doubt: Why nothing is taken back; `None` where the export is trusted.
    """

    def __init__(self, source: str, least_share: float) -> None:
        self._source = source
        self._least_share = least_share
        self._seen: set[str] = set()
        self._rejects = 0
        self._before: int | None = None
        self.doubt: str | None = None

    def begin(self, transaction: Transaction) -> None:
        """Looks how many voices there were; called before each page is kept."""
        if self._before is None:
            kept = (transaction.cursor(self._source) or {}).get(SNAPSHOT_MARK)
            self._before = len(transaction.missing(self._source, ())) if kept is None else kept

    def note(self, voices: Iterable[Feedback], rejects: int) -> None:
        """Takes note of what a page held."""
        self._seen.update(each.native_id for each in voices)
        self._rejects += rejects

    def missing(self, transaction: Transaction) -> list[str]:
        """Returns the ids that are stored and were not read, at the end of the export."""
        gone = transaction.missing(self._source, self._seen)
        before = self._before or 0
        if gone and self._rejects:
            self.doubt = self._said(
                f"{self._rejects} rows cannot be read, and {len(gone)} stored voices are not in it;"
                " voc quality --show rejected names the rows"
            )
        elif self._least_share > 0 and before - len(gone) < before * self._least_share:
            self.doubt = self._said(
                f"it lacks {len(gone)} voices where the last one had {before}; if that is right,"
                f" lower sources.{self._source}.snapshot_share for one run"
            )
        if self.doubt is not None:
            return []
        self._before = len(self._seen)
        return gone

    def cursor(self) -> Mapping[str, Any]:
        """Returns what a cursor keeps; a doubted export is read again from its beginning."""
        again = {"rows": 0, "done": False} if self.doubt is not None else {}
        return {SNAPSHOT_MARK: self._before, **again}

    def _said(self, why: str) -> str:
        return f"{self._source}: nothing is taken back, as the export may not be complete: {why}."
