"""The inboxes of the settings: where other systems say what becomes of work orders.

As with sinks, an option may come from a variable: `VOC_INBOXES_QUALITY_URL` sets `url` of the inbox
`quality`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from voc.config.brokers import KafkaConsumerSettings, RabbitMQSettings, RedisSettings
from voc.config.section import Section
from voc.config.sinks import Hosts, WebAddress
from voc.config.variables import variable_of

JiraEvent = Literal["accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "none"]


class FileInboxSettings(Section):
    kind: Literal["file"]
    dir: Path = Field(description="Folder; taken events go to done/ in it.")


class RabbitMQInboxSettings(RabbitMQSettings):
    kind: Literal["rabbitmq"]
    queue: str = Field(min_length=1, description="Durable queue that is consumed.")
    declare_topology: bool = Field(
        default=True, description="Declare the queue; false: it must be there."
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one step.")


class RedisInboxSettings(RedisSettings):
    kind: Literal["redis"]
    group: str = Field(default="voc", min_length=1, description="Consumer group, made if missing.")
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one step.")
    idle_s: float = Field(
        default=60.0, gt=0, description="Seconds after which another worker's entries are taken."
    )


class KafkaInboxSettings(KafkaConsumerSettings):
    kind: Literal["kafka"]
    topic: str = Field(min_length=1, description="The topic.")
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one step.")


class JiraInboxSettings(Section):
    kind: Literal["jira"]
    url: WebAddress = Field(description="Jira's address, as https://host.")
    allow_hosts: Hosts = Field(
        default=(), description="Hosts, addresses or networks that may be private ones."
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one step.")
    user: str | None = Field(default=None, description="Account's e-mail; empty: bearer token.")
    token: str = Field(min_length=1, description="API token, or personal access token.")
    api: Literal["3", "2"] = Field(default="3", description="3: Jira Cloud; 2: Data Center.")
    project: str = Field(min_length=1, description="Key of the project, as VOC.")
    states: dict[str, JiraEvent] = Field(
        default_factory=dict,
        description="Event by Jira's state, as {等待客户: waiting}; else by its category.",
    )
    every_s: float = Field(default=60.0, ge=1, description="Seconds between looks.")
    first_days: float = Field(
        default=30.0, gt=0, le=366, description="Days the first look goes back."
    )


BUILT_IN: Final[Mapping[str, type[Section]]] = {
    "file": FileInboxSettings,
    "rabbitmq": RabbitMQInboxSettings,
    "redis": RedisInboxSettings,
    "kafka": KafkaInboxSettings,
    "jira": JiraInboxSettings,
}

InboxSettings = Annotated[
    FileInboxSettings
    | RabbitMQInboxSettings
    | RedisInboxSettings
    | KafkaInboxSettings
    | JiraInboxSettings,
    Field(discriminator="kind"),
]


def inbox_variables(inboxes: Any) -> dict[str, str]:
    """Returns the variables that set options of inboxes, with the setting of each.

    Args:
        inboxes: The inboxes as the files write them; what is no mapping has none.
    """
    found: dict[str, str] = {}
    for name, values in (inboxes if isinstance(inboxes, dict) else {}).items():
        kind = values.get("kind") if isinstance(values, dict) else None
        options = BUILT_IN.get(kind) if isinstance(kind, str) else None
        for option in options.model_fields if options else ():
            setting = f"inboxes.{name}.{option}"
            found[variable_of(setting)] = setting
    return found
