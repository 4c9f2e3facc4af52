"""A small IMAP server on loopback: what RFC 3501 asks of one folder that is read."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)\r\n")


@dataclass
class Mailbox:
    """A folder as the server shows it.

    Attributes:
        mails: Bytes by UID, in their order.
        cut_after: Fetched mails after which the connection is cut, once; `None`: never.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    folder: bytes = b'"INBOX"'
    password: bytes = b'"hush"'
    cut_after: int | None = None
    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    def put(self, mail: bytes) -> int:
        uid = max(self.mails, default=0) + 3
        self.mails[uid] = mail
        return uid


class _Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            found = _COMMAND.fullmatch(line)
            assert found is not None, line
            self._box.asked.append(line.strip())
            tag, name, rest = found.groups()
            if not self._answer(tag, name.upper(), rest, is_uid=b" UID " in line):
                return

    @property
    def _box(self) -> Mailbox:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        return box

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: bytes, name: bytes, rest: bytes, *, is_uid: bool) -> bool:
        box = self._box
        if name == b"CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif name == b"LOGIN" and not rest.endswith(box.password):
            self._say(tag + b" NO LOGIN failed")
            return True
        elif name == b"EXAMINE":
            if rest != box.folder:
                self._say(tag + b" NO no such folder")
                return True
            self._say(b"* %d EXISTS" % len(box.mails))
            self._say(b"* OK [UIDVALIDITY %d] UIDs valid" % box.validity)
        elif name == b"FETCH" and is_uid:
            if not self._body(int(rest.split()[0])):
                return False
        elif name == b"FETCH":
            low, high = map(int, rest.split()[0].split(b":"))
            for number, (uid, mail) in enumerate(box.mails.items(), 1):
                if low <= number <= high:
                    self._say(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (number, uid, len(mail)))
        elif name == b"LOGOUT":
            self._say(b"* BYE")
        elif name not in (b"LOGIN", b"NOOP"):
            self._say(tag + b" BAD unknown")
            return True
        self._say(tag + b" OK done")
        return name != b"LOGOUT"

    def _body(self, uid: int) -> bool:
        box = self._box
        if box.cut_after is not None:
            box.cut_after -= 1
            if box.cut_after < 0:
                box.cut_after = None
                return False
        mail = box.mails.get(uid)
        if mail is not None:
            self._say(b"* 1 FETCH (UID %d BODY[] {%d}" % (uid, len(mail)))
            self.wfile.write(mail)
            self._say(b")")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def imap_server(box: Mailbox) -> Iterator[Mailbox]:
    """Serves a mailbox; it ends with the block."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        handler: Any = server
        handler.box = box
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()


def mail(number: int | str, text: str, *, sender: str = "li@example.com") -> bytes:
    """A plain mail with a Message-ID."""
    return (
        f"Message-ID: <{number}@mail>\r\nFrom: Li <{sender}>\r\nSubject: =?utf-8?b?5oqV6K+J?=\r\n"
        "Date: Sun, 01 Nov 2026 09:30:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    ).encode()
