"""Rotas: who is on duty, and who of them is next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from voc.workorders.rotas import Rota, Turns

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 30, 10, tzinfo=ZONE)
NIGHT = {"people": "王五", "begins": "18:00", "ends": "09:00", "days": ["mon", "sun"]}


def rota(**values: Any) -> Rota:
    return Rota.model_validate({"people": ["张三", "李四", "王五"]} | values)


@pytest.mark.parametrize(
    ("values", "at", "on"),
    [
        pytest.param({}, MONDAY, ["张三", "李四", "王五"], id="everybody, always"),
        pytest.param(
            {"days_off": {"李四": ["2026-11-30"]}}, MONDAY, ["张三", "王五"], id="a day off"
        ),
        pytest.param(
            {"shifts": [{"people": ["张三"], "begins": "09:00", "ends": "18:00"}]},
            MONDAY, ["张三"], id="in a shift",
        ),
        pytest.param(
            {"shifts": [{"people": ["张三"], "days": "tue"}]}, MONDAY, [], id="another day"
        ),
        pytest.param({"shifts": [NIGHT]}, MONDAY.replace(hour=18), ["王五"], id="at its start"),
        pytest.param({"shifts": [NIGHT]}, MONDAY.replace(hour=8), ["王五"], id="Sunday's night"),
        pytest.param({"shifts": [NIGHT]}, MONDAY.replace(hour=9), [], id="at its end"),
        pytest.param(
            {"shifts": [NIGHT]}, MONDAY + timedelta(hours=22), ["王五"], id="Monday's, on Tuesday"
        ),
        pytest.param({"shifts": [NIGHT]}, MONDAY + timedelta(hours=32), [], id="no Tuesday's"),
    ],
)  # fmt: skip
def test_who_is_on_duty(values: dict[str, Any], at: datetime, on: list[str]) -> None:
    assert rota(**values).on_duty(at) == on


def test_each_in_turn_over_restarts() -> None:
    kept: dict[tuple[str, str], int] = {}
    took = []
    for _ in range(7):
        turns = Turns({"r": rota()}, kept, MONDAY)
        took.append(turns.next("r"))
        kept |= turns.changed
    assert took == ["张三", "李四", "王五"] * 2 + ["张三"]


def test_who_comes_back_is_next_once() -> None:
    away = Turns({"r": rota(days_off={"王五": ["2026-11-30"]})}, {}, MONDAY)
    assert [away.next("r") for _ in range(4)] == ["张三", "李四", "张三", "李四"]
    back = Turns({"r": rota()}, away.changed, MONDAY + timedelta(days=1))
    assert [back.next("r") for _ in range(4)] == ["王五", "张三", "李四", "王五"]


def test_rotas_do_not_mix_and_nobody_is_told() -> None:
    turns = Turns({"a": rota(), "b": rota(shifts=[{"people": "李四", "days": "sat"}])}, {}, MONDAY)
    assert turns.next("a") == "张三"
    assert turns.next("b") is None
    assert turns.next("a") == "李四"
    assert turns.changed == {("a", "张三"): 1, ("a", "李四"): 2}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"people": []}, "at least 1"),
        ({"people": ["张三", "张三"]}, "names somebody twice"),
        ({"days_off": {"张山": ["2026-01-01"]}}, "'张山' is none of its people (张三, 李四, 王五)"),
        ({"shifts": [{"people": "赵六"}]}, "'赵六' is none of its people"),
        ({"shifts": [{"people": "张三", "ends": 1080}]}, 'write it in quotes, as "18:00"'),
    ],
)
def test_a_wrong_rota_is_said(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        rota(**values)
    assert said in str(caught.value)
