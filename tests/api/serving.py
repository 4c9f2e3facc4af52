"""A real server in a process of its own, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import httpx2

from tests.api.conftest import MODEL, with_key
from voc.store import open_store

START_S = 240
_PROGRAM = "from voc.cli import main; main()"


class RunningServer:
    """`voc serve` with the linear model, over a store in `folder`.

    Args:
        folder: Where its store and its log are.
        settings: Values of `VOC_SERVE_*` variables.
    """

    def __init__(self, folder: Path, **settings: object) -> None:
        with open_store(f"sqlite:///{folder / 'voc.db'}") as store:
            self.headers = with_key(store, "admin")
        self.key = self.headers["Authorization"].split()[1]
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log_file = folder / "log.txt"
        self._settings = settings
        self._folder = folder
        self._log: IO[Any] | None = None

    def __enter__(self) -> RunningServer:
        own = {f"VOC_SERVE_{name.upper()}": str(value) for name, value in self._settings.items()}
        self._log = self._log_file.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "serve", "--port", str(self.port)],
            cwd=self._folder,
            env={**os.environ, "VOC_MODELS_NAME": MODEL, "VOC_ACCESS_REQUESTS_PER_MINUTE": "0"}
            | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            | own,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self._log:
            self._log.close()

    @property
    def log(self) -> str:
        """What it logged until now."""
        return self._log_file.read_text(encoding="utf-8")

    def terminate(self) -> None:
        """Sends SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready within {START_S} s:\n{self.log}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
