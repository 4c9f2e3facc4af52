"""Voices by problem: which complaints speak of the same thing in the same place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol, TypeVar

from voc.config import Aspect, Industry
from voc.issues.severity import Negativity
from voc.records import UNHEARD, UNPLACED, URGENCIES, Issue, Mention, Span

ASPECT_NAMES: Final = {UNPLACED: "紧急情况", UNHEARD: "其他问题"}
"""What stands for the aspect of issues that are of none."""

_BOTH = ("product", "store")

Spoken = TypeVar("Spoken", Issue, Mention)

Matter = tuple[str, str]
"""What is complained of: an industry, and an aspect or a theme of what no aspect hears, by id."""

StandingOut = Mapping[Matter, frozenset[str]]
"""Of each matter that the stores of a chain share, those with a problem of their own."""


class Placed(Protocol):
    """What speaks of an aspect in a place: a voice, an issue, or what tells them apart."""

    @property
    def industry(self) -> str: ...
    @property
    def aspect_id(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    @property
    def store(self) -> str | None: ...
    @property
    def topic_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What tells the problems of each aspect apart.

    Attributes:
        group_by: `group_by` of each aspect by (industry, aspect id).
        standing_out: What chains share, and the stores that stand out of it.
        chains: The industries whose stores are chains.
    """

    group_by: Mapping[tuple[str, str], Sequence[str]]
    standing_out: StandingOut = field(default_factory=dict)
    chains: Collection[str] = frozenset()

    def may_be_shared(self, key: GroupKey) -> bool:
        """Says whether a group may be what all stores of a chain share."""
        is_placeless = key.product is None and key.store is None and key.topic_id is None
        return is_placeless and key.industry in self.chains and self.is_by_store(key)

    def is_by_store(self, item: Placed) -> bool:
        """Says whether the taxonomy tells it apart by store, and by nothing else that it names.

        So it is of an aspect that is grouped by product and store, where voices name no product.
        """
        rule = self.group_by.get((item.industry, item.aspect_id or ""), ())
        return "store" in rule and (item.product is None or "product" not in rule)

    def of(self, item: Placed) -> Sequence[str]:
        """Returns what voices of an aspect are grouped by; both places where nobody says.

        Nothing, where the store is one of a chain that shares the problem. What no aspect hears in
        a chain is by store.
        """
        if item.aspect_id is None:
            return _BOTH
        matter = matter_of(item.industry, item.aspect_id, item.topic_id)
        apart = self.standing_out.get(matter)
        is_unheard = item.aspect_id == UNHEARD
        is_shared = apart is not None and item.store not in apart
        if is_shared and (is_unheard or self.is_by_store(item)):
            return ()
        is_of_store = is_unheard and item.store and item.industry in self.chains
        return ("store",) if is_of_store else self.group_by.get(matter, _BOTH)


def matter_of(industry: str, aspect_id: str, topic_id: str | None) -> Matter:
    """Returns what is complained of: an aspect, or the theme of what no aspect hears."""
    return industry, (topic_id or "") if aspect_id == UNHEARD else aspect_id


class GroupKey(NamedTuple):
    """What two voices must share to be one problem; a part that need not be equal is `None`.

    The topic stands in for the aspect where a voice names none of the places it should be grouped
    by: one theme is one problem, whatever aspects its voices are heard to speak of; and where no
    aspect hears it. That of an emergency without an aspect is its reason.
    """

    industry: str
    aspect_id: str | None
    product: str | None
    store: str | None
    topic_id: str | None = None


def issue_key(issue: Issue, rules: Rules, twins: Mapping[str, str]) -> GroupKey:
    """Returns the group that an issue stands for; `twins` are themes that others stand for."""
    issue = joined(issue, twins)
    return _key(issue, rules.of(issue))


def joined(item: Spoken, twins: Mapping[str, str]) -> Spoken:
    """Returns a mention or an issue as one of the theme that stands for its own.

    Args:
        item: The mention or the issue.
        twins: The theme that stands for another, by the other's id.
    """
    twin = twins.get(item.topic_id or "")
    return replace(item, topic_id=twin) if twin else item


def commonest_aspect(voices: Sequence[Mention]) -> str:
    """Returns the aspect that most voices speak of, of several the first by id."""
    counts = Counter(voice.aspect_id for voice in voices)
    return min(counts, key=lambda aspect_id: (-counts[aspect_id], aspect_id))


def _key(item: Issue | Mention, rule: Sequence[str]) -> GroupKey:
    """Returns a key by topic where topics tell problems apart, as reasons do for emergencies."""
    product = item.product if "product" in rule else None
    store = item.store if "store" in rule else None
    by_topic = item.aspect_id in (UNPLACED, UNHEARD) or is_placeless(rule, product, store)
    if by_topic and item.topic_id is not None:
        return GroupKey(item.industry, None, product, store, item.topic_id)
    return GroupKey(item.industry, item.aspect_id, product, store)


def is_placeless(rule: Sequence[str], product: str | None, store: str | None) -> bool:
    """Whether places should tell problems apart, and none is named."""
    return bool(rule) and product is None and store is None


def group_voices(
    mentions: Iterable[Mention], *, rules: Rules, min_score: float
) -> dict[GroupKey, list[Mention]]:
    """Gathers the negative mentions that count, one a feedback, by the problem they speak of.

    The result does not depend on the order of `mentions`: each group is sorted by time and id, and
    several mentions of one problem in one feedback are one voice, of the aspect it surest speaks
    of. Voices that name none of the places they should be grouped by are grouped by topic, since
    all of a city's complaints about building are not one problem, and those of one estate are,
    be they of building or of noise; those without a topic are left out unless they are critical,
    or no voice of their industry has one.

    Args:
        mentions: Mentions of any polarity, in any order.
        rules: What must be equal; an aspect that they do not know is grouped by product and store.
        min_score: Lowest probability of a mention that counts.
    """
    counted = that_count(mentions, min_score=min_score)
    with_topics = {
        mention.industry
        for mention in counted
        if mention.topic_id is not None and mention.aspect_id != UNPLACED
    }
    groups: dict[GroupKey, dict[str, Mention]] = {}
    for mention in counted:
        key = key_of(mention, rules, has_topics=mention.industry in with_topics)
        if key is None:
            continue
        group = groups.setdefault(key, {})
        known = group.setdefault(mention.feedback_id, mention)
        if known is not mention:
            group[mention.feedback_id] = merged(known, mention)
    return {
        key: sorted(group.values(), key=lambda voice: (voice.occurred_at, voice.feedback_id))
        for key, group in groups.items()
    }


def that_count(mentions: Iterable[Mention], *, min_score: float) -> list[Mention]:
    """Returns the negative mentions that count, the urgency of each voice once."""
    return urgent_once(
        [
            mention
            for mention in mentions
            if mention.sentiment == "negative" and mention.score >= min_score
        ]
    )


def key_of(mention: Mention, rules: Rules, *, has_topics: bool) -> GroupKey | None:
    """Returns the group of a mention, or `None` where it is of no problem that could be told apart.

    Args:
        mention: What is said of an aspect.
        rules: What aspects are grouped by.
        has_topics: Whether voices of the industry have topics at all.
    """
    if mention.aspect_id == UNHEARD and mention.topic_id is None:
        return None
    rule = rules.of(mention)
    key = _key(mention, rule)
    is_lost = is_placeless(rule, key.product, key.store) and key.topic_id is None
    if is_lost and has_topics and mention.urgency != "critical":
        return None
    return key


def aspect_of(industries: Mapping[str, Industry], industry: str, aspect_id: str) -> Aspect | None:
    """Returns the aspect with that id, or `None` where the taxonomy or the aspect is unknown."""
    known = industries.get(industry)
    if known is None:
        return None
    return next((aspect for aspect in known.all_aspects() if aspect.id == aspect_id), None)


def aspect_name(industries: Mapping[str, Industry], industry: str, aspect_id: str) -> str:
    """Returns what an aspect is called, its id where its taxonomy does not know it."""
    aspect = aspect_of(industries, industry, aspect_id)
    return aspect.name if aspect else ASPECT_NAMES.get(aspect_id, aspect_id)


def group_rules(
    industries: Mapping[str, Industry], standing_out: StandingOut | None = None
) -> Rules:
    """Returns what the voices of each aspect are grouped by.

    Args:
        industries: Taxonomies by id.
        standing_out: What chains share; see `voc.issues.chains`. `None`: nothing.
    """
    return Rules(
        {
            (industry_id, aspect.id): aspect.group_by
            for industry_id, industry in industries.items()
            for aspect in industry.all_aspects()
        },
        standing_out or {},
        chains_of(industries),
    )


def chains_of(industries: Mapping[str, Industry]) -> set[str]:
    """Returns the industries whose stores are chains."""
    return {industry_id for industry_id, industry in industries.items() if industry.chain}


Polarities = Mapping[tuple[str, str, str | None, str | None], tuple[int, int]]
"""Negative and all mentions by (industry, aspect id, product, store)."""


def negativity_by_group(polarities: Polarities, rules: Rules) -> dict[GroupKey, Negativity]:
    """Returns how many of all mentions complain, by aspect and the places it is told apart by.

    That of voices that name no place stands for each theme among them.
    """
    sums: dict[GroupKey, tuple[int, int]] = {}
    for (industry, aspect_id, product, store), (negative, total) in polarities.items():
        place = GroupKey(industry, aspect_id, product, store)
        rule = rules.of(place)
        key = place._replace(
            product=product if "product" in rule else None,
            store=store if "store" in rule else None,
        )
        known = sums.get(key, (0, 0))
        sums[key] = known[0] + negative, known[1] + total
    return {key: Negativity(negative, total) for key, (negative, total) in sums.items()}


def urgent_once(mentions: Sequence[Mention]) -> list[Mention]:
    """Leaves the urgency of a voice with the aspect it surest complains of, if any hears it.

    Who broke a tooth on a wire and found it dear too has one emergency, not two.
    """
    surest: dict[str, Mention] = {}
    for mention in mentions:
        known = surest.setdefault(mention.feedback_id, mention)
        if _by_sureness(mention) < _by_sureness(known):
            surest[mention.feedback_id] = mention
    return [
        mention
        if surest[mention.feedback_id].aspect_id == mention.aspect_id
        else replace(mention, urgency="normal", urgency_reasons=())
        for mention in mentions
    ]


def _by_sureness(mention: Mention) -> tuple[bool, float, str]:
    return mention.aspect_id == UNHEARD, -mention.score, mention.aspect_id


def merged(one: Mention, other: Mention) -> Mention:
    """Joins two mentions of one feedback into one voice, the same whichever came first.

    It speaks of the aspect of the surer one. What either heard its topic in stays first.
    """
    surer = min(one, other, key=_by_sureness)
    firsts = {*one.evidence[:1], *other.evidence[:1]}
    spans = {*one.evidence, *other.evidence}
    topics = [topic for topic in (one.topic_id, other.topic_id) if topic is not None]
    return replace(
        one,
        aspect_id=surer.aspect_id,
        occurred_at=min(one.occurred_at, other.occurred_at),
        score=max(one.score, other.score),
        evidence=(*sorted(firsts, key=_place), *sorted(spans - firsts, key=_place)),
        urgency=max(one.urgency, other.urgency, key=URGENCIES.index),
        urgency_reasons=tuple(sorted({*one.urgency_reasons, *other.urgency_reasons})),
        opinions=tuple(sorted({*one.opinions, *other.opinions})),
        topic_id=min(topics, default=None),
        is_doubtful=one.is_doubtful and other.is_doubtful,
    )


def _place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.text
