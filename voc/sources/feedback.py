"""From a row of a table to a `Feedback`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from voc.errors import RowError
from voc.records import CHANNEL_NAME, CHANNELS, FILLED, Channel, Feedback, Turn
from voc.sources.cells import seems_dialogue
from voc.sources.columns import ColumnMap
from voc.sources.dialogues import cut_turns, joined, read_turns, turns_in_text, with_roles
from voc.sources.identity import FIELD_CHARS, NO_VALUE, Repeats, native_id, written
from voc.sources.phones import phone_in
from voc.sources.rows import Row
from voc.sources.scales import is_no_answer
from voc.sources.surveys import answer_flags
from voc.sources.times import read_time
from voc.sources.totals import TOTAL_ROW, is_total_row
from voc.sources.values import folded, read_rating, read_score, scale_of
from voc.text.normalise import sanitise

_URL_CHARS: Final = 2_000
_EXTRA_KEYS: Final = 50
_EXTRA_CHARS: Final = 1_000
# Half of a telephone number would be left readable, for nothing tells what it is.
_NUMBER: Final = re.compile(r"(?:[0-9A-Za-z@._+\-０-９]|(?<=[0-9]) (?=[0-9]))+")
_LONGEST_NUMBER: Final = 40
_OWN_KEYS: Final = frozenset(
    {"truncated", "replaced", "columns_left_out", CHANNEL_NAME, "roles", "survey_flags", FILLED}
)
_WORDED: Final = ("text", "title", "turns")
_SCORES: Final = (("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7))
_CHANNEL_WORDS: Final[Mapping[Channel, tuple[str, ...]]] = {
    "forum": ("论坛", "社区", "贴吧", "bbs", "forum", "帖"),
    "survey": ("问卷", "调查", "调研", "survey", "nps"),
    "chat": ("在线客服", "聊天", "会话", "客服对话", "chat", "im"),
    "email": ("邮件", "邮箱", "email", "mail"),
    "hotline": ("热线", "电话", "来电", "12345", "400", "call", "phone", "hotline"),
    "social": ("微博", "抖音", "小红书", "微信", "朋友圈", "社交", "快手", "知乎", "social"),
    "review": ("评论", "评价", "点评", "电商", "外卖", "商城", "京东", "天猫", "淘宝", "review"),
}


def to_feedback(
    row: Row,
    columns: ColumnMap,
    *,
    source: str,
    channel: Channel | None = None,
    product: str | None = None,
    zone: ZoneInfo,
    max_chars: int | None = None,
    repeats: Repeats | None = None,
) -> Feedback:
    """Reads one row as a voice.

    What cannot be read is kept in `extra` and not guessed: `unreadable_time`, `unreadable_rating`,
    `unreadable_nps`, …. Columns without a field go there too, at most 50 of them and 1,000
    characters each. `extra["truncated"]` is the length of a text that was cut to `max_chars`,
    `extra["replaced"]` how many of the row's characters could not be read or stored and became
    U+FFFD. A title stands in `title` alone; where there is no text, it is the text as well. A text
    that marks its speakers (客服：… 客户：…) is split into turns, and is then their join; so is one
    that stands beside turns and says the same.

    The id of a row that has none is a hash of its values, so that reading the file again, moved,
    sorted or grown, gives the same ids. Rows that are equal in everything stay distinct by their
    number among their equals, which `repeats` counts: give one for each file. A survey's sheet is
    hashed by what names it alone (`AnswerColumns`), so that a question more changes no id.

    Args:
        row: What was read.
        columns: Which column holds what.
        source: Name of the source.
        channel: Where the feedback comes from; otherwise the row's own, or what its columns
            look like.
        product: The product, where the row names none.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
        repeats: The rows without an id seen so far in the file.

    Raises:
        RowError: The text is no text, the turns are none, or the row is a total of others.
    """
    is_survey = "survey" in (channel, columns.channel)
    reader = _RowReader(row, columns, zone, is_survey=is_survey)
    text, turns = reader.words()
    title = reader.short("title", 500)
    text = text or title or ""
    if is_total_row(row.values, text=columns["text"], words=text):
        raise RowError(TOTAL_ROW)
    if max_chars is not None and len(text) > max_chars:
        reader.extra["truncated"] = len(text)
        room = whole_before(text, max_chars)
        text, turns = text[:room], cut_turns(turns, room)
    rating, rating_max = reader.rating()
    told = reader.channel()
    return Feedback(
        source=source,
        native_id=native_id(row, columns, repeats),
        channel=channel or told or _likely_channel(columns, turns),
        text=text,
        title=title,
        turns=turns,
        created_at=reader.created_at(),
        author=reader.short("author"),
        url=reader.short("url", _URL_CHARS),
        product=reader.short("product") or product,
        store=reader.short("store"),
        region=reader.short("region"),
        rating=rating,
        rating_max=rating_max,
        customer_id=reader.customer_id(),
        **{name: reader.score(name, low, high) for name, low, high in _SCORES},
        extra=reader.rest(),
    )


def whole_before(text: str, limit: int) -> int:
    """Returns where to cut a text to at most `limit` code points without tearing a number."""
    if len(text) <= limit:
        return limit
    first = max(0, limit - _LONGEST_NUMBER)
    for match in _NUMBER.finditer(text, first, limit + _LONGEST_NUMBER):
        torn = first < match.start() < limit < match.end()
        if torn and not match[0].isalpha():
            return match.start()
    return limit


def _likely_channel(columns: ColumnMap, turns: tuple[Turn, ...]) -> Channel:
    return columns.conversation if turns and columns.channel == "review" else columns.channel


def _is_written_out(text: str, said: str) -> bool:
    """Whether a text is nothing but the words of the turns, with marks of speakers or blanks."""
    if text.split() in ([], said.split()):
        return True
    return joined(turns_in_text(text)).split() == said.split()


class _RowReader:
    """Reads single fields out of a row, and collects what does not fit into `extra`."""

    def __init__(self, row: Row, columns: ColumnMap, zone: ZoneInfo, *, is_survey: bool) -> None:
        self._row = row
        self._columns = columns
        self._zone = zone
        self._is_survey = is_survey
        self._replaced = row.replaced
        self.extra: dict[str, Any] = {}

    def _value(self, field: str) -> Any:
        column = self._columns.columns.get(field)
        if column is None:
            return None
        value = self._row.values.get(column)
        return None if isinstance(value, float) and math.isnan(value) else value

    def _clean(self, text: str) -> str:
        text, replaced = sanitise(text.replace("\r\n", "\n").replace("\r", "\n"))
        self._replaced += replaced
        return text.strip("\ufeff \t\n\u3000")

    @property
    def _is_conversation(self) -> bool:
        """Whether one side may be a company's: posts of a thread are many customers' words."""
        return not self._columns.threaded

    def words(self) -> tuple[str, tuple[Turn, ...]]:
        """The text and, for a dialogue, its turns."""
        value = self._value("text")
        if isinstance(value, (dict, list)):
            raise RowError(f"the text in {self._columns['text']!r} is a {type(value).__name__}")
        text = self._clean(written(value)) if value is not None else ""
        if self._is_survey and is_no_answer(text):
            text = ""
        told = self._value("turns")
        turns = read_turns(told) if told not in (None, "") else ()
        marked = () if turns else turns_in_text(text)
        turns = turns or marked
        if turns and self._is_conversation:
            turns, roles = with_roles(turns)
            self.extra |= {"roles": roles} if roles else {}
        if not turns:
            if self._is_conversation and seems_dialogue(text):
                self.extra["roles"] = "unclear"
            return text, ()
        said = joined(turns)
        return said if marked or _is_written_out(text, said) else text, turns

    def short(self, field: str, limit: int = FIELD_CHARS) -> str | None:
        """A field of a few words, or `None` where the cell says there is none."""
        value = self._value(field)
        if value is None or isinstance(value, (dict, list)):
            return None
        text = self._clean(written(value))
        text = text[: whole_before(text, limit)]
        return None if text.lower() in NO_VALUE else text

    def customer_id(self) -> str | None:
        """Who the customer is: by an id, or else by telephone."""
        column = self._columns.phone
        if column is None:
            return self.short("customer_id")
        return phone_in(self._row.values.get(column))

    def created_at(self) -> datetime | None:
        value = self._value("created_at")
        if value is None or (isinstance(value, str) and folded(value).lower() in NO_VALUE):
            return None
        found = read_time(value, self._zone)
        if found is None:
            self._set_aside("time", value)
        return found

    def rating(self) -> tuple[float | None, float | None]:
        """The rating and the best there is."""
        value = self._value("rating")
        if self._is_left_out(value):
            return None, None
        found = read_rating(value)
        best = (found.best or self._best()) if found else None
        if found and (best is None or best < found.value):
            best = scale_of(found.value)
        if found is None or best is None:
            self._set_aside("rating", value)
            return None, None
        return found.value, best

    def _best(self) -> float | None:
        told = read_rating(self._value("rating_max"))
        return told.value if told and told.value > 0 else self._columns.rating_max

    def score(self, field: str, lowest: int, highest: int) -> int | None:
        value = self._value(field)
        if self._is_left_out(value):
            return None
        found = read_score(value, lowest=lowest, highest=highest)
        if found is None:
            self._set_aside(field, value)
        return found

    def _is_left_out(self, value: Any) -> bool:
        """Whether a cell for a score says that there is none."""
        if value is None or (isinstance(value, str) and folded(value).lower() in NO_VALUE):
            return True
        return self._is_survey and is_no_answer(value)

    def channel(self) -> Channel | None:
        """The channel that the row names, by its id or a word for it."""
        called = self.short("channel")
        if not called:
            return None
        name = called.lower()
        if name not in CHANNELS:
            self.extra[CHANNEL_NAME] = called
        for channel, words in _CHANNEL_WORDS.items():
            if name == channel or any(
                word in name if len(word) > 2 or not word.isascii() else word == name
                for word in words
            ):
                return channel
        return None

    def rest(self) -> dict[str, Any]:
        """What stands in columns without a field, bounded, and what was set aside."""
        used = self._columns.used - ({self._columns.phone} if not self.customer_id() else set())
        left_out = 0
        room = _EXTRA_KEYS
        for name, value in self._row.values.items():
            if name in used or value is None or value == "":
                continue
            if (
                room == 0
                or name in _OWN_KEYS
                or name in self.extra
                or (kept := self._bounded(value)) is None
            ):
                left_out += 1
                continue
            self.extra[sanitise(name)[0][:FIELD_CHARS]] = kept
            room -= 1
        if left_out:
            self.extra["columns_left_out"] = left_out
        if self._is_survey:
            columns = self._columns.columns
            openly = {columns[name] for name in _WORDED if name in columns}
            self.extra |= answer_flags(self._row.values, besides=openly)
        if self._replaced:
            self.extra["replaced"] = self._replaced
        return self.extra

    def _bounded(self, value: Any) -> Any:
        if isinstance(value, str):
            text = self._clean(value[: _EXTRA_CHARS + _LONGEST_NUMBER])
            return text[: whole_before(text, _EXTRA_CHARS)]
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if isinstance(value, (bool, int, float)):
            return value if abs(value) < 2**63 else str(value)[:_EXTRA_CHARS]
        if isinstance(value, (dict, list)):
            return _bounded_json(value)
        return written(value)[:_EXTRA_CHARS]

    def _set_aside(self, field: str, value: Any) -> None:
        self.extra[f"unreadable_{field}"] = self._clean(written(value)[:FIELD_CHARS])


def _bounded_json(value: Any) -> Any:
    try:
        json = orjson.dumps(value, default=written)
    except (TypeError, ValueError, RecursionError):
        return None
    if len(json) > 4 * _EXTRA_CHARS:
        return None
    return orjson.loads(sanitise(json.decode())[0])
