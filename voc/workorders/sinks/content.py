"""What a message holds, as bytes and as fields that people read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import category, combining

from voc.errors import TerminalDeliveryError, fault
from voc.records import Message, plain
from voc.workorders.rules import PRIORITY_LABELS

VOICE: Final = "voice.action"

_KINDS: Final = {"work_order.created": "新工单", "work_order.updated": "工单更新"}
_PAGE: Final = re.compile(r"https?://[^\s<>()\[\]\"'`|\\]{1,300}")


def payload_bytes(message: Message, *, indent: int | None = None) -> bytes:
    """Returns the payload as UTF-8 JSON; lone surrogates, which UTF-8 cannot hold, are escaped.

    Raises:
        TerminalDeliveryError: It cannot be written as JSON.
    """
    payload: Any = plain(message.payload)
    try:
        try:
            return _json(payload, indent, ascii_only=False).encode()
        except UnicodeEncodeError:
            return _json(payload, indent, ascii_only=True).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise TerminalDeliveryError(
            f"Message {message.message_id}: its payload cannot be written as JSON ({fault(error)})."
        ) from error


def _json(payload: Any, indent: int | None, *, ascii_only: bool) -> str:
    separators = None if indent else (",", ":")
    return json.dumps(
        payload, ensure_ascii=ascii_only, allow_nan=False, indent=indent, separators=separators
    )


@dataclass(frozen=True, slots=True)
class Told:
    """The fields of a message that people read; texts are one line each but `description`.

    `facts` are what is told beside the title, each with its label; `verbatims` are quoted as the
    description numbers them, at most five. A message of a single voice is no order: its department
    is the store, its `page` is where the voice was said.
    """

    kind: str
    title: str
    priority: str
    priority_id: str
    department: str
    assignee: str
    due: str
    description: str
    verbatims: tuple[str, ...]
    work_order_id: str
    issue_id: str
    message_id: str
    sequence: int
    facts: tuple[tuple[str, str], ...] = ()
    is_order: bool = True
    page: str | None = None

    @property
    def heading(self) -> str:
        """Kind, priority and title."""
        mark = f"【{self.priority}】" if self.priority else "："
        return f"{self.kind}{mark}{self.title}"

    @property
    def page_label(self) -> str:
        """What the link to its page is called."""
        return "查看工单" if self.is_order else "查看原声"

    def link(self, template: str | None) -> str | None:
        """Returns the page of the order, where the settings say where pages are."""
        if not self.is_order or template is None:
            return self.page
        return template.format(
            work_order_id=self.work_order_id, issue_id=self.issue_id, message_id=self.message_id
        )


def told(message: Message) -> Told:
    """Reads what people are told from a payload; what it lacks is empty."""
    data = _mapping(message.payload.get("data"))
    return _voice(message, data) if message.payload.get("type") == VOICE else _order(message, data)


def _order(message: Message, data: Mapping[str, Any]) -> Told:
    order, issue = _mapping(data.get("work_order")), _mapping(data.get("issue"))
    event = _mapping(data.get("event"))
    priority: Any = order.get("priority")
    description = _sound(str(order.get("description") or ""))
    if event:
        description = f"{_news(event)}\n{description}"
    label = _line(event.get("label"))
    kind = _KINDS.get(str(message.payload.get("type")), "工单")
    department, assignee = _line(order.get("department")), _line(order.get("assignee"))
    due = _line(order.get("due_at"))[:16].replace("T", " ")
    group = _line(order.get("skill_group"))
    return Told(
        kind=f"工单{label}" if label else kind,
        title=_line(order.get("title")) or message.key,
        priority=PRIORITY_LABELS.get(priority, _line(priority)),
        priority_id=_line(priority),
        department=department,
        assignee=assignee,
        due=due,
        description=description,
        verbatims=_verbatims(description, issue),
        work_order_id=message.key,
        issue_id=_line(issue.get("issue_id") or order.get("issue_id")),
        message_id=message.message_id,
        sequence=message.sequence,
        facts=_facts(("部门", department), ("技能组", group), ("经办", assignee), ("时限", due)),
    )


def _voice(message: Message, data: Mapping[str, Any]) -> Told:
    action, voice = _mapping(data.get("action")), _mapping(data.get("voice"))
    say, tag = _line(action.get("say")), _line(action.get("tag"))
    store, product = _line(voice.get("store")), _line(voice.get("product"))
    tier, text = _line(_mapping(data.get("customer")).get("tier")), _line(voice.get("text"))
    page = str(voice.get("url") or "")
    facts = _facts(
        ("请做", say), ("门店", store), ("产品", product), ("客户等级", tier), ("标签", tag)
    )
    return Told(
        kind="客户声音",
        title=_line(action.get("rule")) or message.key,
        priority="",
        priority_id="",
        department=store,
        assignee="",
        due="",
        description="\n".join([*(f"{label}：{value}" for label, value in facts), f"原声：{text}"]),
        verbatims=(text,) if text else (),
        work_order_id=message.key,
        issue_id="",
        message_id=message.message_id,
        sequence=message.sequence,
        facts=facts,
        is_order=False,
        page=page if _PAGE.fullmatch(page) else None,
    )


def _facts(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)


def _news(event: Mapping[str, Any]) -> str:
    """Returns in one line what happened to the order, by whom, and why."""
    why = _line(event.get("note"))
    who = f"{_line(event.get('actor'))}：" if event.get("actor") else ""
    return f"动态：{who}{_line(event.get('label'))}" + (f"，{why}" if why else "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _line(value: Any) -> str:
    return " ".join(_sound(str(value)).split()) if value else ""


def _sound(text: str) -> str:
    """Returns text without what no receiver takes: lone surrogates and control characters."""
    kept = "".join(part for part in text if part in "\t\n\r" or category(part) != "Cc")
    return kept.encode("utf-8", "replace").decode()


def _verbatims(description: str, issue: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns what the description quotes; else the newest evidence."""
    lines = [line.strip() for line in description.splitlines()]
    quoted = [
        line.partition("“")[2].rpartition("”")[0]
        for line in lines
        if line[:1].isdigit() and "“" in line and "”" in line
    ]
    evidence: Sequence[Any] = issue.get("evidence") or ()
    newest = [_line(_mapping(item).get("text")) for item in list(evidence)[-3:]]
    return tuple(text for text in (quoted or newest) if text)[:5]


def cut(text: str, most_bytes: int) -> str:
    """Returns `text`, cut at a character so that it takes `most_bytes` of UTF-8 at most.

    What follows a character and belongs to it (a combining mark, a joined emoji) goes with it; a
    cut is marked by `…`.
    """
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    kept = raw[: max(0, most_bytes - len("…".encode()))].decode("utf-8", "ignore")
    return f"{_whole(text, len(kept))}…" if most_bytes >= len("…".encode()) else ""


def _whole(text: str, end: int) -> str:
    """Returns `text[:end]`, shortened to where no character is parted from what belongs to it."""
    while 0 < end < len(text) and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end]


def _joins(character: str) -> bool:
    code = ord(character)
    return (
        combining(character) > 0
        or character == "\u200d"
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
    )
