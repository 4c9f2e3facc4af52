"""Finds telephone, identity-card and bank-card numbers, however their digits are written.

What may be a number in a run of digits has to prove itself: by its checksum (GB 11643 MOD 11-2,
Luhn), by its prefix and length, or by a word before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from voc.text.personal.folding import Kind, PrivateSpan
from voc.text.personal.runs import SEPARATORS, Run, digit_runs

_ID_CARD: Final = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)\d{4}"
    r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}"
)
_OLD_ID_CARD: Final = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{6}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
)
_CHECK_LETTER: Final = re.compile(rf"[{SEPARATORS}]{{0,2}}[Xx×✕](?![A-Za-z0-9])")
_PHONE: Final = re.compile(r"1[3-9]\d{9}")
_COUNTRY: Final = re.compile(r"(?:00)?86(?=1[3-9]\d{9})")
_LANDLINE: Final = re.compile(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d\d[2-9]\d{6,7}")
# 62 is UnionPay; the others are international cards and older Chinese ones of 19 digits.
_BANK_CARD: Final = re.compile(
    r"62\d{14,17}|(?:436742|456351|9558\d\d|601382)\d{13}"
    r"|(?:4\d|5[1-5]|35)\d{14}|6(?:011|5\d\d)\d{12}"
)

_CARD_PREFIX: Final = re.compile("[34569]")

_ID_CUE: Final = re.compile(
    r"(?:身份|证件|居民)证?[^0-9\n]{0,10}$|(?<![A-Za-z])ID[^0-9\n]{0,4}$", re.I
)
_CARD_CUE: Final = re.compile(
    r"(?:卡号|账号|帐号|账户|帐户|银行卡|储蓄卡|信用卡|借记卡|[工农中建交招]行)[^0-9\n]{0,8}$"
)
_PHONE_CUE: Final = re.compile(
    r"(?:电话|手机|座机|联系方式|联系号码|致电|拨打|回电|tel|phone|mobile)[^0-9\n]{0,6}$", re.I
)
_ORDER_CUE: Final = re.compile(
    r"(?:订单|单号|运单|快递|物流|编号|流水|货号|条码|条形码|交易|序列|批号|型号|编码|工单|发票|商品|sku"
    r"|orders?|no\.?|s/?n)[^0-9\n]{0,8}$",
    re.I,
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


def find_numbers(plain: str, digits: str) -> Iterator[PrivateSpan]:
    """Yields the numbers in a text.

    Args:
        plain: The text in half width.
        digits: The same with Chinese numerals as digits.
    """
    for run in digit_runs(plain, digits):
        done = 0
        for start in run.candidates:
            if start < done:
                continue
            for kind, find in _FINDERS:
                done, stop = find(run, start)
                if done:
                    plus = plain[run.at[start] - 1 : run.at[start]] == "+"
                    yield PrivateSpan(run.at[start] - plus, stop, kind)
                    break


_NOTHING: Final = (0, 0)


def _id_card(run: Run, start: int) -> tuple[int, int]:
    match = _ID_CARD.match(run.digits, start)
    if not match:
        if run.after(_ID_CUE, start) and (end := run.match(_OLD_ID_CARD, start)):
            return run.ends(end)
        return _NOTHING
    if not _is_date(match):
        return _NOTHING
    end = match.end()
    expected = _CHECK_DIGITS[
        sum(int(d) * w for d, w in zip(run.digits[start:end], _WEIGHTS, strict=True)) % 11
    ]
    sure = run.after(_ID_CUE, start)
    if end + 1 in run.bounds and (sure or run.digits[end] == expected):
        return run.ends(end + 1)
    if end in run.bounds and (sure or expected == "X"):
        letter = _CHECK_LETTER.match(run.plain, run.at[end - 1] + 1)
        return (end, letter.end()) if letter else _NOTHING
    return _NOTHING


def _is_date(match: re.Match[str]) -> bool:
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def _bank_card(run: Run, start: int) -> tuple[int, int]:
    told = run.after(_CARD_CUE, start)
    if not (told or _CARD_PREFIX.match(run.digits, start)) or run.after(_ORDER_CUE, start):
        return _NOTHING
    if _is_decimal(run, start) and run.digits[start - 1] == "0" and start - 1 in run.starts:
        return _NOTHING  # 0.5186565040248616; 1.6222… may be the first of a list of cards
    for end in range(start + 19, start + 14, -1):
        if end not in run.bounds:
            continue
        number = run.digits[start:end]
        sure = _BANK_CARD.fullmatch(number) and _passes_luhn(number)
        if (told or (sure and not run.touches_letters(start, end))) and _is_even(run, start, end):
            return run.ends(end)
    return _NOTHING


def _passes_luhn(number: str) -> bool:
    doubled = (2 * int(digit) for digit in number[-2::-2])
    return (sum(map(int, number[::-2])) + sum(d - 9 * (d > 9) for d in doubled)) % 10 == 0


def _is_even(run: Run, start: int, end: int) -> bool:
    """Whether a card is written in groups as people write it: 4-4-4-4-3, 6-13, one by one.

    Groups of any sizes will do where nothing else is near and one separator parts them all.
    """
    shape = run.shape(start, end)
    if (
        len(shape) == 1
        or shape[0] == 6
        or (end - start == len(run.digits) and len(run.separators(start, end)) == 1)
    ):
        return True
    ends_short = len(set(shape[:-1])) == 1 and shape[-1] <= shape[0] + 2
    begins_short = len(set(shape[1:])) == 1 and shape[0] <= shape[1]
    return ends_short or begins_short


def _phone(run: Run, start: int) -> tuple[int, int]:
    first = start
    country = _COUNTRY.match(run.digits, start)
    if country:
        first = country.end()
    end = run.match(_PHONE, first)
    if not end or run.touches_letters(start, end) or _is_decimal(run, start):
        return _NOTHING
    shape = run.shape(first, end) if first in run.bounds else (11,)
    if len(shape) > 1:
        inner = run.separators(first, end)
        longer = len(run.digits) % 11 and inner & run.separators_around(start, end)
        if longer or not _is_one_number(shape, inner):
            return _NOTHING
    return run.ends(end)


def _is_one_number(shape: tuple[int, ...], separators: set[str]) -> bool:
    """Whether 11 digits in groups are one number and no list of several."""
    if shape in ((3, 4, 4), (1,) * 11):
        return True
    if separators & {",", "，", "、", "/", ", ", "， "} or len(separators) > 2:
        return False
    return shape[0] == 3 or shape in ((7, 4), (5, 6)) or set(shape[:-1]) == {2} or shape[-1] == 4


def _is_decimal(run: Run, start: int) -> bool:
    return start > 0 and run.separator(start) in (".", "．")


def _landline(run: Run, start: int) -> tuple[int, int]:
    end = run.match(_LANDLINE, start)
    if not end:
        if start == 0 and run.after(_PHONE_CUE, start):
            return _local(run)
        return _NOTHING
    shape = run.shape(start, end)
    area = 3 if run.digits[start + 1] in "12" else 4
    if run.touches_letters(start, end) or (len(shape) > 1 and shape[0] != area):
        return _NOTHING
    if len(shape) == 1 and run.after(_ORDER_CUE, start):
        return _NOTHING
    return run.ends(end)


def _local(run: Run) -> tuple[int, int]:
    """A number without area code, or of an unknown kind, that a word calls a telephone's."""
    if run.digits.startswith(("400", "800")):
        return _NOTHING
    if 11 in run.bounds and run.digits[0] == "1":
        return run.ends(11)
    length = next((length for length in (8, 7) if length in run.bounds), 0)
    return run.ends(length) if length and run.digits[0] in "2345678" else _NOTHING


_FINDERS: Final[tuple[tuple[Kind, Callable[[Run, int], tuple[int, int]]], ...]] = (
    ("id_card", _id_card),
    ("bank_card", _bank_card),
    ("phone", _phone),
    ("landline", _landline),
)
