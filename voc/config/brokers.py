"""How brokers are reached: what sources, sinks and inboxes of one kind say alike."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from voc.config.section import Section


def listed(value: object) -> object:
    """One value stands for a list of one; `a, b` for two, as variables write it."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Addresses = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]


class RabbitMQSettings(Section):
    url: str = Field(pattern=r"^amqps?://\S+$", description="amqp(s)://user:password@host/vhost.")


class RedisSettings(Section):
    url: str = Field(
        pattern=r"^(rediss?|unix)://", description="redis://user:password@host:6379/0."
    )
    stream: str = Field(min_length=1, description="Key of the stream.")


class KafkaSettings(Section):
    servers: Addresses = Field(description="Bootstrap servers, as host:9092.")
    properties: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="librdkafka's own, as {security.protocol: SASL_SSL}."
    )

    ours: ClassVar[tuple[str, ...]] = ("bootstrap.servers",)
    """Properties that voc itself sets, on which its promises rest."""

    @model_validator(mode="after")
    def _promises_are_kept(self) -> KafkaSettings:
        for name in self.ours:
            if name in self.properties:
                raise ValueError(f"properties sets {name}, which voc itself sets; leave it out")
        return self


class KafkaConsumerSettings(KafkaSettings):
    group: str = Field(default="voc", min_length=1, description="Consumer group.")

    ours: ClassVar[tuple[str, ...]] = (
        "bootstrap.servers",
        "group.id",
        "enable.auto.commit",
        "auto.offset.reset",
    )
