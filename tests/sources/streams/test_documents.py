"""Documents become voices, withdrawals or rejects, whatever they hold."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.errors import UsageError
from voc.records import Feedback
from voc.sources.base import Gone, Item, Reject
from voc.sources.documents import Documents

ZONE = ZoneInfo("Asia/Shanghai")


def documents(**more: Any) -> Documents:
    return Documents("hook", zone=ZONE, max_chars=1_000, **more)


def read(body: Any, **more: Any) -> list[Item]:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return documents(**more).read(raw, "q:1")


def voice(body: Any, **more: Any) -> Feedback:
    [item] = read(body, **more)
    assert isinstance(item, Feedback), item
    return item


def test_a_feedback_as_the_contract_writes_it() -> None:
    found = voice(
        {
            "source": "tmall", "native_id": "r-1", "channel": "forum", "text": "起步顿挫严重",
            "created_at": "2026-11-01T09:30:00+08:00", "rating": 2, "rating_max": 5, "nps": 3,
            "extra": {"order_state": "签收"}, "customer_id": "c1", "product": "云驰X5",
        }
    )  # fmt: skip
    assert (found.source, found.native_id, found.channel) == ("hook", "tmall/r-1", "forum")
    assert (found.text, found.rating, found.rating_max, found.nps) == ("起步顿挫严重", 2, 5, 3)
    assert found.created_at is not None
    assert found.created_at.isoformat() == "2026-11-01T09:30:00+08:00"
    assert found.extra["order_state"] == "签收"
    assert (found.customer_id, found.product) == ("c1", "云驰X5")


def test_a_dialogue_is_its_turns() -> None:
    turns = [{"speaker": "customer", "text": "一直漏水"}, {"speaker": "agent", "text": "抱歉"}]
    found = voice({"native_id": "1", "channel": "hotline", "turns": turns})
    assert [turn.text for turn in found.turns] == ["一直漏水", "抱歉"]
    assert found.text == "一直漏水\n抱歉"


def test_paths_lead_into_documents_and_the_rest_is_kept() -> None:
    mapping = {"text": "data.review.content", "id": "data.id", "rating": "data.scores.0.value"}
    body = {
        "event": "review.created",
        "data": {"id": 77, "review": {"content": "太慢了"}, "scores": [{"value": 1}]},
    }
    found = voice(body, mapping=mapping)
    assert (found.native_id, found.text, found.rating) == ("77", "太慢了", 1)
    assert found.extra == {"event": "review.created"}


@pytest.mark.parametrize(
    ("body", "mapping", "name"),
    [
        ({"native_id": "1", "deleted": True}, {}, "1"),
        ({"native_id": "1", "deleted": "true", "text": "x"}, {}, "1"),
        ({"source": "jd", "native_id": "1", "deleted": 1}, {}, "jd/1"),
        ({"d": {"n": 5, "at": "2026-11-01T00:00:00Z"}}, {"id": "d.n", "deleted": "d.at"}, "5"),
    ],
)
def test_what_is_deleted_is_gone(body: Any, mapping: dict[str, str], name: str) -> None:
    assert read(body, mapping=mapping) == [Gone(name)]


@pytest.mark.parametrize("deleted", [False, None, 0, "", "false", "no", "否"])
def test_what_is_not_deleted_is_there(deleted: Any) -> None:
    found = voice({"native_id": "1", "text": "好", "deleted": deleted})
    assert "deleted" not in found.extra


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "this is not valid JSON"),
        (b"\xff\xfe", "this is not valid JSON"),
        (b'{"text": NaN}', "it has no words"),
        (b"[" * 100_000, "the JSON is nested too deep"),
        (b'"words"', "it is no object but a text"),
        (b"null", "it is no object but null"),
        (b"17", "it is no object but a number"),
        (b"{}", "it has no words: nothing stands at 'text'"),
        (b'{"native_id": "1", "text": {"a": 1}}', "is a dict"),
        (b'{"deleted": true}', "not which one"),
        (b'{"deleted": true, "native_id": "-"}', "not which one"),
        (b'{"text": "' + b"x" * 2_000 + b'"}', "it has 2012 bytes; 1000 are read at most"),
    ],
)
def test_poison_is_a_reject_with_its_reason(body: bytes, reason: str) -> None:
    [item] = read(body, max_bytes=1_000) if len(body) < 3_000 else read(body)
    assert isinstance(item, Reject)
    assert reason in item.reason
    assert (item.source, item.place) == ("hook", "q:1")


SAID = '{"native_id": "1", "text": "退货三次都不给退，客服也不理人"}'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\xef\xbb\xbf" + SAID.encode(), "退货三次都不给退，客服也不理人"),
        (SAID.encode("gbk"), "退货三次都不给退，客服也不理人"),
        (SAID.encode("utf-16"), "退货三次都不给退，客服也不理人"),
        (b'{"native_id": "1", "text": "\\ud83d cut", "rating": NaN}', "\ufffd cut"),
        (b'{"native_id": "0", "native_id": "1", "text": "twice"}', "twice"),
        (b'{"native_id": "1", "text": "ends in NUL"}\x00', "ends in NUL"),
        (b'{"id": "1", "text": "named by id"}', "named by id"),
    ],
)
def test_what_programs_write_for_json_is_read(body: bytes, text: str) -> None:
    found = voice(body)
    assert (found.native_id, found.text, found.rating) == ("1", text, None)
    assert found.extra == ({"replaced": 1} if "\ufffd" in text else {})
    gone = body.replace(b'"text"', b'"deleted": true, "text"')
    assert b"deleted" not in gone or read(gone) == [Gone("1")]


def test_a_document_may_be_a_list_of_voices() -> None:
    first, second, third = read([{"id": 1, "text": "好"}, 5, {"id": 1, "deleted": True}])
    assert isinstance(first, Feedback)
    assert isinstance(second, Reject)
    assert (second.place, second.reason) == ("q:1#1", "it is no object but a number")
    assert third == Gone("1")
    assert read([]) == []
    [reject] = read([{}] * 1_001)
    assert isinstance(reject, Reject)
    assert "the list has 1001 entries" in reject.reason


def test_what_breaks_the_reader_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("voc.sources.documents.to_feedback", explode)
    [item] = read({"text": "好"})
    assert isinstance(item, Reject)
    assert item.reason == "it cannot be read (ZeroDivisionError)"


def test_a_list_in_a_document_is_many_voices() -> None:
    body = {"rows": [{"id": 1, "text": "好"}, 5, {"id": 2, "deleted": 1}]}
    mapping = {"text": "text", "id": "id", "deleted": "deleted"}
    first, second, third = read(body, mapping=mapping, items="rows")
    assert isinstance(first, Feedback)
    assert isinstance(second, Reject)
    assert second.place == "q:1#1"
    assert third == Gone("2")
    [reject] = read({"rows": 5}, mapping=mapping, items="rows")
    assert isinstance(reject, Reject)
    [reject] = read({"rows": [{}] * 1_001}, mapping=mapping, items="rows")
    assert isinstance(reject, Reject)
    assert "1001 entries" in reject.reason


def test_the_same_document_has_the_same_id_and_another_has_another() -> None:
    one, again, other = (voice({"text": text}) for text in ("好", "好", "坏"))
    assert one.native_id == again.native_id != other.native_id


def test_an_unknown_field_is_told() -> None:
    with pytest.raises(UsageError, match=r"no field 'txet'.*Did you mean 'text'"):
        documents(mapping={"txet": "a"})
