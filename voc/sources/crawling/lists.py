"""The lists of one source, as boards or feeds: one that cannot be read holds up no other."""

from __future__ import annotations

from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from voc.errors import SourceError
from voc.sources.crawling.site import SpentError, UnreachableError

_MOST_SILENT: Final = 2


class Lists:
    """Takes note of lists that cannot be read, and tells of them at the end of a run.

    A host of which two lists do not answer is down, and is asked for no more of them. Where all
    lists lie on one host their addresses need not be told.
    """

    def __init__(self) -> None:
        self._errors: list[SourceError] = []
        self._silent: Counter[str] = Counter()

    def may_read(self, url: str = "") -> bool:
        """Whether it is worth asking for a list."""
        return self._silent[_host(url)] < _MOST_SILENT

    def failed(self, error: SourceError, url: str = "") -> None:
        """Takes note that a list cannot be read.

        Raises:
            SpentError: It is none of the list: the run has made all its requests.
        """
        if isinstance(error, SpentError):
            raise error
        self._errors.append(error)
        if isinstance(error, UnreachableError):
            self._silent[_host(url)] += 1

    def check(self) -> None:
        """Ends a run in which a list could not be read, when the others are.

        Raises:
            SourceError: The first one's error, with how many others there are.
        """
        if not self._errors:
            return
        error, more = self._errors[0], len(self._errors) - 1
        if more:
            error.args = (f"{error} {more} more of its lists could not be read.",)
        raise error


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
