"""Windows and quiet periods: when voices are an issue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voc.config.sections import IssueSettings
from voc.issues.episodes import find_episodes
from voc.records import Mention

SETTINGS = IssueSettings(window_days=14, min_voices=3, critical_voices=1, quiet_days=28)


@pytest.mark.parametrize(
    ("days", "episodes"),
    [
        pytest.param([], [], id="no voice"),
        pytest.param([0, 1], [], id="too few"),
        pytest.param([0, 1, 2], [[0, 1, 2]], id="enough on three days"),
        pytest.param([0, 0, 0], [[0, 0, 0]], id="enough at one moment"),
        pytest.param([0, 7, 14], [[0, 7, 14]], id="the window's ends belong to it"),
        pytest.param([0, 7, 14.1], [], id="just outside the window"),
        pytest.param([0, 10, 20, 22], [[10, 20, 22]], id="it begins with the window's first"),
        pytest.param([0, 1, 2, 30, 58], [[0, 1, 2, 30, 58]], id="it lives while voices come"),
        pytest.param([0, 1, 2, 31], [[0, 1, 2]], id="a lone voice after the quiet opens none"),
        pytest.param(
            [0, 1, 2, 31, 32, 33], [[0, 1, 2], [31, 32, 33]], id="a new one after the quiet"
        ),
    ],
)
def test_windows(
    days: list[float], episodes: list[list[float]], mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"f{index}", day) for index, day in enumerate(days)]
    by_voice = {voice.feedback_id: day for voice, day in zip(voices, days, strict=True)}
    found = find_episodes(voices, settings=SETTINGS)
    assert [[by_voice[voice.feedback_id] for voice in episode] for episode in found] == episodes


def test_one_critical_voice_opens_an_issue_with_what_came_before(
    mention: Callable[..., Mention],
) -> None:
    voices = [mention("a", 0), mention("b", 20), mention("c", 21, urgency="critical")]
    [episode] = find_episodes(voices, settings=SETTINGS)
    assert [voice.feedback_id for voice in episode] == ["b", "c"]


def test_critical_voices_count_within_the_window_only(mention: Callable[..., Mention]) -> None:
    settings = SETTINGS.model_copy(update={"critical_voices": 2})
    far = [mention("a", 0, urgency="critical"), mention("b", 20, urgency="critical")]
    near = [mention("a", 0, urgency="critical"), mention("b", 10, urgency="critical")]
    assert find_episodes(far, settings=settings) == []
    assert find_episodes(near, settings=settings) == [tuple(near)]


def test_doubtful_voices_open_nothing_and_count_in_what_others_open(
    mention: Callable[..., Mention],
) -> None:
    doubtful = [mention(f"d{day}", day, is_doubtful=True) for day in (0, 1, 2)]
    sure = [mention(f"s{day}", day) for day in (3, 4, 5)]
    assert find_episodes(doubtful, settings=SETTINGS) == []
    assert find_episodes([*doubtful, *sure[:2]], settings=SETTINGS) == []
    assert find_episodes([*doubtful, *sure], settings=SETTINGS) == [(*doubtful, *sure)]
