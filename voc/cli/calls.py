"""`voc calls`: what became of the conversations with customers."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    opened_store,
    print_records,
    print_table,
    settings_from,
)


def calls(
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List tagged conversations: reason, mood from start to end, silence, resolved or not.

    Example: voc calls --limit 20
    """
    from voc.pipeline.calls import calls_of
    from voc.tagging.engine import load

    settings = settings_from(config)
    with opened_store(settings) as store:
        engine = load(settings=settings).bound(tasks=frozenset({"sentiment"}))
        found = list(islice(calls_of(store, engine, model=engine.model), limit))
    if as_json:
        print_records(call.as_dict() for call in found)
        return
    moods = {"negative": "负面", "neutral": "中性", "positive": "正面", None: ""}
    outcomes = {"resolved": "已解决", "unresolved": "未解决", "unknown": "不明"}
    print_table(
        f"会话 {len(found)} 通",
        {
            "编号": "left", "缘由": "left", "开始": "left", "最差": "left", "结束": "left",
            "结果": "left", "秒": "right", "静默秒": "right", "等待秒": "right",
        },
        (
            (
                call.feedback.native_id, call.summary.reason or "", moods[call.summary.start],
                moods[call.summary.worst], moods[call.summary.end],
                outcomes[call.summary.outcome], _number(call.summary.seconds),
                _number(call.summary.silence_s), _number(call.summary.hold_s),
            )
            for call in found
        ),
    )  # fmt: skip


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"
