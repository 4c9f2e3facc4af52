"""What routing rules name that there is not, for whoever runs them."""

from __future__ import annotations

from collections.abc import Mapping

from voc.config import FILE_SINK, Industry, Settings, industry_files, load_industry
from voc.workorders import check_routing

_SHOWN = 5


def rule_notes(settings: Settings, known: Mapping[str, Industry]) -> list[str]:
    """Returns a sentence for each name in the user's own rules that nothing bears, five at most.

    Such a rule is no error, for an industry may come later; but it holds of nothing until then.

    Args:
        settings: For the rules, the industries and the sinks.
        known: Taxonomies read before, by id.
    """
    path = settings.resolve(settings.routing.file)
    if path is None:
        return []
    folder = settings.resolve(settings.industries_dir)
    files = industry_files(folder)
    missing = {name for name in files if name not in known}
    industries = {name: load_industry(name, folder=folder) for name in missing} | dict(known)
    found = check_routing(path, industries, sinks={*settings.sinks, FILE_SINK})
    more = [f"{len(found) - _SHOWN} more; voc doctor names them."] if len(found) > _SHOWN else []
    return [*found[:_SHOWN], *more]
