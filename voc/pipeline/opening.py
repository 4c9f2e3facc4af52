"""Whether one voice alone opens a work order, and how many of its kind would."""

from __future__ import annotations

from voc.config import Settings
from voc.records import Tags
from voc.tagging.unheard import unheard
from voc.workorders import RoutingRules


def what_opens(tags: Tags, settings: Settings, rules: RoutingRules) -> str:
    """Says what `voc run` makes of a voice with these tags if nobody else speaks of it.

    Args:
        tags: What the engine says of it.
        settings: For how many voices make an issue.
        rules: For how many voices open a work order.
    """
    issues = settings.issues
    is_critical = tags.urgency is not None and tags.urgency.label == "critical"
    complains = any(
        one.sentiment == "negative" and one.score >= issues.min_score
        for one in (*tags.aspects, *unheard(tags, [(0, len(tags.text))]))
    )
    if not complains and not is_critical:
        return "没有抱怨，不会开工单"
    voices = max(
        issues.critical_voices if is_critical else issues.min_voices, rules.open_when.voices
    )
    if voices == 1:
        return "一条就会开工单"
    return f"{issues.window_days} 天内不到 {voices} 条同类声音，不会开工单"
