"""JSON objects: one a line, in one array, or one behind the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from voc.errors import RowError
from voc.sources.compressed import DamagedError
from voc.sources.lines import Line
from voc.sources.rows import MAX_VALUE_BYTES, Problem, Record
from voc.text.encoding import decode

_SAMPLE_BYTES: Final = 1_000
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["{}\[\]]', re.DOTALL)
_STRING_END: Final = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_QUOTE, _OPEN_OBJECT, _CLOSE_OBJECT, _OPEN_ARRAY = b'"{}['
_OPENING: Final = b"{["
_BLANKS: Final = b" \t\r\n,\xef\xbb\xbf\x00"


def line_records(lines: Iterator[Line], *, name: str) -> Iterator[Record | Problem]:
    """Reads one object a line; blank lines are no rows."""
    for line in lines:
        place = f"{name}:{line.number}"
        if line.problem:
            yield Problem(place, line.problem, line.text, fatal=line.is_last)
        elif text := line.text.strip("\ufeff \t\r\n\x00"):
            yield parsed(text, place, line.replaced)


def parsed(text: str, place: str, replaced: int = 0) -> Record | Problem:
    """Reads one JSON object, as `json_value` reads it."""
    try:
        values = json_value(text)
    except RowError as error:
        return Problem(place, error.reason, text)
    if not isinstance(values, dict):
        return Problem(place, f"the JSON is a {_kind(values)}, not an object", text)
    return Record(place, values, replaced)


def json_value(text: str) -> Any:
    """Reads what stands in JSON.

    Of a key that stands twice the last value counts, as in most readers. NaN and infinities,
    which some programs write, are no value. Half surrogates and long whole numbers are kept.

    Raises:
        RowError: It is no JSON.
    """
    try:
        values = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        try:
            return _exactly(text)
        except RecursionError:
            raise RowError("the JSON is nested too deep") from None
        except ValueError:
            raise RowError(f"this is not valid JSON ({error})") from None
    is_vague = isinstance(values, dict) and any(map(_is_vague, values.values()))
    return _exactly(text) if is_vague else values


def _exactly(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)


def _is_vague(value: Any) -> bool:
    """Whether a number may have been a whole one too long for a float."""
    return type(value) is float and abs(value) >= 2**53


def _kind(value: Any) -> str:
    names = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def is_one_a_line(head: bytes) -> bool:
    """Whether a file that begins with `head` has one object a line, whatever it is called."""
    line, end, _ = head.lstrip(_BLANKS).partition(b"\n")
    if not end or not line.startswith(b"{"):
        return False
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


class ObjectScanner:
    """Finds the objects of an array, or of objects one behind the other, in a stream of UTF-8.

    Only one object is held at a time. What stands between objects is a problem of its own, so
    that nothing is passed over in silence.

    Args:
        chunks: The file's bytes, in UTF-8.
        name: The file's name, for places.
        max_bytes: A longer object is passed over in bounded memory and given as a problem.
    """

    def __init__(
        self, chunks: Iterator[bytes], *, name: str, max_bytes: int = MAX_VALUE_BYTES
    ) -> None:
        self._chunks = chunks
        self._name = name
        self._max_bytes = max_bytes
        self._line = self._value_line = 1
        self._depth = 0
        self._in_array = self._in_string = False
        self._escape = b""
        self._pieces: list[bytes] = []
        self._size = 0

    def records(self) -> Iterator[Record | Problem]:
        """Gives all objects in order."""
        try:
            for chunk in filter(None, self._chunks):
                yield from self._scan(self._escape + chunk)
        except DamagedError as error:
            yield Problem(
                f"{self._name}:{self._line}", f"{error}; what follows is missing", fatal=True
            )
            return
        if self._depth:
            yield self._problem("the JSON ends within a value", b"".join(self._pieces))

    def _scan(self, chunk: bytes) -> Iterator[Record | Problem]:
        """Finds the objects that end in `chunk` and keeps the beginning of the next one.

        `start` is where the current object, or what stands between two, begins in `chunk`.
        """
        start = place = 0
        if self._in_string:
            rest = _STRING_END.match(chunk)
            place = rest.end() if rest else len(chunk)
            self._in_string = rest is None
            start = 0 if self._depth else place
        for token in _TOKEN.finditer(chunk, place):
            begin, end = token.span()
            mark = chunk[begin]
            if mark == _QUOTE:
                self._in_string = end - begin == 1
            elif self._depth == 0:
                yield from self._between(chunk[start:begin])
                start = end
                if mark == _OPEN_OBJECT or (mark == _OPEN_ARRAY and self._in_array):
                    start, self._depth, self._value_line = begin, 1, self._line
                elif mark == _CLOSE_OBJECT:
                    yield from self._between(b"}")
                else:
                    self._in_array = mark == _OPEN_ARRAY
            else:
                self._depth += 1 if mark in _OPENING else -1
                if self._depth == 0:
                    yield self._finished(chunk[start:end])
                    start = end
            if self._in_string:
                break
        yield from self._keep(chunk[start:])

    def _keep(self, part: bytes) -> Iterator[Problem]:
        """Keeps what a chunk ends with; a backslash waits for the character that it escapes."""
        escaping = self._in_string and (len(part) - len(part.rstrip(b"\\"))) % 2 == 1
        self._escape = b"\\" if escaping else b""
        part = part[:-1] if escaping else part
        if self._depth:
            self._add(part)
        else:
            yield from self._between(part)

    def _add(self, part: bytes) -> None:
        self._line += part.count(b"\n")
        self._size += len(part)
        if self._size > self._max_bytes and self._pieces:
            self._pieces = [self._pieces[0][:_SAMPLE_BYTES]]
        else:
            self._pieces.append(part)

    def _finished(self, part: bytes) -> Record | Problem:
        self._add(part)
        value, size = b"".join(self._pieces), self._size
        self._pieces, self._size = [], 0
        if size > self._max_bytes:
            return self._problem(
                f"the object has {size:,} bytes; at most {self._max_bytes:,} are read", value
            )
        place = f"{self._name}:{self._value_line}"
        try:
            return parsed(value.decode("utf-8"), place)
        except UnicodeDecodeError:
            decoded = decode(value)
            return parsed(decoded.text, place, decoded.replaced)

    def _between(self, gap: bytes) -> Iterator[Problem]:
        """What stands between objects: nothing but blanks and commas, or a problem."""
        self._value_line = self._line + gap.count(b"\n", 0, len(gap) - len(gap.lstrip(_BLANKS)))
        self._line += gap.count(b"\n")
        if gap.strip(_BLANKS):
            yield self._problem("this is no JSON object", gap.strip(_BLANKS))

    def _problem(self, reason: str, value: bytes) -> Problem:
        sample = value[:_SAMPLE_BYTES].decode("utf-8", "replace")
        return Problem(f"{self._name}:{self._value_line}", reason, sample)
