"""Complaints that no aspect of a taxonomy hears, as 餐具没给 where no aspect is of cutlery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from voc.records import UNHEARD, AspectMention, Span, Tags
from voc.text.sentences import clauses

_NARRATES: Final = 8
"""A text of more clauses narrates; what it says beside what it judges is of that story."""


def unheard(tags: Tags, stretches: Sequence[tuple[int, int]]) -> tuple[AspectMention, ...]:
    """Returns the clauses in which a text complains, and no aspect is heard.

    These are the clauses that hold a bad opinion, or what it judges, and no evidence of an aspect.
    Of a short text that complains as a whole, of which neither an aspect nor an opinion tells what
    of, all clauses are returned that praise nothing. Of a long text in which an aspect hears a
    complaint none is: who tells how a flat was bought complains of the flat.

    Args:
        tags: What was found in the text, with its sentiment, aspects and opinions.
        stretches: `[start, end)` of what the customer says in it, in code points.

    Returns:
        A mention of `UNHEARD` for each clause, in order; its score is the probability that the text
        complains.
    """
    if tags.sentiment is None:
        return ()
    said = list(_said(tags.text, stretches))
    is_heard = any(mention.sentiment == "negative" for mention in tags.aspects)
    is_long = len(said) > _NARRATES
    if is_heard and is_long:
        return ()
    heard = [span for mention in tags.aspects for span in mention.evidence]
    left = [span for span in said if not _touches_any(span, heard)]
    judged = [item for item in tags.opinions if item.sentiment == "negative"]
    bad = [span for item in judged for span in (item.target, item.opinion) if span]
    told = [span for span in left if _touches_any(span, bad)]
    if tags.sentiment.label == "negative" and not (bad or is_heard or is_long):
        praise = [item.opinion for item in tags.opinions if item.sentiment == "positive"]
        told = [span for span in left if not _touches_any(span, praise)]
    score = tags.sentiment.probabilities.get("negative", 0.0)
    return tuple(AspectMention(UNHEARD, "", "negative", score, (span,)) for span in told)


def _said(text: str, stretches: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Yields the clauses of what the customer says."""
    for first, last in stretches:
        for start, end in clauses(text[first:last]):
            yield Span(first + start, first + end, text[first + start : first + end])


def _touches_any(span: Span, others: Sequence[Span]) -> bool:
    return any(map(span.touches, others))
