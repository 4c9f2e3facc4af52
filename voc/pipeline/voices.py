"""What of a feedback is the customer's own voice, and what of it may be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote_plus

from voc.records import Feedback, Turn
from voc.sources.base import Reject
from voc.sources.values import says_yes
from voc.text.bursts import names_account
from voc.text.fillers import blank_fillers, blank_order_cards
from voc.text.normalise import sanitise
from voc.text.personal.columns import is_personal_column
from voc.text.privacy import MASK, customer_pseudonym, mask, pseudonym
from voc.text.replies import customer_parts
from voc.text.speakers import AGENT, CUSTOMER, NARRATOR

# Speakers that are no person's name: roles, and the numbers that recognisers of speech give.
_ROLE: Final = re.compile(
    rf"customer|agent|{NARRATOR}"
    r"|(?:speaker|spk|channel|role|说话人|发言人|角色|声道)?[ _-]?[0-9A-Za-z]{0,2}",
    re.I,
)
_PARAMETER: Final = re.compile(r"(?<=[?&;#])(?P<name>[^=&;#?]*)=(?P<value>[^&;#]+)")


def protect(feedback: Feedback, *, key: bytes, masked: bool = True) -> Feedback:
    """Returns the feedback as it may be stored: personal data masked, persons pseudonymous.

    Masked are texts, the names of product, store and region, the parameters of the address, and
    `extra`, a value as a whole where the name of its column says what it is (姓名, phone). An id
    that holds personal data gives way to a pseudonym, as do speakers who are no mere roles.

    Args:
        feedback: As its source gave it.
        key: Secret of the HMAC that stands for customers and authors.
        masked: Whether personal data becomes `*`; lengths and offsets stay.
    """
    hide = _hidden if masked else _clean
    text = hide(feedback.text)
    return replace(
        feedback,
        native_id=protected_id(feedback.native_id, key),
        text=text,
        title=hide(feedback.title) if feedback.title else feedback.title,
        turns=_protected_turns(feedback, text, hide, key),
        author=_protected_author(feedback.author, key),
        customer_id=_protected_customer(feedback.customer_id, key),
        extra=_protected_values(feedback.extra) if masked else feedback.extra,
        **(_protected_context(feedback) if masked else {}),
    )


def _hidden(text: str) -> str:
    return mask(sanitise(text)[0]).text


def _clean(text: str) -> str:
    return sanitise(text)[0]


def protected_id(native_id: str, key: bytes) -> str:
    """Returns an id as it is stored: a pseudonym in place of one that holds personal data."""
    return pseudonym(native_id, key=key) if mask(native_id).spans else native_id


def protected_reject(reject: Reject, key: bytes) -> Reject:
    """Returns a reject as it may be kept and shown: personal data in any part of it masked.

    A place that held some, as a telephone number for a key, ends in a pseudonym, so that two
    places stay two.
    """
    place = mask(reject.place)
    told = f"#{pseudonym(reject.place, key=key)[2:10]}" if place.spans else ""
    return replace(
        reject,
        place=f"{place.text}{told}",
        reason=mask(reject.reason).text,
        sample=mask(reject.sample).text,
    )


def _protected_context(feedback: Feedback) -> dict[str, Any]:
    names = {name: getattr(feedback, name) for name in ("product", "store", "region")}
    hidden = {name: hidden_name(value) if value else value for name, value in names.items()}
    return {**hidden, "url": _protected_url(feedback.url) if feedback.url else feedback.url}


def hidden_name(name: str) -> str:
    """Returns a thing's name with personal data masked.

    Surnames stay: 王师傅烧饼 and 李师傅烧饼 are two stores.
    """
    clean = sanitise(name)[0]
    shown = list(clean)
    for span in mask(clean).spans:
        if span.kind != "name" or span.end - span.start > 1:
            shown[span.start : span.end] = MASK * (span.end - span.start)
    return "".join(shown)


def _protected_url(url: str) -> str:
    """Masks parameters that are personal by name or value; the path, which finds the post, stays.

    An address without a host, as of mail or telephone, is masked like any text.
    """
    clean = sanitise(url)[0]
    return _PARAMETER.sub(_protected_parameter, clean) if "//" in clean else _hidden(clean)


def _protected_parameter(match: re.Match[str]) -> str:
    name, value = unquote_plus(match["name"]), unquote_plus(match["value"])
    if is_personal_column(name) or mask(value).spans:
        return f"{match['name']}={MASK * len(match['value'])}"
    return match[0]


def _protected_turns(
    feedback: Feedback, text: str, hide: Callable[[str], str], key: bytes
) -> tuple[Turn, ...]:
    """Cuts the turns out of the masked text, where it is their join, so that both agree."""
    turns = [
        replace(turn, speaker=_protected_speaker(turn.speaker, key)) for turn in feedback.turns
    ]
    if not is_joined(feedback):
        return tuple(replace(turn, text=hide(turn.text)) for turn in turns)
    start = 0
    for number, turn in enumerate(turns):
        turns[number] = replace(turn, text=text[start : start + len(turn.text)])
        start += len(turn.text) + 1
    return tuple(turns)


def _protected_customer(customer_id: str | None, key: bytes) -> str | None:
    return customer_pseudonym(customer_id, key=key) if customer_id else None


def _protected_author(author: str | None, key: bytes) -> str | None:
    """Returns who wrote it; nobody where the name is many people's, as 匿名用户."""
    return customer_pseudonym(author, key=key) if author and names_account(author) else None


def _protected_speaker(speaker: str, key: bytes) -> str:
    return speaker if _ROLE.fullmatch(speaker) else pseudonym(speaker, key=key)


def _protected_values(value: Any, path: str = "") -> Any:
    """Masks a value of `extra`; `path` is the names it stands under, joined by points."""
    if isinstance(value, Mapping):
        return _protected_mapping(value, path)
    if isinstance(value, (list, tuple)):
        return [_protected_values(item, path) for item in value]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    if path and is_personal_column(path):
        return MASK * len(str(value))
    hidden = _hidden(str(value))
    return hidden if isinstance(value, str) or MASK in hidden else value


def _protected_mapping(values: Mapping[Any, Any], path: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, item in values.items():
        shown = _hidden(str(name))
        while shown in kept:
            shown += MASK
        kept[shown] = _protected_values(item, f"{path}.{name}" if path else str(name))
    return kept


def is_joined(feedback: Feedback) -> bool:
    """Whether the text is the join of the turns."""
    return bool(feedback.turns) and feedback.text == "\n".join(turn.text for turn in feedback.turns)


def is_of_staff(feedback: Feedback) -> bool:
    """Whether none of it is a customer's: the company's own post, or turns that are all agents'."""
    speakers = {turn.speaker for turn in feedback.turns if turn.text.strip()} - {NARRATOR}
    return says_yes(feedback.extra.get("is_staff")) or speakers == {AGENT}


def customer_words(turns: Sequence[Turn]) -> str:
    """Returns what the customer of a conversation said, to be read: turns of others are left out.

    … stands where somebody else spoke in between. Order cards are left out, as nobody said them.
    """
    parts: list[str] = []
    answered = False
    for turn in turns:
        said = blank_order_cards(turn.text).strip() if turn.speaker == CUSTOMER else ""
        answered = answered or turn.speaker != CUSTOMER
        if said:
            parts += [" … " if answered else " "] if parts else []
            parts.append(said)
            answered = False
    return "".join(parts)


def customer_stretches(feedback: Feedback) -> list[tuple[int, int]]:
    """Returns the stretches of a text in which nobody but the customer speaks, as `customer_view`.

    Turns of a customer that follow one another are one stretch; a company's reply in the text of a
    review is none (see `voc.text.replies`).
    """
    if not is_joined(feedback) or not any(turn.speaker == CUSTOMER for turn in feedback.turns):
        return customer_parts(feedback.text)
    found: list[tuple[int, int]] = []
    start, follows = 0, False
    for turn in feedback.turns:
        end = start + len(turn.text)
        if turn.speaker == CUSTOMER:
            found.append((found.pop()[0] if follows else start, end))
        follows = turn.speaker == CUSTOMER
        start = end + 1
    return found


def customer_view(feedback: Feedback) -> str:
    """Returns the text with all that the customer did not say blanked, as long as before.

    An agent's words in a dialogue and a company's own posts are context, not the customer's voice;
    nor are the hums and stammers that a recogniser of speech writes down.
    """
    if is_of_staff(feedback):
        return " " * len(feedback.text)
    said = blank_fillers if feedback.channel == "hotline" else str
    if not is_joined(feedback) or not any(turn.speaker == CUSTOMER for turn in feedback.turns):
        return said(_written(feedback.text))
    return "\n".join(
        said(blank_order_cards(turn.text)) if turn.speaker == CUSTOMER else " " * len(turn.text)
        for turn in feedback.turns
    )


def _written(text: str) -> str:
    """Blanks a company's replies in what a customer wrote."""
    view = [" "] * len(text)
    for start, end in customer_parts(text):
        view[start:end] = text[start:end]
    return "".join(view)
