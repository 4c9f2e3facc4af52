"""Answer sheets that their survey's tool marks as none: previews, tests, spam, 无效.

Qualtrics tells it in Status ("Response Type"), as a word or as 1, 2 and 8 beside a ResponseId
(Qualtrics, Understanding Your Data Set); Chinese tools in a column of the sheet's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from voc.sources.identity import named
from voc.sources.names import fold

VOID: Final = "the survey's tool calls it {state!r}: no answer of a customer"
"""Why it is a reject."""
_STATES: Final = (
    "status",
    "responsetype",
    "答卷状态",
    "问卷状态",
    "答题状态",
    "是否有效",
    "有效性",
)
_VOID: Final = frozenset(
    ("surveypreview", "surveytest", "spam", "无效", "无效答卷", "无效问卷", "测试", "预览")
)
_VOID_CODES: Final = {"1": "surveypreview", "2": "surveytest", "8": "spam"}
_WITH_CODES: Final = "responseid"


def void_state(values: Mapping[str, Any]) -> str | None:
    """Returns why a sheet is none, as its tool calls it; `None` of one that counts.

    Args:
        values: Its cells, by column or question.
    """
    states = {fold(name): named(value) for name, value in values.items()}
    has_codes = _WITH_CODES in states
    for name in _STATES:
        said = states.get(name)
        known = _VOID_CODES.get(said, said) if said and has_codes else said
        if known is not None and fold(known) in _VOID:
            return said
    return None
