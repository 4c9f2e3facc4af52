"""Which rules hold: all conditions of all rules at once, by sets of bits.

For each condition (industry, store, …) and each value that an issue may have, the rules that allow
it are one bit each of a whole number; the rules that hold are what is left when those of all
conditions are taken together. An issue costs a look-up a condition, however many rules there are.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MOST_VALUES: Final = 100_000
"""Values whose rules are remembered for each condition."""

Facts = Mapping[str, Collection[str] | float]
"""The values of an issue that conditions are compared with; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Between:
    """A condition on a number, both ends within; `None` is no end."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def in_words(self) -> tuple[str, ...]:
        ends = (("≥", self.low), ("≤", self.high))
        return tuple(f"{sign} {end:g}" for sign, end in ends if end is not None)


Allowed = Sequence[str] | Between
Conditions = Mapping[str, Allowed]
"""What each condition allows; one that allows nothing is no condition."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a rule does not hold.

    Attributes:
        rule: Its name.
        condition: The first condition that fails.
        allowed: What it allows.
        found: What the issue has; nothing where it has no value.
    """

    rule: str
    condition: str
    allowed: tuple[str, ...]
    found: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Returns it for JSON."""
        return {
            "rule": self.rule,
            "condition": self.condition,
            "allowed": list(self.allowed),
            "found": list(self.found),
        }


class RuleIndex:
    """Rules in their order, ready to be asked which holds.

    Args:
        rules: The name and the conditions of each.
    """

    def __init__(self, rules: Sequence[tuple[str, Conditions]]) -> None:
        self._rules = rules
        self._all = (1 << len(rules)) - 1
        self._bits = {name: 1 << place for place, (name, _) in enumerate(rules)}
        # What no rule asks for is not looked up.
        asked = (name for _, when in rules for name, allowed in when.items() if allowed)
        self._tables = {name: _table(name, rules) for name in dict.fromkeys(asked)}

    def first(self, facts: Facts, *, without: Collection[str] = ()) -> int | None:
        """Returns the place of the first rule all of whose conditions hold, or `None`.

        A condition that the issue has no value for does not hold. Rules named in `without` are
        not tried.
        """
        left = self._holding(facts, without)
        return (left & -left).bit_length() - 1 if left else None

    def every(self, facts: Facts, *, without: Collection[str] = ()) -> list[int]:
        """Returns the places of all rules that hold, in their order, but those in `without`."""
        left, found = self._holding(facts, without), []
        while left:
            found.append((left & -left).bit_length() - 1)
            left &= left - 1
        return found

    def _holding(self, facts: Facts, without: Collection[str]) -> int:
        left = self._all
        for name in without:
            left &= ~self._bits.get(name, 0)
        for name, table in self._tables.items():
            left &= table.allowing(facts[name])
        return left

    def failed(self, facts: Facts) -> Iterator[Failed]:
        """Yields, for each rule that does not hold, the first condition that fails."""
        for name, when in self._rules:
            for condition, allowed in when.items():
                if allowed and not holds(allowed, facts[condition]):
                    yield Failed(name, condition, _in_words(allowed), _found(facts[condition]))
                    break


def holds(allowed: Allowed, found: Collection[str] | float) -> bool:
    """Says whether what an issue has is what a condition allows."""
    if isinstance(allowed, Between):
        return isinstance(found, (int, float)) and allowed.holds(found)
    values = () if isinstance(found, (int, float)) else found
    return any(matches(value, one) for one in allowed for value in values)


def _in_words(allowed: Allowed) -> tuple[str, ...]:
    return allowed.in_words() if isinstance(allowed, Between) else tuple(allowed)


def _found(found: Collection[str] | float) -> tuple[str, ...]:
    return (f"{found:g}",) if isinstance(found, (int, float)) else tuple(found)


def _table(name: str, rules: Sequence[tuple[str, Conditions]]) -> _Names | _Numbers:
    asked = [when.get(name, ()) for _, when in rules]
    if any(isinstance(allowed, Between) for allowed in asked):
        return _Numbers([item if isinstance(item, Between) else None for item in asked])
    return _Names([() if isinstance(item, Between) else item for item in asked])


class _Names:
    """The rules by the values of one condition; `asked` is what each rule allows."""

    def __init__(self, asked: Sequence[Sequence[str]]) -> None:
        self._free = 0
        self._exact: dict[str, int] = {}
        patterns: dict[str, int] = {}
        for place, allowed in enumerate(asked):
            bit = 1 << place
            if not allowed:
                self._free |= bit
            for one in allowed:
                table = patterns if "*" in one else self._exact
                table[one] = table.get(one, 0) | bit
        self._patterns = [(_expression(one), bits) for one, bits in patterns.items()]
        self._known: dict[str, int] = {}

    def allowing(self, values: Collection[str] | float) -> int:
        bits = self._free
        for value in () if isinstance(values, (int, float)) else values:
            bits |= self._of(value)
        return bits

    def _of(self, value: str) -> int:
        bits = self._known.get(value)
        if bits is None:
            bits = self._exact.get(value, 0)
            for expression, allowed in self._patterns:
                if expression.fullmatch(value):
                    bits |= allowed
            if len(self._known) < _MOST_VALUES:
                self._known[value] = bits
        return bits


class _Numbers:
    """The rules by the ends of one condition: those whose low end is reached, and high end not."""

    def __init__(self, asked: Sequence[Between | None]) -> None:
        rules = [(1 << place, one) for place, one in enumerate(asked)]
        self._free = sum(bit for bit, one in rules if one is None)
        lows = sorted((_low(one), bit) for bit, one in rules if one)
        highs = sorted((_high(one), bit) for bit, one in rules if one)
        self._lows = [end for end, _ in lows]
        self._highs = [end for end, _ in highs]
        self._reached = _united([bit for _, bit in lows])
        self._below = _united([bit for _, bit in reversed(highs)])[::-1]

    def allowing(self, value: Collection[str] | float) -> int:
        if not isinstance(value, (int, float)):
            return self._free
        reached = self._reached[bisect_right(self._lows, value)]
        return self._free | reached & self._below[bisect_left(self._highs, value)]


def _united(bits: Sequence[int]) -> list[int]:
    """Returns the first none of the sets together, the first one, the first two and so on."""
    found = [0]
    for bit in bits:
        found.append(found[-1] | bit)
    return found


def _low(one: Between) -> float:
    return float("-inf") if one.low is None else one.low


def _high(one: Between) -> float:
    return float("inf") if one.high is None else one.high


def matches(value: str, pattern: str) -> bool:
    """Says whether a value is what a condition allows; `*` stands for any text."""
    if "*" not in pattern:
        return value == pattern
    return _expression(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4_096)
def _expression(pattern: str) -> re.Pattern[str]:
    """Only `*` is special: names of stores hold brackets and question marks."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
