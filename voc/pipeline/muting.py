"""Mutes themes, and closes the issues that stand on them."""

from __future__ import annotations

from datetime import datetime

from voc.config import Settings
from voc.issues import silenced
from voc.pipeline.forming import MUTED
from voc.pipeline.standing import standing_for
from voc.pipeline.taxonomies import industries_of
from voc.records import Issue, Topic
from voc.store import Store


def mute_topic(
    store: Store, topic: Topic, *, actor: str, now: datetime, settings: Settings
) -> list[Issue]:
    """Mutes a topic, and closes the open issues that stand on it.

    They are not settled thereby: once the topic speaks again, the next run reopens them where
    their voices make an issue still. Orders stay with their teams.

    Args:
        store: What is read and written.
        topic: The topic, which is not muted yet.
        actor: Who does it.
        now: When.
        settings: For the taxonomies.

    Returns:
        The issues that were closed.

    Raises:
        UsageError: The topic is there no more.
    """
    industries, _ = industries_of(store, settings, [topic.industry])
    closed = silenced(
        store.issues(industry=topic.industry),
        muted={topic.topic_id},
        industries=industries,
        twins=standing_for(store, [topic.industry]),
    )
    with store.transaction() as transaction:
        transaction.mute_topic(topic, True, actor, now)
        for issue in closed:
            transaction.set_issue_status(issue.issue_id, "closed", actor, MUTED, now, settles=False)
    return closed
