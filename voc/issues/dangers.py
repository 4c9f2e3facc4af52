"""The words of danger that an emergency is called by: the gravest that its voices use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from voc.config import Industry
from voc.records import Mention
from voc.tagging.urgency import words_of_danger
from voc.text.normalise import normalise

SHARED_DANGER: Final = 1 / 3
"""Share of an issue's voices that must use a word of danger by which it is called."""
_TOLD: Final = 2
"""Words that are told; 等 says that there are more."""
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

    Where there is a third, the second ends in 等.

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
    told: list[str] = []
    for word in ranked:
        if not any(_is_like(word, other) for other in told):
            told.append(word)
    more = "等" if len(told) > _TOLD else ""
    return [*told[: _TOLD - 1], *(f"{word}{more}" for word in told[_TOLD - 1 : _TOLD])]


def _is_like(one: str, other: str) -> bool:
    """Says whether two words tell of one danger: 拉肚子 and 肚子疼, but not 头发 and 烟头."""
    return bool(set(one) & set(other) - {"头"})


def _harmless(word: str) -> int:
    """Tells words of danger by what they say: of harm done 0, of what may do harm 1, else 2."""
    return 0 if _HARM.search(word) else 1 if _HAZARD.search(word) else 2
