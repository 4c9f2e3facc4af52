"""Finds addresses where people live or receive: a house with a room, or behind 住, 寄到, 地址.

Such a place is found by its structure; what leads to it (省 市 区 镇 小区) is taken in from the
left, and what follows (栋 单元 室) to the right. A road with a number or an estate that nobody
says to live in is the place complained of (谷园路39号的酒店): who mends it has to read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voc.text.personal.folding import PrivateSpan

_NUMBER: Final = "[0-9一二三四五六七八九十百零〇两]"
_UNIT: Final = "号楼|号院|号|弄|栋|幢|座|塔|单元|层|楼|室|房|户|舍"
# After 号 these make it a line, an exit, a colour or a day: 2号线, 3号口, 5号发货.
_NOT_HOUSE: Final = (
    "(?![线口色机码字店馆门桌台厅窗柜球位]|出口|航站|发|到|送|早|晚|上午|下午|开|左右|前|后|之)"
)
_NO_NAME: Final = "的了在是很有不没我你您他她它们去到吃买这那就都也和跟给等要来说看用从被把让"
_FILLER: Final = f"[^\\W\\d_{_NO_NAME}]"
_NAMED: Final = f"[^\\W\\d_A-Za-z一二三四五六七八九十百零〇两{_NO_NAME}]"

_ROAD: Final = re.compile(
    r"(?:路|大街|街|巷|弄|胡同|大道|街道|公路|国道)(?:[东西南北中][一二三]?段?)? ?"
    rf"{_NUMBER}{{1,5}}(?:[-之]{_NUMBER}{{1,4}})? ?(?:附[0-9]{{1,3}})?"
    rf"(?:号楼|号院|号|弄){_NOT_HOUSE}"
)
_ROOM: Final = (
    rf"(?:[0-9]{{2,4}}(?![0-9年月日点层楼个人万元])|{_NUMBER}{{1,4}}[室房号户])[室房号户]?"
)
_BUILDING: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:[0-9]{{1,4}}|[一二三四五六七八九十]{{1,3}}|[A-Za-z])(?:号楼|栋|幢|座) ?"
    rf"(?:{_NUMBER}{{1,3}}单元 ?)?(?:{_NUMBER}{{1,3}}[层楼] ?)?{_ROOM}"
    r"|(?<![0-9])[0-9一二三四五六七八九十]{1,3}单元 ?[0-9]{2,4}(?![0-9])[室房号户]?"
    r"|(?<![0-9])[0-9]{1,3}-[0-9]{1,2}-[0-9]{2,4}(?=[室房户])"
    r"|(?<=小区|花园|花苑|家园|公寓|新村|社区|嘉园|名苑|佳苑|宿舍) ?"
    rf"{_NUMBER}{{1,4}}号{_NOT_HOUSE}"
)
_VILLAGE: Final = re.compile(
    rf"[村屯庄组](?:{_NUMBER}{{1,3}}[组队社])? ?{_NUMBER}{{1,4}}号{_NOT_HOUSE}"
)
# Read from the last character of what is known on.
_TAIL: Final = re.compile(
    rf"\A.[ ,，]?(?:{_NAMED}{{0,12}}+ ?(?:[A-Za-z](?=[座栋幢塔区])|{_NUMBER}{{1,5}}+)"
    rf"(?:-[0-9]{{1,4}})? ?(?:{_UNIT}){_NOT_HOUSE}"
    r"|(?<=[座栋幢塔元楼层]) ?[A-Za-z]?[0-9]{2,4}(?![0-9年月日点元块]))"
)
_TOLD: Final = re.compile(
    r"(?:(?:(?<![^\W\d_])地址|(?<=收货|家庭|我的|居住|联系|邮寄|寄件|收件|配送|送货|快递|详细)地址"
    r"|住址|住处)(?:是|在|为)? ?[:：]?|家住|我住在?|住在|寄到|邮寄到) ?"
    rf"(?P<place>(?:{_FILLER}|[0-9#\- ]){{4,50}})"
)
_PLACE: Final = re.compile(r"省|市|区|县|路|街|巷|镇|乡|村|小区|苑|园|大厦|公寓|栋|幢|单元|弄")
_NUMBERED: Final = re.compile(
    rf"{_NUMBER}{{1,4}} ?(?:{_UNIT})(?!线)|[0-9]{{3,4}}(?=$|[^0-9年元块])"
)

# Right before an address: somebody lives there, or has something brought there.
_HOME: Final = re.compile(
    r"(?:(?<!入)住(?:[在址处]|所)?|(?:家庭|收货|送货|收件|寄件|邮寄|快递|配送|派送|联系|居住|通讯|户籍"
    r"|详细|现|我的?|家的?)地址|(?<![^\W\d_])地址|家(?:就?在|里在?)|我们?家|户籍在?|[寄送发][到往给至]"
    r"|[寄送]|邮寄|快递|配送|派送|收货|[0-9]{11}[ ,，/、]{1,3})"
    r"(?:[是在为到]|于)?[ :：]{0,3}\Z"
)
_FAMILY: Final = re.compile("(?<=我)家|(?<=我们)家")
_PHONE_AFTER: Final = re.compile(r"[ ,，/、]{1,3}(?:[^\W\d_]{2,4}[ ,，/、]{1,2})?1[3-9][0-9]{9}")
_DOOR: Final = re.compile(
    rf"{_NUMBER} ?(?:室|户|单元)|[0-9]{{3,4}}房|[栋幢座塔楼层] ?[A-Za-z]?[0-9]{{3,4}}"
    r"|[0-9]-[0-9]{1,2}-[0-9]{2,4}"
)

_STOPS: Final = frozenset(
    "在住到去是于从往寄送址的了我你您他她们这那为给和跟就又找来有说把被让向对与及"
)
# Names of places that begin with one of them.
_NO_STOPS: Final = re.compile(
    "和平|和谐|和田|和县|于都|于洪|从化|从江|来安|来宾|来凤|有谊|对山|及第|那曲|为民|年丰|月坛|将军|将台|至善|万年|对外"
)
# They end in front of the name of a place, though each character may stand in one.
_WORD_BEFORE: Final = re.compile(
    "购买|签订|合同|公司|业主|居民|投诉|举报|反映|附近|对面|旁边|经过|路过|前往|租住|居住|承租|出租|转让|领导"
)
_LEVELS: Final = frozenset("省市区县州盟旗镇乡道村路街园苑城院")
_LONGEST_NAME: Final = 10
_LONGEST_LEAD: Final = 50
_LONGEST_TAIL: Final = 40

_MAYBE: Final = re.compile(
    "[0-9０-９一二三四五六七八九十零〇两A-Za-z] ?(?:号|弄|栋|幢|座|单元|室[^内外]|房[^间])"
    "|村[0-9０-９一二三四五六七八九十]|家住|住[在址处]|地址|寄到"
)


def may_hold_addresses(text: str) -> bool:
    """Whether the text has a numbered house, or a word that goes before an address."""
    return _MAYBE.search(text) is not None


def find_addresses(plain: str) -> Iterator[PrivateSpan]:
    """Yields the addresses in a half-width text."""
    for pattern in (_ROAD, _BUILDING, _VILLAGE):
        done = 0
        for match in pattern.finditer(plain):
            if match.end() <= done:
                continue
            start = _lead(plain, match.start())
            end = _follow(plain, match.end())
            named = plain[start : match.start()].strip()
            if (named or pattern is _BUILDING) and _leads_to_somebody(plain, start, end):
                done = end
                yield PrivateSpan(start, end, "address")
    for match in _TOLD.finditer(plain):
        numbered = list(_NUMBERED.finditer(match["place"].rstrip()))
        if numbered and _PLACE.search(match["place"]):
            start = match.start("place")
            yield PrivateSpan(start, _follow(plain, start + numbered[-1].end()), "address")


def _leads_to_somebody(plain: str, start: int, end: int) -> bool:
    """Whether it names a door, or words around say that somebody lives or receives there."""
    return (
        _DOOR.search(plain, start, end) is not None
        or _HOME.search(plain, max(0, start - 16), start) is not None
        or _FAMILY.match(plain, start) is not None
        or _PHONE_AFTER.match(plain, end) is not None
    )


def _lead(plain: str, start: int) -> int:
    """Returns where the words begin that lead to the place at `start`."""
    first = since = start
    while first > max(0, since - _LONGEST_NAME, start - _LONGEST_LEAD):
        if _WORD_BEFORE.match(plain, max(0, first - 2), first):
            break
        char = plain[first - 1]
        if char == " ":
            if first < 2 or plain[first - 2] not in _LEVELS:
                break
        elif char in _STOPS:
            if not _NO_STOPS.match(plain, first - 1):
                break
        elif not (char.isalnum() or char in "·#-"):
            break
        first -= 1
        if char in _LEVELS:
            since = first
    return first


def _follow(plain: str, end: int) -> int:
    """Returns where the building, floor and room after the place end."""
    for _ in range(6):
        match = _TAIL.match(plain[end - 1 : end + _LONGEST_TAIL])
        if not match:
            break
        end += match.end() - 1
    return end
