"""The part of a worker that reads sources, alone in a process: until SIGTERM.

`python -m tests.benchmarks.stream_children CONFIG`
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from voc.config import load_settings
from voc.errors import StoreError
from voc.pipeline.feeding import Feeding, open_feeds
from voc.store import Store, open_store


def main(config: Path) -> None:
    """Reads the config's sources into its store."""
    settings = load_settings(config, environ={})
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with _opened(settings.store_url) as store:
        feeding = Feeding(
            store, open_feeds(settings), settings, troubled=lambda what: print(what, flush=True)
        )
        feeding.start()
        stop.wait()
        feeding.stop()


def _opened(url: str) -> Store:
    while True:
        try:
            return open_store(url)
        except StoreError as error:
            print(error, flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
