"""A bounded memory of what was tagged, so that a text that comes again costs nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from voc.records import Tags

LONGEST = 1_000  # code points of a text that is remembered; long ones hardly ever come again


class TagCache:
    """The Tags of the texts that came last. Thread-safe.

    Args:
        size: How many are kept; the one unused for longest goes first. 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Tags] = OrderedDict()
        self._lock = Lock()
        self.hits = self.misses = 0

    def get(self, text: str, options: Hashable) -> Tags | None:
        """Returns what was said of a text under the same options."""
        with self._lock:
            found = self._kept.get((text, options))
            self.hits += found is not None
            self.misses += found is None
            if found is not None:
                self._kept.move_to_end((text, options))
            return found

    def put(self, text: str, options: Hashable, tags: Tags) -> None:
        """Remembers what is said of a text."""
        if len(text) > LONGEST or not self._size:
            return
        with self._lock:
            self._kept[text, options] = tags
            self._kept.move_to_end((text, options))
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
