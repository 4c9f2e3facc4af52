"""Delivery to all sinks of the settings, which stay open from call to call."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType

from voc.config import FILE_SINK, Settings
from voc.errors import ConfigError, nearest
from voc.records import Message
from voc.store import Store, Transaction
from voc.workorders import DeliveryCounts, Retry, RoutingRules, deliver
from voc.workorders.breaker import Breaker
from voc.workorders.sinks import ClosingSink, FileQueueSink, ReferringSink, Sink, open_sink


def open_sinks(settings: Settings) -> dict[str, Sink]:
    """Makes the sinks of the settings, by name; nothing is connected to yet.

    The file queue is among them whatever the settings name, so that messages addressed to it before
    they named others still arrive.

    Raises:
        MissingExtraError: A package that a sink needs is not installed.
        ConfigError: A plug-in does not take its options.
    """
    sinks = {
        name: open_sink(name, told, queue_dir=settings.queue_dir, base_dir=settings.base_dir)
        for name, told in settings.sinks.items()
    }
    sinks.setdefault(FILE_SINK, FileQueueSink(settings.queue_dir, name=FILE_SINK))
    return sinks


def known_sinks(rules: RoutingRules, settings: Settings) -> None:
    """Checks that routing rules name only sinks that there are.

    Raises:
        ConfigError: One is named that the settings do not have; the message names all there are.
    """
    names = {*settings.sinks, FILE_SINK}
    for name in [
        *rules.defaults.sinks,
        *(sink for rule in rules.rules for sink in rule.then.sinks),
        *(sink for step in rules.escalation for sink in step.sinks),
        *(sink for rule in rules.voices.rules for sink in rule.then.sinks),
        *(sink for sinks in rules.voices.frontline.values() for sink in sinks),
    ]:
        if name not in names:
            raise ConfigError(
                f"The routing rules send to the sink {name!r}, which the settings do not name;"
                f" there are {', '.join(sorted(names))}.{nearest(name, names)}"
            )


class Delivery:
    """Delivers what lies in the outbox, again and again, by the same connections.

    Args:
        store: Where the messages lie.
        settings: Whose sinks.
        sinks: Sinks instead of those of the settings.
        retry: How often and how soon to try again.
        lease_s: Seconds that a message is this worker's alone.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        sinks: Mapping[str, Sink] | None = None,
        retry: Retry | None = None,
        lease_s: float = 60.0,
    ) -> None:
        self._store = store
        self._sinks = dict(open_sinks(settings) if sinks is None else sinks)
        self._breakers = {name: Breaker() for name in self._sinks}
        self._retry = retry
        self._lease_s = lease_s

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def deliver(self, stop: Callable[[], bool] = lambda: False) -> DeliveryCounts:
        """Delivers the messages that are due; returns when none is left or `stop` says so."""
        return deliver(
            self._store,
            self._sinks,
            worker=f"{socket.gethostname()}-{os.getpid()}-{threading.get_ident()}",
            now=lambda: datetime.now(UTC),
            retry=self._retry,
            lease_s=self._lease_s,
            on_reference=self._keep_reference,
            stop=stop,
            breakers=self._breakers,
        )

    def close(self) -> None:
        """Closes all connections."""
        for sink in self._sinks.values():
            if isinstance(sink, ClosingSink):
                sink.close()

    def _keep_reference(self, transaction: Transaction, message: Message, reference: str) -> None:
        """Keeps the name that a tracker gave the work order."""
        sink = self._sinks[message.sink]
        if isinstance(sink, ReferringSink) and sink.names_orders:
            transaction.set_external_ref(message.key, reference)
