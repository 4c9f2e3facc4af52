"""Transcripts of calls as recognisers of speech and subtitle editors write them.

JSON of Whisper (`segments` or `chunks` with seconds), whisper.cpp (`transcription` with
milliseconds), WhisperX (`speaker`) and FunASR (`sentence_info` with `spk` and milliseconds), and of
cloud services; SubRip and WebVTT (https://www.w3.org/TR/webvtt1/); text that marks who speaks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from voc.sources.clouds import MILLISECONDS, cloud_segments
from voc.sources.compressed import DamagedError
from voc.sources.marked import (
    first_moment,
    marks_of_cues,
    turns_of_marks,
    turns_of_stamps,
    why_no_turns,
)
from voc.sources.rows import MAX_VALUE_BYTES, Problem, Record
from voc.sources.unspoken import LEFT_OUT, spoken
from voc.sources.values import number_in
from voc.text.encoding import decode

_SEGMENTS: Final[Mapping[str, float]] = {
    # The key that holds the segments, and how many of its units make a second.
    "sentence_info": 1000.0,
    "sentences": 1000.0,
    "segments": 1.0,
    "chunks": 1.0,
    "transcription": 1000.0,
}
_ONE_CALL: Final = re.compile(r"\.(?:srt|vtt|txt)(?:\.(?:gz|gzip|zst|zstd))?$", re.IGNORECASE)
_TEXT_KEYS: Final = ("text", "sentence")
_SPEAKER_KEYS: Final = ("speaker", "spk", "speaker_id", "spk_id", "role", "channel")
_RECOGNISED: Final = frozenset(
    {"start", "end", "timestamp", "timestamps", "offsets", "spk", "ts_list"}
)
_NO_CUES: Final = "holds no cues (00:01 --> 00:02). Name it .csv if each line is a voice of its own"
_MADE_UP_KEY: Final = "rand_key_"
"""How a key begins that FunASR makes up anew for sound that has no file's name."""
_SOUND_MARKS: Final = re.compile(r"<\|[A-Za-z_]{1,20}\|>")
_LEFT_OUT: Final = frozenset(
    {"text", "words", "word_segments", "timestamp", "time_stamp", "language", "params"}
)
_CLOCK: Final = (
    r"(?:(?P<{0}h>\d{{1,4}}):)?(?P<{0}m>\d{{1,2}}):(?P<{0}s>\d{{1,2}}(?:[.,]\d{{1,3}})?)"
)
_CUE: Final = re.compile(
    rf"^[ \t]*{_CLOCK.format('a')}[ \t]*-->[ \t]*{_CLOCK.format('b')}[^\n]*$", re.MULTILINE
)
_CUE_LIKE: Final = re.compile(r"^.*-->.*$", re.MULTILINE)
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+(?P<speaker>[^>]{1,64})>", re.IGNORECASE)
_MARKUP: Final = re.compile(r"</?[a-zA-Z0-9][^<>\n]{0,200}>|\{\\[^}\n]{0,100}\}")


def recognised(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Reads a recogniser's object as a row with `turns` in seconds, or `None` where it is none.

    The whole text, words and tokens beside the segments are left out: the turns say the same. What
    else is told of the call (its id, time, customer) stays. Segments that were heard in silence are
    left out, too, and counted as `silent_segments`.
    """
    for key, units in _SEGMENTS.items():
        segments = values.get(key)
        if not (isinstance(segments, list) and segments and _is_segment(segments[0])):
            continue
        heard = spoken(segments)
        turns = [_segment(item, units) for item in heard]
        # FunASR's whole text is of no use; a row's other columns are.
        kept = {
            name: value for name, value in values.items() if name != key and name not in _LEFT_OUT
        }
        if "id" not in kept and isinstance(kept.get("key"), str):
            told = str(kept.pop("key"))
            kept |= {} if told.startswith(_MADE_UP_KEY) else {"id": told}
        silent = len(segments) - len(heard)
        return {**kept, **({LEFT_OUT: silent} if silent else {}), "turns": turns}
    if isinstance(values.get("key"), str) and isinstance(values.get("text"), str):
        return _unsegmented(values)
    if cloud := cloud_segments(values):
        segments, kept = cloud
        return {**kept, "turns": [_segment(item, MILLISECONDS) for item in segments]}
    return None


def _unsegmented(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Reads what FunASR heard without cutting it into sentences; `None` where it is not from it.

    Its models mark language, mood and kind of sound within the words: <|zh|><|NEUTRAL|><|Speech|>.
    """
    text = str(values["text"])
    words = _SOUND_MARKS.sub("", text)
    if words == text and not isinstance(values.get("timestamp"), list):
        return None
    kept = {name: value for name, value in values.items() if name not in ("key", "timestamp")}
    told = str(values["key"])
    named = {} if told.startswith(_MADE_UP_KEY) or "id" in values else {"id": told}
    return {**kept, **named, "text": words.strip()}


def _is_segment(item: Any) -> bool:
    return (
        isinstance(item, Mapping)
        and any(isinstance(item.get(key), str) for key in _TEXT_KEYS)
        and bool(_RECOGNISED & item.keys())
    )


def _segment(item: Any, units: float) -> Any:
    """One turn with seconds; what is no segment stays as it is, for its own error."""
    if not isinstance(item, Mapping):
        return item
    start, end = _bounds(item, units)
    text = next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)
    speaker = next((item[key] for key in _SPEAKER_KEYS if item.get(key) is not None), "")
    turn = {"speaker": speaker, "start_s": start, "end_s": end}
    return turn if text is None else {**turn, "text": _SOUND_MARKS.sub("", text).strip()}


def _bounds(item: Mapping[str, Any], units: float) -> tuple[float | None, float | None]:
    offsets, pair = item.get("offsets"), item.get("timestamp")
    if isinstance(offsets, Mapping):
        found = number_in(offsets.get("from")), number_in(offsets.get("to"))
    elif "start" not in item and isinstance(pair, list) and len(pair) == 2:
        found = number_in(pair[0]), number_in(pair[1])
    else:
        found = number_in(item.get("start")), number_in(item.get("end"))
    return seconds(found[0], found[1], units)


def seconds(
    start: float | None, end: float | None, units: float = 1.0
) -> tuple[float | None, float | None]:
    """Returns a turn's bounds in seconds; those that no clock can show are `None`."""
    first = round(start / units, 3) if start is not None and start >= 0 else None
    last = round(end / units, 3) if end is not None and end >= max(start or 0, 0) else None
    return first, last


def call_name(path: str) -> str | None:
    """Returns the path of a file that is one call without its endings; `None` of other files."""
    found = _ONE_CALL.search(path)
    return path[: found.start()] if found else None


def transcript_records(
    chunks: Iterator[bytes], *, kind: str, name: str, encoding: str | None
) -> Iterator[Record | Problem]:
    """Reads a file that is one call: SubRip and WebVTT cues, or marked text.

    Its id is the file's name, by which call centres file their recordings. A cue without words, or
    whose time cannot be read, costs no other cue: the latter's words are kept, without seconds.
    """
    data, problem = _whole(chunks)
    if problem:
        yield Problem(name, problem, fatal=not data)
    if not data:
        return
    decoded = decode(data, declared=encoding)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    turns = turns_of_marks(text) or turns_of_stamps(text) if kind == "txt" else turns_of_cues(text)
    if turns:
        values = {"id": call_name(name) or name, "turns": turns}
        if kind == "txt" and (moment := first_moment(text)):
            values["created_at"] = moment
        yield Record(f"{name}:1", values, decoded.replaced)
    elif text.strip():
        reason = why_no_turns(text) if kind == "txt" else _NO_CUES
        yield Problem(name, reason, text[:200], fatal=True)


def _whole(chunks: Iterator[bytes]) -> tuple[bytes, str | None]:
    pieces: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            pieces.append(chunk)
            size += len(chunk)
            if size > MAX_VALUE_BYTES:
                reason = f"is longer than the {MAX_VALUE_BYTES:,} bytes that are read of one call"
                return b"".join(pieces)[:MAX_VALUE_BYTES], f"{reason}; what follows is missing"
    except DamagedError as error:
        return b"".join(pieces), f"{error}; what follows is missing"
    return b"".join(pieces), None


def turns_of_cues(text: str) -> list[dict[str, Any]]:
    """Reads SubRip or WebVTT cues as turns; neighbours of one named speaker stay apart."""
    lines = list(_CUE_LIKE.finditer(text))
    if not lines:
        return []
    ends = [_before_next(text, one.end(), line.start()) for one, line in pairwise(lines)]
    ends.append(len(text))
    cues = []
    for line, end in zip(lines, ends, strict=True):
        body = text[line.end() : max(end, line.end())]
        cues.append(re.split(r"\n[ \t]*\n(?:NOTE|STYLE|REGION)\b", body)[0])
    return list(_cue_turns(cues, [_cue_seconds(line[0]) for line in lines]))


def _before_next(text: str, begin: int, start: int) -> int:
    """Where a cue's words end: before the number or name in the line above the next cue's time."""
    gap = text[begin:start]
    before = gap.rstrip("\n \t")
    above, _, last = before.rpartition("\n")
    is_name = gap[len(before) :].count("\n") == 1 and (
        last.strip().isdigit() or above.rstrip(" \t").endswith("\n")
    )
    return begin + len(above if is_name else before)


def _cue_seconds(line: str) -> tuple[float | None, float | None]:
    match = _CUE.fullmatch(line)
    return seconds(_clock(match, "a"), _clock(match, "b")) if match else (None, None)


def _clock(match: re.Match[str], prefix: str) -> float | None:
    minutes, second = int(match[f"{prefix}m"]), float(match[f"{prefix}s"].replace(",", "."))
    if minutes > 59 or second >= 60:
        return None
    return int(match[f"{prefix}h"] or 0) * 3600 + minutes * 60 + second


def _cue_turns(
    cues: Sequence[str], bounds: Sequence[tuple[float | None, float | None]]
) -> Iterator[dict[str, Any]]:
    voices = [_VOICE.search(cue) for cue in cues]
    marks = marks_of_cues([html.unescape(_MARKUP.sub("", cue)).strip() for cue in cues])
    for voice, (speaker, words), (start, end) in zip(voices, marks, bounds, strict=True):
        if words.strip():
            named = voice["speaker"].strip() if voice else speaker
            yield {"speaker": named, "text": words.strip(), "start_s": start, "end_s": end}
