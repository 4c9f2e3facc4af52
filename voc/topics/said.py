"""What the voices of a theme say: which words, which of them judge, and what was cut off."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from voc.text.kinds import is_noun, word_kinds
from voc.topics.phrases import Member, Phrase, is_trouble, least_support, voices_by_word
from voc.topics.stretches import MAX_NAME
from voc.topics.synonyms import DEGREES, UNKNOWN, Synonyms, plain_states
from voc.topics.wordlists import word_list, word_sets
from voc.topics.words import Reading, Word

SHARED: Final = 2
"""So many voices say what is no single one's."""
MOSTLY: Final = 0.5
"""Where so many of the voices judge by one word, it is what their theme is about."""
MANY_SAY: Final = 1 / 3
"""What so many of the voices say is true of many of them."""
# What so many put before a word is the beginning of it.
_NEARLY_ALL: Final = 0.7
# What denies the word after it, and what denies or asks it in a clause.
_NOT: Final = re.compile("(?:不|没有?|未能?|无法|难以|不能)$")
_DENIES: Final = re.compile("[不没无未]|是否")
_NEAR: Final = 6
# What follows a thing that others are compared with: 没有店里做的好吃.
COMPARES: Final = re.compile(
    "(?:[的得里上吃喝买做去那这么]){0,4}(?:好|香|新鲜|实惠|便宜|快|强)"
    "|[上里中]?[的得]?那么?(?:漂亮|好看|清楚|[美大小红甜脆亮香])(?:[的啊呀，。！,.!~]|$)"
)
# Denials of what follows at once, as in 不好吃: 不接电话 is no 不电话.
_OF_DEEDS: Final = frozenset(("不", "难", "难以", "是否", "能否", "会不会", "有没有"))
# Those that end the deed before them: 开不了发票 is no 不了发票.
_ENDING: Final = frozenset(("不了", "不到"))
# What is there beside nothing else: 除了肥肉什么都没有.
_BUT: Final = re.compile("除|只|光是|全是|都是")
# What tells how much, right before it; 老漏 tells how often.
_BY_DEGREE: Final = f"[{DEGREES.replace('老', '')}点些么]"
# What may follow a verdict: 太不方便了.
LINGERING: Final = "了的啊呢吧"


# Kinds of words that no theme is of: numbers, measure words, particles and the like.
_OF_NOTHING: Final = frozenset(
    ("m", "q", "u", "ud", "ug", "uj", "ul", "uv", "uz", "p", "c", "r", "y")
)
# How words end that lead to what is meant, or tell how many.
_LEADING: Final = tuple("着是像来去到过得地点多些")


class Trouble(NamedTuple):
    """A kind of trouble that voices tell of.

    Attributes:
        word: The commonest of its words.
        voices: Who tells of it.
        kind: All its words (see `voc/topics/data/name_kinds.txt`).
    """

    word: str
    voices: frozenset[str]
    kind: frozenset[str]


class Judgement(NamedTuple):
    """How voices judge.

    Attributes:
        word: What most of them end their opinion with, as 昏暗 or 不达标.
        voices: Who judges so, or by a word that tells the same.
        weight: How much their heaviest word is the theme's own.
    """

    word: str
    voices: frozenset[str]
    weight: float


class Said:
    """What the voices of a theme say: which words, and which they judge by.

    Attributes:
        members: The theme's clauses, those closest to it first.
        weights: Its words with their weights, heaviest first.
        synonyms: Words that stand for one another.
        n_voices: How many speak.
        heads: The words that several voices use, heaviest first; last those of all matters.
    """

    def __init__(
        self, members: Sequence[Member], weights: Mapping[str, float], synonyms: Synonyms
    ) -> None:
        self.members = members
        self.weights = weights
        self.synonyms = synonyms
        self.n_voices = len({member.voice for member in members})
        self.least = max(SHARED, least_support(self.n_voices))
        self._uses = voices_by_word(members, synonyms)
        heads = [word for word in weights if len(word) > 1 and self._uses[word] >= self.least]
        self.heads = sorted(heads, key=lambda word: word in word_list("broad_words"))

    def speaking_of(self, word: str) -> list[Member]:
        """Returns the clauses that use a word, or one that stands for it."""
        return [one for one, words in zip(self.members, self._meant, strict=True) if word in words]

    def judging(self, word: str, *, alone: bool = False) -> int:
        """Counts the voices that judge by a word, as by 噪音 in 噪音很大, or by it alone."""
        meant = set(self.synonyms.of([word]))
        return len(
            {
                member.voice
                for member in self.members
                if meant <= member.judging
                and not (alone and all(self._adds(one, meant) for one in member.opinions))
            }
        )

    @cached_property
    def subject(self) -> str:
        """The heaviest word of those that a third use, and hardly fewer than use another.

        Else the one that most use; nothing if none does.

        What asks or judges, as 提高 or 合法, is one only where no other is.
        """
        no_thing = word_list("name_asks") | word_list("name_bare") | word_list("broad_words")
        uses = {word: n for word, n in self._uses.items() if len(word) > 1 and n >= self.least}
        often = [word for word in self.heads if uses[word] >= MANY_SAY * self.n_voices]
        things = [word for word in often if word not in no_thing] or often
        most = max((uses[word] for word in things), default=0)
        things = [word for word in things if uses[word] >= _NEARLY_ALL * most]
        return next(iter(things), max(sorted(uses), key=lambda word: uses[word], default=""))

    @property
    def shared(self) -> list[str]:
        """The heads that a third use beside the subject, heaviest first."""
        enough = MANY_SAY * self.n_voices
        return [one for one in self.heads if self._uses[one] >= enough and one != self.subject]

    def is_verdict(self, phrase: Phrase) -> bool:
        """Says whether a phrase adds to what the theme is about but how it is judged, as 油烟污染.

        What most who say it judge by adds that: 污染 and not 管道.
        """
        meant = set(self.synonyms.of([self.heads[0]]))
        first = self.synonyms.of([phrase.first.text])[0]
        added = set(self.synonyms.of(phrase.words)) - meant
        return first in meant and all(self.is_judged_by(word) for word in added)

    def is_judged_by(self, word: str) -> bool:
        """Says whether a word ends the opinions of most who use it, as 污染 does."""
        using, judging = set(), set()
        for member in self.members:
            words = [one for one in member.reading.content() if word in self.synonyms.of([one])]
            if not words:
                continue
            using.add(member.voice)
            if any(opinion.endswith((word, *words)) for opinion in member.opinions):
                judging.add(member.voice)
        return len(judging) >= MOSTLY * len(using)

    def as_judged(self, word: str) -> str:
        """Returns a word that opinions end with, denied where half who use it do so, as 不新鲜."""
        using = self.speaking_of(word)
        told = {
            (one.voice, verdict)
            for one in using
            for opinion in one.opinions
            if (verdict := verdict_of(opinion, word)) not in ("", word)
        }
        uses = Counter(verdict for _, verdict in told)
        denying = {one.voice for one in using if not _is_so(word, one.reading.text)}
        if len(denying) < MOSTLY * len({one.voice for one in using}):
            return word
        return min(uses, key=lambda verdict: (-uses[verdict], verdict), default=f"不{word}")

    def _adds(self, opinion: str, meant: set[str]) -> bool:
        return set(self.synonyms.of([opinion])) != meant

    def verdicts(self, least: float, kinds: Synonyms = UNKNOWN) -> list[str]:
        """Returns what so many voices end an opinion with, as 昏暗 or 不达标.

        First what many say and tells this theme from others. Of verdicts of one kind, which count
        together, the commonest is returned.

        Args:
            least: How many voices.
            kinds: Words that tell the same.
        """
        told = [one for one in self.judgements(kinds) if len(one.voices) >= least]
        return [one.word for one in sorted(told, key=lambda one: -len(one.voices) * one.weight)]

    def judgements(self, kinds: Synonyms = UNKNOWN) -> list[Judgement]:
        """Returns all that voices end their opinions with, those of one kind as one.

        Args:
            kinds: Words that tell the same.
        """
        said: dict[str, set[str]] = defaultdict(set)
        weights: dict[str, float] = defaultdict(float)
        words: dict[str, Counter[str]] = defaultdict(Counter)
        for voice, word, verdict in {
            (member.voice, word, verdict)
            for member in self.members
            for word in member.reading.content()
            for opinion in member.opinions
            if (verdict := verdict_of(opinion, word)) and _is_so(verdict, member.reading.text)
        }:
            [kind] = kinds.of([verdict]) if len(kinds.of([verdict])) == 1 else [verdict]
            said[kind].add(voice)
            words[kind][verdict] += 1
            weights[kind] = max(weights[kind], self.weights.get(word, 0.0))
        return [
            Judgement(
                min(words[kind], key=lambda one: (-words[kind][one], one)),
                frozenset(said[kind]),
                weights[kind],
            )
            for kind in sorted(said)
        ]

    def asked(self, least: float) -> list[str]:
        """Returns what so many voices ask to be done, as 增设, what most ask first."""
        asks = word_list("name_asks")
        said = {
            (member.voice, word)
            for member in self.members
            for word in asks.intersection(member.reading.content())
        }
        voices = Counter(word for _, word in said)
        told = sorted(word for word, n in voices.items() if n >= least)
        return sorted(told, key=lambda word: -voices[word])

    @cached_property
    def troubles(self) -> list[Trouble]:
        """The kinds of trouble that voices tell of in whatever words, the commonest first."""
        found, faint = [], word_list("name_faint")
        for kind in word_sets("name_kinds"):
            told = [word for word in sorted(kind) if word not in faint]
            voices = {
                word: self._voices_of(word) if len(word) > 1 else self._judging_by(word)
                for word in told
            }
            # Of one syllable, only where no longer one is said by several.
            shared = [word for word in told if len(word) > 1 and len(voices[word]) >= SHARED]
            commonest = max(shared or told, key=lambda word: len(voices[word]))
            said = frozenset().union(*voices.values())
            if len(said) >= SHARED:
                found.append(Trouble(commonest, said, kind))
        return sorted(found, key=lambda one: (-len(one.voices), one.word))

    def _judging_by(self, word: str) -> frozenset[str]:
        """Returns the voices whose opinions end with a word of one syllable, as 好慢 and 慢."""
        return frozenset(
            one.voice
            for one in self.members
            if any(verdict_of(opinion, word) == word for opinion in one.opinions)
        )

    def _voices_of(self, text: str) -> frozenset[str]:
        if text not in self._everything:
            return frozenset()
        return frozenset(one.voice for one in self.members if text in one.reading.text)

    @cached_property
    def _meant(self) -> list[set[str]]:
        """The words of each clause, as what they stand for."""
        return [set(self.synonyms.of(one.reading.content())) for one in self.members]

    @cached_property
    def _everything(self) -> str:
        """The texts of all clauses, so that what none says is found out at once."""
        return "\n".join(one.reading.text for one in self.members)

    def as_stated(self, word: str) -> str:
        """Returns a state as most say it, as 太慢 for 巨慢 and 洒了 for 全洒."""
        plain = plain_states().get(word)
        if plain is None:
            return word
        by_degree = self._matching(re.compile(f"{_BY_DEGREE}{plain}"))
        become = self._matching(re.compile(f"(?<!{_BY_DEGREE}){plain}了"))
        if not (by_degree or become) and len(word) > 1:
            return word
        return f"{plain}了" if become > by_degree else f"太{plain}"

    def _matching(self, pattern: re.Pattern[str]) -> int:
        """Counts the voices whose clauses match a pattern."""
        return len({one.voice for one in self.members if pattern.search(one.reading.text)})

    def saying(self, text: str) -> int:
        """Counts the voices whose clauses hold a text."""
        return len(self._voices_of(text))

    def missing(self, subject: str, least: float) -> list[str]:
        """Returns that a thing is missing or refused, as 没有退款, where so many voices say so."""
        voices: dict[str, set[str]] = defaultdict(set)
        for member in self.members:
            if denial := _denial(subject, member.reading):
                voices[denial].add(member.voice)
        if len(set().union(*voices.values())) < least:
            return []
        return [min(voices, key=lambda word: (-len(voices[word]), word)) + subject]

    def whole(self, name: str) -> str:
        """Gives a name back what was cut off it: what nearly all that use it say before or after.

        景园 is 伊景园 where nobody says anything else, 拖欠农民工 is 拖欠农民工工资, and
        溪湖（多方面） is 梅溪湖（多方面）.
        """
        stem, mark, told = name.partition("（")
        head, tail = self._beside(stem, before=True), self._beside(stem, before=False)
        for piece, grown in ((head, head + stem), (tail, stem + tail)):
            if piece.isalpha() and piece not in stem and len(grown) <= MAX_NAME:
                return self.whole(grown + mark + told)
        return name

    def _beside(self, stem: str, *, before: bool) -> str:
        """Returns the word that nearly all say before, or after, a name, or its longest part."""
        for size in range(len(stem), 1, -1):
            part = stem[:size] if before else stem[-size:]
            words, n = Counter[str](), 0
            for text, told in self._clauses:
                if (at := text.find(part)) < 0:
                    continue
                n += 1
                words.update(word.text for word in told if _meets(word, text, at, size, before))
            if n > SHARED:
                [(piece, _)] = words.most_common(1) or [("", 0)]
                # 新帕烧机油 is read as 帕烧 and 机油.
                meets = str.endswith if before else str.startswith
                n_piece = sum(n for word, n in words.items() if meets(word, piece))
                return piece if n_piece > SHARED and n_piece >= _NEARLY_ALL * n else ""
        return ""

    @cached_property
    def _clauses(self) -> list[tuple[str, list[Word]]]:
        """The clauses, and their words with content."""
        readings = (member.reading for member in self.members)
        return [(one.text, [word for word in one.words if word.tells]) for one in readings]


def is_thing(word: str) -> bool:
    """Says whether a word only names something, so that it is no verdict: 味道, and not 噪音."""
    return is_noun(word) and not is_wrong(word)


def may_be_thing(word: str) -> bool:
    """Says whether a word names a thing; one that no dictionary holds may be a product."""
    return is_thing(word) or not (word in word_kinds() or is_wrong(word))


def is_wrong(word: str) -> bool:
    """Says whether a word says by itself that something is wrong, as 太软, 漏送 or 失灵."""
    listed = (word_list("name_kinds") | word_list("name_wrongs")) - word_list("name_faint")
    return word in plain_states() or word in listed or is_trouble(word)


def is_quality(word: str) -> bool:
    """Says whether a word tells how something is or what is done, as far as is known."""
    return word_kinds().get(word, "a")[0] in "av"


def is_matter(word: str) -> bool:
    """Says whether voices may speak of what a word names, which 还点, 点多 and 看着 do not."""
    kind = word_kinds().get(word, "")
    leads = word.endswith(_LEADING) and not is_noun(word)
    return kind not in _OF_NOTHING and not leads


def _denial(subject: str, reading: Reading) -> str:
    """Returns the word that denies a thing: one of the two before it, as in 没有给退款.

    Or one after it that ends the clause, as in 筷子都没有; 筷子没有消毒 misses something else.
    Nothing is missing in 没有店里好吃, which compares.
    """
    at = reading.text.find(subject)
    if at < 0 or COMPARES.match(reading.text, at + len(subject)):
        return ""
    denials = word_list("name_denials") - _ENDING
    before = [word for word in reading.words if word.end <= at][-2:]
    after = [word for word in reading.words if word.start >= at + len(subject)]
    is_last = not any(word.tells for word in after) and not _BUT.search(reading.text[:at])
    near = before + after[:2] if is_last else before
    return next(
        (
            word.text
            for word in near
            if word.text in denials and (word.end == at or word.text not in _OF_DEEDS)
        ),
        "",
    )


def _meets(word: Word, text: str, at: int, size: int, before: bool) -> bool:
    """Says whether a word ends where a part of a name begins, or begins where it ends."""
    return (word.end == at and _begins(word, text)) if before else word.start == at + size


def _begins(word: Word, text: str) -> bool:
    """Says whether a word is not the end of another, as 路 is in 912路."""
    return not text[: word.start][-1:].isdecimal()


def _is_so(verdict: str, text: str) -> bool:
    """Says whether a clause says it and does not deny it, as 享受不到便利 does 便利."""
    at = text.find(verdict)
    return _DENIES.search(text[max(0, at - _NEAR) : max(0, at)]) is None


def verdict_of(opinion: str, word: str) -> str:
    """Returns the word that ends an opinion, with what denies it; nothing if it does not."""
    opinion, stem = opinion.rstrip(LINGERING), word.rstrip(LINGERING)
    if not stem or not opinion.endswith(stem):
        return ""
    denied = _NOT.search(opinion.removesuffix(stem))
    return f"{denied[0] if denied else ''}{word}"
