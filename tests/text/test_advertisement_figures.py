"""How many advertisements are found, and that no complaint about one is taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from voc.text.advertisements import is_advertisement
from voc.text.privacy import mask

ROWS: Final = Path(__file__).with_name("advertisement_pairs.yaml")
FOUND: Final = {"making": (29, 30), "measuring": (24, 30), "fresh": (4, 12)}
"""Of each part, how many advertisements are found, of how many."""


def _texts(part: str, kind: str) -> list[str]:
    rows: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(ROWS.read_text("utf-8"))
    return [row["text"] for row in rows[part][kind]]


@pytest.mark.parametrize("part", FOUND)
@pytest.mark.parametrize("as_stored", [False, True])
def test_advertisements_are_found(part: str, *, as_stored: bool) -> None:
    texts = _texts(part, "advertisements")
    found = [is_advertisement(mask(text).text if as_stored else text) for text in texts]
    assert (sum(found), len(found)) == FOUND[part]


@pytest.mark.parametrize("part", FOUND)
@pytest.mark.parametrize("as_stored", [False, True])
def test_who_complains_of_one_is_heard(part: str, *, as_stored: bool) -> None:
    texts = _texts(part, "voices")
    assert [
        text for text in texts if is_advertisement(mask(text).text if as_stored else text)
    ] == []
