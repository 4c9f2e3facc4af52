"""Doubts: praise that was heard as a complaint, and clauses that speak of something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voc.issues.doubts import doubted
from voc.records import Mention


@pytest.mark.parametrize(
    ("text", "told", "is_doubtful"),
    [
        pytest.param("送货小哥进门还套鞋套", {"is_praise": True}, True, id="praise misread"),
        pytest.param(
            "那个送货的小哥帮我提垃圾",
            {"is_praise": True, "opinions": ("小哥垃圾",)},
            True,
            id="words that stand apart",
        ),
        pytest.param("送货小哥进门还套鞋套", {}, False, id="no praise as a whole"),
        pytest.param(
            "油耗略高", {"is_praise": True, "opinions": ("油耗略高",)}, False, id="in one piece"
        ),
        pytest.param(
            "油耗 略高", {"is_praise": True, "opinions": ("油耗略高",)}, False, id="with a gap"
        ),
        pytest.param("，就是我贴了脸过敏", {"is_praise": True}, False, id="it turns to it"),
        pytest.param(
            "小哥摔了一跤", {"is_praise": True, "urgency": "critical"}, False, id="an emergency"
        ),
    ],
)
def test_praise_that_was_misread_is_doubtful(
    text: str, told: dict[str, Any], is_doubtful: bool, mention: Callable[..., Mention]
) -> None:
    [one] = doubted([mention("a", 0, text=text, **told)])
    assert one.is_doubtful == is_doubtful


def test_a_clause_speaks_of_the_aspect_that_is_surer_of_it(
    mention: Callable[..., Mention],
) -> None:
    said = "店员的手一直搭在秤盘边上"
    voice = [
        mention("a", 0, aspect_id="power", text=said, score=0.6),
        mention("a", 0, aspect_id="service", text=said, score=0.97),
        mention("a", 0, aspect_id="price", text=said, score=0.8),
        mention("b", 0, aspect_id="power", text=said, score=0.7),
    ]
    assert [one.is_doubtful for one in doubted(voice)] == [True, False, False, False]


def test_a_clause_of_its_own_keeps_the_aspect(mention: Callable[..., Mention]) -> None:
    voice = [
        mention("a", 0, aspect_id="power", text="少一两", score=0.6),
        mention("a", 0, aspect_id="service", text="店员的手一直搭在秤盘边上", score=0.97),
    ]
    assert not any(one.is_doubtful for one in doubted(voice))


@pytest.mark.parametrize(
    ("text", "values", "is_doubtful"),
    [
        pytest.param("她把袋子往柜台里一收", {"score": 0.54}, True, id="it only names a thing"),
        pytest.param("她把袋子往柜台里一收", {"score": 0.74}, False, id="it is heard for sure"),
        pytest.param("袋子太差", {"score": 0.54}, False, id="it judges badly"),
        pytest.param(
            "袋子是开的", {"score": 0.54, "opinions": ("袋子 开的",)}, False, id="an opinion"
        ),
        pytest.param(None, {"score": 0.54}, False, id="nothing is quoted"),
    ],
)
def test_what_is_heard_with_little_certainty_must_say_what_is_wrong(
    text: str | None, values: dict[str, Any], is_doubtful: bool, mention: Callable[..., Mention]
) -> None:
    [found] = doubted([mention("a", 0, text=text, **values)])
    assert found.is_doubtful is is_doubtful
