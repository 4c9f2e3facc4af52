"""Tags by the encoder: one pass over a text serves every task, and any taxonomy.

The linear twin's logits are weighed in beside the encoder's, by weights fitted on dev sets: the two
err on different texts. Where a text cannot be encoded the twin answers alone, and a flag says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voc.config import Aspect
from voc.errors import ModelError
from voc.inference.aspects import aspect_texts
from voc.inference.blas import one_blas_thread
from voc.inference.encoder import EncoderModel, TokenStates
from voc.inference.heads import LabelAttention, Looked, linear, sentence_vectors, unit
from voc.inference.linear import QUESTIONS, sigmoid, softmax
from voc.inference.spans import OpinionSpans
from voc.records import POLARITIES, AspectMention, Opinion, Task
from voc.tagging.applying import attended, shifted_polarity, shifted_presence
from voc.tagging.aspects import (
    IMPOSSIBLE,
    Reading,
    Spoken,
    complaints,
    mentions,
    polarity_logits,
    presence_logits,
    spoken_aspects,
    trained_prefix,
)
from voc.tagging.documents import intent_logits, intents, sentiment_logits, sentiments
from voc.tagging.linear import LinearTagger, rule_opinions
from voc.tagging.marked import marked_opinions
from voc.tagging.prepare import Prepared
from voc.tagging.sharpening.files import Sharpened
from voc.tagging.sharpening.shifts import Shifts
from voc.tagging.tagger import Findings
from voc.tagging.taxonomy import Taxonomy
from voc.text.matching import IdentityCache

Floats = NDArray[np.float32]
FALLBACK = "fallback"  # the flag of a text that the encoder could not read
GENERIC = "generic"
_NEGATIVE = POLARITIES.index("negative")
# What a complaint beside an aspect's keyword adds to its logits; chosen on car_forum's dev rows.
_HEARD, _HEARD_NEGATIVE = 2.0, 0.7
_UNCHANGED = Shifts(None, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A taxonomy as the label attention takes it, and what was fitted for it.

    Attributes:
        attention: Knows its aspects.
        prefix: Of what the model brings for it.
        shifts: What its owner's labelled rows changed.
    """

    attention: LabelAttention
    prefix: str
    shifts: Shifts = _UNCHANGED


class EncoderTagger:
    """Tags with the encoder; see `voc.tagging.tagger.Tagger`.

    Args:
        model: The encoder.
        twin: The linear model its manifest names.
        sharpened: What was fitted for taxonomies on labelled rows, by the industry's id.
    """

    def __init__(
        self,
        model: EncoderModel,
        twin: LinearTagger,
        sharpened: Mapping[str, Sharpened] | None = None,
    ) -> None:
        self.model = model
        self.twin = twin
        self.sharpened = dict(sharpened or {})
        self._opinions = OpinionSpans(model.tensors) if model.manifest.opinions else None
        self._kept = IdentityCache(self._prepare, size=64)

    @property
    def identifier(self) -> str:
        """Name and version of the model, and the marks of all taxonomies it is sharpened for.

        Records made from Tags are kept by it, so that what was sharpened anew is tagged anew.
        """
        marks = sorted(each.manifest.mark for each in self.sharpened.values())
        return "+".join([self.model.manifest.identifier, *marks])

    def find(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> list[Findings]:
        """Returns what it finds in each text, in order."""
        states, unread = self._encode(texts)
        rows = [row for row in range(len(texts)) if row not in unread]
        with one_blas_thread():
            read = self._find([texts[row] for row in rows], states, taxonomy, tasks)
        if not unread:
            return read
        found = dict(zip(rows, read, strict=True))
        stand_in = self.twin.find([texts[row] for row in sorted(unread)], taxonomy, tasks)
        for row, each in zip(sorted(unread), stand_in, strict=True):
            found[row] = replace(each, flags=(FALLBACK,))
        return [found[row] for row in range(len(texts))]

    def _find(
        self,
        texts: Sequence[Prepared],
        states: Sequence[TokenStates],
        taxonomy: Taxonomy | None,
        tasks: frozenset[Task],
    ) -> list[Findings]:
        if not texts:
            return []
        reading = self.twin.read(texts, taxonomy)
        pooled = np.stack([each.pooled for each in states])
        sentiment = sentiments(texts, self._sentiment(reading, pooled))
        intent = intents(texts, self._intent(reading, pooled))
        aspects: list[tuple[AspectMention, ...]] = [()] * len(texts)
        if taxonomy and "aspects" in tasks:
            aspects = self._aspects(reading, states, taxonomy)
        opinions: list[tuple[Opinion, ...]] = [()] * len(texts)
        if "opinions" in tasks:
            opinions = self._opinions_of(texts, states, taxonomy)
        return [Findings(*each) for each in zip(sentiment, intent, aspects, opinions, strict=True)]

    def _opinions_of(
        self,
        texts: Sequence[Prepared],
        states: Sequence[TokenStates],
        taxonomy: Taxonomy | None,
    ) -> list[tuple[Opinion, ...]]:
        """Returns the opinions of each text: the encoder's, the rules' in a trade it never read.

        On phone_threads, a trade that no marked opinion came from, the rules find more of them.
        """
        if self._opinions is not None and self.marks_opinions(taxonomy):
            marks = zip(texts, states, strict=True)
            return [marked_opinions(text, own, self._opinions(own.states)) for text, own in marks]
        targets = taxonomy.targets if taxonomy else {}
        return [rule_opinions(text, targets) for text in texts]

    def marks_opinions(self, taxonomy: Taxonomy | None) -> bool:
        """Whether opinions are marked by the encoder, and not by the rules."""
        learnt = self.model.manifest.opinions
        return bool(learnt) and (taxonomy is None or taxonomy.industry in (None, *learnt))

    def questions(self, texts: Sequence[Prepared]) -> list[tuple[str, float]]:
        """Returns which service question each text asks, with its probability."""
        states = self.model.encode([text.normalised.text for text in texts])
        ours = linear(self.model.tensors, "question", np.stack([each.pooled for each in states]))
        labels = self.model.manifest.heads[QUESTIONS].labels
        theirs = self.twin.question_logits(texts)
        table = softmax(self._calibrated(QUESTIONS, ours, theirs))
        return [(labels[int(row.argmax())], float(row.max())) for row in table]

    def vectors(self, texts: Sequence[Prepared]) -> Floats:
        """Returns (n_texts, width) sentence vectors of unit length."""
        states = self.model.encode([text.normalised.text for text in texts])
        return sentence_vectors(self.model.tensors, states)

    def _encode(self, texts: Sequence[Prepared]) -> tuple[list[TokenStates], set[int]]:
        """Returns the states of the texts that can be read, and which cannot."""
        normalised = [text.normalised.text for text in texts]
        try:
            return self.model.encode(normalised), set()
        except ModelError:
            pass
        states, unread = [], set()
        for row, text in enumerate(normalised):
            try:
                states.extend(self.model.encode([text]))
            except ModelError:
                unread.add(row)
        return states, unread

    def _calibrated(self, head: str, *inputs: Floats) -> Floats:
        """Weighs logits of one head by what was fitted on dev sets."""
        weights = self.model.tensors[f"calibration.{head}.weight"]
        total = sum(weight * each for weight, each in zip(weights, inputs, strict=True))
        return np.asarray(total + self.model.tensors[f"calibration.{head}.bias"], dtype=np.float32)

    def _sentiment(self, reading: Reading, pooled: Floats) -> Floats:
        ours = linear(self.model.tensors, "sentiment", pooled)
        theirs = sentiment_logits(self.twin.model, reading.texts, reading.features)
        columns = [
            self._calibrated(head, ours[:, index], theirs[:, index])
            for index, head in enumerate(("polarity", "subjectivity"))
        ]
        return np.stack(columns, axis=1)

    def _intent(self, reading: Reading, pooled: Floats) -> Floats:
        theirs = intent_logits(self.twin.model, reading.texts, reading.features)
        return self._calibrated("intent", linear(self.model.tensors, "intent", pooled), theirs)

    def asked(self, taxonomy: Taxonomy) -> Asked:
        """Returns a taxonomy as the label attention takes it, made once."""
        return self._kept.get(taxonomy)

    def _prepare(self, taxonomy: Taxonomy) -> Asked:
        """Encodes the aspects of a taxonomy, once."""
        vectors = self.aspect_vectors(taxonomy.aspects)
        head = self.model.manifest.heads.get(f"{taxonomy.industry}.presence")
        prefix = GENERIC
        if taxonomy.industry and head is not None and head.labels == taxonomy.ids:
            vectors = vectors + self.model.tensors[f"trained.{taxonomy.industry}"]
            prefix = taxonomy.industry
        attention = LabelAttention(self.model.tensors, vectors)
        return Asked(attention, prefix, self._shifts(taxonomy))

    def _shifts(self, taxonomy: Taxonomy) -> Shifts:
        found = self.sharpened.get(taxonomy.industry or "")
        return found.shifts if found and found.manifest.aspects == taxonomy.ids else _UNCHANGED

    def aspect_vectors(self, aspects: Sequence[Aspect]) -> Floats:
        """Returns (n_aspects, width) vectors of aspects: the mean over the texts that tell them."""
        texts = [aspect_texts(aspect) for aspect in aspects]
        unique = list(dict.fromkeys(text for each in texts for text in each))
        states = self.model.encode(unique)
        vectors = dict(zip(unique, sentence_vectors(self.model.tensors, states), strict=True))
        return unit(np.stack([np.mean([vectors[text] for text in each], axis=0) for each in texts]))

    def look(
        self, reading: Reading, states: Sequence[TokenStates], asked: LabelAttention
    ) -> list[Looked]:
        """Asks each text about every aspect, its keyword hits shown."""
        found = []
        for places, text in zip(reading.hits, states, strict=True):
            hits = np.zeros((asked.size, len(text.states)), dtype=np.bool_)
            for aspect in {place.aspect for place in places}:
                own = [(hit.start, hit.end) for hit in places if hit.aspect == aspect]
                hits[aspect] = text.marked(own)
            found.append(asked(text, hits))
        return found

    def _aspects(
        self, reading: Reading, states: Sequence[TokenStates], taxonomy: Taxonomy
    ) -> list[tuple[AspectMention, ...]]:
        asked = self.asked(taxonomy)
        looked = self.look(reading, states, asked.attention)
        logits = self.presence(reading, looked, taxonomy, asked.prefix)
        thresholds = self.thresholds(taxonomy, asked.prefix)
        if asked.shifts is not _UNCHANGED:
            vectors = sentence_vectors(self.model.tensors, states)
        if asked.shifts.presence:
            logits = shifted_presence(asked.shifts.presence, logits, looked, vectors)
            thresholds = np.full_like(thresholds, asked.shifts.presence.threshold)
        spoken = [
            attended(each, reading, states, looked)
            for each in spoken_aspects(reading, sigmoid(logits), thresholds)
        ]
        labels: list[int] = []
        if spoken:
            judged = self.polarity(reading, looked, spoken, taxonomy, asked.prefix)
            if asked.shifts.polarity:
                judged = shifted_polarity(asked.shifts.polarity, judged, spoken, looked, vectors)
            labels = judged.argmax(axis=1).tolist()
        return mentions(reading, taxonomy, spoken, labels)

    def thresholds(self, taxonomy: Taxonomy, prefix: str) -> Floats:
        """Returns (n_aspects,) the probability from which each aspect counts."""
        given = self.model.manifest.heads[f"{prefix}.presence"].thresholds
        return np.full(len(taxonomy.aspects), given, dtype=np.float32)

    def presence(
        self, reading: Reading, looked: Sequence[Looked], taxonomy: Taxonomy, prefix: str
    ) -> Floats:
        """Returns (n_texts, n_aspects) logits that a text speaks of an aspect."""
        ours = np.stack([each.logits[:, 0] for each in looked])
        theirs = presence_logits(self.twin.model, reading, taxonomy)
        possible = theirs > IMPOSSIBLE
        logits = self._calibrated(f"{prefix}.presence", ours, np.where(possible, theirs, 0.0))
        logits += _HEARD * complaints(reading, len(taxonomy.aspects))
        return np.where(possible, logits, IMPOSSIBLE)

    def polarity(
        self,
        reading: Reading,
        looked: Sequence[Looked],
        spoken: Sequence[Spoken],
        taxonomy: Taxonomy,
        prefix: str,
    ) -> Floats:
        """Returns (n_spoken, 3) logits of the polarities of what is spoken of."""
        ours = np.stack([looked[each.row].logits[each.aspect, 1:] for each in spoken])
        trained = trained_prefix(self.twin.model, taxonomy)
        theirs = polarity_logits(self.twin.model, reading, spoken, trained)
        logits = self._calibrated(f"{prefix}.polarity", ours, theirs)
        heard = complaints(reading, len(taxonomy.aspects))
        logits[:, _NEGATIVE] += _HEARD_NEGATIVE * np.array(
            [heard[each.row, each.aspect] for each in spoken]
        )
        return logits
