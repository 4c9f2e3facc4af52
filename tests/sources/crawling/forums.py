"""A forum that looks like Discuz! X, in GBK or UTF-8, whose threads live while it is read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sources.crawling.loopback import Answer

POSTS_A_PAGE = 10
THREADS_A_PAGE = 20
BEGAN = datetime(2026, 10, 1, 8, 0)  # noqa: DTZ001 - as the forum writes it, in its own zone


@dataclass
class Post:
    pid: int
    author: str
    time: datetime
    text: str
    quotes: int | None = None
    group: str = "注册会员"


@dataclass
class Topic:
    tid: int
    title: str
    posts: list[Post]

    @property
    def last(self) -> datetime:
        return self.posts[-1].time


@dataclass
class FakeDiscuz:
    """The forum; `path` of a request decides, `before` may change it first."""

    threads: int
    encoding: str = "gbk"
    is_by_first_post: bool = False
    """Whether lists are sorted by the first posts of threads."""
    board: int = 2
    private: str = "http://127.0.0.2:9/secret"
    before: Callable[[FakeDiscuz, str], None] = lambda _forum, _path: None
    topics: dict[int, Topic] = field(default_factory=dict)
    pids: int = 1000

    def __post_init__(self) -> None:
        for tid in range(1, self.threads + 1):
            count = 1 if tid % 3 else 13  # two pages
            self.topics[tid] = Topic(tid, f"第{tid}帖：起步顿挫", [])
            for number in range(count):
                moment = BEGAN + timedelta(hours=tid, minutes=number)
                self.reply(tid, f"车友{tid % 7}", moment, f"{tid}-{number} 变速箱顿挫，很失望")

    def reply(self, tid: int, author: str, moment: datetime, text: str) -> Post:
        self.pids += 1
        posts = self.topics[tid].posts
        quotes = posts[0].pid if posts and len(posts) % 2 else None
        post = Post(self.pids, author, moment, text, quotes)
        if author == "官方客服":
            post.group = "官方人员"
        posts.append(post)
        return post

    def all_pids(self) -> set[str]:
        return {str(post.pid) for topic in self.topics.values() for post in topic.posts}

    def __call__(self, path: str) -> Answer | None:
        self.before(self, path)
        page = int((re.search(r"page=(\d+)", path) or [0, 1])[1])
        if "mod=forumdisplay" in path and f"fid={self.board}" in path:
            return self._page(self._list(page))
        found = re.search(r"thread-(\d+)-(\d+)-1\.html", path)
        if found:
            return self._thread(int(found[1]), int(found[2]))
        return self._page("trap") if "trap" in path else None

    def _page(self, body: str) -> Answer:
        text = (
            f'<html><head><meta charset="{self.encoding}"></head><body>'
            '<a href="/trap/1.html" style="display:none">陷阱</a>'
            f"{body}</body></html>"
        )
        return Answer(text.encode(self.encoding, "xmlcharrefreplace"), kind="text/html")

    def _list(self, page: int) -> str:
        topics = sorted(self.topics.values(), key=self._order, reverse=True)
        shown = topics[(page - 1) * THREADS_A_PAGE : page * THREADS_A_PAGE]
        rows = "".join(self._row(topic) for topic in shown)
        more = page * THREADS_A_PAGE < len(topics)
        pinned = (
            '<tbody id="stickthread_900"><tr><th><a href="/login/thread-900-1-1.html" '
            'class="s xst">版规</a></th><td class="by"><em><span>2026-9-1 08:00</span></em></td>'
            "</tr></tbody>"
            '<tbody id="normalthread_901"><tr><th><a href="/go/thread-901-1-1.html" '
            'class="s xst">搬走了</a></th><td class="by"><em><span>2026-9-2 08:00</span></em></td>'
            "</tr></tbody>"
        )
        return f"<table>{pinned if page == 1 else ''}{rows}</table>{self._pager(more)}"

    def _order(self, topic: Topic) -> tuple[datetime, int]:
        return (topic.posts[0].time if self.is_by_first_post else topic.last), topic.tid

    def _row(self, topic: Topic) -> str:
        last = f"{topic.last:%Y-%-m-%-d %H:%M}"
        return (
            f'<tbody id="normalthread_{topic.tid}"><tr><td class="icn"></td><th class="new">'
            f'<em>[<a href="#">投诉</a>]</em><a href="thread-{topic.tid}-1-1.html" class="s xst">'
            f'{topic.title}</a></th><td class="by"><cite><a>楼主</a></cite><em><span>2026-10-1'
            f'</span></em></td><td class="num"><a class="xi2">{len(topic.posts)}</a></td>'
            f'<td class="by"><cite><a>x</a></cite><em><a href="#"><span title="{last}">3&nbsp;天前'
            "</span></a></em></td></tr></tbody>"
        )

    def _pager(self, more: bool) -> str:
        return (
            f'<div class="pg"><strong>1</strong>{"<a class=nxt>下一页</a>" if more else ""}</div>'
        )

    def _thread(self, tid: int, page: int) -> Answer | None:
        if tid == 901:
            return Answer(status=302, headers=(("Location", self.private),))
        topic = self.topics.get(tid)
        if topic is None:
            return self._page('<div id="messagetext"><p>抱歉，指定的主题不存在</p></div>')
        pages = -(-len(topic.posts) // POSTS_A_PAGE)
        start = (min(page, pages) - 1) * POSTS_A_PAGE
        shown = topic.posts[start : start + POSTS_A_PAGE]
        posts = "".join(self._post(topic, post, start + n) for n, post in enumerate(shown))
        return self._page(
            f'<span id="thread_subject">{topic.title}</span>{posts}{self._pager(page < pages)}'
        )

    def _post(self, topic: Topic, post: Post, number: int) -> str:
        quote = (
            '<div class="quote"><blockquote><a href="forum.php?mod=redirect&amp;goto=findpost&amp;'
            f'pid={post.quotes}&amp;ptid={topic.tid}">楼上</a> 别人的话</blockquote></div><br>'
            if post.quotes
            else ""
        )
        floor = "楼主" if number == 0 else f"<em>{number + 1}</em><sup>#</sup>"
        return (
            f'<table id="pid{post.pid}"><tr><td class="pls"><div class="pls"><p><em><a href="#">'
            f"{post.group}</a></em></p></div></td><td>"
            f'<div class="pi"><strong><a id="postnum{post.pid}">{floor}</a></strong>'
            f'<div class="authi"><a href="#" class="xw1">{post.author}</a><em id="authorposton'
            f'{post.pid}">发表于 {post.time:%Y-%-m-%-d %H:%M:%S}</em></div></div><table><tr>'
            f'<td class="t_f" id="postmessage_{post.pid}">{quote}<i class="pstatus"> 本帖最后由 x '
            f'编辑 </i><font class="jammer">a8x</font>{html.escape(post.text)}<br>'
            '<span style="display:none">隐藏</span></td></tr></table></td></tr></table>'
        )
