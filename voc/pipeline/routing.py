"""Tries the routing rules on issues of the store, and opens nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from voc.config import Industry, Settings
from voc.errors import UsageError
from voc.insights import Proportion, proportion
from voc.pipeline.health import backlog
from voc.pipeline.learned import Learned
from voc.pipeline.routed import Routed, VoiceTrial
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.telling import told_now
from voc.pipeline.themed_rules import rules_of
from voc.records import Feedback, Issue, Tags
from voc.store import Store
from voc.workorders import (
    Circumstances,
    Frontline,
    Router,
    RoutingRules,
    calendar_for,
    load_routing,
)
from voc.workorders.orders import is_undated, unhurried
from voc.workorders.parts import tasks_of


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """How often rows went where their label says.

    Attributes:
        right: The share with its 95 % interval.
        confusions: (labelled, routed) with how often, most first.
    """

    right: Proportion
    confusions: tuple[tuple[tuple[str, str], int], ...]


class Desk:
    """The rules of the settings and what they need to be asked.

    Args:
        settings: Which name the rules.
        store: Tells which themes the rules mean by their names; `None`: they are known by ids.
        explained: Whether to say why each rule that does not hold does not, and what rules for
            single voices would do.
        learned: Whether what was learned from past orders is heard.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store | None = None,
        *,
        explained: bool = False,
        learned: bool = True,
    ) -> None:
        file = settings.resolve(settings.routing.file)
        rules = load_routing(file) if store is None else rules_of(store, settings)
        self.rules: RoutingRules = rules if learned else rules.model_copy(update={"learned": None})
        self.learned = Learned.of(self.rules)
        hours = calendar_for(self.rules, file).hours_per_day
        self._router = Router(self.rules, hours_per_day=hours)
        self._frontline = Frontline(self.rules, sinks=settings.sink_names)
        self._explained = explained
        self._quiet_days = settings.issues.quiet_days
        self._undated = backlog(store) if store is not None else set[str]()

    def decide(
        self,
        issue: Issue,
        industry: Industry | None,
        told: Circumstances,
        *,
        confidence: float | None = None,
        texts: Sequence[str] = (),
        now: datetime | None = None,
    ) -> Routed:
        """Routes an issue, or a row that stands for one.

        Args:
            issue: The issue.
            industry: Its taxonomy.
            told: What its voices tell.
            confidence: How sure the aspect of a row is.
            texts: What its voices say.
            now: The present moment, where an issue may be of long ago.
        """
        is_old = is_undated(told, self._undated)
        decided = [
            one
            if now is None
            else unhurried(issue, one, now=now, quiet_days=self._quiet_days, is_undated=is_old)
            for one in self._router.every(issue, industry=industry, circumstances=told)
        ]
        failed = (
            tuple(self._router.failed(issue, industry=industry, circumstances=told))
            if self._explained
            else ()
        )
        orders = tasks_of(issue, told, router=self._router, industry=industry)
        return Routed(
            issue.issue_id,
            issue.title,
            decided[0],
            confidence,
            failed,
            also=tuple(decided[1:]),
            orders=tuple(orders),
            learned=self.learned.explained(told, texts) if self._explained else None,
        )

    def try_voice(self, feedback: Feedback, tags: Tags, industry: Industry) -> VoiceTrial | None:
        """Returns what rules for single voices would do, where that was asked for."""
        if not self._explained or not self.rules.voices.rules:
            return None
        held = self._frontline.rules_for(feedback, tags, industry, None)
        return VoiceTrial(
            tuple((rule, self._frontline.sinks_for(rule, feedback.store)) for rule in held),
            tuple(self._frontline.failed(feedback, tags, industry, None)),
        )


def route_issues(
    store: Store, desk: Desk, *, settings: Settings, model: str, wanted: Sequence[str] = ()
) -> Iterator[Routed]:
    """Routes issues of the store as `voc run` would, and writes nothing.

    Args:
        store: Where they are.
        desk: What decides.
        settings: For the taxonomies and the window.
        model: Whose tags tell of their voices.
        wanted: Their ids; none: all that are open.

    Raises:
        UsageError: There is no such issue.
    """
    names = wanted or [one.issue_id for one in store.issues(status=("open", "reopened"))]
    issues = []
    for name in names:
        issue = store.issue(name)
        if issue is None:
            raise UsageError(f"There is no issue {name!r}; voc issues lists all there are.")
        issues.append(issue)
    industries, _ = industries_of(store, settings, {issue.industry for issue in issues})
    told = told_now(store, issues, model=model, rules=desk.rules, settings=settings)
    now = datetime.now(settings.zone)
    for issue in issues:
        said = [item.text for item in issue.evidence]
        industry = industries.get(issue.industry)
        yield desk.decide(issue, industry, told[issue.issue_id], texts=said, now=now)


def figures_of(routed: Iterable[Routed]) -> RoutingFigures | None:
    """Compares labelled rows with where they went; `None` where no row is labelled."""
    pairs = [(one.expected, one.reached or "") for one in routed if one.expected]
    if not pairs:
        return None
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    ranked = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    return RoutingFigures(proportion(len(pairs) - sum(wrong.values()), len(pairs)), tuple(ranked))
