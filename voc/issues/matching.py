"""Which known issue a group goes on with: ids that last over runs and joined groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from voc.issues.grouping import GroupKey
from voc.records import Issue, IssueStatus, stable_id

_ABSORBED_MARK: Final = "已并入 "
_RESTING: Final[dict[IssueStatus, int]] = {"closed": 1, "ignored": 2}


def by_standing(known: Iterable[Issue]) -> list[Issue]:
    """Sorts the issues of one group: the first goes on, the others are absorbed by it.

    A group has several where it was two, as of themes that were merged. That with most voices goes
    on, the first of equals; a closed one only if none is open, an ignored one only if all are.

    Args:
        known: Issues of one group, those absorbed earlier left out.
    """
    return sorted(
        known,
        key=lambda issue: (
            _RESTING.get(issue.status, 0), -issue.count, issue.first_seen, issue.issue_id
        ),
    )  # fmt: skip


def birth_id(key: GroupKey, first_feedback_id: str) -> str:
    """Returns the id of a new issue: the group and the first voice it is born with.

    Args:
        key: The group.
        first_feedback_id: The first voice at birth; an earlier one that comes late changes nothing.
    """
    return stable_id(
        "is", *(part for part in (*key[:4], key.topic_id or "") if part != ""), first_feedback_id
    )


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
        emerging_term=None,
        count=0,
        evidence=(),
        merged_into=into.issue_id,
    )


def is_absorbed(issue: Issue) -> bool:
    """Says whether another issue has taken this one's voices."""
    return issue.count == 0


class Homes:
    """The open issues that each voice is of."""

    def __init__(self, opened: Iterable[Issue]) -> None:
        self._of: dict[str, list[Issue]] = {}
        for issue in opened:
            for voice in issue.evidence:
                self._of.setdefault(voice.feedback_id, []).append(issue)

    def heir(self, issue: Issue, *, aspect_id: str | None = None) -> Issue | None:
        """Returns the issue that has most voices of another, the largest of equals."""
        heirs = [
            home
            for voice in issue.evidence
            for home in self._of.get(voice.feedback_id, ())
            if aspect_id in (None, home.aspect_id)
        ]
        shared = Counter(home.issue_id for home in heirs)
        return max(
            heirs, key=lambda one: (shared[one.issue_id], one.count, one.issue_id), default=None
        )


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
