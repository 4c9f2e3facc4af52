"""The OpenAPI document: FastAPI's, with problems instead of its own errors.

`python -m api.openapi` prints it; `api/openapi.json` holds it, and a test compares the two.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, Problem, title_of

_OWN: Final = ("HTTPValidationError", "ValidationError")
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def describe(app: FastAPI) -> dict[str, Any]:
    """Returns the document of an app, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in _OWN:
            schemas.pop(name, None)
        schemas |= _problem_schemas()
        for path in document["paths"].values():
            for method in _METHODS:
                if method in path:
                    _tell_problems(path[method])
        app.openapi_schema = document
    return app.openapi_schema


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    inner: dict[str, Any] = schema.pop("$defs", {})
    return {**inner, "Problem": schema}


def _tell_problems(operation: dict[str, Any]) -> None:
    """Says that every error of an operation is a problem."""
    responses = operation["responses"]
    if "422" in responses:
        responses["422"] = {"description": title_of(422)}
    for status, response in responses.items():
        if status.isdecimal() and int(status) >= 400:
            reference = {"$ref": "#/components/schemas/Problem"}
            response["content"] = {MEDIA_TYPE: {"schema": reference}}


def main() -> None:
    """Prints the document of the whole API."""
    from api.main import create_app
    from voc.config import Settings

    def never() -> Any:
        raise AssertionError("nothing is loaded to describe the API")

    app = create_app(settings=Settings(), store=never, engine=never)
    sys.stdout.write(json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
