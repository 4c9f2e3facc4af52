"""Episodes: when voices on one problem are dense enough to be an issue, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voc.config.sections import IssueSettings
from voc.records import Mention

DAY_S = 86_400.0


def find_episodes(
    voices: Sequence[Mention], *, settings: IssueSettings
) -> list[tuple[Mention, ...]]:
    """Cuts the voices of one group into episodes: the times its problem was an issue.

    Voices with a pause of more than `quiet_days` between them belong to different runs. A run
    becomes an episode at the first moment at which `min_voices` voices that are not doubtful, or
    `critical_voices` critical ones, lie within `window_days`; the episode holds all voices from
    that window's first to the end of the run. More voices only ever make episodes begin earlier,
    grow or join: an episode of some of the voices lies wholly in one episode of all of them. That
    is what keeps late and out-of-order rows from making second issues.

    Args:
        voices: One group's voices, sorted by time, one a feedback.
        settings: The section `issues` of the settings.
    """
    times_s = [voice.occurred_at.timestamp() for voice in voices]
    found = []
    for begin, end in _runs(times_s, quiet_s=settings.quiet_days * DAY_S):
        first = _opening(voices, times_s, begin, end, settings=settings)
        if first is not None:
            found.append(tuple(voices[first:end]))
    return found


def _runs(times_s: Sequence[float], *, quiet_s: float) -> Iterator[tuple[int, int]]:
    begin = 0
    for index in range(1, len(times_s) + 1):
        if index == len(times_s) or times_s[index] - times_s[index - 1] > quiet_s:
            yield begin, index
            begin = index


def _opening(
    voices: Sequence[Mention],
    times_s: Sequence[float],
    begin: int,
    end: int,
    *,
    settings: IssueSettings,
) -> int | None:
    """Returns the index of the first voice of the first window that is dense enough."""
    window_s = settings.window_days * DAY_S
    first, sure, critical = begin, 0, 0
    for index in range(begin, end):
        sure += not voices[index].is_doubtful
        critical += voices[index].urgency == "critical"
        while times_s[index] - times_s[first] > window_s:
            sure -= not voices[first].is_doubtful
            critical -= voices[first].urgency == "critical"
            first += 1
        if sure >= settings.min_voices or critical >= settings.critical_voices:
            return first
    return None
