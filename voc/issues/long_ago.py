"""Tells dangers of today from those of years ago, which press nobody any more.

A widow who writes of poor relief tells how her husband was hurt in 2006; no team can go and help.
What happened is read off the sentence: a year, or 五年前. It is long ago if that is more than a
year before the voice, and nothing in the sentence says that it goes on (至今, 一直) or that the
year is another thing's (2018年交房).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_LONG: Final = timedelta(days=365)
_DATED: Final = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)年(?:底|末)?(?:(?P<month>1[0-2]|0?[1-9])月)?"
)
_AGO: Final = re.compile(
    "(?:(?<!\\d)[2-9]|[1-9]\\d|[二两三四五六七八九十几数多少好]+)多?年多?[以之]?前|早些?年|早几年|当年"
)
_GOES_ON: Final = re.compile(
    "至今|一直|以来|仍|还在|不断|再次|又|开始|[起始](?=[,，就便]|$)|今[年天早晚日]|昨|[这前那][几两]?[天晚日]|近[日期来]|最近|现在|目前|上[个周次月]|刚"
)
_DAY: Final = re.compile(r"\d月\d|[0-9一二两三四五六七八九十几][个多]*[天周月时]之?前")
_OTHERS: Final = re.compile("年[^。,，]{0,12}(?:买|购|交房|入住|签|租|装修|搬)")


def is_long_ago(sentence: str, said_on: date) -> bool:
    """Says whether what a sentence tells of happened more than a year before it was said.

    Args:
        sentence: In normal form.
        said_on: When it was said.
    """
    if _GOES_ON.search(sentence) or _OTHERS.search(sentence):
        return False
    if _AGO.search(sentence):
        return True
    dates = [_last_day(int(one["year"]), one["month"]) for one in _DATED.finditer(sentence)]
    return bool(dates) and said_on - max(dates) > _LONG


def is_undated(sentence: str) -> bool:
    """Says whether a sentence tells no time, and not that something goes on."""
    return not any(said.search(sentence) for said in (_GOES_ON, _DATED, _DAY))


def _last_day(year: int, month: str | None) -> date:
    """Returns the last day of a month, or of a year."""
    following = date(year, int(month), 28) + timedelta(days=4) if month else date(year + 1, 1, 1)
    return following.replace(day=1) - timedelta(days=1)
