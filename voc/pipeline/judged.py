"""Labelled conversations against what is predicted of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voc.config import Settings
from voc.errors import RowError, UsageError
from voc.records import Turn
from voc.sources.dialogues import read_turns
from voc.tagging.evaluation import Figure, marked_satisfaction, satisfaction_figures
from voc.tagging.satisfaction import load_satisfaction


@dataclass(slots=True)
class JudgedCalls:
    """Conversations that people judged.

    Attributes:
        gold: How satisfied they judged each customer to be, -2 to 2.
        turns: The turns of each conversation.
    """

    gold: list[float] = field(default_factory=list)
    turns: list[tuple[Turn, ...]] = field(default_factory=list)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Takes the rows that have `turns` and say how satisfied the customer was judged to be.

        Raises:
            UsageError: What they say is off the scale, or their turns are none.
        """
        for row in rows:
            value = marked_satisfaction(row)
            if value is None:
                continue
            try:
                self.turns.append(read_turns(row["turns"]))
            except RowError as error:
                raise UsageError(f"A labelled row cannot be read: its {error.reason}.") from None
            self.gold.append(value)

    def compared(self, settings: Settings) -> tuple[dict[str, Figure], str]:
        """Returns the figures, and the model that predicted.

        Raises:
            UsageError: There are fewer than three, or the settings name no model.
            ModelError: The model is missing, or not what its manifest says.
        """
        model = load_satisfaction(settings)
        if model is None:
            raise UsageError(
                "Rows are labelled with satisfaction, and models.calls names no model; name one."
            )
        return satisfaction_figures(self.gold, model.predict(self.turns)), model.identifier
