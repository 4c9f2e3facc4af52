"""E-mail by SMTP: one mail a message, with a stable Message-ID; updates answer the first."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from voc.config.sinks import EmailSinkSettings
from voc.errors import TerminalDeliveryError, TransientDeliveryError
from voc.records import Message, stable_id
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import Told, told

_LONGEST_SUBJECT: Final = 150


class EmailSink(ConnectedSink):
    """Sends each message as a mail in plain text.

    The Message-ID is made of the message's id, so that mail systems that know repeats keep one.
    """

    def __init__(self, name: str, settings: EmailSinkSettings) -> None:
        super().__init__(name, timeout_s=settings.timeout_s)
        self._settings = settings

    @property
    def place(self) -> str:
        return f"smtp://{self._settings.host}:{self._settings.port}"

    async def _deliver(self, message: Message) -> str | None:
        mail = self._mail(message)
        try:
            async with self._connection() as smtp:
                await self._log_in(smtp)
                refused, _ = await smtp.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise self._refused([item.code for item in error.recipients], str(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            raise self._refused([error.code], error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        del refused  # some took it; a second mail to those would be worse than none to the others
        return str(mail["Message-ID"])

    def _connection(self) -> aiosmtplib.SMTP:
        told_tls = self._settings.tls
        return aiosmtplib.SMTP(
            hostname=self._settings.host,
            port=self._settings.port,
            timeout=self._timeout_s,
            use_tls=told_tls == "tls",
            start_tls=told_tls == "starttls",
        )

    async def _log_in(self, smtp: aiosmtplib.SMTP) -> None:
        if self._settings.user is not None:
            await smtp.login(self._settings.user, self._settings.password or "")

    def _refused(
        self, codes: list[int], reason: str
    ) -> TransientDeliveryError | TerminalDeliveryError:
        said = f"{self.place}: answered {', '.join(map(str, codes))} ({' '.join(reason.split())})"
        if all(code >= 500 for code in codes):
            return TerminalDeliveryError(f"{said}; mend sinks.{self._name}, then voc outbox retry.")
        return TransientDeliveryError(f"{said}.")

    def _mail(self, message: Message) -> EmailMessage:
        order = told(message)
        mail = EmailMessage()
        mail["Subject"] = order.heading[:_LONGEST_SUBJECT]
        mail["From"] = self._settings.sender
        mail["To"] = ", ".join(self._settings.to)
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = self._mail_id(message.message_id)
        if message.sequence > 1:
            first = self._mail_id(stable_id("msg", message.key, "1", message.sink))
            mail["In-Reply-To"] = mail["References"] = first
        mail["X-VOC-Work-Order" if order.is_order else "X-VOC-Voice"] = message.key
        mail.set_content(_text(order, self._settings.link), cte="base64")
        return mail

    def _mail_id(self, message_id: str) -> str:
        return f"<{message_id}@{self._settings.sender.rpartition('@')[2]}>"

    async def _look(self) -> str:
        try:
            async with self._connection() as smtp:
                await self._log_in(smtp)
                await smtp.noop()
        except aiosmtplib.SMTPResponseException as error:
            raise self._refused([error.code], error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TransientDeliveryError(f"{self.place}: {_what(error)}.") from error
        login = "accepts the login" if self._settings.user else "answers"
        return f"{self.place} {login}"

    async def _leave(self) -> None:
        """Each mail has a connection of its own; there is none to close."""


def _what(error: BaseException) -> str:
    return str(error) or f"the connection failed ({type(error).__name__})"


def _text(order: Told, link: str | None) -> str:
    page = order.link(link)
    facts = [
        f"工单：{order.work_order_id}" if order.is_order else "",
        *(f"{label}：{value}" for label, value in order.facts if order.is_order),
        f"页面：{page}" if page else "",
    ]
    lines = [*(fact for fact in facts if fact), "", order.description]
    return "\n".join(lines)
