"""Tags by the linear twin where it is sure, and by the encoder elsewhere: `--speed fast`.

A cascade of classifiers (Viola & Jones 2001, "Rapid Object Detection"): most reviews are plain
enough for the cheap model. From which probability the twin is believed is fitted on dev sets by
`python -m training.encoder.cascade`, so that no set loses more than a few thousandths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError
from voc.records import Task
from voc.tagging.encoder import EncoderTagger
from voc.tagging.prepare import Prepared
from voc.tagging.tagger import Findings
from voc.tagging.taxonomy import Taxonomy


class CascadeTagger:
    """Tags with the twin or the encoder; see `voc.tagging.tagger.Tagger`.

    Opinions that the encoder marks are far better than the rules', so that where they are asked for
    every text goes to the encoder.

    Args:
        encoder: The encoder, with its twin.

    Raises:
        ModelError: The model does not say when its twin may answer.
    """

    def __init__(self, encoder: EncoderTagger) -> None:
        self.encoder = encoder
        self._believed: Mapping[str, float] = dict(encoder.model.manifest.cascade.items())
        if not self._believed:
            raise ModelError(
                f"{encoder.identifier} does not say when its twin may answer, so it has no speed"
                " fast; type python -m training.encoder.cascade, or use --speed full."
            )

    @property
    def identifier(self) -> str:
        """Name and version of the model, and that its twin answers where it is sure."""
        return f"{self.encoder.identifier}+fast"

    def find(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> list[Findings]:
        """Returns what it finds in each text, in order."""
        if "opinions" in tasks and self.encoder.marks_opinions(taxonomy):
            return self.encoder.find(texts, taxonomy, tasks)
        sure = self.sure(texts, taxonomy, tasks)
        found: list[Findings | None] = [None] * len(texts)
        for tagger, own in ((self.encoder.twin, sure), (self.encoder, ~sure)):
            rows = np.flatnonzero(own).tolist()
            answers = tagger.find([texts[row] for row in rows], taxonomy, tasks)
            for row, each in zip(rows, answers, strict=True):
                found[row] = each
        return [each for each in found if each is not None]

    def sure(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> NDArray[np.bool_]:
        """Returns (n_texts,) whether the twin is sure of all that is asked of a text."""
        certain = self.encoder.twin.certainties(texts, taxonomy if "aspects" in tasks else None)
        asked = [name for name in certain if name == "sentiment" or name in tasks]
        sure = np.ones(len(texts), dtype=np.bool_)
        for name in asked:
            sure &= certain[name] >= self._believed.get(name, np.inf)
        return sure

    def questions(self, texts: Sequence[Prepared]) -> list[tuple[str, float]]:
        """Returns which service question each text asks, with its probability."""
        return self.encoder.questions(texts)

    def vectors(self, texts: Sequence[Prepared]) -> NDArray[np.float32]:
        """Returns (n_texts, width) sentence vectors of unit length."""
        return self.encoder.vectors(texts)
