"""Names by an OpenAI-compatible endpoint: the protocol over real sockets, and what is not sent."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from voc.topics.namer import ChatNamer, NamerError

KEYWORDS = ("变速箱", "顿挫")
SAID = ("低速换挡变速箱顿挫，电话13812345678", "变速箱一顿一顿的")


@dataclass
class Endpoint:
    """A server that answers chat completions as it is told, and keeps what it was asked."""

    answer: str = "变速箱低速顿挫"
    status: int = 200
    body: bytes | None = None
    wait_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    def completion(self) -> bytes:
        message = {"role": "assistant", "content": self.answer}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {"id": "c-1", "object": "chat.completion", "model": "m", "choices": [choice]}
        return json.dumps(whole, ensure_ascii=False).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    told = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append((self.path, dict(self.headers), json.loads(asked)))
            time.sleep(told.wait_s)
            body = told.completion() if told.body is None else told.body
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # who asked waits no more
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_asked_and_how(endpoint: Endpoint) -> None:
    namer = ChatNamer(endpoint.url + "/", "qwen", key="secret")
    assert namer.name(KEYWORDS, SAID) == "变速箱低速顿挫"
    [(path, headers, body)] = endpoint.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert (body["model"], body["temperature"]) == ("qwen", 0)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "变速箱、顿挫" in body["messages"][1]["content"]


def test_nothing_personal_is_sent(endpoint: Endpoint) -> None:
    ChatNamer(endpoint.url, "qwen").name(KEYWORDS, SAID)
    [(_, headers, body)] = endpoint.asked
    assert "13812345678" not in json.dumps(body)
    assert "***********" in body["messages"][1]["content"]
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("变速箱低速顿挫", "变速箱低速顿挫"),
        ("“变速箱顿挫”。", "变速箱顿挫"),
        ("主题名称：变速箱顿挫\n因为……", "变速箱顿挫"),
        ("\n变速箱\u3000", "变速箱"),
        ("", None),
        ("顿", None),
        ("这个主题说的是变速箱在低速时候的顿挫问题", None),
        ("空调不凉", None),  # nobody said so
        ("电话****顿挫", None),
        ("变速箱\u202e顿挫", None),
        ("变速箱\x1b[31m", None),
    ],
)
def test_what_is_a_name(endpoint: Endpoint, answer: str, name: str | None) -> None:
    endpoint.answer = answer
    assert ChatNamer(endpoint.url, "qwen").name(KEYWORDS, SAID) == name


@pytest.mark.parametrize(
    ("kind", "told", "said"),
    [
        ("refused", {"status": 401}, "answers 401"),
        ("broken", {"status": 500}, "answers 500"),
        ("no json", {"body": b"<html>"}, "no chat completion"),
        ("another protocol", {"body": b'{"text": "x"}'}, "no chat completion"),
        ("no choice", {"body": b'{"choices": []}'}, "no chat completion"),
        ("deep", {"body": b"[" * 200_000}, "no chat completion"),
        ("moved", {"status": 307, "headers": {"Location": "/elsewhere"}}, "answers 307"),
        ("slow", {"wait_s": 1.0}, "cannot be asked"),
    ],
)
def test_an_endpoint_that_does_not_answer(
    endpoint: Endpoint, kind: str, told: dict[str, Any], said: str
) -> None:
    for name, value in told.items():
        setattr(endpoint, name, value)
    with pytest.raises(NamerError, match=said):
        ChatNamer(endpoint.url, "qwen", timeout_s=0.3).name(KEYWORDS, SAID)
    assert len(endpoint.asked) == 1, kind


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        ("no http", [b"garbage\r\n\r\n"], "cannot be asked"),
        ("cut off", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"], "no chat completion"),
        (
            "a broken chunk",
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"],
            "cannot be asked|no chat completion",
        ),
        (
            "in drops",
            [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *[b" "] * 40],
            r"longer than 0\.3 s",
        ),
    ],
)
def test_an_answer_that_breaks_the_protocol(kind: str, parts: list[bytes], said: str) -> None:
    def answer(server: socket.socket) -> None:
        asked, _ = server.accept()
        with asked, suppress(OSError):  # who asked waits no more
            read = b""
            while not read.endswith(b"}"):  # all of it, or closing resets the connection
                read += asked.recv(1 << 16)
            for part in parts:
                asked.sendall(part)
                time.sleep(0.1 if len(parts) > 1 else 0)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,), daemon=True)
        thread.start()
        namer = ChatNamer(f"http://127.0.0.1:{server.getsockname()[1]}/v1", "qwen", timeout_s=0.3)
        began = time.monotonic()
        with pytest.raises(NamerError, match=said):
            namer.name(KEYWORDS, SAID)
        assert time.monotonic() - began < 2.0, kind
        thread.join(timeout=10)


def test_nobody_at_the_address() -> None:
    with pytest.raises(NamerError, match=r"cannot be asked.*topics\.namer_url"):
        ChatNamer("http://127.0.0.1:9/v1", "qwen", timeout_s=2).name(KEYWORDS, SAID)
