"""A mailbox over IMAP, read by UIDVALIDITY and UID without changing it."""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, Final
from zoneinfo import ZoneInfo

from voc.config.streams import ImapSourceSettings
from voc.errors import RowError, SourceError
from voc.records import Channel
from voc.sources.base import Draft, Item, Page, ReadProgress, Reject
from voc.sources.columns import ColumnMap
from voc.sources.crawling.guard import is_public
from voc.sources.feedback import to_feedback
from voc.sources.rows import Row
from voc.sources.streams.consuming import AwayError, reconnecting
from voc.sources.streams.mails import read_mail

_FIELDS: Final = ("id", "text", "title", "created_at", "author", "customer_id")
_COLUMNS: Final = ColumnMap({name: name for name in _FIELDS})
_PAGE_MAILS: Final = 100
_LISTED: Final = 1_000
_OVERHEAD_BYTES: Final = 1_000_000
_PORT: Final = 143
_TLS_PORT: Final = 993
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class _Listed:
    """A mail as the server lists it; `size` is in bytes."""

    uid: int
    size: int


class ImapSource:
    """A folder of a mailbox as a source.

    Mails are read by growing UID; where the server gives out UIDs anew (UIDVALIDITY), the folder
    is read anew, and Message-IDs tell what is known. Nothing is marked as read, moved or deleted.

    Args:
        name: Name of the source.
        settings: The mailbox.
        channel: Where the feedback comes from.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
    """

    def __init__(
        self,
        name: str,
        settings: ImapSourceSettings,
        *,
        channel: Channel,
        zone: ZoneInfo,
        max_chars: int,
    ) -> None:
        self.name = name
        self._settings = settings
        self._channel = channel
        self._zone = zone
        self._max_chars = max_chars
        self._staff = tuple(name.lower() for name in (settings.user, *settings.staff))
        self._progress = ReadProgress(0, None)

    @property
    def progress(self) -> ReadProgress:
        """How many mails were read of those that are new."""
        return self._progress

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the mails behind `cursor`; a connection that is lost is made anew.

        Raises:
            SourceError: The server cannot be reached, may not be, or refuses.
        """
        yield from reconnecting(self._connected, cursor, Event())

    def _connected(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        kept = cursor or {}
        with self._session() as server:
            validity, count = self._selected(server)
            is_same = kept.get("uidvalidity") == validity
            last = int(kept.get("uid", 0)) if is_same else 0
            listed = self._behind(server, last, count)
            draft = Draft(rows=_PAGE_MAILS)
            for number, mail in enumerate(listed, 1):
                if (item := self._item(server, mail, validity)) is not None:
                    draft.add(item)
                self._progress = ReadProgress(number, len(listed))
                if draft.is_full or number == len(listed):
                    behind = {"uidvalidity": validity, "uid": mail.uid}
                    yield draft.page(behind, done=number == len(listed))

    def _item(self, server: imaplib.IMAP4, mail: _Listed, validity: int) -> Item | None:
        """Reads one mail; a poisonous one becomes a reject, one that is gone nothing."""
        place = f"{self._settings.folder}:{validity}/{mail.uid}"
        most = self._settings.max_mail_mb
        if mail.size > most * _MB:
            reason = f"it has {mail.size} bytes; {most:g} MB are read at most (max_mail_mb)"
            return Reject(self.name, place, reason)
        data = self._fetched(server, mail.uid)
        if data is None:
            return None
        try:
            values = read_mail(data).values
            if self._is_staff(values.get("customer_id", "")):
                values["is_staff"] = True
            return to_feedback(
                Row(0, place, values),
                _COLUMNS,
                source=self.name,
                channel=self._channel,
                product=self._settings.product,
                zone=self._zone,
                max_chars=self._max_chars,
            )
        except RowError as error:
            return Reject(self.name, place, error.reason)
        except Exception as error:  # noqa: BLE001 - it must not hold up the mails behind it
            return Reject(self.name, place, f"it cannot be read ({type(error).__name__})")

    def _is_staff(self, address: str) -> bool:
        """Whether an address in small letters is one of the company's, or of its domains."""
        return any(
            address.endswith(name) if name.startswith("@") else address == name
            for name in self._staff
        )

    def _selected(self, server: imaplib.IMAP4) -> tuple[int, int]:
        """Opens the folder for reading; returns its UIDVALIDITY and how many mails it holds."""
        folder = _folder_name(self._settings.folder)
        state, data = server.select(folder, readonly=True)
        if state != "OK":
            raise SourceError(
                f"{self._where}: there is no folder {self._settings.folder!r} ({_said(data)})."
                f" Mend sources.{self.name}.folder."
            )
        _, validity = server.response("UIDVALIDITY")
        told = validity[0] if validity else None
        return int(told) if told else 0, int(data[0] or 0)

    def _behind(self, server: imaplib.IMAP4, last: int, count: int) -> list[_Listed]:
        """Returns what lies behind a UID, by growing UID.

        It is listed from the newest down: where somebody deletes meanwhile, numbers only fall, and
        none is passed over.
        """
        found: dict[int, _Listed] = {}
        for high in range(count, 0, -_LISTED):
            low = max(1, high - _LISTED + 1)
            state, data = server.fetch(f"{low}:{high}", "(UID RFC822.SIZE)")
            self._check(state, data)
            page = [mail for line in data if (mail := _listed(line)) is not None]
            found |= {mail.uid: mail for mail in page if mail.uid > last}
            if any(mail.uid <= last for mail in page):
                break
        return sorted(found.values())

    def _fetched(self, server: imaplib.IMAP4, uid: int) -> bytes | None:
        state, data = server.uid("FETCH", str(uid), "(BODY.PEEK[])")
        self._check(state, data)
        return next((each[1] for each in data if isinstance(each, tuple)), None)

    def _check(self, state: str, data: Sequence[Any]) -> None:
        if state != "OK":
            raise AwayError(f"{self._where}: {_said(data)}.")

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        """Gives a session that is logged in.

        Raises:
            AwayError: The server does not answer.
            SourceError: It refuses the account, or lies where nobody may connect to.
        """
        server: imaplib.IMAP4 | None = None
        try:
            server = self._connect()
            self._log_in(server)
            yield server
        except (imaplib.IMAP4.abort, OSError) as error:
            said = str(error) or type(error).__name__
            raise AwayError(f"{self._where}: {said.rstrip('.')}.") from error
        except imaplib.IMAP4.error as error:
            raise SourceError(f"{self._where}: {_said(error.args)}.") from error
        finally:
            if server is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    server.logout()

    def _connect(self) -> imaplib.IMAP4:
        told = self._settings
        most = int(told.max_mail_mb * _MB) + _OVERHEAD_BYTES
        context = ssl.create_default_context()
        if told.tls == "tls":
            return _GuardedTls(told, self.name, most, context)
        server = _Guarded(told, self.name, most)
        if told.tls == "starttls":
            server.starttls(context)
        return server

    def _log_in(self, server: imaplib.IMAP4) -> None:
        told = self._settings
        try:
            server.login(told.user, told.password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            raise SourceError(
                f"{self._where}: refuses the account. Mend sources.{self.name}.user and password;"
                " many providers want a password of its own for programs."
            ) from error

    @property
    def _where(self) -> str:
        return f"{self.name}: imap://{self._settings.host}"


class _Guarded(imaplib.IMAP4):
    """Connects to the address that was judged, and reads no more at once than a mail may have."""

    def __init__(self, told: ImapSourceSettings, name: str, most_bytes: int) -> None:
        self._told, self._name, self._most_bytes = told, name, most_bytes
        super().__init__(told.host, told.port or _PORT, told.timeout_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return _connected(self._told, self._name, self.port, timeout)

    def read(self, size: int) -> bytes:
        return super().read(_bounded(size, self._most_bytes))


class _GuardedTls(imaplib.IMAP4_SSL):
    """The same, with TLS from the start, for the name that the settings tell."""

    def __init__(
        self, told: ImapSourceSettings, name: str, most_bytes: int, context: ssl.SSLContext
    ) -> None:
        self._told, self._name, self._most_bytes = told, name, most_bytes
        port = told.port or _TLS_PORT
        super().__init__(told.host, port, ssl_context=context, timeout=told.timeout_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = _connected(self._told, self._name, self.port, timeout)
        safe: socket.socket = self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        return safe

    def read(self, size: int) -> bytes:
        return super().read(_bounded(size, self._most_bytes))


def _bounded(size: int, most: int) -> int:
    if size > most:
        raise imaplib.IMAP4.abort(f"the server sends {size} bytes at once, over {most}")
    return size


def _connected(
    told: ImapSourceSettings, name: str, port: int, timeout: float | None
) -> socket.socket:
    """Connects to an address that the host resolves to and that may be connected to.

    Raises:
        SourceError: All of them are private, and the settings do not allow that.
    """
    found = socket.getaddrinfo(told.host, port, type=socket.SOCK_STREAM)
    allowed = [each[4] for each in found if told.allow_private or is_public(str(each[4][0]))]
    if not allowed:
        raise SourceError(
            f"{name}: {told.host} lies in a private network. If that is right, set"
            f" sources.{name}.allow_private: true."
        )
    return socket.create_connection((str(allowed[0][0]), port), timeout)


def _listed(line: Any) -> _Listed | None:
    text = line[0] if isinstance(line, tuple) else line
    if not isinstance(text, bytes):
        return None
    uid, size = _UID.search(text), _SIZE.search(text)
    return _Listed(int(uid[1]), int(size[1])) if uid and size else None


def _folder_name(name: str) -> str:
    """Returns a folder's name as IMAP writes it: quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
    parts = re.split(r"([^\x20-\x7e]+)", name)
    shown = [
        _shifted(part) if number % 2 else part.replace("&", "&-")
        for number, part in enumerate(parts)
    ]
    quoted = "".join(shown).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _shifted(text: str) -> str:
    coded = base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=")
    return f"&{coded.replace('/', ',')}-"


def _said(data: Any) -> str:
    """The server's words, in one line."""
    first = next(iter(data), b"") if isinstance(data, (list, tuple)) else data
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return " ".join(text.split())[:200].rstrip(".")
