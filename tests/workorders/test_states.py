"""The whole machine: what every phase makes of every action."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from tests.workorders.lives import MONDAY, act, lived
from voc.errors import StateError, UsageError
from voc.records import WorkOrder
from voc.workorders.states import (
    ACTION_LABELS,
    ACTIONS,
    ALLOWED,
    ENDED,
    EVENTS,
    PHASE_LABELS,
    PHASES,
    STATUS_LABELS,
    TRANSITIONS,
    Action,
    Phase,
    action_named,
    phase_of,
)

REACHED: Final[dict[Phase, tuple[str, ...]]] = {
    "open": (),
    "accepted": ("accepted",),
    "in_progress": ("in_progress",),
    "waiting": ("waiting",),
    "resolved": ("resolved",),
    "closed": ("closed",),
    "rejected": ("rejected",),
    "reopened": ("closed", "reopened"),
    "suspended": ("accepted", "suspend"),
    "merged": ("merge",),
    "archived": ("closed", "archive"),
}

COLUMNS: Final = (
    "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened",
    "urge", "suspend", "resume", "transfer", "merge", "extend", "call_back", "archive",
)  # fmt: skip
MACHINE: Final = """
open        accepted in_progress waiting resolved closed rejected -        = suspended -           open merged open - -
accepted    -        in_progress waiting resolved closed rejected -        = suspended -           open merged =    - -
in_progress -        -           waiting resolved closed rejected -        = suspended -           open merged =    - -
waiting     -        in_progress -       resolved closed rejected -        = -         in_progress open merged =    - -
resolved    -        -           -       -        closed -        reopened - -         -           -    -      -    = -
closed      -        -           -       -        -      -        reopened - -         -           -    -      -    = archived
rejected    -        -           -       -        closed -        reopened - -         -           open merged -    - -
reopened    accepted in_progress waiting resolved closed rejected -        = suspended -           open merged =    - -
suspended   -        -           -       resolved closed rejected -        = -         accepted    open merged =    - -
merged      -        -           -       -        -      -        -        - -         -           -    -      -    - archived
archived    -        -           -       -        -      -        -        - -         -           -    -      -    - -
"""  # noqa: E501
"""What each phase becomes by each action: `=` stays, `-` is refused."""


def table() -> list[tuple[Phase, Action, str]]:
    cells = []
    for line in MACHINE.strip().splitlines():
        phase, *after = line.split()
        assert len(after) == len(COLUMNS), line
        for column, cell in zip(COLUMNS, after, strict=True):
            cells.append((phase, action_named(column), phase if cell == "=" else cell))
    return cells  # type: ignore[return-value]


def reached(phase: Phase) -> WorkOrder:
    life = lived(*REACHED[phase])
    assert phase_of(life) == phase
    return life


@pytest.mark.parametrize(("phase", "action", "after"), table())
def test_the_machine(phase: Phase, action: Action, after: str) -> None:
    life, at = reached(phase), MONDAY + timedelta(hours=8)
    if after == "-":
        with pytest.raises(StateError, match=rf"is {phase}.* cannot .*; it allows .*note\.$"):
            act(life, action, at=at)
        return
    assert phase_of(act(life, action, at=at)) == after


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_takes_notes_and_refuses_what_it_does_not_list(phase: Phase) -> None:
    life, at = reached(phase), MONDAY + timedelta(hours=8)
    assert phase_of(act(life, "note", at=at)) == phase
    for action in ACTIONS:
        if action not in ALLOWED[phase]:
            with pytest.raises(StateError):
                act(life, action, at=at)
    for action in ("attach", "grant"):
        if action in ALLOWED[phase]:
            assert phase_of(act(life, action, at=at)) == phase


def test_names_are_whole() -> None:
    assert set(ALLOWED) == set(PHASES) == set(PHASE_LABELS)
    assert set(TRANSITIONS) == set(STATUS_LABELS) == {"open", *EVENTS} - {"note"}
    assert set(ACTIONS) <= set(ACTION_LABELS)
    assert set(EVENTS) < set(ACTIONS)
    assert len(set(ACTION_LABELS.values())) == len(ACTION_LABELS)
    assert {"resolved", "closed", "rejected"} == ENDED


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("催单", "urge"), ("挂起", "suspend"), ("恢复", "resume"), ("转派", "transfer"),
        ("合并", "merge"), ("退单", "rejected"), ("延期申请", "extend"), ("延期", "extend"),
        ("重开", "reopened"), ("回访", "call_back"),
        ("重办", "reopened"), ("归档", "archive"), ("return", "rejected"), ("redo", "reopened"),
        ("resolved", "resolved"),
    ],
)  # fmt: skip
def test_people_may_type_what_they_say(typed: str, action: str) -> None:
    assert action_named(typed) == action


def test_an_unknown_action_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no event 'resolvd'.*Did you mean 'resolved'\?"):
        action_named("resolvd")
    with pytest.raises(UsageError, match="Did you mean '催单'"):
        action_named("催单单")


def test_a_refusal_lists_what_is_allowed() -> None:
    with pytest.raises(StateError, match=r"it allows closed, reopened, call_back, note\.$"):
        act(reached("resolved"), "waiting", at=MONDAY + timedelta(hours=8))
