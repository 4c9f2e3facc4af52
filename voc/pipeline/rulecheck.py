"""What routing rules name that there is not, for whoever runs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from voc.config import FILE_SINK, Industry, Settings, industry_files, load_industry
from voc.errors import closest
from voc.pipeline.themed_rules import theme_notes
from voc.records import HistoryEntry
from voc.store import Store
from voc.workorders import RoutingRules, check_routing, load_routing
from voc.workorders.checking import known_teams
from voc.workorders.history import SYSTEM

_SHOWN = 5


def rule_notes(
    settings: Settings, known: Mapping[str, Industry], store: Store | None = None
) -> list[str]:
    """Returns a sentence for each name in the user's own rules that nothing bears, five at most.

    Such a rule is no error, for an industry may come later; but it holds of nothing until then.

    Args:
        settings: For the rules, the industries and the sinks.
        known: Taxonomies read before, by id.
        store: Knows the themes; `None`: those that rules name are not looked up.
    """
    path = settings.resolve(settings.routing.file)
    if path is None:
        return []
    industries = _all_of(settings, known)
    found = check_routing(path, industries, sinks={*settings.sinks, FILE_SINK})
    if store is not None:
        found += theme_notes(store, load_routing(path).rules)
    more = [f"{len(found) - _SHOWN} more; voc doctor names them."] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]


def team_doubt(
    team: str,
    *,
    at: datetime,
    rules: RoutingRules,
    settings: Settings,
    known: Mapping[str, Industry],
) -> HistoryEntry | None:
    """Returns what an order's history says of a department that no rule and no taxonomy names.

    Any name may be given an order, for teams come and go; but a slip makes a team of its own in
    all figures. A department that is known has nothing said of it.
    """
    teams = known_teams(rules, _all_of(settings, known).values())
    if team in teams:
        return None
    meant = closest(team, teams)
    more = f"，是否应为「{meant}」" if meant else ""
    note = f"规则与行业分类都没有部门「{team}」{more}；在路由文件的 departments 中写明即可"
    return HistoryEntry(at, SYSTEM, "note", note)


def _all_of(settings: Settings, known: Mapping[str, Industry]) -> dict[str, Industry]:
    folder = settings.resolve(settings.industries_dir)
    missing = [name for name in industry_files(folder) if name not in known]
    return {name: load_industry(name, folder=folder) for name in missing} | dict(known)
