"""Voices as their issues take them: each once, by what it says of the issue's problem."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from voc.issues.grouping import merged
from voc.issues.severity import FEW_VOICES, urgency_heard
from voc.records import Issue, Mention


def heeded(
    issues: Sequence[Issue], mentions: Iterable[Mention], *, window_days: float
) -> dict[str, list[Mention]]:
    """Returns the voices of each issue by its id, each as urgent as the issue takes it for.

    Each is one mention of the issue's aspect, whatever aspects of a theme it speaks of.

    Args:
        issues: Issues with their evidence.
        mentions: What they were formed of, each voice's urgency once; praise and what belongs to no
            issue are left out.
        window_days: Length of the last window.
    """
    homes: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        for name in {evidence.feedback_id for evidence in issue.evidence}:
            homes.setdefault((issue.industry, name), []).append(issue)
    found: dict[str, dict[str, Mention]] = {issue.issue_id: {} for issue in issues}
    for mention in mentions:
        if mention.sentiment != "negative":
            continue
        for issue in homes.get((mention.industry, mention.feedback_id), ()):
            if _speaks_of(mention, issue):
                voices = found[issue.issue_id]
                known = voices.get(mention.feedback_id)
                said = replace(mention, aspect_id=issue.aspect_id)
                voices[mention.feedback_id] = merged(known, said) if known else said
    return {
        issue.issue_id: [
            _heard(voice, issue, window_days) for voice in found[issue.issue_id].values()
        ]
        for issue in issues
    }


def _speaks_of(mention: Mention, issue: Issue) -> bool:
    """Says whether a voice of an issue speaks of it here: of its aspect, or of its theme.

    An issue that lies in no place may be of its theme, whatever aspect is spoken of.
    """
    if mention.aspect_id == issue.aspect_id:
        return True
    is_placeless = issue.product is None and issue.store is None
    return is_placeless and mention.topic_id is not None and mention.topic_id == issue.topic_id


def _heard(voice: Mention, issue: Issue, window_days: float) -> Mention:
    since = issue.last_seen - timedelta(days=window_days)
    if issue.count > FEW_VOICES and voice.occurred_at < since:
        return replace(voice, urgency="normal", urgency_reasons=())
    return replace(voice, urgency=urgency_heard(voice, of=issue.count))
