from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voc.records import Evidence
from voc.report.verbatims import candidate, choose, excerpt, keep_best, web_address


def marked(text: str, start: int, end: int, evidence: str) -> str:
    parts = excerpt(text, start, end, evidence)
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "start", "end", "evidence", "shown"),
    [
        ("低速换挡一顿一顿", 0, 4, "低速换挡", "[低速换挡]一顿一顿"),
        ("起步顿挫", 2, 4, "顿挫", "起步[顿挫]"),
        ("起步顿挫", 0, 2, "顿挫", "起步[顿挫]"),  # the offsets are off, the words are there
        ("起步顿挫", 0, 2, "异响", "起步顿挫"),  # neither
        ("起步顿挫", 0, 0, "", "起步顿挫"),
        ("起步顿挫", 3, 99, "", "起步顿挫"),
        ("  一顿\n一顿 ", 2, 7, "一顿\n一顿", " [一顿 一顿] "),
        ("", 0, 0, "", ""),
        ("𠮷野家顿挫", 3, 5, "顿挫", "𠮷野家[顿挫]"),  # offsets are code points
    ],
)
def test_the_evidence_is_marked(text: str, start: int, end: int, evidence: str, shown: str) -> None:
    assert marked(text, start, end, evidence) == shown


def test_a_long_text_is_cut_around_the_evidence_at_breaks() -> None:
    text = "前面说了很多别的事情。" * 30 + "变速箱一顿一顿" + "，后面又说了很多别的" * 30
    start = text.index("变速箱")
    shown = marked(text, start, start + 7, "变速箱一顿一顿")
    assert shown.startswith("…前面")
    assert shown.endswith("别的…")
    assert "[变速箱一顿一顿]" in shown
    assert len(shown) < 220


def test_a_long_evidence_is_cut_too() -> None:
    text = "一顿一顿的" * 100
    shown = marked(text, 0, 500, text)
    assert len(shown) < 170
    assert shown.endswith("…]")


def test_where_a_cut_meets_the_mark_of_another_speaker_one_ellipsis_stands() -> None:
    # The customer's turns are joined by … where somebody else spoke in between.
    before, after = "好的。" * 5 + " … " + "宽带又断了" * 7, "快点修" * 26 + " … " + "哎" * 200
    text = f"{before}一晚上都没修好{after}"
    start = text.index("一晚上")
    shown = marked(text, start, start + 7, "一晚上都没修好")
    assert shown.startswith("…宽带")
    assert shown.endswith("快点修…")


def test_when_it_came_in_is_not_told_as_when_it_was_said(row: Callable[..., Any]) -> None:
    voice, evidence = row("a"), Evidence("a", 0, 4, "低速换挡")
    moment = voice.occurred_at
    assert candidate(voice, evidence, moment=moment).moment == "2026-09-21T10:00+08:00"
    undated = row("a", is_dated=False)
    assert candidate(undated, evidence, moment=moment).moment is None


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [
        ("https://forum.example/t/1#2", True),
        ("http://例子.测试/帖子", True),
        ("HTTPS://forum.example/t?a=1&b=2", True),
        (None, False),
        ("", False),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" https://forum.example", False),
        ("https://forum.example/\nx", False),
        ('https://forum.example/" onclick="alert(1)', False),
        ("data:text/html,<b>", False),
        ("//forum.example/t", False),
        ("/t/1", False),
        ("file:///etc/passwd", False),
        ("https:///t", False),
        ("https://user:pass@forum.example/", False),
        ("https://[::1", False),
        ("https://forum.example/" + "x" * 3000, False),
    ],
)
def test_only_plain_web_addresses_are_followed(url: str | None, is_followed: bool) -> None:
    assert web_address(url) == (url if is_followed else None)


@pytest.fixture
def voice(row: Callable[..., Any]) -> Callable[..., Any]:
    def make(name: str, text: str, **values: Any) -> Any:
        made = row(name, text=text, **values)
        return candidate(made, Evidence(name, 0, 8, text[:8]), moment=made.occurred_at)

    return make


def test_voices_that_say_what_the_issue_is_called_by_come_first(row: Callable[..., Any]) -> None:
    spilt, other = row("a", text="汤洒了"), row("b", text="都是同规格的打包盒子，没有区别")
    both = [
        candidate(one, Evidence(one.feedback_id, 0, 3, one.text[:3]), moment=None, words=["洒"])
        for one in (other, spilt)
    ]
    assert max(both).parts[0].text.startswith("汤洒")


def test_verbatims_come_from_each_channel_in_turn_and_are_no_copies(
    voice: Callable[..., Any],
) -> None:
    copied = "低速换挡一顿一顿的，跟坐船一样，店里说正常，买了一个月就这样"
    forum = [
        voice("f1", copied, day=3, channel="forum"),
        voice("f2", f"{copied}！！", day=2, channel="forum"),
        voice("f3", "三挡降二挡咚的一声，后排老人都吓一跳。", day=1, channel="forum"),
    ]
    hotline = [voice("h1", "我那个车啊起步老是往前闯一下子呀", channel="hotline")]
    chosen = choose([forum, hotline])
    assert [verbatim.channel for verbatim in chosen] == ["forum", "hotline", "forum"]
    assert chosen[2].parts[0].text == "三挡降二挡咚的一"


def test_telling_and_late_voices_are_kept(voice: Callable[..., Any]) -> None:
    kept: list[Any] = []
    for number in range(10):
        keep_best(kept, voice(f"v{number}", f"低速换挡一顿一顿的第{number}天了", day=number))
    keep_best(kept, voice("short", "顿挫", day=50))
    assert [one.rank[-1] for one in kept] == [f"v{number}" for number in range(9, 1, -1)]


def test_who_praises_as_a_whole_speaks_for_an_issue_last(voice: Callable[..., Any]) -> None:
    said = "低速换挡一顿一顿的，第{}天了"
    kept: list[Any] = []
    for number in range(4):
        keep_best(kept, voice(f"p{number}", said.format(number), day=9, sentiment="positive"))
    keep_best(kept, voice("c", said.format(5), day=1))
    assert kept[0].rank[-1] == "c"


def test_there_are_eight_at_most(voice: Callable[..., Any]) -> None:
    voices = [voice(f"v{n}", f"第{n}位车主说低速换挡一顿一顿的") for n in range(5)]
    others = [voice(f"w{n}", f"另外第{n}位车主也说换挡会闯动") for n in range(5)]
    assert len(choose([voices, others])) == 8
