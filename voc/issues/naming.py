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
_BREAKS: Final = re.compile(r"[，。！？；：、,.!?;:~～…\s\"'“”‘’()（）]+")
_EDGES: Final = "，。！？；：、,.!?;:~～…-—_·\"'“”‘’()（） \t\n"
_PARTICLES: Final = _EDGES + "的了呢啊吧吗呀嘛"
# A masked name, a long number or a mark-up sign would make a title nobody understands.
_UNFIT: Final = re.compile(r"[\[\]<>{}*#@【】|\\/]|\d{5}")
_READABLE: Final = re.compile(r"[㐀-鿿]|[A-Za-z]{2}")


class Background:
    """How many voices of an industry use each judging word: what sets an issue's words apart."""

    def __init__(self, voices: Iterable[Mention]) -> None:
        self._total = 0
        self._uses: Counter[str] = Counter()
        for voice in voices:
            self._total += 1
            if voice.opinions:
                self._uses.update({word for _, word in _pairs(voice)})

    def specificity(self, word: str) -> float:
        """Returns 1 for a word that every voice uses, more for rarer ones."""
        return 1.0 + math.log((self._total + 1) / (min(self._uses[word], self._total) + 1))


def title_of(
    aspect: str,
    voices: Sequence[Mention],
    *,
    background: Background,
    product: str | None = None,
    store: str | None = None,
) -> str:
    """Names an issue: the aspect, what people say, and where; 30 characters at most.

    What people say is the pair of target and judging word that most voices support, weighed by how
    particular the word is to them, with a second pair if it is another matter and half as common;
    else the clause of the evidence that has most in common with the others.

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
    ranked = _ranked_pairs(voices, background)
    if ranked and (ranked[0][1] >= 2 or len(voices) == 1):
        return _first_two(ranked)
    clause = _shared_clause(voices)
    if clause:
        return [clause]
    return [_spoken(ranked[0][0])] if ranked else [_NOTHING_SAID]


def _ranked_pairs(
    voices: Sequence[Mention], background: Background
) -> list[tuple[tuple[str, str], int]]:
    """Returns pairs of target and judging word with the voices using the word, best first."""
    pairs: Counter[tuple[str, str]] = Counter()
    words: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    for voice in voices:
        said = _pairs(voice)
        pairs.update(said)
        words.update({word for _, word in said})
        targets.update({target for target, _ in said if target})

    def weight(pair: tuple[str, str]) -> float:
        target, word = pair
        related = 0.5 * words[word] + 0.25 * targets[target] if target else 0.5 * words[word]
        vague = 0.4 if word in _VAGUE else 1.0
        return (0.5 * pairs[pair] + related) * background.specificity(word) * vague

    named = [pair for pair in pairs if pair[0] or pair[1] not in _VAGUE]
    named.sort(key=lambda pair: (-weight(pair), len(pair[0]) + len(pair[1]), pair))
    return [(pair, words[pair[1]]) for pair in named]


def _first_two(ranked: Sequence[tuple[tuple[str, str], int]]) -> list[str]:
    best, uses = ranked[0]
    spoken = _spoken(best)
    for pair, others in ranked[1:]:
        second = _spoken(pair)
        fresh = not set(second) & set(spoken)
        fits = len(spoken) + len(second) + 1 <= _MAX_PHRASE
        if fresh and fits and others >= max(2, uses / 2) and pair[1] not in _VAGUE:
            return [spoken, second]
    return [spoken]


def _pairs(voice: Mention) -> set[tuple[str, str]]:
    return {pair for phrase in voice.opinions if (pair := _pair(phrase)) is not None}


@lru_cache(maxsize=65_536)
def _pair(phrase: str) -> tuple[str, str] | None:
    """Splits `变速箱 顿挫` into target and judging word; `None` where it names nothing."""
    target, _, word = phrase.strip().rpartition(" ")
    pair = (target.strip(_EDGES), word.strip(_EDGES).rstrip(_PARTICLES))
    spoken = _spoken(pair)
    if not pair[1] or not 2 <= len(spoken) <= _MAX_PART:
        return None
    return pair if _READABLE.search(spoken) and not _UNFIT.search(spoken) else None


def _spoken(pair: tuple[str, str]) -> str:
    target, word = pair
    latin = target[-1:].isascii() and word[:1].isascii()
    return f"{target} {word}" if target and latin else target + word


def _without_aspect(phrase: str, aspect: str) -> str:
    rest = phrase.removeprefix(aspect).strip(_EDGES)
    return rest if len(rest) >= 2 else phrase


def _shared_clause(voices: Sequence[Mention]) -> str | None:
    """Returns the evidence clause with most in common with those of other voices."""
    clauses: dict[str, int] = {}
    uses: Counter[str] = Counter()
    for voice in voices[:_READ_CLAUSES]:
        said = set(_clauses(voice))
        for clause in said:
            clauses[clause] = clauses.get(clause, 0) + 1
        uses.update({pair for clause in said for pair in _bigrams(clause)})

    def weight(clause: str) -> float:
        bigrams = _bigrams(clause)
        return sum(uses[pair] - 1 for pair in bigrams) / math.sqrt(len(bigrams))

    ranked = sorted(clauses, key=lambda clause: (-weight(clause), len(clause), clause))
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
