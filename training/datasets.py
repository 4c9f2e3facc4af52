"""Loads the labelled feedback that models are trained on; corpora/ says what each set is."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from training.leaks import repeats
from voc.errors import SourceError
from voc.records import IntentLabel, Polarity

Split = Literal["train", "dev", "unlabelled"]
SENTIMENT_SETS = (
    "online_shopping", "jd_goods", "waimai", "chnsenticorp", "nlpcc14", "eprstmt", "bank_forum",
)  # fmt: skip
REVIEW_SETS = tuple(name for name in SENTIMENT_SETS if name != "bank_forum")  # they share texts
ASPECT_SETS = {"automotive": "car_forum", "cosmetics": "cosmetics_reviews"}
# Labels that lie here, of texts that lie in the data folder: industry, its set, and its splits.
READ_SETS = {"restaurant": "restaurant_aspects"}
READ_SPLITS = ("dev",)
CORPORA = Path(__file__).resolve().parents[1] / "corpora"

# What the name of a service question's intent says of ours; the first that fits counts.
_SERVICE_INTENTS: tuple[tuple[IntentLabel, tuple[str, ...]], ...] = (
    (
        "complaint",
        ("不满", "生气", "催促", "抱怨", "有问题", "发错", "太慢", "补偿", "无法", "伤心"),
    ),
    ("praise", ("赞美", "感谢")),
    ("inquiry", ("咨询", "疑问", "推荐", "确认", "是否")),
    ("other", ("",)),
)
_CITIZEN_INTENTS: tuple[tuple[IntentLabel, tuple[str, ...]], ...] = (
    ("suggestion", ("建议", "希望")),
    ("inquiry", ("咨询", "询问", "请问")),
    ("complaint", ("投诉", "举报", "反映", "扰民", "乱象", "拖欠")),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A text with one label; `origin` is the data set."""

    text: str
    label: str
    origin: str


@dataclass(frozen=True, slots=True)
class AspectExample:
    """A text with the polarity of each aspect it speaks of, by the aspect's name."""

    text: str
    aspects: dict[str, Polarity]


def rows(data: Path, name: str, split: str) -> list[dict[str, Any]]:
    """Reads the rows of one set.

    Raises:
        SourceError: The set is not there; the message says where it was looked for.
    """
    path = data / name / f"{split}.jsonl.gz"
    if not path.is_file():
        raise SourceError(f"{path}: no such data set; name the data's folder with --data.")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def sentiment_examples(data: Path, split: str, *, fresh: bool = False) -> Iterator[Example]:
    """Yields texts with one polarity: the sentiment sets, then aspect sets' unanimous texts.

    Args:
        data: Folder of the data sets.
        split: The split.
        fresh: Leave out rows of the sentiment sets that repeat training rows.
    """
    for name in SENTIMENT_SETS:
        found = rows(data, name, split)
        marks = repeated(data, name, found) if fresh else [False] * len(found)
        for row, left_out in zip(found, marks, strict=True):
            if not left_out:
                yield Example(row["text"], row["sentiment"], name)
    for name, field in (
        ("car_forum", "aspects"),
        ("cosmetics_reviews", "aspects"),
        ("food_spans", "aspects"),
        ("car_brands", "targets"),
    ):
        for row in rows(data, name, split):
            labels = {item["sentiment"] for item in row[field]}
            if len(labels) == 1:
                yield Example(row["text"], labels.pop(), name)


def aspect_examples(data: Path, industry: str, split: str) -> list[AspectExample]:
    """Reads the aspect set of an industry; of two judgements the last counts."""
    return [
        AspectExample(row["text"], {item["aspect"]: item["sentiment"] for item in row["aspects"]})
        for row in rows(data, ASPECT_SETS[industry], split)
    ]


def read_rows(
    data: Path, industry: str, split: str, *, corpora: Path = CORPORA
) -> list[dict[str, Any]]:
    """Joins the aspects that a reader of this project noted with the texts of the data folder.

    Args:
        data: Folder of the data sets.
        industry: One of `READ_SETS`.
        split: One of `READ_SPLITS`.
        corpora: Folder of the cards, where the labels lie beside theirs.

    Returns:
        Rows with `id`, `text` and `aspects` (`aspect_id`, `sentiment`), in the order of the labels.

    Raises:
        SourceError: A set is not there, or a label names no text of it or one that is named before.
    """
    path = corpora / READ_SETS[industry] / f"{split}.jsonl"
    if not path.is_file():
        raise SourceError(f"{path}: no such labels; there are those of {', '.join(READ_SPLITS)}.")
    labelled = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = {
        (name, row["id"]): row["text"]
        for name in sorted({row["set"] for row in labelled})
        for row in rows(data, name, split)
    }
    joined = []
    for number, row in enumerate(labelled, start=1):
        text = texts.pop((row["set"], row["id"]), None)
        if text is None:
            raise SourceError(
                f"{path}:{number}: {row['set']} {split} has no row {row['id']!r}, or a line above"
                " labels it; label each row of the set once."
            )
        joined.append({"id": row["id"], "text": text, "aspects": row["aspects"]})
    return joined


def joined_rows(found: Sequence[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """Joins labelled rows into texts as long as whole reviews.

    Args:
        found: Rows as `read_rows` gives them.
        size: How many make one text, at most; rows of one text stand far apart in `found`.

    Returns:
        Rows whose `aspects` are those that any of their parts speaks of, each by its first mention:
        its polarity says nothing of the whole.
    """
    step = -(-len(found) // size)
    joined = []
    for start in range(step):
        parts = found[start::step]
        spoken: dict[str, Any] = {}
        for item in (item for part in parts for item in part["aspects"]):
            spoken.setdefault(item["aspect_id"], item)
        text = "\n".join(part["text"] for part in parts)
        joined.append({"id": parts[0]["id"], "text": text, "aspects": list(spoken.values())})
    return joined


def food_windows(data: Path, split: str) -> Iterator[Example]:
    """Yields stretches around each judged target of restaurant reviews, with its polarity."""
    for row in rows(data, "food_spans", split):
        for item in row["aspects"]:
            places = [item[key] for key in ("target", "opinion") if item.get(key)]
            if not places:
                continue
            start = min(place["start"] for place in places)
            end = max(place["end"] for place in places)
            if end - start <= 40:
                yield Example(row["text"][start:end], item["sentiment"], "food_spans")


def intent_examples(data: Path, split: str) -> Iterator[Example]:
    """Yields texts with weak intent labels.

    No set labels our five intents. Service questions carry finer intents that map onto them, the
    city hotline's titles name theirs, plain reviews complain or praise, and bank forum posts that
    judge nothing ask or chat.
    """
    for row in rows(data, "service_intents", split):
        yield Example(row["text"], service_intent(row["intent"]), "service")
    for name in ("jd_goods", "waimai", "eprstmt"):
        for row in rows(data, name, split)[:6000]:
            label = "praise" if row["sentiment"] == "positive" else "complaint"
            yield Example(row["text"], label, name)
    for row in rows(data, "bank_forum", split):
        if row["sentiment"] == "neutral":
            yield Example(row["text"], unjudging_intent(row["text"]), "bank_forum")
    if split == "train":
        for row in rows(data, "citizen_complaints", "unlabelled"):
            found = citizen_intent(row["title"])
            if found:
                yield Example(row["text"], found, "citizen_complaints")


def service_intent(name: str) -> IntentLabel:
    """Returns ours of the intents that a service question's intent falls under."""
    return _first(_SERVICE_INTENTS, name) or "other"


def questions(data: Path) -> tuple[str, ...]:
    """Returns the names of the service questions' intents, in order."""
    return tuple(sorted({row["intent"] for row in rows(data, "service_intents", "train")}))


def unjudging_intent(text: str) -> IntentLabel:
    """Returns whether a post that judges nothing asks, or chats."""
    asks = any(mark in text for mark in ("?", "？", "吗", "请问", "怎么"))
    return "inquiry" if asks else "other"


def citizen_intent(title: str) -> IntentLabel | None:
    """Returns the intent that the title of a message to a city names, if it names one."""
    return _first(_CITIZEN_INTENTS, title)


def _first(table: tuple[tuple[IntentLabel, tuple[str, ...]], ...], name: str) -> IntentLabel | None:
    for label, words in table:
        if any(word in name for word in words):
            return label
    return None


def repeated(data: Path, name: str, found: Sequence[dict[str, Any]]) -> list[bool]:
    """Returns which rows of a set nearly repeat a training text of it, or of a set like it.

    Raises:
        SourceError: A set is not there.
    """
    sets = REVIEW_SETS if name in REVIEW_SETS else (name,)
    known = (row["text"] for other in sets for row in rows(data, other, "train"))
    return repeats([row["text"] for row in found], known)
