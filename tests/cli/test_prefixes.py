"""Ids that are told by their beginning."""

from __future__ import annotations

import pytest

from voc.cli.prefixes import full_id
from voc.errors import UsageError

IDS = ("wo_1a280000000000000000", "wo_1a290000000000000000", "wo_ff000000000000000000")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("wo_1a28", IDS[0]),
        ("wo_ff", IDS[2]),
        (IDS[1], IDS[1]),
        ("wo_2", "wo_2"),
        ("wo_77", "wo_77"),
        ("wo_f", "wo_f"),
        ("", ""),
    ],
)
def test_a_beginning_stands_for_the_id(told: str, meant: str) -> None:
    assert full_id(told, lambda: IDS) == meant


def test_one_that_begins_several_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        full_id("wo_1a", lambda: IDS)
    assert IDS[0] in str(caught.value)
    assert IDS[1] in str(caught.value)
    assert IDS[2] not in str(caught.value)
