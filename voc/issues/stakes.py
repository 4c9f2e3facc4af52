"""What the customers behind an issue are worth to the house, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Final

from voc.config.customers import CustomerSettings
from voc.issues.shares import wilson
from voc.records import Stake

SPENDING_DAYS: Final = 365
"""Days back from the newest feedback in which spending counts."""

SPENDING_PERIOD: Final = timedelta(days=SPENDING_DAYS)


@dataclass(frozen=True, slots=True)
class Clientele:
    """What severity needs to know of the customers of one industry's voices.

    Attributes:
        behind: The customer of each voice that names one, by feedback id.
        tiers: The level of membership, `None` where it is not told, of each of those customers
            whom the directory knows.
        spent: What every customer of the directory spent in the last 12 months.
        high_share: The share of high levels among all customers of the directory.
        settings: The section `customers` of the settings.
    """

    behind: Mapping[str, str]
    tiers: Mapping[str, str | None]
    spent: Mapping[str, float]
    high_share: float
    settings: CustomerSettings
    typical: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "typical", typical_of(self.spent.values()))

    def stake(self, feedback_ids: Iterable[str]) -> Stake | None:
        """Returns what is at stake behind voices; `None` where no customer of them is known."""
        voices = list(dict.fromkeys(feedback_ids))
        named = (self.behind.get(name) for name in voices)
        known = [person for person in named if person is not None and person in self.tiers]
        people = sorted(set(known))
        if not people:
            return None
        return Stake(
            voices=len(voices),
            known_voices=len(known),
            customers=len(people),
            high_tier=sum(self.settings.is_high(self.tiers[person]) for person in people),
            spend=round(sum(self.spent.get(person, 0.0) for person in people), 2),
            typical=round(self.typical, 2),
        )

    def weight(self, stake: Stake | None) -> str | None:
        """Returns in Chinese why its customers make an issue weigh more; `None` if they do not.

        Their number is no reason, as voices are counted already: what counts is how far they
        spend more than as many typical customers, or how many are of a high level.
        """
        told = self.settings
        if stake is None or stake.customers < told.least_customers:
            return None
        if told.value_times and stake.times is not None and stake.times >= told.value_times:
            return f"{stake_words(stake)}，人均为典型客户的 {stake.times:.1f} 倍"
        if told.high_tier_share and self._has_many_high(stake):
            return (
                f"涉及客户 {stake.customers} 位，其中高等级 {stake.high_tier} 位"
                f"（名录中占 {self.high_share:.0%}）"
            )
        return None

    def _has_many_high(self, stake: Stake) -> bool:
        """Whether high levels reach their share, and are surely more than in the directory."""
        surely, _ = wilson(stake.high_tier, stake.customers)
        share = stake.high_tier / stake.customers
        return share >= self.settings.high_tier_share and surely > self.high_share


def stake_words(stake: Stake) -> str:
    """Returns how many customers are concerned, and what they spent, in Chinese."""
    return f"涉及客户 {stake.customers} 位，近一年消费 ¥{stake.spend:,.0f}"


def typical_of(spent: Iterable[float]) -> float:
    """Returns the median of what those who bought spent; 0 where nobody did."""
    bought = [amount for amount in spent if amount > 0]
    return median(bought) if bought else 0.0
