"""What the robots of chats share: limits, coalescing, and words that stay words.

They answer 200 also where they refuse, with a code in the body. Messages that wait together go in
one post, as many as fit; one alone goes as a card with what customers said. A chat has no way to
tell repeats: where a worker dies between sending and noting, a post may come twice.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voc.config.sinks import RobotSinkSettings
from voc.errors import DeliveryError, TerminalDeliveryError, TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.base import Later, Outcome
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import Told, cut, told
from voc.workorders.sinks.http import Answer, Client, host_of, verdict

_AT_ONCE: Final = 100
_LONGEST_TITLE: Final = 150
_LONGEST_REASON: Final = 100
_LONGEST_FACT: Final = 240
_LONGEST_QUOTE: Final = 120
_WORDS: Final = str.maketrans("<>[]*`~|#", "＜＞［］＊｀～｜＃")


@dataclass(slots=True)
class Pace:
    """Keeps posts within limits.

    Attributes:
        limits: Pairs of posts and the seconds in which so many may go.
        clock: Seconds that only grow.
    """

    limits: Sequence[tuple[int, float]]
    clock: Callable[[], float] = time.monotonic
    _gone: deque[float] = field(default_factory=deque)

    def rest_s(self) -> float:
        """Returns the seconds until the next post may go; 0 where it may now."""
        now = self.clock()
        waits = [0.0]
        for posts, seconds in self.limits:
            if len(self._gone) >= posts:
                waits.append(self._gone[-posts] + seconds - now)
        return max(waits)

    def note(self) -> None:
        """Notes that a post goes now."""
        self._gone.append(self.clock())
        while len(self._gone) > max(posts for posts, _ in self.limits):
            self._gone.popleft()


@dataclass(frozen=True, slots=True)
class Post:
    """One post: what it tells of, its heading, its text in Markdown, and where it leads."""

    orders: tuple[Told, ...]
    title: str
    text: str
    link: str | None


class RobotSink(ConnectedSink):
    """Posts into a chat by its robot.

    Args:
        name: The name that messages are addressed to.
        settings: The robot's address, secret and limits.
        most_bytes: Bytes of text that a post may have.
        limits: Posts and seconds in which so many may go.
        clock: Seconds that only grow, for the limits.
    """

    def __init__(
        self,
        name: str,
        settings: RobotSinkSettings,
        *,
        most_bytes: int,
        limits: Sequence[tuple[int, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, timeout_s=settings.timeout_s, at_once=_AT_ONCE)
        self._settings = settings
        self._most_bytes = most_bytes
        self._pace = Pace(limits, clock)
        self._client = Client(self.place, allow_hosts=settings.allow_hosts)

    @property
    def place(self) -> str:
        return host_of(self._settings.url)  # the path or the query holds the robot's key

    def rest_s(self) -> float:
        """Returns the seconds until the robot may post again."""
        return self._pace.rest_s()

    async def _send_many(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        failed = False
        for post in posts([told(item) for item in messages], self._settings.link, self._most_bytes):
            if failed or self._pace.rest_s() > 0:
                outcomes += [Later() for _ in post.orders]
                continue
            outcome = await self._posted(post)
            failed = isinstance(outcome, DeliveryError)
            outcomes += [outcome for _ in post.orders]
        return outcomes

    async def _posted(self, post: Post) -> Outcome:
        self._pace.note()
        try:
            await self._in_time(self._post(post))
        except DeliveryError as error:
            return error
        return None

    async def _post(self, post: Post) -> None:
        url, body = self._request(post)
        answer = await self._client.ask(
            "POST", url, body=body, headers={"Content-Type": "application/json; charset=utf-8"}
        )
        error = verdict(answer, self.place) or self._refusal(answer)
        if error is not None:
            raise error

    async def _deliver(self, message: Message) -> str | None:
        for post in posts([told(message)], self._settings.link, self._most_bytes):
            await self._post(post)
        return None

    def _refusal(self, answer: Answer) -> DeliveryError | None:
        said = answer.json()
        if not isinstance(said, Mapping):
            return TransientDeliveryError(f"{self.place}: answered 200 without JSON.")
        code, reason = self._code(said)
        if code == 0:
            return None
        what = f"{self.place}: answered code {code} ({cut(reason, _LONGEST_REASON)})"
        if code in self.final_codes:
            return TerminalDeliveryError(
                f"{what}; mend sinks.{self._name} or the robot, then voc outbox retry."
            )
        return TransientDeliveryError(f"{what}.", retry_after_s=self.pauses_s.get(code))

    final_codes: frozenset[int] = frozenset()
    """Codes that no try will help with."""

    pauses_s: Mapping[int, float] = {}
    """Seconds to wait, by the codes that say that posts come too fast."""

    def _code(self, said: Mapping[str, Any]) -> tuple[Any, str]:
        """Returns the code of an answer, 0 for success, and the reason."""
        return said.get("errcode"), str(said.get("errmsg", ""))

    @abstractmethod
    def _request(self, post: Post) -> tuple[str, bytes]:
        """Returns the address, signed where it is, and the body of a post."""

    async def _look(self) -> str:
        await self._client.ask("HEAD", self.place)
        return f"{self.place} answers; a robot's key shows with the first post only"

    async def _leave(self) -> None:
        await self._client.close()


def posts(orders: Sequence[Told], link: str | None, most_bytes: int) -> Iterator[Post]:
    """Yields as few posts as orders fit in, in their order; one order alone is a card."""
    begin = 0
    while begin < len(orders):
        lines: list[str] = []
        size = 0
        for order in orders[begin:]:
            line = _line(order, link, len(lines) + 1)
            size += len(line.encode()) + 1
            if lines and size > most_bytes:
                break
            lines.append(line)
        some = tuple(orders[begin : begin + len(lines)])
        begin += len(lines)
        yield _card(some[0], link, most_bytes) if len(some) == 1 else _digest(some, lines)


def words(text: str) -> str:
    """Returns text without what Markdown, or a robot's tags, would act on."""
    return text.translate(_WORDS)


def _line(order: Told, link: str | None, number: int) -> str:
    mark = f"【{order.priority}】" if order.priority else ""
    name = words(cut(f"{mark}{order.title}", _LONGEST_TITLE))
    page = order.link(link)
    parts = [f"[{name}]({page})" if page else name, words(cut(order.department, 60)), order.due]
    if not order.is_order:
        parts += [f"“{words(cut(text, _LONGEST_QUOTE))}”" for text in order.verbatims]
    return f"{number}. {' · '.join(part for part in parts if part)}"


def _digest(orders: tuple[Told, ...], lines: Sequence[str]) -> Post:
    orders_told = sum(order.is_order for order in orders)
    counted = ((orders_told, "工单 {} 张"), (len(orders) - orders_told, "客户声音 {} 条"))
    title = "、".join(text.format(count) for count, text in counted if count)
    return Post(orders, title, "\n".join(lines), None)


def _card(order: Told, link: str | None, most_bytes: int) -> Post:
    """Returns the card of one order; what is too long is cut in what customers said."""
    page = order.link(link)
    head = words(cut(order.heading, 2 * _LONGEST_TITLE))
    facts = [f"{label}：{words(cut(value, _LONGEST_FACT))}" for label, value in order.facts]
    first = "\n".join([f"**{head}**", *facts])
    last = f"\n[{order.page_label}]({page})" if page else ""
    quotes = "".join(f"\n> {words(text)}" for text in order.verbatims)
    room = most_bytes - len((first + last).encode())
    return Post((order,), head, first + cut(quotes, max(0, room)) + last, page)
