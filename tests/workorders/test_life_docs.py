"""Every action and setting of an order's life is documented, at the API, terminal and README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from api.events import EventIn, EventName
from voc.config import bundled, read_yaml
from voc.workorders.policy import ESCALATION, EscalationStep, Handling
from voc.workorders.rules import load_routing
from voc.workorders.states import ACTION_LABELS, ACTIONS

README = (Path(__file__).parents[2] / "voc/workorders/README.md").read_text(encoding="utf-8")
ROUTING = bundled("configs/routing.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_documented(action: str) -> None:
    assert f"`{action}`" in README
    assert ACTION_LABELS[action] in README


def test_the_api_takes_every_action() -> None:
    assert get_args(EventName) == ACTIONS


def test_the_body_of_an_event_is_one_that_the_api_takes() -> None:
    bodies = re.findall(r"```json\n(.+?)\n```", README, re.DOTALL)
    told = [EventIn.model_validate_json(body) for body in bodies]
    assert [bool(event.event_id) for event in told] == [True]


def test_the_routing_file_shows_every_setting_with_its_default() -> None:
    values, _ = read_yaml(bundled("configs/routing.yaml"))
    assert set(values["handling"]) == set(Handling.model_fields)
    assert set(values["handling"]["extensions"]) == {"most", "granted_hours"}
    rules = load_routing()
    assert rules.handling == Handling()
    assert rules.escalation == ESCALATION
    for name in EscalationStep.model_fields:
        assert f"{name}" in ROUTING
    assert rules.handling.review_department in rules.departments


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tell": ["urged"]}, "there is no action 'urged'.*Did you mean 'urge'"),
        ({"reopen_days": 0}, "greater than 0"),
        ({"unsatisfied": 5}, "less than or equal to 4"),
        ({"archive": 3}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_setting_is_told(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Handling.model_validate(values)
