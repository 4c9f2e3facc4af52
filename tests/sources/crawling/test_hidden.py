"""A forum that answers and shows nothing: told as an error, nothing taken back, nothing passed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sources.crawling.crawls import Stored, crawled, settings_of
from tests.sources.crawling.forums import BEGAN, FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from tests.sources.crawling.test_other_kinds import FakeDiscourse
from tests.sources.crawling.walks import Walks, discourse, discuz, lost, pids, voices
from voc.errors import SourceError
from voc.sources.crawling.site import HiddenError, Unreadable

pytestmark = pytest.mark.usefixtures("forked_crawls")

Change = Callable[[FakeDiscuz, Answer], Answer]


def _skin(old: bytes, new: bytes) -> Change:
    return lambda _forum, given: Answer(given.body.replace(old, new), given.status, given.kind)


def _notice(text: str) -> Change:
    return lambda forum, _given: forum._page(f'<div id="messagetext"><p>{text}</p></div>')


SKINS = {
    "posts": _skin(b'<table id="pid', b'<table id="post_'),
    "words": _skin(b'class="t_f"', b'class="message"'),
    "a page of a guard": lambda _forum, _given: Answer(b"<script>check()</script>"),
    "members only": _notice("您需要登录才可以继续本操作"),
}


class Skinned:
    """A forum whose threads, or some of them, are shown in another way for a while."""

    def __init__(self, forum: FakeDiscuz, change: Change, tids: str = r"\d+") -> None:
        self.forum, self.change, self.is_on = forum, change, True
        self.path = re.compile(rf"/thread-({tids})-")

    def __call__(self, path: str) -> Answer | None:
        given = self.forum(path)
        if given is None or not (self.is_on and self.path.match(path)):
            return given
        return self.change(self.forum, given)


@pytest.mark.parametrize("threads", [1, 4, 8])
@pytest.mark.parametrize("skin", SKINS)
def test_a_forum_that_shows_no_posts_on_its_first_run(skin: str, threads: int) -> None:
    site = Skinned(FakeDiscuz(threads), SKINS[skin])
    walks = discuz(site)
    for _ in range(2):
        opened = min(threads, 5)
        with pytest.raises(HiddenError, match=f"{opened} threads were opened, and no post"):
            walks.run()
        assert voices(walks.steps) == set()
    site.is_on = False
    assert voices(walks.run()) == site.forum.all_pids()


@pytest.mark.parametrize("threads", [2, 4, 9])
@pytest.mark.parametrize("skin", SKINS)
def test_a_known_forum_that_shows_no_posts_any_more(skin: str, threads: int) -> None:
    forum = FakeDiscuz(threads)
    site = Skinned(forum, SKINS[skin])
    site.is_on = False
    walks = discuz(site)
    known = voices(walks.run())
    before = walks.cursor["sections"]["2"]["newest"]
    site.is_on = True
    forum.reply(1, "车友", BEGAN + timedelta(days=20), "又坏了")
    forum.topics.pop(2)
    for _ in range(2):
        if threads == 2 and skin in ("words", "members only"):
            break  # one closed thread is no sign of a forum
        with pytest.raises(HiddenError, match="no post was found"):
            walks.run()
        assert lost(walks.steps) == set()
        assert walks.cursor["sections"]["2"]["newest"] == before
    site.is_on = False
    walks.run()
    assert voices(walks.steps) >= forum.all_pids() - known


def test_a_thread_that_is_closed_is_no_sign_of_a_forum_that_hides() -> None:
    forum = FakeDiscuz(9)
    site = Skinned(forum, _notice("抱歉，本帖要求阅读权限高于 20 才能浏览"), tids="[3579]")
    walks = discuz(site)
    assert voices(walks.run()) == forum.all_pids() - {
        pid for tid in (3, 5, 7, 9) for pid in pids(forum, tid)
    }
    told = [step for step in walks.steps if isinstance(step, Unreadable)]
    assert {step.reason for step in told} == {"the thread is not for guests"}
    assert "阅读权限" in told[0].sample
    assert walks.missed == ()


def test_a_page_without_posts_or_a_word_is_looked_at_again() -> None:
    forum = FakeDiscuz(6)
    site = Skinned(forum, SKINS["a page of a guard"], tids="4")
    walks = discuz(site)
    assert voices(walks.run()) == forum.all_pids() - pids(forum, 4)
    assert [url.rpartition("/")[2] for url in walks.missed] == ["thread-4-1-1.html"]
    site.is_on = False
    assert pids(forum, 4) <= voices(walks.run())
    assert walks.missed == ()


@pytest.mark.parametrize("skin", SKINS)
def test_a_guard_that_comes_in_the_midst_of_a_run_hides_nothing_for_good(skin: str) -> None:
    """As one that shows guests a number of threads a day."""
    forum = FakeDiscuz(24)
    site = Skinned(forum, SKINS[skin], tids=r"[7-9]|1\d|2\d")
    walks = discuz(site, recheck_days=0.05)
    with pytest.raises(HiddenError, match=r"thread-11-1-1.html: 5 threads were opened"):
        walks.run()
    assert voices(walks.steps) == {pid for tid in range(1, 7) for pid in pids(forum, tid)}
    site.is_on = False
    seen = voices(walks.steps) | voices(walks.run())
    assert seen == forum.all_pids()


@pytest.mark.parametrize("status", [401, 403])
def test_threads_that_the_site_refuses_are_tried_again(status: int) -> None:
    forum = FakeDiscuz(12)
    site = Skinned(forum, lambda _forum, _given: Answer(b"no", status), tids="[4-9]")
    walks = discuz(site)
    with pytest.raises(SourceError, match="5 threads in a row could not be reached"):
        walks.run()
    site.is_on = False
    assert voices(walks.steps) | voices(walks.run()) == forum.all_pids()


def _bare_list(forum: FakeDiscuz, walks: Walks) -> None:
    """Shows lists in another skin from now on."""

    def answer(path: str) -> Answer | None:
        given = forum(path)
        if given is None or "forumdisplay" not in path:
            return given
        return Answer(re.sub(rb"(normal|stick)thread_", b"row_", given.body), kind=given.kind)

    walks._answer = answer


@pytest.mark.parametrize("is_known", [False, True])
def test_a_list_that_shows_no_threads(is_known: bool) -> None:
    forum = FakeDiscuz(6)
    walks = discuz(forum)
    if is_known:
        walks.run()
    before = walks.cursor
    _bare_list(forum, walks)
    with pytest.raises(HiddenError, match=r"fid=2&page=1: no thread was found on this list"):
        walks.run()
    assert lost(walks.steps) == set()
    assert walks.asked == ["/forum.php?mod=forumdisplay&fid=2&page=1"]
    assert walks.cursor == before


@pytest.mark.parametrize(
    "words",
    [
        '<tbody class="bw0_all"><tr><th colspan="5"><p class="emp">本版块或指定的范围内尚无主题</p>'
        "</th></tr></tbody>",
        "<p>暂无主题</p>",
        "<p>暫無帖子</p>",
    ],
)
def test_a_board_that_says_that_it_is_empty_is_no_error(words: str) -> None:
    forum = FakeDiscuz(1)
    assert discuz(lambda _path: forum._page(f"<table>{words}</table>")).run() == []


def test_one_board_that_hides_its_posts_holds_up_no_other(tmp_path: Path) -> None:
    """And the next run begins with it again."""
    open_board, closed = FakeDiscuz(6, board=3), FakeDiscuz(6, board=2)
    closed.topics = {tid + 100: topic for tid, topic in closed.topics.items()}
    for topic in closed.topics.values():
        topic.tid += 100
        for post in topic.posts:
            post.pid += 10_000
    site = Skinned(closed, SKINS["posts"])

    def answer(path: str) -> Answer | None:
        is_open = "fid=3" in path or re.search(r"thread-\d-", path)
        return open_board(path) if is_open else site(path)

    with Loopback(answer) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [2, 3]}
        settings = settings_of(tmp_path, server, source)
        with pytest.raises(HiddenError, match=r"voc crawl --try '\S+' --with site"):
            crawled(settings)
        assert set(Stored(settings).ids) == open_board.all_pids()
        assert "no post was found" in (Stored(settings).health.error or "")
        site.is_on = False
        crawled(settings)
        assert set(Stored(settings).ids) == open_board.all_pids() | closed.all_pids()


@pytest.mark.parametrize(
    "page", [b'{"errors": ["x"]}', b'{"topic_list": {}}', b'{"topic_list": {"topics": null}}']
)
def test_a_discourse_list_without_topics(page: bytes) -> None:
    forum, is_strange = FakeDiscourse(6), [False]
    walks = discourse(
        lambda path: Answer(page) if is_strange[0] and "latest" in path else forum(path)
    )
    walks.run()
    before, is_strange[0] = walks.cursor, True
    with pytest.raises(HiddenError, match="no thread was found"):
        walks.run()
    assert walks.cursor == before


@pytest.mark.parametrize("page", [b'{"title": "x"}', b"<html>check</html>"])
@pytest.mark.parametrize("is_known", [False, True])
def test_discourse_topics_without_posts(page: bytes, is_known: bool) -> None:
    forum, is_strange = FakeDiscourse(6), [not is_known]
    walks = discourse(lambda path: Answer(page) if is_strange[0] and "/t/" in path else forum(path))
    if is_known:
        walks.run()
    is_strange[0] = True
    with pytest.raises(HiddenError, match="5 threads were opened, and no post was found in any"):
        walks.run()
    is_strange[0] = False
    assert voices(walks.run()) == forum.ids()


@pytest.mark.parametrize("is_known", [False, True])
def test_a_forum_whose_threads_may_not_be_read(is_known: bool, tmp_path: Path) -> None:
    """Its list may, so that a run would end well, without a voice."""
    forum = FakeDiscuz(3)
    with Loopback(forum) as server:
        settings = settings_of(
            tmp_path, server, {"kind": "discuz", "url": server.url, "boards": [2]}
        )
        if is_known:
            crawled(settings)
            forum.reply(1, "车友", BEGAN + timedelta(days=20), "又坏了")
        server.robots = Answer(b"User-agent: *\nDisallow: /thread-\n")
        with pytest.raises(HiddenError, match=r"robots.txt\)\. \d threads were opened, and none"):
            crawled(settings)
        server.robots = None
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids()


def test_threads_that_redirect_for_ever_are_tried_again(tmp_path: Path) -> None:
    """As a guard does that waits for its cookie."""
    forum, is_guarded = FakeDiscuz(3), [True]

    def answer(path: str) -> Answer | None:
        if is_guarded[0] and path.startswith("/thread-2-"):
            return Answer(status=302, headers=(("Location", path), ("Set-Cookie", "checked=1")))
        return forum(path)

    with Loopback(answer) as server:
        settings = settings_of(
            tmp_path, server, {"kind": "discuz", "url": server.url, "boards": [2]}
        )
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids() - pids(forum, 2)
        assert "/thread-2-1-1.html" in Stored(settings).health.notes[0]
        is_guarded[0] = False
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids()


PACKED = {
    2: lambda body: gzip.compress(body)[:-40],
    3: lambda body: gzip.compress(body)[:-8],
    4: lambda body: gzip.compress(body)[:20] + b"\xff" * 200,
    5: lambda body: body,
}
"""Threads with what is sent for their pages: cut, without its end, garbage, and not packed."""


def test_pages_that_cannot_be_unpacked_whole_are_tried_again(tmp_path: Path) -> None:
    forum, is_broken = FakeDiscuz(6), [False]

    def answer(path: str) -> Answer | None:
        given = forum(path)
        for tid, pack in PACKED.items():
            if given is not None and path.startswith(f"/thread-{tid}-1-"):
                packed = (pack if is_broken[0] else gzip.compress)(given.body)
                return Answer(packed, headers=(("Content-Encoding", "gzip"),))
        return given

    with Loopback(answer) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [2], "recheck_days": 30}
        settings = settings_of(tmp_path, server, source, retries=0)
        crawled(settings)
        assert set(Stored(settings).ids) == forum.all_pids()
        is_broken[0] = True
        again = crawled(settings)
        assert (again.accepted, again.edited, again.withdrawn) == (0, 0, 0)
        note, _ = Stored(settings).health.notes  # beside the thread that leads elsewhere
        assert note.startswith(f"{len(PACKED)} pages were not reached or showed nothing (")
        is_broken[0] = False
        crawled(settings)
        assert len(Stored(settings).health.notes) == 1


def test_a_list_by_first_posts_hides_no_reply_to_an_old_thread() -> None:
    forum = FakeDiscuz(60, is_by_first_post=True)
    for tid in range(2, 61, 3):
        forum.reply(tid, "车友", BEGAN + timedelta(days=10, minutes=61 - tid), "顶")
    walks = discuz(forum, recheck_days=0.1)
    assert voices(walks.run()) == forum.all_pids()
    post = forum.reply(1, "车友", BEGAN + timedelta(days=20), "又坏了")
    assert str(post.pid) in voices(walks.run())


def test_one_thread_out_of_place_does_not_have_the_whole_list_read() -> None:
    forum = FakeDiscuz(100)

    def answer(path: str) -> Answer | None:
        given = forum(path)
        if given is None or "forumdisplay" not in path:
            return given
        body = given.body.replace(b'title="2026-10-5 10:00"', b'title="2026-10-25 10:00"')
        return Answer(body, kind=given.kind)

    walks = discuz(answer, recheck_days=0.1)
    walks.cursor = {"sections": {"2": {"newest": "2026-10-05T04:00:00+00:00"}}}
    assert pids(forum, 98) <= voices(walks.run())
    assert sum("forumdisplay" in path for path in walks.asked) == 1
