"""What a site shows no more, or cannot show now: withdrawn, or tried again, and told."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sources.crawling.crawls import Stored, crawled, settings_of
from tests.sources.crawling.forums import BEGAN, FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from tests.sources.crawling.test_other_kinds import FakeComplaints, FakeDiscourse, complaints_of
from tests.sources.crawling.walks import (
    BASE,
    BROKEN,
    complaints,
    discourse,
    discuz,
    lost,
    pids,
    voices,
)
from voc.errors import SourceError
from voc.sources.crawling.site import Unreadable, Voice
from voc.store import open_store

pytestmark = pytest.mark.usefixtures("forked_crawls")


def test_a_thread_that_is_deleted_whole_is_withdrawn(tmp_path: Path) -> None:
    forum = FakeDiscuz(6)
    with Loopback(forum) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [2], "recheck_days": 30}
        settings = settings_of(tmp_path, server, source)
        count = crawled(settings).accepted
        gone = forum.topics.pop(6)
        thread = next(each for each in forum.topics.values() if len(each.posts) > 2)
        del thread.posts[1]  # for which the thread is read twice
        again = crawled(settings)
        left = count - len(gone.posts) - 1
        assert again.withdrawn == len(gone.posts) + 1
        assert (again.duplicates, again.edited) == (left, 0)  # though numbered anew
        with open_store(settings.store_url) as store:
            assert [each.voices for each in store.sources()] == [left]


def test_a_thread_that_is_gone_is_looked_at_once_and_may_come_again() -> None:
    forum = FakeDiscuz(12)
    walks = discuz(forum)
    walks.run()
    theirs = pids(forum, 9)
    gone = forum.topics.pop(9)
    assert lost(walks.run()) == theirs
    assert lost(walks.run()) == set()
    assert not [path for path in walks.asked if "thread-9-" in path]
    forum.topics[9] = gone  # as one that was held for review
    assert theirs <= voices(walks.run())


def test_a_thread_that_the_list_still_shows_is_out_of_reach_and_not_gone() -> None:
    forum, hidden = FakeDiscuz(6), set[str]()
    walks = discuz(lambda path: None if path in hidden else forum(path))
    walks.run()
    hidden.add("/thread-6-1-1.html")
    assert lost(walks.run()) == set()
    assert [url.removeprefix(BASE) for url in walks.missed] == ["/thread-6-1-1.html"]
    theirs = pids(forum, 6)
    del forum.topics[6]
    assert lost(walks.run()) == theirs
    assert walks.missed == ()


@pytest.mark.parametrize(
    ("notice", "is_gone"),
    [("抱歉，指定的主题不存在或已被删除", True), ("您需要登录才可以继续本操作", False)],
    ids=["deleted", "not for guests any more"],
)
def test_what_the_forum_says_of_a_thread_that_the_list_shows_decides(
    notice: str, is_gone: bool
) -> None:
    forum, closed = FakeDiscuz(6), set[str]()
    page = forum._page(f'<div id="messagetext"><p>{notice}</p></div>')
    walks = discuz(lambda path: page if path in closed else forum(path))
    walks.run()
    closed.add("/thread-6-1-1.html")
    assert lost(walks.run()) == (pids(forum, 6) if is_gone else set())


@pytest.mark.parametrize("list_is_empty", [False, True])
def test_where_every_thread_answers_404_nothing_is_withdrawn(list_is_empty: bool) -> None:
    """As where addresses are written in another way, or a guard takes the crawler for a robot."""
    forum, is_guarded = FakeDiscuz(12), [False]

    def answer(path: str) -> Answer | None:
        if is_guarded[0] and "thread" in path:
            return None
        if is_guarded[0] and list_is_empty:
            return forum._page("<p>暂无主题</p>")
        return forum(path)

    walks = discuz(answer)
    known = voices(walks.run())
    is_guarded[0] = True
    for _ in range(3):
        with contextlib.suppress(SourceError):
            walks.run()
        assert lost(walks.steps) == set()
    assert len(walks.missed) >= 12
    is_guarded[0] = False
    assert lost(walks.run()) == set()
    assert known


def test_a_list_that_is_read_in_part_tells_of_nothing_gone() -> None:
    forum = FakeDiscuz(30)
    whole = discuz(forum)
    whole.run()
    part = discuz(forum, max_pages=1)
    part.cursor = whole.cursor
    part.run()
    assert [path for path in part.asked if path.startswith("/thread-30-")]
    assert not [path for path in part.asked if path.startswith("/thread-1-")]


def test_a_discourse_topic_that_is_deleted_is_withdrawn() -> None:
    forum = FakeDiscourse(9)
    walks = discourse(forum)
    walks.run()
    gone = forum.posts.pop(8)
    assert lost(walks.run()) == {str(post["id"]) for post in gone}


def test_threads_that_fail_for_ever_hold_up_no_new_one_and_are_told() -> None:
    forum = FakeDiscuz(12)
    failing = re.compile(r"/thread-(1|3|5|7|9|11)-1-1\.html")
    walks = discuz(
        lambda path: BROKEN if failing.fullmatch(path) else forum(path), recheck_days=0.1
    )
    walks.run()
    post = forum.reply(2, "车友1", BEGAN + timedelta(days=20), "又坏了")
    assert str(post.pid) in voices(walks.run())
    assert len(walks.missed) == 6


def test_details_that_fail_hold_up_no_others_and_are_told(tmp_path: Path) -> None:
    site, failing = FakeComplaints(12), {"/detail/7.html"}
    with Loopback(lambda path: BROKEN if path in failing else site(path)) as server:
        settings = settings_of(tmp_path, server, complaints_of(server.url), retries=0)
        assert crawled(settings).accepted == 11
        assert Stored(settings).health.notes == (
            f"1 page was not reached or showed nothing ({server.url}/detail/7.html); the next run"
            " tries again.",
        )
        failing.clear()
        assert crawled(settings).accepted == 1
        assert Stored(settings).one("TS0007").product == "云驰X5"
        assert Stored(settings).health.notes == ()


def test_a_look_at_a_list_shows_the_details_of_its_first_entries() -> None:
    site = FakeComplaints(12)
    walks = complaints(lambda path: BROKEN if path == "/detail/7.html" else site(path))
    found = walks.look(f"{BASE}/list?page=1")
    texts = [each.values["text"] for each in found if isinstance(each, Voice)]
    assert texts == ["发动机漏油"] * 9
    assert [each.place for each in found if isinstance(each, Unreadable)] == [
        f"{BASE}/detail/7.html"
    ]


@pytest.mark.parametrize(
    ("between", "given_up_in_run"),
    [(timedelta(minutes=1), None), (timedelta(hours=7), 5), (timedelta(hours=30), 5)],
    ids=["each minute", "some a day", "rarely"],
)
def test_details_that_fail_are_given_up_after_five_runs_and_a_day(
    between: timedelta, given_up_in_run: int | None
) -> None:
    site = FakeComplaints(3)
    walks = complaints(lambda path: BROKEN if path == "/detail/2.html" else site(path))
    given_up: list[int] = []
    for run in range(1, 9):
        found = [step.place for step in walks.run() if isinstance(step, Unreadable)]
        given_up += [run] * found.count(f"{BASE}/detail/2.html")
        walks.now += between
    assert given_up == ([given_up_in_run] if given_up_in_run else [])
    assert bool(walks.missed) is (given_up_in_run is None)


def test_details_that_were_given_up_are_opened_when_their_entry_changes() -> None:
    site = FakeComplaints(3)
    walks = complaints(lambda path: BROKEN if path == "/detail/2.html" else site(path))
    asked = 0
    for _ in range(6):
        walks.run()
        asked += walks.asked.count("/detail/2.html")
        walks.now += timedelta(hours=7)
    assert (asked, walks.missed) == (5, ())
    site.state[2] = "已完成"
    walks.run()
    assert walks.asked.count("/detail/2.html") == 1
    assert walks.missed == (f"{BASE}/detail/2.html",)


def test_a_cursor_that_tells_no_time_of_what_waits_is_read() -> None:
    site, failing = FakeComplaints(3), {"/detail/2.html"}
    walks = complaints(lambda path: BROKEN if path in failing else site(path))
    walks.run()
    waiting = walks.cursor["pending"]["TS0002"]
    walks.cursor = {**walks.cursor, "pending": {"TS0002": [5, *waiting[1:3]]}}
    assert walks.run() == []  # five runs failed, but nobody knows since when
    assert walks.missed == (f"{BASE}/detail/2.html",)
    failing.clear()
    assert voices(walks.run()) == {"TS0002"}


def test_an_entry_that_changes_while_it_waits_is_read_once() -> None:
    site, failing = FakeComplaints(3), {"/detail/2.html"}
    walks = complaints(lambda path: BROKEN if path in failing else site(path))
    walks.run()
    site.state[2] = "已完成"
    failing.clear()
    assert voices(walks.run()) == {"TS0002", "TS0002#1"}
    assert walks.asked.count("/detail/2.html") == 1
    assert walks.missed == ()


def test_a_site_whose_details_all_fail_is_an_error_that_goes_on_behind_them() -> None:
    site, failing = FakeComplaints(12), True
    walks = complaints(lambda path: BROKEN if failing and "detail" in path else site(path))
    with pytest.raises(SourceError, match=r"detail/8.html: the site answers 500"):
        walks.run()
    failing = False
    assert len(voices(walks.run())) == 12
