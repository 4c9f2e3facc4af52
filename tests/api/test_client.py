"""`voc.client` against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx2
import pytest

from tests.api.serving import RunningServer
from voc import Engine
from voc.client import ApiError, AsyncClient, Client
from voc.config import load_industry
from voc.records import Feedback, Tags

TEXTS = [f"第{number}条：屏幕很清楚，续航太差" for number in range(300)]
VOICES = [Feedback("shop", str(number), "review", f"{number}：物流太慢") for number in range(3)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("server")) as running:
        yield running


def test_more_texts_than_one_request_holds(server: RunningServer, engine: Engine) -> None:
    with Client(server.url, key=server.key) as client:
        found = list(client.classify(TEXTS, industry="phone"))
    assert found == _rounded(engine.tag(TEXTS, industry=load_industry("phone")))


def _rounded(tagged: list[Tags]) -> list[Tags]:
    return [Tags.from_dict(tags.as_dict()) for tags in tagged]


def test_with_asyncio_it_is_the_same(server: RunningServer, engine: Engine) -> None:
    async def classified() -> list[Tags]:
        async with AsyncClient(server.url, key=server.key) as client:
            options: dict[str, Any] = {"aspects": ["续航"], "tasks": ["aspects"]}
            return [tags async for tags in client.classify(TEXTS[:130], **options)]

    expected = engine.tag(TEXTS[:130], aspects=["续航"], tasks=["aspects"])
    assert asyncio.run(classified()) == _rounded(expected)


def test_feedback_is_taken_once(server: RunningServer) -> None:
    with Client(server.url, key=server.key) as client:
        first, second = client.send(VOICES), client.send(iter(VOICES))
    assert (first.accepted, first.duplicates, first.rejected) == (3, 0, ())
    assert (second.accepted, second.duplicates) == (0, 3)


def test_feedback_goes_with_its_industry(server: RunningServer) -> None:
    with Client(server.url, key=server.key) as client:
        assert client.send(VOICES, industry="ecommerce").rejected == ()
        with pytest.raises(ApiError, match="There is no industry 'shop'") as caught:
            client.send(VOICES, industry="shop")
    assert caught.value.status == 422
    assert "path" not in str(caught.value)


def test_a_refusal_is_an_error_with_the_problem(server: RunningServer) -> None:
    with Client(server.url, key="voc_wrong_key") as client, pytest.raises(ApiError) as caught:
        list(client.classify(["好"]))
    assert caught.value.status == 401
    assert caught.value.problem["title"] == "Unauthorized"


def test_a_server_that_is_not_there_is_said() -> None:
    with (
        Client("http://127.0.0.1:9", key="x", tries=2) as client,
        pytest.raises(ApiError, match="cannot be reached"),
    ):
        list(client.classify(["好"]))


@pytest.mark.parametrize(("answers", "tries"), [([429, 503, 200], 3), ([422], 1), ([503] * 4, 4)])
def test_it_tries_again_where_that_helps(
    answers: list[int], tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("voc.client.time.sleep", waits.append)
    sent: list[int] = []

    def answer(_request: httpx2.Request) -> httpx2.Response:
        sent.append(answers[len(sent)])
        content = {"results": [], "model": "m", "errors": []}
        return httpx2.Response(sent[-1], json=content, headers={"Retry-After": "7"})

    client = Client("http://test", key="x", tries=4)
    client._http = httpx2.Client(base_url="http://test", transport=httpx2.MockTransport(answer))
    refused: Any = pytest.raises(ApiError) if answers[-1] != 200 else nullcontext()
    with refused:
        list(client.classify(["好"]))
    assert len(sent) == tries
    assert waits == [7.0] * (tries - 1)
