"""What runs inside a measured process: `python -m tests.benchmarks.topic_children KIND IN OUT …`.

KIND is `ours` or `bertopic`; IN holds clauses and vectors; OUT gets themes, places and figures.
For `ours`, a seed may follow, and the OUT of an earlier run whose themes are known.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import own_peak_mb
from tests.benchmarks.topic_rows import INDUSTRY, Floats, read
from voc.config import load_industry
from voc.topics import Clause

KEYWORDS = 8


def ours(clauses: Sequence[Clause], sentences: Floats, *options: str) -> dict[str, Any]:
    """Discovers by `voc.topics`."""
    from voc.topics import Past, discover

    past = Past()
    if len(options) > 1:
        before = json.loads(Path(options[1]).read_text())
        known = {(voice, start): name for voice, start, name in before["places"]}
        past = Past([_topic(row) for row in before["topics"]], known)
    industry = load_industry(INDUSTRY)
    seed = int(options[0]) if options else 0
    began = time.perf_counter()
    found = discover(clauses, industry=industry, past=past, sentences=sentences, seed=seed)
    return {
        "seconds": time.perf_counter() - began,
        "knows": bool(past.topics),
        "keywords": [topic.keywords for topic in found.topics],
        "names": [topic.topic for topic in found.topics],
        "topics": [topic.as_dict() for topic in found.topics],
        "places": [(one.feedback_id, one.span.start, one.topic_id) for one in found.assignments],
        "coverage": found.coverage,
    }


def _topic(row: dict[str, Any]) -> Any:
    from voc.records import Evidence, Topic

    days = {name: datetime.fromisoformat(row[name]) for name in ("first_seen", "last_seen")}
    plain = Topic(**row | days)
    evidence = tuple(Evidence(**item) for item in row["evidence"])
    return replace(plain, keywords=tuple(row["keywords"]), evidence=evidence)


def bertopic(clauses: Sequence[Clause], sentences: Floats, *_: str) -> dict[str, Any]:
    """Discovers by BERTopic as it comes, told only how Chinese is cut into words.

    That it is no English has to be told as well: else it takes every Chinese character out.
    """
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    from voc.topics.words import Reader

    reader = Reader(load_industry(INDUSTRY))
    vectoriser = CountVectorizer(
        tokenizer=lambda text: reader.read([text])[0].content(), token_pattern=None, lowercase=False
    )
    texts = [clause.text for clause in clauses]
    began = time.perf_counter()
    model = BERTopic(language="multilingual", vectorizer_model=vectoriser)
    labels, _ = model.fit_transform(texts, sentences)
    seconds = time.perf_counter() - began
    names = [name for name in sorted(set(labels)) if name >= 0]
    return {
        "seconds": seconds,
        "knows": False,
        "keywords": [
            [word for word, _ in model.get_topic(name)[:KEYWORDS] if word] for name in names
        ],
        "names": [model.get_topic_info(name).Name.iloc[0] for name in names],
        "places": [
            (clause.feedback_id, clause.start, str(label))
            for clause, label in zip(clauses, labels, strict=True)
            if label >= 0
        ],
        "coverage": sum(label >= 0 for label in labels) / len(labels),
    }


def main() -> None:
    """Runs one candidate and leaves what it found."""
    kind, source, out, *options = sys.argv[1:]
    found = {"ours": ours, "bertopic": bertopic}[kind](*read(Path(source)), *options)
    found["peak_mb"] = own_peak_mb()
    Path(out).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
