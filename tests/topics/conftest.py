"""What the tests of topic discovery share: an industry, its reader, and the demo's clauses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voc.config.industries import Industry, load_industry
from voc.text.sentences import clauses
from voc.topics import Clause
from voc.topics.phrases import Member
from voc.topics.synonyms import UNKNOWN
from voc.topics.words import Reader

DEMO = Path(__file__).resolve().parents[2] / "corpora" / "demo"
START = datetime(2026, 9, 21, tzinfo=UTC)

ClauseMaker = Callable[..., list[Clause]]

# A clause says something if it holds one of these or a keyword of its industry.
COMPLAINING = re.compile(
    "不|没|坏|慢|贵|难|漏|堵|退|投诉|响|顿|抖|闯|冲|窜|卡|黑|烫|怕|吓|凶|骂|吼|等了|少|碎|硬"
    "|头发|铁丝|故障|咯|哐|嘎|磕|耸|拱|晃|点头|涨价|降价|插队|态度|翻白眼|甩|笑"
)
PRAISING = re.compile("好|棒|赞|满意|喜欢|舒服|耐心|香|甜|值|稳|安静|巴适|感谢|细心|热情|体面|新鲜")


@pytest.fixture(scope="session")
def automotive() -> Industry:
    return load_industry("automotive")


@pytest.fixture(scope="session")
def reader(automotive: Industry) -> Reader:
    return Reader(automotive)


@pytest.fixture
def make() -> ClauseMaker:
    """Makes one clause a text, each by another voice, an hour apart."""

    def clauses_of(*texts: str, negative: bool = True, prefix: str = "f") -> list[Clause]:
        return [
            Clause(
                feedback_id=f"{prefix}{index}",
                start=0,
                end=len(text),
                text=text,
                occurred_at=START + timedelta(hours=index),
                negative=negative,
                positive=not negative,
            )
            for index, text in enumerate(texts)
        ]

    return clauses_of


@pytest.fixture(scope="session")
def demo_clauses() -> Callable[[str, Industry], list[Clause]]:
    """Gives the clauses of half of the demo that say something, by simple lists of words."""

    def of(name: str, industry: Industry) -> list[Clause]:
        keywords = [word for aspect in industry.all_aspects() for word in aspect.keywords]
        told = re.compile(f"{PRAISING.pattern}|{'|'.join(map(re.escape, keywords))}")
        return [
            Clause(voice, start, end, text[start:end], when, negative, positive=not negative)
            for voice, text, when in _voices(DEMO / name)
            for start, end in clauses(text)
            for negative in [COMPLAINING.search(text, start, end) is not None]
            if negative or told.search(text, start, end)
        ]

    return of


def _voices(folder: Path) -> Iterator[tuple[str, str, datetime]]:
    for name in ("forum", "hotline"):
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            turns = [turn["text"] for turn in row.get("turns", ()) if turn["speaker"] == "customer"]
            yield (
                row["id"],
                row.get("text") or "\n".join(turns),
                datetime.fromisoformat(row["time"]),
            )
    for name in ("reviews", "survey"):
        for cells in _table(folder / f"{name}.csv"):
            yield cells[0], cells[-1], datetime.fromisoformat(cells[1])


def _table(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return list(csv.reader(io.StringIO(text)))[1:]


def members(reader: Reader, texts: tuple[str, ...]) -> list[Member]:
    """Clauses of a theme, each of another voice."""
    return [
        Member(reading, text, f"f{index}", 0.8, True)
        for index, (reading, text) in enumerate(zip(reader.read(texts), texts, strict=True))
    ]


def opining(member: Member, *opinions: str) -> Member:
    """A clause that judges so."""
    judging = UNKNOWN.judging(member.reading, opinions)
    return replace(member, opinions=opinions, judging=judging)
