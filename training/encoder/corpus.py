"""The rows an encoder learns from: every data set's labels in one form, on normalised text."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training import datasets
from training.constructions import sentences
from voc.config import Industry, load_industry
from voc.records import INTENTS, POLARITIES
from voc.tagging.keywords import KeywordMatcher
from voc.tagging.prepare import prepare
from voc.text.normalise import Normalised, normalise

UNKNOWN = -1
BY_KEYWORDS = {"restaurant": "food_spans"}  # labelled by their own keywords inside what is judged
Place = tuple[int, int]
_CONSTRUCTIONS = {"train": (12_000, 1), "dev": (1_000, 2)}  # sentences, and the seed of the choice
_POLARITY = {name: index for index, name in enumerate(POLARITIES)} | {"neg": 0, "neu": 1, "pos": 2}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text says of one aspect.

    Attributes:
        query: `industry/aspect id`, or a bare term.
        polarity: Index of POLARITIES, or `UNKNOWN` where the text does not speak of it.
        hits: Where its keywords, or the term itself, stand.
    """

    query: str
    polarity: int
    hits: tuple[Place, ...] = ()

    @property
    def is_term(self) -> bool:
        return "/" not in self.query


@dataclass(frozen=True, slots=True)
class Judged:
    """An opinion with what it is said of; either may be missing."""

    target: Place | None
    opinion: Place | None
    polarity: int


@dataclass(slots=True)
class Row:
    """One text with all that is known of it; `UNKNOWN` where nothing is.

    Attributes:
        text: Normalised.
        origin: Its data set.
        positive: Whether it judges well, for texts that judge.
        neutral: Whether it judges nothing.
        neutral_weight: How much `neutral` counts.
        intent: Index of INTENTS.
        question: Index of the service questions' intents.
        asked: Aspects, those it speaks of and those it does not.
        judged: Its opinions; `None` where nobody marked them.
    """

    text: str
    origin: str
    positive: int = UNKNOWN
    neutral: int = UNKNOWN
    neutral_weight: float = 1.0
    intent: int = UNKNOWN
    question: int = UNKNOWN
    asked: list[Asked] = field(default_factory=list)
    judged: list[Judged] | None = None


class Corpus:
    """Reads data sets into rows.

    Args:
        data: Folder of the data sets.
        plain_neutral_weight: As `Mixture.plain_neutral_weight`.
    """

    def __init__(self, data: Path, *, plain_neutral_weight: float = 0.1) -> None:
        self.data = data
        self.plain_neutral_weight = plain_neutral_weight
        self.questions = datasets.questions(data)
        self._industries = {
            id_: load_industry(id_) for id_ in (*datasets.ASPECT_SETS, *BY_KEYWORDS)
        }
        self._matchers = {
            id_: KeywordMatcher(industry.all_aspects())
            for id_, industry in self._industries.items()
        }

    def taxonomy(self, industry: str) -> Industry:
        return self._industries[industry]

    def rows(self, name: str, split: str) -> Iterator[Row]:
        """Yields the rows of one data set (`eprstmt_unlabelled` is that set's plain texts)."""
        if name == "eprstmt_unlabelled":
            rows = datasets.rows(self.data, "eprstmt", "unlabeled")
            return (Row(_normalised(row["text"]).text, name) for row in rows)
        if name == "citizen_complaints":
            return self._citizen()
        if name == "constructions":
            return _constructions(split)
        readers = {
            "service_intents": self._service,
            "car_forum": self._aspects,
            "cosmetics_reviews": self._aspects,
            "food_spans": self._food,
            "car_brands": self._brands,
            "phone_threads": self._phones,
        }
        reader = readers.get(name, self._sentiment)
        return (row for raw in datasets.rows(self.data, name, split) for row in reader(raw, name))

    def _sentiment(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        row = Row(_normalised(raw["text"]).text, name)
        row.neutral = int(raw["sentiment"] == "neutral")
        if name == "bank_forum":
            if row.neutral:
                row.intent = INTENTS.index(datasets.unjudging_intent(raw["text"]))
        else:
            row.neutral_weight = self.plain_neutral_weight
        if not row.neutral:
            row.positive = int(raw["sentiment"] == "positive")
        if name in ("jd_goods", "waimai", "eprstmt"):
            row.intent = INTENTS.index("praise" if row.positive else "complaint")
        return [row]

    def _service(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        row = Row(_normalised(raw["text"]).text, name)
        row.intent = INTENTS.index(datasets.service_intent(raw["intent"]))
        row.question = (
            self.questions.index(raw["intent"]) if raw["intent"] in self.questions else -1
        )
        return [row]

    def _citizen(self) -> Iterator[Row]:
        for raw in datasets.rows(self.data, "citizen_complaints", "unlabelled"):
            label = datasets.citizen_intent(raw["title"])
            row = Row(_normalised(raw["text"]).text, "citizen_complaints")
            row.intent = INTENTS.index(label) if label else UNKNOWN
            yield row

    def _aspects(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        [industry] = [id_ for id_, set_ in datasets.ASPECT_SETS.items() if set_ == name]
        text = _normalised(raw["text"])
        row = Row(text.text, name)
        labels = {item["aspect"]: _POLARITY[item["sentiment"]] for item in raw["aspects"]}
        hits = self._hits(industry, text.text)
        for index, aspect in enumerate(self._industries[industry].all_aspects()):
            places = tuple(hits.get(index, ()))
            query = f"{industry}/{aspect.id}"
            row.asked.append(Asked(query, labels.get(aspect.name, UNKNOWN), places))
        _judge_whole(row, labels.values())
        if name == "cosmetics_reviews":
            row.judged = [_judged(item, text) for item in raw["aspects"]]
        return [row]

    def _food(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        text = _normalised(raw["text"])
        row = Row(text.text, name)
        row.judged = [_judged(item, text) for item in raw["aspects"]]
        _judge_whole(row, [judged.polarity for judged in row.judged])
        row.asked = [
            *_terms(text.text, ((each.target, each.polarity) for each in row.judged)),
            *self._by_keywords("restaurant", row),
        ]
        return [row]

    def _brands(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        text = _normalised(raw["text"]).text
        row = Row(text, name)
        labels = [_POLARITY[item["sentiment"]] for item in raw["targets"]]
        _judge_whole(row, labels)
        found = []
        for item, label in zip(raw["targets"], labels, strict=True):
            place = _find(text, item["target"])
            if place:
                found.append((place, label))
        row.asked = _terms(text, found)
        return [row]

    def _phones(self, raw: dict[str, Any], name: str) -> Iterable[Row]:
        """Yields the turns of a thread, each with the judgements all of whose words it has."""
        rows = []
        for turn in raw["turns"]:
            text = _normalised(turn["text"]).text
            found, judged = [], []
            for quad in raw["quads"]:
                opinion, term = quad["opinion"], quad["aspect"] or quad["target"]
                if quad["sentiment"] not in _POLARITY or not opinion or not term:
                    continue
                if opinion in turn["text"] and term in turn["text"]:
                    places = _find(text, term), _find(text, opinion)
                    label = _POLARITY[quad["sentiment"]]
                    if places[0]:
                        found.append((places[0], label))
                        judged.append(Judged(*places, label))
            if judged:
                rows.append(Row(text, name, asked=_terms(text, found), judged=judged))
        return rows

    def _by_keywords(self, industry: str, row: Row) -> list[Asked]:
        """Asks of a taxonomy nobody labelled: its keywords inside what is judged are its labels.

        Keywords elsewhere leave it open whether the aspect is judged, so those are not asked.
        """
        labels: dict[int, set[int]] = defaultdict(set)
        hits = self._hits(industry, row.text)
        for judged in row.judged or ():
            for place in (judged.target, judged.opinion):
                for index, places in hits.items():
                    if place and any(start < place[1] and place[0] < end for start, end in places):
                        labels[index].add(judged.polarity)
        asked = []
        for index, aspect in enumerate(self._industries[industry].all_aspects()):
            query = f"{industry}/{aspect.id}"
            if index not in hits:
                asked.append(Asked(query, UNKNOWN))
            elif len(labels[index]) == 1:
                asked.append(Asked(query, min(labels[index]), tuple(hits[index])))
        return asked

    def _hits(self, industry: str, text: str) -> dict[int, list[Place]]:
        found: dict[int, list[Place]] = defaultdict(list)
        for hit in self._matchers[industry].hits(text):
            found[hit.aspect].append((hit.start, hit.end))
        return dict(found)


def _constructions(split: str) -> Iterator[Row]:
    """Yields sentences made for the project; those of the splits differ by chance alone."""
    count, seed = _CONSTRUCTIONS[split]
    for sentence in sentences(count, seed=seed):
        row = Row(_normalised(sentence.text).text, "constructions")
        if sentence.label:
            _judge_whole(row, [_POLARITY[sentence.label]])
        if sentence.intent:
            row.intent = INTENTS.index(sentence.intent)
        found: list[tuple[Place | None, int]] = []
        for thing, label in sentence.things.items():
            at = row.text.find(thing)
            found.append(((at, at + len(thing)), _POLARITY[label]))
        row.asked = _terms(row.text, found)
        yield row


def _normalised(text: str) -> Normalised:
    return prepare(text, max_chars=4_000).normalised


def _find(text: str, words: str) -> Place | None:
    """Returns where some words first stand in a normalised text."""
    wanted = normalise(words).text
    at = text.find(wanted)
    return (at, at + len(wanted)) if at >= 0 else None


def _judge_whole(row: Row, polarities: Iterable[int]) -> None:
    """Sets the sentiment of a text whose judgements all agree."""
    labels = set(polarities)
    if len(labels) == 1:
        [label] = labels
        row.neutral = int(label == POLARITIES.index("neutral"))
        if not row.neutral:
            row.positive = int(label == POLARITIES.index("positive"))


def _terms(text: str, found: Iterable[tuple[Place | None, int]]) -> list[Asked]:
    """Asks of each term that a text judges in one way."""
    labels: dict[str, set[int]] = defaultdict(set)
    places: dict[str, list[Place]] = defaultdict(list)
    for place, label in found:
        if place and 1 < place[1] - place[0] <= 10:
            term = text[place[0] : place[1]].replace("/", " ")
            labels[term].add(label)
            places[term].append(place)
    return [
        Asked(term, min(label), tuple(places[term]))
        for term, label in labels.items()
        if len(label) == 1
    ]


def _judged(item: dict[str, Any], text: Normalised) -> Judged:
    places = [
        _place(text, item[key]["start"], item[key]["end"]) if item.get(key) else None
        for key in ("target", "opinion")
    ]
    return Judged(places[0], places[1], _POLARITY[item["sentiment"]])


def _place(text: Normalised, start: int, end: int) -> Place:
    """Returns where a stretch of the original stands in the normalised text."""
    offsets: Sequence[int] = text.offsets
    return bisect_left(offsets, start), bisect_left(offsets, end)
