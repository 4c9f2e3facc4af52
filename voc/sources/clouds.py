"""Results of speech recognition as cloud services return them, in one shape.

Alibaba's ISI (`Result.Sentences`), DashScope (`transcripts`) and Tingwu (`Paragraphs`), Tencent
(`Data.ResultDetail`), Volcengine (`utterances`), iFlytek (`onebest` with `bg` and `ed`, also as
JSON within `data`). All of them count milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from voc.sources.values import number_in

MILLISECONDS: Final = 1000.0

_LISTS: Final = frozenset({"sentences", "utterances", "resultdetail", "data", "result"})
_WRAPPERS: Final = frozenset(
    {"result", "response", "data", "resp", "payload", "output", "body", "transcription"}
)
_HOLDERS: Final = _LISTS | _WRAPPERS | {"paragraphs", "transcripts"}
_DEEPEST: Final = 4
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("finalsentence", "onebest", "text"),
    "start": ("begintime", "starttime", "startms", "bg"),
    "end": ("endtime", "endms", "ed"),
    "speaker": ("speakerid", "speaker", "roleid", "rl", "channelid"),
}
# fmt: off
_OF_THE_SERVICE: Final = frozenset((
    "statustext", "statuscode", "status", "statusstr", "solvetime", "requesttime", "requestid",
    "bizduration", "code", "message", "errormsg", "errno", "failed", "ok", "descinfo",
))
# fmt: on


def cloud_segments(values: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]] | None:
    """Finds what a cloud service heard.

    Returns:
        Segments by their start, with `text`, `start` and `end` in milliseconds and `speaker` as far
        as they are told, and what else the object says of the call; `None` where it is no such
        result.
    """
    found = _segments(values, _DEEPEST)
    if not found:
        return None
    kept = {
        name: value
        for name, value in values.items()
        if _key(name) not in _OF_THE_SERVICE | _WRAPPERS | _LISTS
        and not isinstance(value, (list, Mapping))
    }
    return found, kept


def _segments(values: Mapping[str, Any], depth: int) -> list[dict[str, Any]]:
    for name, value in values.items():
        key = _key(name)
        if key not in _HOLDERS:
            continue
        inner = _parsed(value)
        if key == "paragraphs":
            found = [segment for item in _mappings(inner) for segment in _paragraph(item)]
        elif key == "transcripts":
            found = [segment for item in _mappings(inner) for segment in _channel(item)]
        elif key in _LISTS and isinstance(inner, list):
            found = _list(inner)
        elif key in _WRAPPERS and depth and isinstance(inner, Mapping):
            found = _segments(inner, depth - 1)
        else:
            found = []
        if found:
            return sorted(found, key=lambda segment: float(segment["start"]))
    return []


def _list(items: Sequence[Any]) -> list[dict[str, Any]]:
    """Reads segments, none where one of them is no such thing."""
    found = [_segment(item) for item in items if isinstance(item, Mapping)]
    told = [segment for segment in found if segment is not None]
    return told if len(told) == len(items) else []


def _segment(item: Mapping[str, Any]) -> dict[str, Any] | None:
    by_key = {_key(name): value for name, value in item.items()}
    extra = by_key.get("additions")
    if isinstance(extra, Mapping):
        by_key = {_key(name): value for name, value in extra.items()} | by_key
    told = {
        field: next((by_key[name] for name in names if by_key.get(name) is not None), None)
        for field, names in _NAMES.items()
    }
    start = number_in(told["start"])
    if not isinstance(told["text"], str) or start is None:
        return None
    return {**told, "start": start, "end": number_in(told["end"])}


def _paragraph(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    words = [{_key(name): value for name, value in word.items()} for word in _words(item)]
    text = "".join(str(word.get("text") or "") for word in words)
    starts = [start for word in words if (start := number_in(word.get("start"))) is not None]
    ends = [end for word in words if (end := number_in(word.get("end"))) is not None]
    speaker = next((value for name, value in item.items() if _key(name) == "speakerid"), None)
    if text and starts:
        end = max(ends, default=None)
        yield {"text": text, "start": min(starts), "end": end, "speaker": speaker}


def _words(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in item.items():
        if _key(name) == "words":
            yield from _mappings(value)


def _channel(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for segment in _segments(item, 0):
        told = segment["speaker"]
        yield {**segment, "speaker": item.get("channel_id") if told is None else told}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))


def _key(name: Any) -> str:
    return str(name).replace("_", "").lower()
