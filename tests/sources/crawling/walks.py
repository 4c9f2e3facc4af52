"""Runs of a crawler over a site that answers in the process of the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.sources.crawling.forums import FakeDiscuz
from tests.sources.crawling.loopback import Answer
from tests.sources.crawling.test_other_kinds import complaints_of
from voc.config.sources import DiscourseSettings, DiscuzSettings, PagesSettings
from voc.sources.crawling.discourse import DiscourseCrawler
from voc.sources.crawling.discuz import DiscuzCrawler
from voc.sources.crawling.pages import PagesCrawler
from voc.sources.crawling.site import (
    Crawler,
    Fetched,
    Lost,
    Mark,
    RefusedError,
    Step,
    UnreachableError,
    Unreadable,
    Voice,
)

BASE = "https://site.example.com"
ZONE = ZoneInfo("Asia/Shanghai")
BROKEN = Answer(b"broken", 500)


class Walks:
    """Runs of a crawler over a site that answers in this process."""

    def __init__(self, crawler: Crawler, answer: Callable[[str], Answer | None]) -> None:
        self._crawler = crawler
        self._answer = answer
        self.cursor: Mapping[str, Any] = {}
        self.missed: tuple[str, ...] = ()
        self.doubt = ""
        self.steps: list[Step] = []
        self.asked: list[str] = []
        self.now = datetime.now(UTC)

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched | None:
        del headers
        path = url.removeprefix(BASE)
        self.asked.append(path)
        given = self._answer(path)
        if given is not None and given.status >= 500:
            raise UnreachableError(f"{url}: the site answers {given.status}.")
        if given is not None and given.status >= 300:
            raise RefusedError(f"{url}: is not read.", is_by_site=given.status >= 400)
        return Fetched(url, 200, given.body, {"content-type": given.kind}) if given else None

    def look(self, url: str) -> list[Voice | Unreadable]:
        return asyncio.run(self._crawler.look(self, url))

    def run(self) -> list[Step]:
        """Gives what a run gives but for its marks; the next one goes on there."""
        self.asked.clear()
        steps: list[Step] = []
        self.steps = steps

        async def walk() -> None:
            async for step in self._crawler.crawl(
                self, json.loads(json.dumps(self.cursor)), self.now
            ):
                if isinstance(step, Mark):
                    self.cursor, self.missed = step.cursor, step.missed
                    self.doubt = step.doubt
                else:
                    steps.append(step)

        asyncio.run(walk())
        return steps


def voices(steps: list[Step]) -> set[str]:
    return {str(step.values["id"]) for step in steps if isinstance(step, Voice)}


def lost(steps: list[Step]) -> set[str]:
    return {name for step in steps if isinstance(step, Lost) for name in step.ids}


def discuz(answer: Callable[[str], Answer | None], **more: Any) -> Walks:
    told = {"kind": "discuz", "url": BASE, "boards": [2], "recheck_days": 30, **more}
    return Walks(DiscuzCrawler(DiscuzSettings.model_validate(told), ZONE), answer)


def complaints(answer: Callable[[str], Answer | None]) -> Walks:
    return Walks(PagesCrawler(PagesSettings.model_validate(complaints_of(BASE)), ZONE), answer)


def discourse(answer: Callable[[str], Answer | None], **more: Any) -> Walks:
    told = {"kind": "discourse", "url": BASE, "recheck_days": 30, **more}
    return Walks(DiscourseCrawler(DiscourseSettings.model_validate(told), ZONE), answer)


def pids(forum: FakeDiscuz, tid: int) -> set[str]:
    return {str(post.pid) for post in forum.topics[tid].posts}
