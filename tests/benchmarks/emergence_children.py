"""What runs in BERTopic's interpreter: `python -m tests.benchmarks.emergence_children IN OUT`.

IN holds counts of topics by week; each voice becomes a document of its topic. OUT gets what
`topics_over_time` counts for each topic and week.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np


def counted(weekly: Any) -> Any:
    """Returns BERTopic's counts of `(topics, weeks)`, of topics that are given (manual ones)."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.cluster import BaseCluster
    from bertopic.dimensionality import BaseDimensionalityReduction
    from sklearn.feature_extraction.text import CountVectorizer

    labels, weeks = (
        np.repeat(part, weekly.ravel()) for part in np.indices(weekly.shape).reshape(2, -1)
    )
    texts = [f"topic{label}" for label in labels]
    model = BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(),
    )
    model.fit(texts, embeddings=np.zeros((len(texts), 2)), y=labels.tolist())
    table = model.topics_over_time(
        texts, weeks.tolist(), topics=labels.tolist(), global_tuning=False, evolution_tuning=False
    )
    found = np.zeros(weekly.shape)
    found[table.Topic.to_numpy(), table.Timestamp.astype(int).to_numpy()] = table.Frequency
    return found


if __name__ == "__main__":
    np.save(Path(sys.argv[2]), counted(np.load(Path(sys.argv[1]))))
