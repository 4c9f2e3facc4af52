"""Forms issues over the store, and keeps them beside what people made of them meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from voc.config import Industry, Settings
from voc.issues import form_issues, is_absorbed, moved_on, set_aside
from voc.pipeline.clienteles import clienteles_of
from voc.pipeline.moments import Moments
from voc.records import UNCOUNTED, Issue, Mention, is_vague
from voc.store import Store, Transaction
from voc.workorders.history import SYSTEM

_WHY_MOVED: Final = {
    "reopened": "关闭之后又有新的声音",
    "closed": "它的声音不再构成问题：被判为刷帖、广告或重复，时间、内容有更正，或主题有变",
}
"""Why the chain itself moves an issue to a state."""


@dataclass(frozen=True, slots=True)
class Formed:
    """The issues of a store, before and after they were formed anew.

    Attributes:
        before: As the store has them, with their evidence, by id.
        changed: Those that are new or have changed.
    """

    before: Mapping[str, Issue]
    changed: Sequence[Issue]

    @property
    def issues(self) -> list[Issue]:
        """All issues as they are now."""
        return list(
            (dict(self.before) | {issue.issue_id: issue for issue in self.changed}).values()
        )


def formed_issues(
    store: Store,
    complaints: Sequence[Mention],
    *,
    model: str,
    industries: Mapping[str, Industry],
    settings: Settings,
    moments: Moments,
    twins: Mapping[str, str],
) -> Formed:
    """Forms the issues of complaints; writes nothing.

    Args:
        store: What is read.
        complaints: Of what issues are made.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left out.
        settings: Their sections `issues` and `customers`.
        moments: How much was said on each day, and until when.
        twins: The theme that stands for another, by the other's id.
    """
    before = {issue.issue_id: issue for issue in store.issues(with_evidence=True)}
    changed = form_issues(
        complaints,
        list(before.values()),
        industries=industries,
        settings=settings.issues,
        volumes=moments.volumes,
        as_of=moments.as_of,
        topics={
            topic.topic_id: topic.topic
            for topic in store.topics()
            if topic.negative_share > 0.5  # another one's name may praise
        },
        polarities=store.polarities(model=model),
        clienteles=clienteles_of(
            store, complaints, as_of=moments.as_of, settings=settings.customers
        ),
        twins=twins,
        settled_until=store.settled_until(),
    )
    uncounted = {name for kind in UNCOUNTED for name in store.flags(kind)}
    changed += set_aside(before.values(), changed, flagged=uncounted)
    themes = store.topics(with_muted=True)
    living = {one.topic_id for one in themes if not is_vague(one.topic)} | twins.keys()
    stale = {one.issue_id: one for one in moved_on(Formed(before, changed).issues, living=living)}
    changed = [one for one in changed if one.issue_id not in stale]
    return Formed(before, [*changed, *stale.values()])


def losing(transaction: Transaction, issues: Sequence[Issue]) -> set[str]:
    """Returns the issues that lost a voice since it was read; the next run forms them."""
    gone = transaction.gone(item.feedback_id for issue in issues for item in issue.evidence)
    return {
        issue.issue_id
        for issue in issues
        if any(item.feedback_id in gone for item in issue.evidence)
    }


def moved(store: Store, before: Mapping[str, Issue]) -> set[str]:
    """Returns the issues that somebody closed, ignored or reopened since they were read."""
    return {
        issue.issue_id
        for issue in store.issues()
        if issue.issue_id in before and issue.status != before[issue.issue_id].status
    }


def keep_issues(
    transaction: Transaction,
    changed: Sequence[Issue],
    before: Mapping[str, Issue],
    now: datetime,
) -> None:
    """Keeps issues, each new status with an event that tells why."""
    transaction.save_issues(changed)
    for issue in changed:
        known = before.get(issue.issue_id)
        if known is not None and known.status != issue.status:
            note = None if is_absorbed(issue) else _WHY_MOVED.get(issue.status)
            transaction.set_issue_status(
                issue.issue_id, issue.status, SYSTEM, note, now, settles=False
            )
