"""The report as JSON for other programs, and the schema that says what stands in it.

`schema.json` beside this module is `json_schema()` of `VERSION`; a test holds both equal. What is
there keeps its name and meaning within a version; keys may be added.
"""

from __future__ import annotations

import json
from typing import Any, Final

from voc.report.figures import Figures

FORMAT: Final = "voc-report"
VERSION: Final = 5


def to_json(figures: Figures) -> str:
    """Returns the report as one JSON object, ending in a line feed.

    `format` and `version` say what it is; the rest is as `schema.json` describes it. What cannot
    be written as UTF-8 is replaced.
    """
    whole = {"format": FORMAT, "version": VERSION, **figures.as_dict()}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text.encode('utf-8', 'replace').decode()}\n"


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of what `to_json` writes."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Figures).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": FORMAT,
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            **schema["properties"],
        },
        "required": ["format", "version", *schema["required"]],
    }
