from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from voc.errors import UsageError
from voc.store.columns import json_text, storable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"b": 1, "a": "好"}, '{"a":"好","b":1}'),
        ((1, (2, 3)), "[1,[2,3]]"),
        (MappingProxyType({"a": None}), '{"a":null}'),
        ({2: "b", "1": "a"}, '{"1":"a","2":"b"}'),
        (datetime(2024, 5, 1, tzinfo=UTC), '"2024-05-01T00:00:00+00:00"'),
        ({"a": 2**80}, f'{{"a":{2**80}}}'),
        ('say "好"\n', '"say \\"好\\"\\n"'),
        ({"k\x00": ["\ud800", "\uffff"]}, '{"k\ufffd":["\ufffd","\ufffd"]}'),
        ("\\u0000 as text", '"\\\\u0000 as text"'),
    ],
)
def test_json_text(value: Any, text: str) -> None:
    assert json_text(value) == text
    json.loads(text)


def test_json_that_no_store_can_follow_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UsageError, match="nested too deep"):
        json_text(deep)


def test_json_within_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(UsageError, match="within itself"):
        json_text(ring)


@pytest.mark.parametrize(
    "text", ["", "好评", "👨‍👩‍👧‍👦 家", "a\tb\nc", "e" + "\u0301" * 1000, "\u202eabc"]
)
def test_storable_leaves_what_engines_hold(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("bad", ["\x00", "\ud83d", "\ufffe", "\uffff", "\U0010ffff"])
def test_storable_keeps_the_length(bad: str) -> None:
    assert storable(f"好{bad}评") == "好\ufffd评"
