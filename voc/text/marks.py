"""Blanks what is no word of the customer's: handles, links, placeholders, prefixes of replies."""

from __future__ import annotations

import re
from typing import Final

_HANDLE: Final = (
    r"[@＠](?![A-Za-z0-9\-]{1,40}\.[A-Za-z])(?!(?<=[0-9][@＠])[0-9]|[0-9.]{1,6}[元块折%])"
)
# An account's kind ends its name where the sentence goes on at once: @小米客服不行.
_KINDS: Final = "客服中心|客服|官方微博|官方旗舰店|旗舰店|官方|官微"
_MARKS: Final = re.compile(
    r"//[ ]?[@＠][^\s:：@＠/]{1,30}[:：]"
    r"|回[复復覆][ ]?[@＠][^\s:：@＠/]{1,30}[:：]"
    rf"|{_HANDLE}(?:[\w·\-]{{1,16}}?(?:{_KINDS})|[\w·\-]{{1,20}}(?![\w·\-]))"
    r"|(?:https?://|(?<![A-Za-z0-9])www\.)[!-~]{1,2000}"
    r"|[\[【［](?:"
    r"[^\W\d_A-Za-z]{1,6}[xX×]"
    r"|(?:数字|订单号?|金额|日期|时间|地址|链接|网址|姓名|人名|电话|手机号?|号码|身份证号?|卡号|单号|邮箱|站点"
    r"|组织机构|图片|语音|视频|文件|位置|商品快照|商品链接|订单链接|动画表情|表情)[0-9_]{0,4}"
    r"|(?:URL|EMAIL|PHONE|ORDER_?ID|USER_?ID|NAME|NUMBER|NUM|DATE|TIME|ADDRESS)[0-9_]{0,6}"
    r")[\]】］]",
    re.IGNORECASE,
)
_SIGNS: Final = ("@", "＠", "[", "【", "［", "http", "HTTP", "Http", "www.", "WWW.")


def blank_marks(text: str) -> str:
    """Returns `text` with what only refers to somebody or something as blanks, as long as before.

    Blanked are handles (`@趣玩网客服`, at most 20 characters after the sign), the prefixes of
    replies and reposts (`回复@xx:`, `//@xx:`), links, and placeholders of chat logs (`[数字x]`,
    `[订单x]`, `[图片]`). Emoticons (`[怒]`, `[doge]`) and headings (`【质量问题】`) stay. Where no
    blank or mark ends a handle, it ends behind 客服, 官方 or 旗舰店; otherwise nothing is blanked,
    for nobody knows where the customer's words begin.
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    return _MARKS.sub(lambda match: " " * len(match[0]), text)
