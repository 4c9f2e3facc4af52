"""What most of a crowd complain of: hundreds share an aspect and hardly a phrase.

Of 160 who complain of packaging, 汤洒了, 粥撒了 and 全洒出来 are not one phrase and say the same: a
crowd is named by the verdicts that most of its voices end their opinions with.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from voc.issues.lacks import NOT_GOT, NOT_THERE, Lack, lacks
from voc.tagging.rules import judge
from voc.text.kinds import word_kinds
from voc.topics.matters import matter_of, stated
from voc.topics.phrases import Member, least_support
from voc.topics.said import LINGERING, Said, is_thing, is_wrong
from voc.topics.synonyms import DEGREES, UNKNOWN, plain_states
from voc.topics.wordlists import word_list

CROWD: Final = 20
"""Voices from which on hardly a phrase is shared."""

_LEAST: Final = 3

_SECOND: Final = 1 / 3
"""What is named beside the commonest complaint so many say, as a share of those who say that."""

_SECOND_OF_ALL: Final = 1 / 16
"""And at least so many of the crowd."""

_SPECIFIC: Final = 1 / 4
"""The same, where the commonest only says that it is bad."""

_BLAMING: Final = ("差劲", "差", "恶劣", "不太好", "不好", "一般", "不行")
"""Verdicts that say what is wrong with a thing only together with it, as 态度差."""

_BLAMED: Final = re.compile(
    "(差劲|(?<![不还相])差(?![不点别价距错额]|[得太很好]?[远多大])|恶劣|糟糕?|垃圾|low)"
    "|(不(?:是|算)?(?:很|怎么|太|大|够|咋)?好(?![意吃喝找停看])|不行|不咋[地的样]|不怎么样|不敢恭维"
    "|跟不上|不到位|不给力|不周|不满意|欠佳|不如|有待(?:提高|改善|改进|加强))"
    "|((?<!不)一般(?![要都是得会人情在来]))"
)
"""The same in the midst of a clause: it is bad, not good or so so."""
_SO: Final = ("差", "不好", "一般")
_DENIED: Final = re.compile("[不没无未][有是会算太很]?$")
_NEAR: Final = 8
"""Characters after a thing in which it is judged."""

_SAID_OF_ALL: Final = frozenset("太了没有").union(*_BLAMING)
"""Characters of what says that something is wrong, or how much, and not what."""

_NUMBERS: Final = frozenset("一二两三四五六七八九十几半")
_DEGREES: Final = f"{DEGREES}小这么点些都也还又非常别十分"


class Complaint(NamedTuple):
    """What voices say is wrong.

    Attributes:
        name: As most of them say it.
        voices: Who says so.
        missing: What they miss, where that is it; nothing where they say no more than 没给.
    """

    name: str
    voices: frozenset[str]
    missing: str | None = None

    def is_like(self, other: Complaint) -> bool:
        """Says whether it may be another form of the other."""
        if self.missing is None or other.missing is None:
            return bool(self._core & other._core)
        return not (self.missing and other.missing) or self.missing == other.missing

    @property
    def _core(self) -> set[str]:
        """The characters by which it is told from another one."""
        return set(self.name if self.missing is None else self.missing) - _SAID_OF_ALL


def commonest_complaints(
    members: Sequence[Member],
    weights: Mapping[str, float],
    *,
    untold: Collection[str],
    aspect: str = "",
    keywords: Collection[str] = (),
) -> list[Complaint]:
    """Returns the two things that most of a crowd say are wrong; nothing of few voices.

    The second is no other form of the first, and rather one that says what is wrong than one that
    calls all bad. Who calls any of the keywords bad says the same, as 环境不好 and 装修很差 of one
    aspect. A clause of which no opinion is known is one itself.

    Args:
        members: What they say.
        weights: How much each word is theirs.
        untold: What says nothing.
        aspect: The name of what all of them speak of; a word of it tells nothing beside another.
        keywords: Words for what all of them speak of.
    """
    if len({one.voice for one in members}) < CROWD:
        return []
    telling = [
        one if one.opinions else replace(one, opinions=(one.reading.text,)) for one in members
    ]
    said = Said(telling, weights, UNKNOWN)
    none = {*untold, *_BLAMING, *word_list("generic_words"), *word_list("name_unfinished")}
    found = _blamed(telling, keywords)
    missed = _missed(telling, keywords, aspect)
    for name, (voices, _) in missed.items():
        found[name] |= voices
    for word, of in _troubles(telling, keywords).items():
        found[word] |= of
    for one in said.judgements(UNKNOWN.by_kind()):
        word = stated(one.word)
        is_told = word in plain_states() or word.lstrip(_DEGREES) not in none
        is_told = is_told and (word in keywords or not is_thing(word)) and not _tells_no_state(word)
        if is_told and judge(word).score <= 0:
            found[_whole(said.as_stated(word))] |= one.voices
    least = max(least_support(said.n_voices), _LEAST)
    told = [
        Complaint(name, frozenset(of), _missing(name, missed))
        for name, of in sorted(_as_matters(found, keywords, aspect).items())
        if len(of) >= least
    ]
    if not told:
        return []
    first, *others = sorted(told, key=lambda one: -len(one.voices))
    least_of = (_SPECIFIC if _only_blames(first.name, keywords) else _SECOND) * len(first.voices)
    least_of = max(least_of, _SECOND_OF_ALL * said.n_voices)
    many = (one for one in others if not _is_mere_thing(one) and len(one.voices) >= least_of)
    unlike = [one for one in many if not one.is_like(first)]
    unlike.sort(key=lambda one: _only_blames(one.name, keywords))
    return [first, *unlike[:1]]


def _is_mere_thing(told: Complaint) -> bool:
    """Says whether a complaint only names what is spoken of, as 机油; it never stands second."""
    return is_thing(told.name) and told.missing is None and judge(told.name).score >= 0


def _only_blames(name: str, keywords: Collection[str]) -> bool:
    """Says whether a complaint says no more than that what all speak of is bad: 质量差."""
    things = (name.removesuffix(verdict) for verdict in _BLAMING if name.endswith(verdict))
    return any(_is_one_of(thing, keywords) for thing in things)


def _as_matters(
    found: Mapping[str, set[str]], keywords: Collection[str], aspect: str
) -> dict[str, set[str]]:
    """Returns what is said with what tells the same as one, as the commonest of them that tells.

    店面很小 and 太小 are one where 店面 is a keyword of what all speak of.
    """
    names: dict[Hashable, list[str]] = defaultdict(list)
    for name in sorted(found, key=lambda name: (-len(found[name]), name)):
        matter = matter_of(name)
        if matter and _is_one_of(matter.thing, keywords):
            matter = matter._replace(thing="")
        names[matter or name].append(name)
    alike = ((next((one for one in of if one not in aspect), None), of) for of in names.values())
    return {name: set().union(*(found[one] for one in of)) for name, of in alike if name}


def _tells_no_state(word: str) -> bool:
    """Says whether a word tells what is done, as 修 of 在修, or how many, as 两道 of 少上了两道."""
    kind = word_kinds().get(word, "")[:1]
    if len(word) > 1:
        return kind == "m" and word[0] in _NUMBERS
    return kind in ("v", "q") and word not in plain_states()


def _whole(word: str) -> str:
    """Returns a word that can stand alone: 太偏 and 太远 for one syllable."""
    return f"太{word}" if len(word) == 1 else word


def _blamed(members: Sequence[Member], keywords: Collection[str]) -> dict[str, set[str]]:
    """Returns the things that voices call bad, as most do, with the voices."""
    voices: dict[str, set[str]] = defaultdict(set)
    things: dict[str, Counter[str]] = defaultdict(Counter)
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for member in members:
        known = (word for word in member.reading.words if _is_one_of(word.text, keywords))
        told = ((word.text, verdict) for word in known if (verdict := _judged(member, word.end)))
        blamed = [("", word, verdict) for word, verdict in islice(told, 1)]
        for opinion in member.opinions:
            said = opinion.rstrip(LINGERING)
            verdict = next((one for one in _BLAMING if said.endswith(one)), "")
            stem = said.removesuffix(verdict).rstrip(_DEGREES) if verdict else ""
            thing = max(filter(stem.endswith, member.reading.content()), key=len, default="")
            if len(thing) > 1 and not _is_one_of(thing, keywords):
                blamed.append((thing, thing, verdict))
        for one, thing, verdict in blamed:
            voices[one].add(member.voice)
            things[one][thing] += 1
            verdicts[one][verdict] += 1
    found: dict[str, set[str]] = defaultdict(set)
    for one, speaking in voices.items():
        found[_commonest(things[one]) + _commonest(verdicts[one])] |= speaking
    return found


def _troubles(members: Sequence[Member], keywords: Collection[str]) -> dict[str, set[str]]:
    """Returns the keywords that say by themselves what is wrong, as 降价, with who says so."""
    none = word_list("name_unfinished")
    fit = (word for word in sorted(keywords) if len(word) > 1 and word not in none)
    wrong = [word for word in fit if is_wrong(word)]
    voices: dict[str, set[str]] = defaultdict(set)
    for member in members:
        text = member.reading.text
        for word in wrong:
            at = text.find(word)
            if at >= 0 and not _DENIED.search(text[:at]):
                voices[word].add(member.voice)
    return voices


def _missed(
    members: Sequence[Member], keywords: Collection[str], aspect: str
) -> dict[str, tuple[set[str], str]]:
    """Returns what voices miss, with them and the thing; any of the keywords is the same thing.

    没给 is enough where all speak of 发票.
    """
    voices: dict[str, set[str]] = defaultdict(set)
    told: dict[str, list[Lack]] = defaultdict(list)
    for member in members:
        for lack in lacks(member.reading):
            one = "" if _is_one_of(lack.thing, keywords) else lack.thing
            voices[one].add(member.voice)
            told[one].append(lack)
    found: dict[str, tuple[set[str], str]] = {}
    for one, speaking in sorted(voices.items()):
        thing = _listed(Counter(lack.thing for lack in told[one]))
        how = _commonest(Counter(lack.how for lack in told[one]))
        is_told = thing == aspect and how != NOT_THERE
        found[how if is_told else how + thing] = speaking, thing
    return found


def _listed(things: Counter[str]) -> str:
    """Returns the commonest thing; where it is not half of all, with the next: 筷子、吸管."""
    first = _commonest(things)
    rest = Counter({thing: n for thing, n in things.items() if thing != first})
    if 2 * things[first] >= things.total() or not rest:
        return first
    second = _commonest(rest)
    return f"{first}、{second}" if rest[second] >= _SECOND * things[first] else first


def _missing(name: str, missed: Mapping[str, tuple[set[str], str]]) -> str | None:
    if name in missed:
        return missed[name][1]
    return "" if NOT_GOT.fullmatch(name) else None


def _is_one_of(thing: str, keywords: Collection[str]) -> bool:
    """Says whether a word is or holds a keyword of more than one syllable."""
    return any(word in thing for word in keywords if len(word) > 1)


def _judged(member: Member, at: int) -> str:
    """Returns how a clause judges what ends at a place; nothing if it does not call that bad."""
    found = _BLAMED.search(member.reading.text, at, at + _NEAR)
    return _SO[(found.lastindex or 1) - 1] if found else ""


def _commonest(words: Counter[str]) -> str:
    return min(words, key=lambda word: (-words[word], word))
