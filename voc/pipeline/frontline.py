"""What is done about single voices as they are tagged: people told, customers tagged, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from voc.config import Industry, Settings
from voc.pipeline.copies import RecentCopies
from voc.pipeline.delivering import known_sinks
from voc.pipeline.health import backlog_end
from voc.pipeline.tiers import Tiers
from voc.records import STAFF, URGENCIES, Message, Tags, VoiceAction, VoiceOutcome
from voc.store import Store, StoredFeedback, Transaction
from voc.store.actions import place_of
from voc.text.advertisements import is_posted_advertisement
from voc.workorders import Frontline, RoutingRules, VoiceRule, load_routing, voice_message

Row = tuple[StoredFeedback, Tags]


@dataclass(slots=True)
class Acted:
    """How many voices people were told of, and by store how many were over a day's `limit`."""

    limit: int = 0
    told: int = 0
    held_back: Counter[str] = field(default_factory=Counter)

    def add(self, other: Acted) -> None:
        self.limit = other.limit
        self.told += other.told
        self.held_back += other.held_back

    def notes(self) -> list[str]:
        """Returns a sentence a store that had more voices than a day's limit."""
        return [
            f"{store or 'voices without a store'}: {count} more than the {self.limit} voices of a"
            " day were told to nobody (voc quality --show held_back lists them); see"
            " voices.a_day_a_store in the routing file."
            for store, count in sorted(self.held_back.items())
        ]


class VoiceDesk:
    """Reads each version of each voice once, when a model tags it first.

    Args:
        store: Where copies of voices are looked for.
        settings: Which name the routing file and the sinks.
        industries: Taxonomies by id.
        tiers: Tells the tiers of customers.

    Raises:
        ConfigError: The routing file is wrong, or names a sink that the settings do not have.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        industries: Mapping[str, Industry],
        *,
        tiers: Tiers,
    ) -> None:
        rules = load_routing(settings.resolve(settings.routing.file))
        known_sinks(rules, settings)
        self._rules: RoutingRules = rules
        self._frontline = Frontline(rules, sinks=settings.sink_names)
        self._industries = industries
        self._tiers = tiers
        self._store = store
        self._copies = RecentCopies(store, timedelta(days=rules.voices.within_days))

    def act(self, transaction: Transaction, rows: Sequence[Row], now: datetime) -> Acted:
        """Acts on the voices of `rows` that are new; belongs before their tags are kept.

        Nothing is done about copies: paid posts in bursts, and words that were stored before; nor
        about what may be of long ago, as a backlog that tells no time.

        Args:
            transaction: Keeps what is done together with the messages that tell of it, and with
                the tags.
            rows: Voices with their tags.
            now: The present moment, in the reader's zone, whose days are counted.
        """
        acted = Acted(self._rules.voices.a_day_a_store)
        if not self._rules.voices.rules:
            return acted
        fresh = self._fresh(transaction, rows, now)
        names = {row.feedback.customer_id for row, _ in fresh} - {None}
        tiers = self._tiers({name for name in names if name})
        held = [
            (row, tags, tier, rules)
            for row, tags in fresh
            if (rules := self._held(row, tags, tier := tiers.get(row.feedback.customer_id or "")))
        ]
        copies = self._copies.among([row for row, *_ in held], now) if held else set()
        day = _Day(transaction.voices_told_on(now.date().isoformat()), acted)
        # What is over a day's limit is told to nobody: the most urgent come first.
        for row, tags, tier, rules in sorted(held, key=lambda one: -_urgency(one[1])):
            if row.feedback_id not in copies:
                self._act_on(transaction, row, tags, tier, rules, now, day)
        return acted

    def _held(self, row: StoredFeedback, tags: Tags, tier: str | None) -> list[VoiceRule]:
        industry = self._industries.get(tags.industry or row.industry or "")
        return self._frontline.rules_for(row.feedback, tags, industry, tier)

    def _fresh(self, transaction: Transaction, rows: Sequence[Row], now: datetime) -> list[Row]:
        since = now - timedelta(days=self._rules.voices.within_days)
        recent = [
            (row, tags)
            for row, tags in rows
            if row.occurred_at >= since and not _is_of_nobody(row, tags)
        ]
        undated = {row.feedback.source for row, _ in recent if row.feedback.created_at is None}
        ends = {source: backlog_end(self._store, source) for source in undated}
        recent = [item for item in recent if not _is_of_backlog(item[0], ends)]
        before = transaction.heard_before([row for row, _ in recent])
        return [item for item in recent if (item[0].feedback_id, item[0].version) not in before]

    def _act_on(
        self,
        transaction: Transaction,
        row: StoredFeedback,
        tags: Tags,
        tier: str | None,
        held: Sequence[VoiceRule],
        now: datetime,
        day: _Day,
    ) -> None:
        voice = row.feedback
        told = [rule for rule in held if self._frontline.sinks_for(rule, voice.store)]
        has_room = day.has_room(voice.store)
        outcomes: dict[str, VoiceOutcome] = {
            rule.name: "told" if has_room else "held_back" for rule in told
        }
        new = transaction.add_voice_actions(
            [_action(row, rule, outcomes.get(rule.name, "noted"), now) for rule in held]
        )
        sent = [rule for rule in told if _action(row, rule, "told", now).action_id in new]
        if sent:
            day.note(voice.store, has_room=has_room)
        for message in self._messages(row, tags, sent if has_room else (), tier, now):
            transaction.enqueue(message)

    def _messages(
        self,
        row: StoredFeedback,
        tags: Tags,
        rules: Sequence[VoiceRule],
        tier: str | None,
        now: datetime,
    ) -> list[Message]:
        return [
            voice_message(row.feedback, tags, rule, sink=sink, tier=tier, at=now)
            for rule in rules
            for sink in self._frontline.sinks_for(rule, row.feedback.store)
        ]


def _is_of_backlog(row: StoredFeedback, ends: Mapping[str, datetime | None]) -> bool:
    """Says whether it may be of long ago, as it tells no time and came as its source began."""
    end = ends.get(row.feedback.source)
    return row.feedback.created_at is None and end is not None and row.ingested_at <= end


def _urgency(tags: Tags) -> int:
    return URGENCIES.index(tags.urgency.label if tags.urgency else "normal")


def _is_of_nobody(row: StoredFeedback, tags: Tags) -> bool:
    """Says whether it is no customer's: staff's, or an advertisement where everybody may write."""
    is_advertisement = is_posted_advertisement(tags.text, row.feedback.channel)
    return STAFF in tags.flags or is_advertisement


@dataclass(slots=True)
class _Day:
    """How many voices of each store people were told of today, and how many may be."""

    told: Counter[str]
    acted: Acted

    def has_room(self, store: str | None) -> bool:
        return self.told[place_of(store)] < self.acted.limit

    def note(self, store: str | None, *, has_room: bool) -> None:
        if has_room:
            self.told[place_of(store)] += 1
            self.acted.told += 1
        else:
            self.acted.held_back[store or ""] += 1


def _action(
    row: StoredFeedback, rule: VoiceRule, outcome: VoiceOutcome, now: datetime
) -> VoiceAction:
    customer = row.feedback.customer_id
    return VoiceAction(
        feedback_id=row.feedback_id,
        version=row.version,
        rule=rule.name,
        outcome=outcome,
        store=row.feedback.store,
        at=now,
        tag=rule.then.tag if customer else None,
        customer_id=customer if rule.then.tag else None,
    )
