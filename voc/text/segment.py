"""Cuts Chinese texts into words by jieba's dictionary, with words of one's own kept whole."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from voc.text.matching import WordMatcher

Backend = Literal["rjieba", "jieba"]

_STOP_WORDS: Final = Path(__file__).parent / "data" / "stop_words.txt"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class Segmenter:
    """Cuts texts into words.

    Args:
        words: Words that the dictionary lacks, as an industry's keywords. They join the
            dictionary of this segmenter alone, and stay whole wherever the cuts around them
            allow it: 空间 stays in 后排空间很大, but does not tear 太空间谍 apart.
        backend: `rjieba` is about thirty times faster and `jieba` runs everywhere; both read the
            same dictionary. Without one named, the first that is installed.
    """

    def __init__(self, words: Iterable[str] = (), *, backend: Backend | None = None) -> None:
        own = sorted({word.strip() for word in words if word.strip()})
        self._cut = _cutter(tuple(own), backend)
        longer = [word for word in own if len(word) > 1]
        self._own = WordMatcher[None](dict.fromkeys(longer)) if longer else None

    def words(self, text: str) -> list[str]:
        """Returns the words in order, punctuation among them, white space not."""
        if self._own is None and not _SURROGATES.search(text):
            return [word for word in self._cut(text) if not word.isspace()]
        return [text[start:end] for start, end in self.spans(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Returns the words as half-open spans of code points, in order, without white space."""
        cuts = [0]
        for word in self._cut(_SURROGATES.sub("\ufffd", text)):
            cuts.append(cuts[-1] + len(word))
        if self._own is not None:
            cuts = _joined(text, cuts, self._own)
        return [(start, end) for start, end in pairwise(cuts) if not text[start:end].isspace()]


@functools.cache
def stop_words() -> frozenset[str]:
    """Returns the function words of Chinese, which say nothing of what a text is about."""
    lines = _STOP_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _cutter(words: tuple[str, ...], backend: Backend | None) -> Callable[[str], Iterable[str]]:
    if backend != "jieba":
        try:
            return _rjieba_cutter(words)
        except ImportError:
            if backend == "rjieba":
                raise
    return _jieba_cutter(words)


def _rjieba_cutter(words: tuple[str, ...]) -> Callable[[str], Iterable[str]]:
    import rjieba

    cut: Callable[[str], Iterable[str]] = _rjieba(words).cut if words else rjieba.cut
    return cut


# Reading the dictionary takes a fifth of a second; those of one industry have the same words.
@functools.lru_cache(maxsize=4)
def _rjieba(words: tuple[str, ...]) -> Any:
    import rjieba

    jieba = rjieba.Jieba()
    for word in words:
        if not jieba.has_word(word):
            jieba.add_word(word, None, None)
    return jieba


def _jieba_cutter(words: tuple[str, ...]) -> Callable[[str], Iterable[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    # What `initialize` does, without its cache file in the temporary folder and its log lines.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in words:
        if not tokenizer.FREQ.get(word):
            tokenizer.add_word(word)
    cut: Callable[[str], Iterable[str]] = tokenizer.cut
    return cut


def _joined(text: str, cuts: list[int], own: WordMatcher[None]) -> list[int]:
    """Takes the cuts out that lie within a word of one's own which begins and ends at cuts."""
    known = set(cuts)
    for start, end, _ in own.find(text):
        if start in known and end in known:
            known.difference_update(range(start + 1, end))
    return sorted(known)
