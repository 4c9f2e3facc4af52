"""Reviews of Apple's App Store: ten pages of fifty a country, as RSS in JSON."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.config.sources import AppStoreSettings
from voc.errors import SourceError
from voc.sources.crawling.discourse import json_of
from voc.sources.crawling.lists import Lists
from voc.sources.crawling.site import Fetched, Mark, Site, Step, Unreadable, Voice, page_of
from voc.sources.times import read_time

_PAGES: Final = 10
_LAG: Final = timedelta(days=3)  # servers of one store show new reviews at different times
_COUNTRY: Final = re.compile(r"/([a-z]{2})/rss/")
_PAGE: Final = re.compile(r"/page=(\d+)/")
_BARE: Final = (
    "no review of app {app} is found in {countries}; if it has some there, mend app_id or"
    " countries."
)


@dataclass(slots=True)
class _Reading:
    """How far the reviews of a country were read.

    Attributes:
        last: Time of the newest review of the run before.
        last_page: Number of the last page, as pages tell it.
        is_whole: Whether each page before the last one showed reviews: the service now and then
            leaves a page out, and what stood there would lie behind the next run's end.
    """

    last: str | None
    last_page: int = 0
    is_whole: bool = True
    _moments: list[datetime] = field(default_factory=list)

    def is_end(
        self, number: int, times: Sequence[datetime], last_page: int, *, is_empty: bool
    ) -> bool:
        """Takes note of a page, and says whether nothing new stands behind it."""
        self._moments += times
        self.last_page = max(self.last_page, last_page)
        if is_empty:
            self.is_whole = self.is_whole and number >= self.last_page
            return number >= self.last_page
        since = datetime.fromisoformat(self.last) - _LAG if self.last else None
        return since is not None and bool(times) and max(times) < since

    def newest(self, now: datetime) -> str | None:
        """The time down to which the next run reads; `None`: as far as this one."""
        told = [min(moment, now).astimezone(UTC).isoformat() for moment in self._moments]
        if not told or not self.is_whole:
            return None
        return max([*told, *([self.last] if self.last else [])])


class AppStoreCrawler:
    """Reads the newest reviews of an app, country by country."""

    def __init__(self, settings: AppStoreSettings, zone: ZoneInfo) -> None:
        self._settings = settings
        self._zone = zone

    async def crawl(
        self, site: Site, cursor: Mapping[str, Any], now: datetime
    ) -> AsyncIterator[Step]:
        """Gives reviews down to those of the run before, and a mark behind each country.

        Raises:
            SourceError: A country cannot be read; the others are read before.
        """
        newest: dict[str, str] = dict(cursor.get("newest", {}))
        lists = Lists()
        for number, country in enumerate(self._settings.countries, 1):
            if not lists.may_read():
                break
            reading = _Reading(newest.get(country))
            try:
                async for voice in self._reviews(site, country, reading):
                    yield voice
            except SourceError as error:
                lists.failed(error)
                continue
            newest |= {country: told} if (told := reading.newest(now)) else {}
            yield self._mark(newest, number)
        lists.check()

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the reviews of one page."""
        country = _COUNTRY.search(url)
        feed = _feed_of(await page_of(site, url), url)
        return self._reviews_in(feed, url, country[1] if country else "")

    def _mark(self, newest: Mapping[str, str], number: int) -> Mark:
        countries = self._settings.countries
        is_bare = number == len(countries) and not newest
        said = (_BARE.format(app=self._settings.app_id, countries=", ".join(countries)),)
        return Mark({"newest": dict(newest)}, number, len(countries), said=said if is_bare else ())

    def _address(self, country: str, page: int) -> str:
        return (
            f"{self._settings.url.rstrip('/')}/{country}/rss/customerreviews/page={page}"
            f"/id={self._settings.app_id}/sortby=mostrecent/json"
        )

    async def _reviews(
        self, site: Site, country: str, reading: _Reading
    ) -> AsyncIterator[Voice | Unreadable]:
        """Gives the reviews of a country; a page without any may be a hole before others."""
        for number in range(1, _PAGES + 1):
            url = self._address(country, number)
            page = await site.get(url)
            if page is None and number == 1:
                raise SourceError(
                    f"{url}: there is no such page; mend app_id, countries or url in the config."
                )
            feed = _feed_of(page, url) if page is not None else {}
            voices = self._reviews_in(feed, url, country)
            for voice in voices:
                yield voice
            times = [moment for voice in voices if (moment := self._moment(voice)) is not None]
            if reading.is_end(number, times, _last_page(feed), is_empty=not voices):
                return

    def _reviews_in(
        self, feed: Mapping[str, Any], url: str, country: str
    ) -> list[Voice | Unreadable]:
        entries = feed.get("entry") or []
        # One review stands alone, not in a list; the app itself comes first, without a rating.
        entries = [entries] if isinstance(entries, dict) else entries
        return [self._review(entry, url, country) for entry in entries if _is_review(entry)]

    def _review(self, entry: Mapping[str, Any], url: str, country: str) -> Voice | Unreadable:
        number = _label(entry, "id")
        if number is None:
            return Unreadable(url, "the review has no id")
        return Voice(
            url,
            {
                "id": f"{country}-{number}" if country else number,
                "text": _label(entry, "content"),
                "title": _label(entry, "title"),
                "created_at": _label(entry, "updated"),
                "author": _label(entry.get("author"), "name"),
                "rating": _label(entry, "im:rating"),
                "rating_max": "5",
                "app_version": _label(entry, "im:version"),
                "region": country or None,
            },
        )

    def _moment(self, voice: Voice | Unreadable) -> datetime | None:
        told = voice.values.get("created_at") if isinstance(voice, Voice) else None
        return read_time(told, self._zone) if told else None


def _feed_of(page: Fetched, url: str) -> Mapping[str, Any]:
    feed = json_of(page, url).get("feed")
    return feed if isinstance(feed, dict) else {}


def _last_page(feed: Mapping[str, Any]) -> int:
    """The number of the last page, by the link that leads there; 0 where there is none."""
    links = feed.get("link")
    for link in links if isinstance(links, list) else ():
        told = link.get("attributes") if isinstance(link, dict) else None
        if isinstance(told, dict) and told.get("rel") == "last":
            found = _PAGE.search(str(told.get("href")))
            return min(int(found[1]), _PAGES) if found else 0
    return 0


def _is_review(entry: Any) -> bool:
    return isinstance(entry, dict) and "im:rating" in entry


def _label(values: Any, name: str) -> str | None:
    found = values.get(name) if isinstance(values, dict) else None
    label = found.get("label") if isinstance(found, dict) else None
    return str(label) if label is not None else None
