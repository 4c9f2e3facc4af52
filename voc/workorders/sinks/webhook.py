"""Webhooks as the Standard Webhooks specification has them: signed, with a stable id.

`webhook-id` is the message's id, by which a receiver takes repeats as one; `webhook-signature`
covers id, time and body, once with the secret and once with the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from voc.config.sinks import WebhookSinkSettings
from voc.records import Message
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import payload_bytes
from voc.workorders.sinks.http import Client, host_of, verdict


class WebhookSink(ConnectedSink):
    """Posts each message as JSON. Statuses 2xx take it; see `verdict` for others."""

    def __init__(self, name: str, settings: WebhookSinkSettings) -> None:
        super().__init__(name, timeout_s=settings.timeout_s, at_once=settings.parallel)
        self._settings = settings
        self._client = Client(self.place, allow_hosts=settings.allow_hosts)
        secrets = (settings.secret, settings.old_secret)
        self._signers = [Webhook(secret) for secret in secrets if secret]

    @property
    def place(self) -> str:
        return host_of(self._settings.url)

    async def _deliver(self, message: Message) -> str | None:
        body = payload_bytes(message)
        answer = await self._client.ask(
            "POST",
            self._settings.url,
            body=body,
            headers=self._headers(message.message_id, body, datetime.now(UTC)),
        )
        error = verdict(
            answer,
            self.place,
            taken=self._settings.taken_status,
            hint=f"; mend sinks.{self._name} or the receiver, then voc outbox retry",
        )
        if error is not None:
            raise error
        return None

    def _headers(self, message_id: str, body: bytes, at: datetime) -> Mapping[str, str]:
        text = body.decode()
        signatures = [signer.sign(message_id, at, text) for signer in self._signers]
        return {
            **self._settings.headers,
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

    async def _look(self) -> str:
        answer = await self._client.ask("HEAD", self._settings.url)
        return f"{self.place} answers ({answer.status} to HEAD); nothing was sent"

    async def _leave(self) -> None:
        await self._client.close()
