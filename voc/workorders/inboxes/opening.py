"""Makes inboxes of settings; each module is loaded where its kind is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from voc.config.inboxes import FileInboxSettings
from voc.errors import MissingExtraError
from voc.workorders.inboxes.base import Inbox
from voc.workorders.inboxes.file import FileInbox

_HOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "rabbitmq": ("rabbitmq", "RabbitMQInbox", "brokers"),
    "redis": ("redis", "RedisInbox", "brokers"),
    "kafka": ("kafka", "KafkaInbox", "kafka"),
    "jira": ("jira", "JiraInbox", "sinks"),
}
"""Module, class, and the extra that brings what it needs."""


def open_inbox(name: str, settings: Any, *, base_dir: Path) -> Inbox:
    """Makes the inbox that `settings` describe; nothing is connected to yet.

    Args:
        name: The name that the settings give it.
        settings: One of the models of `voc.config.inboxes`.
        base_dir: The folder that relative paths start from.

    Raises:
        MissingExtraError: A package is not installed; the message says what to type.
    """
    if isinstance(settings, FileInboxSettings):
        return FileInbox(name, settings, base_dir=base_dir)
    module, kind, extra = _HOMES[settings.kind]
    try:
        home = import_module(f"voc.workorders.inboxes.{module}")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The inbox {name!r} of kind {settings.kind} needs the package {error.name}, which is"
            f' not installed. Type: pip install "voc-zh[{extra}]"'
        ) from error
    made: Inbox = getattr(home, kind)(name, settings)
    return made
