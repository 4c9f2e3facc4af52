"""The words of clauses: which of them say what a clause is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from voc.config.industries import Industry
from voc.text.normalise import normalise
from voc.text.segment import Segmenter, stop_words
from voc.topics.wordlists import word_list

# Not x5 or a3: names of models and districts say where, not what.
_WORD: Final = re.compile(r"[㐀-鿿]+|(?![a-z]+\d+$)[a-z][a-z0-9]+")
# 三个, 二十分钟, 两遍: how many is not what.
_AMOUNT: Final = re.compile(
    "[一二两俩三仨四五六七八九十百千万几半数第多]+"
    "(?:个|张|件|次|遍|盒|袋|包|条|根|句|斤|块|点|种|位|家|份|口|只|颗|台|辆|层|排|栋|户|名|楼|万|千|百|元|米|"
    "天|年|月|周|日|晚|分|秒|分钟|小时|钟头|个月|礼拜|星期|公里|多)?"
)
# A市, A3区: what stands for the name of a place ends there, and 梅溪湖 after it is whole.
_MASKED_PLACE: Final = re.compile(
    "(?<![a-z0-9])[a-z][0-9]*(?:省(?![油钱心电事])|市(?![区场])|区(?![别分域间])|县(?!城)|镇(?!定))"
)


class Word(NamedTuple):
    """A word of a clause, as offsets into its normal form; `tells` says if it has content."""

    start: int
    end: int
    text: str
    tells: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A clause as its words in order, without punctuation and white space."""

    text: str
    words: tuple[Word, ...]

    def content(self, *, without: frozenset[str] = frozenset()) -> list[str]:
        """Returns the words with content, in order."""
        return [word.text for word in self.words if word.tells and word.text not in without]

    def runs(self, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yields the stretches of adjacent words with content, joined."""
        run, end = "", -1
        for word in self.words:
            if not word.tells or word.text in without:
                continue
            if run and word.start != end:
                yield run
                run = ""
            run, end = run + word.text, word.end
        if run:
            yield run


# Of time and money, whatever a taxonomy hears in them: 等了两个小时 is about waiting.
_UNITS: Final = frozenset(("小时", "分钟", "块钱"))


class Reader:
    """Cuts clauses into words and tells which have content in an industry.

    Args:
        industry: Its terms and keywords stay whole, and tell which aspects a clause touches;
            `None` where no taxonomy is known.
    """

    def __init__(self, industry: Industry | None) -> None:
        aspects = industry.all_aspects() if industry else ()
        self._aspect_of = {
            normalise(keyword).text: number
            for number, aspect in enumerate(aspects)
            for keyword in aspect.keywords
        }
        self.n_aspects = len(aspects)
        words = industry.words if industry else ()
        terms = {normalise(word).text for word in words} | self._aspect_of.keys()
        self._segmenter = Segmenter(words=terms)
        self._silent = (stop_words() | word_list("generic_words")) - terms | _UNITS

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Returns a reading for each text; its offsets point into the text's normal form."""
        return [self._read(normalise(text).text) for text in texts]

    def aspects(self, reading: Reading) -> set[int]:
        """Returns the numbers of the aspects whose keywords the clause uses."""
        found = (self._aspect_of.get(word.text) for word in reading.words)
        return {number for number in found if number is not None}

    def is_keyword(self, word: str) -> bool:
        """Says whether the taxonomy names the word."""
        return word in self._aspect_of

    def _read(self, text: str) -> Reading:
        words = [
            Word(start, end, text[start:end], self._tells(text[start:end]))
            for start, end in self._spans(text)
            if text[start:end][0].isalnum()
        ]
        return Reading(text, tuple(words))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        places = [match.span() for match in _MASKED_PLACE.finditer(text)]
        start = 0
        for begin, end in (*places, (len(text), len(text))):
            spans = self._segmenter.spans(text[start:begin])
            yield from ((start + first, start + last) for first, last in spans)
            if begin < end:
                yield begin, end
            start = end

    def _tells(self, word: str) -> bool:
        if word in self._silent or _WORD.fullmatch(word) is None:
            return False
        return word in self._aspect_of or _AMOUNT.fullmatch(word) is None
