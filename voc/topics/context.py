"""What the rest of a voice says: it tells what a clause is about that says little by itself.

Of a long complaint that a developer sells parking spaces by force, "the developer had but one
answer" is about the parking spaces, not about developers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.topics.meaning import Floats
from voc.topics.subjects import FEW_CLAUSES

_MOST: Final = 0.4
# Beside so many other clauses the context counts for half of that.
_HALF: Final = 2.0
_LEAST_LENGTH: Final = 1e-6


class Context:
    """The voices of n clauses.

    Args:
        voices: The feedback of each.
        n_fitted: From how many clauses the space was learnt: with fewer than 2,000 it knows too
            little of what goes together, and context counts for less.

    Attributes:
        shares: `(n, 1) float32` the share of its context in the similarity of each clause: none
            where it is its voice's only one, 0.4 at most.
    """

    def __init__(self, voices: Sequence[str], n_fitted: int) -> None:
        self._voices = numbered(voices)
        others = np.bincount(self._voices)[self._voices] - 1 if len(voices) else self._voices
        most = _MOST * min(1.0, n_fitted / FEW_CLAUSES) ** 2
        self.shares: Floats = (most * others / (others + _HALF)).astype(np.float32)[:, None]

    @property
    def mean(self) -> float:
        """The mean share, in [0, 1]."""
        return float(self.shares.mean()) if len(self.shares) else 0.0

    def sums(self, rows: Any) -> Any:
        """Returns `(n_voices, …)` the sums of each voice's clauses, in order of appearance.

        Args:
            rows: `(n, …)` a row of each clause, sparse or not.
        """
        return self._belongs @ rows

    def of(self, places: Floats) -> Floats:
        """Returns `(n, dimensions)` the middle of the voice's other clauses, at length 1 or 0.

        Args:
            places: `(n, dimensions)` where each clause lies.
        """
        others = self.sums(places)[self._voices] - places
        lengths = np.linalg.norm(others, axis=1, keepdims=True)
        far = lengths > _LEAST_LENGTH
        return np.where(far, others / np.maximum(lengths, _LEAST_LENGTH), 0).astype(np.float32)

    @cached_property
    def _belongs(self) -> Any:
        """`(n_voices, n)` which clauses each voice has."""
        from scipy import sparse

        n = len(self._voices)
        shape = (int(self._voices.max(initial=-1)) + 1, n)
        ones = np.ones(n, dtype=np.float32)
        return sparse.csr_matrix((ones, (self._voices, np.arange(n))), shape=shape)


def numbered(voices: Sequence[str]) -> npt.NDArray[np.intp]:
    """Returns `(n,)` the number of each one's voice, in order of appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in voices], dtype=np.intp)
