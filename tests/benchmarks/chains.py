"""How often stores that are alike seem to stand out of a chain, and how soon others do.

    python -m tests.benchmarks.chains

Twenty stores of 1.5 to 6 feedbacks a day complain of one aspect. In the first table they are alike,
but for what the rate of each of their weeks varies by, for a year; in the second one of them has a
problem of its own from the hundredth day on.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from voc.config import Aspect, Industry
from voc.config.sections import IssueSettings
from voc.issues.chains import standing_out
from voc.records import Mention

STORES: Final = 20
START: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRADE: Final = Industry(
    id="trade",
    name="连锁",
    chain=True,
    aspects=(Aspect(id="service", name="服务", group_by=("store",)),),
)
ALIKE: Final = (0.0, 0.3, 0.5)
"""By how much the rates of the weeks of stores vary: the standard deviation over the mean."""

PROBLEMS: Final = (
    (0.07, 4.0, 14),
    (0.07, 3.0, 28),
    (0.07, 2.0, 28),
    (0.02, 5.0, 14),
    (0.25, 2.0, 28),
)
"""The usual share of complaints, how many times that one store has, and for how many days."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What stores heard: feedback and complaints, `(stores, days)`."""

    fed: Any
    heard: Any

    def standing_out(self) -> frozenset[str]:
        """Returns the stores that are told apart."""
        volumes: dict[Any, Counter[Any]] = defaultdict(Counter)
        for store, day in np.argwhere(self.fed > 0).tolist():
            date = (START + timedelta(days=day)).date()
            for name in (None, f"s{store}"):
                volumes["trade", None, name][date] += int(self.fed[store, day])
        found = standing_out(
            list(self._voices()),
            [],
            industries={"trade": TRADE},
            settings=IssueSettings(),
            volumes=volumes,
            as_of={"trade": START + timedelta(days=self.fed.shape[1] - 1)},
        )
        return found.get(("trade", "service"), frozenset())

    def _voices(self) -> Iterator[Mention]:
        for store, day in np.argwhere(self.heard > 0).tolist():
            for number in range(int(self.heard[store, day])):
                yield Mention(
                    feedback_id=f"{store}-{day}-{number}", industry="trade", aspect_id="service",
                    sentiment="negative", score=0.9, evidence=(), store=f"s{store}",
                    occurred_at=START + timedelta(days=day),
                )  # fmt: skip


def alike(draw: np.random.Generator, days: int, rate: float, varying: float) -> Chain:
    """Draws a chain whose stores have the same rate, but for what their weeks vary by."""
    usual = draw.uniform(1.5, 6.0, (STORES, 1))
    fed = draw.poisson(np.broadcast_to(usual, (STORES, days)))
    weeks = np.ones((STORES, days // 7 + 1))
    if varying:
        weeks = draw.gamma(varying**-2, varying**2, weeks.shape)
    rates = np.minimum(1.0, rate * np.repeat(weeks, 7, axis=1)[:, :days])
    return Chain(fed, draw.binomial(fed, rates))


def false_stores(runs: int, varying: float, days: int = 365) -> float:
    """Returns how many stores are told apart a chain and year where all are alike."""
    chains = (alike(np.random.default_rng(run), days, 0.07, varying) for run in range(runs))
    return sum(len(chain.standing_out()) for chain in chains) / runs


def found_share(runs: int, rate: float, times: float, days: int) -> float:
    """Returns in how many chains the store with a problem is told apart when it has passed."""
    found = 0
    for run in range(runs):
        draw = np.random.default_rng(10_000 + run)
        chain = alike(draw, 100 + days, rate, 0.2)
        chain.heard[0, 100:] = draw.binomial(chain.fed[0, 100:], min(1.0, rate * times))
        found += "s0" in chain.standing_out()
    return found / runs


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description="How often and how soon stores are told apart.")
    parser.add_argument("--runs", type=int, default=100, help="Chains of each kind.")
    runs = parser.parse_args().runs
    console = Console()
    table = Table("rates of weeks vary by", f"false stores of {STORES} a year")
    for varying in ALIKE:
        table.add_row(f"{varying:.0%}", f"{false_stores(runs, varying):.2f}")
    console.print(table)
    table = Table("usual share", "times", "days", "told apart in")
    for rate, times, days in PROBLEMS:
        table.add_row(
            f"{rate:.0%}", f"{times:.0f}", str(days), f"{found_share(runs, rate, times, days):.0%}"
        )
    console.print(table)


if __name__ == "__main__":
    main()
