"""Titles of issues in customers' words, as 动力：变速箱顿挫（云驰X5）."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from voc.config import Industry
from voc.issues.bearing import GROUP, as_heard, bearing_out, tells, with_things
from voc.issues.crowds import CROWD, Complaint, commonest_complaints
from voc.issues.dangers import SHARED_DANGER, dangers_of
from voc.issues.moods import VAGUE
from voc.issues.novelty import telling_words
from voc.issues.readable import (
    LONGEST_PHRASE,
    OMITTED,
    names_one,
    told_beside,
    uncut,
    without_aspect,
)
from voc.records import (
    NEWLY,
    Mention,
    is_mixed,
    is_vague,
    reason_of,
    subject_of,
)
from voc.tagging.rules import judge
from voc.text.normalise import normalise
from voc.topics.candidates import Candidates
from voc.topics.phrases import (
    MIN_NAME,
    SOME,
    Member,
    Phrase,
    is_bare_subject,
    is_trouble,
    least_support,
    plain_troubles,
    ranked_phrases,
    voices_by_word,
)
from voc.topics.said import MANY_SAY, MOSTLY, SHARED, is_thing, is_wrong
from voc.topics.wordlists import word_list
from voc.topics.words import Reader, Reading

MAX_TITLE: Final = 30
_SHORTEST: Final = 2
_READ_VOICES: Final = 150
_BACKGROUND: Final = 3_000
_MANY: Final = 3
"""Voices from which on words must be shared: what but one of them says may name a person."""
_COMMON: Final = 3
"""Voices of the industry from which on a word is no secret of one of them."""
_SUPPORT: Final = 0.15
"""Share of the voices that must use a word of a phrase that stands for all."""
_RAREST: Final = 0.125
"""Share of a crowd's voices that must use its rarest word."""
_TELLING: Final = 0.25
"""Share of the voices that must say what they are called by, or 等 tells that there is more."""
_TELLING_TWO: Final = 0.5
"""The same of two things, of which they must say either."""
_OF_A_THING: Final = 2 / 3
"""Share of those who name a thing that must say what is wrong with it, to be told in its stead."""
_OFTEN: Final = 0.1
"""Share of the voices that a phrase must be said by to stand for them where none is shared."""
_NOTHING_SAID: Final = "负面反馈集中"

_VAGUE_WORDS: Final = tuple(VAGUE)
_CHINESE_GAP: Final = re.compile(r"(?<![!-~])\s+|\s+(?![!-~])")


class Titles:
    """Names the issues of one industry.

    Args:
        industry: Its taxonomy, whose terms stay whole; `None` where it is not known.
        voices: The complaints of the industry, against which an issue's words are particular.
        topics: The names by id of its themes of complaints; an issue of any other theme, whose
            name may praise, is named by its own voices.
        given: The ids of themes that somebody named: the name stands, whatever voices say.
    """

    def __init__(
        self,
        industry: Industry | None,
        voices: Sequence[Mention],
        topics: Mapping[str, str],
        *,
        given: Container[str] = frozenset(),
    ) -> None:
        self._industry = industry
        self._reader = Reader(industry)
        self._topics = topics
        self._given = given
        aspects = industry.all_aspects() if industry else ()
        self._keywords = {
            aspect.name: {normalise(word).text for word in aspect.keywords} for aspect in aspects
        }
        sample = voices[:: max(1, len(voices) // _BACKGROUND)]
        self._total = len(sample)
        self._uses = voices_by_word(self._members(sample))

    def title(
        self,
        aspect: str,
        voices: Sequence[Mention],
        *,
        topic_id: str | None = None,
        product: str | None = None,
        store: str | None = None,
        newly: str = "",
    ) -> str:
        """Names an issue: the aspect, what people say, and where; 30 characters at most.

        What people say is the name of the theme that makes them one issue. Without one, or where
        that theme is a mixed one, it is the phrase that best names their clauses as themes are
        named, with a second one if it judges another matter and is half as common; of crowds, what
        most say is wrong; where they say too little alike, the mixed theme, or the terms of the
        taxonomy that most of them use. Where no aspect stands before it, a theme that does not say
        what is wrong is no title, and the title may be empty; so it is where four voices of a theme
        and more say nothing alike. Of three voices and more, two must say each word, or it must be
        a common one of the industry: what only one says may be anybody's name. An emergency is
        called by the words of danger that a third use, and by its reason where no aspect stands
        for it, as 食品安全：拉肚子.

        Args:
            aspect: The aspect's name as people read it; empty where none hears them.
            voices: The issue's voices, sorted by time.
            topic_id: The theme that the voices were grouped by.
            product: The product, where all voices must share it.
            store: The store, likewise.
            newly: The word that recent voices say and earlier ones hardly did, if any: it is told
                with what is said of it, as in 包装：洒了，近来多说盖子.
        """
        reason, heard = reason_of(topic_id), voices[-_READ_VOICES:]
        is_emergency = 2 * sum(one.urgency == "critical" for one in voices) > len(voices)
        if reason is not None:
            words = dangers_of(heard, self._industry)
            aspect, phrases = (reason, words) if words else (aspect, [reason])
        elif is_emergency and (words := dangers_of(heard, self._industry, share=SHARED_DANGER)):
            phrases = words
        else:
            places = {one for one in (product, store) if one}
            phrases = self._phrases(aspect, voices, places, topic_id=topic_id)
        if not phrases:
            return ""
        place = "·".join(part for part in (product, store) if part)
        head = f"{aspect}：" if aspect else ""
        news = self._news(newly, voices) if newly and newly not in "".join(phrases) else ()
        told = ("、".join(phrases), phrases[0])
        for said in (*(said + NEWLY + one for one in news for said in told), *told):
            title = f"{head}{said}" + (f"（{place}）" if place else "")
            if len(title) <= MAX_TITLE:
                return title
        return _fitted(f"{head}{phrases[0]}", place)

    def problem(self, voices: Sequence[Mention]) -> str:
        """Says what is wrong by voices alone, sorted by time; empty where they say no one thing."""
        told = self.title("", voices) if voices else ""
        return told if told and tells(told, len(voices), self._reader) else ""

    def _phrases(
        self, aspect: str, voices: Sequence[Mention], places: set[str], *, topic_id: str | None
    ) -> list[str]:
        """Returns what the theme of voices is called, as far as they bear it out, or they say."""
        named = self._topics.get(topic_id or "")
        if named and topic_id in self._given:
            return [named]
        is_themed = named is not None and len(voices) >= GROUP
        members = list(self._members(voices[-_READ_VOICES:]))
        if named:
            named = as_heard(named, members, self._reader)
        if named and not is_mixed(named) and tells(named, len(voices), self._reader):
            return with_things(named, members, aspect, self._keywords.get(aspect, set()))
        return self._said(aspect, voices, members, places, theme=named, is_themed=is_themed)

    def _news(self, word: str, voices: Sequence[Mention]) -> list[str]:
        """Returns what a third of those who say a word say of it, if they do, and the word."""
        members = [one for one in self._members(voices) if word in one.reading.text]
        uses = voices_by_word(members)
        ranked = ranked_phrases(members, self._weights(members, uses), complaint=True)
        many = MANY_SAY * len({one.voice for one in members})
        told = (
            one.text
            for one in ranked
            if one.judges and word in one.text and one.support >= many and told_beside(one.text, "")
        )
        return [*islice(told, 1), word]

    def words(self, voices: Sequence[Mention]) -> dict[str, set[str]]:
        """Returns the words that tell what each voice speaks of, by its id."""
        return telling_words(voices, self._members(voices), self._reader.is_keyword)

    def _said(
        self,
        aspect: str,
        voices: Sequence[Mention],
        members: Sequence[Member],
        places: set[str],
        *,
        theme: str | None,
        is_themed: bool,
    ) -> list[str]:
        """Returns one or two phrases; none where voices of a theme say nothing alike.

        `places` are the product and store that all speak of. Their names say nothing of them, as
        手撕牛肉干（手撕牛肉干）. Voices of a mixed theme are named by what a third of them
        judge, or else as their theme.
        """
        uses = voices_by_word(members)
        known = self._fit_to_print(uses) if len(voices) >= _MANY else None
        weights = self._weights(members, uses)
        ranked = self._ranked(members, weights, known, aspect, places)
        carried = _carried(ranked, uses, len(voices))
        if is_themed:  # one voice's words stand for several only where half name the thing
            half = max(SOME, MOSTLY * len(voices))
            carried = [
                one for one in carried if one.support >= SHARED or _support(one, uses) >= half
            ]
        if theme:
            many = MANY_SAY * len(voices)
            carried = [
                one
                for one in carried
                if one.judges and one.support >= many and not theme.startswith(one.text)
            ]
        is_said = bool(carried) and (len(voices) < _MANY or _support(carried[0], uses) > 1)
        keywords = self._keywords.get(aspect, set())
        n_voices = len({one.voice for one in members})
        crowd = commonest_complaints(
            members, weights, untold=VAGUE, aspect=aspect, keywords=keywords
        )
        if is_said and (told := _shared(carried, crowd, uses, members, len(voices))):
            return told
        heard = len(frozenset().union(*(one.voices for one in crowd)))
        of_crowd = [one.name for one in crowd]
        if len(crowd) == 1:
            of_crowd = with_things(of_crowd[0], members, aspect, keywords)
        if crowd and not is_mixed(of_crowd[0]):
            of_crowd = _with_more(of_crowd, heard / n_voices)
        if theme and heard >= MANY_SAY * n_voices:
            return [theme, *of_crowd[1:]] if crowd[0].name == subject_of(theme) else of_crowd
        if theme and (aspect or not (is_vague(theme) or is_bare_subject(theme))):
            return [theme]
        if of_crowd:
            return of_crowd
        if len(voices) >= _MANY and (name := _as_theme(members, weights, aspect)):
            is_told = n_voices < CROWD or is_mixed(name)
            return _with_more(
                [name], 1.0 if is_told else bearing_out(name, members, self._reader) / n_voices
            )
        if is_themed or (not aspect and len(voices) >= _MANY):
            return []
        if len(voices) >= _MANY and (often := _said_by_some(ranked, n_voices)):
            return _with_more([often.text], often.support / n_voices)
        singles = self._ranked(members, weights, None, aspect, places) if places else []
        told = _first_two(carried, uses, len(voices)) if is_said else []
        terms = self._terms(uses, aspect)
        if (things := told or terms) and (wrong := _wrong_with(things, singles or ranked, members)):
            return [f"{without_aspect(wrong, aspect)}等"]
        if told or len(terms) > 1:
            return things
        # One voice's words stand for the others, and 等 says so. Where voices may speak of
        # different firms, one of them would be accused in the name of all.
        for said in filter(None, (uncut(one.text, members) for one in singles)):
            return [f"{without_aspect(said, aspect)}等"]
        return terms or self._shared_theme(voices, aspect) or [_NOTHING_SAID]

    def _shared_theme(self, voices: Sequence[Mention], aspect: str) -> list[str]:
        """Returns the name of the theme of complaints that most voices belong to, if it tells."""
        themes = Counter(voice.topic_id for voice in voices if voice.topic_id in self._topics)
        [(topic_id, count)] = themes.most_common(1) or [(None, 0)]
        name = self._topics.get(topic_id or "", "")
        is_telling = 2 * count > len(voices) and not is_mixed(name)
        said = told_beside(name, aspect) if is_telling else ""
        return [said] if said else []

    def _terms(self, uses: Counter[str], aspect: str) -> list[str]:
        """Returns the two terms of the taxonomy that most voices use, of those that two use."""
        ranked = sorted(uses, key=lambda word: (-uses[word], word))
        named = (word for word in ranked if uses[word] > 1 and self._reader.is_keyword(word))
        none = VAGUE | word_list("generic_words")
        fit = (word for word in named if word not in none and word not in aspect)
        return list(islice((word for word in fit if judge(word).score <= 0), 2))

    def _fit_to_print(self, uses: Counter[str]) -> set[str]:
        return {
            word
            for word, n in uses.items()
            if n > 1 or self._uses[word] >= _COMMON or self._reader.is_keyword(word)
        }

    def _weights(self, members: Sequence[Member], uses: Counter[str]) -> dict[str, float]:
        """Returns how much each word is these voices' own, the heaviest first."""
        total = max(len({member.voice for member in members}), 1)
        weights = {
            word: n / total * math.log1p(self._total / max(self._uses[word], n))
            for word, n in uses.items()
        }
        return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))

    def _ranked(
        self,
        members: Sequence[Member],
        weights: Mapping[str, float],
        known: set[str] | None,
        aspect: str,
        places: set[str],
    ) -> list[Phrase]:
        found = ranked_phrases(members, weights, complaint=True, shortest=_SHORTEST, known=known)
        private = known is None
        told = [
            replace(one, text=told_beside(one.text, aspect))
            for one in found
            if not (private and one.voices < 2 and names_one(one.text))
            and not one.words <= word_list("generic_words")
        ]
        return [one for one in told if one.text and not any(one.text in name for name in places)]

    def _members(self, voices: Sequence[Mention]) -> Iterator[Member]:
        for voice in voices:
            opinions = tuple(map(_joined, voice.opinions))
            said = [OMITTED.sub("，", span.text) for span in voice.evidence]
            clauses = self._reader.read(said)
            # A target and an opinion that stand apart would make a phrase that nobody said.
            alone = [one for one in opinions if not said or any(_holds(it, one) for it in clauses)]
            plain = [OMITTED.sub("，", one) for one in alone]
            judged = tuple(normalise(opinion).text for opinion in opinions)
            readings = [*clauses, *self._reader.read(plain)]
            for reading, text in zip(readings, (*said, *plain), strict=True):
                yield Member(reading, text, voice.feedback_id, voice.score, True, judged)


def _holds(clause: Reading, opinion: str) -> bool:
    """Says whether a clause holds an opinion and no word is torn by it, as 过烂路 by 路头顶响."""
    told = normalise(opinion).text
    start = clause.text.find(told)
    starts, ends = ({getattr(word, end) for word in clause.words} for end in ("start", "end"))
    return start in starts and start + len(told) in ends


def _joined(opinion: str) -> str:
    """Writes `变速箱 顿挫` as one phrase."""
    return _CHINESE_GAP.sub("", opinion)


def _as_theme(members: Sequence[Member], weights: Mapping[str, float], aspect: str) -> str:
    """Returns what a theme of these clauses would be called, if that says what is wrong.

    Of few clauses it is how a quarter of them judge.
    """
    candidates = Candidates(members, weights, complaint=True)
    name = next(iter(candidates), "") if len({one.voice for one in members}) >= SOME else ""
    if name and not is_vague(name) and judge(subject_of(name)).score <= 0:
        return name if is_mixed(name) else told_beside(name, aspect)
    often = candidates.told.often
    return told_beside(often, aspect) if often and is_trouble(often) else ""


def _support(phrase: Phrase, uses: Counter[str]) -> int:
    """Returns how many use the commonest word of a phrase; who says 洒 does not say 不洒."""
    if phrase.first.text in word_list("name_denials") and phrase.words & plain_troubles():
        return phrase.voices
    return max(uses[word] for word in phrase.words)


def _carried(ranked: Sequence[Phrase], uses: Counter[str], n_voices: int) -> list[Phrase]:
    """Returns the phrases that may stand for all; of a crowd, no word may be that of a few."""
    least = _SUPPORT * n_voices if n_voices >= _MANY else 0
    rarest = max(2, _RAREST * n_voices) if n_voices >= SOME else 0
    return [
        one
        for one in ranked
        if _support(one, uses) >= least and min(uses[word] for word in one.words) >= rarest
    ]


def _shared(
    carried: Sequence[Phrase],
    crowd: Sequence[Complaint],
    uses: Counter[str],
    members: Sequence[Member],
    n_voices: int,
) -> list[str]:
    """Returns one or two phrases, if they say what is wrong and no fewer than most of a crowd do.

    A thing that most of a crowd name gives way to what two thirds of them say is wrong with it, as
    机油 to 烧机油. Of phrases that one voice says, rather one that says what is wrong than one that
    asks.
    """
    first = carried[0]
    if not (first.judges or is_wrong(first.last.text)):
        return []
    least: float = least_support(n_voices) if n_voices >= CROWD else 1
    if crowd:
        is_of_it = first.judges and is_thing(crowd[0].name) and crowd[0].name in first.text
        most = len(crowd[0].voices)
        least = _OF_A_THING * most if is_of_it else most + (not first.judges)
    if first.support < least:
        return []
    if first.support == 1:
        wrong = (one for one in carried if one.judges and any(map(is_wrong, one.words)))
        carried = [*islice(wrong, 1), *carried]
    told = _first_two(carried, uses, n_voices)
    said = {one.text: one for one in carried if one.text in told}
    saying = [
        {one.voice for one in members if all(map(one.reading.text.count, phrase.words))}
        for phrase in said.values()
    ]
    both = len(set.intersection(*saying)) if len(saying) > 1 else 0
    either = sum(one.support for one in said.values()) - both
    return _with_more(told, either / len({one.voice for one in members}))


def _said_by_some(ranked: Sequence[Phrase], n_voices: int) -> Phrase | None:
    """Returns the phrase that judges and most say, if a tenth and several do."""
    least = max(SHARED, _OFTEN * n_voices)
    said = [one for one in ranked if one.judges and one.support >= least]
    return max(said, key=lambda one: one.support, default=None)


def _first_two(ranked: Sequence[Phrase], uses: Counter[str], n_voices: int) -> list[str]:
    first, least = ranked[0], SHARED if n_voices >= _MANY else 1
    for second in ranked[1:]:
        fresh = not set(second.text) & set(first.text) and not second.text.endswith(_VAGUE_WORDS)
        fits = MIN_NAME <= len(second.text) <= LONGEST_PHRASE - 1 - len(first.text)
        if (
            second.judges
            and fresh
            and fits
            and second.support >= least
            and _support(second, uses) >= max(2, _support(first, uses) / 2)
        ):
            return [first.text, second.text]
    return [first.text]


def _wrong_with(things: Sequence[str], ranked: Sequence[Phrase], members: Sequence[Member]) -> str:
    """Returns what is said to be wrong with things that several name, as 袋子漏了 of 袋子.

    What most say; of what one voice each says, what sounds bad, and of that the shortest.
    """
    told = [
        (one.support, said)
        for one in ranked
        if one.judges and any(map(is_wrong, one.words)) and any(map(one.text.count, things))
        if (said := uncut(one.text, members))
    ]

    def rank(one: tuple[int, str]) -> tuple[int, bool, int]:
        support, said = one
        return -support, judge(said).score >= 0, len(said)

    return min(told, key=rank, default=(0, ""))[1]


def _with_more(told: list[str], share: float) -> list[str]:
    """Returns what is told of voices, with 等 where too few of them say it."""
    enough = _TELLING if len(told) == 1 else _TELLING_TWO
    is_all = share >= enough or told[-1].endswith("等")
    return told if is_all else [*told[:-1], f"{told[-1]}等"]


def _fitted(title: str, place: str) -> str:
    room = MAX_TITLE - len(title) - 2
    if place and room >= 4:
        return f"{title}（{place[: room - 1]}…）"
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"
