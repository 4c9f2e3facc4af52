"""Which themes are one problem told in two ways."""

from __future__ import annotations

import pytest

from voc.topics.twins import twins_of


@pytest.mark.parametrize(
    ("voices", "twins"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"a": "12345", "b": "12346"}, {"b": "a"}, id="the first of equals"),
        pytest.param({"a": "1234", "b": "12345"}, {"a": "b"}, id="the larger stands for both"),
        pytest.param({"a": "12345678", "b": "123"}, {}, id="a small part of a large one"),
        pytest.param({"a": "1234567", "b": "1234589"}, {"b": "a"}, id="four of nine"),
        pytest.param({"a": "1234567", "b": "123890"}, {}, id="three of ten"),
        pytest.param({"a": "1234", "b": "5678"}, {}, id="nothing shared"),
        pytest.param(
            {"a": "12345678", "b": "3456789", "c": "6789"},
            {"b": "a"},
            id="no chain: what c shares with b alone, a does not have",
        ),
        pytest.param(
            {"a": "123456", "b": "12345x", "c": "1234xy"},
            {"b": "a", "c": "a"},
            id="three told in one way",
        ),
    ],
)
def test_themes_that_nearly_the_same_voices_speak_of(
    voices: dict[str, str], twins: dict[str, str]
) -> None:
    assert twins_of(voices, {}) == twins
    assert twins_of(dict(reversed(voices.items())), {}) == twins


def test_themes_whose_names_tell_the_same() -> None:
    voices = {"a": "12", "b": "345", "c": "346", "d": "7"}
    assert twins_of(voices, {}) == {"c": "b"}
    assert twins_of(voices, {"a": "salty", "d": "salty"}) == {"c": "b", "d": "a"}
    assert twins_of(voices, {"a": "salty", "c": "salty"}) == {"a": "b", "c": "b"}
    assert twins_of(voices, {"a": "salty", "b": "salty", "d": "dear"}) == {"a": "b", "c": "b"}


def test_no_chain_joins_what_names_and_voices_join() -> None:
    """What is the twin of one by its voices goes with that one wherever its name takes it."""
    voices = {"a": "1234567", "b": "abcde", "c": "abcdf", "d": "xy"}
    assert twins_of(voices, {}) == {"c": "b"}
    matters = {"a": "salty", "b": "salty", "c": "dear", "d": "dear"}
    assert twins_of(voices, matters) == {"b": "a", "c": "a", "d": "a"}
