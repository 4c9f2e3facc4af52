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
    common; else the clause of the evidence that has most in common with the others.

    Args:
        aspect: The aspect's name as people read it.
        voices: The issue's voices, sorted by time.
        background: All voices of the industry.
        product: The product, where all voices must share it.
        store: The store, likewise.
    """
    phrases = [_without_aspect(phrase, aspect) for phrase in _phrases(voices, background)]
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


def _phrases(voices: Sequence[Mention], background: Background) -> list[str]:
    ranked = _ranked_opinions(voices, background)
    if ranked:
        return _first_two(ranked)
    return [_shared_clause(voices) or _NOTHING_SAID]


def _ranked_opinions(voices: Sequence[Mention], background: Background) -> list[tuple[str, int]]:
    """Returns opinions with the voices that share their most common bigram, best first."""
    uses: Counter[str] = Counter()
    for voice in voices:
        uses.update(_bigrams_of(voice.opinions))
    opinions = {spoken for voice in voices for spoken in map(_spoken, voice.opinions) if spoken}

    def weight(spoken: str) -> float:
        bigrams = _bigrams(spoken)
        shared = sum(uses[bigram] * background.specificity(bigram) for bigram in bigrams)
        vague = 0.4 if spoken.endswith(_VAGUE_WORDS) else 1.0
        return vague * shared / math.sqrt(len(bigrams))

    ranked = sorted(opinions - _VAGUE, key=lambda spoken: (-weight(spoken), len(spoken), spoken))
    return [(spoken, max(uses[bigram] for bigram in _bigrams(spoken))) for spoken in ranked]


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
    parts = [part.strip(_EDGES) for part in opinion.split()]
    phrase = ""
    for part in parts:
        latin = phrase[-1:].isascii() and part[:1].isascii()
        phrase += f" {part}" if phrase and part and latin else part
    phrase = phrase.rstrip(_PARTICLES)
    if not 2 <= len(phrase) <= _MAX_PART:
        return None
    return phrase if _READABLE.search(phrase) and not _UNFIT.search(phrase) else None


@lru_cache(maxsize=65_536)
def _bigrams_of(opinions: tuple[str, ...]) -> frozenset[str]:
    spoken = [phrase for phrase in map(_spoken, opinions) if phrase]
    return frozenset(bigram for phrase in spoken for bigram in _bigrams(phrase))


def _without_aspect(phrase: str, aspect: str) -> str:
    rest = phrase.removeprefix(aspect).strip(_EDGES)
    return rest if len(rest) >= 2 else phrase


def _shared_clause(voices: Sequence[Mention]) -> str | None:
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
    return ranked[0] if ranked else None


def _clauses(voice: Mention) -> Iterator[str]:
    for span in voice.evidence:
        for part in _BREAKS.split(span.text):
            clause = part.strip(_EDGES).rstrip(_PARTICLES)
            readable = _READABLE.search(clause) and not _UNFIT.search(clause)
            if 3 <= len(clause) <= _MAX_PART and readable:
                yield clause


def _bigrams(clause: str) -> set[str]:
    return {clause[index : index + 2] for index in range(len(clause) - 1)}
