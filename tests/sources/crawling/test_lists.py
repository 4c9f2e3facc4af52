"""One list of a source that cannot be read holds up no other; one that shows nothing is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sources.crawling.crawls import Stored, crawled, settings_of
from tests.sources.crawling.forums import FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from tests.sources.crawling.test_other_kinds import (
    FakeComplaints,
    FakeStore,
    complaints_of,
)
from voc.errors import SourceError
from voc.pipeline.ingesting import Ingested

pytestmark = pytest.mark.usefixtures("forked_crawls")

CLOSED = "<html><div id=messagetext><p>抱歉，您没有权限访问该版块</p></div></html>"
FEED = (
    "<rss version='2.0'><channel><item><guid isPermaLink='false'>{0}</guid><title>{0}</title>"
    "</item></channel></rss>"
)


def test_a_board_that_is_closed_holds_up_no_other(tmp_path: Path) -> None:
    forum = FakeDiscuz(6)

    def answer(path: str) -> Answer | None:
        return Answer(CLOSED.encode()) if "fid=36&" in path else forum(path)

    with Loopback(answer) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [36, 2]}
        settings = settings_of(tmp_path, server, source)
        with pytest.raises(SourceError, match=r"fid=36.*没有权限"):
            crawled(settings)
        assert len(Stored(settings).ids) > 5
        error = Stored(settings).health.error
        assert error is not None
        assert "没有权限" in error


@pytest.mark.parametrize(("status", "reason"), [(404, "no such feed"), (503, "503"), (403, "403")])
def test_a_feed_that_is_away_holds_up_no_other(status: int, reason: str, tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        if path == "/away":
            return Answer(status=status)
        return Answer(FEED.format(path[1:]).encode(), kind="application/rss+xml")

    with Loopback(answer) as server:
        urls = [f"{server.url}/{name}" for name in ("a", "away", "b")]
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": urls}, retries=0)
        with pytest.raises(SourceError, match=rf"/away.*{reason}"):
            crawled(settings)
        assert set(Stored(settings).ids) == {"a", "b"}


def test_a_host_that_is_down_is_not_asked_for_each_list(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | None:
        return None if path == "/robots.txt" else Answer(status=503)

    with Loopback(answer) as server:
        urls = [f"{server.url}/{number}" for number in range(6)]
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": urls}, retries=0)
        with pytest.raises(SourceError, match="1 more of its lists could not be read"):
            crawled(settings)
        assert server.paths() == ["/robots.txt", "/0", "/1"]


def test_a_list_of_pages_that_is_away_holds_up_no_other(tmp_path: Path) -> None:
    with Loopback(FakeComplaints(15)) as server:
        source = complaints_of(server.url)
        source["urls"].insert(0, f"{server.url}/away")
        settings = settings_of(tmp_path, server, source)
        with pytest.raises(SourceError, match="/away: there is no such page"):
            crawled(settings)
        assert len(Stored(settings).ids) == 15


def test_a_country_that_is_away_holds_up_no_other(tmp_path: Path) -> None:
    with Loopback(FakeStore(3)) as server:
        source = {"kind": "app_store", "app_id": 42, "url": server.url, "countries": ["hk", "cn"]}
        settings = settings_of(tmp_path, server, source)
        with pytest.raises(SourceError, match=r"/hk/.*no such page; mend app_id"):
            crawled(settings)
        assert len(Stored(settings).ids) == 3


def _noted(settings: Any) -> tuple[Ingested, tuple[str, ...]]:
    result = crawled(settings)
    return result, Stored(settings).health.notes


def test_a_selector_that_finds_no_entry_is_told(tmp_path: Path) -> None:
    with Loopback(FakeComplaints(3)) as server:
        source = complaints_of(server.url)
        source["list"]["item"] = "tr.rows"
        _, [note] = _noted(settings_of(tmp_path, server, source))
        assert "no entry is found there by 'tr.rows'" in note
        _, notes = _noted(settings_of(tmp_path, server, complaints_of(server.url)))
        assert notes == ()


def test_a_list_that_shows_no_entries_any_more_is_an_error(tmp_path: Path) -> None:
    site = FakeComplaints(3)
    with Loopback(site) as server:
        settings = settings_of(tmp_path, server, complaints_of(server.url))
        assert crawled(settings).accepted == 3
        site.state.clear()
        with pytest.raises(SourceError, match=r"another skin.*voc crawl --try"):
            crawled(settings)


def test_an_app_without_reviews_is_told(tmp_path: Path) -> None:
    with Loopback(FakeStore(0)) as server:
        source = {"kind": "app_store", "app_id": 42, "url": server.url}
        _, [note] = _noted(settings_of(tmp_path, server, source))
        assert note.startswith("no review of app 42 is found in cn;")


def test_a_page_that_the_app_store_leaves_out_is_read_later(tmp_path: Path) -> None:
    app = FakeStore(351)
    hole: list[str] = ["page=2/"]

    def answer(path: str) -> Answer | None:
        given = app(path)
        if given is None:
            return None
        last = b'"link": [{"attributes": {"rel": "last", "href": "/cn/page=8/xml"}}]'
        if hole and hole[0] in path:
            return Answer(b'{"feed": {' + last + b"}}", kind="application/json")
        body = given.body.replace(b'{"feed": {', b'{"feed": {' + last + b", ", 1)
        return Answer(body, kind="application/json")

    with Loopback(answer) as server:
        source = {"kind": "app_store", "app_id": 42, "url": server.url}
        settings = settings_of(tmp_path, server, source)
        assert crawled(settings).accepted == 301
        hole.clear()
        assert crawled(settings).accepted == 50
        server.log.clear()
        assert crawled(settings).accepted == 0
        assert len([path for path in server.paths() if "customerreviews" in path]) < 8
