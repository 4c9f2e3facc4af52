"""`voc crawl` and `voc sources`: sites that are read, and how every source is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.remarks import Remarks
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
    from datetime import datetime

    from voc.config import Settings
    from voc.pipeline.health import SourceHealth
    from voc.sources.base import Reject

_DAY_S = 86_400


def crawl(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A site under sources: in the config.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Stop at the end of the thread of the N-th row."),
    ] = None,
    attempt: Annotated[
        str | None,
        typer.Option("--try", metavar="URL", help="Print what one page gives; store nothing."),
    ] = None,
    using: Annotated[
        str | None, typer.Option("--with", metavar="NAME", help="With --try: whose settings.")
    ] = None,
    industry: IndustryOption = None,
    config: ConfigOption = None,
) -> None:
    """Read a site of the config, politely, and go on where the last run ended.

    Example: voc crawl forum --config voc.yaml

    Example: voc crawl --try https://example.com/thread-1-1-1.html --with forum
    """
    from voc.errors import UsageError

    settings = settings_from(config)
    chosen = using or name
    if chosen is None or (using and name):
        raise UsageError("Name one site of the config: voc crawl NAME, or --try URL --with NAME.")
    if using and attempt is None:
        raise UsageError("--with NAME goes with --try URL; to crawl, write voc crawl NAME.")
    if attempt is not None:
        _look(chosen, attempt, settings)
    else:
        _crawl(chosen, settings, limit, industry)


def _crawl(name: str, settings: Settings, limit: int | None, industry: str | None) -> None:
    from voc.cli.chain import ingest_named
    from voc.pipeline.origins import Told, crawl_source, open_source

    told = Told(industry)
    crawl_source(name, settings=settings, told=told)  # refuses files
    source, its_industry = open_source(name, settings=settings, told=told, limit=limit)
    with opened_store(settings, makes_it=True) as store:
        ingest_named(store, source, its_industry, settings, Remarks())


def _look(name: str, url: str, settings: Settings) -> None:
    """Prints what a page gives, masked as it would be stored; its key is of this call alone."""
    import secrets

    from voc.pipeline.origins import Told, crawl_source
    from voc.pipeline.voices import protect, protected_reject
    from voc.sources.base import Reject

    found = crawl_source(name, settings=settings, told=Told()).look(url)
    key = secrets.token_bytes(32)
    masked = settings.privacy.mask
    print_records(
        _rejected(protected_reject(item, key))
        if isinstance(item, Reject)
        else protect(item, key=key, masked=masked).as_dict()
        for item in found
    )
    rejected = sum(isinstance(item, Reject) for item in found)
    say(f"{name}: {len(found) - rejected} would be taken, {rejected} rejected; nothing was stored")


def _rejected(reject: Reject) -> dict[str, str]:
    return {"rejected": reject.reason, "place": reject.place, "sample": reject.sample}


def sources(json: JsonOption = False, config: ConfigOption = None) -> None:
    """List sources: when each was read last, what came, what was set aside, how late it is.

    Example: voc sources --config voc.yaml
    """
    from voc.pipeline.health import source_health
    from voc.store import store_place

    settings = settings_from(config)
    place = store_place(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s)
    if place.is_there:
        with opened_store(settings) as store:
            found = source_health(store, settings)
    else:
        found = source_health(None, settings)
    if json:
        print_records(each.as_dict() for each in found)
        return
    columns = {
        "来源": "left", "类型": "left", "声音": "right", "坏行": "right", "撤回": "right",
        "禁读": "right", "上次读取": "left", "最新声音": "left", "滞后": "right",
        "状态": "left",
    }  # fmt: skip
    rows = [
        (each.source, each.kind or "", str(each.voices), *_cells(each, settings)) for each in found
    ]
    print_table(f"来源 {len(found)} 个", columns, rows)


def _cells(source: SourceHealth, settings: Settings) -> tuple[str, ...]:
    health = source.health
    return (
        str(health.rejects),
        str(health.withdrawn),
        str(health.forbidden),
        _moment(health.last_run, settings),
        _moment(health.newest, settings),
        _lateness(health.lateness_s),
        _state(source),
    )


def _state(source: SourceHealth) -> str:
    health = source.health
    undated = f"{source.undated} 条没有时间" if source.undated else ""
    known = health.error or " ".join(health.notes) or ("正常" if health.last_run else "未读过")
    return f"{known}；{undated}" if undated else known


def _moment(moment: datetime | None, settings: Settings) -> str:
    return moment.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def _lateness(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds / _DAY_S:.0f} 天" if seconds >= _DAY_S else f"{seconds / 3600:.1f} 小时"
