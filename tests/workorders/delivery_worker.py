"""A worker that delivers until it is killed: `python -m tests.workorders.delivery_worker CONFIG`.

It leases for two seconds only, so that what a killed one held is soon another's.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from voc.config import load_settings
from voc.pipeline.delivering import Delivery
from voc.store import open_store
from voc.workorders import Retry


def main() -> None:
    """Delivers, looking for more every twentieth of a second, until told to stop."""
    settings = load_settings(Path(sys.argv[1]), environ={})
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    retry = Retry(attempts=1_000, base_s=0.05, cap_s=0.5)
    with (
        open_store(settings.store_url, busy_timeout_s=60) as store,
        Delivery(store, settings, retry=retry, lease_s=2) as delivery,
    ):
        while not stopping.is_set():
            delivery.deliver(stopping.is_set)
            stopping.wait(0.05)


if __name__ == "__main__":
    main()
