"""How soon somebody must act on a voice, and why.

Words of danger, law, authorities, press, repeated contact and deadlines are looked for, those of
the industry beside a general list; the strongest one decides. What does not count, or less:

- what has not happened (没有受伤, 避免起火, 漏电倒是没有), or not yet (还有十天过期), or elsewhere
  (别家的才自燃), and what is told of a book, a film or the news;
- what is only feared, supposed or asked (万一自燃怎么办, 会不会漏电?) counts one level lower, so at
  most `high`, and not at all where nothing in the text is negative: the worry may have a cause, but
  nothing has happened. So does what is critical and may come about (极易受伤), while a risk that
  is `high` in itself (极易发生火灾) and a guess at what was (可能没熟) stay so;
- law, authorities, press, deadlines and repeated contact count only in negative texts and
  complaints, and where the speaker says that he will turn to them (再不处理我打12315);
- praise is at most `normal`, except where a life is in danger, where the praise is taken back
  before (很好,只不过吃完拉肚子了), and where something critical is told without a word of praise.

A text without such words is `normal` where it is negative, asks or suggests, and `low` where it
praises or chats.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from voc.config import Industry
from voc.records import URGENCIES, Urgency, UrgencyLabel
from voc.tagging.lexicon import Role, default_lexicon
from voc.tagging.uneventful import is_no_event, is_supposed, may_come
from voc.tagging.wordlists import read_word_lists
from voc.text.matching import IdentityCache, WordMatcher
from voc.text.normalise import normalise
from voc.text.sentences import clauses

_DATA: Final = Path(__file__).parent / "data" / "urgency.txt"
_REASONS: Final = {
    "safety": "安全",
    "injury": "人身伤害",
    "food": "食品安全",
    "life": "生命危险",
    "violence": "人身安全",
    "money": "资金安全",
    "charge": "收费纠纷",
    "law": "法律",
    "regulator": "监管",
    "media": "媒体",
    "privacy": "隐私",
    "unresolved": "反复未解决",
    "deadline": "限时",
}
GAP: Final = "…"
"""In a word of urgency, stands for a few characters within a clause."""
_ABSENT: Final = (
    r"没有(?!多久|多长|几|一会|想到)|没(?:见|发现|看到|看见|吃出|吃到|出现|什么|啥|任何)|从没|从未|未见|未发现|(?<!会)不会"
    r"|不再|不存在"
)
_BETWEEN: Final = (
    rf"(?:(?!{_ABSENT})[^,。!?;，！？；\n]){{0,6}}(?<![不没未无])(?<!没有|不会|不再|未曾)"
)
_TAKEN_BACK: Final = Role.CONTRAST | Role.RESERVATION
_FAR: Final = 40
_INSIDE: Final = re.compile("^(?:里[面头边]?的?|[根条只个块片](?=.{2}))")
# 里头 and 发霉 are no 头发.
_TORN: Final = re.compile("(?<=里头)发[霉现了的出给来黄黑臭酸苦馊烂票货]")
_LINKS: Final = tuple("、和或与及")
_THREATS: Final = frozenset({"law", "regulator", "media", "privacy", "unresolved", "deadline"})
_LIFE: Final = _REASONS["life"]
# Somebody says that he turns to the law, the press or an authority himself.
_ANNOUNCED: Final = re.compile(
    r"(?:再不|不然|否则|我们?(?!是|在|家)|已经?|准备|打算|直接|马上|这就|只能|只好|必须|必将|等着)"
    r"[^,。!?;，！？；\n]{0,5}$"
)
_NUMBER: Final = r"(?:[2-9]|\d{2,3}|[两二三四五六七八九十]|好几|几|多|无数|n|数)"
_REPEATED: Final = re.compile(
    rf"(?:打|拨打|联系|找|反映|反馈|投诉|催|报修|维修|修|跑|去|沟通|交涉|问|换|检修|返修|申请)了?过?"
    rf"[^,。!?，！？\n]{{0,6}}?{_NUMBER}(?:多|十)?(?:个|通)?(?:次|遍|回|趟|电话)"
    rf"|第{_NUMBER}次(?:来|打|投诉|维修|修|报修|反映|反馈|联系|找|催|坏|出现|换)"
)
_NO_OUTCOME: Final = re.compile(
    r"没人|无人|没有人|没解决|没有解决|未解决|没处理|没有处理|未处理|解决不了|不解决|不处理|没结果|没有结果|没用|没回"
    r"|没有回|不回|没消息|没下文|没修好|修不好|没有修好|还是|依旧|依然|仍然|仍旧|照样|又坏|又出|推脱|推诿|敷衍|不管"
    r"|不了了之|拒绝|占线|打不通|没接|不接|都说|都没|都不"
)
_LASTING: Final = re.compile(
    r"(?:一直|至今|到现在|迟迟|始终)(?:都|还|也|仍)?(?:没|未|无|不)(?:有)?(?:人)?(?:给)?"
    r"(?:处理|解决|回复|回应|答复|管|消息|结果|跟进|联系|退款|退钱|发货|修好|受理|说法)"
    r"|(?:一直|至今|到现在|始终)(?:都|还|也|仍)?(?:没|无)人理"
    r"|多次(?:反映|联系|沟通|维修|拨打|报修|催|协商|交涉|要求|申请|返修)[^。!?！？\n]{0,12}"
    r"(?:没|未|不|仍|还|无|依旧|依然|敷衍|推)"
)


@dataclass(frozen=True, slots=True)
class _Alarm:
    """What a word calls for.

    Attributes:
        level: The urgency; `None` where the word calls for nothing.
        reason: Why, as people read it.
        threat: Whether it counts only where somebody is upset, as 律师.
        told: Whether it says that something is told, not lived.
    """

    level: UrgencyLabel | None = None
    reason: str = ""
    threat: bool = False
    told: bool = False


class _Found(NamedTuple):
    """A word of urgency at `[start, end)`: how much it presses there, and what it calls for."""

    level: UrgencyLabel
    alarm: _Alarm
    start: int
    end: int


_UNRESOLVED: Final = _Alarm("high", _REASONS["unresolved"], threat=True)


def urgency_of(
    text: str, *, industry: Industry | None, negative: bool, intent: str | None
) -> Urgency:
    """Tells how urgent a text is.

    Args:
        text: The normalised text.
        industry: The industry whose words of urgency count too.
        negative: Whether the text is negative as a whole.
        intent: Its intent, as `IntentLabel`, where known.

    Returns:
        The level, and for `high` and `critical` the reasons, the gravest first.
    """
    upset = negative or intent == "complaint"
    found: dict[str, UrgencyLabel] = {}
    earnest = intent not in ("praise", "inquiry")
    praised = intent == "praise" and not negative
    alarms = list(_alarms(text, industry, upset=upset, earnest=earnest))
    if alarms and praised:
        alarms = _meant(text, alarms)
    for one in alarms:
        reason = one.alarm.reason
        if reason not in found or _rank(one.level) > _rank(found[reason]):
            found[reason] = one.level
    grave = sorted(
        (item for item in found.items() if _rank(item[1]) >= _rank("high")),
        key=lambda item: -_rank(item[1]),
    )
    if grave:
        return Urgency(grave[0][1], tuple(reason for reason, _ in grave))
    calm = not upset and intent not in ("inquiry", "suggestion")
    return Urgency("low" if calm and not found else "normal")


def words_of_danger(text: str, industry: Industry | None) -> list[str]:
    """Returns what in a complaint makes it critical, as it is said there: 吃出一根头发.

    Args:
        text: The normalised text.
        industry: The industry whose words of urgency count too.
    """
    alarms = _alarms(text, industry, upset=True, earnest=True)
    words = [text[one.start : one.end] for one in alarms if one.level == "critical"]
    return list(dict.fromkeys(_INSIDE.sub("", word) for word in words))


def _rank(level: UrgencyLabel) -> int:
    return URGENCIES.index(level)


def _alarms(
    text: str, industry: Industry | None, *, upset: bool, earnest: bool
) -> Iterator[_Found]:
    """Yields what in a text is urgent: how much, what it calls for, and where it stands."""
    words = (_INDUSTRIES.get(industry) if industry else _general()).find(text)
    if any(alarm.level for _, _, alarm in words):
        told = any(alarm.told for _, _, alarm in words)
        spans = clauses(text)
        ends = _ends_of_runs(text, words)
        for start, end, alarm in words:
            if alarm.level is None:
                continue
            clause = spans[bisect_right(spans, (start, len(text))) - 1]
            if alarm.threat and not (upset or (earnest and _is_announced(text, clause, start))):
                continue
            if (told and not upset) or is_no_event(text, clause, start, end, ends[end]):
                continue
            level = alarm.level
            is_unreal = not (alarm.threat and not upset) and is_supposed(text, clause, start, end)
            if is_unreal or (level == "critical" and may_come(text, clause, start, end)):
                level = _lowered(level) if upset else "normal"
            yield _Found(level, alarm, start, end)
    if upset and _is_unresolved(text):
        yield _Found("high", _UNRESOLVED, 0, 0)


def _meant(text: str, alarms: Sequence[_Found]) -> list[_Found]:
    """Returns what tells of an emergency even in what seems to be praise.

    A danger to life does, and so do what stands behind a contrast (很好,只不过吃完拉肚子了) and
    something critical where nothing is praised (粥里有钢丝).
    """
    tokens = default_lexicon().tokens(text)
    turns = [token.end for token in tokens if token.entry.roles & _TAKEN_BACK]
    praised = any(token.entry.score > 0 for token in tokens)
    return [
        one
        for one in alarms
        if one.alarm.reason == _LIFE
        or (one.level == "critical" and not praised and not one.alarm.threat)
        or (_is_near(turns, one.start) and not one.alarm.threat)
    ]


def _is_near(turns: Sequence[int], start: int) -> bool:
    before = bisect_right(turns, start)
    return before > 0 and start - turns[before - 1] <= _FAR


def _ends_of_runs(text: str, words: Sequence[tuple[int, int, _Alarm]]) -> dict[int, int]:
    """Returns where the words end that follow one another, by the end of each: 起火、爆炸."""
    begun = {start: end for start, end, _ in words}
    ends: dict[int, int] = {}
    for _, end, _ in reversed(words):
        behind = end + 1 if text[end : end + 1] in _LINKS else end
        following = begun.get(behind, end)
        ends[end] = ends.get(following, following)
    return ends


def _lowered(level: UrgencyLabel) -> UrgencyLabel:
    return "high" if level == "critical" else "normal"


def _is_announced(text: str, clause: tuple[int, int], start: int) -> bool:
    """Whether the speaker turns to those whom a word at `start` names, or says that he will."""
    begin, end = clause
    return bool(
        _ANNOUNCED.search(text, max(begin, start - 8), start)
        or _ANNOUNCED.match(text, start, min(end, start + 3))
        or text[start:end].endswith("等着")
    )


def _is_unresolved(text: str) -> bool:
    if _LASTING.search(text):
        return True
    return bool(_REPEATED.search(text) and _NO_OUTCOME.search(text))


@functools.cache
def _general_words() -> dict[str, _Alarm]:
    words: dict[str, _Alarm] = {}
    for line in read_word_lists(_DATA):
        kind, *name = line.heading
        if kind == "no":
            alarm = _Alarm()
        elif kind == "told":
            alarm = _Alarm(told=True)
        elif kind in ("critical", "high") and len(name) == 1 and name[0] in _REASONS:
            level: UrgencyLabel = "critical" if kind == "critical" else "high"
            alarm = _Alarm(level, _REASONS[name[0]], threat=name[0] in _THREATS)
        else:
            raise line.error(f"a heading is [critical …] or [high …] of {', '.join(_REASONS)}")
        words.update(dict.fromkeys(line.words, alarm))
    return words


class _Words:
    """Finds words of urgency; `吃出…头发` stands for both words with up to six others between.

    Of words at one place the longest wins, so 虫草 is no 虫 of `里…虫`, nor 店里 its 里.
    """

    def __init__(self, words: Mapping[str, _Alarm]) -> None:
        whole = {word: alarm for word, alarm in words.items() if GAP not in word}
        self._matcher = WordMatcher(whole)
        self._gapped = [_Gapped(word, alarm) for word, alarm in words.items() if GAP in word]

    def find(self, text: str) -> list[tuple[int, int, _Alarm]]:
        """Returns what stands in a text as (start, end, what it calls for), in order."""
        found = self._matcher.find(text)
        silent = _Reach(
            (start, end) for start, end, alarm in found if not (alarm.level or alarm.told)
        )
        gapped = [one for words in self._gapped for one in words.find(text, silent)]
        if gapped:
            found = _without_lesser(found, gapped) + gapped
        return sorted(found, key=lambda one: one[:2])


class _Reach:
    """Spans that may overlap."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._ends = list(accumulate((end for _, end in self._spans), max))

    def holds(self, start: int, end: int) -> bool:
        """Says whether all of `[start, end)` lies behind the beginning of one and before an end."""
        behind = bisect_right(self._spans, start, key=itemgetter(0))
        return behind > 0 and self._ends[behind - 1] >= end


class _Gapped:
    def __init__(self, word: str, alarm: _Alarm) -> None:
        parts = word.split(GAP)
        self._pattern = re.compile(_BETWEEN.join(map(re.escape, parts)))
        self._first, self._last = len(parts[0]), len(parts[-1])
        self._alarm = alarm

    def find(self, text: str, silent: _Reach) -> Iterator[tuple[int, int, _Alarm]]:
        """Yields where it stands, neither its first nor its last word within or across others."""
        place = 0
        while match := self._pattern.search(text, place):
            start, end = match.span()
            is_other = silent.holds(start, start + self._first) or silent.holds(
                end - self._last, end
            )
            if is_other or _TORN.match(text, end - 1):
                place = start + 1
                continue
            yield start, end, self._alarm
            place = end


def _without_lesser(
    found: Sequence[tuple[int, int, _Alarm]], gapped: Sequence[tuple[int, int, _Alarm]]
) -> list[tuple[int, int, _Alarm]]:
    """Drops words within gapped ones that say more: critical ones, if they only call for `high`.

    And any within one that begins with them, or that calls for nothing.
    """
    begun = {start: end for start, end, _ in sorted(gapped, key=itemgetter(0, 1))}
    silent = _Reach((start, end) for start, end, alarm in gapped if alarm.level is None)
    grave = _Reach((start, end) for start, end, alarm in gapped if alarm.level == "critical")
    return [
        (start, end, alarm)
        for start, end, alarm in found
        if begun.get(start, end) <= end
        and not silent.holds(start, end)
        and not (alarm.level == "high" and grave.holds(start, end))
    ]


@functools.cache
def _general() -> _Words:
    return _Words(_general_words())


def _own(industry: Industry) -> _Words:
    """Joins the words of an industry to the general ones; its levels and reasons win.

    What it calls normal counts for nothing there, as 住院 in a city's complaints.
    """
    words = dict(_general_words())
    for group in industry.urgency:
        for word in group.words:
            own = GAP.join(normalise(part).text for part in word.split(GAP))
            known = words.get(own, _Alarm())
            words[own] = (
                _Alarm()
                if group.level == "normal"
                else _Alarm(group.level, group.reason, threat=known.threat)
            )
    return _Words(words)


_INDUSTRIES: Final = IdentityCache(_own)
