"""The robot of a WeCom (企业微信) group: Markdown of 2,048 bytes, 20 posts a minute."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Final

from voc.config.sinks import WeComSinkSettings
from voc.workorders.sinks.robots import Post, RobotSink

MOST_BYTES: Final = 2_048


class WeComSink(RobotSink):
    """Posts by a group's robot, whose key stands in its address."""

    # 93000: no such robot; 40008, 40058: a form it does not take; 44004: no content.
    final_codes = frozenset({93000, 40008, 40058, 44004})
    pauses_s: Mapping[int, float] = {45009: 60.0}

    def __init__(
        self,
        name: str,
        settings: WeComSinkSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = [(settings.per_minute, 60.0)]
        super().__init__(name, settings, most_bytes=MOST_BYTES, limits=limits, clock=clock)

    def _request(self, post: Post) -> tuple[str, bytes]:
        body = {"msgtype": "markdown", "markdown": {"content": post.text}}
        return self._settings.url, json.dumps(body, ensure_ascii=False).encode()
