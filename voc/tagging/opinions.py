"""Finds opinions: the words that judge, and what they judge.

An opinion is a judging word with its negation and degree (不太好, 有点小, 顿挫严重). Its target is
the noun right after it (恶劣的态度), else the nearest keyword of the industry or noun phrase before
it in the clause, else what a short clause before names without judging it (保湿效果,挺好的). It has
none where the product as a whole is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from voc.tagging.hits import Hit
from voc.tagging.rules import ClauseJudgement, Judgement
from voc.tagging.targets import Keywords, Spot, TargetFinder
from voc.text.matching import IdentityCache

_FAINTEST: Final = 0.15  # what says less is no opinion
_LONGEST_NAMING_CLAUSE: Final = 9
_SENTENCE_ENDS: Final = "。!?！？\n"
_LEADING: Final = re.compile(
    "(?:真的是|真的|真是|真心的|确实|的确|着实|实在是|实在|一直都|一直|总是|老是|经常|常常|时常|就是"
    "|还是比较|还是|也还算|也还|也算|也是|也|全都|都|全部|全是|全|感觉|算是|是|根本|简直|绝对|完全"
    "|再|又|并|却|还(?=挺|蛮|很|比较))+"
)
_TAKES_DE: Final = ("挺", "蛮", "还是", "满", "怪")
_KEYWORDS: Final = IdentityCache(Keywords)


@dataclass(frozen=True, slots=True)
class FoundOpinion:
    """An opinion in a normalised text.

    Attributes:
        target: What is judged, as `[start, end)`; `None` where it is implied.
        opinion: The words that judge.
        polarity_score: What they say, in [-1, 1].
    """

    target: Spot | None
    opinion: Spot
    polarity_score: float


class _Draft(NamedTuple):
    """The opinions of one clause: what judges, and where it stands."""

    clause: ClauseJudgement
    before: ClauseJudgement | None
    hits: list[list[Hit]]
    spans: list[Spot]


def find_opinions(
    text: str, judgement: Judgement, *, targets: Collection[str] = ()
) -> list[FoundOpinion]:
    """Finds the opinions of a text, in order.

    Args:
        text: The normalised text.
        judgement: What `judge` says of it.
        targets: Keywords of the industry, normalised, that win over other nouns. What is made of
            them is kept as long as the same object comes again.
    """
    drafts = _drafts(text, judgement.clauses)
    if not drafts:
        return []
    spans = [span for draft in drafts for span in draft.spans]
    finder = TargetFinder(text, _KEYWORDS.get(targets), spans)
    return [opinion for draft in drafts for opinion in _of_clause(text, draft, finder)]


def _drafts(text: str, clauses: Sequence[ClauseJudgement]) -> list[_Draft]:
    drafts = []
    before: ClauseJudgement | None = None
    for clause in clauses:
        if clause.hits and not (clause.question or clause.hypothetical):
            groups = _merged(
                [hit for hit in clause.hits if hit.kind != "act" and abs(hit.score) >= _FAINTEST]
            )
            if groups:
                spans = [_span(text, clause.end, hits) for hits in groups]
                drafts.append(_Draft(clause, before, groups, spans))
        before = clause
    return drafts


def _merged(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Groups hits whose phrases overlap."""
    groups: list[list[Hit]] = []
    for hit in hits:
        if groups and hit.phrase_start < groups[-1][-1].phrase_end:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _span(text: str, clause_end: int, hits: Sequence[Hit]) -> Spot:
    """Returns the words of an opinion: without leading adverbs, with the 的 of 挺好的."""
    start, end = hits[0].phrase_start, hits[-1].phrase_end
    adverbs = _LEADING.match(text, start, hits[0].start)
    if adverbs:
        start = adverbs.end()
    following = text[end : end + 1] if end < clause_end else ""
    takes = (following == "的" and text.startswith(_TAKES_DE, start)) or (
        following == "了" and text[start] == "太"
    )
    return start, end + takes


def _of_clause(text: str, draft: _Draft, finder: TargetFinder) -> list[FoundOpinion]:
    found = []
    left = draft.clause.start
    for hits, (start, end) in zip(draft.hits, draft.spans, strict=True):
        target = finder.after(end) or finder.before(left, start)
        if target is None and left == draft.clause.start and _names(text, draft.before):
            target = finder.before(draft.before.start, draft.before.end) if draft.before else None
        score = max((hit.score for hit in hits), key=abs)
        found.append(FoundOpinion(target, (start, end), score))
        left = end
    return found


def _names(text: str, clause: ClauseJudgement | None) -> bool:
    """Whether a clause may only name what the next one judges."""
    return (
        clause is not None
        and not clause.hits
        and clause.end - clause.start <= _LONGEST_NAMING_CLAUSE
        and text[clause.end - 1] not in _SENTENCE_ENDS
    )
