"""Titles of issues in customers' words, as 动力：变速箱顿挫（云驰X5）."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from voc.records import Mention

MAX_TITLE: Final = 30
_MAX_PHRASE: Final = 14
_MAX_PART: Final = 12
_READ_CLAUSES: Final = 400
_LEAST_CORE: Final = 4
_MANY: Final = 3
"""Voices from which on a phrase must be shared: what but one of them says may name a person."""
_NOTHING_SAID: Final = "负面反馈集中"

# Words that judge without saying what is wrong; alone they name nothing.
# fmt: off
_VAGUE: Final = frozenset((
    "差", "坏", "烂", "垃圾", "不好", "不行", "太差", "很差", "差劲", "差评", "一般", "失望",
    "无语", "恶心", "坑", "坑人", "坑爹", "糟糕", "很烂", "太烂", "生气", "气人", "后悔", "郁闷",
    "不满", "不满意", "有问题", "严重", "不爽", "呵呵", "醉了", "服了",
))
# fmt: on
_VAGUE_WORDS: Final = tuple(_VAGUE)
_BREAKS: Final = re.compile(r"[，。！？；：、,.!?;:~～…\s\"'“”‘’()（）]+")
_EDGES: Final = "，。！？；：、,.!?;:~～…-—_·\"'“”‘’()（） \t\n"
_PARTICLES: Final = _EDGES + "的了呢啊吧吗呀嘛"
# A masked name, a long number or a mark-up sign would make a title nobody understands.
_UNFIT: Final = re.compile(r"[\[\]<>{}*#@【】|\\/]|\d{5}")
_OMITTED: Final = re.compile(
    r"《[^《》\n]{0,60}》?|\[[^\[\]\n]{0,20}\]|【[^【】\n]{0,20}】|@[\w\-·]{1,30}"
    "|[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3]+"
)
"""Titles of works, placeholders (masks), names of accounts and emoji: no words of the complaint."""
# What breaks off: the words that would say what is wrong are missing.
_UNFINISHED: Final = re.compile(
    "(?:给|无法|没有|还没|也没|迟迟不|了一|的|被|把|让|和|与|不|是|在)$"
)
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
        "隐患",
        "情况",
    )
)
_NEGATIONS: Final = "没不无未别有"
_DEGREES: Final = frozenset("高低贵大小慢快重轻吵软硬薄厚窄")
_READABLE: Final = re.compile(r"[㐀-鿿]|[A-Za-z]{2}")


class Background:
    """How many voices of an industry use each pair of characters in what they judge.

    It tells what sets an issue's words apart. Pairs of characters (bigrams) relate 变速箱顿挫 to
    起步顿挫 without knowing where its words end.
    """

    def __init__(self, voices: Iterable[Mention]) -> None:
        self._total = 0
        self._uses: Counter[str] = Counter()
        for voice in voices:
            self._total += 1
            if voice.opinions:
                self._uses.update(_bigrams_of(voice.opinions))

    def specificity(self, bigram: str) -> float:
        """Returns 1 for a bigram that every voice uses, more for rarer ones."""
        return 1.0 + math.log((self._total + 1) / (min(self._uses[bigram], self._total) + 1))


def title_of(
    aspect: str,
    voices: Sequence[Mention],
    *,
    background: Background,
    product: str | None = None,
    store: str | None = None,
) -> str:
    """Names an issue: the aspect, what people say, and where; 30 characters at most.

    What people say is the opinion that has most in common with those of the other voices, weighed
    by how particular they are to this issue, with a second one if it is another matter and half as
    common; else the clause of the evidence that has most in common with the others. Of three voices
    and more, two must say each pair of its characters: what only one says may be anybody's name.

    Args:
        aspect: The aspect's name as people read it.
        voices: The issue's voices, sorted by time.
        background: All voices of the industry.
        product: The product, where all voices must share it.
        store: The store, likewise.
    """
    phrases = _phrases(voices, background, aspect, at_home=bool(product or store))
    place = "·".join(part for part in (product, store) if part)
    for said in ("、".join(phrases), phrases[0]):
        title = f"{aspect}：{said}" + (f"（{place}）" if place else "")
        if len(title) <= MAX_TITLE:
            return title
    return _fitted(f"{aspect}：{phrases[0]}", place)


def _fitted(title: str, place: str) -> str:
    room = MAX_TITLE - len(title) - 2
    if place and room >= 4:
        return f"{title}（{place[: room - 1]}…）"
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"


def _phrases(
    voices: Sequence[Mention], background: Background, aspect: str, *, at_home: bool
) -> list[str]:
    """Returns one or two phrases; `at_home` says that all voices speak of one product or store."""
    common = _common_pairs(voices)
    ranked = _ranked_opinions(voices, background, aspect, common)
    if ranked:
        return _first_two(ranked)
    shared = _shared_clause(voices, common)
    if shared or common is None or not at_home:
        return [shared or _NOTHING_SAID]
    # Nothing is said by two: one voice's words stand for the others, and 等 says so. Where voices
    # may speak of different firms, one of them would be accused in the name of all.
    single = _ranked_opinions(voices, background, aspect, None)
    return [f"{single[0][0]}等" if single else _NOTHING_SAID]


def _common_pairs(voices: Sequence[Mention]) -> frozenset[str] | None:
    """Returns the bigrams that two voices say at least, or `None` where too few speak."""
    if len(voices) < _MANY:
        return None
    uses: Counter[str] = Counter()
    for voice in voices:
        said = {pair for span in voice.evidence for pair in _bigrams(span.text)}
        uses.update(said | _bigrams_of(voice.opinions))
    return frozenset(pair for pair, count in uses.items() if count > 1)


def _shared_end(phrase: str, common: frozenset[str] | None) -> str:
    """Cuts off the beginning that one voice alone says, so that 换挡顿挫 leaves 顿挫."""
    if common is None:
        return "" if _NAMED.search(phrase) else phrase
    first = len(phrase) - 1
    while first > 0 and phrase[first - 1 : first + 1] in common:
        first -= 1
    # What follows a negation is torn out of it: 人管 of 没人管 says the opposite.
    torn = first > 0 and phrase[first - 1] in _NEGATIONS
    return phrase[first:] if len(phrase) - first > 1 and not torn else ""


def _shared_part(clause: str, common: frozenset[str] | None) -> str:
    """Returns the longest part of a clause that is shared, if it is most of it."""
    if common is None:
        return "" if _NAMED.search(clause) else clause
    parts, begin = [""], 0
    for index in range(1, len(clause) + 1):
        if index == len(clause) or clause[index - 1 : index + 1] not in common:
            parts.append(clause[begin:index])
            begin = index
    longest = max(parts, key=len)
    return longest if 2 * len(longest) >= len(clause) and len(longest) >= _LEAST_CORE else ""


def _ranked_opinions(
    voices: Sequence[Mention], background: Background, aspect: str, common: frozenset[str] | None
) -> list[tuple[str, int]]:
    """Returns opinions with the voices that share their most common bigram, best first."""
    uses: Counter[str] = Counter()
    for voice in voices:
        uses.update(_bigrams_of(voice.opinions))
    said = {spoken for voice in voices for spoken in map(_spoken, voice.opinions) if spoken}
    opinions = {phrase: _told(_shared_end(phrase, common), aspect) for phrase in said - _VAGUE}

    def weight(spoken: str) -> float:
        bigrams = _bigrams(spoken)
        shared = sum(uses[bigram] * background.specificity(bigram) for bigram in bigrams)
        vague = 0.4 if spoken.endswith(_VAGUE_WORDS) else 1.0
        return vague * shared / math.sqrt(len(bigrams))

    named = [phrase for phrase, told in opinions.items() if told]
    ranked = sorted(named, key=lambda spoken: (-weight(spoken), len(spoken), spoken))
    return [(opinions[item], max(uses[pair] for pair in _bigrams(item))) for item in ranked]


def _told(phrase: str, aspect: str) -> str:
    """Returns what a phrase says beside the aspect's name, or nothing where it says too little."""
    rest = _without_aspect(phrase, aspect)
    empty = rest in _VAGUE or rest in _EMPTY or rest[:1].isdigit()
    whole = len(rest) > 1 and not empty and not _UNFINISHED.search(rest)
    return rest if whole else ""


def _first_two(ranked: Sequence[tuple[str, int]]) -> list[str]:
    first, uses = ranked[0]
    for second, others in ranked[1:]:
        fresh = not set(second) & set(first) and not second.endswith(_VAGUE_WORDS)
        fits = len(first) + len(second) + 1 <= _MAX_PHRASE
        if fresh and fits and others >= max(2, uses / 2):
            return [first, second]
    return [first]


@lru_cache(maxsize=65_536)
def _spoken(opinion: str) -> str | None:
    """Writes `变速箱 顿挫` (or `变速箱顿挫`) as one phrase; `None` where it names nothing."""
    parts = [part.strip(_EDGES) for part in _OMITTED.sub(" ", opinion).split()]
    phrase = ""
    for part in parts:
        latin = phrase[-1:].isascii() and part[:1].isascii()
        phrase += f" {part}" if phrase and part and latin else part
    phrase = phrase.rstrip(_PARTICLES)
    if not 2 <= len(phrase) <= _MAX_PART:
        return None
    fits = _READABLE.search(phrase) and not _UNFIT.search(phrase)
    return phrase if fits and not _UNFINISHED.search(phrase) else None


@lru_cache(maxsize=65_536)
def _bigrams_of(opinions: tuple[str, ...]) -> frozenset[str]:
    spoken = [phrase for phrase in map(_spoken, opinions) if phrase]
    return frozenset(bigram for phrase in spoken for bigram in _bigrams(phrase))


def _without_aspect(phrase: str, aspect: str) -> str:
    rest = phrase.removeprefix(aspect).strip(_EDGES)
    return f"偏{rest}" if rest != phrase and rest in _DEGREES else rest


def _shared_clause(voices: Sequence[Mention], common: frozenset[str] | None) -> str | None:
    """Returns the evidence clause with most in common with those of other voices."""
    clauses: set[str] = set()
    uses: Counter[str] = Counter()
    for voice in voices[:_READ_CLAUSES]:
        said = set(_clauses(voice))
        clauses |= said
        uses.update({pair for clause in said for pair in _bigrams(clause)})

    def weight(clause: str) -> float:
        bigrams = _bigrams(clause)
        return sum(uses[pair] - 1 for pair in bigrams) / math.sqrt(len(bigrams))

    ranked = sorted(clauses, key=lambda clause: (-weight(clause), -len(clause), clause))
    told = (_shared_part(clause, common).strip(_PARTICLES) for clause in ranked)
    return next((part for part in told if len(part) > 2 and not _UNFINISHED.search(part)), None)


def _clauses(voice: Mention) -> Iterator[str]:
    for span in voice.evidence:
        for part in _BREAKS.split(_OMITTED.sub("，", span.text)):
            clause = part.strip(_EDGES).rstrip(_PARTICLES)
            readable = _READABLE.search(clause) and not _UNFIT.search(clause)
            if 3 <= len(clause) <= _MAX_PART and readable:
                yield clause


def _bigrams(clause: str) -> set[str]:
    return {clause[index : index + 2] for index in range(len(clause) - 1)}
