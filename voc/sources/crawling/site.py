"""What crawlers read and give: pages of a site, voices, and marks behind them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from voc.errors import SourceError
from voc.text.encoding import decode

_HEAD_BYTES: Final = 2_048
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


class RefusedError(SourceError):
    """An address may not be read: robots.txt, the guard, a login or its size forbids it.

    Args:
        message: Which address, and why.
        is_by_site: Whether the site itself refuses it, so that another day it may not.
    """

    def __init__(self, message: str, *, is_by_site: bool = False) -> None:
        super().__init__(message)
        self.is_by_site = is_by_site


class HiddenError(SourceError):
    """A site answers, but shows nothing of what should be there: another skin, or a login.

    Args:
        message: Where, and what is missing.
        url: An address to look at.
    """

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class UnreachableError(SourceError):
    """A site does not answer, or says that it cannot now."""


class GoneError(SourceError):
    """What stood at an address is there no more.

    Args:
        message: Which address.
        is_told: Whether the site itself says so in words, not only by its status.
    """

    def __init__(self, message: str, *, is_told: bool) -> None:
        super().__init__(message)
        self.is_told = is_told


class SpentError(SourceError):
    """A run has made all the requests it may."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One page as it came.

    Attributes:
        url: Where it came from, after redirects.
        status: 200, or 304 where it has not changed.
        body: Its bytes, decompressed.
        headers: Its headers by lower-case name.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The page as text, in the encoding that it says or, where that is wrong, it is in."""
        told = _CHARSET.search(self.headers.get("content-type", "").encode("latin-1", "replace"))
        told = told or _CHARSET.search(self.body[:_HEAD_BYTES])
        return decode(self.body, declared=told[1].decode() if told else None).text


class Site(Protocol):
    """Reads pages politely."""

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched | None:
        """Returns a page, or `None` where there is none (any more).

        Raises:
            RefusedError: It may not be read.
            UnreachableError: The site does not answer.
            SpentError: The run has made all its requests.
        """
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice as a crawler read it.

    Attributes:
        place: The address of its page.
        values: Fields of a feedback by name, `id` among them; other names go to `extra`.
    """

    place: str
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id at the site."""
        return str(self.values["id"])


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should be a voice and is none.

    Attributes:
        place: The address of its page.
        reason: A short sentence.
        sample: What is shown in its place.
        id: Its id, where only its words are missing: it is still there.
    """

    place: str
    reason: str
    sample: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Voices that were there and, where they stood, are no more."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What came before it is whole: a run may go on here.

    Attributes:
        cursor: JSON values.
        done: Threads or pages read, of `total`.
        total: How many there are, where that is known.
        missed: Addresses that could not be reached yet; a later run tries them again.
        doubt: Why voices that are shown no more were not taken back, though they may be gone.
        said: What else is to be told of the run, a sentence each.
    """

    cursor: Mapping[str, Any]
    done: int = 0
    total: int | None = None
    missed: tuple[str, ...] = ()
    doubt: str = ""
    said: tuple[str, ...] = ()


Step = Voice | Unreadable | Lost | Mark


class Crawler(Protocol):
    """Reads one kind of site."""

    def crawl(self, site: Site, cursor: Mapping[str, Any], now: datetime) -> AsyncIterator[Step]:
        """Gives what lies behind `cursor` (empty at first); the last step is a mark."""
        ...

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns what would be taken from one page."""
        ...


async def page_of(site: Site, url: str) -> Fetched:
    """Returns a page that must be there.

    Raises:
        SourceError: It is not.
    """
    page = await site.get(url)
    if page is None:
        raise SourceError(f"{url}: there is no such page; mend the address in the config.")
    return page
