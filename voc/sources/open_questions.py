"""Finds the open questions of a survey: columns in which each answer is a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from statistics import median
from typing import Any, Final

from voc.sources.names import fold
from voc.sources.scales import answer_on_scale
from voc.sources.surveys import answer_of
from voc.sources.values import is_number_like
from voc.text.personal.columns import is_personal_column

_LEAST_ANSWERS: Final = 3
_LEAST_CHARS: Final = 6
"""Of the answer in the middle; options and names are shorter as a rule."""
_LEAST_VARIED: Final = 0.8
_LEAST_SAID: Final = 0.5
# What sentences hold, and places, names and options hardly.
_SAYS: Final = re.compile(
    "[的了不很是有太没要就都也还能会可把被让吗呢吧啊得着过]|希望|建议|非常"
    r"|\b(?:the|is|was|not|and|to|it|too|very|my)\b",
    re.IGNORECASE,
)
_COMPANYS: Final = re.compile(
    "(?:回复|答复|处理|办理|解决|跟进|回访|处置|受理|坐席|客服)(?:人员?)?"
    "(?:内容|结果|情况|意见|记录|说明|过程|措施|方案|小结|备注)|(?:官方|商家|客服)?(?:回复|答复)"
    "|(?:agent|staff|internal)?(?:reply|replies|notes?|resolution)",
    re.IGNORECASE,
)
"""Names of columns in which the company writes, as `fold` writes them."""
_ASKS: Final = re.compile("原因|为什么|理由|意见|建议|请说明|改进|reason|why|improve|better", re.I)
"""What open questions ask: the answers to one may then be few, as in a survey just begun."""
_TICKED: Final = re.compile("[┋;；|]|(?<=[^。！？!?]),(?=[^ ])")


def open_questions(
    names: Iterable[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    besides: Iterable[str] = (),
    openly: Collection[str] = (),
) -> list[str]:
    """Returns the columns whose answers are varied sentences, in order.

    Args:
        names: The questions.
        rows: Some sheets, by question.
        besides: Columns that hold something else.
        openly: Questions of which the export itself says that they are open.
    """
    others = set(besides)
    return [
        name
        for name in names
        if name not in others
        and not is_personal_column(name)
        and not _COMPANYS.fullmatch(fold(name))
        and (
            name in openly
            or _are_sentences(
                [answer_of(row.get(name)) for row in rows],
                least=1 if _ASKS.search(name) else _LEAST_ANSWERS,
            )
        )
    ]


def is_open(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a question that is called like an open one has answers that are on no scale.

    Args:
        name: The question.
        rows: Some sheets, by question.
    """
    given = [answer for row in rows if (answer := answer_of(row.get(name)))]
    on_scale = sum(answer_on_scale(answer) is not None for answer in given)
    return not is_personal_column(name) and (not given or on_scale < _LEAST_SAID * len(given))


def _are_sentences(answers: Iterable[str | None], *, least: int) -> bool:
    given = [answer for answer in answers if answer]
    if len(given) < least or median(map(len, given)) < _LEAST_CHARS:
        return False
    if any(is_number_like(answer) for answer in given):
        return False
    words = [answer for answer in given if answer_on_scale(answer) is None]
    said = sum(_SAYS.search(answer) is not None for answer in words)
    parts = list(chain.from_iterable(map(_TICKED.split, given)))
    return (
        len(set(given)) >= _LEAST_VARIED * len(given)
        and len(set(parts)) >= _LEAST_VARIED * len(parts)
        and said >= _LEAST_SAID * len(given)
    )
