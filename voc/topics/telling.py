"""Which clauses tell what their voice is about: those that judge something or ask for it.

A long complaint narrates: when the flat was bought, who was called, what the office answered. It
is about what it judges and what it asks for; the rest would make themes of what many stories
have in common, as 家长 or 劳动局, and no problem is in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from voc.config.industries import Industry
from voc.topics.clauses import Clause
from voc.topics.wordlists import word_sets
from voc.topics.words import Reader

_SHORT_VOICE: Final = 3
"""A voice of so many clauses narrates nothing: all of it counts."""
_LEAST_ASKED: Final = 2
"""So many words with content say what is asked for; 请有关部门处理 asks for nothing."""


def telling(clauses: Sequence[Clause], industry: Industry) -> list[Clause]:
    """Returns the clauses that tell what their voices are about, in their order.

    Of a voice of more than three clauses these are the ones with an opinion and those that ask for
    something. All of a voice is returned where it is shorter, or where it has no such clause; so
    no voice is lost.

    Args:
        clauses: The clauses of any number of voices.
        industry: The taxonomy whose words customers use.
    """
    sizes = Counter(clause.feedback_id for clause in clauses)
    asking = _asking(clauses, industry)
    tells = [bool(clause.opinions) or at in asking for at, clause in enumerate(clauses)]
    told = {clause.feedback_id for clause, one in zip(clauses, tells, strict=True) if one}
    return [
        clause
        for clause, one in zip(clauses, tells, strict=True)
        if one or sizes[clause.feedback_id] <= _SHORT_VOICE or clause.feedback_id not in told
    ]


def _asking(clauses: Sequence[Clause], industry: Industry) -> set[int]:
    """Returns the places of clauses that ask for something that they name."""
    anywhere, first = word_sets("asking")
    found = [
        at
        for at, clause in enumerate(clauses)
        if clause.text.startswith(tuple(first)) or any(word in clause.text for word in anywhere)
    ]
    readings = Reader(industry).read([clauses[at].text for at in found])
    return {
        at
        for at, reading in zip(found, readings, strict=True)
        if len(set(reading.content())) >= _LEAST_ASKED
    }
