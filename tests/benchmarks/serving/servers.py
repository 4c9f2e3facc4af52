"""The servers that are measured, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.models import TEACHER_LAYERS, shape_of
from tests.benchmarks.processes import ROOT, environment
from tests.benchmarks.serving.load import Target
from voc.config import bundled
from voc.inference.encoder import TOKENIZER
from voc.pipeline.access import make_key
from voc.store import open_store

_PROGRAM = "from voc.cli import main; main()"
_START_S = 300


@contextmanager
def our_server(
    folder: Path, port: int, *, threads: int, model: str, **settings: object
) -> Iterator[tuple[Target, int]]:
    """Runs `voc serve` and gives where it is asked, and its process id.

    Args:
        folder: Of its store, made anew.
        port: Its port.
        threads: Of the engine.
        model: That tags.
        settings: Of the section `serve`, beside the defaults.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_store(f"sqlite:///{folder / 'voc.db'}") as store:
        _, key = make_key(
            store, scopes=["classify"], workspace="default", label=None, expires=None,
            now=datetime.now(UTC),
        )  # fmt: skip
    own = {f"VOC_SERVE_{name.upper()}": str(value) for name, value in settings.items()}
    variables = {
        **environment(threads, bundled("models").resolve()), **own,
        "VOC_MODELS_NAME": model,
        "VOC_MODELS_CACHED_TEXTS": "0",  # the texts come again and again; each shall cost
        "VOC_ACCESS_REQUESTS_PER_MINUTE": "0",
    }  # fmt: skip
    command = [sys.executable, "-c", _PROGRAM, "serve", "--port", str(port)]
    with _running(command, folder, port, variables) as process:
        yield Target(port, "/v1/classify", key), process


@contextmanager
def plain_server(
    folder: Path, port: int, *, threads: int, model: Path, teacher: Path | None
) -> Iterator[tuple[Target, int]]:
    """Runs the plain server beside ours.

    Args:
        folder: Of its log.
        port: Its port.
        threads: Of torch.
        model: Folder of our encoder, which tells the shape and the tokenizer.
        teacher: Folder of a classifier for `transformers`; `None`: one with random weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape = shape_of(model).with_layers(TEACHER_LAYERS).as_json()
    command = [
        sys.executable, "-m", "tests.benchmarks.serving.plain", str(port), str(model / TOKENIZER),
        shape, str(threads), *([str(teacher)] if teacher else []),
    ]  # fmt: skip
    variables = environment(threads, bundled("models").resolve())
    with _running(command, folder, port, variables) as process:
        yield Target(port, "/classify"), process


def memory_mb(process: int) -> float | None:
    """Returns the resident memory of a process, where Linux tells."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _running(
    command: list[str], folder: Path, port: int, variables: dict[str, str]
) -> Iterator[int]:
    paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**variables, "PYTHONPATH": paths}, stdout=log, stderr=log
        )
        try:
            _wait(process, port, folder / "log.txt")
            yield process.pid
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"A server did not become ready:\n{log.read_text()[-2000:]}")
