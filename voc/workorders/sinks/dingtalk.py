"""The robot of a DingTalk (钉钉) group: signed, 20 posts a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from voc.config.sinks import DingTalkSinkSettings
from voc.workorders.sinks.robots import Post, RobotSink

MOST_BYTES: Final = 18_000


def signature(secret: str, timestamp_ms: int) -> str:
    """Returns the signature of a post: HMAC-SHA256 of time and secret, keyed by the secret."""
    signed = f"{timestamp_ms}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


class DingTalkSink(RobotSink):
    """Posts by a group's robot, whose token stands in its address."""

    # 300001, 400013: no such robot or group; 310000: signature, key word or address not accepted;
    # 400101 to 400106: a form it does not take.
    final_codes = frozenset({300001, 310000, 400013, *range(400101, 400107)})
    pauses_s: Mapping[int, float] = {130101: 60.0, 410100: 600.0, 660026: 60.0}

    def __init__(
        self,
        name: str,
        settings: DingTalkSinkSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = [(settings.per_minute, 60.0)]
        super().__init__(name, settings, most_bytes=MOST_BYTES, limits=limits, clock=clock)
        self._secret = settings.secret

    def _request(self, post: Post) -> tuple[str, bytes]:
        body = json.dumps(_content(post), ensure_ascii=False).encode()
        if not self._secret:
            return self._settings.url, body
        now_ms = int(time.time() * 1000)
        signed = urlencode({"timestamp": now_ms, "sign": signature(self._secret, now_ms)})
        mark = "&" if "?" in self._settings.url else "?"
        return f"{self._settings.url}{mark}{signed}", body


def _content(post: Post) -> dict[str, Any]:
    # Its Markdown takes two line ends for one.
    text = post.text.replace("\n", "\n\n")
    if post.link is None:
        return {"msgtype": "markdown", "markdown": {"title": post.title, "text": text}}
    card = {
        "title": post.title,
        "text": text,
        "singleTitle": post.orders[0].page_label,
        "singleURL": post.link,
    }
    return {"msgtype": "actionCard", "actionCard": card}
