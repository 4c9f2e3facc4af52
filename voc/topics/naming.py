"""Names of themes: a phrase that customers used, as 低速换挡顿挫 or 没人管排队."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from voc.topics.candidates import NO_SUBJECTS, Candidates, closest_first
from voc.topics.phrases import Member, as_written
from voc.topics.said import SHARED
from voc.topics.stretches import MAX_NAME, POINTERS, is_whole, stretches
from voc.topics.synonyms import UNKNOWN, Synonyms
from voc.topics.wordlists import word_list

_DEGREE: Final = "(?:有点儿?|有些|太|很|好|真|超|比较|非常|特别)"


def name_of(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    complaint: bool,
    taken: Collection[str] = (),
    subjects: Mapping[str, float] = NO_SUBJECTS,
    cut_off: Collection[str] = (),
    synonyms: Synonyms = UNKNOWN,
) -> str:
    """Names a theme by what is true of many of its voices.

    Best is a phrase of 4 to 12 characters that judges and whose words a third of the voices, and
    two at least, use in one clause. Where half of them judge by one word, as 电梯, a phrase comes
    first that adds to it what a third say, or no more than a verdict, as 扰民严重; and if a third
    judge by it alone, what a quarter say of it, as 污水横流, or 污水问题, for it is trouble in
    itself. Where there is none, a subject stands with what is most often said of it elsewhere in
    a clause, as 店员态度差, or with the kind of trouble that half tell of in whatever words, as
    城管不作为, or, if most judge by it, as a matter: 房屋质量问题. Else what a third speak of
    stands with what a tenth say of it or ask, as 路灯（没有、昏暗等）, or alone, as
    小区（多方面）; praise and questions may be named by what they are about.

    Args:
        members: The theme's clauses.
        weights: The theme's words with their weights, heaviest first.
        complaint: Whether the name should say what is wrong.
        taken: Names that other themes have.
        subjects: As for `Candidates`.
        cut_off: Likewise.
        synonyms: Likewise.
    """
    names = Candidates(
        members,
        weights,
        complaint=complaint,
        subjects=subjects,
        cut_off=cut_off,
        synonyms=synonyms,
    )
    none = set(taken).union(*map(word_list, ("name_bare", "generic_words", "name_unfinished")))
    free = (name for name in names if name not in none)
    return next(free, None) or _last_resort(closest_first(members), weights, taken, cut_off)


def _last_resort(
    members: Sequence[Member],
    weights: Mapping[str, float],
    taken: Collection[str],
    cut_off: Collection[str],
) -> str:
    """Names a theme whose clauses hold no phrase.

    By how several judge with its first keyword, as 有点腻, else by a short clause or the keyword.
    """
    degrees = Counter(
        degree
        for word in list(weights)[:1]
        for degree, _ in {
            (found[0], member.voice)
            for member in members
            for found in re.finditer(f"{_DEGREE}{re.escape(word)}", member.reading.text)
        }
    )
    told = sorted(degrees, key=lambda text: (-degrees[text], text))
    said = next((text for text in told if degrees[text] >= SHARED and text not in taken), None)
    if said is not None:
        return said
    for member in members:
        for text, first, last in stretches(member.reading, 2, cut_off):
            if is_whole(member.reading, first, last) and text not in taken:
                return as_written(text, member.text)
    free = (word for word in weights if word not in taken and word[0] not in POINTERS)
    return next(free, members[0].text[:MAX_NAME])
