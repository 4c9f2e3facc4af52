"""Regions as a reader compares them: a city is told with its province where that is named too.

Sources name the place of one shop now by its province and now by its city; side by side they are
rows of one table that hold each other. `data/provinces.txt` has a province a line, its prefectures
after it; 朝阳 and other names that are districts elsewhere are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

_TABLE: Final = Path(__file__).parent / "data" / "provinces.txt"
_KIND: Final = re.compile(r"(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市|地区|盟)$")


@lru_cache(maxsize=1)
def _provinces() -> Mapping[str, str]:
    """Returns the province of each province and prefecture, by its name without 省 or 市."""
    lines = (line.split() for line in _TABLE.read_text(encoding="utf-8").splitlines())
    return {name: line[0] for line in lines for name in line}


@lru_cache(maxsize=4096)
def province_of(region: str) -> str:
    """Returns the province that a region is or lies in; the region itself where none is known."""
    known = _provinces()
    for name in (region, _KIND.sub("", region)):
        if name in known:
            return known[name]
    # 江苏省南京市 begins with its province, 延边朝鲜族自治州 with the name it is known by.
    is_prefecture = region.endswith("自治州")
    for n in (5, 4, 3, 2):
        province = known.get(region[:n])
        if province and (province != region[:n]) == is_prefecture:
            return province
    return region


def told_regions(names: Iterable[str]) -> dict[str, str]:
    """Returns what each region is told as: its province where that is named too, else itself."""
    there = list(names)
    named = {province_of(name) for name in there if province_of(name) == _KIND.sub("", name)}
    return {name: province_of(name) if province_of(name) in named else name for name in there}


def counted_by_region(counts: Mapping[str, int], *, beside: Iterable[str] = ()) -> Counter[str]:
    """Returns counts by region with those of regions put together that are told as one.

    Args:
        counts: What is counted, by the names of regions.
        beside: The names of others that the same reader is told.
    """
    told = told_regions([*counts, *beside])
    found = Counter[str]()
    for name, count in counts.items():
        found[told[name]] += count
    return found
