"""Finds people's names, behind a word that announces one: 我叫 · 我姓 · 联系人 · 王先生.

A name without such a word is left alone: most characters of surnames are also words. Behind 我是
and its like, which announce anything, it must be made as names usually are and end a phrase; behind
what somebody is (客户经理李娜, 爱人张伟, 投诉韩梅梅), as `behind_roles` tells. Only a
short name right beside a telephone number is taken for its owner's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from voc.text.personal.behind_roles import NAMES_BEHIND_ROLES, may_hold_named_roles
from voc.text.personal.folding import PrivateSpan
from voc.text.personal.name_shapes import (
    GIVEN,
    HAN,
    NAME,
    NICKNAME,
    PLAIN_SURNAME,
    SPELT_ALONE,
    SURNAME,
    TITLE,
    USUAL_GIVEN,
    USUAL_NAME,
)
from voc.text.speakers import ROLE

_DATA: Final = Path(__file__).parents[1] / "data"
_WORDS: Final = _DATA / "words_like_names.txt"
_WHOLE_WORDS: Final = _DATA / "words_like_whole_names.txt"
# What may stand right before a surname: words that address, name a role, or join.
_BEFORE: Final = (
    "的是叫找和跟给位谢赞让请由问与向对被有服系咨询姓主售员机台购客属者板友店好为派从而且后但理傅"
    "诉报扬"
)
_TITLED: Final = re.compile(
    rf"(?:(?<![{HAN}])|(?<=[{_BEFORE}]))(?P<name>{SURNAME}{GIVEN}{{0,2}}?)[ ]?[老大]?"
    rf"(?:{TITLE})"
)
# Nobody but a person is 先生 or 女士, whatever stands before.
_POLITE: Final = re.compile(rf"(?P<name>{SURNAME})老?(?:先生|女士|小姐(?!姐))")
_INTRODUCED: Final = re.compile(
    r"(?:我叫(?:做|作)?|我的?名字(?:叫|是)?|本人(?:姓名|名叫|叫)|名叫|名字[叫是])[ ]?[:：]?[ ]?"
    rf"(?P<name>{SPELT_ALONE}(?![{HAN}·])|{NAME}|[小阿][{HAN}](?![{HAN}])"
    r"|[A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,14})?)"
)
_SURNAMED: Final = re.compile(
    rf"(?:(?:我|本人|免贵|鄙人)姓[ ]?[:：]?[ ]?(?P<name>{SURNAME})(?!名)"
    rf"|(?<![百贵同异外家])姓[ ]?(?P<alone>[{HAN}])(?<![名氏])(?![{HAN}]))"
)
# 我姓马，马建军 · 罗师傅 罗建国
_REPEATED: Final = re.compile(
    rf"(?P<surname>{SURNAME})(?:{TITLE})?[ ，,]{{1,2}}(?P<name>(?P=surname){GIVEN}{{1,2}})"
    rf"(?![{HAN}])"
)
_PRESENTED: Final = re.compile(
    rf"(?:我是|本人)(?P<name>{NAME})"
    r"(?=[，,。;； ]{1,2}(?:我的)?(?:电话|手机|联系|身份证|卡号|1[3-9][0-9]))"
)
_ENDS: Final = (
    rf"[，,。.;；!！?？~、\s）)】\]…]|$|[啊呀呢哈哦](?![{HAN}])|我|一?直?在|来自|住在?|为您|很高兴"
    "|的(?:妈|爸|老[公婆爸妈]|家|母|父|儿|女|丈|妻|朋|同|孩)"
)
_PHRASE_END: Final = f"(?={_ENDS})"
_ONE_OF_US: Final = (
    "客户|用户|业主|会员|车主|机主|户主|租客|租户|家长|家属|学生|房东|顾客|买家|居民|村民|住户|患者|旅客|乘客|员工|店主"
    "|老板|负责人|代理人|当事人"
)
# 我是王小红 · 我是业主李强 · 这里是张伟 · 我是小李
_SELF: Final = re.compile(
    rf"(?:我就?是|这里是|本人|鄙人|在下)[ ]?(?:[{HAN}0-9A-Za-z]{{0,10}}(?:{_ONE_OF_US})[ ]?)?"
    rf"(?P<name>{USUAL_NAME}|[小老]{PLAIN_SURNAME}){_PHRASE_END}"
)
_PERSON: Final = (
    "[他她]|孩子|儿子|女儿|老公|老婆|丈夫|妻子|爱人|父亲|母亲|爸爸?|妈妈?|[哥姐弟妹]|客服|销售|导购|技师|司机|师傅"
    "|老师|医生|护士|经理|主任|店长|老板|中介|骑手|同事|朋友|同学|先生|女士|小姐|业主|房东|[人员]|一[个位名]"
)
# 店员叫张丽 · 我女儿叫王小雨 · 叫我老李
_CALLED: Final = re.compile(
    rf"(?:{_PERSON})(?:名字)?[ ]?叫(?:做|作)?[ ]?(?P<name>{USUAL_NAME}){_PHRASE_END}"
    rf"|叫我[ ]?(?P<known>{USUAL_NAME}|[小老]{PLAIN_SURNAME})(?={_ENDS}|就[好行可])"
    rf"|我叫(?:做|作)?(?P<rare>{USUAL_GIVEN}{{2,3}}|[{HAN}]{{2,5}}·[{HAN}]{{1,8}}){_PHRASE_END}"
)
# 客服（张三）：您好 · 客服小李：您好 · 张三（客户）：喂
_MARKED: Final = re.compile(
    rf"^[ \t]*(?:(?:{ROLE})[ ]?[-_·/—]?[ ]?(?P<name>{USUAL_NAME}|{NICKNAME})"
    rf"|(?:{ROLE})[ ]?[(\[【](?P<beside>{NAME}|{NICKNAME})[)\]】]"
    rf"|(?P<before>{NAME}|{NICKNAME})(?:[ ]?[(\[【](?:{ROLE})[)\]】]|[-_/·—](?:{ROLE})))"
    rf"(?=[ \t]*:)|(?:{ROLE})[ ]?[(\[【](?P<inside>{USUAL_NAME}|[小老]{PLAIN_SURNAME})[)\]】]",
    re.IGNORECASE | re.MULTILINE,
)
_NAME_ALONE: Final = re.compile(
    rf"{USUAL_NAME}|{NICKNAME}|老{SURNAME}|{SURNAME}{GIVEN}{{0,2}}[老大]?(?:{TITLE})"
)
_LABELLED: Final = re.compile(
    r"(?:姓名|名字|联系人|[收寄发]件人|收货人|投诉人|举报人|反映人|来电人|申请人|经办人|持卡人|乘机人"
    r"|入住人|[订预]房人|预订人|[收付]款人|户名)(?:为|是)?[ ]?"
    rf"(?:[:：=][ ]?(?P<told>[{HAN}]{{2,4}}(?:·[{HAN}]{{1,8}})?(?![{HAN}·])|{NAME}"
    rf"|[A-Za-z]{{2,15}}(?: [A-Za-z]{{2,15}}){{0,2}})|(?P<name>{NAME}))"
)
# 我是客服小王 · 工号1234李娜为您服务 · 客服代表王芳，很高兴为您服务
_ROLE: Final = (
    "客服(?:代表|专员|人员|经理|主管)?|坐席|座席|话务员|接线员|管家|专员|顾问|导购|店员|技师|骑手"
)
_STAFF_NAME: Final = f"(?:{NAME}|[小阿]{SURNAME}|{SURNAME}[姐哥])"
_STAFF_END: Final = "(?=[，,。!！~;； ]|$|为您|很高兴)"
_STAFF: Final = re.compile(
    rf"(?:我是|我叫)[{HAN}]{{0,6}}(?:{_ROLE})[ ]?(?P<own>{_STAFF_NAME}){_STAFF_END}"
    rf"|(?:{_ROLE})[ :：]?(?P<served>{_STAFF_NAME})[，,]?"
    r"(?=(?:很高兴|竭诚)?为[您你](?:服务|解答|处理))"
    rf"|工号[为是]?[ :：]?[A-Za-z]{{0,3}}[0-9]{{2,8}}号?[ ,，]?的?(?:{_ROLE})?[ ]?"
    rf"(?P<numbered>{_STAFF_NAME}){_STAFF_END}"
)
_ANNOUNCED: Final = (
    _INTRODUCED,
    _SELF,
    _CALLED,
    _MARKED,
    _STAFF,
    _SURNAMED,
    _REPEATED,
    _PRESENTED,
    _LABELLED,
    _TITLED,
    _POLITE,
)
_WEAKLY: Final = (_SELF, _CALLED, _MARKED, *NAMES_BEHIND_ROLES)
"""Those that announce other things than names as well."""
_BEFORE_PHONE: Final = re.compile(
    rf"(?:^|[^{HAN}])(?P<name>{NAME})[ ,，:：;；/、\-]{{0,3}}(?:的)?"
    r"(?:电话|手机号?|联系电话|联系方式|[Tt]el)?[ :：+]{0,3}$"
)
_AFTER_PHONE: Final = re.compile(rf"[ ,，/、\-]{{1,3}}(?P<name>{NAME})(?![{HAN}])")

_MAYBE: Final = re.compile(
    rf"叫|工号|客服|[坐座]席|[话接]务员|接线员|名字|本人|姓[^名氏]|我就?是|这里是|鄙人|在下|姓名|户名|[收寄发]件人|[系货诉举报映电请办卡机住房订预款]人|{TITLE}"
    r"|[(（\[【][^()（）\[\]【】]{2,6}[)）\]】]|^[^\n:：]{2,24}[:：]",
    re.MULTILINE,
)


def may_hold_names(text: str) -> bool:
    """Whether the text, as written, has a word that goes with a name."""
    return _MAYBE.search(text) is not None or may_hold_named_roles(text)


@functools.cache
def _words(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _is_word(plain: str, start: int) -> bool:
    """Whether the surname at `start` begins or ends a common word: 安装师傅, 客房经理."""
    words = _words(_WORDS)
    return plain[start : start + 2] in words or plain[max(0, start - 1) : start + 1] in words


def is_name(label: str) -> bool:
    """Whether a label of a speaker is a person's name: 王五, 小李, 王女士, and no word."""
    return _NAME_ALONE.fullmatch(label) is not None and not (
        _is_word(label, 0) or label in _words(_WHOLE_WORDS)
    )


def find_names(plain: str) -> Iterator[PrivateSpan]:
    """Yields the names in a half-width text that a word announces."""
    announced = _ANNOUNCED if _MAYBE.search(plain) else ()
    patterns: list[re.Pattern[str]] = [*announced, *NAMES_BEHIND_ROLES]
    for pattern in patterns:
        for match in pattern.finditer(plain):
            group = match.lastgroup or "name"
            if _is_word(plain, match.start(group)):
                continue
            if pattern not in _WEAKLY or match[group] not in _words(_WHOLE_WORDS):
                yield PrivateSpan(*match.span(group), "name")


def find_owners(plain: str, numbers: Iterable[PrivateSpan]) -> Iterator[PrivateSpan]:
    """Yields names that stand right beside telephone numbers, as on a parcel."""
    for number in numbers:
        if number.kind not in ("phone", "landline"):
            continue
        before = plain[max(0, number.start - 16) : number.start]
        match = _BEFORE_PHONE.search(before)
        begin = number.start - len(before)
        if match and not _is_word(plain, begin + match.start("name")):
            yield PrivateSpan(begin + match.start("name"), begin + match.end("name"), "name")
        match = _AFTER_PHONE.match(plain, number.end)
        if match and not _is_word(plain, match.start("name")):
            yield PrivateSpan(*match.span("name"), "name")
