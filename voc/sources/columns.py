"""Which column holds what, by the names people use or as told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson

from voc.errors import UsageError, nearest
from voc.records import Channel
from voc.sources.dialogues import turns_in_text
from voc.sources.mediums import Medium, medium_of
from voc.sources.names import (
    EXACT,
    FIELDS,
    LIKELY_TEXT,
    NOT_PARTS,
    ORDER_TIMES,
    PARTS,
    SURE_TEXT,
    THREAD_NAMES,
    by_field,
    fold,
)
from voc.sources.phones import phone_column
from voc.sources.scales import is_no_answer
from voc.sources.values import DELETED, is_number_like, read_rating, read_score, scale_of

if TYPE_CHECKING:
    from voc.sources.answers import AnswerColumns

_LISTED_COLUMNS = 30
_NPS_RANGE = re.compile(r"0\s*(?:-|~|—|到|至)\s*10|nps|可能|意愿|愿意|程度|多大|likely")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column each field of a feedback is read from.

    Attributes:
        columns: Field: column, for the fields that have one.
        used: The columns that are read: those that hold a field, and `phone`.
        rating_max: The best rating there is (5, 10 or 100), as far as the sample tells.
        threaded: Whether columns speak of threads or replies.
        medium: Whether conversations were spoken or written, as far as the sample tells.
        answer: What names a survey's answer sheet that has no id; `None` of anything else.
        words: All columns that could be the text, where it may stand in several.
        phone: The column of telephones that tell the customers, where none has their ids.
    """

    columns: Mapping[str, str]
    rating_max: float | None = None
    threaded: bool = False
    medium: Medium | None = None
    answer: AnswerColumns | None = None
    words: tuple[str, ...] = ()
    phone: str | None = None
    used: frozenset[str] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "used", frozenset(filter(None, (*self.columns.values(), self.phone)))
        )

    def __getitem__(self, name: str) -> str | None:
        return self.columns.get(name)

    @property
    def channel(self) -> Channel:
        """The channel that the columns look like, where nobody told it."""
        if self.columns.keys() & {"nps", "csat", "ces"}:
            return "survey"
        if self.threaded:
            return "forum"
        return self.conversation if "turns" in self.columns else "review"

    @property
    def conversation(self) -> Channel:
        """The channel of conversations; they count as calls where nothing says it."""
        return "chat" if self.medium == "written" else "hotline"


def find_columns(
    names: Sequence[str],
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - as `--id` is called
    mapping: Mapping[str, str] = MappingProxyType({}),
    sample_rows: Sequence[Mapping[str, Any]] = (),
    several: bool = False,
) -> ColumnMap:
    """Finds the column of each field.

    Told columns come first, then whole names (评价内容, 时间, …), then longer names that contain
    them (您对本次服务的满意度). The only column of a table is its text. A column serves one field.
    A field that is told to have an empty column has none.

    Args:
        names: All columns, in order.
        text: The text's column, as `--text` tells it.
        id: The id's column, as `--id` tells it.
        mapping: Field: column, as `--map` tells them; fields as `field_named` knows them.
        sample_rows: Some rows; they tell the scale of ratings and numbers from words.
        several: Whether words may stand in several columns, as a survey's open answers do: the
            first one is then the text's, and `words` has all.

    Raises:
        UsageError: A told field or column does not exist, or the text's column is missing or
            cannot be told from others.
    """
    told = by_field(mapping) | {
        field: column for field, column in (("text", text), ("id", id)) if column is not None
    }
    if told.get("text") == "":
        raise UsageError("A text needs a column; tell it as text=COLUMN.")
    found = {field: _told_column(field, column, names) for field, column in told.items()}
    folded = [(name, fold(name)) for name in names]
    samples = _Samples(sample_rows)
    words: list[str] = []
    _find_exact(folded, found, samples)
    if "text" not in found:
        words = _find_text(names, folded, found, samples, exact=True, several=several)
    for field in PARTS:
        if field not in found and field != "text":
            _find_containing(field, folded, found, samples)
    if "created_at" not in found:
        _find_order_time(folded, found)
    if not (found.get("text") or found.get("turns")):
        words = _find_text(names, folded, found, samples, exact=False, several=several)
    return ColumnMap(
        columns={field: column for field, column in found.items() if column},
        rating_max=samples.rating_max(found.get("rating") or None),
        threaded=any(name in THREAD_NAMES for _, name in folded)
        or samples.have_replies(found.get("turns")),
        medium=medium_of(samples.conversations(found), names),
        words=tuple(words),
        phone=None
        if "customer_id" in found
        else phone_column(names, sample_rows, besides=frozenset(found.values())),
    )


def has_text_column(names: Sequence[str], *, exact: bool = False) -> bool:
    """Tells whether one of `names` is a name of the text's column, or (not `exact`) holds one."""
    folded = {fold(name) for name in names}
    if folded & {*SURE_TEXT, *LIKELY_TEXT, *EXACT["turns"]}:
        return True
    return not exact and any(_contains("text", name) for name in folded)


class _Samples:
    """What the first rows say of their columns."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows

    def values(self, column: str) -> list[Any]:
        values = (row.get(column) for row in self._rows)
        return [value for value in values if value is not None and value != ""]

    def are_numbers(self, column: str) -> bool:
        values = self.values(column)
        return bool(values) and all(is_number_like(value) for value in values)

    def are_efforts(self, column: str) -> bool:
        """Whether the answers are numbers, or words on a scale from difficult to easy."""
        values = [value for value in self.values(column) if not is_no_answer(value)]
        told = (read_score(value, lowest=1, highest=7) is not None for value in values)
        return bool(values) and (all(map(is_number_like, values)) or all(told))

    def may_be_scores(self, column: str) -> bool:
        """Whether one of the values is from 0 to 10, or there are none: no group, as Promoter."""
        values = self.values(column)
        told = (read_score(value, lowest=0, highest=10) is not None for value in values)
        return not values or any(told)

    def are_lists(self, column: str) -> bool:
        return any(
            isinstance(value, list) or (isinstance(value, str) and value.lstrip().startswith("[{"))
            for value in self.values(column)
        )

    def have_replies(self, column: str | None) -> bool:
        """Whether the turns say which one they answer, as posts of a thread do."""
        turns = self.values(column)[:1] if column is not None else []
        first = turns[0][:1] if turns and isinstance(turns[0], list) else []
        return any(isinstance(turn, dict) and "reply_to" in turn for turn in first)

    def conversations(self, found: Mapping[str, str]) -> Iterator[list[Mapping[str, Any]]]:
        """Yields the turns of each row: of a list, or of a text that marks its speakers."""
        for row in self._rows:
            turns = _listed_turns(row.get(found.get("turns", "")))
            words = row.get(found.get("text", ""))
            if not turns and isinstance(words, str):
                turns = [{"text": turn.text} for turn in turns_in_text(words)]
            if turns:
                yield turns

    def rating_max(self, column: str | None) -> float | None:
        if column is None:
            return None
        ratings = [read_rating(value) for value in self.values(column)]
        told = [rating.best for rating in ratings if rating and rating.best]
        if told:
            return max(told)
        scales = [scale_of(rating.value) for rating in ratings if rating]
        return max((scale for scale in scales if scale), default=None)


def _listed_turns(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, str) and value.lstrip().startswith("[{"):
        with suppress(orjson.JSONDecodeError):
            value = orjson.loads(value)
    return [turn for turn in value if isinstance(turn, dict)] if isinstance(value, list) else []


def _told_column(field: str, column: str, names: Sequence[str]) -> str:
    if field == DELETED:
        raise UsageError(
            f"No column is read for {DELETED} here. The fields are: {', '.join(FIELDS)}."
        )
    if not column or column in names:
        return column
    alike = [name for name in names if fold(name) == fold(column)]
    if len(alike) == 1:
        return alike[0]
    raise UsageError(
        f"There is no column {column!r} for {field}.{nearest(column, names)} "
        f"The columns are: {_listed(names)}."
    )


def _find_exact(
    folded: Sequence[tuple[str, str]], found: dict[str, str], samples: _Samples
) -> None:
    by_name: dict[str, str] = {}
    for name, key in folded:
        by_name.setdefault(key, name)
    for field, known in EXACT.items():
        if field in found:
            continue
        free = (by_name[key] for key in known if key in by_name)
        for column in free:
            if column in found.values() or (field == "turns" and not samples.are_lists(column)):
                continue
            found[field] = column
            break


def _find_containing(
    field: str, folded: Sequence[tuple[str, str]], found: dict[str, str], samples: _Samples
) -> None:
    """Takes the first column whose name contains a part of `field` and whose values fit."""
    for column, name in folded:
        if column in found.values() or not _contains(field, name):
            continue
        if field == "created_at" and name in ORDER_TIMES:
            continue
        if field == "nps" and not (_NPS_RANGE.search(name) and samples.may_be_scores(column)):
            continue
        if field == "ces" and "费力" not in name and not samples.are_efforts(column):
            continue
        found[field] = column
        return


def _find_order_time(folded: Sequence[tuple[str, str]], found: dict[str, str]) -> None:
    """Takes the time of an order, where no column says when a voice spoke."""
    by_name = {name: column for column, name in reversed(folded) if column not in found.values()}
    column = next((by_name[name] for name in ORDER_TIMES if name in by_name), None)
    if column is not None:
        found["created_at"] = column


def told_order_time(column: str) -> str:
    """Returns the sentence that tells that an order's time is taken for that of the voices."""
    return (
        f"the time of a voice is that of its order, by {column!r}, as no column says when it was"
        " said. --map created_at=COLUMN names another one, --map created_at= none."
    )


def _contains(field: str, name: str) -> bool:
    return any(part in name for part in PARTS[field]) and not any(
        part in name for part in NOT_PARTS[field]
    )


def _find_text(
    names: Sequence[str],
    folded: Sequence[tuple[str, str]],
    found: dict[str, str],
    samples: _Samples,
    *,
    exact: bool,
    several: bool,
) -> list[str]:
    """Takes the text's column; returns all that could be it."""
    taken = set(found.values())
    free = [
        (column, name)
        for column, name in folded
        if column not in taken and (name in SURE_TEXT or not samples.are_numbers(column))
    ]
    if exact:
        tiers = [
            [column for column, name in free if name in SURE_TEXT],
            [column for column, name in free if name in LIKELY_TEXT],
        ]
    else:
        tiers = [[column for column, name in free if _contains("text", name)]]
        if len(names) == 1:
            tiers.append(list(names))
    for candidates in tiers:
        if len(candidates) > 1 and not several:
            raise UsageError(
                f"The text could stand in {_listed(candidates)}. Say which one with --text. "
                f"The columns are: {_listed(names)}."
            )
        if candidates:
            found["text"] = candidates[0]
            return candidates
    if not exact and not names:
        raise UsageError("It names no columns, so there is nothing in it to read.")
    if not exact:
        raise UsageError(
            "No column looks like the customers' words (评论, 评价内容, 留言, 反馈, text, …). "
            f"Say which one it is with --text. The columns are: {_listed(names)}."
        )
    return []


def _listed(names: Sequence[str]) -> str:
    shown = [shown_column(name) for name in names[:_LISTED_COLUMNS]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def shown_column(name: str) -> str:
    """Returns the name of a column in quotes, cut to 40 characters: one may be a whole question."""
    return repr(name if len(name) <= 40 else name[:39] + "…")
