"""`voc calls`: what became of the conversations with customers."""

from __future__ import annotations

from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    JsonOption,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voc.pipeline.calls import Call
    from voc.records import Satisfaction


def calls(
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = None,
    worst: Annotated[
        bool, typer.Option("--worst", help="The least satisfied first, by what is predicted.")
    ] = False,
    industry: IndustryOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List tagged conversations: reason, mood, silence, resolved or not, predicted satisfaction.

    Satisfaction is predicted from -2 to 2, with the interval that holds 95 % of what people would
    judge.

    Example: voc calls --worst --limit 20
    """
    from voc.pipeline.calls import CallReader, calls_of, predictor_of
    from voc.tagging.engine import load

    settings = settings_from(config)
    predictor, notice = predictor_of(settings)
    if notice:
        say(notice)
    with opened_store(settings) as store:
        engine = load(settings=settings).bound(tasks=frozenset({"sentiment"}))
        reader = CallReader(engine, predictor, settings.score.row_timeout_s)
        found = calls_of(store, reader, model=engine.model, industry=industry)
        listed = _chosen(found, worst=worst, limit=limit)
        untagged = store.count_untagged(model=engine.model, industry=industry)
    if untagged:
        say(f"{untagged} feedbacks are not tagged by {engine.model} yet; voc run does it.")
    elif not listed:
        say(
            "None of the feedback is a conversation in which a customer speaks. voc ingest reads"
            " transcripts, and tables that mark each turn with who speaks (客服：… 客户：…), with"
            " --channel hotline or chat."
        )
    if as_json:
        print_records(call.as_dict() for call in listed)
        return
    _print(listed, is_whole=limit is None)


def _chosen(calls: Iterator[Call], *, worst: bool, limit: int | None) -> list[Call]:
    if worst and limit is not None:
        return nsmallest(limit, calls, key=_satisfaction)
    return list(islice(sorted(calls, key=_satisfaction) if worst else calls, limit))


def _satisfaction(call: Call) -> float:
    return call.satisfaction.score if call.satisfaction else float("inf")


def _print(listed: Sequence[Call], *, is_whole: bool) -> None:
    from voc.report.wording import label

    moods = {"negative": "负面", "neutral": "中性", "positive": "正面", None: ""}
    print_table(
        f"会话 {len(listed)} 通{_mean(listed) if is_whole else ''}",
        {
            "编号": "left", "缘由": "left", "开始": "left", "最差": "left", "结束": "left",
            "结果": "left", "预测满意度": "right", "秒": "right", "静默秒": "right",
            "等待秒": "right",
        },
        (
            (
                call.feedback.native_id, call.summary.reason or "", moods[call.summary.start],
                moods[call.summary.worst], moods[call.summary.end],
                label(call.summary.outcome, "outcome"), _told(call.satisfaction),
                _number(call.summary.seconds), _number(call.summary.silence_s),
                _number(call.summary.hold_s),
            )
            for call in listed
        ),
    )  # fmt: skip


def _mean(listed: Sequence[Call]) -> str:
    """Says the mean of what is predicted of these calls, with the interval of the mean."""
    from voc.insights import satisfaction_of

    found = satisfaction_of([call.satisfaction.score for call in listed if call.satisfaction])
    if found.mean.value is None:
        return ""
    mean = f"，预测满意度平均 {found.mean.value:.2f}（−2 至 2"
    if found.mean.low is not None and found.mean.high is not None:
        mean += f"，95% 区间 {found.mean.low:.2f} 至 {found.mean.high:.2f}"
    return (mean + f"，{found.mean.n} 通）").replace("-", "−")


def _told(found: Satisfaction | None) -> str:
    if found is None:
        return ""
    return f"{found.score:.1f}（{found.low:.1f} 至 {found.high:.1f}）".replace("-", "−")


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"
