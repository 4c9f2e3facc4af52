"""Sites of lists and details, read by the CSS selectors of the config."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import Any, Final
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from voc.config.sources import DetailSettings, ListSettings, PagesSettings, PickSettings
from voc.errors import ConfigError, SourceError
from voc.sources.crawling.lists import Lists
from voc.sources.crawling.markup import parse, words_of
from voc.sources.crawling.site import (
    HiddenError,
    Mark,
    RefusedError,
    Site,
    Step,
    UnreachableError,
    Unreadable,
    Voice,
    page_of,
)

# Details that are opened to show what a list gives.
_LOOKED_AT: Final = 10
_MAX_SEEN: Final = 5_000
_LEAST_RUNS: Final = 5
_LEAST_SPAN: Final = timedelta(hours=24)
_MAX_FAILURES: Final = 5
_MAX_PENDING: Final = 200
_BARE: Final = "{url}: no entry is found there by {css!r}"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry whose details could not be reached.

    Attributes:
        voice: The entry.
        since: When they were first looked for in vain, as ISO 8601 in UTC.
        runs: Runs that did.
    """

    voice: Voice
    since: str
    runs: int = 1

    @classmethod
    def of(cls, kept: Sequence[Any], now: datetime) -> _Waiting:
        """Reads what `as_list` wrote; an older cursor tells no time."""
        runs, place, values, *since = kept
        return cls(Voice(place, values), since[0] if since else now.isoformat(), runs)

    def as_list(self) -> list[Any]:
        return [self.runs, self.voice.place, dict(self.voice.values), self.since]

    def again(self) -> _Waiting:
        return replace(self, runs=self.runs + 1)

    def is_hopeless(self, now: datetime) -> bool:
        """Whether enough runs tried for so long that no spell of the site can be why."""
        span = now - datetime.fromisoformat(self.since)
        return self.runs >= _LEAST_RUNS and span >= _LEAST_SPAN


@dataclass(slots=True)
class _Progress:
    """How far lists were read.

    Attributes:
        seen: Marks of the entries that were opened, or are pending.
        whole: Lists that were read to their end once.
        pending: Entries by id whose details could not be reached.
        filled: Lists that showed entries.
        now: When the run began.
        said: What is to be told of the run.
        failures: Details in a row that could not be reached in this run.
        done: Pages of the list under way that were read.
    """

    seen: dict[str, None]
    whole: list[str]
    pending: dict[str, _Waiting]
    filled: list[str]
    now: datetime
    said: list[str] = field(default_factory=list)
    failures: int = 0
    done: int = 0

    @classmethod
    def of(cls, cursor: Mapping[str, Any], now: datetime) -> _Progress:
        pending = {name: _Waiting.of(kept, now) for name, kept in cursor.get("pending", {}).items()}
        seen = dict.fromkeys(cursor.get("seen", ()))
        whole, filled = list(cursor.get("whole", ())), list(cursor.get("filled", ()))
        return cls(seen, whole, pending, filled, now)

    def met(self, url: str, css: str, entries: Sequence[Any]) -> None:
        """Takes note of the first page of a list.

        Raises:
            HiddenError: It shows no entry, and did before.
        """
        said = _BARE.format(url=url, css=css)
        if entries:
            self.filled += [url] * (url not in self.filled)
        elif url in self.filled:
            raise HiddenError(
                f"{said}, as there was before; the site may have another skin.", url=url
            )
        else:
            self.said.append(f"{said}; unless the list is empty, mend list.item.")

    def walked(self, url: str, *, is_whole: bool) -> None:
        """Takes note of a list; one that is left before its end is read to its end again.

        Otherwise the first page, which is known then, would hide what is new on the others.
        """
        self.whole = [each for each in self.whole if each != url] + [url] * is_whole

    def mark(self) -> Mark:
        cursor = {
            "seen": list(self.seen)[-_MAX_SEEN:],
            "whole": list(self.whole),
            "pending": {name: each.as_list() for name, each in self.pending.items()},
            "filled": list(self.filled),
        }
        missed = tuple(each.voice.place for each in self.pending.values())
        return Mark(cursor, self.done, missed=missed, said=tuple(self.said))


class PagesCrawler:
    """Reads lists from their first page on, and the details behind entries that are new.

    An entry whose words in the list are as before is not opened again, so that a change of its
    state or of the number of its answers is what opens it. A list is left at the first page
    without news once it was read to its end. Details that cannot be reached hold up no others: they
    are tried again behind the lists of the next runs.
    """

    def __init__(self, settings: PagesSettings, zone: ZoneInfo) -> None:  # noqa: ARG002
        self._settings = settings
        self._list: ListSettings = self._settings.list
        self._detail: DetailSettings | None = self._settings.detail

    async def crawl(
        self,
        site: Site,
        cursor: Mapping[str, Any],
        now: datetime,
    ) -> AsyncIterator[Step]:
        """Gives entries, and a mark behind each page of a list.

        Raises:
            SourceError: A list cannot be read, or shows no entries any more; the others are read
                before.
        """
        progress = _Progress.of(cursor, now)
        former = list(progress.pending.values())
        lists = Lists()
        for url in filter(lists.may_read, self._settings.urls):
            async for step in self._walked(site, url, progress, lists):
                yield step
        for waiting in former:
            if progress.pending.get(waiting.voice.id) is waiting:
                async for step in self._retried(site, waiting.again(), progress):
                    yield step
                yield progress.mark()
        lists.check()

    async def _walked(
        self, site: Site, url: str, progress: _Progress, lists: Lists
    ) -> AsyncIterator[Step]:
        """Gives what is new on a list, page after page; takes note where one cannot be read."""
        address: str | None = url
        was_whole = url in progress.whole
        visited: set[str] = set()
        while address and address not in visited and len(visited) < self._settings.max_pages:
            visited.add(address)
            progress.done = len(visited)
            try:
                tree, entries = await self._entries(site, address)
                if address == url:
                    progress.met(url, self._list.item, entries)
            except SourceError as error:
                lists.failed(error, address)
                return
            fresh = [entry for entry in entries if entry[0] not in progress.seen]
            for mark, voice in fresh:
                async for step in self._opened(site, voice, progress):
                    yield step
                progress.seen[mark] = None
            address = self._next(tree, address)
            if was_whole and not fresh:
                address = None
            is_last = len(visited) == self._settings.max_pages
            progress.walked(url, is_whole=address is None or (was_whole and is_last))
            yield progress.mark()

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the entries of a list, the first ten with their details, or those of a page."""
        page = await page_of(site, url)
        tree = parse(page.text, page.url)
        entries = [voice for _, voice in self._entries_on(tree, page.url)]
        if entries:
            opened = [await self._shown(site, voice) for voice in entries[:_LOOKED_AT]]
            return [*chain.from_iterable(opened), *entries[_LOOKED_AT:]]
        if self._detail is None:
            return []
        return self._details(tree, Voice(page.url, {"id": page.url, "url": page.url}))

    async def _shown(self, site: Site, voice: Voice) -> list[Voice | Unreadable]:
        try:
            return await self._behind(site, voice)
        except UnreachableError as error:
            return [Unreadable(voice.place, str(error))]

    async def _entries(self, site: Site, url: str) -> tuple[Any, list[tuple[str, Voice]]]:
        page = await page_of(site, url)
        tree = parse(page.text, page.url)
        return tree, self._entries_on(tree, page.url)

    def _entries_on(self, tree: Any, url: str) -> list[tuple[str, Voice]]:
        return [self._entry(item, url) for item in _chosen(tree, self._list.item)]

    def _entry(self, item: Any, url: str) -> tuple[str, Voice]:
        values = _picked(item, self._list.fields)
        link = _pick(item, self._list.link) if self._list.link else None
        target = urljoin(url, link) if link else None
        values.setdefault("url", target)
        values.setdefault("id", target)
        said = f"{values['id']}\x1f{words_of(item)}".encode("utf-8", "surrogatepass")
        return blake2b(said, digest_size=8).hexdigest(), Voice(target or url, values)

    async def _opened(self, site: Site, voice: Voice, progress: _Progress) -> AsyncIterator[Step]:
        """Gives what stands behind an entry; one that cannot be reached waits for a later run.

        Raises:
            UnreachableError: The details of several in a row cannot be reached: it is the site.
        """
        name = voice.id
        try:
            for found in await self._behind(site, voice):
                yield found
        except UnreachableError:
            progress.pending[name] = _Waiting(voice, progress.now.isoformat())
            if len(progress.pending) > _MAX_PENDING:
                oldest = next(iter(progress.pending))
                yield _given_up(progress.pending.pop(oldest).voice, "too many others wait")
            progress.failures += 1
            if progress.failures >= _MAX_FAILURES:
                yield progress.mark()
                raise
        else:
            progress.pending.pop(name, None)
            progress.failures = 0

    async def _retried(
        self, site: Site, waiting: _Waiting, progress: _Progress
    ) -> AsyncIterator[Step]:
        """Gives what stands behind an entry that former runs could not reach.

        It is given up after some runs and a day, until its words in the list change.
        """
        name = waiting.voice.id
        try:
            for found in await self._behind(site, waiting.voice):
                yield found
        except UnreachableError as error:
            if not waiting.is_hopeless(progress.now):
                progress.pending[name] = waiting
                return
            reason = (
                f"in {waiting.runs} runs since {waiting.since} it could not be reached ({error})"
            )
            yield _given_up(waiting.voice, reason)
        del progress.pending[name]

    async def _behind(self, site: Site, voice: Voice) -> list[Voice | Unreadable]:
        if self._detail is None or not voice.values.get("url"):
            return [voice]
        try:
            page = await site.get(str(voice.values["url"]))
        except RefusedError:  # counted by the site
            return []
        return self._details(parse(page.text, page.url), voice) if page is not None else []

    def _details(self, tree: Any, voice: Voice) -> list[Voice | Unreadable]:
        assert self._detail is not None
        values = {**voice.values, **_picked(tree, self._detail.fields)}
        if not values.get("text") and not values.get("title"):
            return [Unreadable(voice.place, "no selector finds a text")]
        answers = self._detail.answers
        found: list[Voice | Unreadable] = [Voice(voice.place, values)]
        for number, item in enumerate(_chosen(tree, answers.item) if answers else (), 1):
            said = _picked(item, answers.fields) if answers else {}
            own = {"id": f"{values['id']}#{number}", "url": values.get("url"), **said}
            found.append(Voice(voice.place, {**own, "reply_to": values["id"], "is_staff": True}))
        return found

    def _next(self, tree: Any, url: str) -> str | None:
        found = _pick(tree, self._list.next) if self._list.next else None
        return urljoin(url, found).partition("#")[0] if found else None


def _given_up(voice: Voice, reason: str) -> Unreadable:
    return Unreadable(voice.place, f"{reason}; it is opened again when its entry changes")


def _picked(node: Any, picks: Mapping[str, str | PickSettings]) -> dict[str, Any]:
    found = {name: _pick(node, pick) for name, pick in picks.items()}
    return {name: value for name, value in found.items() if value}


def _pick(node: Any, pick: str | PickSettings) -> str | None:
    """What a selector finds first: a link's address where an address is looked for."""
    chosen = pick if isinstance(pick, PickSettings) else PickSettings(css=pick)
    found = _chosen(node, chosen.css)
    if not found:
        return None
    text = words_of(found[0], chosen.cut)
    if chosen.match is None:
        return text
    match = re.search(chosen.match, text)
    return (match[1] if match.re.groups else match[0]) if match else None


def _chosen(node: Any, css: str) -> Any:
    try:
        return node.css(css)
    except (SyntaxError, RuntimeError, ValueError) as error:  # of cssselect and parsel
        raise ConfigError(f"{css!r} is no CSS selector ({error}).") from error
