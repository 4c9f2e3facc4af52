"""Servers on loopback that look like the sites that are crawled, and keep a log of who asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    kind: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    at: float
    path: str
    agent: str
    cookie: str | None


@dataclass
class Loopback:
    """A server whose answers a function of the path gives; `None` is 404."""

    answer: Callable[[str], Answer | None]
    address: str = "127.0.0.1"
    log: list[Asked] = field(default_factory=list)
    robots: Answer | None = None
    failing: int = 0
    """So many of the next requests (but for robots.txt) are answered 503."""

    def __enter__(self) -> Loopback:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.log.append(
                    Asked(
                        time.monotonic(), self.path, self.headers.get("User-Agent", ""),
                        self.headers.get("Cookie"),
                    )
                )  # fmt: skip
                given = outer._given(self.path) or Answer(b"gone", 404)
                self.send_response(given.status)
                for name, value in given.headers:
                    self.send_header(name, value)
                if given.kind:
                    self.send_header("Content-Type", given.kind)
                self.send_header("Content-Length", str(len(given.body)))
                self.end_headers()
                self.wfile.write(given.body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer((self.address, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _given(self, path: str) -> Answer | None:
        if path == "/robots.txt":
            return self.robots
        if self.failing:
            self.failing -= 1
            return Answer(b"busy", 503)
        return self.answer(path)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.log]
