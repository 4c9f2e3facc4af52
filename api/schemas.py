"""What goes in and out of the API, as pydantic models with examples in Chinese."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from voc.records import Task

MOST_ITEMS = 128
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Item(BaseModel):
    """One text to tag."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=200, description="Comes back with the Tags.")]
    text: Annotated[str, Field(description="The customer's words; may be empty.")]


class ClassifyRequest(BaseModel):
    """1 to 128 texts, and how to tag them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "items": [{"id": "1", "text": "起步顿挫严重，但是空间很大"}],
                    "industry": "automotive",
                }
            ]
        },
    )

    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
    industry: Annotated[
        str | None, Field(max_length=64, pattern=r"^[a-z0-9_-]+$", description="Id of an industry.")
    ] = None
    aspects: Annotated[
        list[Name] | None,
        Field(min_length=1, max_length=100, description="Look for these by their names."),
    ] = None
    tasks: Annotated[list[Task] | None, Field(description="What to tag; all by default.")] = None


class ClassifyResponse(BaseModel):
    """Tags of each item, in order."""

    results: list[dict[str, Any]]
    model: str = Field(description="Name and version of the model that tagged.")
