"""What past orders teach about voices, asked where the routing file names a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from voc.inference.manifest import file_digest
from voc.records import Mention
from voc.store import Store
from voc.workorders import RoutingRules
from voc.workorders.circumstances import Circumstances, Guess
from voc.workorders.learning import DepartmentModel, LearnedManifest, read_learned
from voc.workorders.learning.files import MANIFEST
from voc.workorders.learning.model import Scores

_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True)
class Learned:
    """The model that a routing file names; without one, nothing is known.

    Attributes:
        manifest: What the model says of itself.
        model: The model.
    """

    manifest: LearnedManifest | None = None
    model: DepartmentModel | None = None

    @classmethod
    def of(cls, rules: RoutingRules) -> Learned:
        """Loads the model of a routing file; it is read again when it was written anew.

        Raises:
            ModelError: There is none where the file says, or it was changed.
        """
        if rules.learned is None:
            return cls()
        folder = rules.learned.model
        manifest = folder / MANIFEST
        return cls(*_read(folder, file_digest(manifest) if manifest.is_file() else ""))

    def guess(self, industry: str, texts: Sequence[str], scores: Sequence[Scores]) -> list[Guess]:
        """Returns departments with log-probabilities for texts of one industry.

        Args:
            industry: Its id; of another industry than the model's, nothing is known.
            texts: The texts, as Tags carry them.
            scores: The aspects that are asked about, of each text.
        """
        if self.manifest is None or self.model is None or self.manifest.industry != industry:
            return [()] * len(texts)
        logs = self.model.log_probabilities(texts, scores)
        return [tuple(zip(self.model.departments, row, strict=True)) for row in logs.tolist()]

    def guesses(
        self, store: Store, mentions: Iterable[Mention], *, model: str
    ) -> dict[tuple[str, str], Guess]:
        """Returns what is known of voices of the store, by feedback id and aspect id.

        Args:
            store: Where the texts are.
            mentions: What the voices say of one aspect each, which is all that is heard of them.
            model: Whose tags tell of the voices.
        """
        if self.manifest is None:
            return {}
        industry = self.manifest.industry
        asked: dict[str, list[Mention]] = {}
        for mention in mentions:
            if mention.industry == industry and mention.sentiment == "negative":
                asked.setdefault(mention.feedback_id, []).append(mention)
        found: dict[tuple[str, str], Guess] = {}
        for part in _parts(
            (row.text, mention)
            for row in store.tagged(model=model, industry=industry)
            for mention in asked.get(row.feedback_id, ())
        ):
            texts = [text for text, _ in part]
            scores = [{mention.aspect_id: mention.score} for _, mention in part]
            for (_, mention), guess in zip(part, self.guess(industry, texts, scores), strict=True):
                found[mention.feedback_id, mention.aspect_id] = guess
        return found

    def explained(self, told: Circumstances, texts: Sequence[str]) -> Mapping[str, Any] | None:
        """Returns what `voc route --explain` says; `None` where nothing is known.

        Args:
            told: What the voices tell.
            texts: Their texts, of which the words are told that speak for the department.
        """
        if self.model is None or not told.departments:
            return None
        (name, probability), *others = told.departments
        after, less = others[0]
        return {
            "department": name,
            "probability": round(probability, 4),
            "next": after,
            "next_probability": round(less, 4),
            "words": list(self.model.words("\n".join(texts), name, after)),
        }


def _parts(items: Iterable[tuple[str, Mention]]) -> Iterator[list[tuple[str, Mention]]]:
    left = iter(items)
    while part := list(islice(left, _AT_ONCE)):
        yield part


@lru_cache(maxsize=4)
def _read(folder: Path, digest: str) -> tuple[LearnedManifest, DepartmentModel]:
    del digest  # another manifest is another model
    return read_learned(folder)
