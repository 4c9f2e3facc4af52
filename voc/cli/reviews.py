"""`voc work-orders review`: orders that wait for a person, as the models are unsure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voc.cli.score import ModelOption
from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    check_one_of,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voc.records import ReviewState

_STATES: Final[Mapping[ReviewState, str]] = {
    "waiting": "待复核",
    "approved": "已批准",
    "dismissed": "已驳回",
}

review = typer.Typer(no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="What waits, as list names it.")]
ActorOption = Annotated[str, typer.Option("--by", help="Who decides, for the history.")]
NoteOption = Annotated[str | None, typer.Option("--note", help="Why, for the history.")]


@review.callback()
def about() -> None:
    """Look at orders that wait for a person before they are opened.

    An order waits where a rule says `review: true`, or the models are less sure than
    `review.confidence` of the routing file. Nobody is told of it before it is approved.

    Example: voc work-orders review list
    """


@review.command("list")
def list_reviews(
    state: Annotated[
        str, typer.Option("--state", help="waiting, approved, dismissed or all.")
    ] = "waiting",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List what waits, the oldest first.

    Example: voc work-orders review list --json
    """
    check_one_of("--state", state, ("waiting", "approved", "dismissed", "all"))
    with opened_store(settings_from(config)) as store:
        found = store.order_reviews(state=None if state == "all" else state)
    if as_json:
        print_records(item.as_dict() for item in found)
        return
    print_table(
        f"待复核工单 {len(found)} 张",
        {
            "编号": "left", "标题": "left", "部门": "left", "声音": "right", "原因": "left",
            "规则": "left", "状态": "left", "提出": "left",
        },
        (
            (
                item.work_order_id, item.title, item.department, str(item.count), item.reason,
                item.rule, _STATES[item.state], f"{item.at:%Y-%m-%d %H:%M}",
            )
            for item in found
        ),
    )  # fmt: skip


@review.command("approve")
def approve_review(
    work_order_id: IdArgument,
    actor: ActorOption = "cli",
    note: NoteOption = None,
    model: ModelOption = None,
    config: ConfigOption = None,
) -> None:
    """Open an order that waits; its time starts now, and voc run or voc worker sends it.

    Example: voc work-orders review approve wo_0123456789abcdef0123 --by 王主管
    """
    from voc.pipeline.reviewing import approve
    from voc.tagging.loading import load_tagger

    settings = settings_from(config)
    name = load_tagger(settings, model)[0].identifier
    with opened_store(settings) as store, store.transaction() as transaction:
        order = approve(
            store, transaction, work_order_id,
            settings=settings, model=name, actor=actor, note=note,
        )  # fmt: skip
    say(f"{order.work_order_id}: opened for {order.department}, due {order.due_at:%Y-%m-%d %H:%M}")


@review.command("dismiss")
def dismiss_review(
    work_order_id: IdArgument,
    actor: ActorOption = "cli",
    note: NoteOption = None,
    config: ConfigOption = None,
) -> None:
    """Set an order that waits aside; it is proposed anew when its issue gets worse.

    Example: voc work-orders review dismiss wo_0123456789abcdef0123 --note 与产品无关
    """
    from voc.pipeline.reviewing import dismiss

    settings = settings_from(config)
    now = datetime.now(settings.zone)
    with opened_store(settings) as store, store.transaction() as transaction:
        dismiss(transaction, work_order_id, actor=actor, note=note, now=now)
    say(f"{work_order_id}: dismissed")
