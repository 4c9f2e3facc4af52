"""Customers sent to the API are kept under the pseudonyms of feedback, the newest of each."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.data.conftest import Service
from voc.pipeline.forgetting import key_of

ROUTE = "/v1/customers"
ORDER = {"order_id": "N-1", "amount": 1299.5, "ordered_at": "2026-10-01T10:20:00", "product": "X5"}
CUSTOMER = {
    "customer_id": "13800138000",
    "tier": "钻石会员",
    "since": "2021-03-08",
    "tags": ["企业"],
}
NONE = {"new": 0, "updated": 0, "known": 0, "stale": 0}


def send(service: Service, *items: Any, scope: str = "ingest") -> Any:
    headers = service.headers(scope)
    return service.client.post(ROUTE, json={"items": list(items)}, headers=headers)


def test_a_customer_with_orders_is_kept_once(service: Service) -> None:
    first = send(service, {**CUSTOMER, "orders": [ORDER]})
    assert first.status_code == 200
    assert first.json() == {
        "customers": {**NONE, "new": 1}, "orders": {**NONE, "new": 1}, "rejected": []
    }  # fmt: skip
    again = send(service, {**CUSTOMER, "orders": [ORDER]}).json()
    assert (again["customers"], again["orders"]) == ({**NONE, "known": 1}, {**NONE, "known": 1})
    (kept,) = service.store.customers()
    assert (kept.tier, kept.tags) == ("钻石会员", ("企业",))
    assert kept.since is not None
    assert kept.since.isoformat() == "2021-03-08T00:00:00+08:00"
    assert [entry.action for entry in service.store.audit()].count(f"POST {ROUTE}") == 1


def test_the_person_is_the_one_of_the_feedback(service: Service) -> None:
    voice = {"native_id": "9", "channel": "review", "text": "顿挫", "customer_id": "13800138000"}
    service.client.post("/v1/feedback", json={"items": [voice]}, headers=service.headers("ingest"))
    send(service, CUSTOMER)
    (heard,) = [
        item.voice
        for item in service.store.feedback_page(limit=9).items
        if item.voice.feedback.customer_id
    ]
    assert service.store.tiers_of([heard.feedback_id]) == {heard.feedback_id: "钻石会员"}
    assert service.store.customers()[0].customer_id == key_of(
        service.store, service.settings, "13800138000"
    )


def test_what_is_older_changes_nothing(service: Service) -> None:
    send(service, {**CUSTOMER, "updated_at": "2026-11-01T00:00:00Z"})
    old = {**CUSTOMER, "tier": "普卡", "updated_at": "2026-10-01T00:00:00Z"}
    assert send(service, old).json()["customers"] == {**NONE, "stale": 1}
    assert service.store.customers()[0].tier == "钻石会员"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"tier": "金卡"}, "customer_id"),
        ({**CUSTOMER, "orders": [{"order_id": "1", "amount": 1}]}, "ordered_at"),
        ({**CUSTOMER, "orders": [{**ORDER, "amount": 1e13}]}, "amount"),
        ({**CUSTOMER, "since": "0001-01-01"}, "between the years"),
        ({**CUSTOMER, "name": "王建国"}, "name"),
        ("王建国", ""),
    ],
)
def test_a_bad_entry_is_rejected_alone_without_what_it_holds(
    service: Service, bad: Any, reason: str
) -> None:
    said = send(service, bad, CUSTOMER).json()
    assert said["customers"]["new"] == 1
    (rejected,) = said["rejected"]
    assert rejected["index"] == 0
    assert reason in rejected["reason"]
    assert "王建国" not in rejected["reason"]


def test_only_who_may_bring_feedback_may_bring_customers(service: Service) -> None:
    assert send(service, CUSTOMER, scope="read").status_code == 403
    assert send(service).status_code == 422
    assert service.store.customers() == []


def test_no_id_is_stored_as_it_came(service: Service) -> None:
    send(service, {**CUSTOMER, "orders": [{**ORDER, "store": "王建国13800138000的店"}]})
    (kept,) = service.store.customers()
    file = service.store.customer(kept.customer_id, since=kept.updated_at, until=kept.updated_at)
    assert "13800138000" not in str(file)
    assert "N-1" not in str(file)
