"""What the tests of the pipeline share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.workshop import Workshop
from voc.store import open_store


@pytest.fixture(scope="module", autouse=True)
def _models_once(models_once: None) -> None:
    """Engines load the models that others loaded before."""


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        yield Workshop(store, tmp_path)
