"""`voc work-orders figures`: how departments handle orders, in rates and hours."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    day_from,
    opened_store,
    print_records,
    print_table,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voc.insights import Proportion
    from voc.insights.departments import DepartmentFigures, Median


def figures(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help="Opened from this day on, as 2026-10-01."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Opened to this day, included.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show how departments handle orders: 响应率 解决率 按时率 满意率 退单率 复发率, and hours.

    Rates carry their 95 % interval and what they are of; hours are the median of working hours.

    Example: voc work-orders figures --since 2026-10-01 --json
    """
    from voc.errors import UsageError
    from voc.insights.departments import department_figures
    from voc.workorders import calendar_for, load_routing

    settings = settings_from(config)
    first, end = day_from(since, settings), day_from(until, settings, after=True)
    if first and end and first >= end:
        raise UsageError(f"--since {since} is after --until {until}; no day lies between them.")
    file = settings.resolve(settings.routing.file)
    with opened_store(settings) as store:
        orders, parts = store.work_orders(), store.order_parts()
    found = department_figures(
        orders,
        parts=parts,
        calendar=calendar_for(load_routing(file), file),
        now=datetime.now(settings.zone),
        since=first,
        until=end,
    )
    if as_json:
        print_records(one.as_dict() for one in found)
        return
    print_table(
        f"工单指标 {found[0].orders if found else 0} 张",
        {"部门": "left", "工单": "right", "指标": "left", "值": "right", "95% 区间": "right",
         "依据": "right"},
        (row for one in found for row in _rows(one)),
    )  # fmt: skip


def _rows(one: DepartmentFigures) -> Iterator[tuple[str, ...]]:
    from voc.insights.departments import RATES, TIMES

    cells = [(name, *_rate(getattr(one, key))) for key, name in RATES.items()]
    cells += [(f"{name}（工作小时）", *_hours(getattr(one, key))) for key, name in TIMES.items()]
    for place, row in enumerate(cells):
        yield (one.department, str(one.orders), *row) if place == 0 else ("", "", *row)


def _rate(figure: Proportion) -> tuple[str, str, str]:
    if figure.share is None:
        return "—", "", "0"
    return f"{figure.share:.1%}", f"{figure.low:.1%}–{figure.high:.1%}", str(figure.total)


def _hours(figure: Median) -> tuple[str, str, str]:
    if figure.value is None:
        return "—", "", "0"
    between = "" if figure.low is None else f"{figure.low:.1f}–{figure.high:.1f}"
    return f"{figure.value:.1f}", between, str(figure.n)
