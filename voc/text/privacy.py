"""Masks personal data in texts, one asterisk a character, so that offsets stay right.

Numbers prove themselves by checksum, prefix or shape; names and accounts need a word before them.
Full-width, spaced, dashed, circled and Chinese digits count as digits.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voc.errors import UsageError
from voc.text.personal.accounts import find_accounts, may_hold_accounts
from voc.text.personal.addresses import find_addresses, may_hold_addresses
from voc.text.personal.folding import Kind, PrivateSpan, half_width, with_digits
from voc.text.personal.names import find_names, find_owners, may_hold_names
from voc.text.personal.numbers import find_numbers
from voc.text.personal.phones import phone_of
from voc.text.personal.runs import may_hold_numbers

__all__ = ["Kind", "Masked", "PrivateSpan", "customer_pseudonym", "mask", "pseudonym"]

MASK: Final = "*"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its personal data.

    Attributes:
        text: The text, as many code points long as the original.
        spans: What was masked, in order and without overlap.
    """

    text: str
    spans: tuple[PrivateSpan, ...]


def mask(text: str) -> Masked:
    """Replaces every code point of personal data by `*`.

    Found are telephone numbers, identity-card and bank-card numbers, plates, VINs, e-mail
    addresses, postal addresses; WeChat, QQ, document and record numbers (护照, 病案号) and names
    behind a word that announces them or says what somebody is. What is masked already stays as it
    is.
    """
    spans = _without_overlap(_found(text))
    if not spans:
        return Masked(text, ())
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += text[done : span.start], MASK * (span.end - span.start)
        done = span.end
    return Masked("".join((*pieces, text[done:])), spans)


def pseudonym(value: str, *, key: bytes) -> str:
    """Returns a customer's key: the same for the same value and key, and no way back.

    Args:
        value: What names the customer, as a telephone number or a user's name.
        key: The store's secret.

    Returns:
        `c_` and 20 hex digits of the value's HMAC-SHA256.

    Raises:
        UsageError: The key is empty.
    """
    if not key:
        raise UsageError("The key of pseudonyms is empty: give at least 16 bytes in privacy.key.")
    digest = hmac.new(key, value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
    return f"c_{digest[:20]}"


def customer_pseudonym(value: str, *, key: bytes) -> str:
    """Returns a customer's key as `pseudonym` does, of a telephone number however it is written."""
    return pseudonym(phone_of(value) or value, key=key)


def _found(text: str) -> list[PrivateSpan]:
    """Runs the finders of which the text, as written, has a sign."""
    numbers, accounts = may_hold_numbers(text), may_hold_accounts(text)
    addresses, names = may_hold_addresses(text), may_hold_names(text)
    if not (numbers or accounts or addresses or names):
        return []
    plain = half_width(text)
    digits = with_digits(plain) if numbers or accounts else plain
    spans: list[PrivateSpan] = []
    if accounts:
        spans += find_accounts(plain, digits)
    if numbers:
        found = list(find_numbers(plain, digits))
        spans += found
        spans += find_owners(plain, found)
    if addresses:
        spans += find_addresses(plain)
    if names:
        spans += find_names(plain)
    return spans


def _without_overlap(spans: Iterable[PrivateSpan]) -> tuple[PrivateSpan, ...]:
    """Joins spans that overlap under the kind of the first, the longest where several begin."""
    joined: list[PrivateSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = PrivateSpan(last.start, max(last.end, span.end), last.kind)
        else:
            joined.append(span)
    return tuple(joined)
