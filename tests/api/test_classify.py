"""`POST /v1/classify`: the same Tags as the engine and `voc score`, and what is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from tests.api.conftest import wait_until_ready, with_key
from voc import Engine, load
from voc.config import Settings, load_industry, load_settings
from voc.pipeline.scoring import ScoreOptions, score_file
from voc.store import Store

TEXTS = [
    "起步顿挫严重，但是空间很大",
    "",
    "   ",
    "👨‍👩‍👧‍👦👍🏻",
    "客服电话13812345678一直打不通，气死了！！！",
    "不是不好吃，是太咸了",
    "Delivery was late.",
    "哈" * 300,
    "零字节\x00在这里",
    "前半\ud83d后半",
    "ａｂｃ１２３",
    "e\u0301" * 200,
]


def post(client: TestClient, body: Any) -> Any:
    return client.post(
        "/v1/classify",
        content=json.dumps(body, ensure_ascii=True),
        headers={"Content-Type": "application/json"},
    )


def items(texts: list[str]) -> list[dict[str, str]]:
    return [{"id": f"n{number}", "text": text} for number, text in enumerate(texts)]


def test_the_tags_are_those_of_the_engine(client: TestClient, engine: Engine) -> None:
    answer = post(client, {"items": items(TEXTS), "industry": "automotive"})
    assert answer.status_code == 200, answer.text
    ids = [f"n{number}" for number in range(len(TEXTS))]
    expected = engine.tag(TEXTS, industry=load_industry("automotive"), ids=ids)
    assert answer.json()["results"] == [tags.as_dict() for tags in expected]
    assert answer.json()["model"] == engine.model
    assert answer.json()["errors"] == []


def test_the_tags_are_those_of_voc_score(
    client: TestClient, settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    # Readers of files replace a NUL and half a pair before the engine sees, and flags, them.
    texts = [text for text in TEXTS if text.strip() and not {"\ud83d", "\0"} & {*text}]
    rows, out = tmp_path / "rows.jsonl", tmp_path / "tags.jsonl"
    rows.write_text(
        "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items(texts)),
        encoding="utf-8",
    )
    score_file(str(rows), str(out), engine=engine, settings=settings, options=ScoreOptions(id="id"))
    scored = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert post(client, {"items": items(texts)}).json()["results"] == scored


def test_one_by_one_says_the_same_as_together(client: TestClient) -> None:
    together = post(client, {"items": items(TEXTS), "industry": "phone"}).json()["results"]
    alone = [
        post(client, {"items": [item], "industry": "phone"}).json()["results"][0]
        for item in items(TEXTS)
    ]
    assert alone == together


def test_aspects_and_tasks_are_those_of_the_request(client: TestClient) -> None:
    body = {"items": items(["续航太差了"]), "aspects": ["续航", "屏幕"], "tasks": ["aspects"]}
    (tags,) = post(client, body).json()["results"]
    assert [each["aspect"] for each in tags["aspects"]] == ["续航"]
    assert tags["sentiment"] is tags["intent"] is tags["urgency"] is None


def test_personal_data_does_not_come_back(client: TestClient) -> None:
    answer = post(client, {"items": items(["我的电话是13812345678"])})
    assert "13812345678" not in answer.text


def test_half_a_surrogate_pair_is_replaced_and_said(client: TestClient) -> None:
    (tags,) = post(client, {"items": items(["前半\ud83d后半"])}).json()["results"]
    assert "replaced" in tags["flags"]


@pytest.mark.parametrize(
    ("body", "pointer", "index"),
    [
        pytest.param({}, "/items", None, id="no items"),
        pytest.param({"items": []}, "/items", None, id="none"),
        pytest.param({"items": items(["好"] * 129)}, "/items", None, id="too many"),
        pytest.param({"items": [*items(["好"] * 3), {"id": "x"}]}, "/items/3/text", 3, id="text"),
        pytest.param({"items": [{"id": "x", "text": 5}]}, "/items/0/text", 0, id="a number"),
        pytest.param({"items": [{"id": 1, "text": "好"}]}, "/items/0/id", 0, id="id"),
        pytest.param({"items": items(["好"]), "industri": "x"}, "/industri", None, id="unknown"),
        pytest.param({"items": items(["好"]), "a/~": 1}, "/a~1~0", None, id="pointer"),
        pytest.param({"items": items(["好"]), "\ud800": 1}, "", None, id="no key of UTF-8"),
        pytest.param({"items": items(["好"]), "tasks": ["x"]}, "/tasks/0", 0, id="task"),
        pytest.param({"items": items(["好"]), "timeout_ms": 0}, "/timeout_ms", None, id="time"),
        pytest.param({"items": items(["好"]), "industry": "../x"}, "/industry", None, id="path"),
        pytest.param({"items": items(["好"]), "aspects": [" "]}, "/aspects/0", 0, id="blank"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(
    client: TestClient, body: Any, pointer: str, index: int | None
) -> None:
    answer = post(client, body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error.get("index")) == (pointer, index)


def test_an_unknown_industry_is_answered_with_all(client: TestClient) -> None:
    answer = post(client, {"items": items(["好"]), "industry": "automotiv"})
    assert answer.status_code == 422
    assert "automotive" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="cut JSON"),
        pytest.param(b"\xff\xfe{}", "application/json", 400, id="not UTF-8"),
        pytest.param(b'{"items": ' + b"[" * 50_000, "application/json", 400, id="deep"),
        pytest.param(b"", "application/json", 422, id="nothing"),
        pytest.param(b'{"items": []}', "text/plain", 415, id="not JSON"),
        pytest.param(b'{"items": NaN}', "application/json", 422, id="NaN"),
    ],
)
def test_bodies_that_are_no_request(
    client: TestClient, content: bytes, media_type: str, status: int
) -> None:
    answer = client.post("/v1/classify", content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_late_answer_is_none(client: TestClient) -> None:
    texts = [f"第{number}条：客服态度不好，等了半天" * 40 for number in range(128)]
    answer = post(client, {"items": items(texts), "timeout_ms": 100})
    assert answer.status_code == 504
    assert int(answer.headers["retry-after"]) >= 1


def test_with_the_encoder_neighbours_change_nothing(store: Store) -> None:
    """Case 18: alone, and joined with whoever asks at the same time."""
    settings = load_settings(environ={}, overrides={"access.requests_per_minute": 0})
    alone = load(settings=settings)
    texts = [f"{number}号店的{text}" for number in range(4) for text in TEXTS if text.strip()]
    expected = [alone.tag([text], industry="restaurant", ids=["x"])[0].as_dict() for text in texts]
    app = create_app(settings=settings, store=store, engine=load(settings=settings))
    with (
        TestClient(app, headers=with_key(store, "classify")) as client,
        ThreadPoolExecutor(8) as callers,
    ):
        wait_until_ready(client)

        def call(text: str) -> Any:
            body = {"items": [{"id": "x", "text": text}], "industry": "restaurant"}
            return post(client, body).json()["results"][0]

        assert list(callers.map(call, texts)) == expected
