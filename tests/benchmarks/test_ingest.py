"""Two processes take the same feedback at once: each is stored once."""

from __future__ import annotations

import pytest

from tests.benchmarks.ingest import take
from tests.store.conftest import postgres_trouble, postgres_url  # noqa: F401 - fixtures


@pytest.mark.postgres
def test_each_is_stored_once(postgres_url: str) -> None:  # noqa: F811
    done = take(postgres_url, rows=300, processes=2, batch=50)
    assert (done.stored, done.versions, done.accepted, done.duplicates) == (300, 300, 300, 300)
