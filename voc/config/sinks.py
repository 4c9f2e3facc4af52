"""The sinks of the settings: where work orders go, each kind with its own options.

An option of a sink may come from a variable too, so that no secret need stand in a file:
`VOC_SINKS_QUALITY_URL` sets `url` of the sink `quality`.
"""

from __future__ import annotations

import ipaddress
import string
from base64 import b64decode
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from voc.config.brokers import (
    Addresses,
    KafkaSettings,
    RabbitMQSettings,
    RedisSettings,
    listed,
)
from voc.config.section import Section
from voc.config.variables import variable_of
from voc.errors import nearest

FILE_SINK: Final = "file"
"""The name of the file queue that is there where no sink is named."""

PLUGIN_GROUP: Final = "voc.sinks"
"""The group of entry points by which other packages bring kinds of sinks."""

_PARTS: Final = ("work_order_id", "issue_id", "message_id")
_SECRET_BYTES: Final = (24, 64)


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is no address of the web ({error}); write https://host/path") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("is no address of the web; write https://host/path")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user before the host, which no sink sends; leave it out")
    return url


def _link(template: str) -> str:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        raise ValueError(f"has a brace too many or too few ({error})") from None
    unknown = [name for name in names if name not in _PARTS]
    if unknown:
        known = ", ".join(f"{{{part}}}" for part in _PARTS)
        raise ValueError(f"names {{{unknown[0]}}}; there are {known}")
    return _web_address(template)


def _signing_secret(secret: str) -> str:
    if not secret:
        raise ValueError("is empty; write what this prints: echo whsec_$(openssl rand -base64 32)")
    try:
        raw = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise ValueError("is no Base64; write whsec_ and 24 to 64 bytes in Base64") from None
    if not _SECRET_BYTES[0] <= len(raw) <= _SECRET_BYTES[1]:
        raise ValueError(f"holds {len(raw)} bytes; 24 to 64 are allowed")
    return secret


def _host(entry: str) -> str:
    if "/" in entry:
        try:
            ipaddress.ip_network(entry)
        except ValueError as error:
            raise ValueError(f"{error}; write a host, an address or a network as 10.0.0.0/8") from (
                None
            )
    return entry.lower()


Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(listed)]
Link = Annotated[str, AfterValidator(_link)]
SigningSecret = Annotated[str, AfterValidator(_signing_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class FileSinkSettings(Section):
    kind: Literal["file"]
    dir: Path | None = Field(default=None, description="Folder; empty: that of queue.dir.")


class HttpSinkSettings(Section):
    """What all sinks over HTTP share."""

    url: WebAddress = Field(description="Where it is sent.")
    allow_hosts: Hosts = Field(
        default=(),
        description="Hosts, addresses or networks that may be private ones, as 10.1.0.0/16.",
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one try in all.")


class WebhookSinkSettings(HttpSinkSettings):
    kind: Literal["webhook"]
    secret: SigningSecret = Field(description="Standard Webhooks secret, whsec_….")
    old_secret: SigningSecret | None = Field(
        default=None, description="The one before, signed with too while receivers change over."
    )
    parallel: int = Field(default=4, ge=1, le=64, description="Messages sent at once.")
    taken_status: tuple[int, ...] = Field(
        default=(409,), description="Statuses that say: had it already."
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Further headers.")


class RobotSinkSettings(HttpSinkSettings):
    """What the robots of chats share."""

    link: Link | None = Field(
        default=None, description="Page of an order, as https://host/orders/{work_order_id}."
    )
    per_minute: int = Field(default=20, ge=1, le=100, description="Posts a minute, at most.")


class WeComSinkSettings(RobotSinkSettings):
    kind: Literal["wecom"]
    per_minute: int = Field(default=20, ge=1, le=20, description="Posts a minute, at most.")


class DingTalkSinkSettings(RobotSinkSettings):
    kind: Literal["dingtalk"]
    secret: str | None = Field(default=None, description="Signing secret, SEC….")
    per_minute: int = Field(default=20, ge=1, le=20, description="Posts a minute, at most.")


class FeishuSinkSettings(RobotSinkSettings):
    kind: Literal["feishu"]
    secret: str | None = Field(default=None, description="Signing secret.")
    per_minute: int = Field(default=100, ge=1, le=100, description="Posts a minute, at most.")


class JiraSinkSettings(HttpSinkSettings):
    kind: Literal["jira"]
    user: str | None = Field(default=None, description="Account's e-mail; empty: bearer token.")
    token: str = Field(min_length=1, description="API token, or personal access token.")
    api: Literal["3", "2"] = Field(default="3", description="3: Jira Cloud; 2: Data Center.")
    project: str = Field(min_length=1, description="Key of the project, as VOC.")
    issue_type: str = Field(default="Task", description="Type of the issues made.")
    priorities: dict[str, str] = Field(
        default_factory=dict, description="Jira's priority by ours, as {urgent: Highest}."
    )
    link: Link | None = Field(default=None, description="Page of an order.")


class RabbitMQSinkSettings(RabbitMQSettings):
    kind: Literal["rabbitmq"]
    exchange: str = Field(default="", description="Exchange; empty: the default one.")
    exchange_type: Literal["topic", "direct", "fanout"] = Field(
        default="topic", description="Type it is declared with."
    )
    routing_key: str = Field(description="Routing key; in the default exchange the queue.")
    queue: str | None = Field(default=None, description="Durable queue, declared and bound.")
    declare_topology: bool = Field(
        default=True, description="Declare exchange and queue; false: they must be there."
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one try in all.")


class RedisSinkSettings(RedisSettings):
    kind: Literal["redis"]
    max_length: int | None = Field(
        default=None, ge=1, description="About so many entries are kept; empty: all."
    )
    remember_days: float = Field(
        default=7.0, gt=0, le=366, description="Days in which a repeat is told by its id."
    )
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one try in all.")


class KafkaSinkSettings(KafkaSettings):
    kind: Literal["kafka"]
    topic: str = Field(min_length=1, description="The topic.")
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one try in all.")

    ours: ClassVar[tuple[str, ...]] = (
        "acks",
        "request.required.acks",
        "enable.idempotence",
        "bootstrap.servers",
    )


class EmailSinkSettings(Section):
    kind: Literal["email"]
    host: str = Field(min_length=1, description="SMTP server.")
    port: int = Field(default=587, ge=1, le=65_535, description="Its port.")
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls from the start, or none."
    )
    user: str | None = Field(default=None, description="Account; empty: no login.")
    password: str | None = Field(default=None, description="Its password.")
    sender: str = Field(pattern=r"^[^\s@]+@[^\s@]+$", description="Address it comes from.")
    to: Addresses = Field(description="Addresses it goes to.")
    link: Link | None = Field(default=None, description="Page of an order.")
    timeout_s: float = Field(default=15.0, gt=0, le=60, description="Seconds for one try in all.")


class PluggedSinkSettings(Section):
    """A kind that another package brings."""

    kind: str = Field(description="Name of its entry point.")
    options: dict[str, Any] = Field(default_factory=dict, description="What it asks for.")

    @model_validator(mode="before")
    @classmethod
    def _kind_is_there(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("kind") in plugged_kinds():
            return values
        kind, known = values.get("kind"), sorted({*BUILT_IN, *plugged_kinds()})
        what = f"there is no kind of sink {kind!r}" if kind else "names no kind"
        raise ValueError(f"{what}; there are {', '.join(known)}.{nearest(str(kind), known)}")


BUILT_IN: Final[Mapping[str, type[Section]]] = {
    "file": FileSinkSettings,
    "webhook": WebhookSinkSettings,
    "rabbitmq": RabbitMQSinkSettings,
    "redis": RedisSinkSettings,
    "kafka": KafkaSinkSettings,
    "wecom": WeComSinkSettings,
    "dingtalk": DingTalkSinkSettings,
    "feishu": FeishuSinkSettings,
    "jira": JiraSinkSettings,
    "email": EmailSinkSettings,
}


def plugged_kinds() -> set[str]:
    """Returns the kinds that installed packages bring."""
    return {point.name for point in entry_points(group=PLUGIN_GROUP)}


def options_of(kind: Any) -> type[Section]:
    """Returns the options of a kind; those of plug-ins where it is none of ours."""
    known = BUILT_IN.get(kind) if isinstance(kind, str) else None
    return known or PluggedSinkSettings


def _tag(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"kind={kind}" if isinstance(kind, str) and kind in BUILT_IN else "kind=plugged"


SinkSettings = Annotated[
    Annotated[FileSinkSettings, Tag("kind=file")]
    | Annotated[WebhookSinkSettings, Tag("kind=webhook")]
    | Annotated[RabbitMQSinkSettings, Tag("kind=rabbitmq")]
    | Annotated[RedisSinkSettings, Tag("kind=redis")]
    | Annotated[KafkaSinkSettings, Tag("kind=kafka")]
    | Annotated[WeComSinkSettings, Tag("kind=wecom")]
    | Annotated[DingTalkSinkSettings, Tag("kind=dingtalk")]
    | Annotated[FeishuSinkSettings, Tag("kind=feishu")]
    | Annotated[JiraSinkSettings, Tag("kind=jira")]
    | Annotated[EmailSinkSettings, Tag("kind=email")]
    | Annotated[PluggedSinkSettings, Tag("kind=plugged")],
    Discriminator(_tag),
]

SinkName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


def sink_variables(sinks: Any) -> dict[str, str]:
    """Returns the variables that set options of sinks, with the setting of each.

    Args:
        sinks: The sinks as the files write them; what is no mapping has none.
    """
    found: dict[str, str] = {}
    for name, values in (sinks if isinstance(sinks, dict) else {}).items():
        kind = values.get("kind") if isinstance(values, dict) else None
        for option in options_of(kind).model_fields:
            setting = f"sinks.{name}.{option}"
            found[variable_of(setting)] = setting
    return found
