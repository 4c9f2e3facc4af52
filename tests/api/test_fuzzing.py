"""Case 19: whatever is sent, no 5xx and no answer that the OpenAPI document does not tell.

VOC_TEST_FUZZ_EXAMPLES says how many examples each operation gets, and how many walks there are
whose ids and cursors come from the answers to calls before.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.data.conftest import ISSUE, seed
from tests.api.serving import RunningServer
from tests.api.test_openapi import SNAPSHOT
from voc.store import open_store

WALKS = 120
"""Fewest walks, so that every list is reached by one."""

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


PATIENCE_S: Final = 120  # a busy machine takes its time
STEPS: Final = 6  # calls of a walk at most
LISTS: Final = {  # the parameter of one, and what a list calls it
    "feedback": ("feedback_id", "id"),
    "topics": ("topic_id", "topic_id"),
    "issues": ("issue_id", "issue_id"),
    "work-orders": ("work_order_id", "work_order_id"),
}
FIRST = "$response.body#/items/0/"


def place(path: str, method: str) -> str:
    """Returns how a link names an operation."""
    return f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"


def linked(document: dict[str, Any]) -> dict[str, Any]:
    """Adds which answers hold what other calls take: ids, and where a list goes on.

    Lists are asked for whole, and the key is not made up: test_fuzzing does both.
    """
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    for name in LISTS:
        listing = document["paths"][f"/v1/{name}"]["get"]
        listing["parameters"] = [
            each for each in listing["parameters"] if each["name"] in ("cursor", "limit")
        ]

    def link(path: str, method: str, status: str, to: tuple[str, str], **given: Any) -> None:
        answers = document["paths"][path][method]["responses"]
        links = answers[status].setdefault("links", {})
        links[f"{to[1]} {to[0]} {sorted(given)}"] = {"operationRef": place(*to), **given}

    for name, (id_, told) in LISTS.items():
        path = f"/v1/{name}"
        link(path, "get", "200", (path, "get"), parameters={"cursor": "$response.body#/next"})
        one = {"parameters": {id_: FIRST + told}}
        link(path, "get", "200", (f"{path}/{{{id_}}}", "get"), **one)
    opening = "/v1/issues/{issue_id}/work-orders"
    telling = "/v1/work-orders/{work_order_id}/events"
    link("/v1/issues", "get", "200", (opening, "post"), parameters={"issue_id": FIRST + "issue_id"})
    orders = {"parameters": {"work_order_id": FIRST + "work_order_id"}}
    link("/v1/work-orders", "get", "200", (telling, "post"), **orders)
    opened = {"parameters": {"work_order_id": "$response.body#/work_order_id"}}
    for answer in ("200", "201"):
        if answer in document["paths"][opening]["post"]["responses"]:
            link(opening, "post", answer, (telling, "post"), **opened)
            link(opening, "post", answer, ("/v1/work-orders/{work_order_id}", "get"), **opened)
    return document


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("server")
    with open_store(f"sqlite:///{folder / 'voc.db'}") as store:
        seed(store)
    with RunningServer(folder) as running:
        answer = httpx2.post(
            f"{running.url}/v1/issues/{ISSUE.issue_id}/work-orders",
            headers=running.headers, json={"department": "质量部"}, timeout=60,
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
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
        case.call_and_validate(headers=server.headers, checks=CHECKS, timeout=PATIENCE_S)

    call()
    assert server.process.poll() is None, server.log


def test_no_walk_breaks_it(server: RunningServer) -> None:
    document = httpx2.get(f"{server.url}/openapi.json", timeout=60).json()
    schema = schemathesis.openapi.from_dict(linked(document))
    schema.config.update(base_url=server.url)
    schema.config.phases.stateful.inference.algorithms = []
    seen: Counter[tuple[str, int]] = Counter()

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"headers": server.headers, "timeout": PATIENCE_S}

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case[Any], **_: Any
        ) -> None:
            seen[case.operation.label, response.status_code] += 1
            case.validate_response(response, checks=CHECKS, headers=server.headers)

    Walk.run(
        settings=settings(
            max_examples=max(EXAMPLES, WALKS),
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    assert server.process.poll() is None, server.log
    for name, (id_, _) in LISTS.items():
        assert seen[f"GET /v1/{name}/{{{id_}}}", 200], f"no walk reached one of {name}: {seen}"
