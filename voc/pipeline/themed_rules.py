"""Routing rules that name themes as people do: by name, whatever their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from voc.config import Settings
from voc.errors import nearest
from voc.pipeline.standing import standing_for
from voc.pipeline.taxonomies import industries_of
from voc.records import Topic
from voc.store import Store
from voc.workorders import RoutingRules, load_routing
from voc.workorders.matching import matches
from voc.workorders.rules import Rule


def rules_of(store: Store, settings: Settings) -> RoutingRules:
    """Loads the routing rules as `themed` gives them.

    Raises:
        ConfigError: The rules are wrong.
    """
    return themed(load_routing(settings.resolve(settings.routing.file)), store, settings)


def themed(
    rules: RoutingRules,
    store: Store,
    settings: Settings,
    *,
    twins: Mapping[str, str] | None = None,
) -> RoutingRules:
    """Returns routing rules with the ids of the themes whose names they say.

    A theme whose voices stand in the issues of another (see `voc.topics.twins`) is known by that
    one's id too. Names hold as themes are called at this moment.

    Args:
        rules: As they were loaded.
        store: Knows the themes.
        settings: For the taxonomies.
        twins: The theme that stands for another, by the other's id; `None`: they are looked for.
    """
    if not any(rule.when.topic for rule in rules.rules):
        return rules
    topics = store.topics(with_muted=True)
    if twins is None:
        industries, _ = industries_of(store, settings, sorted({one.industry for one in topics}))
        twins = standing_for(store, industries)
    found = tuple(
        rule.model_copy(
            update={
                "when": rule.when.model_copy(
                    update={"topic": tuple(dict.fromkeys(_names(rule.when.topic, topics, twins)))}
                )
            }
        )
        if rule.when.topic
        else rule
        for rule in rules.rules
    )
    return rules.model_copy(update={"rules": found})


def theme_notes(store: Store, rules: Sequence[Rule]) -> list[str]:
    """Returns a sentence for each theme that rules name and that there is not.

    A rule of industries of which there are no themes waits for these.
    """
    topics = store.topics(with_muted=True) if any(rule.when.topic for rule in rules) else []
    known = [name for topic in topics for name in (topic.topic, topic.topic_id)]
    industries = {topic.industry for topic in topics}
    return [
        f"rules.{number}.when.topic: there is no theme {name!r} now; voc topics lists them."
        f"{nearest(name, known)}"
        for number, rule in enumerate(rules)
        if not rule.when.industry or industries.intersection(rule.when.industry)
        for name in rule.when.topic
        if not any(matches(one, name) for one in known)
    ]


def _names(
    asked: Sequence[str], topics: Sequence[Topic], twins: Mapping[str, str]
) -> Iterator[str]:
    """Yields what a rule names, and the ids that it means by it."""
    for name in asked:
        yield name
        for topic in topics:
            if matches(topic.topic, name) or matches(topic.topic_id, name):
                yield topic.topic_id
                if topic.topic_id in twins:
                    yield twins[topic.topic_id]
