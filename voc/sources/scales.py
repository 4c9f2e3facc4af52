"""Answers on a scale, in numbers, stars or words: 4, 4/5, ★★★★☆, 非常满意, B.比较同意, 满意(4)."""

from __future__ import annotations

import re
from typing import Any, Final

from voc.sources.values import folded, number_in, read_rating

_HIGHEST: Final = 10
_LONGEST: Final = 40
_DEGREES: Final = (
    "非常|特别|极其|极|十分|相当|很|比较|较为|较|还算|有点|有些|稍微|略|不太|不怎么|不够|完全|根本|一点也"
    "|基本上?|very|extremely|strongly|completely|somewhat|slightly|moderately|mostly|quite|not"
    "|at all|so"
)
_FOR: Final = (
    "满意|同意|认同|赞同|认可|支持|符合|可能|愿意|乐意|容易|轻松|简单|方便|便利|清楚|清晰|了解|熟悉|重要|必要|喜欢"
    "|推荐|信任|信赖|期待|好|快|便宜|及时|专业|热情|友好|耐心|合理|舒适|干净|整洁|丰富|有用|有帮助|优秀|良好"
    "|agree|satisfied|likely|easy|important|clear|useful|good|fast"
)
_AGAINST: Final = (
    "困难|费力|麻烦|复杂|差|糟糕|慢|贵"
    "|disagree|dissatisfied|unlikely|difficult|unimportant|bad|poor|slow"
)
_MIDDLE: Final = (
    "一般|普通|中立|尚可|还行|还可以|说不清|不确定|无所谓|不好说|neutral|fair|average"
    "|neither [a-z]{3,12} n?or [a-z]{3,14}"
)
_STRONG: Final = re.compile(
    "非常|特别|极|十分|相当|很|完全|根本|一点也|very|extremely|strongly|completely|at all",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(
    "比较|较|还算|有点|有些|稍微|略|不太|不怎么|不够|基本|somewhat|slightly|moderately|mostly|quite|so",
    re.IGNORECASE,
)
_NOT: Final = re.compile("不|not", re.IGNORECASE)

BOTTOM: Final = "very against"
"""The worst place on a scale in words: 非常不满意, 非常困难."""

_WORDS: Final = re.compile(
    r"(?:(?:[A-Za-z]|[0-9]{1,2})[ ]?[.、:)）\-—]?[ ]?)?"
    rf"(?:(?P<degree>(?:(?:{_DEGREES}|不)[ ]?)*)(?:(?P<for>{_FOR})|(?P<against>{_AGAINST}))"
    rf"|(?P<middle>{_MIDDLE}))"
    r"(?:[ ]?\([^()]{1,10}\))?",
    re.IGNORECASE,
)

_NO_ANSWER: Final = frozenset(
    ("跳过", "空", "未填写", "未填", "未作答", "未答", "未选", "无", "没有", "-", "/", "n/a",
     "skip", "skipped", "none", "na", "n.a.", "not applicable", "no answer", "prefer not to say",
     "不适用", "没用过", "没有用过", "未用过", "未使用", "未使用过", "未涉及", "未接触", "未体验",
     "拒答", "拒绝回答", "不想回答")
)  # fmt: skip
_CODES: Final = frozenset((-1, -2, -3, -9, -99, -999))
"""Numbers that survey tools write where there is no answer (问卷星: -3 skipped, -2 left empty)."""


def is_no_answer(value: Any) -> bool:
    """Whether a cell of a survey says that its question was skipped: (跳过), (空), -3."""
    number = number_in(value)
    if number is not None:
        return number in _CODES
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    return folded(value).strip("()[]【】<> ").lower() in _NO_ANSWER


def answer_on_scale(value: Any) -> int | str | None:
    """Returns an answer on a scale, `None` if it is none.

    Returns:
        A whole number from 0 to 10, also of stars, 4/5 and 8分; of words, what place on its scale
        they name, so that 非常满意 and 非常容易 are the same, and 非常不满意 and 非常困难.
    """
    number = number_in(value)
    if number is None and isinstance(value, str) and len(value) <= _LONGEST:
        rating = read_rating(value)
        number = rating.value if rating and not value.endswith("评") else None
    if number is not None:
        return int(number) if number == int(number) and 0 <= number <= _HIGHEST else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    match = _WORDS.fullmatch(folded(value))
    if match is None:
        return None
    return "middle" if match["middle"] else _place(match["degree"], against=bool(match["against"]))


def _place(degree: str, *, against: bool) -> str:
    """Returns how strongly a word speaks for or against, 不 turned over: 不太满意 as 有点困难."""
    strength = "rather " if _WEAK.search(degree) else "very " if _STRONG.search(degree) else ""
    return f"{strength}{'against' if against != bool(_NOT.search(degree)) else 'for'}"
