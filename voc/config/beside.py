"""SQLite files that a config file names: a relative one lies beside the config."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

# Neither `:memory:` nor a URI (`file:…`) is a path.
_RELATIVE: Final = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)")


def beside(url: str, folder: Path) -> str:
    """Returns the URL of a store; a relative path of SQLite is taken from `folder`.

    Other URLs, absolute paths and stores in memory stay as they are.
    """
    named = _RELATIVE.fullmatch(url)
    return f"{named[1]}{folder / Path(named[2]).expanduser()}" if named else url


def stores_beside(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Returns a config's keys with the URLs of its stores taken from `folder`.

    What is no text is left for the validation to name.
    """
    changed = dict(content)
    if isinstance(content.get("store"), dict):
        changed["store"] = _beside_each(content["store"], folder, only="url")
    if isinstance(content.get("workspaces"), dict):
        changed["workspaces"] = _beside_each(content["workspaces"], folder)
    return changed


def _beside_each(
    values: Mapping[str, Any], folder: Path, *, only: str | None = None
) -> dict[str, Any]:
    return {
        key: beside(value, folder) if isinstance(value, str) and only in (None, key) else value
        for key, value in values.items()
    }
