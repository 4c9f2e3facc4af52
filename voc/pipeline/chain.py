"""The chain over the store: tag, screen, topics, issues, work orders, clocks, delivery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from voc.config import Settings
from voc.pipeline.alerting import keep_alerts, raise_alerts
from voc.pipeline.calls import CallReader, predictor_of, with_calls
from voc.pipeline.delivering import Delivery, known_sinks
from voc.pipeline.effects import changed_effects, keep_effects
from voc.pipeline.frontline import Acted, VoiceDesk
from voc.pipeline.handling import Handler
from voc.pipeline.ordering import order_issues
from voc.pipeline.returning import Mailroom, Returned
from voc.pipeline.screening import screen_voices
from voc.pipeline.tagging import Failure, tag_feedback
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.themes import discover_topics, forget_vectors
from voc.pipeline.tiers import Tiers, tiers_of
from voc.pipeline.voices import customer_stretches
from voc.pipeline.watching import Watched, watch_orders
from voc.records import PAID_BURST, AspectMention, Tags
from voc.store import Store, StoredFeedback
from voc.tagging.engine import Engine
from voc.tagging.unheard import unheard
from voc.workorders import DeliveryCounts, load_routing

Progress = Callable[[str, int, int], None]


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

    def run(self) -> Run:
        """Does all stages once.

        Raises:
            ConfigError: The rules of routing are wrong, or name a sink that is not set; see `tag`.
        """
        known_sinks(
            load_routing(self._settings.resolve(self._settings.routing.file)), self._settings
        )
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
                *watched.notes,
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
        return self._acted.notes()

    def _waiting(self) -> list[str]:
        """Returns what to know of orders that wait for a person."""
        notes = []
        if refused := self._store.work_orders(status="rejected"):
            notes.append(
                f"{len(refused)} work orders were refused by every team and wait for a person to"
                " transfer or close them: voc work-orders --status rejected"
            )
        if waiting := self._store.order_reviews(state="waiting"):
            grave = sum(review.severity == "critical" for review in waiting)
            more = f", {grave} of them critical" if grave else ""
            notes.append(
                f"{len(waiting)} work orders wait for review{more}: voc work-orders review list"
            )
        return notes

    def tag(self, *, after: int = 0) -> tuple[int, int]:
        """Tags what the model has not tagged yet, and acts on it by the rules for voices.

        Returns how many were tagged, and how many failed.

        Args:
            after: Only voices whose `seq` is greater.

        Raises:
            ConfigError: The rules of routing are wrong, or name a sink that is not set. Nothing is
                tagged then, for rules for voices act on what is tagged first, and would never see
                it again.
        """
        total = self._store.counts().feedback
        done = failed = 0
        size = self._settings.score.batch_rows
        desk = VoiceDesk(self._store, self._settings, self._industries, tiers=self._tiers)
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
                acted = desk.act(transaction, rows, now.astimezone(self._settings.zone))
                transaction.save_tags(rows, now, unheard=_unheard(rows))
                transaction.add_rejects(
                    "tagging", [(row.feedback_id, why.reason, "") for row, why in failures], now
                )
            self._acted.add(acted)
            done += len(rows)
            failed += len(failures)
            self._progress("标注", done, total)
        return done, failed

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
        return screen_voices(self._store, model=self._engine.model)

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
        return order_issues(
            self._store,
            model=self._engine.model,
            industries=self._industries,
            settings=self._settings,
            tiers=self._tiers,
            clock=self._now,
        )

    def alert(self) -> int:
        """Raises, updates and closes alerts; returns how many are new or changed."""
        now = self._now()
        changed = raise_alerts(
            self._store,
            model=self._engine.model,
            industries=self._industries,
            settings=self._settings,
            now=now,
            told=PAID_BURST,
        )
        if changed:
            handler = Handler(self._store, self._settings)
            with self._store.transaction() as transaction:
                keep_alerts(self._store, transaction, changed, handler=handler, now=now)
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


def _unheard(rows: Sequence[tuple[StoredFeedback, Tags]]) -> dict[str, Sequence[AspectMention]]:
    """Returns what no aspect of their industry hears of complaints, by the ids of voices."""
    return {
        row.feedback_id: unheard(tags, customer_stretches(row.feedback))
        for row, tags in rows
        if row.industry is not None
    }


def _by_industry(batch: Sequence[StoredFeedback]) -> dict[str | None, list[StoredFeedback]]:
    parts: dict[str | None, list[StoredFeedback]] = {}
    for item in batch:
        parts.setdefault(item.industry, []).append(item)
    return parts
