"""What all parts of a routing file share: how names and lists of them are written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


def _in_words(value: Any) -> Any:
    """Numbers and the like that stand for a name, as a store called 8."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Name = Annotated[str, BeforeValidator(_in_words), Field(min_length=1, max_length=80)]
Names = Annotated[tuple[Name, ...], BeforeValidator(listed)]


class Section(BaseModel):
    """Base of all parts: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
