"""What is wrong with a routing file, line by line, for `voc doctor`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from voc.config import Industry, load_model, read_yaml
from voc.errors import ConfigError, VocError, nearest
from voc.records import CHANNELS
from voc.workorders.calendar import WorkingCalendar, load_calendar
from voc.workorders.conditions import VoiceWhen
from voc.workorders.learning import places_of, read_learned
from voc.workorders.rules import RoutingRules

Place = tuple[str | int, ...]
Finding = tuple[Place, str]


def check_routing(
    path: Path,
    industries: Mapping[str, Industry],
    *,
    today: date | None = None,
    sinks: Collection[str] | None = None,
) -> list[str]:
    """Returns what is wrong with a routing file, as `file:line: what`; nothing when it is right.

    Beside the form it checks that every industry, aspect, reason and department a rule names
    exists, and that the calendar can be read. Patterns with `*` are not looked up.

    Args:
        path: The file.
        industries: All taxonomies by id.
        today: With a day, it is a finding too that the calendar does not know the year's holidays,
            in December those of the next year either.
        sinks: The names of all sinks; `None`: those that rules name are not looked up.
    """
    try:
        rules = load_model(path, RoutingRules)
        _, lines = read_yaml(path)
    except ConfigError as error:
        return list(error.places) or [str(error)]
    found = []
    for place, what in [
        *_calendar_findings(rules, path, today),
        *_rule_findings(rules, industries),
        *_voice_findings(rules, industries),
        *_sink_findings(rules, sinks),
        *_learned_findings(rules, path, industries),
    ]:
        known = next(place[:end] for end in range(len(place), -1, -1) if place[:end] in lines)
        found.append(f"{path}:{lines[known]}: {what}")
    return found


def calendar_for(rules: RoutingRules, path: Path | None = None) -> WorkingCalendar:
    """Loads the working calendar that a routing file names; `path` is the file's own."""
    return load_calendar(rules.calendar, folder=path.parent if path else None)


def known_teams(rules: RoutingRules, industries: Iterable[Industry]) -> set[str]:
    """Returns the departments that taxonomies or the routing file know of."""
    owners = [
        owner.department
        for industry in industries
        for group in (industry.all_aspects(), industry.urgency)
        for owner in group
    ]
    named = {owner for owner in owners if owner}
    return {*named, *rules.departments, rules.defaults.department}


def _calendar_findings(rules: RoutingRules, path: Path, today: date | None) -> Iterator[Finding]:
    try:
        calendar = calendar_for(rules, path)
    except VocError as error:
        yield ("calendar",), f"calendar: {error}"
        return
    needed = [today.year, today.year + 1][: today.month // 12 + 1] if today else []
    for year in needed:
        if year not in calendar.years:
            yield (
                ("calendar",),
                f"calendar: {rules.calendar!r} knows no holidays of {year}; only weekdays count"
                " until they are added under schedules.",
            )


def _rule_findings(rules: RoutingRules, industries: Mapping[str, Industry]) -> Iterator[Finding]:
    teams = known_teams(rules, industries.values())
    for number, rule in enumerate(rules.rules):
        where: Place = ("rules", number)
        yield from _condition_findings(where, rule.when, industries)
        team = (rule.then.department,) if rule.then.department else ()
        yield from _unknown((*where, "then", "department"), team, teams)


def _voice_findings(rules: RoutingRules, industries: Mapping[str, Industry]) -> Iterator[Finding]:
    for number, rule in enumerate(rules.voices.rules):
        yield from _condition_findings(("voices", "rules", number), rule.when, industries)


def _condition_findings(
    where: Place, when: VoiceWhen, industries: Mapping[str, Industry]
) -> Iterator[Finding]:
    named = [industries[name] for name in when.industry if name in industries]
    scope = named or list(industries.values())
    yield from _unknown((*where, "when", "industry"), when.industry, industries)
    yield from _unknown((*where, "when", "aspect"), when.aspect, _aspects(scope))
    yield from _unknown((*where, "when", "reason"), when.reason, _reasons(scope))
    yield from _unknown((*where, "when", "channel"), when.channel, CHANNELS)


def _sink_findings(rules: RoutingRules, sinks: Collection[str] | None) -> Iterator[Finding]:
    if sinks is None:
        return
    yield from _unknown(("defaults", "sinks"), rules.defaults.sinks, sinks, what="sink")
    for number, rule in enumerate(rules.rules):
        where: Place = ("rules", number, "then", "sinks")
        yield from _unknown(where, rule.then.sinks, sinks, what="sink")
    for number, step in enumerate(rules.escalation):
        where = ("escalation", number, "sinks")
        yield from _unknown(where, step.sinks, sinks, what="sink")
    for number, voice_rule in enumerate(rules.voices.rules):
        where = ("voices", "rules", number, "then", "sinks")
        yield from _unknown(where, voice_rule.then.sinks, sinks, what="sink")
    for store, names in rules.voices.frontline.items():
        yield from _unknown(("voices", "frontline", store), names, sinks, what="sink")


def _learned_findings(
    rules: RoutingRules, path: Path, industries: Mapping[str, Industry]
) -> Iterator[Finding]:
    if rules.learned is None:
        return
    where: Place = ("learned", "model")
    try:
        manifest, _ = read_learned(path.parent / rules.learned.model.expanduser())
    except VocError as error:
        yield where, f"learned.model: {error}"
        return
    industry = industries.get(manifest.industry)
    if industry is None:
        yield where, f"learned.model: is of the industry {manifest.industry!r}, which is not there."
    elif places_of(industry) != manifest.places:
        yield (
            where,
            f"learned.model: the taxonomy {industry.id} has changed since it was fitted; type voc"
            " train-routing once more.",
        )


def _aspects(scope: list[Industry]) -> set[str]:
    return set().union(*(industry.aspect_names() for industry in scope))


def _reasons(scope: list[Industry]) -> set[str]:
    return {urgent.reason for industry in scope for urgent in industry.urgency}


def _unknown(
    place: Place, names: Collection[str], known: Collection[str], *, what: str = ""
) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if "*" not in name and name not in known:
            dotted = ".".join(str(part) for part in place)
            kind = what or place[-1]
            yield (
                (*place, index),
                f"{dotted}: there is no {kind} {name!r}.{nearest(name, known)}",
            )
