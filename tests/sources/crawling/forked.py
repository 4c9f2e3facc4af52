"""Crawls of tests: forked off a process that has imported Scrapy once, not started anew.

Importing takes most of the time of a crawl of a few pages. `python -m tests.sources.crawling.forked
SOCKET` serves; what it forks runs the same `main` with pipes of its own, and dies with its parent
as the real one does. `ForkedPopen` stands for `subprocess.Popen` where crawls are started. Tests of
kills and of the commands start real processes.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

_REPOSITORY = Path(__file__).resolve().parents[3]
_FDS = 3
_CRAWL = "voc.sources.crawling.child"
# What a crawl imports but for the reactor, which is made anew in each.
_IMPORTED = (
    _CRAWL, "voc.sources.crawling.politeness", "scrapy.crawler", "scrapy.pipelines",
    "scrapy.core.downloader.handlers.http11", "scrapy.extensions.feedexport",
    "scrapy.extensions.telnet",
)  # fmt: skip


def serve(path: str) -> None:
    """Forks a crawl for each connection, until standard input ends."""
    for name in _IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _watched(connection, sys.modules[_CRAWL].main)
            connection.close()


def _watched(connection: socket.socket, main: Any) -> None:
    """Runs a crawl in a process of its own; says its number, and with what it ended."""
    _, fds, _, _ = socket.recv_fds(connection, 1, _FDS)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for place, descriptor in enumerate(fds):
                os.dup2(descriptor, place)
                os.close(descriptor)
            connection.close()
            sys.stdin = os.fdopen(0, closefd=False)
            main()
            code = 0
        finally:
            os._exit(code)
    for descriptor in fds:
        os.close(descriptor)
    connection.sendall(pid.to_bytes(4, "big"))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(status.to_bytes(4, "big", signed=True))
    os._exit(0)


class ForkedPopen:
    """A crawl under way, as far as `subprocess.Popen` is used for it.

    Attributes:
        stdin: What it reads its job from.
        stdout: What it says.
        pid: Its process.
    """

    path = ""

    def __init__(self, command: list[str], *, stdin: int, stdout: int, stderr: IO[bytes]) -> None:
        assert command[1:] == ["-m", _CRAWL]
        assert stdin == stdout == subprocess.PIPE
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(self.path)
        socket.send_fds(self._connection, [b"x"], [theirs_in, theirs_out, stderr.fileno()])
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin: IO[bytes] | None = os.fdopen(ours_in, "wb")
        self.stdout: IO[bytes] | None = os.fdopen(ours_out, "rb")
        self.pid = int.from_bytes(self._told(), "big")
        self._code: int | None = None

    def _told(self) -> bytes:
        told = self._connection.recv(4, socket.MSG_WAITALL)
        assert len(told) == 4, "the process that forks crawls is gone"
        return told

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end.

        Raises:
            subprocess.TimeoutExpired: It has not ended in so many seconds.
        """
        if self._code is None:
            self._connection.settimeout(timeout)
            try:
                self._code = int.from_bytes(self._told(), "big", signed=True)
            except TimeoutError as error:
                raise subprocess.TimeoutExpired("crawl", timeout or 0.0) from error
            self._connection.close()
        return self._code

    def kill(self) -> None:
        """Ends it at once."""
        os.kill(self.pid, signal.SIGKILL)


_SUBPROCESS = SimpleNamespace(
    Popen=ForkedPopen, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired
)


@contextmanager
def forking(path: str) -> Iterator[None]:
    """Lets crawls of this process be forked by one that listens at a socket of that path."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.sources.crawling.forked", path],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        assert server.stdout.readline() == b"ready\n"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ForkedPopen, "path", path)
            patch.setattr("voc.sources.crawling.source.subprocess", _SUBPROCESS)
            yield
    finally:
        server.communicate()


if __name__ == "__main__":
    serve(sys.argv[1])
