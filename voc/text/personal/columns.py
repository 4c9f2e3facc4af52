"""Tells columns whose values are personal data from their names: 联系人 · 手机号 · customer_name.

A column of a thing is none, though it has a name or an address: 商品名称, 门店地址, channel_name.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_PERSON: Final = (
    r"(?:姓名|名字|联[系络]人|[收寄发]件人|收货人|投诉人|举报人|反映人|来电人|报修人|申请人|经办人"
    r"|持卡人|乘机人|入住人|[订预]房人|预订人|[收付]款人|户名|昵称|网名|用户名|会员名|身份证|证件号"
    r"|护照|车牌|牌照|车架|银行卡|卡号)"
)
_REACHED_BY: Final = (
    "(?:电话|手机|座机|联系方式|主叫|来电号码"
    "|地址|住址|住处|邮箱|邮件地址|电子邮件|微信|扣扣|qq|vin)"
)
_ENDING: Final = r"(?:号码?|账号|帐号|id|信息)?[0-9一二三]?$"
_PERSON_COLUMN: Final = re.compile(_PERSON + _ENDING)
_REACHED_COLUMN: Final = re.compile(_REACHED_BY + _ENDING)
_THING: Final = re.compile(
    "商品|产品|品牌|门店|店铺|店名|店家|车型|机型|型号|网点|商家|商户|公司|企业|单位|部门|机构|项目|活动"
    "|客服|官方|热线|酒店|餐厅|网页|网址|图片"
)
_ASKS: Final = re.compile("是否|有无|能否")
_SOMEONE: Final = re.compile("客户|顾客|用户|买家|会员|联系|收货|个人|本人|[^本]人")
_BRACKETS: Final = re.compile(
    r"\([^()]{0,40}\)|（[^（）]{0,40}）|\[[^\[\]]{0,40}\]|【[^【】]{0,40}】"
)

_WORD: Final = re.compile("[a-z]+")
_HUMP: Final = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_LATIN: Final = re.compile(
    "phone|telephone|tel|mobile|cellphone|cell|email|mail|address|addr|wechat|weixin|qq"
)
_OWN: Final = re.compile(
    "vin|idcard|idno|passport|surname|username|nickname|fullname|realname|firstname|lastname"
    "|phonenumber|phoneno|mobilephone|plateno|licenseplate|bankcard|cardno|plate|identity"
)
_PAIRS: Final = frozenset({("id", "card"), ("bank", "card")})
_LATIN_PERSON: Final = re.compile(
    "customer|user|client|buyer|contact|person|full|first|last|middle|real|nick|caller|owner"
    "|receiver|recipient|sender|author|member|guest|passenger|complainant|consignee"
)
_LATIN_THING: Final = re.compile(
    "store|shop|product|goods|item|sku|brand|company|hotel|restaurant|merchant|seller|site|web"
    "|branch|office|category"
)
_NUMBERED: Final = frozenset({"number", "no", "num"})
_PLACED: Final = re.compile(
    "(?:来自|来源|登[录陆]|提交|访问|客户端?|用户|答题者?|填写者?|remote|client|user)?ip(?:地址|addr(?:ess)?)?"
    "|[^0-9a-z]{0,6}(?:经度|纬度|经纬度)(?:坐标)?|(?:location|recipient|user|gps)?"
    "(?:latitude|longitude|lat|lng|lon)"
)
"""Of where somebody was when he answered, as survey tools add it; an IP may also be a brand's."""


@functools.lru_cache(maxsize=4_096)
def is_personal_column(name: str) -> bool:
    """Whether the values of a column of this name are personal data as a whole.

    Args:
        name: The column's name; of a value within others, their names joined by points.
    """
    written = _written(name)
    if _tells_place(written.rpartition(".")[2]):
        return True
    bare = _bare(written)
    own = _PERSON_COLUMN.search(bare) or (not bare.isascii() and _REACHED_COLUMN.search(bare))
    if own and not _ASKS.match(bare) and ("姓名" in bare or not _names_thing(bare)):
        return True
    return _is_personal_in_latin(tuple(_WORD.findall(_HUMP.sub("_", written).lower())))


def is_place_column(name: str) -> bool:
    """Whether a column of this name tells where somebody was: 来自IP, LocationLatitude, 经度."""
    return _tells_place(_written(name))


def _tells_place(written: str) -> bool:
    bare = _bare(written)
    return _PLACED.fullmatch(bare) is not None and not _names_thing(bare)


def _written(name: str) -> str:
    return unicodedata.normalize("NFKC", name[-400:])


def _bare(written: str) -> str:
    return re.sub(r"[\s_\-:：*]+", "", _BRACKETS.sub("", written)).lower()


def _names_thing(name: str) -> bool:
    return _THING.search(name) is not None and not _SOMEONE.search(name)


def _is_personal_in_latin(words: tuple[str, ...]) -> bool:
    if len(words) > 1 and words[-1] in _NUMBERED:
        words = words[:-1]
    if not words:
        return False
    *before, last = words
    if _OWN.fullmatch(last) or words[-2:] in _PAIRS:
        return True
    of_person = any(_LATIN_PERSON.fullmatch(word) for word in before)
    if last == "name":
        return not before or of_person
    of_thing = any(_LATIN_THING.fullmatch(word) for word in before)
    return _LATIN.fullmatch(last) is not None and (of_person or not of_thing)
