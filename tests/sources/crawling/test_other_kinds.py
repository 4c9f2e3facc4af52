"""Discourse, the App Store, feeds and pages of lists, as their servers write them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.crawling.crawls import Stored, crawled, settings_of
from tests.sources.crawling.loopback import Answer, Loopback
from voc.errors import SourceError

pytestmark = pytest.mark.usefixtures("forked_crawls")


def _json(values: Any) -> Answer:
    return Answer(json.dumps(values, ensure_ascii=False).encode(), kind="application/json")


class FakeDiscourse:
    """Topics of 45 posts, in the shape of Discourse's own JSON; 30 topics a page of the list."""

    def __init__(self, topics: int) -> None:
        self.posts = {
            topic: [self._post(topic, number) for number in range(1, 46 if topic % 4 == 0 else 2)]
            for topic in range(1, topics + 1)
        }

    def _post(self, topic: int, number: int) -> dict[str, Any]:
        quoted = {
            5: f" data-post='2' data-topic='{topic}'",
            6: f" data-post='2' data-topic='{topic + 1}'",
        }
        return {
            "id": topic * 1000 + number, "post_number": number, "username": f"user{number % 5}",
            "created_at": f"2026-10-{topic % 28 + 1:02}T08:{number % 60:02}:00.000Z",
            "cooked": f"<p>{topic}-{number} 手机发热<img class='emoji' alt=':cry:'></p>"
            f"<aside class='quote'{quoted.get(number, '')}>别人的话</aside>"
            "<blockquote><p>他的话</p></blockquote>",
            "reply_to_post_number": 1 if number == 3 else None,
            "staff": number == 2, "hidden": False, "user_deleted": False,
        }  # fmt: skip

    def ids(self) -> set[str]:
        return {str(post["id"]) for posts in self.posts.values() for post in posts}

    def __call__(self, path: str) -> Answer | None:
        if found := re.match(r"/latest\.json\?page=(\d+)", path):
            return self._latest(int(found[1]))
        if found := re.match(r"/t/(\d+)/posts\.json\?(.*)", path):
            wanted = {int(each) for each in re.findall(r"=(\d+)", found[2])}
            posts = [post for post in self.posts[int(found[1])] if post["id"] in wanted]
            return _json({"post_stream": {"posts": posts}})
        found = re.match(r"/t/(\d+)\.json", path)
        if found is None or int(found[1]) not in self.posts:
            return None
        posts = self.posts[int(found[1])]
        stream = [post["id"] for post in posts]
        return _json({"title": "x", "post_stream": {"posts": posts[:20], "stream": stream}})

    def _latest(self, page: int) -> Answer:
        order = sorted(
            self.posts, key=lambda topic: (self.posts[topic][-1]["created_at"], topic), reverse=True
        )
        topics = [
            {
                "id": topic, "title": f"第{topic}帖", "slug": "x", "pinned": topic == 1,
                "bumped_at": self.posts[topic][-1]["created_at"],
                "posts_count": len(self.posts[topic]),
            }
            for topic in order[page * 30 : page * 30 + 30]
        ]  # fmt: skip
        more = {"more_topics_url": "/latest?page=1"} if (page + 1) * 30 < len(order) else {}
        return _json({"topic_list": {"topics": topics, **more}})


def test_a_discourse_forum_is_taken_once(tmp_path: Path) -> None:
    forum = FakeDiscourse(40)
    with Loopback(forum) as server:
        settings = settings_of(tmp_path, server, {"kind": "discourse", "url": server.url})
        first = crawled(settings)
        stored = Stored(settings)
        assert set(stored.ids) == forum.ids()
        assert (first.accepted, first.rejected) == (len(forum.ids()), 0)
        one = stored.one("4001")
        assert (one.text, one.title) == ("4-1 手机发热:cry:", "第4帖")
        assert one.url == f"{server.url}/t/4/1"
        assert stored.one("4002").extra["is_staff"] is True
        assert stored.one("4003").extra["reply_to"] == "4001"
        assert stored.one("4005").extra["reply_to"] == "4002"
        assert "reply_to" not in stored.one("4006").extra
        assert "is_staff" not in stored.one("4003").extra
        forum.posts[5][0] |= {"cooked": "<p>改过</p>"}
        del forum.posts[26]
        forum.posts[2].append(
            {**forum._post(2, 7), "created_at": "2026-11-02T08:00:00Z", "cooked": "<p>新的</p>"}
        )
        again = crawled(settings)
        assert (again.accepted, again.edited) == (1, 0)  # the edit lies before what is rechecked
        longer = settings_of(
            tmp_path, server, {"kind": "discourse", "url": server.url, "recheck_days": 30}
        )
        assert crawled(longer).edited == 1


def test_one_odd_topic_holds_up_no_other(tmp_path: Path) -> None:
    forum = FakeDiscourse(9)
    odd: dict[int, Answer] = {
        2: Answer(b"[" * 100_000),
        3: _json({"post_stream": {"posts": [{"cooked": "<p>x</p>"}], "stream": []}}),
        5: _json({"post_stream": {"posts": [], "stream": ["x"]}}),
    }

    def answer(path: str) -> Answer | None:
        found = re.match(r"/t/(\d+)\.json", path)
        return odd.get(int(found[1])) or forum(path) if found else forum(path)

    with Loopback(answer) as server:
        settings = settings_of(tmp_path, server, {"kind": "discourse", "url": server.url})
        result = crawled(settings)
        assert result.rejected == 3
        lost = {str(post["id"]) for topic in odd for post in forum.posts[topic]}
        assert set(Stored(settings).ids) == forum.ids() - lost
        assert len(Stored(settings).rejects) == 3


def test_a_run_makes_no_more_requests_than_it_may(tmp_path: Path) -> None:
    forum = FakeDiscourse(6)
    with Loopback(forum) as server:
        source = {"kind": "discourse", "url": server.url, "max_requests": 6}
        settings = settings_of(tmp_path, server, source)
        for _ in range(4):
            server.log.clear()
            crawled(settings)
            asked = [path for path in server.paths() if path != "/robots.txt"]
            assert len(asked) <= 6
        assert set(Stored(settings).ids) == forum.ids()


class FakeStore:
    """The App Store's RSS as JSON: pages of 50, one entry not in a list, labels everywhere."""

    def __init__(self, reviews: int) -> None:
        self.reviews = [self._review(number) for number in range(reviews)]

    def _review(self, number: int) -> dict[str, Any]:
        def label(value: str) -> dict[str, str]:
            return {"label": value}

        return {
            "id": label(f"90000{number:05}"), "author": {"name": label(f"用户{number}")},
            "im:rating": label(str(number % 5 + 1)), "im:version": label("3.2.1"),
            "title": label("闪退"), "content": label(f"第{number}条：一打开就闪退"),
            "updated": label(f"2026-10-{number // 50 + 1:02}T00:{number % 50:02}:00-07:00"),
        }  # fmt: skip

    def __call__(self, path: str) -> Answer | None:
        found = re.fullmatch(
            r"/cn/rss/customerreviews/page=(\d+)/id=42/sortby=mostrecent/json", path
        )
        if found is None:
            return None
        newest = sorted(self.reviews, key=lambda each: each["updated"]["label"], reverse=True)
        start = (int(found[1]) - 1) * 50
        shown: Any = newest[start : start + 50]
        entry = {"entry": shown[0] if len(shown) == 1 else shown} if shown else {}
        return _json({"feed": {"author": {}, **entry}})


def test_app_store_reviews_are_taken_once_and_edits_are_versions(tmp_path: Path) -> None:
    app = FakeStore(351)
    with Loopback(app) as server:
        source = {"kind": "app_store", "app_id": 42, "url": server.url, "product": "掌上银行"}
        settings = settings_of(tmp_path, server, source)
        assert crawled(settings).accepted == 351
        one = Stored(settings).one("cn-9000000350")
        assert (one.rating, one.rating_max, one.title) == (1.0, 5.0, "闪退")
        assert (one.channel, one.product, one.region) == ("review", "掌上银行", "cn")
        assert one.extra["app_version"] == "3.2.1"
        app.reviews[350]["content"] = {"label": "更新后好了"}
        app.reviews.append(app._review(352))
        server.log.clear()
        again = crawled(settings)
        assert (again.accepted, again.edited) == (1, 1)
        assert len([path for path in server.paths() if "customerreviews" in path]) < 8


RSS = """<?xml version="1.0" encoding="GBK"?><rss version="2.0"><channel><title>车主圈</title>
<item><guid isPermaLink="false">a1</guid><title>提车</title><link>http://x.cn/1</link>
<pubDate>Sun, 01 Nov 2026 08:00:00 GMT</pubDate><description>
&lt;blockquote&gt;别人的话&lt;/blockquote&gt;&lt;p&gt;异响&lt;/p&gt;明显
</description></item><item><title>无名</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>圈</title><entry><id>urn:1</id>
<title>提车</title><updated>2026-11-01T08:00:00Z</updated><author><name>王</name></author>
<content type="html">&lt;p&gt;异响&lt;/p&gt;明显</content></entry></feed>"""


@pytest.mark.parametrize(
    ("text", "encoding", "native_id", "rejected"),
    [(RSS, "gbk", "a1", 1), (ATOM, "utf-8", "urn:1", 0)],
)
def test_feeds(text: str, encoding: str, native_id: str, rejected: int, tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(text.encode(encoding), kind="application/xml")) as server:
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": [f"{server.url}/f"]})
        result = crawled(settings)
        assert (result.accepted, result.rejected) == (1, rejected)
        one = Stored(settings).one(native_id)
        assert (one.title, one.text) == ("提车", "异响\n明显")
        assert one.created_at is not None
        assert one.created_at.isoformat() == "2026-11-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (
            "<title type='html'>&lt;em&gt;热&lt;/em&gt; A&amp;amp;B &amp;lt;三&amp;gt;</title>",
            "热 A&B <三>",
        ),
        ("<title>A&amp;B 3 &lt; 5</title>", "A&B 3 < 5"),
        ("<title type='text'>&lt;em&gt; 标签</title>", "<em> 标签"),
    ],
)
def test_titles_of_feeds_are_read_as_they_are_meant(
    written: str, read: str, tmp_path: Path
) -> None:
    text = ATOM.replace("<title>提车</title>", written)
    with Loopback(lambda _: Answer(text.encode(), kind="application/xml")) as server:
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": [f"{server.url}/f"]})
        crawled(settings)
        assert Stored(settings).one("urn:1").title == read


def test_a_feed_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    asked: list[str | None] = []

    def answer(_path: str) -> Answer:
        asked.append(_path)
        if len(asked) == 1:
            return Answer(RSS.encode("gbk"), headers=(("ETag", '"1"'),))
        return Answer(status=304, kind="")

    with Loopback(answer) as server:
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": [f"{server.url}/f"]})
        assert crawled(settings).accepted == 1
        again = crawled(settings)
        assert (again.accepted, again.duplicates) == (0, 0)


def test_what_is_no_feed_is_an_error(tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(b"<html>hello")) as server:
        settings = settings_of(tmp_path, server, {"kind": "feed", "urls": [f"{server.url}/f"]})
        with pytest.raises(SourceError, match="neither RSS nor Atom"):
            crawled(settings)


class FakeComplaints:
    """A complaint site: lists of ten, details with an answer of the company."""

    def __init__(self, count: int) -> None:
        self.state = dict.fromkeys(range(count, 0, -1), "处理中")

    def __call__(self, path: str) -> Answer | None:
        if found := re.search(r"/list\?page=(\d+)", path):
            numbers = list(self.state)[(int(found[1]) - 1) * 10 :]
            rows = "".join(
                f'<tr class="row"><td class="n">TS{n:04}</td><td class="m">云驰X5</td><td><a '
                f'href="/detail/{n}.html">x</a></td><td class="s">{self.state[n]}</td></tr>'
                for n in numbers[:10]
            )
            more = f'<a class="next" href="?page={int(found[1]) + 1}">下一页</a>'
            return Answer(f"<table>{rows}</table>{more if len(numbers) > 10 else ''}".encode())
        found = re.search(r"/detail/(\d+)\.html", path)
        if found is None or int(found[1]) not in self.state:
            return None
        reply = '<div class="reply"><b>云驰客服</b><div class="w">已联系车主</div></div>'
        done = reply if self.state[int(found[1])] == "已完成" else ""
        return Answer(
            f"<h1>第{found[1]}宗</h1><p class=about>投诉时间：2026-11-01 编号x</p>"
            f"<div class=c>发动机漏油<a class=more>更多</a></div>{done}".encode()
        )


def complaints_of(url: str) -> dict[str, Any]:
    return {
        "kind": "pages",
        "urls": [f"{url}/list?page=1"],
        "list": {
            "item": "tr.row", "link": "a::attr(href)", "next": "a.next::attr(href)",
            "fields": {"id": "td.n", "product": "td.m", "state": "td.s"},
        },
        "detail": {
            "fields": {
                "title": "h1",
                "text": {"css": "div.c", "cut": ["a.more"]},
                "created_at": {"css": "p.about", "match": r"投诉时间：(\S+)"},
            },
            "answers": {"item": "div.reply", "fields": {"text": "div.w"}},
        },
    }  # fmt: skip


def test_lists_and_details_are_read_by_selectors(tmp_path: Path) -> None:
    site = FakeComplaints(25)
    with Loopback(site) as server:
        settings = settings_of(tmp_path, server, complaints_of(server.url))
        assert crawled(settings).accepted == 25
        one = Stored(settings).one("TS0007")
        assert (one.title, one.text, one.product) == ("第7宗", "发动机漏油", "云驰X5")
        assert one.created_at is not None
        assert one.created_at.isoformat() == "2026-11-01T00:00:00+08:00"
        assert one.extra == {"state": "处理中"}
        assert one.url == f"{server.url}/detail/7.html"
        server.log.clear()
        site.state = {26: "处理中", **site.state, 24: "已完成"}
        again = crawled(settings)
        assert (again.accepted, again.edited) == (2, 1)  # a complaint and an answer; its state
        assert len([path for path in server.paths() if "detail" in path]) == 2
        assert len([path for path in server.paths() if "list" in path]) == 2
        answer = Stored(settings).one("TS0024#1")
        assert answer.extra == {"is_staff": True, "reply_to": "TS0024"}


def test_news_behind_a_page_that_fails_are_read_by_the_next_run(tmp_path: Path) -> None:
    site = FakeComplaints(15)
    away: list[str] = []

    def answer(path: str) -> Answer | None:
        return Answer(status=503) if path in away else site(path)

    with Loopback(answer) as server:
        settings = settings_of(tmp_path, server, complaints_of(server.url), retries=0)
        assert crawled(settings).accepted == 15
        site.state = dict.fromkeys(range(45, 15, -1), "处理中") | site.state
        away.append("/list?page=2")
        with pytest.raises(SourceError, match="503"):
            crawled(settings)
        away.clear()
        assert crawled(settings).accepted == 20
        server.log.clear()
        assert crawled(settings).accepted == 0
        assert len([path for path in server.paths() if "list" in path]) == 1


def test_news_behind_where_a_run_was_ended_are_read_by_the_next_one(tmp_path: Path) -> None:
    site = FakeComplaints(15)
    with Loopback(site) as server:
        settings = settings_of(tmp_path, server, complaints_of(server.url))
        assert crawled(settings).accepted == 15
        site.state = dict.fromkeys(range(45, 15, -1), "处理中") | site.state
        assert crawled(settings, limit=5).accepted == 10
        assert crawled(settings).accepted == 20


@pytest.mark.parametrize(
    "change",
    [
        lambda source: source["list"].update(item="tr["),
        lambda source: source["detail"]["fields"].update(text="div:::x"),
    ],
)
def test_a_wrong_selector_is_told(change: Callable[[Any], None], tmp_path: Path) -> None:
    with Loopback(FakeComplaints(2)) as server:
        source = complaints_of(server.url)
        change(source)
        with pytest.raises(SourceError, match="is no CSS selector"):
            crawled(settings_of(tmp_path, server, source))
