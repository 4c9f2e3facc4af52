"""Dialogues as lists of turns and as marked transcripts."""

from __future__ import annotations

from typing import Any

import pytest

from voc.errors import RowError
from voc.records import Turn
from voc.sources.dialogues import (
    cut_turns,
    joined,
    read_turns,
    speaker_of,
    turns_in_text,
    with_roles,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("customer", "customer"),
        ("客户", "customer"),
        (" 顾客 ", "customer"),
        ("User", "customer"),
        ("客服", "agent"),
        ("坐席", "agent"),
        ("AGENT", "agent"),
        (0, "0"),
        (1, "1"),
        ("客服（张三）", "agent"),
        ("客服小李", "agent"),
        ("张三(客户)", "customer"),
        ("坐席1001", "agent"),
        ("张三", "张三"),
        (None, ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_speaker(value: Any, expected: str) -> None:
    assert speaker_of(value) == expected


def test_turns_with_times_and_empty_ones() -> None:
    turns = read_turns(
        [
            {"speaker": "客户", "text": "喂", "start_s": 0, "end_s": "1.5"},
            {"speaker": "客服", "text": "  "},
            {"speaker": 1, "text": "您好\x00", "start": 2},
        ]
    )
    assert turns == (
        Turn("customer", "喂", 0.0, 1.5),
        Turn("1", "您好\ufffd", 2.0, None),
    )
    assert joined(turns) == "喂\n您好\ufffd"


def test_turns_written_as_json() -> None:
    assert read_turns('[{"speaker": "客户", "text": "喂"}]') == (Turn("customer", "喂"),)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"speaker": "客户"}, "turns are a dict"),
        ("喂", "turns are a str"),
        ("[1, 2", "not valid JSON"),
        (["喂"], "turn 1 has no text"),
        ([{"text": "喂"}, {"speaker": "客户"}], "turn 2 has no text"),
        (5, "turns are a int"),
    ],
)
def test_what_is_no_dialogue(value: Any, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        read_turns(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "客服：您好\n客户: 我要投诉\n还要退款\n客服： 好的",
            [("agent", "您好"), ("customer", "我要投诉\n还要退款"), ("agent", "好的")],
        ),
        (
            "客服（张三）：您好\n李四（客户）：我要投诉\n客服小王：好的",
            [("agent", "您好"), ("customer", "我要投诉"), ("agent", "好的")],
        ),
        ("【客服】您好\n客户：喂", [("agent", "您好"), ("customer", "喂")]),
        ("【客服】：您好\n【客户】：喂", [("agent", "您好"), ("customer", "喂")]),
        ("Customer: hi\nAgent: hello", [("customer", "hi"), ("agent", "hello")]),
        ("客户：我要投诉", []),
        ("他说\n客服：您好\n客户：喂", []),
        ("客服：态度差。客户：也就是我很生气", []),
        ("普通的评论，客服态度好", []),
        ("", []),
    ],
)
def test_transcripts(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(turn.speaker, turn.text) for turn in turns_in_text(text)] == expected


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        (["客服小李", "王小红"], ["agent", "customer"]),
        (["客户", "王芳"], ["customer", "agent"]),
        (["agent", "王小红", "李雷"], ["agent", "王小红", "李雷"]),
        (["agent", "customer", "李雷"], ["agent", "customer", "李雷"]),
        (["旁白", "agent", "0"], ["旁白", "agent", "customer"]),
        (["agent", "旁白"], ["agent", "旁白"]),
    ],
)
def test_who_speaks_with_one_side_is_the_other(speakers: list[str], expected: list[str]) -> None:
    turns = read_turns([{"speaker": name, "text": "好"} for name in speakers])
    found, how = with_roles(turns)
    assert [turn.speaker for turn in found] == expected
    assert how is None


@pytest.mark.parametrize(
    ("max_chars", "expected"),
    [(0, []), (1, ["一"]), (3, ["一二"]), (4, ["一二", "三"]), (9, ["一二", "三四"])],
)
def test_turns_are_cut_like_their_join(max_chars: int, expected: list[str]) -> None:
    turns = (Turn("0", "一二"), Turn("1", "三四"))
    cut = cut_turns(turns, max_chars)
    assert [turn.text for turn in cut] == expected
    assert joined(turns)[:max_chars].startswith(joined(cut))
