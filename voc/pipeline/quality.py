"""What the gate let in, set aside or refused, why, how many, and which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from voc.insights import Contradiction
from voc.pipeline.moments import cutoff_of
from voc.records import ADVERTISEMENT, NEAR_DUPLICATE, PAID_BURST, STAFF
from voc.store import Store, StoredFeedback, TaggedRow
from voc.text.privacy import mask

Reason = Literal[
    "rejected",
    "staff",
    "empty",
    "language",
    "duplicate",
    "paid_burst",
    "advertisement",
    "survey",
    "contradiction",
    "future",
    "held_back",
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
WHAT: Final[dict[Reason, tuple[str, str]]] = {
    "rejected": ("读不出的行", "未入库"),
    "staff": ("客服或商家所说", "入库，不是客户的声音，不计数"),
    "empty": ("没有内容", "计入反馈量和评分，不判断情感"),
    "language": ("模型不熟悉的语言", "入库并标注，结果仅供参考"),
    "duplicate": ("与另一条声音重复", "入库，只计最早的一条"),
    "paid_burst": ("疑似刷评", "不计入问题和报告"),
    "advertisement": ("广告", "不计入问题"),
    "survey": ("答卷可疑（全部相同、太快）", "入库，分数照计"),
    "contradiction": ("分数与文字矛盾", "入库，两样都照计"),
    "future": ("日期在未来", "入库，到时才计数；十分紧急的立即计"),
    "held_back": ("超过门店当日告知上限", "入库并计数，没有告知门店"),
}
"""What each reason is, and what becomes of it."""

_SHOWN_CHARS: Final = 120
_HASTY: Final = ("straight_line", "speeder")


@dataclass(frozen=True, slots=True)
class Noticed:
    """A row or voice that the gate noticed: which, from where, and how it begins (masked)."""

    reason: Reason
    source: str
    name: str
    text: str

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


def noticed(store: Store, *, model: str, now: datetime) -> Iterator[Noticed]:
    """Yields what the gate noticed, rejected rows first; a voice once for each of its reasons.

    Args:
        store: What is looked at.
        model: Whose tags say which voices there are.
        now: The present moment.
    """
    cutoff = cutoff_of(store, now)
    for reject in store.rejects():
        place, reason = mask(reject.place).text, mask(reject.reason).text
        yield Noticed("rejected", reject.source, place, reason)
    for row in store.tagged(model=model):
        stored = store.feedback(row.feedback_id)
        if stored is None:
            continue
        for reason in _reasons(row, stored.feedback.extra.get("survey_flags", ())):
            yield _voice(reason, stored, row.text)
        if row.occurred_at >= cutoff:
            yield _voice("future", stored, row.text)
    for name in store.held_back():
        stored = store.feedback(name)
        if stored is not None:
            yield _voice("held_back", stored, stored.feedback.text)


def _voice(reason: Reason, stored: StoredFeedback, text: str) -> Noticed:
    shown = mask(text).text[:_SHOWN_CHARS]
    return Noticed(reason, stored.feedback.source, stored.feedback_id, shown)


def _reasons(row: TaggedRow, survey_flags: object) -> Iterator[Reason]:
    if STAFF in row.flags:
        yield "staff"
        return
    if "uninformative" in row.flags or not row.text.strip():
        yield "empty"
    elif "foreign" in row.flags:
        yield "language"
    if NEAR_DUPLICATE in row.flags:
        yield "duplicate"
    if PAID_BURST in row.flags:
        yield "paid_burst"
    if ADVERTISEMENT in row.flags:
        yield "advertisement"
    if isinstance(survey_flags, list) and any(flag in survey_flags for flag in _HASTY):
        yield "survey"
    if any(flag in row.flags for flag in get_args(Contradiction)):
        yield "contradiction"


def counts_by_source(found: list[Noticed]) -> dict[Reason, dict[str, int]]:
    """Returns how many there are of each reason and source; every reason stands there."""
    counts: dict[Reason, dict[str, int]] = {reason: {} for reason in REASONS}
    for item in found:
        of_source: dict[str, int] = defaultdict(int, counts[item.reason])
        of_source[item.source] += 1
        counts[item.reason] = dict(of_source)
    return counts
