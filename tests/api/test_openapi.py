"""The contract that others build on does not move unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI

REPOSITORY = Path(__file__).resolve().parents[2]
SNAPSHOT = REPOSITORY / "api" / "openapi.json"


def test_the_document_is_the_committed_one(app: FastAPI) -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert app.openapi() == committed, "type: python -m api.openapi > api/openapi.json"


def test_the_command_prints_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.openapi"], cwd=REPOSITORY, capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == SNAPSHOT.read_bytes()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for path in document["paths"].values() for each in path.values()]


def test_every_error_is_told_as_a_problem(app: FastAPI) -> None:
    document = app.openapi()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def test_every_operation_is_described(app: FastAPI) -> None:
    for operation in operations(app.openapi()):
        assert len(operation.get("description", "")) >= 15, operation["operationId"]
        assert operation["tags"]
