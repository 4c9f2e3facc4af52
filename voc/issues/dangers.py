"""The words of danger that an emergency is called by: the gravest that its voices use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

from voc.config import Industry
from voc.records import Mention
from voc.tagging.urgency import words_of_danger
from voc.text.normalise import normalise

SHARED_DANGER: Final = 1 / 3
"""Share of an issue's voices that must use a word of danger by which it is called."""
# What leads to the word that tells of a danger: 吃出一根头发, 还有油炸蟑螂.
_LEADING: Final = re.compile(
    "^(?:[就还又都也有]|竟然|居然|[吃喝](?:出来?|到|的我)了?|[看找]到了?|发现了?|[浮漂爬]着"
    "|一?[根条只个块片股]|长?的)+(?=.{2})"
)
_HARM: Final = re.compile("医院|住院|急诊|抢救|中毒|[吐泻拉]|肠|胃|过敏|晕|烫|伤|血")
_HAZARD: Final = re.compile("虫|蟑螂|苍蝇|蚊|蛆|老鼠|玻璃|钉|刀|针|丝")


def dangers_of(
    voices: Sequence[Mention], industry: Industry | None, *, share: float = 0.0
) -> list[str]:
    """Returns the words of danger that most voices use: one, or two that are not alike.

    Without a share the gravest come first: who is in hospital names an emergency before what
    tastes sour.

    Args:
        voices: The voices.
        industry: The taxonomy whose words of urgency count too.
        share: What share of them, and two where there are several, must use a word.
    """
    uses = Counter(
        word
        for voice in voices
        for word in {
            _LEADING.sub("", word)
            for span in voice.evidence
            for word in words_of_danger(normalise(span.text).text, industry)
        }
    )
    least = max(min(len(voices), 2), share * len(voices)) if share else 1
    ranked = sorted(uses, key=lambda word: (-uses[word], len(word), word))
    ranked = [word for word in ranked if uses[word] >= least]
    if not share:
        ranked.sort(key=_harmless)
    unlike = (word for word in ranked[1:] if not set(word) & set(ranked[0]))
    return [*ranked[:1], *islice(unlike, 1)]


def _harmless(word: str) -> int:
    """Tells words of danger by what they say: of harm done 0, of what may do harm 1, else 2."""
    return 0 if _HARM.search(word) else 1 if _HAZARD.search(word) else 2
