"""Issues that nothing stands for any more: closed, or absorbed by what their voices are of now."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace

from voc.config import Industry
from voc.issues.grouping import group_rules, issue_key
from voc.issues.hearing import is_stale
from voc.issues.matching import Homes, absorb
from voc.records import Issue


def set_aside(
    existing: Iterable[Issue], changed: Iterable[Issue], *, flagged: Collection[str]
) -> list[Issue]:
    """Returns the open issues that no voice stands for any more, closed.

    Args:
        existing: The issues known so far, with their evidence.
        changed: Those that have voices that count, and were formed anew.
        flagged: The voices that do not count, as paid posts and advertisements.
    """
    formed = {issue.issue_id for issue in changed}
    return [
        replace(issue, status="closed")
        for issue in existing
        if issue.is_open
        and issue.issue_id not in formed
        and issue.evidence
        and all(voice.feedback_id in flagged for voice in issue.evidence)
    ]


def silenced(
    issues: Iterable[Issue],
    *,
    muted: Collection[str],
    industries: Mapping[str, Industry],
    twins: Mapping[str, str],
) -> list[Issue]:
    """Returns the open issues that stand on themes which people muted, closed.

    Args:
        issues: All issues as they are now.
        muted: The ids of the muted themes.
        industries: Taxonomies by id.
        twins: The theme that stands for another, by the other's id.
    """
    rules = group_rules(industries)
    return [
        replace(issue, status="closed")
        for issue in issues
        if issue.is_open and issue_key(issue, rules, twins).topic_id in muted
    ]


def moved_on(
    issues: Sequence[Issue], *, themes: Mapping[str, str], chains: Container[str] = frozenset()
) -> list[Issue]:
    """Returns the open issues of themes that are gone: their voices are of other themes now.

    Each is absorbed by the open issue that has most of its voices, the largest of equals, and
    closed where none has any.

    Args:
        issues: All issues as they are now, with their evidence.
        themes: The names of the themes that there are by id, muted ones too; those that others
            stand for under the names of these.
        chains: The industries whose stores are chains.
    """
    opened = [one for one in issues if one.is_open and one.evidence]
    stale = [one for one in opened if is_stale(one, themes, chains=chains)]
    names = {issue.issue_id for issue in stale}
    homes = Homes(one for one in opened if one.issue_id not in names)
    heirs = ((issue, homes.heir(issue)) for issue in stale)
    return [
        absorb(issue, into=heir) if heir else replace(issue, status="closed")
        for issue, heir in heirs
    ]
