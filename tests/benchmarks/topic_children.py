"""What runs inside a measured process: `python -m tests.benchmarks.topic_children KIND IN OUT …`.

KIND is `ours`, `bertopic` or `evoc`; IN holds clauses and vectors; OUT gets themes, places and
figures. For `ours`, a seed may follow, and the OUT of an earlier run whose themes are known.
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
_LEAST_LIKE = 0.05
"""Of the clauses in themes so many may be less like them than one that is put there."""


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

    model = BERTopic(language="multilingual", vectorizer_model=_vectoriser())
    texts = [clause.text for clause in clauses]
    began = time.perf_counter()
    labels, _ = model.fit_transform(texts, sentences)
    return _found(model, clauses, labels, time.perf_counter() - began)


def evoc(clauses: Sequence[Clause], sentences: Floats, *_: str) -> dict[str, Any]:
    """Discovers by BERTopic with EVoC as its clusterer; what that leaves out goes to the nearest.

    EVoC clusters the vectors as they are. A clause that it leaves out goes to the theme whose mean
    is nearest, unless 95 % of those in themes are more like theirs.
    """
    import numpy as np
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction
    from evoc import EVoC

    class Finest(EVoC):  # type: ignore[misc]
        """EVoC with the labels of its layer of most themes; by itself it takes the steadiest."""

        def fit(self, vectors: Floats, y: object = None) -> Any:
            super().fit(vectors, y)
            self.labels_ = self.cluster_layers_[0]
            return self

    model = BERTopic(
        language="multilingual",
        vectorizer_model=_vectoriser(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=Finest(random_state=0),
    )
    texts = [clause.text for clause in clauses]
    began = time.perf_counter()
    labels, _ = model.fit_transform(texts, sentences)
    means = np.stack([model.topic_embeddings_[at] for at in range(-1 in labels, len(set(labels)))])
    near = sentences @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
    own = np.array(labels)
    enough = np.quantile(near[own >= 0, own[own >= 0]], _LEAST_LIKE)
    own = np.where((own < 0) & (near.max(axis=1) >= enough), near.argmax(axis=1), own)
    model.update_topics(texts, topics=own.tolist(), vectorizer_model=_vectoriser())
    return _found(model, clauses, own.tolist(), time.perf_counter() - began)


def _vectoriser() -> Any:
    from sklearn.feature_extraction.text import CountVectorizer

    from voc.topics.words import Reader

    reader = Reader(load_industry(INDUSTRY))
    return CountVectorizer(
        tokenizer=lambda text: reader.read([text])[0].content(), token_pattern=None, lowercase=False
    )


def _found(
    model: Any, clauses: Sequence[Clause], labels: Sequence[int], seconds: float
) -> dict[str, Any]:
    names = [name for name in sorted(set(labels)) if name >= 0]
    return {
        "seconds": seconds,
        "knows": False,
        "keywords": [
            [word for word, _ in model.get_topic(name)[:KEYWORDS] if word] for name in names
        ],
        "names": [model.topic_labels_[name] for name in names],
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
    found = {"ours": ours, "bertopic": bertopic, "evoc": evoc}[kind](*read(Path(source)), *options)
    found["peak_mb"] = own_peak_mb()
    Path(out).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
