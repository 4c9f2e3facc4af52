"""Ids that are told by their beginning, as `wo_1a28`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

WHOLE_CHARS: Final = 23
"""Characters of a whole id, as wo_0123456789abcdef0123."""
_LEAST_CHARS: Final = 5
_LISTED: Final = 5


def full_id(told: str, known: Callable[[], Iterable[str]]) -> str:
    """Returns the id that `told` begins; `told` itself where it is whole or begins none.

    Args:
        told: An id, or at least its first five characters.
        known: Gives all ids there are; asked only where `told` is not whole.

    Raises:
        UsageError: Several begin so; the message lists them.
    """
    from voc.errors import UsageError

    if not _LEAST_CHARS <= len(told) < WHOLE_CHARS:
        return told
    found = sorted(name for name in known() if name.startswith(told))
    if len(found) > 1 and told not in found:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise UsageError(
            f"{told!r} begins {len(found)} ids, {', '.join(found[:_LISTED])}{more};"
            " tell more of the one you mean."
        )
    return found[0] if len(found) == 1 else told
