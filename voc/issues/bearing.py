"""The name of a theme as the voices of an issue bear it out, who are a part of the theme's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Final

from voc.issues.moods import is_mood
from voc.records import AND_MORE, is_mixed, is_vague, subject_of, tellings_of, told_of
from voc.tagging.rules import judge
from voc.text.kinds import is_noun, word_kinds
from voc.topics.phrases import Member, voices_by_word
from voc.topics.said import MOSTLY, SHARED, is_thing, is_wrong, may_be_thing
from voc.topics.synonyms import UNKNOWN, halves, kind_of, plain_states
from voc.topics.wordlists import word_list
from voc.topics.words import Reader

GROUP: Final = 4
"""Voices of a theme from which on two must say alike what is wrong, or they share no problem."""
_BORNE_OUT: Final = 0.2
"""Share of an issue's voices that must say the name of their theme."""
_SEVERAL: Final = 0.05
"""Share of an issue's voices that must name a thing that stands for several."""


def as_heard(name: str, members: Sequence[Member], reader: Reader) -> str | None:
    """Returns the name of a theme as an issue's voices bear it out; `None` if they do not.

    They are a part of the theme's. Of a mixed name what several of them say is left, and 太甜
    of those who say 不甜 is that. Neither a mood nor praise names what they complain of. The
    name stands for three voices whatever they say.
    """
    if is_mood(name) or any(judge(one).score > 0 for one in (subject_of(name), told_of(name))):
        return None
    plain, n_voices = plain_states().get(name), len({one.voice for one in members})
    if plain:
        denied = _saying(members, re.compile(f"不(?:够|太|怎么)?{plain}"))
        return f"不{plain}" if denied > n_voices / 2 else name
    if n_voices < GROUP or is_vague(name):
        return name
    if is_mixed(name):
        told = [one for one in tellings_of(name) if bearing_out(one, members, reader) >= SHARED]
        return subject_of(name) + AND_MORE.format("、".join(told)) if told else None
    least = max(SHARED, _BORNE_OUT * n_voices)
    return name if bearing_out(name, members, reader) >= least else None


def bearing_out(name: str, members: Sequence[Member], reader: Reader) -> int:
    """Counts the voices that say all words of a name, or others of their kinds."""
    kinds = UNKNOWN.by_kind()
    said: dict[str, set[str]] = defaultdict(set)
    texts: dict[str, str] = defaultdict(str)
    for one in members:
        said[one.voice].update(kinds.of(one.reading.content()))
        texts[one.voice] += f"{one.reading.text}\n"
    told = name.removesuffix("等").removesuffix("问题")
    [reading] = reader.read([told])
    parts = [part for word in reading.content() for part in halves(word)] or [told]
    return sum(
        told in texts[voice]
        or all(
            plain_states().get(part, part) in texts[voice] or kinds.of([part])[0] in said[voice]
            for part in parts
        )
        for voice in said
    )


def tells(name: str, n_voices: int, reader: Reader) -> bool:
    """Says whether the name of a theme tells its issue: what is wrong, or of few voices.

    发烫问题 does, 洗头问题 does not.
    """
    told = name.removesuffix("问题") or name
    [reading] = reader.read([told])
    is_told = judge(told).score < 0 or any(map(is_wrong, (told, *reading.content())))
    return is_told or n_voices < GROUP


def with_things(
    name: str, members: Sequence[Member], aspect: str, keywords: Collection[str] = ()
) -> list[str]:
    """Returns what only says how something is with what half say it of: 刹车太软.

    Or with the things that several do, as 太小（门面、桌面等）. An aspect that is spoken of in
    such words, as 口感 in 太咸, stands before it anyway; without one, nothing is told of voices
    of which half name things, each another.

    Args:
        name: What is told: the name of a theme, or what most of a crowd say.
        members: What the voices say.
        aspect: The name of what all of them speak of; empty where none hears them.
        keywords: Words for that.
    """
    plain = plain_states().get(name, "")
    forms = {plain} if plain else _forms(name)
    if not forms or any((plain or name) in word for word in (aspect, *keywords)):
        return [name]
    stating = [one for one in members if any(map(one.reading.text.count, forms))]
    uses = voices_by_word(stating)
    ranked = sorted(uses, key=lambda word: (-uses[word], word))
    things = [one for one in ranked if is_thing(one) and len(one) > 1 and one not in aspect + name]
    n_voices = len({one.voice for one in members})
    shared = [one for one in things if uses[one] >= max(SHARED, _SEVERAL * n_voices)]
    half = MOSTLY * n_voices
    if shared and uses[shared[0]] >= half and (plain or _leads(shared[0], name, stating)):
        return [shared[0] + name]
    none = word_list("generic_words") | word_list("broad_words")
    if named := [one for one in shared if one not in none]:
        others = (one for one in named[1:] if one not in named[0] and named[0] not in one)
        return [name + AND_MORE.format("、".join([named[0], *islice(others, 1)]))]
    of_things = {
        one.voice
        for one in stating
        if any(len(word) > 1 and may_be_thing(word) for word in one.reading.content())
    }
    most = MOSTLY * len({one.voice for one in stating})
    is_told = aspect or not plain or len(of_things) < max(most, SHARED)
    return [name] if is_told else []


def _forms(name: str) -> set[str]:
    """Returns the words that tell the same where a name is one word that names no thing."""
    listed = word_list("name_kinds") | word_list("name_wrongs")
    if not (name in listed or name in word_kinds()) or is_noun(name):
        return set()
    kind = kind_of(name)
    return {name} | {word for word in listed if kind and len(word) > 1 and kind_of(word) == kind}


def _leads(thing: str, name: str, members: Sequence[Member]) -> bool:
    """Says whether a thing stands before what is said of it in most clauses that hold both."""
    texts = [one.reading.text for one in members]
    both = [text for text in texts if name in text and thing in text]
    return 2 * sum(text.find(thing) < text.find(name) for text in both) > len(both)


def _saying(members: Sequence[Member], said: re.Pattern[str]) -> int:
    return len({one.voice for one in members if said.search(one.reading.text)})
