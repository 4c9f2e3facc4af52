"""Work orders are opened once, and other systems tell once what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from api.events import EventIn
from tests.api.data.conftest import ISSUE, Service, seed
from tests.store.test_effects import EFFECT

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ISSUE_PATH = f"/v1/issues/{ISSUE.issue_id}/work-orders"


def opened(service: Service, **body: Any) -> Any:
    return service.client.post(ISSUE_PATH, headers=service.headers("work-orders"), json=body)


def told(service: Service, order: str, **body: Any) -> Any:
    return service.client.post(
        f"/v1/work-orders/{order}/events", headers=service.headers("work-orders"), json=body
    )


def test_an_issue_gets_its_order_by_the_rules(service: Service) -> None:
    answer = opened(service)
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert order["department"]
    assert order["status"] == "open"
    assert answer.headers["location"] == f"/v1/work-orders/{order['work_order_id']}"
    (message,) = service.store.outbox("pending")
    assert message.message.payload["data"]["work_order"]["department"] == order["department"]
    again = opened(service)
    assert again.status_code == 409
    assert order["work_order_id"] in again.json()["detail"]


def test_a_person_may_name_the_department(service: Service) -> None:
    order = opened(service, department="客户关怀部").json()
    assert order["department"] == "客户关怀部"
    (message,) = service.store.outbox("pending")
    assert message.message.payload["data"]["work_order"]["department"] == "客户关怀部"


def test_the_same_request_opens_one(service: Service) -> None:
    headers = {**service.headers("work-orders"), "Idempotency-Key": "once"}
    answers = [service.client.post(ISSUE_PATH, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["work_order_id"] for answer in answers}) == 1
    assert len(service.store.work_orders()) == 1


def test_an_issue_that_is_ignored_or_unknown_gets_none(service: Service) -> None:
    unknown = service.client.post(
        "/v1/issues/is_none/work-orders", headers=service.headers("work-orders")
    )
    assert unknown.status_code == 404
    with service.store.transaction() as transaction:
        transaction.set_issue_status(ISSUE.issue_id, "ignored", "李工", None, datetime.now(UTC))
    assert opened(service).status_code == 409


def test_events_move_it_and_closing_closes_its_issue(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    at = datetime.now(UTC)
    for number, event in enumerate(("accepted", "in_progress", "resolved", "closed")):
        moment = (at + timedelta(seconds=number)).isoformat()
        answer = told(service, order, event_id=f"e{number}", event=event, at=moment, actor="李工")
        assert answer.status_code == 200, answer.text
        assert answer.json()["work_order"]["status"] == event
        assert (answer.json()["applied"], answer.json()["repeated"]) == (True, False)
    issue = service.store.issue(ISSUE.issue_id)
    assert issue is not None
    assert issue.status == "closed"


def test_an_event_told_again_does_nothing(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    body = {"event_id": "e1", "event": "note", "note": "已联系客户13812345678"}
    first, again = told(service, order, **body), told(service, order, **body)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    notes = [
        entry for entry in again.json()["work_order"]["history"] if "联系" in (entry["note"] or "")
    ]
    assert len(notes) == 1
    assert "13812345678" not in first.text
    other = told(service, order, event_id="e1", event="accepted")
    assert other.status_code == 422


def test_an_illegal_event_is_told_with_what_is_allowed(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    told(service, order, event_id="e1", event="closed")
    answer = told(service, order, event_id="e2", event="waiting")
    assert answer.status_code == 409
    assert "reopened" in answer.json()["detail"]
    # The id was not used up.
    assert told(service, order, event_id="e2", event="reopened", note="又来了").status_code == 200


def test_a_late_event_is_noted_and_changes_nothing(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    at = datetime.now(UTC)
    told(service, order, event_id="e2", event="resolved", at=at.isoformat())
    late = told(
        service, order, event_id="e1", event="in_progress",
        at=(at - timedelta(minutes=5)).isoformat(),
    )  # fmt: skip
    assert late.status_code == 200, late.text
    assert late.json()["applied"] is False
    assert late.json()["work_order"]["status"] == "resolved"
    assert "in_progress" in late.json()["work_order"]["history"][-1]["note"]


@pytest.mark.parametrize(
    "body",
    [
        {"event": "accepted"},
        {"event_id": "e", "event": "exploded"},
        {"event_id": "e", "event": "rejected"},
        {"event_id": "e", "event": "accepted", "at": "2200-01-01T00:00:00Z"},
        {"event_id": "e", "event": "accepted", "colour": "红"},
    ],
    ids=["no id", "no event", "no reason", "future", "unknown key"],
)
def test_a_bad_event_is_refused(service: Service, body: dict[str, Any]) -> None:
    order = opened(service).json()["work_order_id"]
    assert told(service, order, **body).status_code == 422


def signed(secret: str, body: bytes, *, at: datetime, name: str = "msg_1") -> dict[str, str]:
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, body.decode()),
        "content-type": "application/json",
    }


@pytest.fixture
def signing(serve: Callable[..., Service]) -> Service:
    service = serve(**{"webhooks.secrets": {"default": f"{SECRET} {OLD_SECRET}"}})
    seed(service.store)
    return service


def test_a_signed_event_needs_no_key(signing: Service) -> None:
    order = opened(signing).json()["work_order_id"]
    path = f"/v1/work-orders/{order}/events"
    body = json.dumps({"event": "accepted"}).encode()
    now = datetime.now(UTC)
    for number, secret in enumerate((SECRET, OLD_SECRET)):
        headers = signed(secret, body, at=now)
        answer = signing.client.post(path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["repeated"] is bool(number)
    history = answer.json()["work_order"]["history"]
    assert history[-1]["actor"] == "webhook:default"


@pytest.mark.parametrize(
    ("flaw", "age_s"),
    [("secret", 0), ("body", 0), ("signature", 0), ("id", 0), ("", 400), ("", -400)],
)
def test_a_wrong_signature_opens_nothing(signing: Service, flaw: str, age_s: int) -> None:
    order = opened(signing).json()["work_order_id"]
    body = json.dumps({"event": "accepted"}).encode()
    secret = "whsec_" + "A" * 32 if flaw == "secret" else SECRET
    headers = signed(secret, body, at=datetime.now(UTC) - timedelta(seconds=age_s))
    if flaw == "body":
        body = json.dumps({"event": "resolved"}).encode()
    if flaw == "signature":
        headers["webhook-signature"] = "v1,AAAA"
    if flaw == "id":
        headers["webhook-id"] = "msg_2"
    answer = signing.client.post(f"/v1/work-orders/{order}/events", content=body, headers=headers)
    assert answer.status_code == 401
    assert [entry.event for entry in signing.store.work_orders()[0].history] == ["opened", "note"]


def test_a_signed_event_is_no_other_orders(signing: Service) -> None:
    first = opened(signing).json()["work_order_id"]
    other = replace(signing.store.work_orders()[0], work_order_id="wo_0123456789abcdef0123")
    with signing.store.transaction() as transaction:
        transaction.save_work_order(other)
    body = json.dumps({"event": "resolved"}).encode()
    headers = signed(SECRET, body, at=datetime.now(UTC))
    answers = [
        signing.client.post(f"/v1/work-orders/{name}/events", content=body, headers=headers)
        for name in (first, other.work_order_id, first)
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 200]
    assert answers[2].json()["repeated"]
    order = signing.store.work_order(other.work_order_id)
    assert order is not None
    assert order.status == "open"


def test_a_signature_opens_no_other_route(signing: Service) -> None:
    body = b'{"items":[{"native_id":"1","channel":"review","text":"x"}]}'
    headers = signed(SECRET, body, at=datetime.now(UTC))
    assert signing.client.post("/v1/feedback", content=body, headers=headers).status_code == 401


def test_a_work_order_is_handled_through_the_api(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    at = datetime.now(UTC)
    steps: list[tuple[dict[str, Any], str]] = [
        ({"event": "accepted"}, "accepted"),
        ({"event": "waiting", "waiting_for": "third_party"}, "waiting"),
        ({"event": "resume"}, "in_progress"),
        ({"event": "suspend", "note": "等配件"}, "in_progress"),
        ({"event": "resume"}, "in_progress"),
        ({"event": "urge"}, "in_progress"),
        ({"event": "extend", "days": 2, "note": "缺货"}, "in_progress"),
        ({"event": "grant"}, "in_progress"),
        ({"event": "transfer", "department": "售后服务部", "note": "属维修"}, "open"),
        ({"event": "resolved"}, "resolved"),
        ({"event": "call_back", "satisfaction": 2, "note": "还响"}, "reopened"),
        ({"event": "resolved"}, "resolved"),
        ({"event": "call_back", "satisfaction": 5}, "resolved"),
        ({"event": "closed"}, "closed"),
        ({"event": "archive"}, "closed"),
    ]
    for number, (body, status) in enumerate(steps):
        moment = (at + timedelta(seconds=number)).isoformat()
        answer = told(service, order, event_id=f"e{number}", at=moment, **body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["work_order"]["status"] == status
    shown = service.client.get(f"/v1/work-orders/{order}", headers=service.headers("read")).json()
    assert (shown["satisfaction"], shown["reopened_count"]) == (5, 1)
    assert shown["clock"]["archived_at"] is not None
    granted = next(entry for entry in shown["history"] if entry["event"] == "grant")
    assert granted["changes"]["extension_hours"] == [16, None]
    assert granted["changes"]["due_at"][0] < granted["changes"]["due_at"][1]
    messages = [each.message.payload for each in service.store.outbox()]
    assert [message["data"].get("event", {}).get("event") for message in messages] == [
        None, "resume", "suspend", "resume", "urge", "grant", "transfer", "reopened",
    ]  # fmt: skip
    assert [message["sequence"] for message in messages] == list(range(1, 9))
    assert {message["type"] for message in messages[1:]} == {"work_order.updated"}


def test_a_returned_order_is_open_with_whom_the_rules_name_next(service: Service) -> None:
    order = opened(service).json()
    answer = told(service, order["work_order_id"], event_id="e1", event="rejected", note="不归我们")
    after = answer.json()["work_order"]
    assert after["status"] == "open"
    assert after["department"] != order["department"]
    events = [entry["event"] for entry in after["history"]]
    assert events[-2:] == ["rejected", "rerouted"]
    assert after["history"][-2]["changes"]["rule"] == [order["rule"], None]


def test_orders_are_merged_through_the_api(service: Service) -> None:
    first = opened(service).json()["work_order_id"]
    other = replace(ISSUE, issue_id="is_other")
    with service.store.transaction() as transaction:
        transaction.save_issues([other])
    second = service.client.post(
        f"/v1/issues/{other.issue_id}/work-orders", headers=service.headers("work-orders")
    ).json()["work_order_id"]
    unknown = told(service, second, event_id="e0", event="merge", into="wo_none")
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/into"
    merged = told(service, second, event_id="e1", event="merge", into=first).json()["work_order"]
    assert (merged["status"], merged["merged_into"]) == ("closed", first)
    answer = told(service, second, event_id="e2", event="reopened", note="又来了")
    assert answer.status_code == 409
    assert first in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"event": "transfer", "note": "x"}, "transfer needs department"),
        ({"event": "transfer", "department": "甲"}, "transfer needs a reason"),
        ({"event": "merge"}, "merge needs into"),
        ({"event": "extend", "note": "x"}, "extend needs hours or days or due_at"),
        ({"event": "extend", "hours": 1, "days": 1, "note": "x"}, "takes one of"),
        ({"event": "extend", "hours": 0, "note": "x"}, "greater than 0"),
        ({"event": "extend", "due_at": "9999-12-31T23:59:59Z", "note": "x"}, "between the years"),
        ({"event": "accepted", "at": "0001-01-01T00:00:00+14:00"}, "between the years"),
        ({"event": "call_back"}, "call_back needs satisfaction"),
        ({"event": "call_back", "satisfaction": 6}, "less than or equal to 5"),
        ({"event": "waiting", "waiting_for": "godot"}, "customer"),
        ({"event": "accepted", "hours": 2}, "accepted takes no hours"),
        ({"event": "refuse"}, "refuse needs a reason"),
    ],
)
def test_an_action_without_what_it_needs_is_refused(
    service: Service, body: dict[str, Any], said: str
) -> None:
    order = opened(service).json()["work_order_id"]
    answer = told(service, order, event_id="e", **body)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_action_told_again_does_nothing(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    told(service, order, event_id="e0", event="extend", hours=4, note="缺货")
    body = {"event_id": "e1", "event": "grant"}
    first, again = told(service, order, **body), told(service, order, **body)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    due = [answer.json()["work_order"]["due_at"] for answer in (first, again)]
    assert due[0] == due[1]
    assert told(service, order, event_id="e1", event="grant", hours=2).status_code == 422


def test_a_request_of_old_is_known_again() -> None:
    old = b'{"event":"accepted","at":null,"note":null,"actor":"\xe6\x9d\x8e\xe5\xb7\xa5"}'
    assert EventIn(event_id="e1", event="accepted", actor="李工").asked() == old


def test_an_item_tells_whether_it_helped(service: Service) -> None:
    order = opened(service).json()["work_order_id"]
    path, headers = f"/v1/work-orders/{order}", service.headers("read")
    assert service.client.get(path, headers=headers).json()["effect"] is None
    effect = replace(EFFECT, work_order_id=order, issue_id=ISSUE.issue_id)
    with service.store.transaction() as transaction:
        transaction.save_effects([effect])
    told = service.client.get(path, headers=headers).json()["effect"]
    assert (told["verdict"], told["before"]["per_100"]) == ("not_effective", 3.3333)
    issue = service.client.get(f"/v1/issues/{ISSUE.issue_id}", headers=headers).json()
    assert issue["effect"] == told
