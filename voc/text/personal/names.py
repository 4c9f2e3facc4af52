"""Finds people's names, behind a word that announces one: 我叫 · 我姓 · 联系人 · 王先生.

A name without such a word is left alone: most characters of surnames are also words. Only a short
name right beside a telephone number is taken for its owner's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from voc.text.personal.folding import PrivateSpan

_WORDS: Final = Path(__file__).parents[1] / "data" / "words_like_names.txt"
_HAN: Final = "\u4e00-\u9fff"
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武"
    "戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯"
    "纪梅童凌毕单季裴霍涂苗谷盛曲翁冉骆蓝路游辛靳柴蒙鲍华喻祁蒲房滕屈饶牟艾尤阳穆农司卓古吉缪简"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬仇栾隋刁沙荣巫寇桑郎甄"
    "丛仲虞敖巩佘池查麻苑迟邝張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧鐘譚陸範賈韋鄒閻龍賀顧龔錢嚴"
)
_COMPOUND: Final = (
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|南宫"
)
_SURNAME: Final = f"(?:{_COMPOUND}|[{_SURNAMES}])"

# What given names do not hold, so that a name ends before it.
_FUNCTION: Final = (
    "的了是在我你您他她它们这那没不很去昨电手联跟与及就也都还已被把给让说问到买因请做"
    "吗吧呢啊呀个些得着过以但或者看等叫号什么位"
)
_GIVEN: Final = f"[^\\W\\d_A-Za-z{_FUNCTION}]"
_NAME: Final = f"{_SURNAME}{_GIVEN}{{1,2}}"

_TITLE: Final = (
    "先生|女士|小姐(?!姐)|太太|夫人|师傅|師傅|经理|經理|老师(?!傅)|主任|店长|队长|警官|医生|大夫|律师|顾问|总监"
    "|阿姨|大爷|大妈|同学|同志"
)
# What may stand right before a surname: words that address, name a role, or join.
_BEFORE: Final = (
    "的是叫找和跟给位谢赞让请由问与向对被有服系咨询姓主售员机台购客属者板友店好为派从而且后但理傅"
)
_TITLED: Final = re.compile(
    rf"(?:(?<![{_HAN}])|(?<=[{_BEFORE}]))(?P<name>{_SURNAME}{_GIVEN}{{0,2}}?)[ ]?[老大]?"
    rf"(?:{_TITLE})"
)
# Nobody but a person is 先生 or 女士, whatever stands before.
_POLITE: Final = re.compile(rf"(?P<name>{_SURNAME})老?(?:先生|女士|小姐(?!姐))")
_INTRODUCED: Final = re.compile(
    r"(?:我叫|我的?名字(?:叫|是)?|本人(?:姓名|名叫|叫)|名叫|名字叫)[ ]?[:：]?[ ]?"
    rf"(?P<name>{_NAME}|[小阿][{_HAN}](?![{_HAN}])|[A-Z][a-z]{{1,14}}(?: [A-Z][a-z]{{1,14}})?)"
)
_SURNAMED: Final = re.compile(
    rf"(?:(?:我|本人|免贵|鄙人)姓[ ]?[:：]?[ ]?(?P<name>{_SURNAME})(?!名)"
    rf"|(?<![百贵同异外家])姓[ ]?(?P<alone>[{_HAN}])(?<![名氏])(?![{_HAN}]))"
)
# 我姓马，马建军 · 罗师傅 罗建国
_REPEATED: Final = re.compile(
    rf"(?P<surname>{_SURNAME})(?:{_TITLE})?[ ，,]{{1,2}}(?P<name>(?P=surname){_GIVEN}{{1,2}})"
    rf"(?![{_HAN}])"
)
_PRESENTED: Final = re.compile(
    rf"(?:我是|本人)(?P<name>{_NAME})"
    r"(?=[，,。;； ]{1,2}(?:我的)?(?:电话|手机|联系|身份证|卡号|1[3-9][0-9]))"
)
_LABELLED: Final = re.compile(
    r"(?:姓名|名字|联系人|[收寄发]件人|收货人|投诉人|举报人|反映人|来电人|申请人|经办人|持卡人|乘机人"
    r"|入住人|[订预]房人|预订人|[收付]款人|户名)(?:为|是)?[ ]?"
    rf"(?:[:：=][ ]?(?P<told>[{_HAN}]{{2,4}}(?:·[{_HAN}]{{1,8}})?(?![{_HAN}·])|{_NAME}"
    rf"|[A-Za-z]{{2,15}}(?: [A-Za-z]{{2,15}}){{0,2}})|(?P<name>{_NAME}))"
)
# 我是客服小王 · 工号1234李娜为您服务 · 客服代表王芳，很高兴为您服务
_ROLE: Final = (
    "客服(?:代表|专员|人员|经理|主管)?|坐席|座席|话务员|接线员|管家|专员|顾问|导购|店员|技师|骑手"
)
_STAFF_NAME: Final = f"(?:{_NAME}|[小阿]{_SURNAME}|{_SURNAME}[姐哥])"
_STAFF_END: Final = "(?=[，,。!！~;； ]|$|为您|很高兴)"
_STAFF: Final = re.compile(
    rf"(?:我是|我叫)[{_HAN}]{{0,6}}(?:{_ROLE})[ ]?(?P<own>{_STAFF_NAME}){_STAFF_END}"
    rf"|(?:{_ROLE})[ :：]?(?P<served>{_STAFF_NAME})[，,]?"
    r"(?=(?:很高兴|竭诚)?为[您你](?:服务|解答|处理))"
    rf"|工号[为是]?[ :：]?[A-Za-z]{{0,3}}[0-9]{{2,8}}号?[ ,，]?的?(?:{_ROLE})?[ ]?"
    rf"(?P<numbered>{_STAFF_NAME}){_STAFF_END}"
)
_ANNOUNCED: Final = (
    _INTRODUCED,
    _STAFF,
    _SURNAMED,
    _REPEATED,
    _PRESENTED,
    _LABELLED,
    _TITLED,
    _POLITE,
)
_BEFORE_PHONE: Final = re.compile(
    rf"(?:^|[^{_HAN}])(?P<name>{_NAME})[ ,，:：;；/、\-]{{0,3}}(?:的)?"
    r"(?:电话|手机号?|联系电话|联系方式|[Tt]el)?[ :：+]{0,3}$"
)
_AFTER_PHONE: Final = re.compile(rf"[ ,，/、\-]{{1,3}}(?P<name>{_NAME})(?![{_HAN}])")

_MAYBE: Final = re.compile(
    rf"我叫|工号|客服|[坐座]席|[话接]务员|接线员|名字|名叫|本人|姓[^名氏]|我是|姓名|户名|[收寄发]件人|[系货诉举报映电请办卡机住房订预款]人|{_TITLE}"
)


def may_hold_names(text: str) -> bool:
    """Whether the text has a word that goes with a name."""
    return _MAYBE.search(text) is not None


@functools.cache
def _words_like_names() -> frozenset[str]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _is_word(plain: str, start: int) -> bool:
    """Whether the surname at `start` begins or ends a common word: 安装师傅, 客房经理."""
    words = _words_like_names()
    return plain[start : start + 2] in words or plain[max(0, start - 1) : start + 1] in words


def find_names(plain: str) -> Iterator[PrivateSpan]:
    """Yields the names in a half-width text that a word announces."""
    for pattern in _ANNOUNCED:
        for match in pattern.finditer(plain):
            group = match.lastgroup or "name"
            if not _is_word(plain, match.start(group)):
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
