"""What the report says of calls and chats."""

from __future__ import annotations

from dataclasses import dataclass

from voc.insights import Mean, Outcome, Proportion, SatisfactionFigures


@dataclass(frozen=True, slots=True)
class CallLine:
    """One conversation whose customer seems little satisfied.

    `satisfaction` is predicted, from -2 to 2; `low` to `high` holds 95 % of what people would
    judge. `moment` is `None` where nobody told when it was.
    """

    feedback_id: str
    native_id: str
    moment: str | None
    channel: str
    product: str | None
    reason: str | None
    last: str | None
    outcome: Outcome
    satisfaction: float
    low: float
    high: float
    url: str | None


@dataclass(frozen=True, slots=True)
class CallReason:
    """What conversations were about: one aspect that they speak of.

    `unresolved` is the share of them; `satisfaction` the mean predicted of them, `None` where they
    are too few to tell one.
    """

    aspect_id: str
    aspect: str
    share: Proportion
    unresolved: Proportion
    satisfaction: Mean | None


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Conversations with customers.

    Attributes:
        total: How many.
        satisfaction: What is predicted of them; `None` where nothing is.
        is_enough: Whether they are enough to tell a mean.
        model: What predicted it.
        resolved: By the last words of both sides; the same for `unresolved` and `unknown`.
        pending: Those in which the company promised to do more, and nobody says that it was done.
        soothed: Of those that began negative, those that did not end so.
        soured: Of those that did not begin negative, those that ended so.
        lowest: The least satisfied ones, the lowest first.
        reasons: What they were about, what most speak of first; one may speak of several.
    """

    total: int
    satisfaction: SatisfactionFigures | None
    is_enough: bool
    model: str
    resolved: Proportion
    pending: Proportion
    unresolved: Proportion
    unknown: Proportion
    soothed: Proportion
    soured: Proportion
    lowest: tuple[CallLine, ...]
    reasons: tuple[CallReason, ...] = ()
