"""Webhooks in: signed, kept before they are answered, once, and counted by source."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from standardwebhooks import webhooks
from standardwebhooks.webhooks import Webhook

from tests.api.data.conftest import Service
from voc.records import stable_id

SECRET, OLD, OTHER = (f"whsec_{base64.b64encode(bytes([n]) * 32).decode()}" for n in range(3))
PATH = "/v1/sources/desk/webhook"
MAP = {"text": "ticket.body", "id": "ticket.id", "deleted": "ticket.deleted_at"}
DESK = {"kind": "webhook", "secret": SECRET, "old_secret": OLD, "map": MAP, "channel": "chat"}


@pytest.fixture
def desk(serve: Callable[..., Service]) -> Service:
    many = {"kind": "webhook", "secret": SECRET, "items": "rows"}
    plain = {"kind": "webhook", "secret": SECRET}
    return serve(sources={"desk": DESK, "many": many, "plain": plain, "file": {"path": "a.csv"}})


def body(number: int, text: str | None = "太慢了", **more: Any) -> dict[str, Any]:
    return {"ticket": {"id": number, "body": text, **more}}


def post(
    service: Service, sent: Any, *, name: str = "m1", secret: str = SECRET,
    at: datetime | None = None, path: str = PATH, headers: Mapping[str, str] | None = None,
) -> Any:  # fmt: skip
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    at = at or datetime.now(UTC)
    signed = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, raw.decode("latin-1")),
        **(headers or {}),
    }
    return service.client.post(path, content=raw, headers=signed)


def test_what_is_signed_is_kept_before_it_is_answered(desk: Service) -> None:
    answer = post(desk, body(1))
    assert (answer.status_code, answer.json()) == (
        202, {"accepted": 1, "duplicates": 0, "withdrawn": 0, "rejected": []},
    )  # fmt: skip
    kept = desk.store.feedback(stable_id("fb", "desk", "1"))
    assert kept is not None
    assert (kept.feedback.text, kept.feedback.channel) == ("太慢了", "chat")
    [entry] = desk.store.audit(limit=1)
    assert entry.actor == "webhook:source:desk"


def test_the_same_id_does_nothing_twice_and_is_told_the_same(desk: Service) -> None:
    first = post(desk, body(1))
    assert post(desk, body(1)).json() == first.json()
    assert desk.store.counts().versions == 1
    assert len(desk.store.audit()) == 1
    assert post(desk, body(1, "别的")).status_code in (409, 422)
    assert post(desk, body(1, "别的"), name="m2").json()["accepted"] == 1
    assert desk.store.counts().versions == 2


def test_a_voice_is_taken_back_and_comes_again(desk: Service) -> None:
    post(desk, body(1), name="a")
    answer = post(desk, body(1, deleted_at="2026-11-02"), name="b")
    assert answer.json()["withdrawn"] == 1
    assert desk.store.counts().feedback == 0
    assert post(desk, body(1, "又坏了"), name="c").json()["accepted"] == 1
    assert desk.store.counts().feedback == 1


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A clock that stands still for whoever checks a signature."""
    moment = datetime.now(UTC).replace(microsecond=0)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz)

    monkeypatch.setattr(webhooks, "datetime", Clock)
    return moment


@pytest.mark.parametrize("seconds", [-300, -299, 299, 300])
def test_the_window_of_five_minutes(desk: Service, now: datetime, seconds: int) -> None:
    assert post(desk, body(1), at=now + timedelta(seconds=seconds)).status_code == 202


@pytest.mark.parametrize("seconds", [-301, 301])
def test_replays_are_refused(desk: Service, now: datetime, seconds: int) -> None:
    assert post(desk, body(1), at=now + timedelta(seconds=seconds)).status_code == 401
    assert desk.store.counts().feedback == 0


def test_only_the_sources_own_secrets_sign(desk: Service) -> None:
    assert post(desk, body(1), secret=OLD).status_code == 202
    assert post(desk, body(2), secret=OTHER).status_code == 401
    for path in ("/v1/sources/nosuch/webhook", "/v1/sources/file/webhook"):
        assert post(desk, body(2), path=path).status_code == 401
    changed = {"webhook-signature": Webhook(SECRET).sign("m1", datetime.now(UTC), "other")}
    assert post(desk, body(2), headers=changed).status_code == 401
    assert desk.store.counts().feedback == 1


def test_a_key_does_as_well_and_unknown_sources_are_not_found(desk: Service) -> None:
    headers = desk.headers("ingest")
    assert desk.client.post(PATH, json=body(1), headers=headers).json()["accepted"] == 1
    assert desk.client.post(PATH, json=body(1), headers=headers).json()["duplicates"] == 1
    for name in ("nosuch", "file"):
        answer = desk.client.post(f"/v1/sources/{name}/webhook", json={}, headers=headers)
        assert answer.status_code == 404


@pytest.mark.parametrize("sent", [b"", b"no json", b"\xff", b"[5]", b"{}", b'{"ticket": 5}'])
def test_poison_is_set_aside_and_answered(desk: Service, sent: bytes) -> None:
    answer = desk.client.post(PATH, content=sent, headers=desk.headers("ingest"))
    assert answer.status_code == 202
    [rejected] = answer.json()["rejected"]
    assert rejected["index"] == 0
    assert rejected["reason"]
    [reject] = desk.store.rejects("desk")
    assert reject.reason == rejected["reason"]


def test_many_voices_in_one_body_are_one_transaction(desk: Service) -> None:
    rows: list[Any] = [{"native_id": str(n), "text": f"第{n}条"} for n in range(700)]
    rows += [5, {"native_id": "3", "deleted": True}, {"native_id": "3", "text": "又来"}]
    answer = post(desk, {"rows": rows}, path="/v1/sources/many/webhook").json()
    assert (answer["accepted"], answer["withdrawn"]) == (701, 1)
    assert [each["index"] for each in answer["rejected"]] == [700]
    assert desk.store.counts().feedback == 700


def test_the_metrics_tell_how_sources_are(desk: Service) -> None:
    post(desk, body(1), name="a")
    post(desk, b"no json", name="b")
    post(desk, body(1, deleted_at=1), name="c")
    text = desk.client.get("/metrics").text
    assert 'voc_source_rows{source="desk"} 1.0' in text
    assert 'voc_source_rejects{source="desk"} 1.0' in text
    assert 'voc_source_withdrawn{source="desk"} 1.0' in text
    assert 'voc_source_failing{source="desk"} 0.0' in text
    assert 'voc_source_last_run_timestamp_seconds{source="desk"}' in text
    assert "太慢了" not in text
    assert "no json" not in text
