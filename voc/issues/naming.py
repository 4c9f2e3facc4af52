"""Titles of issues in customers' words, as 动力：变速箱顿挫（云驰X5）."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from voc.config import Industry
from voc.issues.crowds import CROWD, commonest_complaints
from voc.issues.moods import RATING, VAGUE, is_mood
from voc.records import NEWLY, Mention, is_mixed, is_vague, reason_of, subject_of, told_of
from voc.tagging.rules import judge
from voc.tagging.urgency import words_of_danger
from voc.text.kinds import may_name_person, word_kinds
from voc.text.normalise import normalise
from voc.topics.candidates import Candidates
from voc.topics.phrases import (
    MIN_NAME,
    SOME,
    Member,
    Phrase,
    is_bare_subject,
    is_trouble,
    least_support,
    plain_troubles,
    ranked_phrases,
    voices_by_word,
)
from voc.topics.said import MANY_SAY, MOSTLY, SHARED, is_matter, is_thing
from voc.topics.synonyms import plain_states
from voc.topics.wordlists import word_list
from voc.topics.words import Reader, Reading

MAX_TITLE: Final = 30
_MAX_PHRASE: Final = 14
_SHORTEST: Final = 2
_READ_VOICES: Final = 150
_BACKGROUND: Final = 3_000
_MANY: Final = 3
"""Voices from which on words must be shared: what but one of them says may name a person."""
_COMMON: Final = 3
"""Voices of the industry from which on a word is no secret of one of them."""
_SUPPORT: Final = 0.15
"""Share of the voices that must use a word of a phrase that stands for all."""
_RAREST: Final = 0.125
"""Share of a crowd's voices that must use its rarest word."""
_SHARED_DANGER: Final = 1 / 3
"""Share of an issue's voices that must use a word of danger by which it is called."""
_TELLING: Final = 0.25
"""Share of a crowd that what it is called by must be said by, or 等 tells that there is more."""
_NOTHING_SAID: Final = "负面反馈集中"

_VAGUE_WORDS: Final = tuple(VAGUE)
# What leads to the word that tells of a danger: 吃出一根头发, 还有油炸蟑螂.
_LEADING: Final = re.compile(
    "^(?:[就还又都也有]|竟然|居然|[吃喝](?:出来?|到|的我)了?|[看找]到了?|发现了?|[浮漂爬]着"
    "|一?[根条只个块片股]|长?的)+(?=.{2})"
)
_HARM: Final = re.compile("医院|住院|急诊|抢救|中毒|[吐泻拉]|肠|胃|过敏|晕|烫|伤|血")
_HAZARD: Final = re.compile("虫|蟑螂|苍蝇|蚊|蛆|老鼠|玻璃|钉|刀|针|丝")
_EDGES: Final = "，。！？；：、,.!?;:~～…-—_·\"'“”‘’()（） \t\n"
# A masked name, a long number, a rating or a mark-up sign would make a title nobody understands.
_UNFIT: Final = re.compile(rf"[\[\]<>{{}}*#@【】|\\/]|\d{{5}}|等等|{RATING.pattern}")
_OMITTED: Final = re.compile(
    r"《[^《》\n]{0,60}》?|\[[^\[\]\n]{0,20}\]|【[^【】\n]{0,20}】|@[\w\-·]{1,30}"
    "|[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3]+"
)
"""Titles of works, placeholders (masks), names of accounts and emoji: no words of the complaint."""
_CHINESE_GAP: Final = re.compile(r"(?<![!-~])\s+|\s+(?![!-~])")
# What breaks off: the words that would say what is wrong are missing.
# What ends a sentence that somebody says, and no title.
_SIGHS: Final = re.compile("[吧啊呢呀哦嘛吗哈啦]+$")
_UNFINISHED: Final = re.compile(
    "(?:给|无法|没有|还没|也没|迟迟不|了一|的|被|把|让|和|与|不|是|在)$"
)
# Verbs without what they are done to.
_BARE: Final = re.compile(
    "(?:(?<!拖)欠|要求|导致|造成|进行|予以|给予|属于|成为|来到|希望|想要?|告诉|告知|表示"
    "|(?<!话)说|(?<!被)拒绝|(?<![不未没有])提供)$"
)
# Whose opinion it is; what is judged stays without it.
_OPINING: Final = re.compile(
    "(?:我|本人|咱)?(?:个人|自己)?(?:觉得|认为)|^[我咱俺]的?"
    "|^[这那]种?(?![么个些样台款家次位件只张部双瓶盒包条点边里时天年])"
)
# Who or what is meant stands elsewhere. 这么 tells how much; 不值这价 and 让我失望 are sayings.
_POINTING: Final = re.compile("(?<!适合)(?<!让)我|[你您他她它咱俺谁]|(?<!值)[这那](?!么)")
# Who or what one voice alone names: others would not know them, and should not.
_NAMED: Final = re.compile(
    "[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|医生|师傅|经理|主任|校长|局长|书记|镇长|村长|警官)"
    "|[\u4e00-\u9fffA-Za-z0-9]{2,}(?:公司|集团|花园|小区|家园|新城|学校|中学|小学|大学|幼儿园|医院|酒店"
    "|饭店|街道|大道|驾校|开发商|镇|县|村|苑)"
)
# Left over where a beginning is cut off, these name no problem.
_EMPTY: Final = frozenset(
    (
        "问题",
        "客服",
        "店员",
        "店长",
        "师傅",
        "服务员",
        "多少钱",
        "东西",
        "收到",
        "涉嫌",
        "极大",
        "开发商",
        "宣传",
        "屡次",
        "不予",
        "太少",
        "太多",
        "个人",
        "隐患",
        "情况",
    )
)
# Kinds of words that tell when, where or how, or are sayings.
_OF_NO_MATTER: Final = frozenset(("t", "ns", "nt", "d", "l"))
_OCCASION: Final = re.compile(
    "双(?:十一|十二)|(?:国庆|春|中秋|端午|清明|情人|母亲|父亲|儿童|教师|圣诞|元宵|劳动|妇女|七夕|重阳)节?"
    "|.*(?:假期|长假|周末)"
)
_GRADED: Final = frozenset("高低贵大小慢快重轻吵软硬薄厚窄")


class Titles:
    """Names the issues of one industry.

    Args:
        industry: Its taxonomy, whose terms stay whole; `None` where it is not known.
        voices: The complaints of the industry, against which an issue's words are particular.
        topics: The names by id of its themes of complaints; an issue of any other theme, whose
            name may praise, is named by its own voices.
    """

    def __init__(
        self, industry: Industry | None, voices: Sequence[Mention], topics: Mapping[str, str]
    ) -> None:
        self._industry = industry
        self._reader = Reader(industry)
        self._topics = topics
        aspects = industry.all_aspects() if industry else ()
        self._keywords = {
            aspect.name: {normalise(word).text for word in aspect.keywords} for aspect in aspects
        }
        sample = voices[:: max(1, len(voices) // _BACKGROUND)]
        self._total = len(sample)
        self._uses = voices_by_word(self._members(sample))

    def title(
        self,
        aspect: str,
        voices: Sequence[Mention],
        *,
        topic_id: str | None = None,
        product: str | None = None,
        store: str | None = None,
        newly: str = "",
    ) -> str:
        """Names an issue: the aspect, what people say, and where; 30 characters at most.

        What people say is the name of the theme that makes them one issue. Without one, or where
        that theme is a mixed one, it is the phrase that best names their clauses as themes are
        named, with a second one if it judges another matter and is half as common; of crowds, what
        most say is wrong; where they say too little alike, the mixed theme, or the terms of the
        taxonomy that most of them use. Where no aspect stands before it, a theme that does not say
        what is wrong is no title, and the title may be empty. Of three voices and more, two must
        say each word, or it must be a common one of the industry: what only one says may be
        anybody's name. An emergency is called by the words of danger that a third use, and
        by its reason where no aspect stands for it, as 食品安全：拉肚子.

        Args:
            aspect: The aspect's name as people read it; empty where none hears them.
            voices: The issue's voices, sorted by time.
            topic_id: The theme that the voices were grouped by.
            product: The product, where all voices must share it.
            store: The store, likewise.
            newly: The word that recent voices say and earlier ones hardly did, if any: it is told
                with what is said of it, as in 包装：洒了，近来多说盖子.
        """
        reason = reason_of(topic_id)
        is_emergency = 2 * sum(one.urgency == "critical" for one in voices) > len(voices)
        named = self._topics.get(topic_id) if topic_id else None
        if named and any(judge(one).score > 0 for one in (subject_of(named), told_of(named))):
            named = None  # 好吃（口感等） of those who do not find it so
        elif named and is_mood(named):
            named = None
        if reason is not None:
            words = self._dangers(voices)
            aspect, phrases = (reason, words) if words else (aspect, [reason])
        elif is_emergency and (words := self._dangers(voices, share=_SHARED_DANGER)):
            phrases = words
        elif named and not is_mixed(named):
            phrases = [self._thing(voices, aspect) + named if named in plain_states() else named]
        else:
            places = {one for one in (product, store) if one}
            phrases = self._said(aspect, voices, places, theme=named)
            if not phrases:
                return ""
        place = "·".join(part for part in (product, store) if part)
        head = f"{aspect}：" if aspect else ""
        news = self._news(newly, voices) if newly and newly not in "".join(phrases) else ()
        told = ("、".join(phrases), phrases[0])
        for said in (*(said + NEWLY + one for one in news for said in told), *told):
            title = f"{head}{said}" + (f"（{place}）" if place else "")
            if len(title) <= MAX_TITLE:
                return title
        return _fitted(f"{head}{phrases[0]}", place)

    def _news(self, word: str, voices: Sequence[Mention]) -> list[str]:
        """Returns what a third of those who say a word say of it, if they do, and the word."""
        members = [one for one in self._members(voices) if word in one.reading.text]
        uses = voices_by_word(members)
        ranked = ranked_phrases(members, self._weights(members, uses), complaint=True)
        many = MANY_SAY * len({one.voice for one in members})
        told = (
            one.text
            for one in ranked
            if one.judges and word in one.text and one.support >= many and _told(one.text, "")
        )
        return [*islice(told, 1), word]

    def words(self, voices: Sequence[Mention]) -> dict[str, set[str]]:
        """Returns the words that tell what each voice speaks of, by its id.

        Left out are names of persons and of where they were, days, and what asks or only judges.
        """
        places = {name for one in voices for name in (one.product, one.store, one.region) if name}
        said: dict[str, set[str]] = {voice.feedback_id: set() for voice in voices}
        for one in self._members(voices):
            said[one.voice].update(one.reading.content())
        telling = {
            word
            for word in set().union(*said.values())
            if self._tells(word) and not any(word in name for name in places)
        }
        return {voice: words & telling for voice, words in said.items()}

    def _tells(self, word: str) -> bool:
        if len(word) < _SHORTEST or word in VAGUE or word in word_list("name_asks"):
            return False
        if self._reader.is_keyword(word):
            return True
        is_known = word_kinds().get(word, "n") not in _OF_NO_MATTER and is_matter(word)
        is_named = may_name_person(word) or _OCCASION.fullmatch(word)
        return is_known and not is_named and word not in word_list("broad_words")

    def _dangers(self, voices: Sequence[Mention], *, share: float = 0.0) -> list[str]:
        """Returns the words of danger that most voices use: one, or two that are not alike.

        Without a share the gravest come first: who is in hospital names an emergency before what
        tastes sour.

        Args:
            voices: The voices.
            share: What share of them, and two where there are several, must use a word.
        """
        heard = voices[-_READ_VOICES:]
        uses = Counter(
            word
            for voice in heard
            for word in {
                _LEADING.sub("", word)
                for span in voice.evidence
                for word in words_of_danger(normalise(span.text).text, self._industry)
            }
        )
        least = max(min(len(heard), 2), share * len(heard)) if share else 1
        ranked = sorted(uses, key=lambda word: (-uses[word], len(word), word))
        ranked = [word for word in ranked if uses[word] >= least]
        if not share:
            ranked.sort(key=_harmless)
        unlike = (word for word in ranked[1:] if not set(word) & set(ranked[0]))
        return [*ranked[:1], *islice(unlike, 1)]

    def _thing(self, voices: Sequence[Mention], aspect: str) -> str:
        """Returns what half of the voices name beside a state, as 刹车 of 太软, or nothing.

        The aspect is named before it anyway.
        """
        uses = voices_by_word(self._members(voices[-_READ_VOICES:]))
        least = max(2, MOSTLY * min(len(voices), _READ_VOICES))
        named = sorted(word for word, n in uses.items() if n >= least and is_thing(word))
        things = [word for word in named if len(word) > 1 and word not in aspect]
        return max(things, key=lambda word: uses[word], default="")

    def _said(
        self, aspect: str, voices: Sequence[Mention], places: set[str], *, theme: str | None
    ) -> list[str]:
        """Returns one or two phrases; `places` are the product and store that all speak of.

        Their names say nothing of them, as 手撕牛肉干（手撕牛肉干）. Voices of a mixed theme are
        named by what a third of them judge, or else as their theme.
        """
        members = list(self._members(voices[-_READ_VOICES:]))
        uses = voices_by_word(members)
        known = self._fit_to_print(uses) if len(voices) >= _MANY else None
        weights = self._weights(members, uses)
        ranked = self._ranked(members, weights, known, aspect, places)
        carried = _carried(ranked, uses, len(voices))
        if theme:
            many = MANY_SAY * len(voices)
            carried = [
                one
                for one in carried
                if one.judges and one.support >= many and not theme.startswith(one.text)
            ]
        is_said = bool(carried) and (len(voices) < _MANY or _support(carried[0], uses) > 1)
        keywords = self._keywords.get(aspect, set())
        n_voices = len({one.voice for one in members})
        crowd = commonest_complaints(
            members, weights, untold=VAGUE, aspect=aspect, keywords=keywords
        )
        if is_said and (carried[0].judges or is_trouble(carried[0].last.text)):
            least = least_support(len(voices)) if len(voices) >= CROWD else 1
            if carried[0].support >= (len(crowd[0].voices) if crowd else least):
                told = _first_two(carried, uses, len(voices))
                heard = sum({one.text: one.support for one in carried if one.text in told}.values())
                return _with_more(told, heard / n_voices)
        if theme and (aspect or not (is_vague(theme) or is_bare_subject(theme))):
            return [theme]
        if crowd:
            told = [one.name for one in crowd]
            heard = len(frozenset().union(*(one.voices for one in crowd)))
            return _with_more(told, heard / n_voices)
        if len(voices) >= _MANY and (name := _as_theme(members, weights, aspect)):
            is_told = n_voices < CROWD or is_mixed(name)
            return _with_more([name], 1.0 if is_told else self._saying(name, members) / n_voices)
        if theme:
            return []
        if is_said:
            return _first_two(carried, uses, len(voices))
        terms = self._terms(uses, aspect)
        if len(terms) > 1:
            return terms
        # Nothing is said by two: one voice's words stand for the others, and 等 says so. Where
        # voices may speak of different firms, one of them would be accused in the name of all.
        singles = self._ranked(members, weights, None, aspect, places) if places else []
        for said in filter(None, (_uncut(one.text, members) for one in singles)):
            return [f"{_without_aspect(said, aspect)}等"]
        return terms or self._shared_theme(voices, aspect) or [_NOTHING_SAID]

    def _saying(self, name: str, members: Sequence[Member]) -> int:
        """Counts the voices that say all words of a name in one clause."""
        [reading] = self._reader.read([name])
        words = set(reading.content())
        return len({one.voice for one in members if words <= set(one.reading.content())})

    def _shared_theme(self, voices: Sequence[Mention], aspect: str) -> list[str]:
        """Returns the name of the theme of complaints that most voices belong to, if it tells."""
        themes = Counter(voice.topic_id for voice in voices if voice.topic_id in self._topics)
        [(topic_id, count)] = themes.most_common(1) or [(None, 0)]
        name = self._topics.get(topic_id or "", "")
        is_telling = 2 * count > len(voices) and not is_mixed(name)
        said = _told(name, aspect) if is_telling else ""
        return [said] if said else []

    def _terms(self, uses: Counter[str], aspect: str) -> list[str]:
        """Returns the two terms of the taxonomy that most voices use, of those that two use."""
        ranked = sorted(uses, key=lambda word: (-uses[word], word))
        named = (word for word in ranked if uses[word] > 1 and self._reader.is_keyword(word))
        none = VAGUE | word_list("generic_words")
        fit = (word for word in named if word not in none and word not in aspect)
        return list(islice((word for word in fit if judge(word).score <= 0), 2))

    def _fit_to_print(self, uses: Counter[str]) -> set[str]:
        return {
            word
            for word, n in uses.items()
            if n > 1 or self._uses[word] >= _COMMON or self._reader.is_keyword(word)
        }

    def _weights(self, members: Sequence[Member], uses: Counter[str]) -> dict[str, float]:
        """Returns how much each word is these voices' own, the heaviest first."""
        total = max(len({member.voice for member in members}), 1)
        weights = {
            word: n / total * math.log1p(self._total / max(self._uses[word], n))
            for word, n in uses.items()
        }
        return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))

    def _ranked(
        self,
        members: Sequence[Member],
        weights: Mapping[str, float],
        known: set[str] | None,
        aspect: str,
        places: set[str],
    ) -> list[Phrase]:
        found = ranked_phrases(members, weights, complaint=True, shortest=_SHORTEST, known=known)
        private = known is None
        told = [
            replace(one, text=_told(one.text, aspect))
            for one in found
            if not (private and one.voices < 2 and _NAMED.search(one.text))
            and not one.words <= word_list("generic_words")
        ]
        return [one for one in told if one.text and not any(one.text in name for name in places)]

    def _members(self, voices: Sequence[Mention]) -> Iterator[Member]:
        for voice in voices:
            opinions = tuple(map(_joined, voice.opinions))
            said = [_OMITTED.sub("，", span.text) for span in voice.evidence]
            clauses = self._reader.read(said)
            # A target and an opinion that stand apart would make a phrase that nobody said.
            alone = [one for one in opinions if not said or any(_holds(it, one) for it in clauses)]
            plain = [_OMITTED.sub("，", one) for one in alone]
            judged = tuple(normalise(opinion).text for opinion in opinions)
            readings = [*clauses, *self._reader.read(plain)]
            for reading, text in zip(readings, (*said, *plain), strict=True):
                yield Member(reading, text, voice.feedback_id, voice.score, True, judged)


def _harmless(word: str) -> int:
    """Tells words of danger by what they say: of harm done 0, of what may do harm 1, else 2."""
    return 0 if _HARM.search(word) else 1 if _HAZARD.search(word) else 2


def _holds(clause: Reading, opinion: str) -> bool:
    """Says whether a clause holds an opinion and no word is torn by it, as 过烂路 by 路头顶响."""
    told = normalise(opinion).text
    start = clause.text.find(told)
    starts, ends = ({getattr(word, end) for word in clause.words} for end in ("start", "end"))
    return start in starts and start + len(told) in ends


def _joined(opinion: str) -> str:
    """Writes `变速箱 顿挫` as one phrase."""
    return _CHINESE_GAP.sub("", opinion)


def _as_theme(members: Sequence[Member], weights: Mapping[str, float], aspect: str) -> str:
    """Returns what a theme of these clauses would be called, if that says what is wrong.

    Of few clauses it is how a quarter of them judge.
    """
    candidates = Candidates(members, weights, complaint=True)
    name = next(iter(candidates), "") if len({one.voice for one in members}) >= SOME else ""
    if name and not is_vague(name) and judge(subject_of(name)).score <= 0:
        return name if is_mixed(name) else _told(name, aspect)
    often = candidates.told.often
    return _told(often, aspect) if often and is_trouble(often) else ""


def _support(phrase: Phrase, uses: Counter[str]) -> int:
    """Returns how many use the commonest word of a phrase; who says 洒 does not say 不洒."""
    if phrase.first.text in word_list("name_denials") and phrase.words & plain_troubles():
        return phrase.voices
    return max(uses[word] for word in phrase.words)


def _uncut(phrase: str, members: Sequence[Member]) -> str:
    """Returns the clause that a phrase was cut out of, if it is short enough for a title.

    Nothing where short ones cannot be understood alone: 杂牌机强 says another thing than
    没我上一个杂牌机强.
    """
    told = (_SIGHS.sub("", _OPINING.sub("", member.text.strip(_EDGES))) for member in members)
    short = [one for one in told if phrase in one and len(one) <= _MAX_PHRASE]
    clauses = [one for one in short if not set(one) & set(_EDGES)]
    fit = [
        one for one in clauses if _is_whole(one) and not (_UNFIT.search(one) or _NAMED.search(one))
    ]
    return min(fit, key=len, default="" if any(map(_POINTING.search, clauses)) else phrase)


def _carried(ranked: Sequence[Phrase], uses: Counter[str], n_voices: int) -> list[Phrase]:
    """Returns the phrases that may stand for all; of a crowd, no word may be that of a few."""
    least = _SUPPORT * n_voices if n_voices >= _MANY else 0
    rarest = max(2, _RAREST * n_voices) if n_voices >= SOME else 0
    return [
        one
        for one in ranked
        if _support(one, uses) >= least and min(uses[word] for word in one.words) >= rarest
    ]


def _first_two(ranked: Sequence[Phrase], uses: Counter[str], n_voices: int) -> list[str]:
    first, least = ranked[0], SHARED if n_voices >= SOME else 1
    for second in ranked[1:]:
        fresh = not set(second.text) & set(first.text) and not second.text.endswith(_VAGUE_WORDS)
        fits = MIN_NAME <= len(second.text) <= _MAX_PHRASE - 1 - len(first.text)
        if (
            second.judges
            and fresh
            and fits
            and second.support >= min(first.support, least)
            and _support(second, uses) >= max(2, _support(first, uses) / 2)
        ):
            return [first.text, second.text]
    return [first.text]


def _with_more(told: list[str], share: float) -> list[str]:
    """Returns what is told of voices, with 等 where too few of them say it."""
    is_all = share >= _TELLING or told[-1].endswith("等")
    return told if is_all else [*told[:-1], f"{told[-1]}等"]


def _fitted(title: str, place: str) -> str:
    room = MAX_TITLE - len(title) - 2
    if place and room >= 4:
        return f"{title}（{place[: room - 1]}…）"
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"


def _told(phrase: str, aspect: str) -> str:
    """Returns what a phrase says beside the aspect's name, or nothing where it says too little."""
    rest = _without_aspect(_OPINING.sub("", phrase).strip(_EDGES), aspect)
    empty = rest in VAGUE or rest in _EMPTY or rest[:1].isdigit()
    is_new = len(rest) > 1 and rest not in aspect and not empty
    whole = is_new and not _UNFINISHED.search(rest) and _is_whole(rest)
    return rest if whole and not _UNFIT.search(rest) else ""


def _is_whole(phrase: str) -> bool:
    """Says whether a phrase can be understood alone: no verb is bare, and nothing points away."""
    return not (_BARE.search(phrase) or _POINTING.search(phrase))


def _without_aspect(phrase: str, aspect: str) -> str:
    rest = phrase.removeprefix(aspect).strip(_EDGES)
    return f"偏{rest}" if rest != phrase and rest in _GRADED else rest
