"""How the names of themes look that name a subject and no problem, as 开发商（推诿、欺骗等）."""

from __future__ import annotations

from typing import Final

MIXED: Final = "（多方面）"
"""What stands after the subject of a theme in which several voices say nothing alike."""
AND_MORE: Final = "（{}等）"
"""Stands there with what several of them judge by."""
_ENDS: Final = (MIXED, AND_MORE.partition("{}")[2])


def is_mixed(name: str) -> bool:
    """Says whether a name is that of a theme in which no problem stands for most."""
    return name.endswith(_ENDS)
