"""Boards and threads of Discuz! X, in the markup of its default template."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from voc.config.sources import DiscuzSettings
from voc.errors import SourceError
from voc.sources.crawling.forum import ForumWalk, Listing
from voc.sources.crawling.markup import first, parse, words_of
from voc.sources.crawling.site import (
    Fetched,
    GoneError,
    Site,
    Step,
    UnreachableError,
    Unreadable,
    Voice,
    page_of,
)
from voc.sources.crawling.state import Thread
from voc.sources.times import read_time

# As versions before X write: 回复 2# 李四 的帖子.
_REPLIED: Final = tuple(
    f"{tag}:has(> a[href*='goto=findpost']:first-child)" for tag in ("b", "strong")
)
# Quotes, marks of edits, attachments, places of likes, and the noise that copying is to carry.
_CUT: Final = (
    "div.quote", "blockquote", "i.pstatus", "div.attach_nopermission", "div.attach_popup",
    "ignore_js_op", "font.jammer", "span.jammer", "div.locked", "div.aimg_tip", "em.xg1",
    "div.blockcode > em", *_REPLIED,
)  # fmt: skip
_STATIC: Final = re.compile(r"thread-(\d+)-(\d+)-(\d+)\.html.*")
_DYNAMIC: Final = re.compile(r"[?&]tid=(\d+)")
_BOARD: Final = re.compile(r"[?&]fid=(\d+)|forum-(\d+)-\d+\.html")
_RELATIVE: Final = re.compile(r"前|昨天|今天|刚刚|剛剛")  # of which another day tells otherwise
_WHOLE: Final = ("</html>", "</body>")
_QUOTED: Final = re.compile(r"[?&]pid=(\d+)")
_GONE: Final = re.compile("(主题|主題|帖子|贴子)[^，。,.]{0,12}(不存在|被删除|被刪除)")
_EMPTY: Final = re.compile(
    r".{0,16}(尚无|暂无|没有|尚無|暫無|沒有)(任何|相关|相關)?(主题|主題|帖子|贴子|内容|內容).{0,6}"
)
_BANNED: Final = "the post is hidden, banned or not for guests"
_CLOSED: Final = "the page is gone, or not for guests any more"
_NOT_FOR_GUESTS: Final = "the thread is not for guests"
_THREADS: Final = "tbody[id^=normalthread_], tbody[id^=stickthread_]"
_POSTS: Final = "table[id^=pid]"
_ITEMS: Final = f"{_THREADS}, {_POSTS}"
_PIN: Final = re.compile(r"stickthread_\d+")


class DiscuzCrawler:
    """Reads boards of a Discuz! X forum."""

    def __init__(self, settings: DiscuzSettings, zone: ZoneInfo) -> None:
        self._settings = settings
        self._zone = zone
        self._base = settings.url.rstrip("/") + "/"
        self.sections = tuple(str(board) for board in self._settings.boards)
        self._walk = ForumWalk(self, self._settings)

    def crawl(self, site: Site, cursor: Mapping[str, Any], now: datetime) -> AsyncIterator[Step]:
        """Gives posts, and a mark behind each thread; raises as `ForumWalk.crawl`."""
        return self._walk.crawl(site, cursor, now)

    async def look(self, site: Site, url: str) -> list[Voice | Unreadable]:
        """Returns the posts of a page of a thread, or the threads of a page of a board."""
        page = await page_of(site, url)
        tree = _tree(page)
        found = _tid(url)
        if found is not None:
            return list(self._posts_on(tree, Thread("", found, url, _title(tree)), page.url))
        listing = self._listing(tree, page.url, datetime.now(UTC))
        return [
            Voice(thread.url, {"id": str(thread.number), "text": thread.title})
            for thread in (*listing.pinned, *listing.threads)
        ]

    async def listing(self, site: Site, section: str, page: int, now: datetime) -> Listing:
        """Returns one page of a board.

        Raises:
            SourceError: The board does not exist or is not open to guests.
        """
        url = f"{self._base}forum.php?mod=forumdisplay&fid={section}&page={page}"
        found = await page_of(site, url)
        tree = _tree(found)
        said = _message(tree)
        if said is not None:
            raise SourceError(f"{url}: the forum shows no board there, but says: {said[:100]}")
        return self._listing(tree, found.url, now)

    def _listing(self, tree: Any, url: str, now: datetime) -> Listing:
        threads: list[Thread] = []
        pinned: list[Thread] = []
        for row in tree.css(_THREADS):
            thread = self._thread(row, url, now)
            if thread is not None:
                is_pinned = _PIN.fullmatch(row.attrib["id"]) is not None
                (pinned if is_pinned else threads).append(thread)
        is_empty = not threads and any(map(_EMPTY.fullmatch, _lines(tree)))
        return Listing(url, tuple(threads), tuple(pinned), bool(tree.css("div.pg a.nxt")), is_empty)

    def _thread(self, row: Any, url: str, now: datetime) -> Thread | None:
        link = row.css("th a.s.xst, th a.xst")
        href = link.attrib.get("href", "")
        number = _tid(href)
        if number is None:
            return None
        last = self._time(row.css("td.by:last-of-type em")) or now
        return Thread(
            last.astimezone(UTC).isoformat(), number, urljoin(url, href), words_of(link[0])
        )

    async def posts(
        self, site: Site, section: str, thread: Thread
    ) -> AsyncIterator[Voice | Unreadable]:
        """Gives the posts of a thread, page after page.

        Raises:
            GoneError: It is there no more.
            UnreachableError: A page of it is cut off, or shows no posts behind those that do.
        """
        seen: set[str] = set()
        for number in range(1, self._settings.max_pages + 1):
            url = _page_address(thread.url, number)
            page = await site.get(url)
            tree = _tree(page) if page is not None else None
            if not seen and (page is None or _GONE.search(_message(tree) or "")):
                raise GoneError(f"{url}: the thread is there no more.", is_told=page is not None)
            said = _message(tree) if tree is not None else None
            if page is None or tree is None or said is not None:
                yield Unreadable(url, _CLOSED if seen else _NOT_FOR_GUESTS, said or "")
                return
            found = list(self._posts_on(tree, thread, page.url, section))
            fresh = {name: post for post in found if (name := str(post.id)) not in seen}
            for post in fresh.values():
                yield post
            if seen and not found:
                raise UnreachableError(f"{url}: shows no posts, and the page before leads there.")
            if seen and not fresh:  # a stale page: what it should show is not gone
                yield Unreadable(url, "the page shows no other posts than those before it")
            seen |= fresh.keys()
            if not fresh or not tree.css("div.pg a.nxt"):
                return

    def _posts_on(
        self, tree: Any, thread: Thread, url: str, section: str = ""
    ) -> list[Voice | Unreadable]:
        board = _board_of(tree) or section
        return [self._post(table, thread, url, board) for table in tree.css(_POSTS)]

    def _post(self, table: Any, thread: Thread, url: str, board: str) -> Voice | Unreadable:
        pid = table.attrib["id"].removeprefix("pid")
        body = table.css("td.t_f")
        if not body:
            return Unreadable(f"{url}#pid{pid}", _BANNED, id=pid)
        author = first(table, "div.authi a.xw1::text")
        is_staff = author in self._settings.staff or self._is_of_staff(table)
        number = table.css("a[id^=postnum]")
        # No field: posts behind one that is deleted are numbered anew, and would seem edited.
        is_first = bool(number) and words_of(number[0]).rstrip("#") in ("1", "楼主")
        return Voice(
            url,
            {
                "id": pid,
                "text": words_of(body[0], _CUT),
                "title": thread.title if is_first else None,
                "created_at": _shown(table.css("em[id^=authorposton]")),
                "author": author,
                "url": f"{_page_address(thread.url, 1)}#pid{pid}",
                "thread_id": str(thread.number),
                "thread": thread.title,
                "board": board,
                "reply_to": None if is_first else _quoted(body),
                "is_staff": True if is_staff else None,
            },
        )

    def _is_of_staff(self, table: Any) -> bool:
        groups = table.css("div.pls p em a *::text, div.pls p em a::text, td.pls p em ::text")
        return any(text.strip() in self._settings.staff_groups for text in groups.getall())

    def _time(self, node: Any) -> datetime | None:
        shown = _shown(node)
        return read_time(shown, self._zone) if shown else None


def _tree(page: Fetched) -> Any:
    """Parses a page.

    Raises:
        UnreachableError: It ends in the midst of posts or threads, as where a proxy cut it off.
    """
    text = page.text
    tree = parse(text, page.url)
    if tree.css(_ITEMS) and not any(mark in text.lower() for mark in _WHOLE):
        raise UnreachableError(f"{page.url}: the page is cut off.")
    return tree


def _board_of(tree: Any) -> str | None:
    """The board of a thread, by the trail at its top."""
    boards = [_BOARD.search(href) for href in tree.css("#pt a::attr(href)").getall()]
    told = [found[1] or found[2] for found in boards if found]
    return told[-1] if told else None


def _shown(node: Any) -> str | None:
    """The time in an element: a title that spells out 3 天前, else its text without 发表于.

    Where nothing spells it out it is none: read again, it would look like an edit.
    """
    title = first(node, "span[title]::attr(title)")
    if title is not None or not node:
        return title
    said = words_of(node[0]).removeprefix("发表于").strip()
    return said if said and not _RELATIVE.search(said) else None


def _quoted(body: Any) -> str | None:
    """The post that is quoted."""
    at = ("div.quote", *_REPLIED)
    href = first(body, ", ".join(f"{css} a[href*='pid=']::attr(href)" for css in at))
    found = _QUOTED.search(href or "")
    return found[1] if found else None


def _message(tree: Any) -> str | None:
    """What the forum says in place of a page: gone, no right, please log in."""
    found = tree.css("div#messagetext")
    return words_of(found[0]) if found else None


def _lines(tree: Any) -> list[str]:
    body = tree.css("body")
    return words_of(body[0]).split("\n") if body else []


def _title(tree: Any) -> str:
    found = tree.css("#thread_subject")
    return words_of(found[0]) if found else ""


def _tid(url: str) -> int | None:
    found = _STATIC.search(url) or _DYNAMIC.search(url)
    return int(found[1]) if found else None


def _page_address(url: str, page: int) -> str:
    """The address of a thread's page, as the forum writes it: the same on every page of a list."""
    if _STATIC.search(url):
        return _STATIC.sub(rf"thread-\g<1>-{page}-1.html", url)
    bare = url.partition("?")[0]
    return f"{bare}?mod=viewthread&tid={_tid(url)}&page={page}"
