"""The complaints that issues and their orders are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from voc.config import Industry
from voc.issues import as_problems, chains_of, doubted, joined, placed_by_theme
from voc.issues.grouping import group_rules
from voc.pipeline.emergencies import with_emergencies
from voc.records import UNHEARD, Mention, is_vague
from voc.store import Store


def complaints_of(
    store: Store,
    *,
    model: str,
    industries: Mapping[str, Industry],
    min_score: float,
    twins: Mapping[str, str],
) -> list[Mention]:
    """Returns negative mentions, with those of emergencies told apart; see `with_emergencies`.

    What is said of a theme that has a twin is said of the one that stands for both. A theme in
    which several voices say nothing alike, as 家长（多方面）, is no problem that they share: what
    is said of it is of no theme here. Those that hardly complain are marked as doubtful. What no
    aspect hears is placed by its theme; see `voc.issues.hearing`.

    Args:
        store: What is read.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left out.
        min_score: Lowest probability of a mention that counts.
        twins: The theme that stands for another, by the other's id; see `twins_of`.
    """
    themes = {topic.topic_id: topic.topic for topic in store.topics(with_muted=True)}
    vague = {topic_id for topic_id, name in themes.items() if is_vague(name)}
    negative = store.mentions(
        model=model, industry=sorted(industries), sentiment="negative", with_unheard=True
    )
    counted = [
        _of_problem(joined(mention, twins), vague)
        for mention in doubted(negative)
        if mention.score >= min_score
    ]
    placed = placed_by_theme(counted, rules=group_rules(industries))
    problems = as_problems(placed, themes, chains=chains_of(industries))
    return with_emergencies(store, problems, model=model, industries=industries)


def counting(store: Store, complaints: Iterable[Mention], cutoff: datetime) -> list[Mention]:
    """Returns complaints without those dated in the future, which count later.

    Emergencies cannot wait for a time that is wrong: they count for when they came in.

    Args:
        store: What the complaints were read from.
        complaints: As `complaints_of` returns them.
        cutoff: From when on voices are dated in the future; see `cutoff_of`.
    """
    found = []
    for mention in complaints:
        if mention.occurred_at >= cutoff and mention.urgency == "critical":
            voice = store.feedback(mention.feedback_id)
            mention = replace(mention, occurred_at=voice.ingested_at) if voice else mention
        if mention.occurred_at < cutoff:
            found.append(mention)
    return found


def _of_problem(mention: Mention, vague: Collection[str]) -> Mention:
    is_lost = mention.topic_id in vague and mention.aspect_id != UNHEARD
    return replace(mention, topic_id=None) if is_lost else mention
