"""The robot of a Feishu (飞书) group: signed cards, 100 posts a minute and 5 a second."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from voc.config.sinks import FeishuSinkSettings
from voc.workorders.sinks.robots import Post, RobotSink

MOST_BYTES: Final = 15_000
_PER_SECOND: Final = 5
_COLOURS: Final = {"紧急": "red", "高": "orange", "中": "blue"}


def signature(secret: str, timestamp_s: int) -> str:
    """Returns the signature of a post: HMAC-SHA256 of nothing, keyed by time and secret."""
    key = f"{timestamp_s}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


class FeishuSink(RobotSink):
    """Posts by a group's robot, whose token stands in its address."""

    # 19001, 9499: a form it does not take; 19021: signature; 19022: address; 19024: key word.
    final_codes = frozenset({9499, 19001, 19021, 19022, 19024})
    pauses_s: Mapping[int, float] = {11232: 60.0, 11233: 60.0, 99991400: 60.0}

    def __init__(
        self,
        name: str,
        settings: FeishuSinkSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = [(_PER_SECOND, 1.0), (settings.per_minute, 60.0)]
        super().__init__(name, settings, most_bytes=MOST_BYTES, limits=limits, clock=clock)
        self._secret = settings.secret

    def _request(self, post: Post) -> tuple[str, bytes]:
        body: dict[str, Any] = {"msg_type": "interactive", "card": _content(post)}
        if self._secret:
            now_s = int(time.time())
            body |= {"timestamp": str(now_s), "sign": signature(self._secret, now_s)}
        return self._settings.url, json.dumps(body, ensure_ascii=False).encode()

    def _code(self, said: Mapping[str, Any]) -> tuple[Any, str]:
        code = said.get("code", said.get("StatusCode"))
        return code, str(said.get("msg", said.get("StatusMessage", "")))


def _content(post: Post) -> dict[str, Any]:
    elements: list[dict[str, Any]] = [{"tag": "markdown", "content": post.text}]
    if post.link is not None:
        button = {
            "tag": "button",
            "text": {"tag": "plain_text", "content": post.orders[0].page_label},
            "type": "primary",
            "url": post.link,
        }
        elements.append({"tag": "action", "actions": [button]})
    colours = [_COLOURS.get(order.priority, "grey") for order in post.orders]
    header = {
        "title": {"tag": "plain_text", "content": post.title},
        "template": colours[0] if len(set(colours)) == 1 else "blue",
    }
    return {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
