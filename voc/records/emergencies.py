"""How issues are called that stand for an emergency, not for an aspect or a theme."""

from __future__ import annotations

from typing import Final

UNPLACED: Final = "unplaced"
"""Stands for the aspect of an emergency that belongs to no aspect of its taxonomy."""


def theme_of(reason: str) -> str:
    """Returns the id of the theme that emergencies of one reason of urgency make."""
    return f"{UNPLACED}.{reason}"


def reason_of(topic_id: str | None) -> str | None:
    """Returns the reason of urgency that stands for a theme; `None` for any other theme."""
    prefix, _, reason = (topic_id or "").partition(".")
    return reason or None if prefix == UNPLACED else None
