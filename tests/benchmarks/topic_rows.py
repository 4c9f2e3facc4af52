"""The clauses that topics are discovered in: of real complaints, and many of them for speed."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.config.industries import load_industry
from voc.topics import Clause, telling

Floats = npt.NDArray[np.float32]

INDUSTRY: Final = "citizen"
_BATCH: Final = 256
_SHEET_ORIGIN: Final = datetime(1899, 12, 30, tzinfo=UTC)


def complaints(data: Path) -> list[dict[str, Any]]:
    """Returns the rows of `citizen_complaints`.

    Raises:
        SystemExit: They are not there.
    """
    path = data / "citizen_complaints" / "unlabelled.jsonl.gz"
    if not path.is_file():
        raise SystemExit(f"{path}: there is no such file; --data names the folder of data sets.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def complaint_days(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Returns the day of each complaint that has one, as a proleptic ordinal."""
    return [_moment(row["time"]).date().toordinal() for row in rows if row.get("time")]


def tagged_clauses(rows: Sequence[dict[str, Any]], model: str) -> tuple[list[Clause], Floats]:
    """Tags complaints and returns what they judge, with the model's sentence vectors."""
    from voc.pipeline.sentences import sentences_of
    from voc.pipeline.themes import clauses_of
    from voc.records import Mention
    from voc.store.tags import opinion_words
    from voc.tagging.engine import load
    from voc.tagging.unheard import unheard

    engine = load(INDUSTRY, model=model)
    mentions = []
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        for row, tags in zip(batch, engine.tag([row["text"] for row in batch]), strict=True):
            mentions += [
                Mention(
                    feedback_id=row["id"],
                    industry=INDUSTRY,
                    aspect_id=aspect.aspect_id,
                    sentiment=aspect.sentiment,
                    score=aspect.score,
                    occurred_at=_moment(row["time"]),
                    evidence=aspect.evidence,
                    opinions=tuple(opinion_words(aspect, tags.opinions)),
                )
                for aspect in (*tags.aspects, *unheard(tags, [(0, len(tags.text))]))
            ]
    clauses = telling(clauses_of(mentions), load_industry(INDUSTRY))
    sentences = sentences_of(engine, [clause.text for clause in clauses])
    if sentences is None:
        raise SystemExit(f"{engine.model} has no sentence vectors; name an encoder with --model.")
    return clauses, sentences


def _moment(said: str) -> datetime:
    if "/" not in said:  # days as a spreadsheet counts them
        return _SHEET_ORIGIN + timedelta(days=float(said))
    return datetime.strptime(said, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)


def share_of(clauses: Sequence[Clause], share: float, seed: int) -> list[int]:
    """Returns the places of the clauses of a share of the voices."""
    voices = sorted({clause.feedback_id for clause in clauses})
    kept = set(random.Random(seed).sample(voices, round(share * len(voices))))
    return [at for at, clause in enumerate(clauses) if clause.feedback_id in kept]


def many(
    clauses: Sequence[Clause], sentences: Floats, count: int, seed: int, *, edits: int = 2
) -> tuple[list[Clause], Floats]:
    """Makes `count` clauses of real ones: drawn again and again, `edits` characters put into each.

    With two, most are near copies of others, as real feedback often is; with eight hardly any. Each
    draw of a voice is a voice of its own. The vectors move a little, as those of texts with
    small edits do.
    """
    draw = random.Random(seed)
    characters = sorted({one for clause in clauses for one in clause.text if one.isalpha()})
    chosen = [draw.randrange(len(clauses)) for _ in range(count)]
    made = []
    for number, at in enumerate(chosen):
        text = list(clauses[at].text)
        for _ in range(edits):
            text.insert(draw.randrange(len(text) + 1), draw.choice(characters))
        made.append(
            replace(
                clauses[at],
                feedback_id=f"{clauses[at].feedback_id}-{number % 7}",
                text="".join(text),
                start=number,
                end=number + len(text),
            )
        )
    noise = np.random.default_rng(seed).normal(size=(count, sentences.shape[1]))
    moved = sentences[chosen] + 0.2 * noise / np.sqrt(sentences.shape[1])
    return made, (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def write(folder: Path, clauses: Sequence[Clause], sentences: Floats) -> Path:
    """Leaves clauses and vectors for a measured process."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "sentences.npy", sentences)
    with (folder / "clauses.jsonl").open("w", encoding="utf-8") as out:
        for clause in clauses:
            row = asdict(clause) | {"occurred_at": clause.occurred_at.isoformat()}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return folder


def read(folder: Path) -> tuple[list[Clause], Floats]:
    """Reads what `write` left."""
    return list(_read(folder / "clauses.jsonl")), np.load(folder / "sentences.npy")


def _read(path: Path) -> Iterator[Clause]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            row["occurred_at"] = datetime.fromisoformat(row["occurred_at"])
            yield Clause(**row | {"opinions": tuple(row["opinions"])})
