"""Finds what is written in letters and digits: e-mail, WeChat and QQ, plates, documents, VINs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voc.text.personal.folding import BLANKS, DASHES, PrivateSpan

_AT: Final = r"[ \t]{0,2}(?:@|艾特|[(\[【（]at[)\]】）])[ \t]{0,2}"
_DOT: Final = r"[ \t]?(?:\.|。|点|[(\[【（]dot[)\]】）])[ \t]?"
_DOMAINS: Final = "com|cn|net|org|edu|gov|vip|top|xyz|info|cc|io|me|co|hk|tw"
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}"
    rf"(?:@[A-Za-z0-9\-]{{1,63}}(?:\.[A-Za-z0-9\-]{{1,63}}){{1,4}}"
    rf"|{_AT}[A-Za-z0-9\-]{{1,63}}{_DOT}(?:[A-Za-z0-9\-]{{1,63}}{_DOT}){{0,2}}(?:{_DOMAINS})(?![A-Za-z]))",
    re.I,
)

_WECHAT: Final = re.compile(
    r"(?P<cue>微信|薇信|威信|徽信|微xin|wei ?xin|we ?chat|(?<![a-z])(?:vx|wx|v信|v\+)"
    r"|[加➕+] ?[vw]x?|(?<![a-z0-9])[vV](?=[:：]))"
    r"(?P<sure>(?:号码?|账号|帐号|id)?[ \t]{0,2}(?:[:：=]|是|为)?[ \t]{0,2})[,，]?"
    r"(?P<id>[a-z][a-z0-9_\-]{4,19}|[0-9][a-z0-9_\-]{5,19})(?![a-z0-9_\-@])",
    re.I,
)
_QQ: Final = re.compile(
    r"(?:(?<![a-z])qq|扣扣|球球|企鹅|加 ?q|(?<![a-z])q(?=[:：]))(?:交流)?(?:群|号码?|账号)*"
    r"[ \t]{0,2}(?:[:：=]|是|为)?[ \t]{0,2}"
    rf"(?P<id>[1-9](?:[{BLANKS}{DASHES}]{{0,2}}[0-9]){{4,11}})(?![0-9])",
    re.I,
)
# 群号 of a QQ group; 加群 may be followed by how many joined it.
_GROUP: Final = re.compile(
    r"(?:群号码?|[加进入][我们官方交流车友]{0,4}群)[ \t]{0,2}(?:[:：=]|是|为)?[ \t]{0,2}"
    rf"(?P<id>[1-9](?:[{BLANKS}{DASHES}]{{0,2}}[0-9]){{5,10}})(?![0-9]|[ ]?[多余]?[人个名位元块])",
    re.I,
)
_PASSPORT: Final = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|军官证|居留证|居留许可)(?:号码?|编号)?[ \t]{0,2}"
    r"(?:[:：=]|是|为)?[ \t]{0,2}"
    r"(?P<id>[a-z]{0,2}[ \-]?[0-9]{7,10}[a-z]?)(?![a-z0-9])",
    re.I,
)

_RECORD: Final = re.compile(
    r"(?:病案|病历|住院|门诊|就诊卡?|医保卡?|社保卡?|社会保障卡?|驾驶?证|准考证|学籍|学)"
    r"(?:号码?|编号)[ \t]{0,2}(?:[:：=]|是|为)?[ \t]{0,2}"
    r"(?P<id>[a-z]{0,3}[0-9]{5,18}x?)(?![a-z0-9])",
    re.I,
)

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_PLATE_LETTER: Final = "A-HJ-NP-Za-hj-np-z"
_PLATE: Final = re.compile(
    rf"(?P<place>[{_PROVINCES}])[ \t]?(?P<office>[{_PLATE_LETTER}])"
    r"(?P<gap>[ \t]{0,2}[·•・.\-]?[ \t]{0,2})"
    rf"(?P<rest>(?:[{_PLATE_LETTER}0-9][ \t·\-]?){{4}}[{_PLATE_LETTER}0-9挂学警港澳]"
    rf"(?:[ \t·\-]?[{_PLATE_LETTER}0-9])?)(?![A-Za-z0-9])"
)
_PLATE_CUE: Final = re.compile(r"(?:车牌|牌照|牌号|号牌|车号|挂牌)[^0-9A-Za-z\n]{0,6}$")
_GREEN_PLATE: Final = re.compile(r"[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]")

_VIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?![A-Za-z0-9])")
_VIN_CUE: Final = re.compile(r"(?:车架|VIN|识别代?[码号])[^0-9A-Za-z\n]{0,8}$", re.I)
_VIN_VALUES: Final = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", "012345678912345678123457923456789", strict=True)
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IP: Final = re.compile(
    rf"(?<![A-Za-z])IP(?:v4)?[ ]?(?:地址|位址)?[ ]?(?:[:是为=]|显示)?[ ]?"
    rf"(?P<id>(?:{_OCTET}\.){{3}}{_OCTET})(?![0-9]|\.[0-9])",
    re.IGNORECASE,
)
"""An address of the internet behind its cue: four numbers alone may be a version."""
_MAYBE_IP: Final = re.compile("[IiＩｉ][PpＰｐ]")
_MAYBE_EMAIL: Final = re.compile(r"[@＠]|艾特|[(\[【（]\s?[aAａ][tTｔ]")
_MAYBE_PLATE: Final = re.compile(rf"[{_PROVINCES}][ \u3000]?[A-Za-zＡ-Ｚａ-ｚ]")
_MAYBE_VIN: Final = re.compile(r"[A-Za-z0-9]{17}|[Ａ-Ｚ０-９]{17}")
_MAYBE_CODE: Final = re.compile(
    "[VvＶｖ][XxＸｘ信+＋:：]|[WwＷｗ][XxＸｘEeＥｅ]|[QqＱｑ][QqＱｑ:：]"
    "|加 ?[VvＶｖWwＷｗQqＱｑ]|[+➕][VvWw]"
    "|[微威薇徽][信xX]|扣扣|球球|企鹅|群号|[加进入].{0,4}群|护照|通行证|台胞证|回乡证|军官证|居留"
    "|[案历院诊证籍学保卡](?:号|编号)"
)


def may_hold_accounts(text: str) -> bool:
    """Whether the text, as written, has a sign or a word that goes before such data."""
    return (
        _MAYBE_EMAIL.search(text) is not None
        or _MAYBE_PLATE.search(text) is not None
        or _MAYBE_CODE.search(text) is not None
        or _MAYBE_VIN.search(text) is not None
        or _MAYBE_IP.search(text) is not None
    )


def find_accounts(plain: str, digits: str) -> Iterator[PrivateSpan]:
    """Yields e-mail addresses, accounts, plates, document numbers and VINs.

    Args:
        plain: The text in half width.
        digits: The same with Chinese numerals as digits.
    """
    for match in _EMAIL.finditer(plain):
        yield PrivateSpan(match.start(), match.end(), "email")
    yield from _wechat(plain)
    for pattern in (_QQ, _GROUP):
        for match in pattern.finditer(digits):
            yield PrivateSpan(*match.span("id"), "qq")
    for pattern in (_PASSPORT, _RECORD):
        for match in pattern.finditer(digits):
            yield PrivateSpan(*match.span("id"), "passport")
    yield from _plates(plain)
    if digits != plain:
        yield from _plates(digits)
    yield from _vins(plain)
    for match in _IP.finditer(plain):
        yield PrivateSpan(*match.span("id"), "ip")


def _wechat(plain: str) -> Iterator[PrivateSpan]:
    for match in _WECHAT.finditer(plain):
        told = match["sure"].strip() or match["cue"][0] in "加+➕"
        has_digit = any(not char.isalpha() for char in match["id"])
        if has_digit or (told and len(match["id"]) >= 6):
            yield PrivateSpan(*match.span("id"), "wechat")


def _plates(text: str) -> Iterator[PrivateSpan]:
    for match in _PLATE.finditer(text):
        rest = re.sub(r"[ \t·\-]", "", match["rest"]).upper()
        if len(rest) == 6 and not _GREEN_PLATE.fullmatch(rest):
            continue
        told = _PLATE_CUE.search(text, max(0, match.start() - 10), match.start())
        if told or _is_no_model(match, rest):
            yield PrivateSpan(match.start(), match.end(), "plate")


def _is_no_model(match: re.Match[str], rest: str) -> bool:
    """Whether it is a plate and no car or telephone after an adjective, as 新A6L20 or 黑K30."""
    numbers = sum(char.isdigit() for char in rest)
    if match["gap"].strip() or rest[-1] in "挂学警港澳":
        return numbers >= 2
    spaced = len(match["rest"]) > len(rest)
    adjective = match["place"] in "新黑青贵宁云"
    return match["office"].isupper() and numbers >= (4 if spaced or adjective else 2)


def _vins(plain: str) -> Iterator[PrivateSpan]:
    for match in _VIN.finditer(plain):
        vin = match[0].upper()
        if not 5 <= sum(char.isdigit() for char in vin) <= 14:
            continue
        told = _VIN_CUE.search(plain, max(0, match.start() - 14), match.start())
        if told or _has_check_digit(vin):
            yield PrivateSpan(match.start(), match.end(), "vin")


def _has_check_digit(vin: str) -> bool:
    """Whether the ninth character checks the others (ISO 3779, as GB 16735 demands)."""
    total = sum(
        int(_VIN_VALUES[char]) * weight for char, weight in zip(vin, _VIN_WEIGHTS, strict=True)
    )
    return vin[8] == "0123456789X"[total % 11]
