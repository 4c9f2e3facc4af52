"""Blanks what speech carries and writing does not: 嗯, 那个那个, 我我我."""

from __future__ import annotations

import re
from typing import Final

_HUMS: Final = re.compile(
    r"[嗯呃]+(?:[,，、。~～…]+)?|(?:^|(?<=[,，、。？！?!\s]))[啊哦噢额唔]+(?=[,，、。])"
)
_PERSON: Final = "[我你您他她它咱]们?"
_BEGINS: Final = r"(?:^|(?<=[,，、。？！?!;；…\s]))"
_JOINED: Final = "(?:(?<=但是)|(?<=因为)|(?<=所以)|(?<=然后)|(?<=就是)|(?<=如果))"
"""Where a clause begins; elsewhere one of two persons may be the object: 告诉我我才知道."""
_WORDS: Final = (
    rf"{_PERSON}的|{_PERSON}[就想要是会也还都]|[那这]个|就是说?|然后呢?|因为|所以|但是|而且|如果|反正|可能|还有"
    "|不是|其实|的话"
)
_REPEATS: Final = re.compile(
    rf"(?:{_BEGINS}(?P<first>{_WORDS}|{_PERSON})(?:[,，、 …]{{0,2}}(?P=first))+"
    rf"|(?P<word>{_WORDS}|{_JOINED}{_PERSON})(?P=word)+|(?P<single>{_PERSON}|[这那就])(?P=single){{2,}})"
    r"(?!(?<=[就想要是会也还都])的)"
)
_ORDER_CARD: Final = re.compile(
    r"咨询(?:订单|商品)(?:编?号|ID)[:：]\S{1,40}"
    r"(?:[\s,，]{1,8}(?:订单金额|下单时间|商品ID|商品编?号)[:：]\S{1,40})*"
    r"|顾客通过点击[^:：\n]{1,40}信息发送[:：]"
    r"|\[订单编?号[:：][^\n]{1,40}?订单金额[:：][^\n]{0,40}?下单时间[:：]"
    r"(?:\[[^\[\]\n]{0,20}\]|[^\[\]\n]){0,40}\]"
    r"|您选择了一个(?:订单|商品)进行咨询(?:[(（][^()（）\n]{1,80}[)）])?"
    r"|请选择您?要?咨询的?(?:订单|商品|业务|问题)(?:类型)?"
    r"|(?<!\S)(?![我你您请想要去来打没不先再怎])[一-鿿]{3,6}咨询(?!\S)"
    r"|(?<!\S)[一-鿿]{2,8}[(（](?:移动|PC|手机)端[)）](?!\S)"
)
_CARD_WORDS: Final = ("咨询", "顾客通过", "[订单编", "端)", "端）")
_MOST: Final = 200_000


def blank_fillers(text: str) -> str:
    """Returns `text` without hums and stammered repeats, blanks in their place, as long as before.

    Of a word said several times the last one stays: words that join, point or name a person
    (就是就是说, 那个那个, 我的我的, 我想我想). Elsewhere than where a clause begins, two persons
    in a row may be two parts of it (告诉你们你们也不信) and stay. What repeats for emphasis or as a
    word (很多很多, 看看, 哈哈哈) is left as it is, and so is Cantonese 唔, which denies.
    """
    head = text[:_MOST]
    head = _HUMS.sub(lambda match: " " * len(match[0]), head)
    head = _REPEATS.sub(_last_alone, _REPEATS.sub(_last_alone, head))  # 我我我的我的
    return head + text[_MOST:]


def _last_alone(match: re.Match[str]) -> str:
    word = match["first"] or match["word"] or match["single"]
    return " " * (len(match[0]) - len(word)) + word


def blank_order_cards(text: str) -> str:
    """Returns `text` without what a chat window sends by itself, as long as before.

    That is cards of an order or goods (咨询订单号:… 订单金额:… 下单时间:…; [订单编号:…，…]), by
    what window they came (顾客通过点击…信息发送:; 京东快递(移动端)), and its menus
    (请选择咨询订单, 订单业务咨询); nobody said it.
    """
    if not any(words in text for words in _CARD_WORDS):
        return text
    return _ORDER_CARD.sub(lambda match: " " * len(match[0]), text)
