"""Segments that a recogniser of speech heard in silence, by what Whisper itself says of them.

Whisper was taught with subtitles of films and writes their closing words where nobody speaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from voc.sources.values import number_in

LEFT_OUT: Final = "silent_segments"
"""The column that tells how many segments of a call were left out."""

_NO_SPEECH: Final = 0.6
_LOW_LOGPROB: Final = -1.0
"""Whisper's own thresholds for silence: https://github.com/openai/whisper, `transcribe`."""
_CREDITS: Final = re.compile(
    r".{0,20}(?:请不吝(?:点赞|點贊)|(?:明镜|明鏡)[与與](?:点点|點點)|amara\.org)[^。]{0,40}"
    r"|(?:中文|中英)?字幕(?:由|提供|志愿者|志願者|制作|製作|校对|by)[^。]{0,40}"
    r"|(?:谢谢|謝謝|感谢|感謝)(?:大家|您)?的?(?:观看|觀看|收看|聆听)[。！!]*",
    re.IGNORECASE,
)


def spoken(segments: Sequence[Any]) -> list[Any]:
    """Returns the segments in which somebody speaks.

    Left out is what is likely silence and unlikely the words, as Whisper does; and closing words
    of subtitles (请不吝点赞 订阅…, 字幕由Amara.org社群提供, 谢谢观看) that are either.
    """
    return [segment for segment in segments if not _is_unspoken(segment)]


def _is_unspoken(segment: Any) -> bool:
    if not isinstance(segment, Mapping):
        return False
    silence, logprob = (number_in(segment.get(key)) for key in ("no_speech_prob", "avg_logprob"))
    is_silent = silence is not None and silence > _NO_SPEECH
    is_unlikely = logprob is not None and logprob < _LOW_LOGPROB
    if is_silent and is_unlikely:
        return True
    text = segment.get("text")
    is_credit = isinstance(text, str) and _CREDITS.fullmatch(text.strip()) is not None
    return is_credit and (is_silent or is_unlikely)
