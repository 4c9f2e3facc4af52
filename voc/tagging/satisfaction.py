"""How satisfied a customer is with a conversation, read from who said what, in what order.

A ridge regression on hashed character n-grams, each part of a conversation with weights of its own
(the same 谢谢 tells another thing at its end than at its beginning), and on its shape: who has the
last word, how many turns, how long, what the last words ask or thank for. It reads words and needs
no encoder, so that ten thousand conversations take seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.config import Settings, bundled
from voc.errors import ModelError
from voc.inference.features import SparseRows
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.records import Satisfaction, Turn
from voc.text.fillers import blank_order_cards
from voc.text.marks import blank_marks
from voc.text.normalise import normalise

MODEL: Final = "voc-zh-calls"
HEAD: Final = "satisfaction"
SPACE: Final = "turns"
PARTS: Final = ("opening", "later", "last_asked", "answers", "end")
"""The customer's first turn, his others, his last one; the agent's turns; the last turn of all."""

LOWEST, HIGHEST = -2.0, 2.0
"""The ends of the scale: as unsatisfied as can be, as satisfied as can be."""

_CUSTOMER: Final = "customer"
_MOST_TURNS: Final = 7
_MOST_CHARS: Final = 2_000
_BATCH: Final = 256
_NUMBERS: Final = re.compile(r"[\d*＊]+")
_FAREWELL: Final = re.compile(
    r"再见|拜拜|愉快|不客气|请问还有|感谢您的?(?:来电|咨询|支持|理解|配合)|评价|五星"
)
_CLOSES: Final = re.compile(
    r"谢|感谢|没有?(?:其他|别的)?(?:问题|事)?了|不用了|^好的?[吧呢啊哦了]?\W*$|再见|拜拜"
)
_CUES: Final = tuple(
    re.compile(cue)
    for cue in (
        r"谢", r"好的|[嗯恩]", r"[?？]", r"[!！]", r"[没未不]", r"私信", r"什么|怎么|多久|为何",
        r"再见|拜拜", r"投诉|举报|曝光|垃圾|呵呵", r"解决了|可以了|好了|收到了|搞定",
    )
)  # fmt: skip
N_SHAPE: Final = 2 + _MOST_TURNS + 2 + 4 + 2 * len(_CUES)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the model reads of one conversation.

    Attributes:
        parts: The words of each of `PARTS`, normalised; empty where there are none.
        shape: `N_SHAPE` numbers: who speaks last, how much, and cues in the last words.
    """

    parts: tuple[str, ...]
    shape: tuple[float, ...]


def conversation(turns: Sequence[Turn]) -> Conversation:
    """Reads a conversation; what an agent says behind the customer's farewell is left out."""
    told = _told(turns)
    own = [text for is_customer, text in told if is_customer]
    answers = [text for is_customer, text in told if not is_customer]
    later = own[1:]
    last = later[-1] if later else ""
    parts = (own[0] if own else "", "\n".join(later), last, "\n".join(answers), _last(told))
    return Conversation(parts, _shape(told, own, answers, last))


def _told(turns: Sequence[Turn]) -> list[tuple[bool, str]]:
    """(whether it is the customer's, its words) of each turn that counts."""
    told = [(turn.speaker == _CUSTOMER, _words(turn.text)) for turn in turns]
    told = [(is_customer, text) for is_customer, text in told if text]
    own = [place for place, (is_customer, _) in enumerate(told) if is_customer]
    behind = told[own[-1] + 1 :] if own else []
    if len(own) > 1 and behind and _CLOSES.search(told[own[-1]][1]):
        return told[: own[-1] + 1] if _FAREWELL.search(behind[-1][1]) else told
    return told


def _words(text: str) -> str:
    plain = blank_order_cards(blank_marks(text[:_MOST_CHARS]))
    return _NUMBERS.sub("0", normalise(plain).text)


def _last(told: Sequence[tuple[bool, str]]) -> str:
    return told[-1][1] if told else ""


def _shape(
    told: Sequence[tuple[bool, str]], own: Sequence[str], answers: Sequence[str], last: str
) -> tuple[float, ...]:
    by_customer = bool(told) and told[-1][0]
    count = min(len(told), _MOST_TURNS)
    cues = [bool(cue.search(last)) for cue in _CUES]
    texts = (own[0] if own else "", last, answers[-1] if answers else "", _last(told))
    return (
        float(by_customer),
        float(len(own) > 1),
        *(float(count == number) for number in range(1, _MOST_TURNS + 1)),
        float(min(len(own), _MOST_TURNS)),
        float(min(len(answers), _MOST_TURNS)),
        *(float(np.log1p(len(text))) for text in texts),
        *(float(cue) for cue in cues),
        *(float(cue and by_customer) for cue in cues),
    )


def part_inputs(model: LinearModel, batch: Sequence[Conversation]) -> dict[str, SparseRows]:
    """Returns the TF-IDF rows of each part, by the name of the weights they meet."""
    found: dict[str, SparseRows] = {}
    for place, part in enumerate(PARTS):
        texts = [each.parts[place] for each in batch]
        found[f"{part}.{SPACE}"] = model.features(texts, [SPACE])[SPACE]
    return found


class SatisfactionModel:
    """Predicts the satisfaction of customers; loads in milliseconds, predicts a thousand a second.

    Args:
        model: A linear model with a regression head `satisfaction`, which has a margin.
    """

    def __init__(self, model: LinearModel) -> None:
        head = model.manifest.heads.get(HEAD)
        if head is None or head.kind != "regression" or head.margin is None:
            raise ModelError(
                f"{model.manifest.identifier} has no regression head {HEAD!r} with a margin;"
                f" name a model as {MODEL} with models.calls."
            )
        self._model = model
        self._margin = head.margin

    @classmethod
    def load(cls, folder: Path) -> SatisfactionModel:
        """Loads a model folder.

        Raises:
            ModelError: The folder is not what its manifest says, or holds another kind of model.
        """
        return cls(LinearModel.load(folder))

    @property
    def identifier(self) -> str:
        """Name and version."""
        return self._model.manifest.identifier

    def predict(self, conversations: Sequence[Sequence[Turn]]) -> list[Satisfaction]:
        """Predicts how satisfied the customer of each conversation is.

        Args:
            conversations: The turns of each, in order; speakers `customer` and others.
        """
        found: list[Satisfaction] = []
        for start in range(0, len(conversations), _BATCH):
            batch = [conversation(turns) for turns in conversations[start : start + _BATCH]]
            found += map(self._satisfaction, self.scores(batch))
        return found

    def scores(self, batch: Sequence[Conversation]) -> Floats:
        """Returns (n,) predictions, which may lie a little beyond the scale."""
        shape = np.array([each.shape for each in batch], dtype=np.float32).reshape(-1, N_SHAPE)
        return self._model.logits(HEAD, part_inputs(self._model, batch), extra=shape)[:, 0]

    def _satisfaction(self, score: float) -> Satisfaction:
        low, middle, high = (
            float(np.clip(score + away, LOWEST, HIGHEST))
            for away in (-self._margin, 0.0, self._margin)
        )
        return Satisfaction(middle, low, high, self.identifier)


def load_satisfaction(settings: Settings) -> SatisfactionModel | None:
    """Loads the model that the settings name; `None` where they name none.

    Raises:
        ModelError: It is missing, or not what its manifest says.
    """
    if not settings.models.calls:
        return None
    folder = settings.resolve(settings.models.dir) or bundled("models")
    return _loaded(newest(folder, settings.models.calls))


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> SatisfactionModel:
    """Returns the model of a version's folder; a worker asks for it at every look."""
    return SatisfactionModel.load(folder)
