"""What every source keeps: resumable pages, a cursor of JSON, nothing twice, edits as versions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import pytest

from tests.sources.crawling.crawls import settings_of
from tests.sources.crawling.forums import BEGAN, FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from tests.sources.crawling.test_other_kinds import FakeComplaints, FakeDiscourse, FakeStore
from tests.sources.streams.mailbox import Mailbox, imap_server
from tests.sources.streams.places import (
    FolderPlace,
    KafkaPlace,
    MailPlace,
    RabbitPlace,
    SqlPlace,
)
from voc.config import Settings, load_settings
from voc.pipeline.health import source_health
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.records import Feedback
from voc.sources.base import Page, Source
from voc.store import open_store

pytestmark = pytest.mark.usefixtures("forked_crawls")


class Place(Protocol):
    """Somewhere that feedback comes from, as a test can change it."""

    settings: Settings

    def edit(self) -> None:
        """Changes the words of one voice."""

    def again(self) -> None:
        """Shows once more what a lost cursor alone does not bring again."""

    def empty(self) -> None:
        """Leaves no voice."""


@runtime_checkable
class Withdrawing(Place, Protocol):
    """A place whose source tells what is gone."""

    def withdraw(self) -> None:
        """Takes one voice back."""


@runtime_checkable
class Poisoned(Place, Protocol):
    """A place where something unreadable may stand."""

    def poison(self) -> None:
        """Puts something there that is no voice."""


class FilePlace:
    """A file of lines or cells."""

    def __init__(self, folder: Path, ending: str) -> None:
        self._path = folder / f"rows.{ending}"
        self._write([f"第{number}条" for number in range(1100)])
        config = folder / "voc.yaml"
        config.write_text(f"sources: {{site: {{path: {self._path.name}, map: {{id: n}}}}}}")
        self.settings = load_settings(config, environ={})

    def _write(self, texts: list[str]) -> None:
        if self._path.suffix == ".csv":
            rows = [f"{number},{text}" for number, text in enumerate(texts)]
            self._path.write_text("\n".join(["n,text", *rows, ""]), "utf-8")
        else:
            rows = [json.dumps({"n": number, "text": text}) for number, text in enumerate(texts)]
            self._path.write_text("\n".join([*rows, ""]), "utf-8")

    def edit(self) -> None:
        self._write(["改过", *[f"第{number}条" for number in range(1, 1100)]])

    def again(self) -> None:
        """The whole file is there."""

    def empty(self) -> None:
        self._write([])


class SitePlace:
    """A site on loopback."""

    def __init__(self, folder: Path, server: Loopback, site: Any, source: dict[str, Any]) -> None:
        self._site, self._server = site, server
        self.settings = settings_of(folder, server, source)

    def edit(self) -> None:
        site = self._site
        if isinstance(site, FakeDiscuz):
            site.topics[6].posts[0].text = "改过"
        elif isinstance(site, FakeDiscourse):
            site.posts[6][0]["cooked"] = "改过"
        elif isinstance(site, FakeStore):
            site.reviews[-1]["content"]["label"] = "改过"
        elif isinstance(site, FakeComplaints):
            site.state[6] = "改过"
        else:
            site.text = site.text.replace("第3条", "改过")

    def again(self) -> None:
        """The whole site is there."""

    def withdraw(self) -> None:
        if isinstance(self._site, FakeDiscuz):
            del self._site.topics[6].posts[-1]
        elif isinstance(self._site, FakeDiscourse):
            del self._site.posts[4][19]
        else:
            pytest.skip("the site shows a stretch of what there is, and not what is gone")

    def empty(self) -> None:
        site = self._site
        if isinstance(site, FakeDiscuz):
            site.topics.clear()
        elif isinstance(site, FakeDiscourse):
            site.posts.clear()
        elif isinstance(site, FakeStore):
            site.reviews.clear()
        elif isinstance(site, FakeComplaints):
            site.state.clear()
        else:
            site.text = "<rss version='2.0'><channel></channel></rss>"


class FakeFeed:
    def __init__(self) -> None:
        items = "".join(
            f"<item><guid isPermaLink='false'>{n}</guid><description>第{n}条</description></item>"
            for n in range(6)
        )
        self.text = f"<rss version='2.0'><channel>{items}</channel></rss>"

    def __call__(self, _path: str) -> Answer:
        return Answer(self.text.encode(), kind="application/rss+xml; charset=utf-8")


def _site(kind: str) -> tuple[Any, dict[str, Any]]:
    if kind == "discuz":
        forum = FakeDiscuz(6)
        forum.topics[6].posts[-1].time = BEGAN + timedelta(days=1)
        return forum, {"boards": [2]}
    if kind == "discourse":
        return FakeDiscourse(6), {}
    if kind == "app_store":
        return FakeStore(60), {"app_id": 42}
    if kind == "pages":
        listed = {"item": "tr.row", "link": "a::attr(href)", "next": "a.next::attr(href)"}
        fields = {"id": "td.n", "text": "td.s"}
        return FakeComplaints(15), {"list": {**listed, "fields": fields}}
    return FakeFeed(), {}


KINDS = ("csv", "jsonl", "discuz", "discourse", "app_store", "feed", "pages")
STREAMS: dict[str, Callable[[Path], Any]] = {
    "rabbitmq": RabbitPlace,
    "kafka": KafkaPlace,
    "sql": SqlPlace,
    "folder": FolderPlace,
}


@pytest.fixture(params=[*KINDS, *STREAMS, "imap"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    kind: str = request.param
    if kind in ("csv", "jsonl"):
        yield FilePlace(tmp_path, kind)
        return
    if kind in STREAMS:
        with closing(STREAMS[kind](tmp_path)) as stream:
            yield stream
        return
    if kind == "imap":
        with imap_server(Mailbox()) as box:
            yield MailPlace(tmp_path, box)
        return
    site, more = _site(kind)
    with ExitStack() as stack:
        server = stack.enter_context(Loopback(site))
        address: dict[str, Any] = (
            {"urls": [f"{server.url}/list?page=1"]} if kind in ("pages", "feed") else {}
        )
        source = {"kind": kind, **(address or {"url": server.url}), **more}
        yield SitePlace(tmp_path, server, site, source)


def _source(place: Place) -> Source:
    return open_source("site", settings=place.settings, told=Told())[0]


def _pages(place: Place, cursor: Any = None, *, most: int | None = None) -> list[Page]:
    """Reads to the end; or so many pages, of which the last one counts as not committed."""
    with closing(cast(Any, _source(place).read(cursor))) as given:
        pages = list(islice(given, most))
    for page in pages:
        assert json.loads(json.dumps(page.cursor)) == page.cursor
        assert len(page.feedback) + len(page.rejects) <= 500
        assert {item.source for item in page.feedback} <= {"site"}
    if most is None:
        assert [page.done for page in pages] == [False] * (len(pages) - 1) + [True] * bool(pages)
    return pages


def _voices(pages: list[Page]) -> dict[str, Feedback]:
    return {item.native_id: item for page in pages for item in page.feedback}


def _ingested(place: Place) -> Ingested:
    with open_store(place.settings.store_url) as store:
        return ingest(store, _source(place), settings=place.settings, industry=None)


def test_reading_goes_on_behind_every_page(place: Place) -> None:
    pages = _pages(place)
    whole = _voices(pages)
    assert len(whole) > 5
    # Before its first page is kept, a site is read as from the start, and each run is a process.
    first = set() if isinstance(place, SitePlace) else {0}
    for number in first | {len(pages) // 2}:
        place.again()
        before = _pages(place, most=number + 1)
        committed = before[:-1]
        cursor = committed[-1].cursor if committed else None
        rest = _voices(_pages(place, cursor))
        assert {**_voices(committed), **rest} == whole


def test_a_second_run_changes_nothing_and_an_edit_is_a_version(place: Place) -> None:
    first = _ingested(place)
    assert first.accepted > 5
    assert (first.duplicates, first.edited, first.rejected) == (0, 0, 0)
    again = _ingested(place)
    assert (again.accepted, again.edited, again.rejected) == (0, 0, 0)
    place.edit()
    edited = _ingested(place)
    assert (edited.accepted, edited.edited) == (0, 1)
    with open_store(place.settings.store_url) as store:
        counts = store.counts()
        assert (counts.feedback, counts.versions) == (first.accepted, first.accepted + 1)
        texts = [row.feedback.text for row in store.untagged("none", limit=5000)]
    assert texts.count("改过") == 1


def test_a_lost_cursor_stores_nothing_twice(place: Place) -> None:
    first = _ingested(place)
    with open_store(place.settings.store_url) as store:
        with store.transaction() as transaction:
            transaction.save_cursor("site", {})
        place.again()
        again = ingest(store, _source(place), settings=place.settings, industry=None)
        assert (again.accepted, again.edited) == (0, 0)
        assert again.duplicates == first.accepted
        counts = store.counts()
        assert counts.feedback == counts.versions == first.accepted


def test_what_is_taken_back_counts_no_more(place: Place) -> None:
    if not isinstance(place, Withdrawing):
        pytest.skip("the source tells nothing of what is gone")
    first = _ingested(place)
    place.withdraw()
    again = _ingested(place)
    assert (again.accepted, again.edited, again.withdrawn) == (0, 0, 1)
    assert _ingested(place).withdrawn == 0
    with open_store(place.settings.store_url) as store:
        assert store.counts().feedback == first.accepted - 1
        assert store.counts().versions == first.accepted
        assert store.check() == []
        [health] = source_health(store, place.settings)
        assert (health.voices, health.health.withdrawn) == (first.accepted - 1, 1)


def test_poison_is_set_aside_once_and_holds_up_nothing(place: Place) -> None:
    if not isinstance(place, Poisoned):
        pytest.skip("the source's own tests have it")
    first = _ingested(place)
    place.poison()
    place.edit()
    again = _ingested(place)
    assert (again.accepted, again.edited, again.rejected) == (0, 1, 1)
    _ingested(place)
    with open_store(place.settings.store_url) as store:
        [reject] = store.rejects("site")
        assert reject.reason
        assert store.counts().feedback == first.accepted
        [health] = source_health(store, place.settings)
        assert (health.health.rejects, health.health.error) == (1, None)


def test_an_empty_place_is_no_error(place: Place) -> None:
    place.empty()
    result = _ingested(place)
    assert replace(result, forbidden=0) == Ingested("site")
