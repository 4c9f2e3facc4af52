from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voc.report import WHOLE, Scope


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (WHOLE, True),
        (Scope(products=("X5",)), True),
        (Scope(products=("E3", "X5")), True),
        (Scope(products=("E3",)), False),
        (Scope(stores=("滨江店",), regions=("浙江",)), True),
        (Scope(stores=("滨江店",), regions=("上海",)), False),
        (Scope(products=("",)), False),
    ],
)
def test_a_scope_holds_what_is_of_all_its_kinds(
    scope: Scope, held: bool, row: Callable[..., Any], mention: Callable[..., Any]
) -> None:
    assert scope.holds(row("a")) is held
    assert scope.holds(mention("a", region="浙江")) is held


def test_what_names_no_place_is_in_the_whole_only(row: Callable[..., Any]) -> None:
    nowhere = row("a", product=None, store=None, region=None)
    assert WHOLE.holds(nowhere)
    assert not Scope(regions=("浙江",)).holds(nowhere)
    assert not WHOLE
    assert Scope(regions=("浙江",))
