"""Where a score and the words beside it say opposite things: ten points, and an angry text."""

from __future__ import annotations

from typing import Final, Literal

from voc.records import Polarity

Contradiction = Literal["high_score_negative_text", "low_score_positive_text"]

_HIGH_NPS, _LOW_NPS = 9, 6
_HIGH_CSAT, _LOW_CSAT = 4, 2
_HIGH_SHARE: Final = 0.8
_LOW_SHARE: Final = 0.4


def contradiction(
    sentiment: str | Polarity | None,
    *,
    nps: int | None = None,
    csat: int | None = None,
    rating_share: float | None = None,
) -> Contradiction | None:
    """Tells whether the words contradict the scores that stand beside them.

    High are promoters (NPS 9 and 10), CSAT of 4 and 5 and ratings of at least 80 % of the scale;
    low are detractors (0 to 6), 1 and 2, and at most 40 %. Where scores differ among themselves,
    or are neither, there is none. Effort is no judgement, so CES does not count.

    Args:
        sentiment: Polarity of the words; `None` and `neutral` contradict nothing.
        nps: 0 to 10.
        csat: 1 to 5.
        rating_share: The rating as a share of the best one, 0 to 1.
    """
    sides = {
        side
        for side in (
            _side(nps, _LOW_NPS, _HIGH_NPS),
            _side(csat, _LOW_CSAT, _HIGH_CSAT),
            _side(rating_share, _LOW_SHARE, _HIGH_SHARE),
        )
        if side is not None
    }
    if sides == {"high"} and sentiment == "negative":
        return "high_score_negative_text"
    if sides == {"low"} and sentiment == "positive":
        return "low_score_positive_text"
    return None


def _side(score: float | None, low: float, high: float) -> Literal["low", "middle", "high"] | None:
    if score is None:
        return None
    return "high" if score >= high else "low" if score <= low else "middle"
