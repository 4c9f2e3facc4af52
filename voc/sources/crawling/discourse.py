"""Discourse forums by their JSON: `/latest.json`, `/t/ID.json`, `/t/ID/posts.json`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson

from voc.config.sources import DiscourseSettings
from voc.errors import SourceError
from voc.sources.crawling.forum import ForumWalk, Listing
from voc.sources.crawling.markup import own_words_of, parse
from voc.sources.crawling.site import Fetched, GoneError, Site, Step, Unreadable, Voice, page_of
from voc.sources.crawling.state import Thread
from voc.sources.times import read_time

_CHUNK: Final = 20  # posts that the forum gives at once
_SMALL_ACTION: Final = 3  # as Post.types of Discourse numbers it
_CUT: Final = ("aside.quote", "aside.onebox", "div.lightbox-wrapper div.meta")
_TOPIC: Final = re.compile(r"/t/(?:[^/]+/)?(\d+)")


class DiscourseCrawler:
    """Reads topics of a Discourse forum."""

    def __init__(self, settings: DiscourseSettings, zone: ZoneInfo) -> None:
        self._settings = settings
        self._zone = zone
        self._base = self._settings.url.rstrip("/")
        self.sections: tuple[str, ...] = (self._settings.category or "latest",)
        self._walk = ForumWalk(self, self._settings)

    def crawl(self, site: Site, cursor: Mapping[str, Any], now: datetime) -> AsyncIterator[Step]:
        """Gives posts, and a mark behind each topic; raises as `ForumWalk.crawl`."""
        return self._walk.crawl(site, cursor, now)

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the first posts of a topic, or the topics of a list."""
        found = _TOPIC.search(url)
        if found is None:
            listing = self._listing(await page_of(site, url), datetime.now(UTC))
            return [
                Voice(thread.url, {"id": str(thread.number), "text": thread.title})
                for thread in (*listing.pinned, *listing.threads)
            ]
        page = json_of(await page_of(site, f"{self._base}/t/{found[1]}.json"), url)
        thread = Thread("", int(found[1]), url, str(page.get("title", "")))
        numbers: dict[Any, str] = {}
        posts = filter(_is_said, page["post_stream"]["posts"])
        return [self._post(post, thread, numbers) for post in posts]

    async def listing(self, site: Site, section: str, page: int, now: datetime) -> Listing:
        """Returns one page of the list of topics; the forum counts them from 0."""
        path = "latest" if section == "latest" else f"c/{section}/l/latest"
        url = f"{self._base}/{path}.json?page={page - 1}"
        return self._listing(await page_of(site, url), now)

    def _listing(self, page: Fetched, now: datetime) -> Listing:
        topics = json_of(page, page.url).get("topic_list") or {}
        threads: list[Thread] = []
        pinned: list[Thread] = []
        told = topics.get("topics")
        for topic in told or ():
            is_pinned = topic.get("pinned") or topic.get("pinned_globally")
            (pinned if is_pinned else threads).append(self._thread(topic, now))
        more = bool(topics.get("more_topics_url"))
        return Listing(page.url, tuple(threads), tuple(pinned), more, told == [])

    def _thread(self, topic: Mapping[str, Any], now: datetime) -> Thread:
        # Lists are in the order of bumped_at, which an edit of the last post moves as well.
        last = read_time(topic.get("bumped_at") or topic.get("last_posted_at"), self._zone) or now
        number = int(topic["id"])
        return Thread(
            last.astimezone(UTC).isoformat(), number, f"{self._base}/t/{number}",
            str(topic.get("title", "")),
        )  # fmt: skip

    async def posts(
        self,
        site: Site,
        section: str,  # noqa: ARG002
        thread: Thread,
    ) -> AsyncIterator[Voice | Unreadable]:
        """Gives the posts of a topic, the first ones and then the others by their ids.

        Raises:
            GoneError: It is there no more.
        """
        url = f"{self._base}/t/{thread.number}.json"
        page = await site.get(url)
        if page is None:
            raise GoneError(f"{url}: the topic is there no more.", is_told=False)
        stream = json_of(page, url).get("post_stream") or {}
        given = [post for post in stream.get("posts") or () if isinstance(post, dict)]
        numbers: dict[Any, str] = {}
        for post in filter(_is_said, given):
            yield self._post(post, thread, numbers)
        rest = _missing(stream.get("stream") or (), given)[: self._settings.max_pages * _CHUNK]
        for start in range(0, len(rest), _CHUNK):
            pairs = [("post_ids[]", number) for number in rest[start : start + _CHUNK]]
            url = f"{self._base}/t/{thread.number}/posts.json?{urlencode(pairs)}"
            more = await site.get(url)
            if more is None:
                yield Unreadable(url, "the posts are gone, or not for guests any more")
                return
            told = (json_of(more, url).get("post_stream") or {}).get("posts") or []
            for post in filter(_is_said, told):
                yield self._post(post, thread, numbers)
            for number in _missing(rest[start : start + _CHUNK], told):
                yield Unreadable(f"{url}#{number}", "the forum lists the post only", id=str(number))

    def _post(
        self, post: Mapping[str, Any], thread: Thread, numbers: dict[Any, str]
    ) -> Voice | Unreadable:
        """Reads a post; `numbers` are the ids of those before it, by their place in the topic."""
        number = post.get("post_number")
        numbers[number] = str(post["id"])
        url = f"{self._base}/t/{thread.number}/{number}"
        if post.get("hidden") or post.get("user_deleted") or not post.get("cooked"):
            return Unreadable(url, "the post is hidden, deleted or empty", id=str(post["id"]))
        is_staff = (
            post.get("staff") or post.get("moderator") or post.get("admin")
            or post.get("username") in self._settings.staff
        )  # fmt: skip
        body = parse(str(post["cooked"]))
        answered = post.get("reply_to_post_number") or _quoted(body, thread.number)
        return Voice(
            url,
            {
                "id": str(post["id"]),
                "text": own_words_of(body, _CUT),
                "title": thread.title if number == 1 else None,
                "created_at": post.get("created_at"),
                "author": post.get("username"),
                "url": url,
                "thread_id": str(thread.number),
                "thread": thread.title,
                "floor": number,
                "reply_to": numbers.get(answered),
                "is_staff": True if is_staff else None,
            },
        )


def _quoted(body: Any, topic: object) -> int | None:
    """Returns the place in its topic of the first post that is quoted, of the same topic."""
    for quote in body.css("aside.quote[data-post]"):
        told = quote.attrib
        if told.get("data-topic", str(topic)) == str(topic) and told["data-post"].isdecimal():
            return int(told["data-post"])
    return None


def _is_said(post: Mapping[str, Any]) -> bool:
    """Whether somebody wrote a post, and it does not just tell that a topic was closed or split."""
    return post.get("post_type") != _SMALL_ACTION


def _missing(stream: Iterable[Any], given: list[dict[str, Any]]) -> list[int]:
    known = {post.get("id") for post in given}
    return [int(number) for number in stream if number not in known]


def json_of(page: Fetched, url: str) -> dict[str, Any]:
    """Returns the object that a page holds.

    Raises:
        SourceError: It holds none.
    """
    try:
        values = orjson.loads(page.body)
    except orjson.JSONDecodeError as error:
        raise SourceError(f"{url}: should be JSON and is none ({error}).") from error
    if not isinstance(values, dict):
        raise SourceError(f"{url}: holds {type(values).__name__} and no object.")
    return values
