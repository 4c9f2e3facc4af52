"""Makes sinks of settings; each module is loaded where its kind is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NamedTuple

from voc.config.sinks import PLUGIN_GROUP, FileSinkSettings, PluggedSinkSettings
from voc.errors import ConfigError, MissingExtraError, fault
from voc.workorders.sinks.base import Sink
from voc.workorders.sinks.file_queue import FileQueueSink


class _Home(NamedTuple):
    """Where a kind of sink lives, and the extra that brings what it needs."""

    module: str
    sink: str
    extra: str


_HOMES: Final[Mapping[str, _Home]] = {
    "webhook": _Home("webhook", "WebhookSink", "sinks"),
    "wecom": _Home("wecom", "WeComSink", "sinks"),
    "dingtalk": _Home("dingtalk", "DingTalkSink", "sinks"),
    "feishu": _Home("feishu", "FeishuSink", "sinks"),
    "jira": _Home("jira", "JiraSink", "sinks"),
    "email": _Home("email", "EmailSink", "sinks"),
    "rabbitmq": _Home("rabbitmq", "RabbitMQSink", "brokers"),
    "redis": _Home("redis", "RedisSink", "brokers"),
    "kafka": _Home("kafka", "KafkaSink", "kafka"),
}


def open_sink(name: str, settings: Any, *, queue_dir: Path, base_dir: Path) -> Sink:
    """Makes the sink that `settings` describe; nothing is connected to yet.

    Args:
        name: The name that messages are addressed to.
        settings: One of the models of `voc.config.sinks`.
        queue_dir: The folder of a file queue that names none.
        base_dir: The folder that relative paths start from.

    Raises:
        MissingExtraError: A package is not installed; the message says what to type.
        ConfigError: A plug-in is gone, or does not take its options.
    """
    if isinstance(settings, FileSinkSettings):
        folder = base_dir / settings.dir.expanduser() if settings.dir else queue_dir
        return FileQueueSink(folder, name=name)
    if isinstance(settings, PluggedSinkSettings):
        return _plugged(name, settings)
    home = _HOMES[settings.kind]
    try:
        module = import_module(f"voc.workorders.sinks.{home.module}")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The sink {name!r} of kind {settings.kind} needs the package {error.name}, which is"
            f' not installed. Type: pip install "voc-zh[{home.extra}]"'
        ) from error
    made: Sink = getattr(module, home.sink)(name, settings)
    return made


def _plugged(name: str, settings: PluggedSinkSettings) -> Sink:
    points = [point for point in entry_points(group=PLUGIN_GROUP) if point.name == settings.kind]
    if not points:
        raise ConfigError(
            f"The sink {name!r}: no installed package brings the kind {settings.kind!r} any more;"
            f" install it again, or leave sinks.{name} out."
        )
    try:
        opener: Callable[..., Sink] = points[0].load()
        return opener(name, **settings.options)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError(
            f"The sink {name!r} of kind {settings.kind} cannot be made ({fault(error)}); mend"
            f" sinks.{name}.options, or the package {points[0].value}."
        ) from error
