"""The chain over the store: tag, screen, topics, issues, work orders, clocks, delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from voc.config import Settings
from voc.errors import ConfigError
from voc.issues import form_issues, is_absorbed, set_aside
from voc.pipeline.alerting import raise_alerts
from voc.pipeline.calls import CallReader, as_heard, predictor_of, with_calls
from voc.pipeline.clienteles import clienteles_of
from voc.pipeline.complaints import complaints_of
from voc.pipeline.copies import copies_among
from voc.pipeline.delivering import Delivery, known_sinks
from voc.pipeline.effects import changed_effects, keep_effects
from voc.pipeline.frontline import Acted, VoiceDesk
from voc.pipeline.keeping import keep_orders, ledger_of
from voc.pipeline.moments import moments_of
from voc.pipeline.returning import Mailroom, Returned
from voc.pipeline.tagging import Failure, tag_feedback
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.telling import told_by_voices
from voc.pipeline.themes import discover_topics, forget_vectors
from voc.pipeline.tiers import Tiers, tiers_of
from voc.pipeline.watching import Watched, watch_orders
from voc.records import ADVERTISEMENT, NEAR_DUPLICATE, PAID_BURST, UNCOUNTED, Issue, Tags
from voc.store import Store, StoredFeedback, Transaction
from voc.tagging.engine import Engine
from voc.text.advertisements import is_posted_advertisement
from voc.text.bursts import Voice
from voc.workorders import DeliveryCounts, calendar_for, decide_orders, load_routing
from voc.workorders.history import SYSTEM

Progress = Callable[[str, int, int], None]

_WHY_MOVED: Final = {
    "reopened": "关闭之后又有新的声音",
    "closed": "它的声音都被判为刷帖、广告或重复",
}
"""Why the chain itself moves an issue to a state."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one pass did."""

    tagged: int = 0
    failed: int = 0
    bursts: int = 0
    topics: int = 0
    issues_changed: int = 0
    alerts_changed: int = 0
    work_orders: int = 0
    effects_changed: int = 0
    escalated: int = 0
    archived: int = 0
    voices_told: int = 0
    delivery: DeliveryCounts = field(default_factory=DeliveryCounts)
    returned: Returned = field(default_factory=Returned)
    notes: tuple[str, ...] = ()


class Chain:
    """The stages over one store, each idempotent: run again on the same data it changes nothing.

    Args:
        store: What is read and written.
        engine: What tags.
        settings: All settings.
        progress: Told of (stage, done, total) as work goes on.
        delivery: Connections to sinks that stay open after it; by default it makes its own.
        tiers: Tells the tiers of customers; by default as the store knows them.
        mailroom: Connections to inboxes, likewise.
        now: What it takes for the present moment; by default the clock's.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: Settings,
        *,
        progress: Progress = lambda *_: None,
        delivery: Delivery | None = None,
        tiers: Tiers | None = None,
        mailroom: Mailroom | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._settings = settings
        self._progress = progress
        self._delivery = delivery
        self._mailroom = mailroom
        self._now = now or (lambda: datetime.now(settings.zone))
        self._is_given = delivery is not None
        self._is_mailroom_given = mailroom is not None
        # An industry whose taxonomy is missing must not stop the others.
        self._industries, missing = industries_of(store, settings, store.industries())
        self._missing = [f"{name} is left out: {why}" for name, why in missing.items()]
        predictor, notice = predictor_of(settings)
        self._missing += [notice] if notice else []
        self._predictor = predictor
        self._tiers = tiers or tiers_of(store)
        self._acted = Acted()
        self._unread: str | None = None

    def run(self) -> Run:
        """Does all stages once."""
        returned = self.take_in()
        tagged, failed = self.tag()
        bursts = self.screen()
        topics, notes = self.discover_topics()
        issues, orders = self.form()
        alerts = self.alert()
        watched = self.watch()
        effects = self.measure()
        return Run(
            tagged=tagged,
            failed=failed,
            bursts=bursts,
            topics=topics,
            issues_changed=issues,
            alerts_changed=alerts,
            work_orders=orders,
            effects_changed=effects,
            escalated=watched.escalated,
            archived=watched.archived,
            voices_told=self._acted.told,
            delivery=self.deliver(),
            returned=returned,
            notes=(
                *self._missing,
                *returned.troubles,
                *notes,
                *self.voice_notes,
                *self._waiting(),
            ),
        )

    def take_in(self, stop: Callable[[], bool] = lambda: False) -> Returned:
        """Takes in what other systems tell of work orders, until none is left or `stop` says so."""
        if self._mailroom is None:
            self._mailroom = Mailroom(self._store, self._settings)
        return self._mailroom.take_in(stop)

    @property
    def voice_notes(self) -> list[str]:
        """What should be known of voices that nobody was told of."""
        return [*self._acted.notes(), *((self._unread,) if self._unread else ())]

    def _waiting(self) -> list[str]:
        """Returns what to know of orders that wait for a person."""
        waiting = self._store.order_reviews(state="waiting")
        if not waiting:
            return []
        grave = sum(review.severity == "critical" for review in waiting)
        more = f", {grave} of them critical" if grave else ""
        return [f"{len(waiting)} work orders wait for review{more}: voc work-orders review list"]

    def tag(self, *, after: int = 0) -> tuple[int, int]:
        """Tags what the model has not tagged yet, and acts on it by the rules for voices.

        Returns how many were tagged, and how many failed.

        Args:
            after: Only voices whose `seq` is greater.
        """
        total = self._store.counts().feedback
        done = failed = 0
        size = self._settings.score.batch_rows
        desk = self._voice_desk()
        while batch := self._store.untagged(self._engine.model, limit=size, after=after):
            after = batch[-1].seq
            rows: list[tuple[StoredFeedback, Tags]] = []
            failures: list[tuple[StoredFeedback, Failure]] = []
            for industry, items in _by_industry(batch).items():
                if industry is not None and industry not in self._industries:
                    continue
                for item, result in zip(items, self._tagged(industry, items), strict=True):
                    if isinstance(result, Failure):
                        failures.append((item, result))
                    else:
                        rows.append((item, result))
            now = datetime.now(UTC)
            with self._store.transaction() as transaction:
                # Tagging takes a while: what was changed or removed meanwhile is left out.
                rows, failures = transaction.unchanged(rows), transaction.unchanged(failures)
                acted = (
                    desk.act(transaction, rows, now.astimezone(self._settings.zone))
                    if desk
                    else Acted()
                )
                transaction.save_tags(rows, now)
                transaction.add_rejects(
                    "tagging", [(row.feedback_id, why.reason, "") for row, why in failures], now
                )
            self._acted.add(acted)
            done += len(rows)
            failed += len(failures)
            self._progress("标注", done, total)
        return done, failed

    def _voice_desk(self) -> VoiceDesk | None:
        """Returns what acts on voices; a routing file that is wrong must not stop tagging."""
        try:
            return VoiceDesk(self._store, self._settings, self._industries, tiers=self._tiers)
        except ConfigError as error:
            self._unread = f"Nobody is told of the voices that are tagged now: {error}"
            return None

    def _tagged(
        self, industry: str | None, items: Sequence[StoredFeedback]
    ) -> list[Tags | Failure]:
        engine = self._engine.bound(industry=self._industries[industry] if industry else None)
        feedback = [item.feedback for item in items]
        tagged = tag_feedback(
            engine,
            feedback,
            ids=[item.feedback_id for item in items],
            timeout_s=self._settings.score.row_timeout_s,
        )
        return with_calls(tagged, feedback, self._calls)

    @cached_property
    def _calls(self) -> CallReader:
        """What judges conversations, by one model for all batches."""
        return CallReader(
            self._engine.bound(tasks=frozenset({"sentiment"})),
            self._predictor,
            self._settings.score.row_timeout_s,
        )

    def screen(self) -> int:
        """Flags paid posts, voices stored twice and advertisements; returns how many bursts."""
        voices = [
            Voice(
                row.feedback_id,
                row.text,
                row.author,
                row.occurred_at if row.is_dated else None,
                row.channel,
                row.product,
                row.store,
            )
            for row in map(as_heard, self._store.tagged(model=self._engine.model))
            if "staff" not in row.flags
        ]
        advertisements = {
            voice.feedback_id: "rules"
            for voice in voices
            if is_posted_advertisement(voice.text, voice.channel)
        }
        self._flag(ADVERTISEMENT, advertisements)
        copies = copies_among(voices)
        self._flag(PAID_BURST, copies.paid)
        self._flag(NEAR_DUPLICATE, copies.repeats)
        return len(copies.bursts)

    def _flag(self, kind: str, groups: Mapping[str, str]) -> None:
        if dict(groups) != self._store.flags(kind):
            with self._store.transaction() as transaction:
                transaction.set_flags(kind, list(groups.items()))

    def discover_topics(self) -> tuple[int, list[str]]:
        """Discovers the topics of each industry; returns how many, and what could not be done."""
        count, notes, changed = 0, list[str](), False
        for industry in self._industries.values():
            try:
                run = discover_topics(
                    self._store,
                    self._engine,
                    industry,
                    model=self._engine.model,
                    settings=self._settings.topics,
                    now=self._now(),
                    told=lambda done, total: self._progress("主题", done, total),
                )
            except ImportError as error:
                notes.append(str(error))
                break
            if run is None:
                count += len(self._store.topics(industry.id))
                continue
            found, told = run
            notes += told
            count += len(found.topics)
            changed = True
        if changed:
            forget_vectors(self._store, self._engine.model)
        return count, notes

    def form(self) -> tuple[int, int]:
        """Forms issues and opens their work orders, in one transaction.

        Returns:
            How many issues are new or changed, and how many orders were opened or updated.
        """
        industries = self._industries
        complaints = complaints_of(
            self._store,
            model=self._engine.model,
            industries=industries,
            min_score=self._settings.issues.min_score,
        )
        zone = self._settings.zone
        now = self._now()
        moments = moments_of(self._store, model=self._engine.model, zone=zone, now=now)
        existing = {
            issue.issue_id: self._store.issue(issue.issue_id) or issue
            for issue in self._store.issues()
        }
        changed = form_issues(
            complaints,
            list(existing.values()),
            industries=industries,
            settings=self._settings.issues,
            volumes=moments.volumes,
            as_of=moments.as_of,
            topics={
                topic.topic_id: topic.topic
                for topic in self._store.topics()
                if topic.negative_share > 0.5  # another one's name may praise
            },
            polarities=self._store.polarities(model=self._engine.model),
            clienteles=clienteles_of(
                self._store,
                complaints,
                as_of=moments.as_of,
                settings=self._settings.customers,
            ),
        )
        rules = load_routing(self._settings.resolve(self._settings.routing.file))
        known_sinks(rules, self._settings)
        changed += set_aside(existing.values(), changed, flagged=self._set_aside())
        issues = list((existing | {issue.issue_id: issue for issue in changed}).values())
        told = told_by_voices(
            self._store,
            issues,
            complaints,
            model=self._engine.model,
            rules=rules,
            window_days=self._settings.issues.window_days,
            tiers=self._tiers,
        )
        calendar = calendar_for(rules, self._settings.resolve(self._settings.routing.file))
        reopened_at, asked_for = self._reopened(issues, existing, now)
        with self._store.transaction() as transaction:
            losing = self._losing(transaction, issues)
            # Inside it, so that nobody else takes the turn of a person meanwhile.
            ledger = ledger_of(self._store, transaction)
            moved = self._moved(existing) | losing
            changed = [issue for issue in changed if issue.issue_id not in moved]
            found = decide_orders(
                [issue for issue in issues if issue.issue_id not in moved],
                self._store.work_orders(),
                routing=rules,
                industries=industries,
                calendar=calendar,
                now=now,
                circumstances=told,
                sinks=self._settings.sink_names,
                as_of=moments.as_of,
                quiet_days=self._settings.issues.quiet_days,
                reopened_at=reopened_at,
                asked_for=asked_for,
                ledger=replace(ledger, holds_back=True),
            )
            transaction.lock_orders()
            self._keep_issues(transaction, changed, existing, now)
            keep_orders(transaction, found)
        return len(changed), len({order.work_order_id for order, *_ in found.orders})

    def _set_aside(self) -> set[str]:
        """Returns the voices that are kept and count nowhere."""
        return {name for kind in UNCOUNTED for name in self._store.flags(kind)}

    @staticmethod
    def _losing(transaction: Transaction, issues: Sequence[Issue]) -> set[str]:
        """Returns the issues that lost a voice since it was read; the next run forms them."""
        gone = transaction.gone(item.feedback_id for issue in issues for item in issue.evidence)
        return {
            issue.issue_id
            for issue in issues
            if any(item.feedback_id in gone for item in issue.evidence)
        }

    def _moved(self, before: Mapping[str, Issue]) -> set[str]:
        """Returns the issues that somebody closed, ignored or reopened since they were read."""
        return {
            issue.issue_id
            for issue in self._store.issues()
            if issue.issue_id in before and issue.status != before[issue.issue_id].status
        }

    def _reopened(
        self, issues: Sequence[Issue], before: Mapping[str, Issue], now: datetime
    ) -> tuple[dict[str, datetime], set[str]]:
        """Returns when each reopened issue was, and which of them a person reopened last."""
        found, asked_for = dict[str, datetime](), set[str]()
        for issue in issues:
            if issue.status == "reopened":
                known = before.get(issue.issue_id)
                events = self._store.issue_events(issue.issue_id)
                at = [(event.at, event.actor) for event in events if event.to_status == "reopened"]
                if known is None or known.status != "reopened":
                    at.append((now, SYSTEM))
                moment, actor = max(at, default=(None, None))
                if actor not in (None, SYSTEM):
                    asked_for.add(issue.issue_id)
                # New voices reopen only the parts of an issue that they are of; these count them.
                if moment and not (actor == SYSTEM and self._has_parts(issue)):
                    found[issue.issue_id] = moment
        return found, asked_for

    def _has_parts(self, issue: Issue) -> bool:
        parts = self._store.order_parts(issue_id=issue.issue_id).values()
        return len({item.part for item in parts}) > 1

    @staticmethod
    def _keep_issues(
        transaction: Transaction,
        changed: Sequence[Issue],
        before: Mapping[str, Issue],
        now: datetime,
    ) -> None:
        transaction.save_issues(changed)
        for issue in changed:
            known = before.get(issue.issue_id)
            if known is not None and known.status != issue.status:
                note = None if is_absorbed(issue) else _WHY_MOVED.get(issue.status)
                transaction.set_issue_status(issue.issue_id, issue.status, SYSTEM, note, now)

    def alert(self) -> int:
        """Raises, updates and closes alerts; returns how many are new or changed."""
        changed = raise_alerts(
            self._store,
            model=self._engine.model,
            industries=self._industries,
            settings=self._settings,
            now=self._now(),
            told=PAID_BURST,
        )
        if changed:
            with self._store.transaction() as transaction:
                transaction.save_alerts(changed)
        return len(changed)

    def measure(self) -> int:
        """Measures whether work orders helped; returns how many effects are new or changed."""
        now = self._now()
        changed = changed_effects(
            self._store,
            model=self._engine.model,
            industries=self._industries,
            settings=self._settings,
            now=now,
        )
        if changed:
            with self._store.transaction() as transaction:
                keep_effects(self._store, transaction, changed, settings=self._settings, now=now)
        return len(changed)

    def watch(self) -> Watched:
        """Looks at the clocks of all work orders; returns what was due."""
        now = self._now()
        return watch_orders(self._store, self._settings, now=now)

    def deliver(self, stop: Callable[[], bool] = lambda: False) -> DeliveryCounts:
        """Delivers the messages that are due to all sinks, until none is left or `stop` says so.

        Raises:
            ConfigError: A sink cannot be made of its settings.
        """
        if self._delivery is None:
            self._delivery = Delivery(self._store, self._settings)
        return self._delivery.deliver(stop)

    def close(self) -> None:
        """Closes the connections to sinks and inboxes that it made; the store stays open."""
        if self._delivery is not None and not self._is_given:
            self._delivery.close()
            self._delivery = None
        if self._mailroom is not None and not self._is_mailroom_given:
            self._mailroom.close()
            self._mailroom = None


def _by_industry(batch: Sequence[StoredFeedback]) -> dict[str | None, list[StoredFeedback]]:
    parts: dict[str | None, list[StoredFeedback]] = {}
    for item in batch:
        parts.setdefault(item.industry, []).append(item)
    return parts
