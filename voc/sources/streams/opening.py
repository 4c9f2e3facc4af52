"""Makes sources of settings; each module is loaded where its kind is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from voc.config.streams import (
    PLUGIN_GROUP,
    FolderSourceSettings,
    ImapSourceSettings,
    KafkaSourceSettings,
    PluggedSourceSettings,
    RabbitMQSourceSettings,
    SourceBase,
    SqlSourceSettings,
    WebhookSourceSettings,
)
from voc.errors import ConfigError, MissingExtraError, UsageError, VocError, fault
from voc.records import Channel
from voc.sources.base import Source
from voc.sources.documents import Documents
from voc.sources.streams.consuming import Consumer, StreamSource


def open_stream(
    name: str,
    known: SourceBase,
    *,
    base: Path,
    channel: Channel | None,
    zone: ZoneInfo,
    max_chars: int,
) -> Source:
    """Makes the source that settings describe; nothing is connected to yet.

    Args:
        name: Name of the source.
        known: Its settings, one of the models of `voc.config.streams`.
        base: The folder that relative paths start from.
        channel: Where the feedback comes from, where nothing else tells.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.

    Raises:
        UsageError: It is a webhook, which is not read but posted to.
        MissingExtraError: A package is not installed; the message says what to type.
        ConfigError: A plug-in is gone, or does not take its options.
    """
    channel = channel or known.channel
    if isinstance(known, RabbitMQSourceSettings | KafkaSourceSettings):
        return _queue(name, known, channel, zone, max_chars)
    if isinstance(known, PluggedSourceSettings):
        return _plugged(name, known)
    if isinstance(known, WebhookSourceSettings):
        raise UsageError(
            f"{name}: is a webhook, to which others post at /v1/sources/{name}/webhook; start voc"
            " serve instead."
        )
    if isinstance(known, ImapSourceSettings):
        from voc.sources.streams.imap import ImapSource

        return ImapSource(name, known, channel=channel or "email", zone=zone, max_chars=max_chars)
    if isinstance(known, SqlSourceSettings):
        from voc.sources.streams.sql import SqlSource

        return SqlSource(name, known, base=base, channel=channel, zone=zone, max_chars=max_chars)
    assert isinstance(known, FolderSourceSettings)
    from voc.sources.streams.folder import FolderSource

    return FolderSource(name, known, base=base, channel=channel, zone=zone, max_chars=max_chars)


def _queue(
    name: str,
    known: RabbitMQSourceSettings | KafkaSourceSettings,
    channel: Channel | None,
    zone: ZoneInfo,
    max_chars: int,
) -> StreamSource:
    documents = Documents(
        name,
        channel=channel,
        product=known.product,
        mapping=known.map,
        zone=zone,
        max_chars=max_chars,
        max_bytes=known.max_bytes,
    )
    try:
        connect = _connecting(name, known)
    except ModuleNotFoundError as error:
        extra = "kafka" if isinstance(known, KafkaSourceSettings) else "brokers"
        raise MissingExtraError(
            f"The source {name!r} of kind {known.kind} needs the package {error.name}, which is not"
            f' installed. Type: pip install "voc-zh[{extra}]"'
        ) from error
    return StreamSource(
        name,
        connect,
        documents,
        batch_rows=known.batch_rows,
        batch_s=known.batch_s,
        idle_s=known.idle_s,
    )


def _connecting(
    name: str, known: RabbitMQSourceSettings | KafkaSourceSettings
) -> Callable[[Mapping[str, Any] | None], Consumer]:
    if isinstance(known, RabbitMQSourceSettings):
        from voc.sources.streams.rabbitmq import RabbitMQConsumer

        return lambda _: RabbitMQConsumer(known, name)
    from voc.sources.streams.kafka import KafkaConsumer

    return lambda cursor: KafkaConsumer(known, cursor)


def _plugged(name: str, known: PluggedSourceSettings) -> Source:
    points = [point for point in entry_points(group=PLUGIN_GROUP) if point.name == known.kind]
    if not points:
        raise ConfigError(
            f"The source {name!r}: no installed package brings the kind {known.kind!r} any more;"
            f" install it again, or leave sources.{name} out."
        )
    try:
        opener: Callable[..., Source] = points[0].load()
        wrong = _misfit(opener, name, known.options)
        if wrong is None:
            return opener(name, **known.options)
    except VocError:
        raise
    except Exception as error:
        raise _not_made(name, known, points[0], fault(error)) from error
    raise _not_made(name, known, points[0], wrong)


def _misfit(opener: Callable[..., Source], name: str, options: Mapping[str, Any]) -> str | None:
    """Says which option is missing or unknown, by its name alone; `None` where all fit."""
    try:
        inspect.signature(opener).bind(name, **options)
    except TypeError as error:
        return str(error)
    return None


def _not_made(name: str, known: PluggedSourceSettings, point: EntryPoint, why: str) -> ConfigError:
    return ConfigError(
        f"The source {name!r} of kind {known.kind} cannot be made ({why}); mend"
        f" sources.{name}.options, or the package {point.value}."
    )
