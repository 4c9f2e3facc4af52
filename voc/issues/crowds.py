"""What most of a crowd complain of: hundreds share an aspect and hardly a phrase.

Of 160 who complain of packaging, 汤洒了, 粥撒了 and 全洒出来 are not one phrase and say the same: a
crowd is named by the verdicts that most of its voices end their opinions with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from voc.tagging.rules import judge
from voc.topics.phrases import Member, least_support
from voc.topics.said import LINGERING, Said
from voc.topics.synonyms import DEGREES, UNKNOWN
from voc.topics.wordlists import word_list

_CROWD: Final = 20
"""Voices from which on hardly a phrase is shared."""

_LEAST: Final = 3

_SECOND: Final = 1 / 3
"""What is named beside the commonest complaint so many say, as a share of those who say that."""

_BLAMING: Final = ("差劲", "差", "恶劣", "不太好", "不好", "一般", "不行")
"""Verdicts that say what is wrong with a thing only together with it, as 态度差."""

_SAID_OF_ALL: Final = frozenset("太了没有").union(*_BLAMING)
"""Characters of what says that something is wrong, or how much, and not what."""

_DEGREES: Final = f"{DEGREES}小这么点些都也还又非常别十分"


def commonest_complaints(
    members: Sequence[Member], weights: Mapping[str, float], *, untold: Collection[str]
) -> list[str]:
    """Returns the two things that most of a crowd say are wrong; nothing of few voices.

    The second is no other form of the first.

    Args:
        members: What they say.
        weights: How much each word is theirs.
        untold: What says nothing.
    """
    said = Said(members, weights, UNKNOWN)
    if said.n_voices < _CROWD:
        return []
    none = {*untold, *_BLAMING, *word_list("generic_words"), *word_list("name_unfinished")}
    found = _blamed(members)
    for one in said.judgements(UNKNOWN.by_kind()):
        if one.word.lstrip(_DEGREES) not in none and judge(one.word).score <= 0:
            found[said.as_stated(one.word)] |= one.voices
    voices = {name: len(of) for name, of in found.items()}
    least = max(least_support(said.n_voices), _LEAST)
    told = sorted(name for name, n in voices.items() if n >= least)
    first, *others = sorted(told, key=lambda name: -voices[name]) or [""]
    unlike = (one for one in others if not _core(one) & _core(first))
    second = next((one for one in unlike if voices[one] >= _SECOND * voices[first]), "")
    return [one for one in (first, second) if one]


def _core(name: str) -> set[str]:
    """Returns the characters by which a complaint is told from another one."""
    return set(name) - _SAID_OF_ALL


def _blamed(members: Sequence[Member]) -> dict[str, set[str]]:
    """Returns the things that voices call bad, as most do, with the voices."""
    voices: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for member in members:
        for opinion in member.opinions:
            told = opinion.rstrip(LINGERING)
            verdict = next((one for one in _BLAMING if told.endswith(one)), "")
            stem = told.removesuffix(verdict).rstrip(_DEGREES) if verdict else ""
            thing = max(filter(stem.endswith, member.reading.content()), key=len, default="")
            if len(thing) > 1:
                voices[thing].add(member.voice)
                forms[thing][verdict] += 1
    found: dict[str, set[str]] = defaultdict(set)
    for thing, said in voices.items():
        found[f"{thing}{min(forms[thing], key=lambda one: (-forms[thing][one], one))}"] |= said
    return found
