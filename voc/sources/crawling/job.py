"""What the process that crawls is told, and how it speaks: JSON, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from voc.config import Crawled, CrawlSettings, Settings
from voc.errors import ConfigError
from voc.sources.crawling.app_store import AppStoreCrawler
from voc.sources.crawling.discourse import DiscourseCrawler
from voc.sources.crawling.discuz import DiscuzCrawler
from voc.sources.crawling.feed import FeedCrawler
from voc.sources.crawling.pages import PagesCrawler
from voc.sources.crawling.site import Crawler


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes:
        name: Name of the source.
        source: Its settings.
        crawl: How politely it is read.
        timezone: Zone of times that name none.
        cursor: Where to go on; empty: at the beginning.
        limit: Rows after which the run ends, at the next mark; `None`: none.
        look: One address to look at, instead of a run.
    """

    name: str
    source: Crawled
    crawl: CrawlSettings
    timezone: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    look: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "source": self.source.model_dump(mode="json"),
            "crawl": self.crawl.model_dump(mode="json"),
            "timezone": self.timezone,
            "cursor": dict(self.cursor),
            "limit": self.limit,
            "look": self.look,
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Job:
        """Reads what `as_dict` wrote."""
        name = values["name"]
        settings = Settings.model_validate(
            {
                "sources": {name: values["source"]},
                "crawl": values["crawl"],
                "timezone": values["timezone"],
            }
        )
        source: Any = settings.sources[name]
        told = {key: values[key] for key in ("cursor", "limit", "look")}
        return cls(name, source, settings.crawl, settings.timezone, **told)

    @property
    def agent(self) -> str:
        """The user agent, which names whom to write to.

        Raises:
            ConfigError: Nobody is named.
        """
        if not self.crawl.contact:
            raise ConfigError(
                "Sites are told who reads them: set crawl.contact in the config to a mail address"
                " or a page where you can be reached."
            )
        return f"voc (+{self.crawl.contact})"

    @property
    def delay_s(self) -> float:
        told = self.source.delay_s
        return self.crawl.delay_s if told is None else told

    @property
    def hosts(self) -> list[str]:
        """The hosts that may be read: those of the addresses in the config, and `hosts`."""
        addresses = getattr(self.source, "urls", None) or (self.source.url,)  # type: ignore[union-attr]
        named = [urlsplit(address).hostname or "" for address in addresses]
        return [*named, *self.source.hosts]


def crawler_of(job: Job) -> Crawler:
    """Returns what reads the kind of site that the job names."""
    kinds: dict[str, Any] = {
        "discuz": DiscuzCrawler,
        "discourse": DiscourseCrawler,
        "feed": FeedCrawler,
        "app_store": AppStoreCrawler,
        "pages": PagesCrawler,
    }
    made: Crawler = kinds[job.source.kind](job.source, ZoneInfo(job.timezone))
    return made
