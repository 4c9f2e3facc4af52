"""What of a feedback is the customer's own voice, and what of it may be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from voc.records import Feedback, Turn
from voc.text.normalise import sanitise
from voc.text.privacy import mask, pseudonym

CUSTOMER = "customer"


def protect(feedback: Feedback, *, key: bytes, masked: bool = True) -> Feedback:
    """Returns the feedback as it may be stored: personal data masked, persons pseudonymous.

    Args:
        feedback: As its source gave it.
        key: Secret of the HMAC that stands for customers and authors.
        masked: Whether personal data in texts becomes `*`; lengths and offsets stay.
    """
    hide = _hidden if masked else _clean
    text = hide(feedback.text)
    return replace(
        feedback,
        text=text,
        title=hide(feedback.title) if feedback.title else feedback.title,
        turns=_protected_turns(feedback, text, hide),
        author=pseudonym(feedback.author, key=key) if feedback.author else None,
        customer_id=pseudonym(feedback.customer_id, key=key) if feedback.customer_id else None,
        extra=_protected_values(feedback.extra) if masked else feedback.extra,
    )


def _hidden(text: str) -> str:
    return mask(sanitise(text)[0]).text


def _clean(text: str) -> str:
    return sanitise(text)[0]


def _protected_turns(feedback: Feedback, text: str, hide: Any) -> tuple[Turn, ...]:
    """Cuts the turns out of the masked text, where it is their join, so that both agree."""
    if not is_joined(feedback):
        return tuple(replace(turn, text=hide(turn.text)) for turn in feedback.turns)
    turns, start = [], 0
    for turn in feedback.turns:
        turns.append(replace(turn, text=text[start : start + len(turn.text)]))
        start += len(turn.text) + 1
    return tuple(turns)


def _protected_values(value: Any) -> Any:
    if isinstance(value, str):
        return _hidden(value)
    if isinstance(value, Mapping):
        return {name: _protected_values(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_protected_values(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        hidden = _hidden(str(value))
        return hidden if "*" in hidden else value
    return value


def is_joined(feedback: Feedback) -> bool:
    """Whether the text is the join of the turns."""
    return bool(feedback.turns) and feedback.text == "\n".join(turn.text for turn in feedback.turns)


def customer_view(feedback: Feedback) -> str:
    """Returns the text with all that the customer did not say blanked, as long as before.

    An agent's words in a dialogue and a company's own posts are context, not the customer's voice.
    """
    if feedback.extra.get("is_staff"):
        return " " * len(feedback.text)
    if not is_joined(feedback) or not any(turn.speaker == CUSTOMER for turn in feedback.turns):
        return feedback.text
    return "\n".join(
        turn.text if turn.speaker == CUSTOMER else " " * len(turn.text) for turn in feedback.turns
    )
