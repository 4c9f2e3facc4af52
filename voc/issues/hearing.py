"""Complaints placed by what others of their theme are heard to speak of.

分量 hears 三块肉也好意思卖 in some voices and not in others, which are of its theme all the same: a
theme of which two thirds of the voices speak of one aspect is a problem of that aspect. One of
which they do not, as 餐具没给 where no aspect is of cutlery, is a problem of its own: one for all
places, if it has a name that says what is wrong, else one in each product or store, as what three
voices say of 发票 in one store within days.

What an aspect hears whose voices name none of the places it is told apart by is grouped by theme,
and placed likewise: who finds the fish 太贵 complains of the price, though 口感 hears the fish.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from voc.issues.grouping import Rules, key_of
from voc.issues.moods import RATING, is_mood
from voc.records import UNHEARD, Issue, Mention, is_vague, reason_of
from voc.topics.phrases import is_bare_subject

_SPOKEN_OF: Final = 4


def placed_by_theme(complaints: Iterable[Mention], *, rules: Rules) -> list[Mention]:
    """Returns complaints, those that their theme alone tells apart as ones of its aspect.

    Those are what no aspect hears, and what is grouped by theme for want of a place, unless it is
    urgent. One is dropped whose voice is heard to complain of that aspect anyway, and one that no
    aspect hears without a theme: nobody could tell what it is of.

    Args:
        complaints: Negative mentions that count.
        rules: What aspects are grouped by.
    """
    rows = list(complaints)
    aspects = _main_aspects(rows)
    heard = {(one.feedback_id, one.aspect_id) for one in rows if one.aspect_id != UNHEARD}
    found = []
    for one in rows:
        if one.aspect_id == UNHEARD and one.topic_id is None:
            continue
        aspect_id = aspects.get((one.industry, one.topic_id or ""), one.aspect_id)
        if aspect_id != one.aspect_id and _is_told_by_theme(one, rules):
            if (one.feedback_id, aspect_id) in heard:
                continue
            one = replace(one, aspect_id=aspect_id)
        found.append(one)
    return found


def _is_told_by_theme(one: Mention, rules: Rules) -> bool:
    if one.aspect_id == UNHEARD:
        return True
    key = key_of(one, rules, has_topics=True)
    return one.urgency == "normal" and key is not None and key.topic_id is not None


def as_problems(
    complaints: Iterable[Mention],
    themes: Mapping[str, str],
    *,
    chains: Container[str] = frozenset(),
) -> Iterator[Mention]:
    """Yields complaints as issues group them: of no place where they are one problem for all.

    That is where no aspect hears them and their theme names trouble; but what a store of a chain is
    heard to have stays of that store, until others share it (see `voc.issues.chains`). Of other
    themes that no aspect hears only what names a product or a store can be a problem, of that
    place, and none that only judges, as 推荐（多方面）. What a rating is given for is none at all.

    Args:
        complaints: As `placed_by_theme` returns them.
        themes: The names of themes by id.
        chains: The industries whose stores are chains.
    """
    for one in complaints:
        theme = themes.get(one.topic_id or "", "")
        if RATING.search(theme):
            continue  # 一星给快递小哥 praises him
        if one.aspect_id != UNHEARD:
            yield one
        elif names_trouble(theme):
            yield replace(one, product=None, store=one.store if one.industry in chains else None)
        elif (one.product or one.store) and not is_mood(theme):
            yield one


def is_stale(
    issue: Issue, themes: Mapping[str, str], *, chains: Container[str] = frozenset()
) -> bool:
    """Says whether an issue stands on a theme that its voices do not make it by any more.

    That theme is gone, or several voices say nothing alike in it now; or what no aspect hears is
    one problem for all places now, or is not.

    Args:
        issue: Any issue.
        themes: The names of the themes that there are by id.
        chains: The industries whose stores are chains.
    """
    if issue.topic_id is None or reason_of(issue.topic_id) is not None:
        return False
    theme = themes.get(issue.topic_id)
    if theme is None:
        return True
    if issue.aspect_id != UNHEARD:
        return is_vague(theme)
    is_placed = issue.product is not None or issue.store is not None
    if names_trouble(theme):
        return is_placed and (issue.product is not None or issue.industry not in chains)
    return not is_placed


def names_trouble(theme: str) -> bool:
    """Says whether a theme names a problem, or a subject and what is wrong with it.

    One that only judges does not, as 太差, 失败问题 or 不满意等.
    """
    return bool(theme) and not is_mood(theme) and not is_bare_subject(theme)


def aspects_of_themes(
    complaints: Iterable[Mention],
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Returns the aspects that a quarter of the voices of a theme speak of, most of them first.

    Args:
        complaints: Negative mentions that count.

    Returns:
        The ids of aspects by (industry, id of the theme).
    """
    return {
        theme: tuple(name for name, size in sizes if _SPOKEN_OF * size >= everyone)
        for theme, (everyone, sizes) in _aspects_by_theme(complaints).items()
    }


def _main_aspects(complaints: Iterable[Mention]) -> dict[tuple[str, str], str]:
    """Returns the aspect that two thirds of the voices of a theme speak of, where one is."""
    return {
        theme: sizes[0][0]
        for theme, (everyone, sizes) in _aspects_by_theme(complaints).items()
        if sizes and 3 * sizes[0][1] >= 2 * everyone
    }


def _aspects_by_theme(
    complaints: Iterable[Mention],
) -> dict[tuple[str, str], tuple[int, list[tuple[str, int]]]]:
    """Returns how many voices each theme has, and how many of them speak of each aspect."""
    voices: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in complaints:
        if one.topic_id is not None and not one.is_doubtful:
            voices[one.industry, one.topic_id][one.aspect_id].add(one.feedback_id)
    found = {}
    for theme, by_aspect in voices.items():
        sizes = [(name, len(each)) for name, each in by_aspect.items() if name != UNHEARD]
        everyone = len(set().union(*by_aspect.values()))
        found[theme] = everyone, sorted(sizes, key=lambda item: (-item[1], item[0]))
    return found
