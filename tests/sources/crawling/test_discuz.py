"""A Discuz! X forum on loopback: all that is allowed once, nothing that is forbidden."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sources.crawling.crawls import DELAY_S, Stored, busiest_second, crawled, settings_of
from tests.sources.crawling.forums import BEGAN, FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from voc.errors import SourceError

pytestmark = pytest.mark.usefixtures("forked_crawls")

ROBOTS = Answer(b"User-agent: voc\nDisallow: /login/\nDisallow: /trap/\n", kind="text/plain")


@pytest.fixture
def secret() -> Iterator[Loopback]:
    """A server in the private network that nobody may ask."""
    with Loopback(lambda _: Answer(b"secret"), address="127.0.0.2") as server:
        yield server


def _source(server: Loopback, **more: Any) -> dict[str, Any]:
    return {
        "kind": "discuz", "url": server.url, "boards": [2], "staff_groups": ["官方人员"], **more,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_forum_is_taken_once_and_nothing_forbidden_is_touched(
    encoding: str, tmp_path: Path, secret: Loopback
) -> None:
    moved: list[str] = []

    def live(forum: FakeDiscuz, path: str) -> None:
        """A thread is deleted, and another bumped, between the first and the second page."""
        if "page=2" in path and not moved:
            moved.append(path)
            del forum.topics[29]
            forum.reply(5, "官方客服", BEGAN + timedelta(days=20), "您好，请到店检查")

    forum = FakeDiscuz(30, encoding, before=live, private=f"{secret.url}/secret")
    forum.topics[7].posts[0].text = "双离合抖动，𠮷先生说“不修”"
    with Loopback(forum, robots=ROBOTS) as server:
        settings = settings_of(tmp_path, server, _source(server))
        first = crawled(settings)
        stored = Stored(settings)
        assert set(stored.ids) == forum.all_pids()
        assert first.accepted == len(forum.all_pids())
        assert first.rejected == first.edited == 0
        assert first.forbidden == 2  # the pinned thread by robots.txt, the moved one by the guard
        [note] = Stored(settings).health.notes
        assert note.startswith(f"2 addresses were not read ({server.url}/login/thread-900-1-1.html")
        assert "Forbidden by robots.txt; " in note
        threads = Counter(path for path in server.paths() if path.startswith("/thread-"))
        assert max(threads.values()) == 1
        assert not [path for path in server.paths() if "/login/" in path or "trap" in path]
        assert secret.log == []
        assert busiest_second(server) <= 1 / DELAY_S + 1
        assert {asked.agent for asked in server.log} == {"voc (+mailto:voc@example.com)"}
        assert {asked.cookie for asked in server.log} == {None}

        one = stored.one(str(forum.topics[7].posts[0].pid))
        assert one.text == "双离合抖动，𠮷先生说“不修”"
        assert (one.title, one.channel) == ("第7帖：起步顿挫", "forum")
        assert one.created_at is not None
        assert one.created_at.isoformat() == "2026-10-01T15:00:00+08:00"
        assert one.extra["thread_id"] == "7"
        assert "is_staff" not in one.extra
        answer = stored.one(str(forum.topics[5].posts[-1].pid))
        assert answer.text == "您好，请到店检查"
        assert answer.extra["is_staff"] is True
        assert answer.extra["reply_to"] == str(forum.topics[5].posts[0].pid)
        assert answer.title is None


def test_the_next_run_takes_what_is_new_and_what_was_edited(tmp_path: Path) -> None:
    forum = FakeDiscuz(30)
    with Loopback(forum) as server:
        settings = settings_of(tmp_path, server, _source(server, recheck_days=0.2))
        crawled(settings)
        server.log.clear()
        forum.topics[30].posts[0].text = "编辑过：已经解决"
        forum.reply(3, "车友1", BEGAN + timedelta(days=20), "又坏了")
        again = crawled(settings)
        assert (again.accepted, again.edited) == (1, 1)
        asked = [path for path in server.paths() if path.startswith("/thread-")]
        assert 2 <= len({path.split("-")[1] for path in asked}) < 10
        assert sum("forumdisplay" in path for path in server.paths()) == 1
        assert Stored(settings).one(str(forum.topics[30].posts[0].pid)).text == "编辑过：已经解决"
        third = crawled(settings)
        assert (third.accepted, third.edited) == (0, 0)


def test_a_spell_of_503_loses_nothing(tmp_path: Path) -> None:
    forum = FakeDiscuz(8)
    with Loopback(forum) as server:
        settings = settings_of(tmp_path, server, _source(server), retries=1)

        def spell(_forum: FakeDiscuz, path: str) -> None:
            if path == "/thread-3-1-1.html" and server.failing == 0 and not spells:
                spells.append(path)
                server.failing = 5

        spells: list[str] = []
        forum.before = spell
        crawled(settings)
        assert len(spells) == 1
        assert set(Stored(settings).ids) < forum.all_pids()
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids()


def test_a_site_that_is_down_is_an_error_and_what_came_before_stays(tmp_path: Path) -> None:
    forum = FakeDiscuz(12)
    with Loopback(forum) as server:
        settings = settings_of(tmp_path, server, _source(server), retries=0)

        def down(_forum: FakeDiscuz, path: str) -> None:
            if path == "/thread-3-1-1.html" and not downs:
                downs.append(path)
                server.failing = 10**6

        downs: list[str] = []
        forum.before = down
        with pytest.raises(SourceError, match="503"):
            crawled(settings)
        assert len(set(Stored(settings).ids)) > 0
        assert "503" in (Stored(settings).health.error or "")
        server.failing = 0
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids()
        assert Stored(settings).health.error is None


@pytest.mark.parametrize(
    ("robots", "error"),
    [
        (Answer(b"User-agent: *\nDisallow: /\n"), "Forbidden by robots.txt"),
        (Answer(b"User-agent: *\nDisallow: /\n\nUser-agent: voc\nAllow: /\n"), None),
        (Answer(b"User-agent: *\nDisallow: /forum\nAllow: /forum.php\n"), None),
        (Answer(b"busy", 503), "robots.txt cannot be had (the site answers 503)"),
        (Answer(b"slow down", 429), "robots.txt cannot be had (the site answers 429)"),
        (Answer(b"no", 403), None),
        (None, None),
    ],
)
def test_robots_txt_as_rfc_9309_has_it(
    robots: Answer | None, error: str | None, tmp_path: Path
) -> None:
    with Loopback(FakeDiscuz(1), robots=robots) as server:
        settings = settings_of(tmp_path, server, _source(server), retries=0)
        if error is None:
            assert crawled(settings).accepted == 1
        else:
            with pytest.raises(SourceError, match=re.escape(error)):
                crawled(settings)
            assert set(server.paths()) == {"/robots.txt"}


def test_a_site_that_does_not_answer_is_told_so(tmp_path: Path) -> None:
    with Loopback(FakeDiscuz(1)) as server:
        settings = settings_of(tmp_path, server, _source(server), retries=0)
    with pytest.raises(SourceError, match=r"no answer: .*RefusedError.*Run again when it does"):
        crawled(settings)


def test_a_limit_ends_behind_a_thread_and_the_next_run_goes_on(tmp_path: Path) -> None:
    forum = FakeDiscuz(9)
    with Loopback(forum) as server:
        settings = settings_of(tmp_path, server, _source(server))
        runs = [crawled(settings, limit=12).accepted for _ in range(4)]
        assert runs[0] == 15
        assert set(Stored(settings).ids) == forum.all_pids()
        assert sum(runs) == len(forum.all_pids())
