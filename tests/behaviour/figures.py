"""Shares of pairs and members that are right, by kind; the table of them, and their floors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from tests.behaviour.suite import KINDS, PairVerdict
from voc.config.yamlfile import load_model

FLOORS: Final = Path(__file__).with_name("floors.yaml")
TOTAL: Final = "total"
_DIGITS: Final = 3  # decimals of a floor
_COLUMNS: Final = ("pairs", "members", "aspects")


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `of`."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; `None` of nothing."""
        return self.right / self.of if self.of else None

    def __str__(self) -> str:
        return "–" if self.value is None else f"{self.value:.3f}"


@dataclass(frozen=True, slots=True)
class Figures:
    """How one engine did on one kind, or on all.

    `pairs` counts those of which both members are right, `aspects` each aspect asked of each
    member. A member is right where its sentiment and its aspects are.
    """

    pairs: Share
    members: Share
    aspects: Share

    def as_dict(self) -> dict[str, Any]:
        shares = {"pairs": self.pairs, "members": self.members, "aspects": self.aspects}
        return {
            name: {"right": share.right, "of": share.of, "share": share.value}
            for name, share in shares.items()
        }


class Floors(BaseModel):
    """The least share of members that the shipped model gets right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    total: float
    kinds: dict[str, float]

    def shares(self) -> dict[str, float]:
        return self.kinds | {TOTAL: self.total}


def by_kind(verdicts: Sequence[PairVerdict]) -> dict[str, Figures]:
    """Returns the figures of every kind, and of all under `total`."""
    kinds = {kind: [each for each in verdicts if each.kind == kind] for kind in KINDS}
    return {name: _figures(group) for name, group in (kinds | {TOTAL: list(verdicts)}).items()}


def _figures(verdicts: Sequence[PairVerdict]) -> Figures:
    members = [member for pair in verdicts for member in pair.members]
    return Figures(
        pairs=Share(sum(pair.a.right and pair.b.right for pair in verdicts), len(verdicts)),
        members=Share(sum(member.right for member in members), len(members)),
        aspects=Share(
            sum(member.aspects_right for member in members),
            sum(len(member.aspects) for member in members),
        ),
    )


def table(figures: Mapping[str, Mapping[str, Figures]]) -> str:
    """Returns a line for each kind, and three columns for each model, side by side."""
    cell, group = 9, 9 * len(_COLUMNS)
    lines = [
        f"{'':22}" + "".join(f"{model:>{group}}" for model in figures),
        f"{'kind':16}{'n':>6}" + "".join(f"{name:>{cell}}" for name in _COLUMNS) * len(figures),
    ]
    for kind in (*KINDS, TOTAL):
        rows = [found[kind] for found in figures.values()]
        shares = [share for row in rows for share in (row.pairs, row.members, row.aspects)]
        lines.append(
            f"{kind:16}{rows[0].pairs.of:>6}" + "".join(f"{share!s:>{cell}}" for share in shares)
        )
    return "\n".join(lines)


def load_floors(path: Path = FLOORS) -> Floors:
    """Reads the floors.

    Raises:
        ConfigError: The file is not as it must be; the message names the lines.
    """
    return load_model(path, Floors)


def record_floors(model: str, figures: Mapping[str, Figures], path: Path = FLOORS) -> None:
    """Records the shares of members as the floors, rounded down."""
    lines = [
        "# The least share of members that the shipped model gets right, in total and by kind.",
        "# Recorded by `python -m tests.behaviour --write-floors`.",
        f"model: {model}",
        f"total: {_rounded_down(figures[TOTAL].members):.{_DIGITS}f}",
        "kinds:",
        *(f"  {kind}: {_rounded_down(figures[kind].members):.{_DIGITS}f}" for kind in KINDS),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rounded_down(share: Share) -> float:
    """Returns the share cut to the digits of a floor, lest its own engine fall under it."""
    return math.floor((share.value or 0.0) * 10**_DIGITS) / 10**_DIGITS


def under(floors: Floors, figures: Mapping[str, Figures]) -> Iterator[str]:
    """Yields one line for each kind whose share of right members is under its floor.

    One member is let pass: processors without VNNI round int8 products in another way, by which
    one answer near its threshold may turn.
    """
    for kind, floor in floors.shares().items():
        share = figures[kind].members
        if (share.value or 0.0) + 1 / max(1, share.of) < floor:
            yield f"{kind}: {share} of {share.of} members, under {floor} of {floors.model}"
