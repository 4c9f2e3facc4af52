"""Doubts: voices that were heard to complain, but hardly do, or rather of something else.

A model that mistakes a word reads praise as a complaint (送货小哥帮我提垃圾下楼). Whether a voice
as a whole praises is judged by other means: by its rating, else by its tone. What such a voice
complains of is believed where it says so in one piece (油耗略高) or turns to it (就是…, 但是…).
A clause that is much more surely heard of another aspect is believed to speak of that one. One that
is heard with little certainty, or of no aspect, must say that something is wrong:
她把袋子往柜台里一收 names a bag.

Doubtful voices make no issue and no alert. They count in those that others make.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from voc.records import UNHEARD, Mention
from voc.tagging.rules import judge
from voc.text.normalise import normalise

_SURER: Final = 0.25
"""By how much another aspect must be surer of a clause to have it alone."""
_SURE: Final = 0.7
"""From this probability on, a complaint is believed without a word that says what is wrong."""
_BAD: Final = -0.05
"""Up to this, of −1 to 1, the lexicon judges that a clause says something bad; 0 is nothing."""
_TURNS: Final = re.compile(
    "[\\s，,。.！!…~～]*(?:就是|但|不过|可是|只是|可惜|唯一|然而|却|美中不足|除了|缺点|不足|遗憾)"
)
_SPACE: Final = re.compile(r"\s+")


def doubted(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Yields complaints, those marked that make no issue.

    Args:
        mentions: Negative mentions; those of one feedback follow one another.
    """
    for _, together in groupby(mentions, key=lambda mention: mention.feedback_id):
        voice = list(together)
        for mention in voice:
            yield replace(mention, is_doubtful=True) if _is_doubtful(mention, voice) else mention


def _is_doubtful(mention: Mention, voice: Sequence[Mention]) -> bool:
    if mention.urgency == "critical":
        return False
    if mention.is_praise and not _complains(mention):
        return True
    is_unsure = mention.score < _SURE or mention.aspect_id == UNHEARD
    if mention.evidence and is_unsure and not _says_wrong(mention):
        return True
    others = [one for one in voice if one.score >= mention.score + _SURER]
    taken = {span for other in others for span in other.evidence}
    return bool(mention.evidence) and taken.issuperset(mention.evidence)


def _says_wrong(mention: Mention) -> bool:
    """Says whether a clause holds an opinion, or words that judge badly."""
    if mention.opinions:
        return True
    return any(judge(normalise(span.text).text).score <= _BAD for span in mention.evidence)


def _complains(mention: Mention) -> bool:
    """Says whether a clause says in one piece what is wrong, or turns to it."""
    opinions = [_SPACE.sub("", opinion) for opinion in mention.opinions]
    clauses = [_SPACE.sub("", span.text) for span in mention.evidence]
    return any(
        _TURNS.match(clause) or any(opinion in clause for opinion in opinions) for clause in clauses
    )
