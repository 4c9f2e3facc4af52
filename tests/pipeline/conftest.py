"""What the tests of the pipeline share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def _models_once(models_once: None) -> None:
    """Engines load the models that others loaded before."""
