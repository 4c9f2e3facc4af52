"""What became of a call: silence, how the customer's mood went, what for, resolved or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from voc.insights.call_outcomes import Outcome, outcome_of
from voc.records import Polarity, Turn
from voc.text.fillers import blank_fillers, blank_order_cards
from voc.text.marks import blank_marks

_CUSTOMER, _AGENT = "customer", "agent"
_PAUSE_S: Final = 3.0
_LONG_PAUSE_S: Final = 10.0
_SLOW_CHARS_A_SECOND: Final = 3.0
"""Chinese is spoken at four to six characters a second, to customers, too."""
_REASON_CHARS: Final = 60
_RANK: Final[dict[Polarity, int]] = {"negative": 0, "neutral": 1, "positive": 2}
_HOLD: Final = re.compile(
    r"(?:请|您)(?:您)?稍[等候]|稍等(?:一下|片刻)|不要挂[机断]|请(?:您)?不要挂|帮您(?:查|核实)一下"
)
_GREETING: Final = re.compile(
    r"×*(?:(?:喂|[你您]好|早上好|下午好|晚上好|nihao|嗯+|啊|哎|哦|亲爱的|亲|老板|客服|有人在?[吗么没不嘛]?"
    r"|在[吗么不嘛]?|人呢|是?人工(?:客服|服务)?吗?|我?要?转人工(?:客服|服务)?|请问(?:一下)?|我?想?(?:问|咨询)一?下"
    r"|对的?|是的?|好的?)"
    r"[\s,，。.!！?？~～;；×]*)*"
)
_FIGURE: Final = re.compile(r"[\[【［](?:数字|金额|日期|时间)[xX×][\]】］]")
_HIDDEN: Final = "×"
"""Stands for a figure that was taken out of a chat log: 我×号充值."""
_EDGES: Final = " ,，.。;；:：、?？"


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One conversation in short.

    Attributes:
        turns: Turns in all.
        customer_turns: Those of the customer.
        seconds: From the first word to the last; `None` where nobody told seconds.
        silence_s: Seconds in pauses of at least three seconds in which nobody speaks. Behind a
            turn that was spoken and does not tell its end, at least so many: those beyond what
            saying its words takes at three characters a second, where they are ten or more.
            `None` where no turn tells its end and no such pause is found.
        hold_s: Those of them behind an agent who asks to wait; part of `silence_s`.
        longest_silence_s: The longest of the pauses.
        start: Polarity of the customer's first turn that was judged.
        worst: The lowest polarity of any.
        end: That of the last one.
        reason: The customer's first words that are no greeting and no nod, at most 60 code points.
        reason_turn: Which turn they stand in, from 0.
        last: The customer's last words that are neither, at most 60 code points; `None` where
            they stand in the same turn as `reason`.
        outcome: What the last words of both sides say of it; a guess by cues.
    """

    turns: int
    customer_turns: int
    seconds: float | None
    silence_s: float | None
    hold_s: float | None
    longest_silence_s: float | None
    start: Polarity | None
    worst: Polarity | None
    end: Polarity | None
    reason: str | None
    reason_turn: int | None
    last: str | None
    outcome: Outcome


def summarise_call(
    turns: Sequence[Turn], polarities: Sequence[Polarity | None], *, is_spoken: bool = True
) -> CallSummary:
    """Sums up a conversation.

    Args:
        turns: All turns, in order; speakers `customer` and `agent`.
        polarities: One for each turn; only those of the customer's turns are looked at, and
            `None` is a turn that was not judged.
        is_spoken: Whether it was spoken; the turns of a chat begin when they were sent.
    """
    own = [place for place, turn in enumerate(turns) if turn.speaker == _CUSTOMER]
    moods: list[Polarity] = [mood for place in own if (mood := polarities[place]) is not None]
    pauses = _pauses(turns, is_spoken=is_spoken)
    telling = [place for place in own if not _GREETING.fullmatch(_told(turns[place]))]
    reason = telling[0] if telling else None
    return CallSummary(
        turns=len(turns),
        customer_turns=len(own),
        seconds=_length(turns),
        silence_s=_total(length for length, _ in pauses) if pauses is not None else None,
        hold_s=_total(length for length, held in pauses if held) if pauses is not None else None,
        longest_silence_s=max((length for length, _ in pauses), default=0.0)
        if pauses is not None
        else None,
        start=moods[0] if moods else None,
        worst=min(moods, key=_rank) if moods else None,
        end=moods[-1] if moods else None,
        reason=_short(_told(turns[reason])) if reason is not None else None,
        reason_turn=reason,
        last=_short(_told(turns[telling[-1]])) if len(telling) > 1 else None,
        outcome=outcome_of(
            [turns[place].text for place in own],
            [turn.text for turn in turns if turn.speaker == _AGENT],
        ),
    )


def _told(turn: Turn) -> str:
    """A turn's words without handles, links, order cards and fillers, on one line."""
    said = _FIGURE.sub(_HIDDEN, blank_order_cards(turn.text))
    return " ".join(blank_fillers(blank_marks(said)).split()).lstrip(_EDGES)


def _short(text: str) -> str:
    return text if len(text) <= _REASON_CHARS else f"{text[: _REASON_CHARS - 1]}…"


def _pauses(turns: Sequence[Turn], *, is_spoken: bool) -> list[tuple[float, bool]] | None:
    """(seconds, whether the customer was asked to wait) of each pause; `None` where unknown."""
    is_known = False
    pauses: list[tuple[float, bool]] = []
    until: float | None = None
    is_guess = False
    for place, turn in enumerate(turns):
        if turn.start_s is not None and until is not None:
            is_known = is_known or not is_guess
            gap = round(turn.start_s - until, 3)
            if gap >= (_LONG_PAUSE_S if is_guess else _PAUSE_S):
                before = turns[place - 1]
                pauses.append((gap, before.speaker == _AGENT and bool(_HOLD.search(before.text))))
        end = turn.end_s if turn.end_s is not None else _latest_end(turn) if is_spoken else None
        if end is None:
            until = None
        elif until is None or end >= until:
            until, is_guess = end, turn.end_s is None
    return pauses if is_known or pauses else None


def _latest_end(turn: Turn) -> float | None:
    """Returns when a turn that tells its start alone was over, its words said slowly."""
    if turn.start_s is None:
        return None
    return turn.start_s + len("".join(turn.text.split())) / _SLOW_CHARS_A_SECOND


def _length(turns: Sequence[Turn]) -> float | None:
    starts = [turn.start_s for turn in turns if turn.start_s is not None]
    ends = [turn.end_s for turn in turns if turn.end_s is not None] + starts
    return round(max(ends) - min(starts), 3) if starts and len(ends) > 1 else None


def _total(lengths: Iterable[float]) -> float:
    return round(sum(lengths), 3)


def _rank(mood: Polarity | None) -> int:
    return _RANK[mood] if mood is not None else len(_RANK)
