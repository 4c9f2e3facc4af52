"""Figures of regions, put together where they are told as one; see `voc.text.regions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voc.text.regions import counted_by_region, told_regions

if TYPE_CHECKING:
    from voc.report.aspects import MentionTally
    from voc.report.tally import RowTally


def tell_regions(rows: RowTally, mentions: MentionTally) -> None:
    """Puts the figures of regions together that are told as one."""
    names = list(rows.regions)
    told = told_regions(names)
    for name in [name for name, as_one in told.items() if name != as_one]:
        rows.regions[told[name]].take(rows.regions.pop(name))
        for place in [place for place in mentions.regions if place[0] == name]:
            mentions.regions[told[name], place[1]].take(mentions.regions.pop(place))
    for voices in rows.issues.values():
        voices.regions = counted_by_region(voices.regions, beside=names)
