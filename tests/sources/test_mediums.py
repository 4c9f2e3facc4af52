"""Written conversations told from calls, whatever the file is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.sources.files import FileSource
from voc.sources.mediums import medium_of

CHAT = [
    {"speaker": "customer", "text": "在吗[图片] 这个快递三天没动了～"},
    {"speaker": "agent", "text": "亲，可以点 https://example.com/kd 看下进度"},
]
CALL = [
    {"speaker": "agent", "text": "您好请讲"},
    {"speaker": "customer", "text": "喂，你好，我的快递三天没动了"},
]
PLAIN = [
    {"speaker": "customer", "text": "我的快递三天没动了"},
    {"speaker": "agent", "text": "我帮您查一下"},
]


def timed(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**turn, "start_s": 1.0 * number} for number, turn in enumerate(turns)]


@pytest.mark.parametrize(
    ("conversations", "names", "medium"),
    [
        ([CHAT], [], "written"),
        ([CHAT, PLAIN, PLAIN], [], "written"),
        ([CHAT, *[PLAIN] * 5], [], None),
        ([CALL], [], "spoken"),
        ([CALL, PLAIN, PLAIN], [], "spoken"),
        ([timed(CHAT)], [], "spoken"),
        ([PLAIN], [], None),
        ([PLAIN], ["会话编号", "角色"], "written"),
        ([PLAIN], ["通话编号", "角色"], "spoken"),
        ([PLAIN], ["聊天记录", "录音", "来电号码"], None),
        ([], [], None),
    ],
)
def test_medium(
    conversations: list[list[dict[str, Any]]], names: list[str], medium: str | None
) -> None:
    assert medium_of(conversations, names) == medium


def _read(path: Path, **options: Any) -> tuple[set[str], list[str]]:
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=1000, **options)
    voices = [voice for page in source.read(None) for voice in page.feedback]
    return {voice.channel for voice in voices}, source.doubts.sentences()


def _jsonl(folder: Path, *conversations: list[dict[str, Any]]) -> Path:
    path = folder / "talks.jsonl"
    rows = ({"id": number, "turns": turns} for number, turns in enumerate(conversations))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_conversations_of_a_file_have_one_channel(tmp_path: Path) -> None:
    assert _read(_jsonl(tmp_path, PLAIN, CHAT, PLAIN))[0] == {"chat"}
    assert _read(_jsonl(tmp_path, timed(PLAIN), CHAT))[0] == {"hotline"}


def test_rows_of_turns_are_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "turns.csv"
    rows = [f"{n},{turn['speaker']},{turn['text']}" for n in range(3) for turn in CHAT]
    path.write_text("\n".join(["callid,speaker,text", *rows]), encoding="utf-8")
    assert _read(path)[0] == {"chat"}


def test_texts_that_mark_their_speakers_are_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    words = "\n".join(f"{turn['speaker']}: {turn['text']}" for turn in CHAT)
    path.write_text(f'id,内容\n1,"{words}"\n', encoding="utf-8")
    assert _read(path)[0] == {"chat"}


def test_times_beside_messages_make_no_call_of_a_chat(tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    words = " ".join(
        f"{turn['speaker']} 2026-11-03 10:00:0{at} {turn['text']}" for at, turn in enumerate(CHAT)
    )
    path.write_text(f'id,内容\n1,"{words}"\n', encoding="utf-8")
    assert _read(path)[0] == {"chat"}


def test_what_says_neither_counts_as_calls_and_is_asked(tmp_path: Path) -> None:
    path = _jsonl(tmp_path, PLAIN, PLAIN)
    channels, doubts = _read(path)
    assert channels == {"hotline"}
    assert len(doubts) == 1
    assert doubts[0].startswith("2 rows hold conversations")
    assert "--channel chat" in doubts[0]
    for told in ("chat", "hotline"):
        assert _read(path, channel=told) == ({told}, [])
