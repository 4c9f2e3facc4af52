"""What is sent is kept once, masked, before the answer; a bad row costs no good one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.data.conftest import MODEL, VOICE, Service
from voc.records import Sentiment, Tags, VoiceAction
from voc.store import Store


def voice(number: int | str, text: str = "包装破了", **values: Any) -> dict[str, Any]:
    return {"native_id": str(number), "channel": "review", "text": text, **values}


def send(service: Service, *items: Any, **values: Any) -> Any:
    headers = values.pop("headers", None) or service.headers("ingest")
    return service.client.post(
        "/v1/feedback", headers=headers, json={"items": list(items), **values}
    )


def newest(store: Store) -> Any:
    return store.feedback_page(limit=1).items[0].voice


def test_it_is_kept_once_and_an_edit_is_a_version(service: Service) -> None:
    first = send(service, voice(1), voice(2), industry="snack")
    assert first.status_code == 202
    assert first.json() == {"accepted": 2, "duplicates": 0, "rejected": []}
    again = send(service, voice(1), voice(2), voice(2), industry="snack")
    assert again.json() == {"accepted": 0, "duplicates": 3, "rejected": []}
    assert send(service, voice(1, "包装全破了")).json()["accepted"] == 1
    assert service.store.counts().feedback == 3
    kept = newest(service.store)
    assert (kept.version, kept.industry, kept.feedback.source) == (2, "snack", "api:default")


def test_each_may_name_an_industry_of_its_own(service: Service) -> None:
    items = (voice(1, industry="automotive"), {"text": "没有编号"}, voice(2), voice(3))
    bad = voice(4, industry="snak")
    told = send(service, *items, bad, industry="snack").json()
    assert (told["accepted"], [row["index"] for row in told["rejected"]]) == (3, [1, 4])
    assert told["rejected"][1]["reason"].startswith("industry: There is no industry 'snak'; there")
    assert "Did you mean 'snack'?" in told["rejected"][1]["reason"]
    assert "path" not in told["rejected"][1]["reason"]
    assert industries(service.store) == {"1": "automotive", "2": "snack", "3": "snack"}
    again = send(service, *items, industry="snack").json()
    assert (again["accepted"], again["duplicates"]) == (0, 3)


def test_one_named_later_is_given_to_what_is_known(service: Service) -> None:
    send(service, voice(1), voice(2))
    assert industries(service.store) == {"1": None, "2": None}
    told = send(service, voice(1), voice(2, industry="snack")).json()
    assert told == {"accepted": 0, "duplicates": 2, "rejected": []}
    assert industries(service.store) == {"1": None, "2": "snack"}


def industries(store: Store) -> dict[str, str | None]:
    found = (item.voice for item in store.feedback_page(limit=10).items)
    return {
        item.feedback.native_id: item.industry
        for item in found
        if item.feedback.source == "api:default"
    }


def test_two_keys_of_a_workspace_speak_of_the_same_voice(service: Service) -> None:
    send(service, voice(1))
    assert send(service, voice(1)).json()["duplicates"] == 1
    send(service, voice(1), headers=service.headers("ingest", workspace="north"))
    assert service.other.counts().feedback == 1


def test_personal_data_is_masked(service: Service) -> None:
    send(
        service,
        voice(
            1, "我叫张伟，电话13812345678，麻烦回电", author="张伟", customer_id="c9",
            extra={"手机": "13812345678"},
        ),
    )  # fmt: skip
    kept = json.dumps(newest(service.store).feedback.as_dict(), ensure_ascii=False)
    assert "13812345678" not in kept
    assert "张伟" not in kept
    assert '"c9"' not in kept


BAD: list[tuple[str, Any, str]] = [
    ("no object", 7, "valid dictionary"),
    ("null", None, "valid dictionary"),
    ("no words", {"native_id": "x", "channel": "review"}, "needs text"),
    ("no id", {"channel": "review", "text": "好"}, "native_id"),
    ("a channel there is not", voice(3, channel="telegraph"), "channel"),
    ("a key there is not", voice(3, colour="红"), "colour"),
    ("a grade out of range", voice(3, nps=11), "nps"),
    ("a rating over its best", voice(3, rating=6, rating_max=5), "rating"),
    ("a time that is none", voice(3, created_at="昨天"), "created_at"),
    ("a time before our own", voice(3, created_at="0001-01-01T00:00:00Z"), "created_at"),
    ("a source that is a path", voice(3, source="../x"), "source"),
    ("much beside", voice(3, extra={"k": "长" * 9000}), "extra"),
    ("a number no one can hold", voice(3, extra={"k": 10**30}), "extra"),
    ("a long id", voice("9" * 201), "native_id"),
    ("an industry that is a path", voice(3, industry="../x.yaml"), "industry"),
    ("an industry there is not", voice(3, industry="no-such"), "There is no industry 'no-such'"),
]


@pytest.mark.parametrize(("item", "why"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_row_is_rejected_alone(service: Service, item: Any, why: str) -> None:
    answer = send(service, voice(1), item, voice(2))
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["accepted"], told["duplicates"]) == (2, 0)
    (rejected,) = told["rejected"]
    assert rejected["index"] == 1
    assert why in rejected["reason"]
    assert "昨天" not in rejected["reason"]


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": [voice(1)] * 1001},
        {"items": [voice(1)], "industry": "no-such"},
        {"items": [voice(1)], "industry": "../../etc/passwd"},
        {"items": [voice(1)], "more": 1},
        [],
        "feedback",
    ],
    ids=["none", "too many", "industry", "path", "unknown key", "list", "string"],
)
def test_a_bad_request_keeps_nothing(service: Service, body: Any) -> None:
    answer = service.client.post("/v1/feedback", headers=service.headers("ingest"), json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.store.counts().feedback == 1


def test_what_no_store_can_hold_is_replaced(service: Service) -> None:
    headers = {**service.headers("ingest"), "Content-Type": "application/json"}
    row = r'{"native_id":"n","channel":"review","text":"坏\u0000了\ud800","title":"\u0000"}'
    raw = f'{{"items":[{row}]}}'
    answer = service.client.post("/v1/feedback", headers=headers, content=raw.encode())
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert newest(service.store).feedback.text == "坏\ufffd了\ufffd"
    repeated = service.client.post("/v1/feedback", headers=headers, content=raw.encode())
    assert repeated.json()["duplicates"] == 1


@pytest.mark.parametrize(
    "raw",
    [
        '{"items":[' + "[" * 10_000 + "]" * 10_000 + "]}",
        '{"items":[{"native_id":"n","channel":"review","text":"好","extra":{"k":'
        + "[" * 600
        + "]" * 600
        + "}}]}",
        r'{"items":[{"\ud800":1}]}',
        '{"items":[{"native_id":"n","channel":"review","text":"好","rating":NaN}]}',
    ],
    ids=["deep", "deep in extra", "surrogate key", "NaN"],
)
def test_hostile_json_is_no_unforeseen_error(service: Service, raw: str) -> None:
    headers = {**service.headers("ingest"), "Content-Type": "application/json"}
    answer = service.client.post("/v1/feedback", headers=headers, content=raw.encode())
    assert answer.status_code in (202, 400, 413, 422), answer.text
    if answer.status_code == 202:
        assert len(answer.json()["rejected"]) == 1
    assert service.store.counts().feedback == 1


def test_a_text_of_ten_megabytes_is_cut_or_refused(service: Service) -> None:
    answer = send(service, voice(1, "差评" * 1_700_000), voice(2))
    assert answer.status_code in (202, 413)
    if answer.status_code == 202:
        assert answer.json()["accepted"] == 2
        kept = service.store.feedback_page(limit=2).items[1].voice.feedback
        assert len(kept.text) <= service.settings.text.max_chars
        assert kept.extra["truncated"] == 3_400_000


def test_a_time_without_a_zone_is_in_that_of_the_settings(service: Service) -> None:
    send(service, voice(1, created_at="2026-11-01T09:30:00"))
    assert newest(service.store).feedback.created_at.isoformat() == "2026-11-01T09:30:00+08:00"


def test_a_dialogue_is_the_join_of_its_turns(service: Service) -> None:
    turns = [{"speaker": "agent", "text": "您好"}, {"speaker": "customer", "text": "车坏了"}]
    item = {"native_id": "d", "channel": "hotline", "turns": turns}
    assert send(service, item).json()["accepted"] == 1
    assert newest(service.store).feedback.text == "您好\n车坏了"


def test_the_audit_says_who_and_what_but_no_words(service: Service) -> None:
    headers = service.headers("ingest")
    send(service, voice(1, "特别的词语"), headers=headers)
    entry = service.store.audit(limit=1)[0]
    key_id = headers["Authorization"].split("_")[1]
    assert (entry.actor, entry.action) == (f"key:{key_id}", "POST /v1/feedback")
    assert entry.ids == (newest(service.store).feedback_id,)
    assert "特别" not in json.dumps([each.as_dict() for each in service.store.audit()])
    count = len(service.store.audit())
    send(service, voice(1, "特别的词语"), headers=headers)
    assert len(service.store.audit()) == count


def test_pages_hold_every_row_once_while_more_come_in(service: Service) -> None:
    headers = service.headers("read", "ingest")
    send(service, *(voice(number) for number in range(25)), headers=headers)
    for order in ("newest", "oldest"):
        seen: list[str] = []
        before = {item.voice.feedback_id for item in service.store.feedback_page(limit=200).items}
        query: dict[str, Any] = {"limit": 7, "order": order}
        for number in range(40):
            page = service.client.get("/v1/feedback", headers=headers, params=query).json()
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None or (order == "oldest" and before <= set(seen)):
                break
            query["cursor"] = page["next"]
            send(service, voice(f"{order}-{number}"), headers=headers)
        assert len(seen) == len(set(seen))
        assert before <= set(seen)


@pytest.mark.parametrize(
    "cursor",
    ["x", "", "W10", "bnVsbA", "WyJpc3N1ZXMiLDEsImEiXQ", "ÿ", "WyJmZWVkYmFjayIsMWUzMCwiYSJd"],
)
@pytest.mark.parametrize("name", ["feedback", "topics", "work-orders"])
def test_a_cursor_that_is_none_is_told(service: Service, name: str, cursor: str) -> None:
    answer = service.client.get(
        f"/v1/{name}", headers=service.headers("read"), params={"cursor": cursor}
    )
    assert answer.status_code == 422


def test_filters_and_tags(service: Service) -> None:
    headers = service.headers("read", "ingest")
    send(service, voice(1, product="甲", source="jd"), headers=headers, industry="snack")
    stored = newest(service.store)
    said = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.05, "positive": 0.05})
    tags = Tags(stored.feedback_id, stored.feedback.text, "zh", said, model=MODEL)
    with service.store.transaction() as transaction:
        transaction.save_tags([(stored, tags)], stored.ingested_at)

    def listed(**query: Any) -> list[str]:
        answer = service.client.get("/v1/feedback", headers=headers, params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    for query in (
        {"product": "甲"}, {"source": "api:jd"}, {"industry": "snack"}, {"sentiment": "negative"},
    ):  # fmt: skip
        assert listed(**query) == [stored.feedback_id], query
    assert listed(sentiment="positive") == []
    assert listed(until="2000-01-01T00:00:00") == []
    one = service.client.get(f"/v1/feedback/{stored.feedback_id}", headers=headers).json()
    assert one["tags"]["sentiment"]["label"] == "negative"
    assert one["actions"] == []
    at = stored.ingested_at
    done = VoiceAction(stored.feedback_id, 1, "回访", "told", None, at, tag="待回访")
    with service.store.transaction() as transaction:
        transaction.add_voice_actions([done])
    one = service.client.get(f"/v1/feedback/{stored.feedback_id}", headers=headers).json()
    action = {
        "rule": "回访",
        "version": 1,
        "outcome": "told",
        "tag": "待回访",
        "at": at.isoformat(),
    }
    assert one["actions"] == [action]
    bad = service.client.get("/v1/feedback", headers=headers, params={"colour": "红"})
    assert bad.status_code == 422


@pytest.mark.parametrize("path", [f"feedback/{VOICE.feedback_id}", "topics/tp_1"])
def test_what_the_caller_has_is_not_sent_again(service: Service, path: str) -> None:
    headers = service.headers("read")
    first = service.client.get(f"/v1/{path}", headers=headers)
    tag = first.headers["etag"]
    for told in (tag, f'"x", W/{tag}', "*"):
        again = service.client.get(f"/v1/{path}", headers={**headers, "If-None-Match": told})
        assert (again.status_code, again.content) == (304, b"")
    other = service.client.get(f"/v1/{path}", headers={**headers, "If-None-Match": '"x"'})
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["%00", "%F0%9F%98%80", "..%2f..", "a" * 5000])
def test_an_id_that_is_none_is_not_found(service: Service, name: str) -> None:
    for kind in ("feedback", "topics", "issues", "work-orders"):
        answer = service.client.get(f"/v1/{kind}/{name}", headers=service.headers("read"))
        assert answer.status_code == 404


def test_a_correction_is_kept_and_exported(service: Service) -> None:
    from voc.pipeline.correcting import corrected_rows

    headers = {**service.headers("ingest"), "Idempotency-Key": "k1"}
    body = {
        "feedback_id": VOICE.feedback_id, "field": "aspect", "aspect_id": "power",
        "label": "negative", "by": "李工", "note": "电话13812345678",
    }  # fmt: skip
    first = service.client.post("/v1/corrections", headers=headers, json=body)
    assert first.status_code == 201, first.text
    assert first.json() == service.client.post("/v1/corrections", headers=headers, json=body).json()
    clash = service.client.post("/v1/corrections", headers=headers, json={**body, "by": "王工"})
    assert clash.status_code == 422
    (kept,) = service.store.corrections()
    assert (kept.actor, kept.version, kept.label) == ("李工", 1, "negative")
    assert "13812345678" not in (kept.note or "")
    del headers["Idempotency-Key"]
    said = {"feedback_id": VOICE.feedback_id, "field": "sentiment", "label": "negative"}
    assert service.client.post("/v1/corrections", headers=headers, json=said).status_code == 201
    (row,) = corrected_rows(service.store)
    assert row["sentiment"] == "negative"
    assert row["aspects"] == [{"aspect_id": "power", "sentiment": "negative"}]
    assert row["text"] == VOICE.text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"label": "sad"}, 422),
        ({"field": "colour"}, 422),
        ({"aspect_id": "no-such"}, 422),
        ({"aspect_id": None}, 422),
        ({"feedback_id": "fb_none"}, 404),
    ],
)
def test_a_correction_that_says_nothing_is_refused(
    service: Service, change: dict[str, Any], status: int
) -> None:
    body = {
        "feedback_id": VOICE.feedback_id, "field": "aspect", "aspect_id": "power",
        "label": "none", **change,
    }  # fmt: skip
    answer = service.client.post("/v1/corrections", headers=service.headers("ingest"), json=body)
    assert answer.status_code == status, answer.text
    assert service.store.corrections() == []
