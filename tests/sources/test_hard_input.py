"""Case 10 in a process of its own each: at most 512 MB, whatever the file holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIMIT_MB = 512
READER = """
import re, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from voc.sources.files import FileSource
rows = rejects = 0
for page in FileSource(sys.argv[1], zone=ZoneInfo("Asia/Shanghai"), max_chars=20_000).read(None):
    rows += len(page.feedback)
    rejects += len(page.rejects)
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(rows, rejects, int(peak_kb) // 1024)
"""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc"
)


def _wide() -> Iterator[bytes]:
    yield b"text," + b",".join(b"c%d" % n for n in range(100_000)) + b"\n"
    for _ in range(5):
        yield b"1" + b",x" * 100_000 + b"\n"


def _wide_json() -> Iterator[bytes]:
    for _ in range(5):
        yield b'{"text": "1"' + b"".join(b',"c%d":%d' % (n, n) for n in range(100_000)) + b"}\n"


def _long_line() -> Iterator[bytes]:
    yield b"text,n\n1,2\n"
    for _ in range(50):
        yield b"x" * 1_000_000
    yield b"\n3,4\n"


def _long_reviews() -> Iterator[bytes]:
    for _ in range(4):
        yield b'{"text": "' + "很好".encode() * 1_700_000 + b'"}\n'


def _quoted_lines() -> Iterator[bytes]:
    yield b"text,n\n"
    for _ in range(3):
        yield b'"' + b"line\n" * 60_000 + b'",1\n'
    yield b'"never closed\n' + b"1,2\n" * 101_000


def _deep() -> Iterator[bytes]:
    for _ in range(20):
        yield b'{"text":' * 10_000 + b"1" + b"}" * 10_000 + b"\n"
    yield b'{"text": "1"}\n'


def _long_array() -> Iterator[bytes]:
    yield b'[{"text": "1"}, {"text": "' + b"x" * 50_000_000 + b'"}, {"text": "2"}]'


@pytest.mark.parametrize(
    ("name", "content", "rows", "rejects"),
    [
        ("wide.csv", _wide, 5, 0),
        ("wide.jsonl", _wide_json, 5, 0),
        ("long-line.csv", _long_line, 2, 1),
        ("long-reviews.jsonl", _long_reviews, 4, 0),
        ("quoted.csv", _quoted_lines, 101_003, 1),
        ("deep.jsonl", _deep, 1, 20),
        ("array.json", _long_array, 2, 1),
    ],
)
def test_memory_is_bounded(
    name: str, content: object, rows: int, rejects: int, tmp_path: Path
) -> None:
    assert callable(content)
    with (tmp_path / name).open("wb") as file:
        file.writelines(content())
    done = subprocess.run(
        [sys.executable, "-c", READER, str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    found_rows, found_rejects, peak_mb = map(int, done.stdout.split())
    assert (found_rows, found_rejects) == (rows, rejects)
    assert peak_mb < LIMIT_MB
