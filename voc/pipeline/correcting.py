"""What people corrected, as labelled rows that training and `voc eval` read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from voc.config import Settings
from voc.errors import UsageError, nearest
from voc.pipeline.taxonomies import industry_of
from voc.records import INTENTS, POLARITIES, URGENCIES
from voc.store import Correction, Store

NOT_SAID: Final = "none"
"""Label of an aspect that the text does not speak of."""
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "sentiment": POLARITIES,
    "aspect": (*POLARITIES, NOT_SAID),
    "intent": INTENTS,
    "urgency": URGENCIES,
}


def check_label(item: Correction) -> None:
    """Checks that a correction says something that its field can be.

    Raises:
        UsageError: It does not; the message lists what is allowed.
    """
    allowed = LABELS[item.field]
    if item.label not in allowed:
        raise UsageError(
            f"The {item.field} cannot be {item.label!r}; it can be {', '.join(allowed)}."
            f"{nearest(item.label, allowed)}"
        )
    if (item.field == "aspect") != (item.aspect_id is not None):
        raise UsageError("aspect_id names the aspect where the field is aspect, and only there.")


def corrected_rows(store: Store) -> Iterator[dict[str, Any]]:
    """Yields labelled rows (CONTRACT section 6), one for each corrected voice that is there.

    The last word on each field wins. Where an aspect was corrected, the row's aspects are those
    that the engine found with the corrections in them. A correction of a version that was edited
    since is left out, for it was said of another text.
    """
    by_voice: dict[str, list[Correction]] = {}
    for item in store.corrections():
        by_voice.setdefault(item.feedback_id, []).append(item)
    for feedback_id, items in by_voice.items():
        voice = store.feedback(feedback_id)
        if voice is None:
            continue
        of_this = [item for item in items if item.version == voice.version]
        if of_this:
            tags = store.tags(feedback_id)
            found = (
                {mention.aspect_id: mention.sentiment for mention in tags.aspects} if tags else {}
            )
            yield {
                "id": feedback_id,
                "text": tags.text if tags else voice.feedback.text,
                "industry": voice.industry,
                **_labels(of_this, found),
            }


def _labels(items: list[Correction], found: Mapping[str, str]) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    aspects = dict(found)
    is_about_aspects = False
    for item in items:
        if item.field != "aspect":
            labels[item.field] = item.label
            continue
        is_about_aspects = True
        assert item.aspect_id is not None
        aspects.pop(item.aspect_id, None)
        if item.label != NOT_SAID:
            aspects[item.aspect_id] = item.label
    if is_about_aspects:
        labels["aspects"] = [
            {"aspect_id": name, "sentiment": sentiment} for name, sentiment in aspects.items()
        ]
    return labels


def checked(store: Store, item: Correction, *, settings: Settings) -> Correction:
    """Returns a correction as it may be kept: of the version of the voice that is there now.

    Raises:
        UsageError: There is no such voice or aspect, or the label is none.
    """
    check_label(item)
    voice = store.feedback(item.feedback_id)
    if voice is None:
        raise UsageError(f"There is no feedback {item.feedback_id!r}.")
    if item.aspect_id and voice.industry:
        industry = industry_of(store, settings, voice.industry)
        known = [aspect.id for aspect in industry.all_aspects()]
        if item.aspect_id not in known:
            raise UsageError(
                f"{industry.id} has no aspect {item.aspect_id!r}; it has {', '.join(known)}."
            )
    return replace(item, version=voice.version)
