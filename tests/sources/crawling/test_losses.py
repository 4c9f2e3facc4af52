"""What a forum shows no more is taken back, unless it is so much that the forum is doubted."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sources.crawling.crawls import Stored, crawled, settings_of
from tests.sources.crawling.forums import BEGAN, FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback
from tests.sources.crawling.test_other_kinds import FakeDiscourse
from tests.sources.crawling.walks import BROKEN, discourse, discuz, lost, pids, voices
from voc.sources.crawling.site import Unreadable

pytestmark = pytest.mark.usefixtures("forked_crawls")


def test_a_forum_that_calls_all_its_threads_deleted_is_doubted_run_after_run() -> None:
    forum = FakeDiscuz(12)
    walks = discuz(forum)
    known = voices(walks.run())
    topics, forum.topics = forum.topics, {}
    for _ in range(4):
        assert lost(walks.run()) == set()
        assert f"{len(known)} of {len(known)} known voices" in walks.doubt
    forum.topics = topics
    assert lost(walks.run()) == set()
    assert walks.doubt == ""
    assert walks.missed == ()
    trusting = discuz(forum, snapshot_share=0)
    trusting.cursor, forum.topics = walks.cursor, {}
    assert lost(trusting.run()) == known


def test_what_was_doubted_is_taken_back_when_the_user_says_so(tmp_path: Path) -> None:
    forum = FakeDiscuz(8)
    with Loopback(forum) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [2], "recheck_days": 30}
        settings = settings_of(tmp_path, server, source)
        count = crawled(settings).accepted
        theirs = {tid: forum.topics.pop(tid) for tid in (3, 6)}
        gone = sum(len(topic.posts) for topic in theirs.values())
        assert crawled(settings).withdrawn == 0
        note = (
            f"{gone} of {count} known voices are shown no more and not taken back, as one run must"
            " leave 50%; if they are gone indeed, set sources.site.snapshot_share: 0 for one run."
        )
        assert note in Stored(settings).health.notes
        told = settings_of(tmp_path, server, {**source, "snapshot_share": 0})
        assert crawled(told).withdrawn == gone
        assert note not in Stored(told).health.notes
        assert crawled(settings).withdrawn == 0
        assert note not in Stored(settings).health.notes


@pytest.mark.parametrize(("deleted", "is_gone"), [(6, True), (7, False)])
def test_a_run_leaves_half_of_the_voices_known(deleted: int, is_gone: bool) -> None:
    forum = FakeDiscuz(12)
    for topic in forum.topics.values():
        del topic.posts[1:]
    walks = discuz(forum)
    walks.run()
    theirs = {pid for tid in range(1, deleted + 1) for pid in pids(forum, tid)}
    for tid in range(1, deleted + 1):
        del forum.topics[tid]
    assert lost(walks.run()) == (theirs if is_gone else set())
    assert bool(walks.doubt) is not is_gone


@pytest.mark.parametrize(
    ("posts", "deleted", "is_gone"),
    [
        ([1], [1], True),
        ([3], [1], True),
        ([4], [1], False),
        ([1, 1], [1], True),
        ([1, 1, 1], [2], True),
        ([1, 1, 1], [1, 2], False),
        ([1, 1, 1], [1, 2, 3], False),
        ([1, 2], [2], True),
    ],
)
def test_the_one_thread_of_a_small_board(
    posts: list[int], deleted: list[int], is_gone: bool
) -> None:
    forum = FakeDiscuz(len(posts))
    for tid, count in enumerate(posts, 1):
        forum.topics[tid].posts.clear()
        for number in range(count):
            forum.reply(tid, "车友", BEGAN, f"{number} 起步顿挫")
    walks = discuz(forum)
    walks.run()
    theirs = {pid for tid in deleted for pid in pids(forum, tid)}
    for tid in deleted:
        del forum.topics[tid]
    assert lost(walks.run()) == (theirs if is_gone else set())
    assert lost(walks.run()) == set()


def test_the_only_topic_of_a_forum_that_says_nothing_but_404() -> None:
    forum = FakeDiscourse(1)
    walks = discourse(forum)
    known = voices(walks.run())
    forum.posts.clear()
    assert lost(walks.run()) == known


def test_with_a_share_of_one_nothing_is_taken_back() -> None:
    forum = FakeDiscuz(2)
    walks = discuz(forum, snapshot_share=1)
    walks.run()
    del forum.topics[1]
    assert lost(walks.run()) == set()
    assert "1 of 2 known voices" in walks.doubt


def test_a_guard_that_answers_404_for_what_is_recent_is_doubted() -> None:
    """Though it is a small part of all that is known."""
    forum = FakeDiscuz(60)
    walks = discuz(lambda path: _guarded(forum, path, guarded), recheck_days=0.3)
    guarded: set[int] = set()
    walks.run()
    guarded |= set(range(52, 61))
    topics = forum.topics
    forum.topics = {tid: topic for tid, topic in topics.items() if tid not in guarded}
    assert lost(walks.run()) == set()
    assert "threads are said to be gone and 0 can be read" in walks.doubt
    forum.topics, guarded = topics, guarded - set(range(52, 61))
    assert lost(walks.run()) == set()
    assert walks.doubt == ""


def _guarded(forum: FakeDiscuz, path: str, guarded: set[int]) -> Answer | None:
    if any(path.startswith(f"/thread-{tid}-") for tid in guarded):
        return None
    return forum(path)


def test_replies_that_guests_are_shown_no_more_are_doubted() -> None:
    forum = FakeDiscuz(6)
    walks = discuz(forum)
    walks.run()
    for topic in forum.topics.values():
        del topic.posts[1:]
    assert lost(walks.run()) == set()
    assert "known voices are shown no more" in walks.doubt


def test_one_reply_that_is_deleted_is_taken_back() -> None:
    forum = FakeDiscuz(6)
    walks = discuz(forum)
    walks.run()
    gone = forum.topics[6].posts.pop(4)
    assert lost(walks.run()) == {str(gone.pid)}
    assert lost(walks.run()) == set()


@pytest.mark.parametrize("target", [1, 9])
def test_threads_that_are_merged_lose_nothing(target: int) -> None:
    """Read before the thread that goes into it, or behind it."""
    forum = FakeDiscuz(9)
    walks = discuz(forum)
    walks.run()
    merged = forum.topics.pop(6)
    forum.topics[target].posts = sorted(
        [*forum.topics[target].posts, *merged.posts], key=lambda post: post.time
    )
    assert lost(walks.run()) == set()
    assert lost(walks.run()) == set()
    gone = pids(forum, target)
    del forum.topics[target]
    trusting = discuz(forum, snapshot_share=0)
    trusting.cursor = walks.cursor
    assert lost(trusting.run()) == gone


def test_what_cannot_be_looked_at_again_is_not_taken_back() -> None:
    """What one run doubted is no evidence for the next one, which may read other threads."""
    forum, broken = FakeDiscuz(60), set[int]()
    guarded = set(range(52, 61))

    def answer(path: str) -> Answer | None:
        if any(path.startswith(f"/thread-{tid}-") for tid in broken):
            return BROKEN
        return _guarded(forum, path, guarded if len(forum.topics) < 60 else set())

    walks = discuz(answer, recheck_days=0.3)
    walks.run()
    topics = forum.topics
    forum.topics = {tid: topic for tid, topic in topics.items() if tid not in guarded}
    assert lost(walks.run()) == set()
    assert walks.doubt
    broken |= guarded
    post = forum.reply(1, "车友", BEGAN + timedelta(days=20), "又坏了")
    assert lost(walks.run()) == set()
    assert str(post.pid) in voices(walks.steps)
    broken.clear()
    forum.topics = topics
    assert lost(walks.run()) == set()
    assert walks.missed == ()


def test_a_run_that_is_cut_off_leaves_the_decision_to_the_next_one(tmp_path: Path) -> None:
    forum = FakeDiscuz(9)
    with Loopback(forum) as server:
        source = {"kind": "discuz", "url": server.url, "boards": [2], "recheck_days": 30}
        settings = settings_of(tmp_path, server, source)
        crawled(settings)
        del forum.topics[3].posts[5]
        server.log.clear()
        assert crawled(settings, limit=14).withdrawn == 0
        assert "/thread-3-1-1.html" in server.paths()
        assert crawled(settings).withdrawn == 1


def test_a_banned_post_is_there_and_holds_up_no_loss_beside_it() -> None:
    forum, banned = FakeDiscuz(6), set[int]()
    walks = discuz(lambda path: _without_words(forum(path), banned))
    walks.run()
    banned.add(forum.topics[6].posts[2].pid)
    assert lost(walks.run()) == set()
    gone = forum.topics[6].posts.pop(4)
    assert lost(walks.run()) == {str(gone.pid)}
    theirs = pids(forum, 6)
    del forum.topics[6]
    assert lost(walks.run()) == theirs


def _without_words(page: Answer | None, pids: set[int]) -> Answer | None:
    """Shows posts as the forum shows those that were banned."""
    body = page.body if page is not None else b""
    for pid in pids:
        body = body.replace(b'class="t_f" id="postmessage_%d"' % pid, b'class="locked"')
    return Answer(body, kind=page.kind) if page is not None else None


def test_what_discourse_tells_of_a_topic_is_no_post() -> None:
    forum = FakeDiscourse(4)
    walks = discourse(forum)
    forum.posts[4].append(
        {**forum._post(4, 46), "post_type": 3, "action_code": "closed.enabled", "cooked": ""}
    )
    forum.posts[3].append(
        {**forum._post(3, 2), "post_type": 3, "cooked": "<p>A post was split to a new topic</p>"}
    )
    steps = walks.run()
    assert voices(steps) == forum.ids() - {"4046", "3002"}
    assert len(steps) == len(voices(steps))
    gone = forum.posts[4].pop(9)
    assert lost(walks.run()) == {str(gone["id"])}


@pytest.mark.parametrize("is_blank", [True, False], ids=["no posts", "the first page again"])
def test_a_later_page_that_is_not_shown_loses_nothing(is_blank: bool) -> None:
    forum, is_guarded = FakeDiscuz(9), [False]

    def answer(path: str) -> Answer | None:
        if is_guarded[0] and path == "/thread-9-2-1.html":
            return forum._page("check") if is_blank else forum("/thread-9-1-1.html")
        return forum(path)

    walks = discuz(answer)
    walks.run()
    is_guarded[0] = True
    assert lost(walks.run()) == set()
    assert bool(walks.missed) is is_blank
    is_guarded[0] = False
    assert lost(walks.run()) == set()
    assert walks.missed == ()


def test_posts_that_discourse_lists_and_does_not_give_are_there() -> None:
    forum, kept_back = FakeDiscourse(4), set[int]()

    def answer(path: str) -> Answer | None:
        given = forum(path)
        if given is None or "posts.json" not in path:
            return given
        told = json.loads(given.body)
        posts = [post for post in told["post_stream"]["posts"] if post["id"] not in kept_back]
        return Answer(json.dumps({"post_stream": {"posts": posts}}).encode())

    walks = discourse(answer)
    walks.run()
    kept_back |= {4030, 4041}
    assert lost(walks.run()) == set()
    told = [step for step in walks.steps if isinstance(step, Unreadable)]
    assert {step.id for step in told} == {"4030", "4041"}
