"""Reviews of Apple's App Store: ten pages of fifty a country, as RSS in JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.config.sources import AppStoreSettings
from voc.sources.crawling.discourse import json_of
from voc.sources.crawling.site import Mark, Site, Step, Unreadable, Voice, page_of
from voc.sources.times import read_time

_PAGES: Final = 10
_LAG: Final = timedelta(days=3)  # servers of one store show new reviews at different times


class AppStoreCrawler:
    """Reads the newest reviews of an app, country by country."""

    def __init__(self, settings: AppStoreSettings, zone: ZoneInfo) -> None:
        self._settings = settings
        self._zone = zone

    async def crawl(
        self, site: Site, cursor: Mapping[str, Any], now: datetime
    ) -> AsyncIterator[Step]:
        """Gives reviews down to those of the run before, and a mark behind each country."""
        newest: dict[str, str] = dict(cursor.get("newest", {}))
        for number, country in enumerate(self._settings.countries, 1):
            last = newest.get(country)
            since = datetime.fromisoformat(last) - _LAG if last else None
            moments: list[datetime] = []
            for page in range(1, _PAGES + 1):
                voices = await self._page(site, self._address(country, page), country)
                for voice in voices:
                    yield voice
                times = [moment for voice in voices if (moment := self._moment(voice)) is not None]
                moments += times
                if not voices or (since and times and max(times) < since):
                    break
            told = [min(moment, now).astimezone(UTC).isoformat() for moment in moments]
            if told:
                newest[country] = max([*told, *([last] if last else [])])
            yield Mark({"newest": dict(newest)}, number, len(self._settings.countries))

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the reviews of one page."""
        await page_of(site, url)
        return await self._page(site, url, "")

    def _address(self, country: str, page: int) -> str:
        return (
            f"{self._settings.url.rstrip('/')}/{country}/rss/customerreviews/page={page}"
            f"/id={self._settings.app_id}/sortby=mostrecent/json"
        )

    async def _page(self, site: Site, url: str, country: str) -> list[Voice | Unreadable]:
        page = await site.get(url)
        entries = ((json_of(page, url).get("feed") or {}).get("entry") or []) if page else []
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


def _is_review(entry: Any) -> bool:
    return isinstance(entry, dict) and "im:rating" in entry


def _label(values: Any, name: str) -> str | None:
    found = values.get(name) if isinstance(values, dict) else None
    label = found.get("label") if isinstance(found, dict) else None
    return str(label) if label is not None else None
