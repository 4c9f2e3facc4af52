"""Complaints that no aspect hears, placed by what others of their theme are heard to speak of.

分量 hears 三块肉也好意思卖 in some voices and not in others, which are of its theme all the same: a
theme of which two thirds of the voices speak of one aspect is a problem of that aspect. One of
which they do not, as 餐具没给 where no aspect is of cutlery, is a problem of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from voc.issues.naming import VAGUE
from voc.records import UNHEARD, Mention, is_mixed, told_of
from voc.topics.phrases import is_trouble


def placed_by_theme(complaints: Iterable[Mention], themes: Mapping[str, str]) -> list[Mention]:
    """Returns complaints, those that no aspect hears as ones of the aspect of their theme.

    One is dropped whose voice is heard to complain of that aspect anyway, and one without a theme,
    or of one that names no trouble, as 石锅拌饭（说好等）: nobody could tell what it is of.

    Args:
        complaints: Negative mentions that count.
        themes: The names of themes by id.
    """
    rows = list(complaints)
    aspects = _aspects_of_themes(rows)
    heard = {(one.feedback_id, one.aspect_id) for one in rows if one.aspect_id != UNHEARD}
    found = []
    for one in rows:
        if one.aspect_id == UNHEARD:
            aspect_id = aspects.get((one.industry, one.topic_id or ""), UNHEARD)
            is_told = aspect_id != UNHEARD or _tells(themes.get(one.topic_id or "", ""))
            if not is_told or (one.feedback_id, aspect_id) in heard:
                continue
            one = replace(one, aspect_id=aspect_id)
        found.append(one)
    return found


def _tells(theme: str) -> bool:
    """Says whether a theme names a problem, or a subject and what is wrong with it.

    One that is gone does not, nor does one that only judges, as 太差.
    """
    if not theme:
        return False
    return is_trouble(told_of(theme)) if is_mixed(theme) else theme not in VAGUE


def _aspects_of_themes(complaints: Sequence[Mention]) -> dict[tuple[str, str], str]:
    """Returns the aspect that two thirds of the voices of a theme speak of, where one is."""
    voices: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in complaints:
        if one.topic_id is not None and not one.is_doubtful:
            voices[one.industry, one.topic_id][one.aspect_id].add(one.feedback_id)
    found = {}
    for theme, by_aspect in voices.items():
        everyone = set().union(*by_aspect.values())
        sizes = Counter({name: len(each) for name, each in by_aspect.items() if name != UNHEARD})
        for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:1]:
            if 3 * size >= 2 * len(everyone):
                found[theme] = name
    return found
