"""Describes themes to people: name, keywords, figures, verbatims, and an id that lasts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from voc.records import Topic, stable_id
from voc.topics.corpus import Corpus
from voc.topics.evidence import evidence_of
from voc.topics.lineage import continued, shared
from voc.topics.matching import Candidate, matched
from voc.topics.meaning import Floats
from voc.topics.members import Theme, members_of, themes_of
from voc.topics.naming import name_of
from voc.topics.past import Past
from voc.topics.space import Vectors
from voc.topics.themes import Labels

_ID_KEYWORDS: Final = 5


def topics_of(
    corpus: Corpus,
    vectors: Vectors,
    labels: Labels,
    closeness: Floats,
    *,
    industry: str,
    past: Past,
    before: Labels,
    places: Collection[str] = (),
) -> list[Topic]:
    """Makes a topic of each theme, in the order of their numbers.

    Args:
        corpus: The clauses.
        vectors: Vectors of the distinct ones, n of them.
        labels: `(n,)` their themes, −1 for none.
        closeness: `(n,)` how much each is like its theme.
        industry: The id of their industry.
        past: Topics of earlier runs; those found again keep id, name and first day.
        before: `(n,)` the earlier topics of the clauses, as places in `past.of(industry)`.
        places: Names of products, stores and regions; none of them names a theme by itself.
    """
    themes = themes_of(corpus, labels)
    known = _known(themes, corpus, labels, past.of(industry), before)
    names = {topic.topic for topic in known if topic}
    ids = {topic.topic_id for topic in past.topics}
    topics = []
    for theme, same in zip(themes, known, strict=True):
        name = same.topic if same else _new_name(theme, corpus, closeness, {*names, *places})
        topic_id = same.topic_id if same else _new_id(industry, theme.keywords, name, ids)
        names.add(name)
        ids.add(topic_id)
        times = [clause.occurred_at for clause in theme.clauses]
        topics.append(
            Topic(
                topic_id=topic_id,
                topic=name,
                industry=industry,
                keywords=theme.keywords,
                count=len(theme.voices),
                negative_share=round(theme.negative_share, 4),
                first_seen=min([*times, same.first_seen] if same else times),
                last_seen=max(times),
                evidence=evidence_of(
                    [corpus.clauses[corpus.distinct[at]] for at in theme.places],
                    vectors.take(theme.places),
                    closeness[theme.places],
                    negative=theme.complaint,
                ),
            )
        )
    return topics


def _known(
    themes: Sequence[Theme],
    corpus: Corpus,
    labels: Labels,
    earlier: Sequence[Topic],
    before: Labels,
) -> list[Topic | None]:
    """Returns the earlier topic that each theme is: by its clauses, else by words and verbatims."""
    same = continued(shared(labels, before, len(earlier)))
    heard = set(np.unique(before))
    gone = [topic for at, topic in enumerate(earlier) if at not in heard]
    unknown = [at for at in range(len(themes)) if at not in same]
    guesses = matched(
        [Candidate(themes[at].keywords, themes[at].voices) for at in unknown],
        gone,
        seen={clause.feedback_id for clause in corpus.clauses},
    )
    by_words = dict(zip(unknown, guesses, strict=True))
    return [earlier[same[at]] if at in same else by_words[at] for at in range(len(themes))]


def _new_name(theme: Theme, corpus: Corpus, closeness: Floats, taken: set[str]) -> str:
    return name_of(
        members_of(theme, corpus, closeness),
        theme.weights,
        complaint=theme.complaint,
        taken=taken,
        subjects=corpus.subjects,
        cut_off=corpus.cut_off,
        synonyms=corpus.synonyms,
    )


def _new_id(industry: str, keywords: Sequence[str], name: str, taken: set[str]) -> str:
    """Makes an id from the keywords at birth; twins are told apart by their name."""
    plain = stable_id("tp", industry, *sorted(keywords[:_ID_KEYWORDS]))
    return plain if plain not in taken else stable_id("tp", industry, *keywords, name)
