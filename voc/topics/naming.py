"""Names of themes: a phrase that customers used, as 低速换挡顿挫 or 没人管排队."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

from voc.topics.mixed import mixed_names
from voc.topics.phrases import (
    MANY,
    SOME,
    Member,
    Phrase,
    as_written,
    least_support,
    ranked_phrases,
    voices_by_word,
)
from voc.topics.stretches import MAX_NAME, POINTERS, is_whole, stretches
from voc.topics.subjects import SUBJECT

NO_SUBJECTS: Final[Mapping[str, float]] = MappingProxyType({})
_SHARED: Final = 2
# A phrase names a theme of several only if so many of the voices use its words.
_PHRASE_SHARE: Final = 0.15
# Where so many judge by one word, what fewer than this add to it makes a name too narrow.
_MOSTLY: Final = 0.5
_BROAD: Final = 1 / 3
# By what is told of a subject so many of the voices judge.
_TOLD_SHARE: Final = 0.1


def name_of(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    taken: Collection[str] = (),
    subjects: Mapping[str, float] = NO_SUBJECTS,
    cut_off: Collection[str] = (),
) -> str:
    """Names a theme by what is true of many of its voices.

    Best is a phrase of 4 to 12 characters that judges and whose words several voices use in one
    clause: 15 % of 8 voices and more. Where half of them judge by one word, as 扰民, a phrase that
    adds little to it, as 扰民严重, comes before one that some add to. Where there is none, the
    theme's subject stands with what is most often said of it, as 店员态度差, or a thing that as
    many speak of names it; of fewer than 8 voices, one may speak for all. Else the subject stands
    with what a tenth judge by, as 开发商（推诿、欺骗等）, or alone, as 小区（多方面）.

    Args:
        members: The theme's clauses.
        weights: The theme's words with their weights, heaviest first.
        complaint: Whether the name should say what is wrong.
        taken: Names that other themes have.
        subjects: Words that everybody speaks of, with their weights (see `voc.topics.subjects`).
        cut_off: Words that end no name (see `voc.topics.stretches.seldom_last`).
    """
    chosen = _closest_first(members)
    names = _names(chosen, weights, complaint=complaint, subjects=subjects, cut_off=cut_off)
    free = (name for name in names if name not in taken)
    return next(free, None) or _last_resort(chosen, weights, taken, cut_off)


def _names(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    subjects: Mapping[str, float],
    cut_off: Collection[str],
) -> Iterator[str]:
    """Yields names, best first."""
    n_voices = len({member.voice for member in members})
    least = max(_SHARED, least_support(n_voices))
    rank = partial(ranked_phrases, complaint=complaint, cut_off=cut_off)
    telling = {word: weight * subjects.get(word, 1.0) for word, weight in weights.items()}
    said = rank(members, telling, least=least)
    repeated = [phrase for phrase in said if phrase.voices >= _SHARED]
    shared = _PHRASE_SHARE * n_voices if n_voices >= SOME else 0
    problems = repeated if n_voices >= MANY else said
    heads = _heads(members, weights, least)
    judging = [phrase for phrase in problems if phrase.judges]
    judged = _judging(heads[0], members) if heads else 0
    if heads and judged >= _MOSTLY * n_voices:
        # What most judge by names them better than what a few say more exactly.
        broad = [one for one in judging if _is_broad(one, heads[0], _BROAD * n_voices)]
        yield from (phrase.text for phrase in broad)
    yield from (phrase.text for phrase in judging if phrase.support >= shared)
    if heads:
        spoken = [member for member in members if heads[0] in member.reading.content()]
        found = rank(spoken, telling, shortest=1, least=least)
        common_ones = [phrase for phrase in found if phrase.support >= shared]
        yield from _joined(heads[0], common_ones, spoken)
    few = least_support(n_voices) < _SHARED
    alone = rank(members, telling) if few else []
    yield from (phrase.text for phrase in alone if phrase.judges and phrase.whole)
    if judged >= _BROAD * n_voices and _judging(heads[0], members, alone=True) >= _SHARED:
        yield heads[0]
    common = {word for word, weight in subjects.items() if weight < SUBJECT}
    plain = [phrase for phrase in repeated if phrase.support >= shared]
    yield from (phrase.text for phrase in plain if not phrase.words <= common)
    yield from (phrase.text for phrase in alone if phrase.judges or phrase.whole)
    told = max(least, _TOLD_SHARE * n_voices)
    yield from mixed_names(heads, members, weights, common, least=told)


def _judging(word: str, members: Sequence[Member], *, alone: bool = False) -> int:
    """Counts the voices that judge by a word, as by 噪音 in 噪音很大, or by it alone."""
    judging = {
        member.voice
        for member in members
        if any(word == one if alone else word in one for one in member.opinions)
    }
    return len(judging)


def _is_broad(phrase: Phrase, head: str, least: float) -> bool:
    """Says whether a phrase says no more than its head, or what so many voices say."""
    added = phrase.words - {head}
    return head in phrase.words and (not added or phrase.support >= least)


def _closest_first(members: Sequence[Member]) -> list[Member]:
    return sorted(members, key=lambda one: (not one.fitting, -one.closeness, one.text))


def _heads(members: Sequence[Member], weights: Mapping[str, float], least: int) -> list[str]:
    """Returns the words that several voices use, heaviest first."""
    uses = voices_by_word(members)
    return [word for word in weights if len(word) > 1 and uses[word] >= least]


def _joined(subject: str, found: Sequence[Phrase], members: Sequence[Member]) -> list[str]:
    """Returns the subject with what is said of it elsewhere in a clause, the commonest first.

    Of 店员真的态度差 and 店员说话态度差 it makes 店员态度差.
    """
    told = [one for one in found if one.judges and one.first.tells and subject not in one.text]
    told.sort(key=lambda one: -one.support)
    names = [_in_order(subject, one, members) for one in told if one.voices >= _SHARED]
    return [name for name in names if len(name) <= MAX_NAME]


def _in_order(subject: str, said: Phrase, members: Sequence[Member]) -> str:
    """Joins them as most customers do."""
    texts = [member.reading.text for member in members]
    both = [(text.find(subject), text.find(said.text)) for text in texts]
    after = sum(1 if there > here else -1 for here, there in both if min(here, there) >= 0)
    return f"{subject}{said.text}" if after >= 0 else f"{said.text}{subject}"


def _last_resort(
    members: Sequence[Member],
    weights: Mapping[str, float],
    taken: Collection[str],
    cut_off: Collection[str],
) -> str:
    """Names a theme whose clauses hold no phrase: by a short clause, else by its first keyword."""
    for member in members:
        for text, first, last in stretches(member.reading, 2, cut_off):
            if is_whole(member.reading, first, last) and text not in taken:
                return as_written(text, member.text)
    free = (word for word in weights if word not in taken and word[0] not in POINTERS)
    return next(free, members[0].text[:MAX_NAME])
