"""The names that a theme may have: phrases that customers used, and subjects with what is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from types import MappingProxyType
from typing import Final, NamedTuple

from voc.records import is_vague
from voc.text.kinds import is_noun, word_kinds
from voc.topics.mixed import mixed_names
from voc.topics.phrases import (
    MANY,
    MIN_NAME,
    Member,
    Phrase,
    is_trouble,
    least_support,
    ranked_phrases,
)
from voc.topics.said import (
    MANY_SAY,
    MOSTLY,
    SHARED,
    Said,
    is_quality,
    is_thing,
    is_wrong,
    verdict_of,
)
from voc.topics.stretches import MAX_NAME
from voc.topics.subjects import SUBJECT
from voc.topics.synonyms import UNKNOWN, Synonyms, plain_states
from voc.topics.wordlists import word_list

NO_SUBJECTS: Final[Mapping[str, float]] = MappingProxyType({})
# A phrase that judges nothing does so only if so many use its words, and half are about it.
_SUBJECT_SHARE: Final = 0.15
# Where so many judge by a word alone, or of so many who judge by it, it is trouble in itself.
_ALONE: Final = 1 / 3
_OFTEN_ALONE: Final = 0.25
# So many of the voices say often what they say alike.
_OFTEN: Final = 0.25
_MATTER: Final = "{}问题"
# How words begin that say how something is and are no matter: 太慢 and not 太慢问题.
_DEGREES: Final = (*"太很好真超最没少都", "有点", "有些", "比较")
_STATES: Final = ("了", "的")
# What is told of a subject so many of the voices say.
_TOLD_SHARE: Final = 0.1
# Of many voices that say little alike, a sixteenth tells a reader more than nothing.
_LEAST_TOLD_SHARE: Final = 1 / 16
_LEAST_TOLD: Final = 4
# And so many, where it judges nothing.
_MENTIONED_SHARE: Final = 0.2
# What is done in the end: 50分钟才送到 is late, which 送到 does not say.
_ARRIVING: Final = frozenset(("送到", "送来", "送过来", "收到", "拿到", "到了"))
# 不, 不是 and the like before what is told denied anyway.
_DENYING: Final = re.compile("(?:不[是够算太很怎么]*|没)$")
# 难吃死 is 难吃; 饿死 stays.
_LIVING: Final = re.compile("(?<=..)死$")


class Told(NamedTuple):
    """What a theme tells.

    Attributes:
        problem: The phrase that says what many of its voices do, if there is one.
        subject: What they speak of, if several speak of one thing.
        often: What a quarter of them say of it or ask for, if they say one thing.
    """

    problem: str
    subject: str
    often: str


class Candidates:
    """The names that a theme may have, best first.

    Args:
        members: The theme's clauses.
        weights: The theme's words with their weights, heaviest first.
        complaint: Whether a name should say what is wrong.
        subjects: Words that everybody speaks of, with their weights (see `voc.topics.subjects`).
        cut_off: Words that end no name (see `voc.topics.stretches.seldom_last`).
        synonyms: Words that stand for one another (see `voc.topics.synonyms`).
    """

    def __init__(
        self,
        members: Sequence[Member],
        weights: Mapping[str, float],
        *,
        complaint: bool,
        subjects: Mapping[str, float] = NO_SUBJECTS,
        cut_off: Collection[str] = (),
        synonyms: Synonyms = UNKNOWN,
    ) -> None:
        said = Said(closest_first(members), _meant(weights, synonyms), synonyms)
        self._said = said
        self._told: dict[str, list[Phrase]] = {}
        self._complaint = complaint
        self._common = {word for word, weight in subjects.items() if weight < SUBJECT}
        self._weights = {
            word: weight * subjects.get(word, 1.0) for word, weight in said.weights.items()
        }
        self._knows = complaint and any(member.opinions for member in said.members)
        self._rank = partial(
            ranked_phrases, complaint=complaint, cut_off=cut_off, synonyms=said.synonyms
        )
        n_voices = said.n_voices
        found = self._rank(said.members, self._weights, least=said.least)
        self._repeated = [phrase for phrase in found if phrase.voices >= SHARED]
        judging = self._repeated if n_voices >= MANY else found
        self._bare = word_list("name_bare")
        self._empty = word_list("generic_words")
        self._of_all = word_list("broad_words") - self._bare
        none = self._bare | self._empty
        self._judging = [one for one in judging if one.judges and not one.words <= none]
        self._enough = max(SHARED, MANY_SAY * n_voices)
        self._head = said.heads[0] if said.heads else ""
        self._kinds = said.synonyms.by_kind()
        judged = said.judging(self._head) if self._head else 0
        alone = said.judging(self._head, alone=True) if self._head else 0
        self._is_about = judged >= MOSTLY * n_voices
        often = _OFTEN_ALONE * judged if self._is_about else _ALONE * n_voices
        if not complaint and judged >= _ALONE * n_voices:  # 好吃 says it all
            often = SHARED
        listed = complaint and self._head in word_list("name_kinds") and self._is_spoken_of
        self._is_trouble = (listed or alone >= max(SHARED, often)) and self._head not in self._bare

    def __iter__(self) -> Iterator[str]:
        """Yields them, best first."""
        for name in map(self._said.whole, chain(self._plain(), self._mixed())):
            yield _plainly_denied(name) if self._complaint else name

    @property
    def told(self) -> Told:
        """What the theme tells, however other themes are named."""
        untold = self._bare | self._empty
        problem = next(
            (one for one in map(self._said.whole, self._plain()) if one not in untold), ""
        )
        return Told(problem, self._said.subject, next(iter(self._said_of_it(_OFTEN)), ""))

    def _plain(self) -> Iterator[str]:
        """Yields those that say what many voices do, best first."""
        yield from self._broad()
        yield from (phrase.text for phrase in self._judging if phrase.support >= self._enough)
        yield from self._joined()
        yield from self._half()
        yield from self._troubles()
        yield from self._things()
        yield from self._verdict()
        yield from self._state()

    def _said_of_it(self, share: float) -> list[str]:
        """Returns how so many of the voices judge, and what they ask for, the commonest first."""
        said = self._said
        least = max(SHARED, least_support(said.n_voices), share * said.n_voices)
        told = [*said.verdicts(least, self._kinds), *said.asked(least)]
        if self._complaint:
            told = [one.word for one in said.troubles if len(one.voices) >= least] + told
        untold = {said.subject, *word_list("name_denials"), *word_list("name_unfinished")}
        untold |= word_list("name_praises") if self._complaint else set()
        return [word for word in told if word not in untold and self._tells(word)]

    def _broad(self) -> Iterator[str]:
        """Yields phrases that add to what most judge by what many say, or but how it is judged."""
        if not self._is_about:
            return
        for phrase in sorted(self._judging, key=_said_most_plainly):
            added = phrase.words - {self._head}
            is_alone = not added and self._is_denied_by_many(phrase)
            is_broad = self._head in phrase.words and (is_alone or phrase.support >= self._enough)
            # 污染 judges whatever it is, but not every sewage is 污水堵塞.
            share = _TOLD_SHARE if added <= self._bare else _OFTEN
            is_trouble = self._is_trouble and phrase.support >= share * self._said.n_voices
            if is_broad or (is_trouble and self._said.is_verdict(phrase)):
                yield phrase.text

    def _is_denied_by_many(self, phrase: Phrase) -> bool:
        """Says whether a third say that the head is missing, if a phrase says so, as 没有米饭."""
        is_denied = phrase.first.text in word_list("name_denials")
        return not is_denied or bool(self._said.missing(self._head, self._enough))

    def _joined(self) -> Iterator[str]:
        """Yields what most speak of with what is said of it elsewhere in a clause.

        Of 店员真的态度差 and 店员说话态度差 it makes 店员态度差; the commonest comes first.
        """
        for word in dict.fromkeys((self._head, self._said.subject)):
            told = [one for one in self._told_of(word) if one.support >= self._enough]
            told.sort(key=lambda one: (-one.support, -self._said.saying(one.text)))
            spoken, subject = self._said.speaking_of(word), self._said.whole(word)
            names = [_in_order(subject, one.text, spoken) for one in told if one.first.tells]
            if not self._is_plain_verdict(word):
                names += self._said.missing(subject, self._enough)
            yield from (name for name in names if len(name) <= MAX_NAME)

    def _is_plain_verdict(self, word: str) -> bool:
        """Says whether most judge by a word as it is, so that nobody misses it, as 送错."""
        return self._said.is_judged_by(word) and self._said.as_judged(word) == word

    def _half(self) -> Iterator[str]:
        """Yields the subject with the kind of trouble that half tell of, in whatever words.

        As 城管不作为, where many say that the city's guards look on, and others that they shirk. Or
        with how half judge it.
        """
        said = self._said
        if not (self._complaint and said.subject):
            return
        subject, spoken = said.whole(said.subject), said.speaking_of(said.subject)
        of_it = {one.voice for one in spoken}
        own = set(self._kinds.of([said.subject]))
        for trouble in said.troubles:
            is_half = len(trouble.voices) >= MOSTLY * said.n_voices
            both = len(trouble.voices & of_it) >= self._enough
            is_told = any(word in subject for word in trouble.kind)
            if is_half and both and not (is_told or own & {*self._kinds.of([trouble.word])}):
                yield _in_order(subject, trouble.word, spoken)
        told = [word for word in self._said_of_it(MOSTLY) if not own & {*self._kinds.of([word])}]
        names = [_in_order(subject, word, spoken) for word in told if word not in subject]
        yield from (name for name in names if MIN_NAME <= len(name) <= MAX_NAME)

    def _troubles(self) -> Iterator[str]:
        """Yields what some say of a thing that is trouble in itself, and then the thing.

        Else, of what half tell in one kind of words, as 诈骗 and 欺骗, the commonest of them.
        """
        if not self._is_trouble:
            yield from map(self._as_trouble, self._kind_of_head())
            return
        empty = self._common | self._bare
        for phrase in self._judging:
            ends = phrase.last.text == self._head and phrase.words - {self._head} <= empty
            begins = phrase.first.text == self._head
            # 开发商欺诈 and 破坏小区 say whose, so that most must; 污水横流 says what it does.
            whose = phrase.words - {self._head} - self._bare
            share = MANY_SAY if phrase.words & self._of_all else _OFTEN_ALONE
            share = MOSTLY if whose and whose <= self._common else share
            if phrase.support >= share * self._said.n_voices and (begins or ends):
                yield phrase.text
        yield self._as_trouble(self._head)

    def _as_trouble(self, word: str) -> str:
        """Returns the name of trouble: 太慢, 交通事故 or, as a matter, 臭气问题."""
        is_state = _is_verdict(word) and not is_noun(word)
        is_alone = len(word) >= MIN_NAME or not self._complaint or is_state
        return self._said.as_stated(word) if is_alone else _MATTER.format(word)

    def _kind_of_head(self) -> list[str]:
        """Returns the commonest word of the head's kind of trouble, if half tell of that kind."""
        half = MOSTLY * self._said.n_voices
        told = self._said.troubles if self._complaint else []
        own = [one for one in told if self._head in one.kind and len(one.voices) >= half]
        return [one.word for one in own if one.word not in self._bare]

    def _things(self) -> Iterator[str]:
        """Yields phrases that name what a theme is about, where that may stand for it.

        Of complaints with opinions that is what most judge by, as 质量, or 房屋质量 if most say
        so; else what many say.
        """
        for phrase in self._about:
            if not self._knows and phrase.support >= self._enough:
                yield phrase.text
            is_thing = not phrase.judges and phrase.last.text == self._head
            if self._knows and self._is_about and is_thing:
                stem = _DENYING.sub("", phrase.text.removesuffix(self._head))
                told = stem + self._denied(self._head) if stem else phrase.text
                is_told = is_trouble(verdict_of(told, phrase.last.text))
                is_most = phrase.support >= MOSTLY * self._said.n_voices
                matter = told if is_most or self._head in self._common else self._head
                yield told if is_told else _MATTER.format(matter)

    def _verdict(self) -> Iterator[str]:
        """Yields what half judge by where they share nothing else, as 凉了 or 少送."""
        said = self._said
        if not (self._complaint and len(said.subject) > 1) or said.subject in self._bare:
            return
        verdict = _LIVING.sub("", said.as_judged(said.subject))
        is_state = said.subject in plain_states()
        is_known = said.subject in word_list("name_kinds") - word_list("name_faint") or is_state
        is_bad = is_trouble(verdict) and verdict not in word_list("name_verdicts")
        is_told = said.is_judged_by(said.subject) and said.subject not in _ARRIVING
        is_wrong = is_known or is_bad or is_told
        voices = len({one.voice for one in said.speaking_of(verdict)}) if is_state else 0
        if is_wrong and max(voices, said.saying(verdict)) >= MOSTLY * said.n_voices:
            yield said.as_stated(verdict)

    def _state(self) -> Iterator[str]:
        """Yields what a third say is wrong, where nothing else is told of it: 太软等."""
        said = self._said
        subject = said.subject
        if not (self._complaint and len(subject) > 1) or subject in self._bare:
            return
        voices = len({one.voice for one in said.speaking_of(subject)})
        verdict = self._denied(subject)
        is_verdict = is_quality(subject) and said.is_judged_by(subject)
        is_bad = (is_wrong(verdict) or is_verdict) and not is_thing(subject)
        is_bad = is_bad and verdict not in word_list("name_unfinished")
        if is_bad and voices >= self._enough and is_vague(next(self._mixed(), "")):
            yield f"{said.as_stated(verdict)}等"

    def _denied(self, subject: str) -> str:
        """Returns a subject, of complaints as half of those who use it deny it: 不满意."""
        if not (self._complaint and is_quality(subject)):
            return subject
        denied = self._said.as_judged(subject)
        return denied if self._said.saying(denied) >= max(SHARED, self._enough / 2) else subject

    def _mixed(self) -> Iterator[str]:
        """Yields the subject with what several say of it.

        Of complaints that is how they judge it, else also what they speak of beside it.
        """
        said = self._said
        if not (subject := said.subject):
            return iter(())
        wide = (
            phrase.text
            for phrase in self._about
            if subject in phrase.words and phrase.support >= MOSTLY * said.n_voices
        )
        share = _told_share(said.n_voices)
        told = max(least_support(said.n_voices), share * said.n_voices)
        telling = [*self._judging, *self._told_of(subject), *self._told_by_one]
        words = self._said_of_it(share)
        if not self._knows:
            many = _MENTIONED_SHARE * said.n_voices
            telling += [one for one in self._repeated if not one.judges and one.support >= many]
            words += said.shared
        return mixed_names(
            next(wide, self._denied(subject)),
            [
                phrase
                for phrase in telling
                if phrase.support >= told and self._tells(phrase.text.replace(subject, "", 1))
            ],
            words,
            [word for word in said.shared if self._tells(word)],
            [word for word in said.heads if word != subject and self._tells(word)],
            common=self._empty if subject in self._bare else self._untold,
            apart="" if self._knows or subject == self._head else self._head,
            kinds=self._kinds,
        )

    def _tells(self, word: str) -> bool:
        """Says whether a word tells something of a subject; things are no complaint of it."""
        return not (self._knows and is_thing(word))

    @property
    def _untold(self) -> set[str]:
        """What tells nothing of a subject: what everybody speaks of, but for judging and asking."""
        return self._common - word_list("name_asks") - self._bare

    @property
    def _is_spoken_of(self) -> bool:
        """Whether a third of the voices use the head."""
        return len({one.voice for one in self._said.speaking_of(self._head)}) >= self._enough

    @property
    def _told_by_one(self) -> list[Phrase]:
        """What single voices say of the subject, where they are so few that each tells much."""
        if least_support(self._said.n_voices) >= SHARED:
            return []
        fitting = [member for member in self._said.members if member.fitting]
        found = self._rank(fitting, self._weights)
        told = [phrase for phrase in found if phrase.judges or phrase.whole]
        return [phrase for phrase in told if self._said.subject in phrase.words]

    @cached_property
    def _about(self) -> list[Phrase]:
        """The phrases that name more than what everybody speaks of, and are said by some."""
        least = _SUBJECT_SHARE * self._said.n_voices
        some = (phrase for phrase in self._repeated if phrase.support >= least)
        return [phrase for phrase in some if not phrase.words <= self._common]

    def _told_of(self, word: str) -> list[Phrase]:
        """Returns the phrases, however short, by which several of those clauses judge it."""
        if word not in self._told:
            self._told[word] = self._judging_it(word)
        return self._told[word]

    def _judging_it(self, word: str) -> list[Phrase]:
        spoken, least = self._said.speaking_of(word), self._said.least
        found = self._rank(spoken, self._weights, shortest=1, least=least, synonyms=self._kinds)
        own = set(self._kinds.of([word]))
        return [one for one in found if one.judges and one.voices >= SHARED and not one.words & own]


def _meant(weights: Mapping[str, float], synonyms: Synonyms) -> dict[str, float]:
    """Returns the weights of what words stand for, heaviest first."""
    meant: dict[str, float] = {}
    for word, weight in weights.items():
        for one in synonyms.of([word]):
            meant.setdefault(one, weight)
    return meant


def closest_first(members: Sequence[Member]) -> list[Member]:
    """Returns clauses, first those that judge as the theme does and are most like it."""
    return sorted(members, key=lambda one: (not one.fitting, -one.closeness, one.text))


def _plainly_denied(name: str) -> str:
    """Returns what is left of 不是很干净 and the like as people say it: 不干净, not 不是干净."""
    rest = name.removeprefix("不是")
    return f"不{rest}" if rest != name and word_kinds().get(rest) == "a" else name


def _is_verdict(word: str) -> bool:
    """Says whether a word says how something is, so that it is no matter: 太慢, not 太慢问题."""
    is_state = word.startswith(_DEGREES) or word.endswith(_STATES) or word in plain_states()
    return is_state or is_trouble(word)


def _told_share(n_voices: int) -> float:
    """Returns the share of so many voices that must say what is told of their subject."""
    return max(_LEAST_TOLD_SHARE, min(_TOLD_SHARE, _LEAST_TOLD / n_voices))


def _said_most_plainly(phrase: Phrase) -> tuple[int, int]:
    """Sorts phrases by how many say their words, those with the fewest others between first."""
    return -phrase.support, len(phrase.text) - sum(map(len, phrase.words))


def _in_order(subject: str, said: str, members: Sequence[Member]) -> str:
    """Joins them as most customers do; 不方便 holds 方便 and stands alone."""
    if subject in said:
        return said
    texts = [member.reading.text for member in members]
    both = [(text.find(subject), text.find(said)) for text in texts]
    after = sum(1 if there > here else -1 for here, there in both if min(here, there) >= 0)
    return f"{subject}{said}" if after >= 0 else f"{said}{subject}"
