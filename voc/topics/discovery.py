"""Finds what many clauses speak of: themes with names, keywords, verbatims and lasting ids.

Copies are set aside, clauses become vectors of their words and, where a model gives sentence
vectors, of their meaning; a sample of them is grouped, and every clause goes to the theme it is
most like, or to none. scikit-learn does the algebra; nothing is compiled at run time and nothing
is downloaded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voc.config.industries import Industry
from voc.records import Span, Topic, is_mixed
from voc.topics.clauses import Assignment, Clause, Discovery, ThemeEvent
from voc.topics.corpus import Corpus
from voc.topics.description import topics_of
from voc.topics.edits import edited, made
from voc.topics.gathering import gathered
from voc.topics.gists import Gist, Gists
from voc.topics.lineage import continued, events, shared
from voc.topics.meaning import Floats
from voc.topics.past import NOTHING_BEFORE, Past
from voc.topics.settling import Settling
from voc.topics.themes import Labels, certainty

_MOST_GATHERINGS: Final = 3


@dataclass(frozen=True, slots=True)
class _Before:
    """What the clauses of a run belonged to before it.

    Attributes:
        labels: `(n,)` the earlier theme of each, −1 for none.
        count: How many earlier themes there are.
        mixed: Those of them in which no problem stands for most.
        made: Those that people made.
    """

    labels: Labels
    count: int
    mixed: list[int]
    made: list[int]


def discover(
    clauses: Sequence[Clause],
    *,
    industry: Industry,
    past: Past = NOTHING_BEFORE,
    sentences: Floats | None = None,
    places: Collection[str] = (),
    seed: int = 0,
    min_voices: int = 5,
) -> Discovery:
    """Finds the themes of clauses.

    The same clauses give the same themes, in whatever order they come. Voices that are known to
    be no customers' (see `voc.text.bursts`) should be left out.

    Args:
        clauses: Clauses that say something, from any number of voices.
        industry: The taxonomy whose words and keywords customers use here.
        past: Themes of earlier runs, and what people made of them. A theme that is found again
            keeps its id, its name and the time it was first seen; those not found again are not
            returned, but `events` tells what became of them.
        sentences: `(n_clauses, width)` a model's sentence vectors of the clauses; a row of zeros
            for one that it could not read. Without them words alone tell clauses apart.
        places: Names of the products, stores and regions; none of them names a theme by itself.
        seed: Decides which clauses are sampled and where grouping starts.
        min_voices: How many voices make a theme.

    Raises:
        MissingExtraError: scikit-learn is missing.
        ValueError: `min_voices` is below 2, or there are not as many vectors as clauses.
    """
    if min_voices < 2:
        raise ValueError(f"min_voices={min_voices} must be at least 2; one voice is no theme")
    if sentences is not None and len(sentences) != len(clauses):
        raise ValueError(
            f"{len(sentences)} sentence vectors were given for {len(clauses)} clauses;"
            " give one a clause, in their order"
        )
    if not clauses:
        gone = tuple(ThemeEvent(topic.topic_id, "died") for topic in past.of(industry.id))
        return Discovery([], [], 0.0, gone)
    corpus = Corpus(clauses, industry, sentences)
    vectors, sample = corpus.placed(seed=seed)
    earlier = past.of(industry.id)
    ids = [topic.topic_id for topic in earlier]
    before = corpus.before(past.known, earlier)
    settling = Settling(corpus, vectors, sample, seed=seed, min_voices=min_voices)
    joined = [ids.index(name) for name in sorted(past.joined.intersection(ids))]
    begun = settling.opened(before, joined) if (before >= 0).any() else settling.first()
    peoples = made(before, ids, past)
    mixed = [at for at, topic in enumerate(earlier) if is_mixed(topic.topic)]
    were = _Before(before, len(ids), mixed, np.unique(before[peoples]).tolist())
    labels = _at_rest(settling, corpus, begun, were)
    labels = edited(labels, before, ids, past, [reading.text for reading in corpus.readings])
    labels = corpus.heard(labels, min_voices, spared=peoples)
    centres = vectors.means(labels, int(labels.max(initial=-1)) + 1).normalised()
    sure, close = certainty(vectors, centres, labels)
    topics = topics_of(
        corpus,
        vectors,
        labels,
        close,
        industry=industry.id,
        past=past,
        before=before,
        places=places,
    )
    assignments = _assignments(corpus, labels, sure, topics)
    return Discovery(
        topics,
        assignments,
        round(len(assignments) / len(clauses), 4),
        events(labels, before, [topic.topic_id for topic in topics], ids),
    )


def _at_rest(settling: Settling, corpus: Corpus, labels: Labels, before: _Before) -> Labels:
    """Settles themes and puts together those that tell the same, until none are left that do.

    Those that tell nothing, as 业主（多方面）, end with it.
    """
    held, told = np.isin(before.labels, before.mixed), Gists(corpus)
    for _ in range(_MOST_GATHERINGS):
        settled = settling.settled(labels, held)
        gists = told.of(settled, settling.closeness(settled))
        known = continued(shared(settled, before.labels, before.count))
        for theme, was in known.items():
            if was in before.made or gists[theme].is_mixed != (was in before.mixed):
                gists[theme] = Gist()  # its name or its maker says what it is
        labels = gathered(settled, gists, corpus.praises(settled), known)
        if len(np.unique(labels[labels >= 0])) == sum(not gist.is_empty for gist in gists):
            break
        held |= np.isin(settled, [at for at, gist in enumerate(gists) if gist.is_mixed])
    return labels


def _assignments(
    corpus: Corpus, labels: Labels, sure: Floats, topics: Sequence[Topic]
) -> list[Assignment]:
    return [
        Assignment(
            clause.feedback_id,
            topics[labels[at]].topic_id,
            round(float(sure[at]), 4),
            Span(clause.start, clause.end, clause.text),
        )
        for clause, at in zip(corpus.clauses, corpus.copy_of, strict=True)
        if labels[at] >= 0
    ]
