"""RSS and Atom feeds."""

from __future__ import annotations

from calendar import timegm
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from voc.config.sources import FeedSettings
from voc.errors import SourceError
from voc.sources.crawling.lists import Lists
from voc.sources.crawling.markup import missing_extra, own_words_of, parse, words_of
from voc.sources.crawling.site import Fetched, Mark, Site, Step, Unreadable, Voice, page_of


class FeedCrawler:
    """Reads the entries of feeds, each feed only where it has changed."""

    def __init__(self, settings: FeedSettings, zone: ZoneInfo) -> None:  # noqa: ARG002
        self._settings = settings

    async def crawl(
        self,
        site: Site,
        cursor: Mapping[str, Any],
        now: datetime,  # noqa: ARG002
    ) -> AsyncIterator[Step]:
        """Gives the entries of feeds that have changed, and a mark behind each feed.

        Raises:
            SourceError: A feed cannot be read; the others are read before.
        """
        known: dict[str, Any] = dict(cursor.get("feeds", {}))
        lists = Lists()
        for number, url in enumerate(filter(lists.may_read, self._settings.urls), 1):
            try:
                page = await site.get(url, headers=_conditions(known.get(url, {})))
                if page is None:
                    raise SourceError(
                        f"{url}: there is no such feed; mend the address in the config."
                    )
                voices = _entries(page) if page.status != 304 else []
            except SourceError as error:
                lists.failed(error, url)
                continue
            for voice in voices:
                yield voice
            if page.status != 304:
                known[url] = {
                    name: page.headers[name]
                    for name in ("etag", "last-modified")
                    if name in page.headers
                }
            yield Mark({"feeds": dict(known)}, number, len(self._settings.urls))
        lists.check()

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the entries of a feed."""
        return _entries(await page_of(site, url))


def _conditions(known: Mapping[str, str]) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {names[name]: value for name, value in known.items() if name in names}


def _entries(page: Fetched) -> list[Voice | Unreadable]:
    try:
        import feedparser
    except ImportError as error:
        raise missing_extra("feedparser") from error
    # Bytes, never an address: feedparser would open that itself, past the guard.
    told = {"content-type": page.headers.get("content-type", ""), "content-location": page.url}
    feed = feedparser.parse(page.body, response_headers=told)
    if not feed.entries and feed.get("bozo") and not feed.get("version"):
        raise SourceError(f"{page.url}: is neither RSS nor Atom.")
    return [_entry(entry, page.url, feed.feed.get("title")) for entry in feed.entries]


def _entry(entry: Any, url: str, feed_title: str | None) -> Voice | Unreadable:
    number = entry.get("id") or entry.get("link")
    if not number:
        return Unreadable(url, "the entry has neither an id nor a link", entry.get("title", ""))
    bodies = [part.get("value", "") for part in entry.get("content", ())]
    markup = next((body for body in bodies if body), entry.get("summary", ""))
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return Voice(
        url,
        {
            "id": number,
            "text": own_words_of(parse(markup)) if markup.strip() else "",
            "title": _plain(entry.get("title_detail")),
            "created_at": _written(moment),
            "author": entry.get("author"),
            "url": entry.get("link"),
            "feed": feed_title,
        },
    )


def _plain(told: Any) -> str | None:
    """A title as it is read: feeds write it as text or as markup, and say which."""
    title = told.get("value") if told else None
    if title and told.get("type") != "text/plain":
        return words_of(parse(title))
    return title


def _written(moment: Any) -> str | None:
    """A time as feedparser gives it: a tuple in UTC."""
    return datetime.fromtimestamp(timegm(moment), UTC).isoformat() if moment else None
