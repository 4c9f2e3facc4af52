"""Finds texts that repeat others: exactly but for punctuation, or nearly.

Near copies are found by MinHash with banding (Broder 1997; Leskovec et al., Mining of Massive
Datasets, chapter 3) over character pairs, and each candidate is compared letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from voc.text.normalise import normalise

_SIGNED_BITS: Final = (1 << 63) - 1
_MARKS: Final = re.compile(
    "[\\s!-/:-@\\[-`{-~\u00a1-\u00bf\u2010-\u205e\u3001-\u303f\ufe10-\ufe6f\uff01-\uff0f\ufffd]+"
)

# Shorter texts are alike by nature: 质量很好 and 质量不好 differ by one character.
_MIN_CHARS: Final = 8
# What follows is not compared; two texts that begin so much alike are copies.
_READ_CHARS: Final = 2_000
_PERMUTATIONS: Final = 128
_BANDS: Final = 32
# Texts cut from one template resemble each other without being copies; past so many of them
# another is no longer entered, so that time stays in proportion to the number of texts.
_MOST_CANDIDATES: Final = 300
_SEED: Final = 20_011
_BATCH: Final = 4_096


def letters_of(text: str) -> tuple[int, int]:
    """Counts what tells something in a text, and numbers it; punctuation and white space do not.

    Returns:
        How many characters tell something; and a number that texts share which differ in
        punctuation, width, case or script only: xxHash64 in 63 bits, so that it fits a signed
        column of any store.
    """
    from xxhash import xxh64_intdigest

    plain = normalise(text).text
    letters = _MARKS.sub("", plain)
    key = xxh64_intdigest((letters or plain).encode("utf-8", "surrogatepass")) & _SIGNED_BITS
    return len(letters), key


def near_duplicate_groups(texts: Sequence[str], *, threshold: float = 0.8) -> list[int]:
    """Numbers texts so that near copies share a number.

    Each text joins the earliest group whose first text it resembles, else it founds one. The
    same texts in the same order always give the same numbers.

    Args:
        texts: The texts; those with fewer than 8 letters only group with exact copies.
        threshold: How alike two texts must be, from 0 to 1: twice the length of their longest
            common subsequence by the sum of their lengths, punctuation left out. Pairs far below
            0.8 may be missed.

    Returns:
        A group number for each text, counted from 0 in order of appearance.
    """
    letters = [_informative(text) for text in texts]
    first_of: dict[str, int] = {}
    for index, text in enumerate(letters):
        first_of.setdefault(text, index)
    distinct = list(first_of.values())
    leader_of = _leaders([letters[index][:_READ_CHARS] for index in distinct], threshold)
    leaders = dict(zip(distinct, leader_of, strict=True))
    numbers: dict[int, int] = {}
    return [numbers.setdefault(leaders[first_of[text]], len(numbers)) for text in letters]


def _informative(text: str) -> str:
    """Returns the normal form without punctuation and white space, where something is left."""
    plain = normalise(text).text
    return _MARKS.sub("", plain) or plain


def _leaders(texts: list[str], threshold: float) -> list[int]:
    """Returns for each text the position of the group's first text: its own if it founds one."""
    from rapidfuzz.distance import Indel
    from rensa import RMinHashLSH

    index = RMinHashLSH(threshold, _PERMUTATIONS, _BANDS)
    leaders = list(range(len(texts)))
    for position, sketch in _sketches(texts):
        text = texts[position]
        candidates = sorted(index.query(sketch))
        for candidate in candidates[:_MOST_CANDIDATES]:
            other = texts[candidate]
            if Indel.normalized_similarity(text, other, score_cutoff=threshold):
                leaders[position] = candidate
                break
        else:
            if len(candidates) < _MOST_CANDIDATES:
                index.insert(position, sketch)
    return leaders


def _sketches(texts: list[str]) -> Iterator[tuple[int, Any]]:
    """Yields the MinHash of each text that is long enough, in batches to spare memory."""
    from rensa import RMinHash

    long_enough = [position for position, text in enumerate(texts) if len(text) >= _MIN_CHARS]
    for start in range(0, len(long_enough), _BATCH):
        batch = long_enough[start : start + _BATCH]
        pairs = [_character_pairs(texts[position]) for position in batch]
        sketches = RMinHash.from_token_sets(pairs, _PERMUTATIONS, _SEED)
        yield from zip(batch, sketches, strict=True)


def _character_pairs(text: str) -> list[bytes]:
    encoded = text.encode("utf-32-le", "surrogatepass")
    return list({encoded[at : at + 8] for at in range(0, len(encoded) - 4, 4)})
