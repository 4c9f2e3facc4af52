"""`voc quality`: what the gate set aside or refused, why, how many, and which."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    check_one_of,
    opened_store,
    print_records,
    print_table,
    settings_from,
)


def quality(
    show: Annotated[
        str | None,
        typer.Option("--show", metavar="REASON", help="List what one reason noticed instead."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="With --show: at most so many.")
    ] = 20,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell what was set aside or refused, as rejects, copies, paid posts, adverts, future dates.

    Example: voc quality --show advertisement --limit 50
    """
    from voc.pipeline.quality import REASONS, WHAT, counts_by_source, noticed
    from voc.pipeline.reporting import current_model

    check_one_of("--show", show, REASONS)
    settings = settings_from(config)
    with opened_store(settings) as store:
        now = datetime.now(settings.zone)
        found = list(noticed(store, model=current_model(settings), now=now))
        total = store.counts().feedback
    if show:
        there = [item for item in found if item.reason == show]
        chosen = there[:limit]
        if as_json:
            print_records(item.as_dict() for item in chosen)
            return
        print_table(
            f"{next(WHAT[reason][0] for reason in REASONS if reason == show)} {len(there)} 条"
            + (f"，列出前 {limit} 条（--limit）" if len(there) > limit else ""),
            {"来源": "left", "编号": "left", "内容": "left"},
            ((item.source, item.name, item.text) for item in chosen),
        )
        return
    counts = counts_by_source(found)
    if as_json:
        print_records(
            {"reason": reason, "count": sum(of.values()), "sources": of, "feedback": total}
            for reason, of in counts.items()
        )
        return
    print_table(
        f"共 {total} 条反馈；--show 原因 看是哪些",
        {"原因": "left", "是什么": "left", "条数": "right", "怎样处理": "left", "来源": "left"},
        (
            (
                reason, WHAT[reason][0], str(sum(of.values())), WHAT[reason][1],
                "、".join(f"{name} {number}" for name, number in sorted(of.items())[:5]),
            )
            for reason, of in counts.items()
        ),
    )  # fmt: skip
