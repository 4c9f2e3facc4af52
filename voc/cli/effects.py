"""`voc effects`: whether work orders helped, by what customers say since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, get_args

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

if TYPE_CHECKING:
    from voc.records import Effect, Heard

_PROPOSALS: Final = {"redo": "建议重办", "redone": "已重办", None: ""}


def effects(
    verdict: Annotated[
        str | None,
        typer.Option("--verdict", help="effective, not_effective or insufficient."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List whether work orders helped, the last ended first; voc run and voc worker measure it.

    Compared are complaints per 100 feedbacks of the same product and store before and after work
    ended, against all other places; the settings `effects` say which days.

    Example: voc effects --verdict not_effective --json
    """
    from voc.records import EffectVerdict
    from voc.report.wording import EFFECT_LABELS

    check_one_of("--verdict", verdict, get_args(EffectVerdict))
    with opened_store(settings_from(config)) as store:
        found = store.effects(verdict=verdict, limit=limit)
        if as_json:
            print_records(effect.as_dict() for effect in found)
            return
        titles = {one.issue_id: one.title for one in store.issues()}
        teams = {one.work_order_id: one.department for one in store.work_orders()}
    print_table(
        f"整改效果 {len(found)} 条",
        {
            "工单": "left", "问题": "left", "部门": "left", "办结": "left", "结论": "left",
            "整改前": "right", "整改后": "right", "之比": "right", "依据": "left", "重办": "left",
        },
        (
            (
                effect.work_order_id, titles.get(effect.issue_id, effect.issue_id),
                teams.get(effect.work_order_id, ""), f"{effect.ended_at:%Y-%m-%d}",
                EFFECT_LABELS[effect.verdict], _rate(effect.before), _rate(effect.after),
                _ratio(effect), _reason(effect), _PROPOSALS[effect.proposal],
            )
            for effect in found
        ),
    )  # fmt: skip


def _rate(heard: Heard) -> str:
    per_100 = heard.as_dict()["per_100"]
    return "—" if per_100 is None else f"{heard.voices}（{per_100:.1f}/百条）"


def _ratio(effect: Effect) -> str:
    return "—" if effect.effect_ratio is None else f"{effect.effect_ratio:.2f}"


def _reason(effect: Effect) -> str:
    from voc.pipeline.effects import reason_text

    return reason_text(effect)
