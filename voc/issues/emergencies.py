"""Emergencies: critical voices told apart from the crowd whose complaint they are in.

One who was poisoned by a dish says so among many who find it bland. Where the taxonomy says whose
such a danger is (`aspect` or `department` of its words of urgency), what is said in the clause of
danger is heard as a complaint of that alone, and presses nobody else; what the voice says beside it
stays an ordinary complaint of its aspect. Without such a word in the taxonomy a danger belongs to
the aspects that its clause, or what is said nearest to it, is heard to speak of, as a brake that
fails does; far from all of them it is an emergency of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from voc.config import Industry
from voc.issues.long_ago import is_long_ago, is_undated
from voc.records import UNHEARD, UNPLACED, Mention, Span, Tags, theme_of
from voc.tagging.urgency import words_of_danger
from voc.text.normalise import normalise
from voc.text.sentences import clauses, sentences

_LEAST_SAID: Final = 8
"""Characters below which a sentence alone tells nobody what happened."""
_NEAR: Final = 40
"""Characters from which on what is said beside a danger has nothing to do with it."""


class Home(NamedTuple):
    """Where an emergency belongs: to an aspect, or to a theme of its own, called by its reason."""

    aspect_id: str
    topic_id: str | None


def emergency_home(reasons: Sequence[str], industry: Industry | None) -> Home | None:
    """Returns where a critical voice belongs by its reasons, the gravest first.

    `None` where the taxonomy does not say, so that it belongs to what it is heard to speak of.
    """
    if industry is None:
        return None
    owned = (words for reason in reasons if (words := industry.emergency(reason)) is not None)
    if (words := next(owned, None)) is None:
        return None
    if words.aspect is None:
        return Home(UNPLACED, theme_of(words.reason))
    return Home(industry.aspect(words.aspect).id, None)


def told_apart(
    voice: Sequence[Mention], emergency: Mention, *, tags: Tags, industry: Industry, home: Home
) -> list[Mention]:
    """Returns the complaints of one critical voice, its emergency as one of its own.

    Args:
        voice: The negative mentions of it that count.
        emergency: What is known of the voice, and the sentence that tells of the emergency.
        tags: The voice.
        industry: Its taxonomy.
        home: Where the emergency belongs.
    """
    dangers = _dangers(tags, industry)
    at_home = [one for one in voice if one.aspect_id == home.aspect_id]
    apart = replace(
        emergency,
        aspect_id=home.aspect_id,
        topic_id=home.topic_id or next((one.topic_id for one in at_home), None),
        opinions=tuple(opinion for one in at_home for opinion in one.opinions)
        or emergency.opinions,
    )
    calm = [
        calmed(one) for one in voice if one not in at_home and not _is_within(one.evidence, dangers)
    ]
    return [*calm, apart]


def pressing(
    voice: Sequence[Mention], emergency: Mention, *, tags: Tags, industry: Industry
) -> list[Mention]:
    """Returns the complaints of one critical voice of whose danger the taxonomy names no home.

    The danger presses what is said in its clause, else what is said nearest to it within a few
    words, and nothing besides: who was hurt by a door complains of mosquitoes like anybody. Where
    nothing is heard so near, it is an emergency of its own.

    Args:
        voice: The negative mentions of it that count.
        emergency: What is known of the voice, and the sentence that tells of the emergency.
        tags: The voice.
        industry: Its taxonomy.
    """
    dangers = _dangers(tags, industry)
    if not dangers:
        return list(voice)
    away = {
        at: _distance(one.evidence, dangers)
        for at, one in enumerate(voice)
        if one.aspect_id != UNHEARD
    }
    least = min(away.values(), default=_NEAR)
    if least >= _NEAR:
        return [*map(calmed, voice), emergency]
    return [one if away.get(at) == least else calmed(one) for at, one in enumerate(voice)]


def is_over(tags: Tags, industry: Industry, said_on: date) -> bool:
    """Says whether all dangers that a critical voice tells of were over long before it spoke.

    What was told with its year may be told again without one.

    Args:
        tags: The voice.
        industry: Its taxonomy.
        said_on: When it was said.
    """
    told = (normalise(tags.text[start:end]).text for start, end in sentences(tags.text))
    dangers = [(one, words) for one in told if (words := words_of_danger(one, industry))]
    past = {word for one, words in dangers if is_long_ago(one, said_on) for word in words}
    return bool(past) and all(
        is_long_ago(one, said_on) or (is_undated(one) and past.issuperset(words))
        for one, words in dangers
    )


def _distance(evidence: Sequence[Span], dangers: Sequence[tuple[int, int]]) -> int:
    """Returns how far what a complaint rests on is from the nearest danger; 0 where they meet."""
    return min(
        (
            max(0, span.start - end + 1, start - span.end + 1)
            for span in evidence
            for start, end in dangers
        ),
        default=_NEAR,
    )


def calmed(mention: Mention) -> Mention:
    """Returns a complaint that nothing presses."""
    return replace(mention, urgency="normal", urgency_reasons=())


def tells_of_danger(mention: Mention, industry: Industry | None) -> bool:
    """Says whether what a complaint rests on tells of a danger."""
    return any(_is_critical(span.text, industry) for span in mention.evidence)


def _dangers(tags: Tags, industry: Industry) -> list[tuple[int, int]]:
    """Returns the clauses that tell of a danger, in the offsets of `tags.text`."""
    return [
        (start, end)
        for start, end in clauses(tags.text)
        if _is_critical(tags.text[start:end], industry)
    ]


def _is_within(evidence: Sequence[Span], dangers: Sequence[tuple[int, int]]) -> bool:
    """Says whether all that a complaint rests on stands in clauses of danger."""
    return bool(evidence) and all(
        any(start <= span.start and span.end <= end for start, end in dangers) for span in evidence
    )


def _is_critical(said: str, industry: Industry | None) -> bool:
    return bool(words_of_danger(normalise(said).text, industry))


def telling_span(tags: Tags, industry: Industry | None) -> Span:
    """Returns the sentence that tells of an emergency, in the offsets of `tags.text`.

    It is the first one with a critical word, else the one with the first negative opinion, else the
    first; a very short one is told with those beside it.

    Args:
        tags: The voice.
        industry: The industry whose words of urgency count too.
    """
    spans = sentences(tags.text)
    if not spans:
        return Span(0, len(tags.text), tags.text)
    first = last = _telling(tags, spans, industry)
    while spans[last][1] - spans[first][0] < _LEAST_SAID and (first, last) != (0, len(spans) - 1):
        if last + 1 < len(spans):
            last += 1
        else:
            first -= 1
    start, end = spans[first][0], spans[last][1]
    return Span(start, end, tags.text[start:end])


def _telling(tags: Tags, spans: list[tuple[int, int]], industry: Industry | None) -> int:
    for index, (start, end) in enumerate(spans):
        if _is_critical(tags.text[start:end], industry):
            return index
    judged = [item.opinion.start for item in tags.opinions if item.sentiment == "negative"]
    at = min(judged, default=0)
    return next((index for index, (_, end) in enumerate(spans) if at < end), 0)
