"""From the bytes of a mail to the values of a feedback."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final

from voc.errors import RowError
from voc.sources.streams.letters import text_of_html, words_of
from voc.text.encoding import decode

_DEEPEST: Final = 20
_MOST_PARTS: Final = 200
_ID_CHARS: Final = 180
_BY_PEOPLE: Final = frozenset({"no", "none"})
_AUTOMATIC: Final[Mapping[str, frozenset[str] | None]] = {
    # A header, and the values that say so; `None`: any but those of people. Forms on websites send
    # what people wrote as `auto-generated`, and groups pass mails on with `Precedence: list`.
    "Auto-Submitted": frozenset({"auto-replied", "auto-notified"}),
    "X-Auto-Response-Suppress": None,
    "X-Autoreply": None,
    "X-Autorespond": None,
    "Precedence": frozenset({"bulk", "junk", "auto_reply"}),
}
_AUTOMATIC_SUBJECT: Final = re.compile(
    r"\s*(?:自动回复|自動回覆|自动答复|automatic reply|auto[- ]?reply|out of office)\s*[:：]",
    re.IGNORECASE,
)
_MAILER: Final = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_FOLDED: Final = re.compile(r"\s*[\r\n]+\s*")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail.

    Attributes:
        native_id: Its Message-ID, or a hash of it where that is missing or long.
        values: Fields of a feedback by name.
    """

    native_id: str
    values: dict[str, Any]


def read_mail(data: bytes) -> Mail:
    """Reads a mail: its plain text, or else its page as text; attachments are counted.

    Raises:
        RowError: It holds no words, or those of a program: an automatic reply, a bulk mail.
    """
    message = BytesParser(policy=compat32).parsebytes(data)
    if said := _automatic(message):
        raise RowError(f"the mail is an automatic one ({said})")
    plain, page, attachments = _texts(message)
    title = header_text(message.get("Subject"))
    text = words_of(plain if plain.strip() else text_of_html(page), subject=title)
    if not text and not title:
        raise RowError("the mail holds no words")
    authors = _people(message, "from")
    native_id = _id_of(message, data)
    values = {
        "id": native_id,
        "text": text,
        "title": title,
        "created_at": _date_of(message),
        "author": ", ".join(name or address for name, address in authors if name or address),
        "customer_id": authors[0][1].lower() if authors else "",
        "attachments": attachments,
    }
    kept = {key: value for key, value in values.items() if value not in (None, "", 0)}
    return Mail(native_id, kept)


def _automatic(message: Message) -> str | None:
    """Returns the header by which a mail says that a program wrote it (RFC 3834, RFC 6522)."""
    for name, answers in _AUTOMATIC.items():
        told = re.split("[;(]", header_text(message.get(name)), maxsplit=1)[0].strip().lower()
        if told and told not in _BY_PEOPLE and (answers is None or told in answers):
            return f"{name}: {told[:40]}"
    if message.get_content_type() == "multipart/report":
        return "Content-Type: multipart/report"
    for _, address in _people(message, "from"):
        if _MAILER.match(address):
            return f"From: {address.partition('@')[0]}"
    is_reply = _AUTOMATIC_SUBJECT.match(header_text(message.get("Subject")))
    return "Subject" if is_reply else None


def _people(message: Message, header: str) -> list[tuple[str, str]]:
    """Returns all names and addresses of a list (RFC 5322, 3.4).

    They are told apart before encoded words are read, as a name may hold a comma or an address.
    """
    raw = [str(value) for name, value in message.raw_items() if name.lower() == header]
    return [(header_text(name), header_text(address)) for name, address in getaddresses(raw)]


def header_text(value: Any) -> str:
    """Returns a header in plain words, whatever encodings its pieces name, or have without one."""
    if value is None:
        return ""
    pieces = []
    for piece, charset in _pieces(value):
        if isinstance(piece, str):
            piece = piece.encode("utf-8", "surrogateescape")
        is_named = charset not in (None, "unknown-8bit")
        pieces.append(decode(piece, declared=charset if is_named else None).text)
    return _FOLDED.sub(" ", "".join(pieces)).strip()


def _pieces(value: Any) -> list[tuple[bytes | str, str | None]]:
    try:
        return list(decode_header(value))
    except ValueError:  # Base64 that is none
        return [(str(value), None)]


def _texts(message: Message) -> tuple[str, str, int]:
    """Returns the plain text, the page, and how many parts are neither."""
    plain: list[str] = []
    pages: list[str] = []
    others = 0
    for part in _leaves(message, 0):
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or _is_attached(part):
            others += 1
            continue
        data = part.get_payload(decode=True)
        raw = data if isinstance(data, bytes) else b""
        text = decode(raw, declared=part.get_content_charset()).text
        (plain if kind == "text/plain" else pages).append(text)
    return "\n".join(plain), "\n".join(pages), others


def _leaves(message: Message, depth: int) -> Iterator[Message]:
    """Gives the parts that hold something; a mail within a mail is one, as what is attached."""
    if not message.is_multipart() or message.get_content_maintype() == "message":
        yield message
        return
    parts = message.get_payload()
    if depth >= _DEEPEST or not isinstance(parts, list):
        return
    for part in parts[:_MOST_PARTS]:
        if isinstance(part, Message):
            yield from _leaves(part, depth + 1)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _id_of(message: Message, data: bytes) -> str:
    told = header_text(message.get("Message-ID")).strip("<> ")
    if told and len(told) <= _ID_CHARS:
        return told
    return f"mail-{hashlib.blake2b(told.encode() or data, digest_size=12).hexdigest()}"


def _date_of(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date")))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
