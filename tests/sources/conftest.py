"""What the tests of sources share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources.crawling.forked import forking
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.tables import read_rows

Read = Callable[..., tuple[list[Row], list[Reject]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes a file and reads it back as (rows, rejects)."""

    def read_back(
        name: str, content: bytes | str = b"", **options: Any
    ) -> tuple[list[Row], list[Reject]]:
        path = tmp_path / name
        if content or not path.exists():
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        with read_rows(path, **options) as table:
            items = list(table)
        return (
            [item for item in items if isinstance(item, Row)],
            [item for item in items if isinstance(item, Reject)],
        )

    return read_back


@pytest.fixture(scope="module")
def forked_crawls() -> Iterator[None]:
    """Lets the crawls of a module be forked (see `tests.sources.crawling.forked`)."""
    with tempfile.TemporaryDirectory() as folder, forking(f"{folder}/crawls"):
        yield
