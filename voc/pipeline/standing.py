"""Which theme stands for another one in issues: its twin, or what it was merged into."""

from __future__ import annotations

from collections.abc import Collection

from voc.store import Store
from voc.topics.matters import matter_of
from voc.topics.twins import twins_of


def standing_for(store: Store, industries: Collection[str]) -> dict[str, str]:
    """Returns for each theme that another one stands for that one's id.

    A theme has a twin that nearly the same voices speak of, or complaints of the same, or it is
    gone and was merged into another one, by a person or by a run; see `voc.topics.twins`. A muted
    theme is nobody's twin.

    Args:
        store: Whose themes.
        industries: The ids of their industries.
    """
    names = sorted(industries)
    muted = store.muted_topics()
    members = store.topic_members(names)
    topics = store.topics(industry=names, with_muted=True)
    living = {topic.topic_id for topic in topics}
    matters = {
        topic.topic_id: (topic.industry, matter)
        for topic in topics
        if topic.negative_share > 0.5 and (matter := matter_of(topic.topic))
    }
    twins = twins_of({name: members[name] for name in members.keys() - muted}, matters)
    merges = store.topic_events(industry=names, kind=("joined", "merged"))
    heirs = {event.topic_id: event.other for event in merges if event.topic_id not in living}
    found = {}
    for gone in heirs:
        heir: str | None = gone
        seen: set[str] = set()
        while heir in heirs and heir not in seen:
            seen.add(heir)
            heir = heirs[heir]
        if heir in living:
            found[gone] = twins.get(heir, heir)
    return twins | found
