"""Whether there is a store is known without making one."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.errors import StoreError
from voc.store import open_store, store_place


def test_a_store_is_there_once_it_was_opened(new_store_url: str) -> None:
    assert not store_place(new_store_url).is_there
    assert not store_place(new_store_url).is_there
    open_store(new_store_url).close()
    assert store_place(new_store_url).is_there


def test_looking_makes_no_file(tmp_path: Path) -> None:
    place = store_place(f"sqlite:///{tmp_path / 'voc.db'}")
    assert place.where.endswith("voc.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "mysql://host/name"])
def test_a_wrong_address_is_told(url: str) -> None:
    with pytest.raises(StoreError):
        store_place(url)
