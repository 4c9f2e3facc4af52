"""What people read of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from voc.records import Message
from voc.workorders.sinks.content import told


@pytest.mark.parametrize(
    ("event", "kind", "news"),
    [
        (None, "工单更新", "问题：动力：变速箱顿挫（X5）"),
        ({"label": "催单", "actor": "客服小李"}, "工单催单", "动态：客服小李：催单"),
        (
            {"label": "升级", "actor": "voc", "note": "超时：已用时限的 100%\n，告知部门负责人"},
            "工单升级",
            "动态：voc：升级，超时：已用时限的 100% ，告知部门负责人",
        ),
    ],
)
def test_what_happened_comes_first(
    make_message: Callable[..., Message], event: dict[str, Any] | None, kind: str, news: str
) -> None:
    message = make_message(sequence=2)
    if event:
        data = {**message.payload["data"], "event": event}
        message = replace(message, payload={**message.payload, "data": data})
    read = told(message)
    assert read.kind == kind
    assert read.description.splitlines()[0] == news
    assert read.verbatims == ("起步顿挫严重", "挂挡一窜一窜的")
