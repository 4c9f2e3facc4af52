"""Tells written conversations from spoken ones: by seconds, by how they are written, by columns.

A recogniser gives seconds and plain sentences; a chat holds what only a keyboard makes – addresses
of pages, emoji, pictures in brackets, `~`, `@` – and callers say 喂 and 听得到吗.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from voc.sources.names import fold

Medium = Literal["spoken", "written"]

_TYPED: Final = re.compile(
    r"https?://|www\.|[\U0001f300-\U0001faff]|#E-|\[(?:图片|表情|链接|文件|截图|视频|语音|微笑|URL|url)"
    r"|[~～@]|\^_\^|亲[，,]|亲爱哒|咚咚|旺旺|\.{3,}"
)
_CALLED: Final = re.compile(
    r"喂[，,。 ？?]|呃|听得?(?:到|清|见)|听不(?:到|清|见)|请讲|来电|致电|嗯+[，,。]"
    r"|按[0-9一二三四五六七八九]号?键|录音"
)
_LEAST_TYPED: Final = 0.25
_LEAST_CALLED: Final = 0.15
_MOST_STRAY: Final = 0.1
"""Shares of conversations; measured: chats are typed in 67 to 100 of 100, calls in 0 to 3."""
_CALL_COLUMNS: Final = re.compile("通话|录音|来电|呼叫|话务|热线|转写|语音|声道|call|asr|phone")
_CHAT_COLUMNS: Final = re.compile("聊天|会话|在线|chat|咚咚|旺旺|message")


def medium_of(
    conversations: Iterable[Sequence[Mapping[str, Any]]], names: Iterable[str] = ()
) -> Medium | None:
    """Tells whether conversations were spoken or written; `None` where nothing says it.

    Args:
        conversations: Turns of some of them, as `{"text", "start_s"?, "start"?}`.
        names: The columns of their table.
    """
    total = typed = called = 0
    for turns in conversations:
        if any(isinstance(turn.get(key), (int, float)) for turn in turns for key in _SECONDS):
            return "spoken"
        words = "\n".join(str(turn.get("text") or "") for turn in turns)
        total += 1
        typed += bool(_TYPED.search(words))
        called += bool(_CALLED.search(words))
    if typed and typed >= _LEAST_TYPED * total and typed > called:
        return "written"
    if called and called >= _LEAST_CALLED * total and typed <= _MOST_STRAY * total:
        return "spoken"
    return _by_columns(names)


_SECONDS: Final = ("start_s", "start")


def _by_columns(names: Iterable[str]) -> Medium | None:
    folded = " ".join(map(fold, names))
    calls, chats = _CALL_COLUMNS.search(folded), _CHAT_COLUMNS.search(folded)
    if bool(calls) == bool(chats):
        return None
    return "spoken" if calls else "written"
