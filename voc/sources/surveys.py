"""How a survey's answers were given: skipped, all alike, or too fast to have been read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from voc.sources.identity import named
from voc.sources.names import fold
from voc.sources.values import folded, number_in

_DURATION: Final = frozenset(
    [
        "答题时长",
        "填写时长",
        "用时",
        "答题用时",
        "所用时间",
        "作答时长",
        "duration",
        "timetaken",
        "durationinseconds",
        "duration(inseconds)",
    ]
)
_NO_QUESTION: Final = re.compile(r"id|编号|序号|号码|电话|手机|年龄|时间|日期|订单|金额", re.I)
_DURATION_VALUE: Final = re.compile(
    r"(?:(?P<minutes>\d{1,4})(?:分钟?|:))?(?:(?P<seconds>\d{1,6}(?:\.\d+)?)(?:秒|s)?)?", re.I
)
_LEAST_SCALES: Final = 4
_HIGHEST: Final = 10
MOST_ANSWER: Final = 100_000
"""Code points of one open answer that are read."""
_LEAST_SECONDS_A_SCALE: Final = 1.0

SKIPPED: Final = "skipped_questions"
"""Key of `extra`: how many of the open questions were left out."""

_NO_ANSWER: Final = frozenset(
    folded(word).lower()
    for word in (
        "(跳过)", "（跳过）", "(空)", "跳过", "未填写", "未作答", "无", "没有", "-", "/", "N/A",
        "-99", "(skip)", "skipped", "none",
    )
)  # fmt: skip


def answer_of(value: Any) -> str | None:
    """Returns an open answer as it was given; `None` where the question was skipped."""
    text = named(value, limit=MOST_ANSWER)
    return None if text is None or folded(text).lower() in _NO_ANSWER else text


def answer_flags(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tells of one answer sheet what a reader of its scores should know.

    A sheet without a word where something was asked openly is `skipped`. Only sheets with at least
    four questions on a scale (whole numbers from 0 to 10) can be `straight_line`, all answered
    alike, or `speeder`, less than a second for each of them.

    Returns:
        `survey_flags`, a list, where there are any.
    """
    scales = [
        number
        for name, value in values.items()
        if (number := number_in(value)) is not None
        and number == int(number)
        and 0 <= number <= _HIGHEST
        and name != SKIPPED
        and fold(name) not in _DURATION
        and not _NO_QUESTION.search(name)
    ]
    flags = ["skipped"] if values.get(SKIPPED) and _says_nothing(values) else []
    if len(scales) < _LEAST_SCALES:
        return {"survey_flags": flags} if flags else {}
    flags += ["straight_line"] if len(set(scales)) == 1 else []
    taken = next(
        (_taken_s(value) for name, value in values.items() if fold(name) in _DURATION), None
    )
    if taken is not None and taken < _LEAST_SECONDS_A_SCALE * len(scales):
        flags.append("speeder")
    return {"survey_flags": flags} if flags else {}


def _says_nothing(values: Mapping[str, Any]) -> bool:
    return not values.get("text") and not values.get("turns")


def _taken_s(value: Any) -> float | None:
    """Reads 35, "35秒", "1分20秒" or "1:20" as seconds."""
    number = number_in(value)
    if number is not None or not isinstance(value, str) or len(value) > 20:
        return number
    match = _DURATION_VALUE.fullmatch(folded(value))
    if match is None or not (match["minutes"] or match["seconds"]):
        return None
    return int(match["minutes"] or 0) * 60 + float(match["seconds"] or 0)
