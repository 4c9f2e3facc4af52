"""Which rules hold: all conditions of all rules at once, by sets of bits.

For each condition (industry, store, …) and each value that an issue may have, the rules that allow
it are one bit each of a whole number; the rules that hold are what is left when those of all
conditions are taken together. An issue costs a look-up a condition, however many rules there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MOST_VALUES: Final = 100_000
"""Values whose rules are remembered for each condition."""

Facts = Mapping[str, Collection[str]]
"""The values of an issue that conditions are compared with; empty where it has none."""

Conditions = Mapping[str, Sequence[str]]
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
        names = list(dict.fromkeys(name for _, when in rules for name in when))
        self._tables = {name: _Table(name, rules) for name in names}

    def first(self, facts: Facts, *, without: Collection[str] = ()) -> int | None:
        """Returns the place of the first rule all of whose conditions hold, or `None`.

        A condition that the issue has no value for does not hold. Rules named in `without` are
        not tried.
        """
        left = self._all
        for name in without:
            left &= ~self._bits.get(name, 0)
        for name, table in self._tables.items():
            left &= table.allowing(facts[name])
        return (left & -left).bit_length() - 1 if left else None

    def failed(self, facts: Facts) -> Iterator[Failed]:
        """Yields, for each rule that does not hold, the first condition that fails."""
        for name, when in self._rules:
            for condition, allowed in when.items():
                found = facts[condition]
                if allowed and not any(matches(value, one) for one in allowed for value in found):
                    yield Failed(name, condition, tuple(allowed), tuple(found))
                    break


class _Table:
    """The rules by the values of one condition."""

    def __init__(self, name: str, rules: Sequence[tuple[str, Conditions]]) -> None:
        self._free = 0
        self._exact: dict[str, int] = {}
        patterns: dict[str, int] = {}
        for place, (_, when) in enumerate(rules):
            bit, allowed = 1 << place, when.get(name, ())
            if not allowed:
                self._free |= bit
            for one in allowed:
                table = patterns if "*" in one else self._exact
                table[one] = table.get(one, 0) | bit
        self._patterns = [(_expression(one), bits) for one, bits in patterns.items()]
        self._known: dict[str, int] = {}

    def allowing(self, values: Collection[str]) -> int:
        bits = self._free
        for value in values:
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


def matches(value: str, pattern: str) -> bool:
    """Says whether a value is what a condition allows; `*` stands for any text."""
    if "*" not in pattern:
        return value == pattern
    return _expression(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4_096)
def _expression(pattern: str) -> re.Pattern[str]:
    """Only `*` is special: names of stores hold brackets and question marks."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
