"""`voc train-routing`: who handled what in, a model of departments out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.score import ModelOption
from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    MapOption,
    Progress,
    field_map,
    opened_store,
    print_table,
    say,
    settings_from,
    tell_rejects,
)

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.pipeline.learning import Learning, Past
    from voc.pipeline.routing import Desk
    from voc.tagging.engine import Engine

_SHOWN = 10


def train_routing(
    labelled: Annotated[
        str | None,
        typer.Argument(
            metavar="[LABELLED]",
            help="Past messages with the department that handled them; without it, the orders of"
            " the store that were resolved.",
        ),
    ] = None,
    industry: IndustryOption = None,
    mapping: MapOption = None,
    names: Annotated[
        Path | None,
        typer.Option(
            "--names",
            metavar="FILE",
            help="YAML that says what departments are called in that column, where it holds other"
            " names or whole answers.",
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold", min=0, max=1, help="Probability from which it names the department."
        ),
    ] = 0.3,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="Folder instead of routing-INDUSTRY."),
    ] = None,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Write it though it is no better than the rules."),
    ] = False,
    model: ModelOption = None,
    config: ConfigOption = None,
) -> None:
    """Learn from the past which department handles what, beside the rules.

    The figures are of rows that were held back while the others were fitted, next to what the rules
    alone do with them. Where that is no better, nothing is written. What is written is
    used once the routing file names it under `learned`.

    Example: voc train-routing handled.csv --industry citizen --map department=承办单位
    """
    from voc.errors import UsageError
    from voc.pipeline.learning import learn
    from voc.pipeline.routing import Desk
    from voc.tagging.engine import load

    settings = settings_from(config)
    if labelled is None and (mapping or names):
        raise UsageError("--map and --names tell of a file; name it, or leave them out.")
    engine = load(industry, settings=settings, model=model)
    taxonomy = engine.bound().industry
    if taxonomy is None:
        raise UsageError("Routing needs a taxonomy; name it with --industry.")
    desk = Desk(settings, learned=False)
    past = _past(labelled, engine, desk, settings, field_map(mapping), names)
    with Progress("拟合") as progress:
        done = learn(
            past, industry=taxonomy, rules=desk.rules, settings=settings, threshold=threshold,
            out=out or settings.base_dir / f"routing-{taxonomy.id}", anyway=anyway,
            on_progress=lambda stage, part, total: progress.update(part, total, label=stage),
        )  # fmt: skip
    _tell_rows(done)
    _print(taxonomy.name, done)
    _tell(done, threshold)


def _past(
    labelled: str | None,
    engine: Engine,
    desk: Desk,
    settings: Settings,
    mapping: dict[str, str],
    names: Path | None,
) -> Past:
    from voc.pipeline.departments import Handled, load_names
    from voc.pipeline.learning import past_of_file, past_of_store
    from voc.pipeline.row_routing import RowRouter

    industry = engine.bound().industry
    if labelled is None and industry is not None:
        with opened_store(settings) as store:
            return past_of_store(
                store, desk, industry=industry, settings=settings, model=engine.model
            )
    handled = Handled.told(mapping, load_names(names) if names else None)
    return past_of_file(str(labelled), RowRouter(engine, desk, settings, mapping), handled)


def _tell_rows(done: Learning) -> None:
    tell_rejects(done.rejects)
    if done.unused:
        say(f"Only the last {done.judged.total} rows were used; {done.unused} came before.")
    if done.few:
        few = "、".join(f"{name} ({count})" for name, count in done.few.items())
        say(f"Too few rows to learn {few}; of those the rules decide, or what is learned errs.")
    if done.strangers:
        say(
            f"No aspect and no rule knows {'、'.join(done.strangers)}, so by the rules alone no row"
            " gets there. If they are other names of known ones, --names says so; if not, add them"
            " to departments in the routing file."
        )


def _print(name: str, done: Learning) -> None:
    from voc.insights import proportion

    def shown(count: int, total: int) -> str:
        share = proportion(count, total)
        return f"{share.share or 0:.3f} ({share.low:.3f}–{share.high:.3f})"

    total = done.judged.total
    print_table(
        f"{name}：{total} 条，交叉验证；到达实际办理部门的比例",
        {"做法": "left", "由所学决定": "right", "正确": "right", "比例": "right"},
        [
            ("只按规则", "0", str(done.judged.by_rules), shown(done.judged.by_rules, total)),
            *(
                (
                    f"规则加所学，概率 ≥ {level:g}",
                    str(at.heard),
                    str(at.learned),
                    shown(at.learned, total),
                )
                for level, at in done.at.items()
            ),
        ],
    )
    print_table(
        "各部门",
        {"部门": "left", "条数": "right", "只按规则": "right", "规则加所学": "right"},
        (
            (department, str(rows), str(before), str(after))
            for department, (rows, before, after) in done.judged.by_department.items()
        ),
    )
    print_table(
        "规则加所学仍然派错的",
        {"实际办理": "left", "派往": "left", "条数": "right"},
        (
            (wanted, got, str(count))
            for (wanted, got), count in done.judged.confusions[: 2 * _SHOWN]
        ),
    )


def _tell(done: Learning, threshold: float) -> None:
    value, low, high = done.judged.gain
    say(
        f"From {threshold:g} on it gains {done.judged.gained} rows and loses {done.judged.lost}:"
        f" {value:+.3f} (95 % interval {low:+.3f} to {high:+.3f}) beside the rules alone."
    )
    if not done.judged.is_better:
        say("That is no better than the rules.")
    elif not done.judged.is_sure:
        say("With so few rows chance may explain that, too; more history would tell.")
    if done.folder is None:
        say("So nothing was written; give more history, or --anyway to have it all the same.")
        return
    say(
        f"{done.folder}: written. To use it, write into the routing file (that of the setting\n"
        "routing.file; a copy of configs/routing.yaml, if there is none):\n"
        f"learned: {{model: {done.folder.resolve()}, threshold: {threshold:g}}}"
    )
