"""Forms issues over the store, and keeps them beside what people made of them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from voc.config import Industry, Settings
from voc.issues import (
    aspect_name,
    chains_of,
    form_issues,
    is_absorbed,
    moved_on,
    set_aside,
    silenced,
)
from voc.pipeline.clienteles import clienteles_of
from voc.pipeline.moments import Moments
from voc.pipeline.themes import renamed
from voc.records import UNCOUNTED, Issue, Mention, is_mixed
from voc.store import Store, Transaction
from voc.workorders.history import SYSTEM

_WHY_MOVED: Final = {
    "reopened": "关闭之后又有新的声音",
    "closed": "它的声音不再构成问题：被判为刷帖、广告或重复，时间、内容有更正，主题有变，"
    "或各店都有而说不出所以然",
}
"""Why the chain itself moves an issue to a state."""
_WHY_BACK: Final = "它的声音又构成问题：重新计入，或其主题不再静音"
"""Why it reopens what it closed itself."""
MUTED: Final = "它的主题已静音；取消静音后的下一次运行会重新打开它"
"""Why an issue is closed whose theme a person muted."""


@dataclass(frozen=True, slots=True)
class Formed:
    """The issues of a store, before and after they were formed anew.

    Attributes:
        before: As the store has them, with their evidence, by id.
        changed: Those that are new or have changed.
        why: Why the status of some has changed, where there is more to say than of any, by id.
        aspects: How the aspect of some has changed, by id.
    """

    before: Mapping[str, Issue]
    changed: Sequence[Issue]
    why: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, str] = field(default_factory=dict)

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
    settled = store.settled_until()
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
        given=_given(store, settings),
        settled_until=settled,
    )
    uncounted = {name for kind in UNCOUNTED for name in store.flags(kind)}
    changed += set_aside(before.values(), changed, flagged=uncounted)
    themes = {topic.topic_id: topic.topic for topic in store.topics(with_muted=True)}
    themes |= {topic_id: themes[heir] for topic_id, heir in twins.items() if heir in themes}
    silent = [
        issue
        for issue in silenced(
            Formed(before, changed).issues,
            muted=store.muted_topics(),
            industries=industries,
            twins=twins,
        )
        if not _is_kept_open(store, issue.issue_id)
    ]
    changed = _replaced(changed, silent)
    now = Formed(before, changed).issues
    changed = _replaced(changed, moved_on(now, themes=themes, chains=chains_of(industries)))
    back = {
        one.issue_id: _WHY_BACK
        for one in changed
        if one.status == "reopened" and one.issue_id not in settled
    }
    return Formed(
        before,
        changed,
        why=back | {one.issue_id: MUTED for one in silent},
        aspects=dict(_turned(before, changed, industries)),
    )


def _given(store: Store, settings: Settings) -> set[str]:
    """Returns the themes whose names are not their customers' words: a person's or a model's."""
    if settings.topics.namer_url:
        return {topic.topic_id for topic in store.topics() if not is_mixed(topic.topic)}
    return renamed(store)


def _is_kept_open(store: Store, issue_id: str) -> bool:
    """Says whether a person reopened an issue, and nobody has closed it since."""
    events = store.issue_events(issue_id)
    moves = [event for event in events if event.from_status != event.to_status]
    return bool(moves) and moves[-1].to_status == "reopened" and moves[-1].actor != SYSTEM


def _replaced(issues: Sequence[Issue], later: Sequence[Issue]) -> list[Issue]:
    names = {issue.issue_id for issue in later}
    return [*(issue for issue in issues if issue.issue_id not in names), *later]


def _turned(
    before: Mapping[str, Issue], changed: Iterable[Issue], industries: Mapping[str, Industry]
) -> Iterator[tuple[str, str]]:
    """Yields the id of each issue that is of another aspect than before, and what tells so."""
    for issue in changed:
        known = before.get(issue.issue_id)
        if known is not None and known.aspect_id != issue.aspect_id:
            former, now = (
                aspect_name(industries, one.industry, one.aspect_id) for one in (known, issue)
            )
            yield (
                issue.issue_id,
                f"方面由「{former}」改为「{now}」：多数声音如今谈的是后者；"
                "已开的工单仍归原部门，新开的工单按新的方面派",
            )


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
    formed: Formed,
    now: datetime,
) -> None:
    """Keeps issues, each new status and each new aspect with an event that tells why."""
    transaction.save_issues(changed)
    for issue in changed:
        if issue.issue_id in formed.aspects:
            transaction.note_issue(issue.issue_id, SYSTEM, formed.aspects[issue.issue_id], now)
        known = formed.before.get(issue.issue_id)
        if known is not None and known.status != issue.status:
            why = formed.why.get(issue.issue_id, _WHY_MOVED.get(issue.status))
            note = None if is_absorbed(issue) else why
            transaction.set_issue_status(
                issue.issue_id, issue.status, SYSTEM, note, now, settles=False
            )
