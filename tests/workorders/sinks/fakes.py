"""Fakes that speak the real protocols: Jira's REST, and SMTP by aiosmtpd."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.workorders.sinks.receiver import Asked, Reply


@dataclass
class Tracker:
    """Answers as Jira does, by what was made and told before."""

    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, list[Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: Asked) -> Reply:
        with self.lock:
            return self._answer(asked)

    def _answer(self, asked: Asked) -> Reply:
        path = asked.path.partition("?")[0]
        if asked.headers.get("authorization") not in ("Bearer hush", "Basic dTpodXNo"):
            return Reply(401)
        if path.endswith(("search/jql", "search")):
            [label] = re.findall(r'labels = "([^"]+)"', asked.json()["jql"])
            found = [{"key": key} for key, made in self.issues.items() if label in made["labels"]]
            return _json({"issues": found})
        if path.endswith("/comment"):
            key = path.split("/")[-2]
            if asked.method == "POST":
                self.comments.setdefault(key, []).append(asked.json())
                return _json({"id": "1"}, 201)
            return _json({"comments": self.comments.get(key, [])})
        if path.endswith("/issue"):
            key = f"VOC-{len(self.issues) + 1}"
            self.issues[key] = asked.json()["fields"]
            return _json({"key": key}, 201)
        if path.endswith("/myself"):
            return _json({"displayName": "小王"})
        return _json({"key": "VOC"}) if path.endswith("/project/VOC") else Reply(404)


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


@dataclass
class Mailbox:
    """Takes mail, or answers as told."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        elif self.answer == "never":
            await asyncio.sleep(30)
        return self.answer


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Runs a mail server; it ends with the block."""

    def accepts(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == b"hush"
        return AuthResult(success=good, handled=False)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box = Mailbox(port=free.getsockname()[1])
    server = Controller(
        box, "127.0.0.1", box.port, authenticator=accepts, auth_require_tls=False, ready_timeout=30
    )
    server.start()
    yield box
    server.stop(no_assert=True)
