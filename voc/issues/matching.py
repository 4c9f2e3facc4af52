"""Which known issue an episode is: ids that last over runs, late rows and joined episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voc.issues.grouping import GroupKey
from voc.records import Issue, IssueStatus, Mention, stable_id

_ABSORBED_MARK: Final = "已并入 "
_RESTING: Final[dict[IssueStatus, int]] = {"closed": 1, "ignored": 2}


@dataclass(frozen=True, slots=True)
class Match:
    """The known issue that an episode continues, if any, and the ones that it swallows."""

    survivor: Issue | None
    absorbed: tuple[Issue, ...] = ()


def match_episodes(episodes: Sequence[Sequence[Mention]], known: Sequence[Issue]) -> list[Match]:
    """Matches the episodes of one group with the group's known issues.

    An issue goes to the episode that shares most of its evidence, or if none does (rows tagged anew
    may lose voices) to one that overlaps it in time. Of several that go to one episode, as where
    late voices bridge them, the one with most voices lives on, the first of equals; a closed one
    only if none is open, an ignored one only if all are. The others are absorbed.

    Args:
        episodes: Voices of each episode, in order of time.
        known: Issues of the same group, those absorbed earlier left out.
    """
    claims: list[list[Issue]] = [[] for _ in episodes]
    members = [{voice.feedback_id for voice in episode} for episode in episodes]
    for issue in known:
        index = _best_episode(issue, episodes, members)
        if index is not None:
            claims[index].append(issue)
    return [_match(claim) for claim in claims]


def _match(claim: list[Issue]) -> Match:
    ordered = sorted(
        claim,
        key=lambda issue: (
            _RESTING.get(issue.status, 0), -issue.count, issue.first_seen, issue.issue_id
        ),
    )  # fmt: skip
    return Match(ordered[0], tuple(ordered[1:])) if ordered else Match(None)


def _best_episode(
    issue: Issue, episodes: Sequence[Sequence[Mention]], members: Sequence[set[str]]
) -> int | None:
    voices = {evidence.feedback_id for evidence in issue.evidence}
    shared = [len(voices & ids) for ids in members]
    if any(shared):
        return shared.index(max(shared))
    for index, episode in enumerate(episodes):
        if episode[0].occurred_at <= issue.last_seen and (
            issue.first_seen <= episode[-1].occurred_at
        ):
            return index
    return None


def birth_id(key: GroupKey, first_feedback_id: str, *, taken: set[str]) -> str:
    """Returns the id of a new issue: the group and the first voice it is born with.

    Args:
        key: The group.
        first_feedback_id: The first voice at birth; an earlier one that comes late changes nothing.
        taken: Ids of living issues; one of them may have been born of this voice.
    """
    parts = [part for part in (*key[:4], key.topic_id or "") if part != ""]
    issue_id = stable_id("is", *parts, first_feedback_id)
    number = 2
    while issue_id in taken:
        issue_id = stable_id("is", *parts, first_feedback_id, str(number))
        number += 1
    return issue_id


def absorb(issue: Issue, *, into: Issue) -> Issue:
    """Returns the mark that an issue leaves behind when another has taken its voices.

    It is closed, has no voices, and says where they went.
    """
    title = f"{_ABSORBED_MARK}{into.title}"
    return replace(
        issue,
        title=title if len(title) <= 30 else f"{title[:29]}…",
        status="closed",
        severity="low",
        trend="steady",
        trend_p=1.0,
        trend_ratio=None,
        trend_low=None,
        trend_high=None,
        trend_window_days=None,
        severity_reasons=(),
        stake=None,
        count=0,
        evidence=(),
        merged_into=into.issue_id,
    )


def is_absorbed(issue: Issue) -> bool:
    """Says whether another issue has taken this one's voices."""
    return issue.count == 0


def home_of(issue: Issue, issues: Mapping[str, Issue]) -> Issue:
    """Returns the issue that has the voices of this one: itself, or what took them.

    Args:
        issue: The issue.
        issues: All issues by id.
    """
    seen = {issue.issue_id}
    while issue.merged_into is not None and issue.merged_into not in seen:
        seen.add(issue.merged_into)
        issue = issues[issue.merged_into]
    return issue
