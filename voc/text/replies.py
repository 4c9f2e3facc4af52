"""A company's reply that an export writes behind a customer's words: 房间很小 商家回复：您好 …"""

from __future__ import annotations

import re
from typing import Final

_WHO: Final = (
    "(?:宾馆|酒店|民宿|房东|商家|店家|店主|卖家|掌柜|商户|门店|餐厅|官方|品牌|平台|开发者"
    "|(?P<agent>客服))方?的?(?:反馈|回复|回应|答复|解释)"
)
_DAY: Final = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]*\d{1,2}:\d{2}(?::\d{2})?)?)"
_REPLY: Final = re.compile(
    rf"(?P<open>[\[【(（])?{_WHO}[ \t]*(?P<day>[(（]?{_DAY}[)）]?)?[ \t]*(?P<close>[\]】)）])?"
    r"[ \t]*(?P<colon>[:：])?[ \t]*"
    r"(?P<polite>尊敬的|亲爱的|亲[,，~～!！]|您好|非常感谢|感谢您|谢谢您|很抱歉|抱歉)?"
)
# The customer speaks again.
_AGAIN: Final = re.compile(
    r"[\[【(（]?(?:补充点评|追加点评|追加评[价论]|追评|(?:用户|买家|顾客)(?:追评|追问|回复))[ \t]*"
    rf"{_DAY}?[\]】)）]?[ \t]*[:：]"
)
_ENDED: Final = re.compile(r"(?:^|[。！？!?~～.…;；)）】\n\s])$")


def customer_parts(text: str) -> list[tuple[int, int]]:
    """Returns the stretches of a text that a customer wrote, without a company's replies in it.

    A reply begins with a mark, as 商家回复：, that stands in brackets, or behind a sentence and
    beside a day or before words of politeness: 问了客服,客服回复：没货 is told by the customer. It
    ends where the customer adds something (追评：…), or with the text.

    Returns:
        Half-open, in order; the whole text where there is no reply, or nothing else.
    """
    parts: list[tuple[int, int]] = []
    start = 0
    for mark in _REPLY.finditer(text):
        if mark.start() < start or not _is_mark(text, mark):
            continue
        parts.append((start, mark.start()))
        again = _AGAIN.search(text, mark.end())
        start = again.start() if again else len(text)
    parts = [part for part in (*parts, (start, len(text))) if text[slice(*part)].strip()]
    return parts or [(0, len(text))]


def without_replies(text: str) -> str:
    """Returns what a customer wrote in a text, a line each part (see `customer_parts`)."""
    parts = customer_parts(text)
    if parts == [(0, len(text))]:
        return text
    return "\n".join(text[start:end].strip() for start, end in parts)


def _is_mark(text: str, mark: re.Match[str]) -> bool:
    if mark["open"] and mark["close"]:
        return True
    if not (mark["colon"] and _ENDED.search(text, max(0, mark.start() - 1), mark.start())):
        return False
    return bool(mark["day"] or (mark["polite"] and not mark["agent"]))
