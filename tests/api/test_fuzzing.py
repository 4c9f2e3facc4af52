"""Case 19: whatever is sent, no 5xx and no answer that the OpenAPI document does not tell.

VOC_TEST_FUZZ_EXAMPLES says how many examples each operation gets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.serving import RunningServer
from tests.api.test_openapi import SNAPSHOT

# Read when the module is, for tests run without VOC_* variables.
EXAMPLES = int(os.environ.get("VOC_TEST_FUZZ_EXAMPLES", "25"))


def not_broken(
    context: schemathesis.CheckContext,
    response: schemathesis.Response,
    case: schemathesis.Case[Any],
) -> bool | None:
    """Lets pass that a busy machine cannot answer within the milliseconds an example allows."""
    return None if response.status_code == 504 else not_a_server_error(context, response, case)


CHECKS = [
    not_broken,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    (method, path)
    for path, operations in json.loads(SNAPSHOT.read_text(encoding="utf-8"))["paths"].items()
    for method in operations
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value)
def test_no_call_breaks_it(server: RunningServer, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy())
    def call(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=server.headers, checks=CHECKS)

    call()
    assert server.process.poll() is None, server.log
