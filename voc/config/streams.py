"""Settings of sources that are streams and systems: queues, webhooks, mail, databases, folders."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from voc.config.brokers import Addresses, KafkaConsumerSettings, RabbitMQSettings
from voc.config.recognisers import RecogniserSettings
from voc.config.section import Section
from voc.config.sinks import SigningSecret
from voc.records import Channel

PLUGIN_GROUP: Final = "voc.sources"
"""The group of entry points by which other packages bring kinds of sources."""

_SECONDS: Final = "Seconds between looks of voc worker; empty: only voc ingest and voc run look."


class SourceBase(Section):
    """What every source may say."""

    channel: Channel | None = Field(default=None, description="Channel of its feedback.")
    industry: str | None = Field(default=None, description="Industry of its feedback.")
    product: str | None = Field(default=None, description="Product, where nothing else names it.")


class ExportSettings(SourceBase):
    """What a complete export may say."""

    snapshot: bool = Field(
        default=False, description="Whether it holds all there is: what is missing is taken back."
    )
    snapshot_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of known voices below which none is taken back."
    )


class _Mapped(SourceBase):
    map: dict[str, str] = Field(
        default_factory=dict,
        description="Field: path in the message, as text: data.content; empty: it is a Feedback.",
    )


class _Consumed(_Mapped):
    """What every queue may say."""

    batch_rows: int = Field(default=500, ge=1, le=500, description="Messages stored at a time.")
    batch_s: float = Field(
        default=1.0, gt=0, le=60, description="Seconds after which fewer are stored."
    )
    idle_s: float = Field(
        default=3.0, gt=0, le=600, description="Seconds without one that end voc ingest."
    )
    max_bytes: int = Field(
        default=1_000_000, ge=1, description="Longest message; longer ones are set aside."
    )


class RabbitMQSourceSettings(_Consumed, RabbitMQSettings):
    """A queue of RabbitMQ."""

    kind: Literal["rabbitmq"] = Field(description="Kind of the source.")
    queue: str = Field(min_length=1, max_length=255, description="The queue.")
    declare: bool = Field(
        default=False, description="Make the queue, durable, where it is not there."
    )
    exchange: str | None = Field(
        default=None, description="Exchange to bind it to, with declare; empty: none."
    )
    routing_key: str = Field(default="#", description="What of the exchange it takes.")


class KafkaSourceSettings(_Consumed, KafkaConsumerSettings):
    """Topics of Kafka."""

    kind: Literal["kafka"] = Field(description="Kind of the source.")
    topics: Addresses = Field(description="The topics.")
    start: Literal["earliest", "latest"] = Field(
        default="earliest", description="Where a group without offsets begins."
    )


class WebhookSourceSettings(_Mapped):
    """What another system posts to /v1/sources/NAME/webhook, signed."""

    kind: Literal["webhook"] = Field(description="Kind of the source.")
    secret: SigningSecret = Field(description="Secret that signs, whsec_….")
    old_secret: SigningSecret | None = Field(
        default=None, description="The one before, while senders change over."
    )
    items: str | None = Field(
        default=None, description="Path of a list whose entries are voices; empty: the body is one."
    )


class ImapSourceSettings(SourceBase):
    """A mailbox."""

    kind: Literal["imap"] = Field(description="Kind of the source.")
    host: str = Field(min_length=1, description="IMAP server.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="Its port; 993 or 143.")
    tls: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="tls from the start, starttls, or none."
    )
    user: str = Field(min_length=1, description="Account.")
    password: str = Field(min_length=1, description="Its password, or an app's own.")
    folder: str = Field(default="INBOX", min_length=1, description="Folder that is read.")
    staff: tuple[str, ...] = Field(
        default=(),
        description="Addresses that answer for the company beside user, or @its.domain.",
    )
    allow_private: bool = Field(
        default=False, description="Whether the server may lie in a private network."
    )
    max_mail_mb: float = Field(
        default=10, gt=0, le=100, description="Largest mail; larger ones are set aside."
    )
    timeout_s: float = Field(default=30, gt=0, le=600, description="Seconds for one answer.")
    every_s: float | None = Field(default=None, ge=1, description=_SECONDS)


class SqlSourceSettings(ExportSettings):
    """A query of a database."""

    kind: Literal["sql"] = Field(description="Kind of the source.")
    url: str = Field(
        pattern=r"^(postgresql|postgres|mysql|mariadb|sqlite)(\+\w+)?://\S*$",
        description="SQLAlchemy URL of PostgreSQL, MariaDB, MySQL or SQLite.",
    )
    query: str = Field(min_length=1, description="One SELECT, without ORDER BY and semicolon.")
    watermark: str = Field(
        min_length=1, description="Column that grows with each change, as updated_at."
    )
    key: str = Field(min_length=1, description="Column that names a row, once each.")
    lag: float = Field(
        default=60,
        ge=0,
        description="How far each run looks back: seconds, or units of a watermark of numbers.",
    )
    map: dict[str, str] = Field(
        default_factory=dict, description="Field: column; deleted: one that says a row is gone."
    )
    every_s: float | None = Field(default=None, ge=1, description=_SECONDS)

    @field_validator("query")
    @classmethod
    def _is_one_select(cls, query: str) -> str:
        if ";" in query or not re.match(r"\s*(select|with)\b", query, re.IGNORECASE):
            raise ValueError("is no single SELECT; write one, without a semicolon")
        return query


class FolderSourceSettings(SourceBase):
    """Files that are dropped into a folder or a bucket."""

    kind: Literal["folder"] = Field(description="Kind of the source.")
    path: str = Field(
        min_length=1, description="Files with * or **, as drop/*.csv or s3://bucket/in/*.jsonl."
    )
    storage: dict[str, Any] = Field(
        default_factory=dict, description="Options of the file system, as {endpoint_url: …}."
    )
    settle_s: float = Field(
        default=10, ge=0, description="Seconds that a file lies unchanged before it is read."
    )
    max_file_mb: float = Field(
        default=1_000, gt=0, description="Largest file; larger ones are set aside."
    )
    map: dict[str, str] = Field(default_factory=dict, description="Field: column, as text: 评价.")
    recogniser: RecogniserSettings | None = Field(
        default=None, description="What hears recordings (.wav); empty: they are set aside."
    )
    every_s: float | None = Field(default=None, ge=1, description=_SECONDS)


class PluggedSourceSettings(SourceBase):
    """A kind that another package brings."""

    kind: str = Field(description="Name of its entry point.")
    options: dict[str, Any] = Field(default_factory=dict, description="What it asks for.")
    every_s: float | None = Field(default=None, ge=1, description=_SECONDS)


Streamed = Annotated[
    RabbitMQSourceSettings
    | KafkaSourceSettings
    | WebhookSourceSettings
    | ImapSourceSettings
    | SqlSourceSettings
    | FolderSourceSettings,
    Field(discriminator="kind"),
]


def plugged_kinds() -> set[str]:
    """Returns the kinds that installed packages bring."""
    return {point.name for point in entry_points(group=PLUGIN_GROUP)}
