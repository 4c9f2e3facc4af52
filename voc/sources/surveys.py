"""How a survey's answers were given: skipped, all alike, or too fast to have been read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from voc.sources.identity import named
from voc.sources.scales import BOTTOM, answer_on_scale, is_no_answer
from voc.sources.values import folded, number_in

_DURATION: Final = re.compile(
    r"(?:答题|填写|填答|作答|答卷|完成|持续|总|所)*(?:用时间?|耗时|时长|时间)"
    r"|duration|time ?(?:taken|spent)",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"[ ]*(?:[(_ ]?(?:in )?(?:(?P<minutes>分钟|minutes?|mins?)|秒|seconds?|secs?|s)\)?)?$",
    re.IGNORECASE,
)
_NO_QUESTION: Final = re.compile(r"id|编号|序号|号码|电话|手机|年龄|时间|日期|订单|金额", re.I)
_DURATION_VALUE: Final = re.compile(
    r"(?:(?P<hours>\d{1,3})(?:小时|时|h|:))?(?:(?P<minutes>\d{1,4})(?:分钟?|m|min|:))?"
    r"(?:(?P<seconds>\d{1,6}(?:\.\d+)?)(?:秒钟?|s|sec)?)?",
    re.IGNORECASE,
)
_PART: Final = re.compile(r"(?P<question>[Qq]?\d{1,3}(?=\D)|[^:(_|\-]{2,})[:(_|\-、. ]")
"""What names of columns of one question have in common: Q5_1, 3、您喜欢:价格, 3(A.价格)."""
_LEAST_SCALES: Final = 4
MOST_ANSWER: Final = 100_000
"""Code points of one open answer that are read."""
_LEAST_SECONDS_A_SCALE: Final = 1.0

SKIPPED: Final = "skipped_questions"
"""Key of `extra`: how many of the open questions were left out."""


def answer_of(value: Any) -> str | None:
    """Returns an open answer as it was given; `None` where the question was skipped."""
    return None if is_no_answer(value) else named(value, limit=MOST_ANSWER)


def answer_flags(values: Mapping[str, Any], *, besides: Collection[str] = ()) -> dict[str, Any]:
    """Tells of one answer sheet what a reader of its scores should know.

    A sheet without a word where something was asked openly is `skipped`. Only sheets with at least
    four answers on a scale, whole numbers from 0 to 10, stars or words (非常满意), can be
    `straight_line`, the numbers all alike and the words too, or all at the bottom (非常不满意,
    非常困难, 1, and 0 once), or `speeder`, less than a second for each of them. Options to tick
    are no scale.

    Args:
        values: The answers by their questions.
        besides: Questions that were asked openly.

    Returns:
        `survey_flags`, a list, where there are any.
    """
    ticks = _ticks(values)
    scales = [
        answer
        for name, value in values.items()
        if name != SKIPPED
        and name not in ticks
        and name not in besides
        and (answer := answer_on_scale(value)) is not None
        and _seconds_each(name) is None
        and not _NO_QUESTION.search(name)
    ]
    flags = ["skipped"] if values.get(SKIPPED) and _says_nothing(values) else []
    if len(scales) < _LEAST_SCALES:
        return {"survey_flags": flags} if flags else {}
    flags += ["straight_line"] if _are_alike(scales) else []
    taken = next(_taken_s(values), None)
    if taken is not None and taken < _LEAST_SECONDS_A_SCALE * len(scales):
        flags.append("speeder")
    return {"survey_flags": flags} if flags else {}


def _are_alike(scales: list[int | str]) -> bool:
    words = {answer for answer in scales if isinstance(answer, str)}
    numbers = [answer for answer in scales if isinstance(answer, int)]
    if words <= {BOTTOM} and set(numbers) == {0, 1}:
        return numbers.count(0) == 1
    return len(words) < 2 and len(set(numbers)) < 2


def _ticks(values: Mapping[str, Any]) -> set[str]:
    """Returns the columns of options to tick, 0 or 1 each, of one question; a matrix has no 0."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in values:
        if match := _PART.match(folded(name)):
            groups[match["question"]].append(name)
    ticks = [
        names
        for names in groups.values()
        if len(names) > 1 and {number_in(values[name]) for name in names} in ({0, 1}, {0})
    ]
    return {name for names in ticks for name in names}


def _says_nothing(values: Mapping[str, Any]) -> bool:
    return not values.get("text") and not values.get("turns")


def _seconds_each(name: str) -> float | None:
    """Returns how many seconds a number counts for in a column of durations; `None` of others."""
    told = folded(name)
    match = _DURATION.match(told)
    unit = _UNIT.fullmatch(told, match.end()) if match else None
    if unit is None:
        return None
    return 60.0 if unit["minutes"] else 1.0


def _taken_s(values: Mapping[str, Any]) -> Iterator[float]:
    """Yields how long the answering took, of each column that tells a duration."""
    for name, value in values.items():
        each = _seconds_each(name)
        number = number_in(value)
        if each is not None and number is not None:
            yield each * number
        elif each is not None and (told := _duration_s(value)) is not None:
            yield told


def _duration_s(value: Any) -> float | None:
    """Reads "35秒", "1分20秒", "1:20", "0:01:20" or "1小时2分" as seconds."""
    if not isinstance(value, str) or len(value) > 20:
        return None
    match = _DURATION_VALUE.fullmatch(folded(value).replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    hours, minutes = match["hours"], match["minutes"]
    if hours and not minutes and ":" in value:  # 1:20
        hours, minutes = None, hours
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(match["seconds"] or 0)
