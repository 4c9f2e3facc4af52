from __future__ import annotations

from itertools import combinations
from math import hypot

import pytest

from voc.insights import proportion
from voc.report.theme_figures import TopicFigures
from voc.report.theme_map import LONGEST_NAME, SIZES, shortened, theme_map


def _figures(number: int, count: int, words: tuple[str, ...] = ()) -> TopicFigures:
    return TopicFigures(
        f"t{number:02}", f"第{number}个主题的名字", words, count, proportion(count // 2, count),
        "2026-09-21", "2026-11-15", None,
    )  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", [3, 8, 24])
def test_no_theme_covers_another_or_leaves_the_map(size: str, number: int) -> None:
    topics = [_figures(n, 400 // (n + 1)) for n in range(number)]
    drawn = theme_map(topics, {}, size)
    assert drawn is not None
    assert len(drawn.places) == min(number, SIZES[size][2])
    for place in drawn.places:
        assert place.radius <= place.x <= drawn.width - place.radius
        assert place.radius <= place.y <= drawn.height - place.radius
    for one, other in combinations(drawn.places, 2):
        assert hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius
    sizes = [place.radius for place in drawn.places]
    assert sizes == sorted(sizes, reverse=True)


def test_alike_themes_stand_near_each_other() -> None:
    topics = [_figures(n, 50, ("噪音", "扰民") if n in (1, 6) else (f"词{n}",)) for n in range(12)]
    drawn = theme_map(topics, {("t01", "t06"): 40}, "wide")
    assert drawn is not None
    places = {place.topic_id: place for place in drawn.places}

    def apart(one: str, other: str) -> float:
        return hypot(places[one].x - places[other].x, places[one].y - places[other].y)

    alike = apart("t01", "t06")
    others = [apart("t01", other) for other in places if other not in ("t01", "t06")]
    assert sum(alike < other for other in others) >= len(others) - 1


def test_the_map_is_the_same_each_time_and_needs_three_themes() -> None:
    topics = [_figures(n, 50 - n) for n in range(12)]
    assert theme_map(topics, {}, "wide") == theme_map(topics, {}, "wide")
    assert theme_map(topics[:2], {}, "wide") is None


def test_long_names_are_cut() -> None:
    assert shortened("变速箱低速顿挫") == "变速箱低速顿挫"
    assert len(shortened("树木岭公交首末站公交线路")) == LONGEST_NAME
