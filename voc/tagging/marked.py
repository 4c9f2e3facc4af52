"""Opinions that the encoder marked by tokens, as spans of a text."""

from __future__ import annotations

from collections.abc import Sequence

from voc.inference.encoder import TokenStates
from voc.inference.spans import SpannedOpinion, Spot
from voc.records import POLARITIES, Opinion, Span
from voc.tagging.prepare import EDGES, Prepared


def marked_opinions(
    text: Prepared, states: TokenStates, found: Sequence[SpannedOpinion]
) -> tuple[Opinion, ...]:
    """Returns what was found by tokens as spans of a text; half a number is no span."""
    if text.says_nothing:
        return ()
    opinions = []
    for each in found:
        opinion = _span(text, states, each.opinion)
        if opinion.text.strip(EDGES) and not _cuts_a_number(text.text, opinion):
            target = _span(text, states, each.target) if each.target else None
            if target and _cuts_a_number(text.text, target):
                target = None
            opinions.append(Opinion(target, opinion, POLARITIES[int(each.polarity.argmax())]))
    return tuple(opinions)


def _cuts_a_number(text: str, span: Span) -> bool:
    """Says whether a digit stands on both sides of an end, as in 9 and 0分钟 of 90分钟."""
    ends = (text[max(at - 1, 0) : at + 1] for at in (span.start, span.end))
    return any(len(around) > 1 and around.isdecimal() for around in ends)


def _span(text: Prepared, states: TokenStates, spot: Spot) -> Span:
    """Returns the span of a text between two tokens; no 的 that a piece begins with is part of it.

    The tokenizer has pieces such as 的味道, whose first word ends what stands before.
    """
    start, end = int(states.offsets[spot[0], 0]), int(states.offsets[spot[1], 1])
    first = text.normalised.text[start : int(states.offsets[spot[0], 1])]
    return text.span(start + (len(first) > 1 and first[0] == "的"), end)
