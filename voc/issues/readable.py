"""Which of customers' words a title can be read by: whole phrases that name nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from voc.issues.moods import RATING, VAGUE
from voc.topics.phrases import Member

LONGEST_PHRASE: Final = 14
_EDGES: Final = "，。！？；：、,.!?;:~～…-—_·\"'“”‘’()（） \t\n"
# A masked name, a long number, a rating or a mark-up sign would make a title nobody understands.
_UNFIT: Final = re.compile(rf"[\[\]<>{{}}*#@【】|\\/]|\d{{5}}|等等|{RATING.pattern}")
OMITTED: Final = re.compile(
    r"《[^《》\n]{0,60}》?|\[[^\[\]\n]{0,20}\]|【[^【】\n]{0,20}】|@[\w\-·]{1,30}"
    "|[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3]+"
)
"""Titles of works, placeholders (masks), names of accounts and emoji: no words of the complaint."""
# What ends a sentence that somebody says, and no title.
_SIGHS: Final = re.compile("[吧啊呢呀哦嘛吗哈啦]+$")
# What breaks off: the words that would say what is wrong are missing.
_UNFINISHED: Final = re.compile(
    "(?:给|无法|没有|还没|也没|迟迟不|了一|的|被|把|让|和|与|不|是|在)$"
)
# Verbs without what they are done to.
_BARE: Final = re.compile(
    "(?:(?<!拖)欠|要求|导致|造成|进行|予以|给予|属于|成为|来到|希望|想要?|告诉|告知|表示"
    "|(?<!话)说|(?<!被)拒绝|(?<![不未没有])提供)$"
)
# Whose opinion it is; what is judged stays without it.
_OPINING: Final = re.compile(
    "(?:我|本人|咱)?(?:个人|自己)?(?:觉得|认为)|^[我咱俺]的?"
    "|^[这那]种?(?![么个些样台款家次位件只张部双瓶盒包条点边里时天年])"
)
# Who or what is meant stands elsewhere. 这么 tells how much; 不值这价 and 让我失望 are sayings.
_POINTING: Final = re.compile("(?<!适合)(?<!让)我|[你您他她它咱俺谁]|(?<!值)[这那](?!么)")
# Who or what one voice alone names: others would not know them, and should not.
_NAMED: Final = re.compile(
    "[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|医生|师傅|经理|主任|校长|局长|书记|镇长|村长|警官)"
    "|[\u4e00-\u9fffA-Za-z0-9]{2,}(?:公司|集团|花园|小区|家园|新城|学校|中学|小学|大学|幼儿园|医院|酒店"
    "|饭店|街道|大道|驾校|开发商|镇|县|村|苑)"
)
# Left over where a beginning is cut off, these name no problem.
_EMPTY: Final = frozenset(
    (
        "问题",
        "客服",
        "店员",
        "店长",
        "师傅",
        "服务员",
        "多少钱",
        "东西",
        "收到",
        "涉嫌",
        "极大",
        "开发商",
        "宣传",
        "屡次",
        "不予",
        "太少",
        "太多",
        "个人",
        "隐患",
        "情况",
    )
)
_GRADED: Final = frozenset("高低贵大小慢快重轻吵软硬薄厚窄")
_OF: Final = re.compile("^的(?!确)")


def told_beside(phrase: str, aspect: str) -> str:
    """Returns what a phrase says beside the aspect's name, or nothing where it says too little."""
    rest = without_aspect(_OPINING.sub("", phrase).strip(_EDGES), aspect)
    empty = rest in VAGUE or rest in _EMPTY or rest[:1].isdigit()
    is_new = len(rest) > 1 and rest not in aspect and not empty
    whole = is_new and not _UNFINISHED.search(rest) and _is_whole(rest)
    return rest if whole and not _UNFIT.search(rest) else ""


def _is_whole(phrase: str) -> bool:
    """Says whether a phrase can be understood alone: no verb is bare, and nothing points away."""
    return not (_BARE.search(phrase) or _POINTING.search(phrase))


def without_aspect(phrase: str, aspect: str) -> str:
    """Returns a phrase without the aspect it begins with, as 偏高 of 油耗高 beside 油耗.

    What stands behind 的 begins there: 页面打不开 of 扫码点餐的页面打不开.
    """
    rest = phrase.removeprefix(aspect).strip(_EDGES)
    if rest == phrase:
        return rest
    rest = _OF.sub("", rest) if aspect else rest
    return f"偏{rest}" if rest in _GRADED else rest


def uncut(phrase: str, members: Sequence[Member]) -> str:
    """Returns the clause that a phrase was cut out of, if it is short enough for a title.

    Nothing where short ones cannot be understood alone: 杂牌机强 says another thing than
    没我上一个杂牌机强.
    """
    told = (_SIGHS.sub("", _OPINING.sub("", member.text.strip(_EDGES))) for member in members)
    short = [one for one in told if phrase in one and len(one) <= LONGEST_PHRASE]
    clauses = [one for one in short if not set(one) & set(_EDGES)]
    fit = [one for one in clauses if _is_whole(one) and not (_UNFIT.search(one) or names_one(one))]
    return min(fit, key=len, default="" if any(map(_POINTING.search, clauses)) else phrase)


def names_one(phrase: str) -> bool:
    """Says whether a phrase names a person or a firm, which others would not know."""
    return _NAMED.search(phrase) is not None
