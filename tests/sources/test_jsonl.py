"""JSON objects in lines, arrays and one behind the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.sources.jsonl import ObjectScanner, is_one_a_line, line_records
from voc.sources.lines import read_lines
from voc.sources.rows import Problem, Record


def _lines(text: str | bytes, **options: Any) -> list[Record | Problem]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return list(line_records(read_lines(iter([data]), **options), name="f.jsonl"))


def _scan(text: str | bytes, *, step: int = 1 << 18, **options: Any) -> list[Record | Problem]:
    data = text.encode() if isinstance(text, str) else text
    chunks = (data[at : at + step] for at in range(0, len(data), step))
    return list(ObjectScanner(chunks, name="f.json", **options).records())


DEEP = '{"a":' * 10_000 + "1" + "}" * 10_000
DEEP_LIST = "[" * 10_000 + "]" * 10_000


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('\ufeff{"a": "好"}', {"a": "好"}),
        ('  {"a": "\\u597d"}  ', {"a": "好"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": NaN, "b": -Infinity, "c": "NaN"}', {"a": None, "b": None, "c": "NaN"}),
        ('{"a": "\\ud83d"}', {"a": "\ud83d"}),
        ('{"a": "x\\u0000y"}', {"a": "x\x00y"}),
        ('{"id": 12345678901234567890123}', {"id": 12345678901234567890123}),
        ('{"id": 9007199254740993}', {"id": 9007199254740993}),
        ('{"a": 1e400}', {"a": float("inf")}),
        ("{}", {}),
    ],
)
def test_objects(line: str, expected: dict[str, Any]) -> None:
    (item,) = _lines(line + "\n")
    assert isinstance(item, Record)
    assert item.values == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": 1', "not valid JSON"),
        ("text", "not valid JSON"),
        ('{"a": 01}', "not valid JSON"),
        ("[1, 2]", "is a list, not an object"),
        ('"text"', "is a text, not an object"),
        ("5", "is a number, not an object"),
        ("null", "is a null, not an object"),
        ('{"a": ' + "9" * 5_000 + "}", "not valid JSON"),
        (DEEP, "nested too deep"),
        (DEEP_LIST, "nested too deep"),
    ],
)
def test_lines_that_are_no_objects_cost_themselves(line: str, reason: str) -> None:
    first, bad, last = _lines(f'{{"a": 1}}\n{line}\n\n{{"a": 2}}\n')
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(bad, Problem)
    assert reason in bad.reason
    assert (bad.place, last.place) == ("f.jsonl:2", "f.jsonl:4")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "big5", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = (
        "這家店的服務態度真的很好，下次還會再來的" if encoding == "big5" else "这家店的服务真的很好"
    )
    data = "".join(f'{{"a": "{text}"}}\n' for _ in range(3)).encode(encoding)
    assert [item.values for item in _lines(data) if isinstance(item, Record)] == [{"a": text}] * 3


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1 << 18])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("[]", []),
        (" [ ] ", []),
        ('[{"a": 1}]', [1]),
        ('\ufeff[{"a": 1},\n {"a": "[{\\"}\\\\"},{"a": {"b": [1, {}]}}\n]\n', [1, '[{"}\\', ...]),
        ('{"a": 1}\n{"a": 2}', [1, 2]),
        ('{"a": 1}{"a":\n 2}', [1, 2]),
        ('[{"a": "好\\n评"}, {"a": "\\\\"}]', ["好\n评", "\\"]),
    ],
)
def test_arrays_and_sequences(text: str, expected: list[Any], step: int) -> None:
    items = _scan(text, step=step)
    assert all(isinstance(item, Record) for item in items)
    found = [item.values["a"] for item in items if isinstance(item, Record)]
    assert len(found) == len(expected)
    assert all(right is ... or left == right for left, right in zip(found, expected, strict=True))


@pytest.mark.parametrize("step", [1, 5, 1 << 18])
@pytest.mark.parametrize(
    ("text", "rows", "problems"),
    [
        ('[{"a": 1}, 5, {"a": 2}]', [1, 2], ["no JSON object"]),
        ('[{"a": 1}, "x{[", {"a": 2}]', [1, 2], ["no JSON object"]),
        ('[[1, 2], {"a": 2}]', [2], ["is a list"]),
        ('[{"a": 01}, {"a": 2}]', [2], ["not valid JSON"]),
        ('[{"a": 1}, {"a": 2', [1], ["ends within a value"]),
        ('[{"a": 1}, {"a": "x', [1], ["ends within a value"]),
        ('[{"a": 1}}, {"a": 2}]', [1, 2], ["no JSON object"]),
        (f'[{{"a": 1}}, {DEEP}, {{"a": 2}}]', [1, 2], ["nested too deep"]),
    ],
)
def test_what_is_no_object_is_told(
    text: str, rows: list[int], problems: list[str], step: int
) -> None:
    items = _scan(text, step=step)
    assert [item.values["a"] for item in items if isinstance(item, Record)] == rows
    told = " ".join(item.reason for item in items if isinstance(item, Problem))
    assert all(problem in told for problem in problems)


def test_places_in_an_array_are_lines() -> None:
    items = _scan('[\n{"a": 1},\n{"a":\n2}, {"a": 3},\n\n{"a": 4}]', step=4)
    assert [item.place for item in items] == ["f.json:2", "f.json:3", "f.json:4", "f.json:6"]


def test_an_object_that_is_too_long_is_passed_over() -> None:
    text = '[{"a": 1}, {"a": "' + "x" * 10_000 + '"}, {"a": 3}]'
    first, bad, last = _scan(text, step=100, max_bytes=1_000)
    assert isinstance(bad, Problem)
    assert "at most 1,000 are read" in bad.reason
    assert len(bad.sample) <= 1_000
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.values == {"a": 3}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"a": 1}\n{"a": 2}', True),
        (b'\xef\xbb\xbf\n {"a": 1}\r\n', True),
        (b'{"a":\n1}', False),
        (b'[{"a": 1}]\n', False),
        (b'{"a": 1}', False),
        (b"", False),
    ],
)
def test_lines_are_told_from_arrays(head: bytes, expected: bool) -> None:
    assert is_one_a_line(head) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(
    objects=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=5),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    step=st.integers(1, 50),
)
def test_what_json_writes_comes_back(
    objects: list[dict[str, Any]], indent: int | None, ascii_only: bool, step: int
) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=ascii_only)
    items = _scan(text, step=step)
    assert [item.values for item in items if isinstance(item, Record)] == objects
    assert len(items) == len(objects)
