"""Discovers topics over the store: from what was there before, and keeping what became of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple

from xxhash import xxh128

from voc.config import Industry
from voc.config.sections import TopicSettings
from voc.insights import Proportion, proportion
from voc.pipeline.moments import cutoff_of
from voc.pipeline.sentences import Floats, Vectoriser, sentences_of
from voc.pipeline.vectors import KeptVectors
from voc.records import UNHEARD, Mention
from voc.store import Store, TopicEvent
from voc.text.normalise import normalise
from voc.topics import Clause, Discovery, Parted, Past, discover, telling
from voc.topics.clauses import Place
from voc.topics.namer import ChatNamer, NamerError
from voc.topics.nearest import nearest_aspects

BY_RUN = "voc"
_NAMING_S: Final = 600
"""Seconds for which an endpoint is asked for names in one run."""
_MADE = b"2"
"""Changes where what is kept of the same themes does."""


def discover_topics(
    store: Store,
    engine: Vectoriser,
    industry: Industry,
    *,
    model: str,
    settings: TopicSettings,
    now: datetime,
    told: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Discovery, list[str]] | None:
    """Discovers the topics of an industry and keeps them, with what became of the earlier ones.

    Args:
        store: Whose voices are read.
        engine: What gives sentence vectors, if it has any.
        industry: The taxonomy of the voices.
        model: Whose tags are read.
        settings: How many voices make a topic, and what names it.
        now: The time of this run.
        told: Called with (done, total) as sentence vectors are made.

    Returns:
        What was found, and what the user should know of how; `None` where nothing that themes
        depend on has changed since the run before, whose themes stand, and none awaits a name.

    Raises:
        MissingExtraError: scikit-learn is missing.
    """
    cutoff = cutoff_of(store, now)
    mentions = list(
        store.mentions(model=model, industry=industry.id, until=cutoff, with_unheard=True)
    )
    clauses = telling(clauses_of(mentions), industry)
    past = past_of(store, industry.id)
    places = _places(mentions)
    mark = _fingerprint(clauses, past, industry, settings, model, places)
    awaiting = _awaiting_names(store, industry) if settings.namer_url else set()
    if not awaiting and store.meta(_seen(industry)) == _with_themes(mark, past.known):
        return None
    kept = KeptVectors(store, model)
    sentences = sentences_of(engine, [clause.text for clause in clauses], kept=kept, told=told)
    found = discover(
        clauses,
        industry=industry,
        past=past,
        sentences=sentences,
        places=places,
        seed=settings.seed,
        min_voices=settings.min_voices,
    )
    if sentences is not None:
        found = placed(found, clauses, heard_in(mentions), sentences)
    found, notes, left = named(by_voice(found, clauses), settings, awaiting=awaiting)
    names = {topic.topic_id: topic.topic for topic in (*past.topics, *found.topics)}
    events = [
        TopicEvent(
            event.topic_id, names[event.topic_id], industry.id, now, BY_RUN, event.kind, event.other
        )
        for event in found.events
    ]
    with store.transaction() as transaction:
        # Discovery takes a while: what was removed or withdrawn meanwhile is not quoted.
        found = without(found, transaction.gone(at.feedback_id for at in found.assignments))
        transaction.save_topics(industry.id, found.topics, found.assignments)
        transaction.add_topic_events(events)
        known = {(at.feedback_id, at.span.start): at.topic_id for at in found.assignments}
        transaction.put_meta(_seen(industry), _with_themes(mark, known))
        transaction.put_meta(_unnamed(industry), " ".join(sorted(left)))
    return found, notes


def heard_in(mentions: Iterable[Mention]) -> dict[Place, set[str]]:
    """Returns the aspects that are heard in each clause, by its place."""
    heard: dict[Place, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention.aspect_id != UNHEARD:
            for span in mention.evidence:
                heard[mention.feedback_id, span.start].add(mention.aspect_id)
    return heard


def placed(
    found: Discovery,
    clauses: Sequence[Clause],
    heard: Mapping[Place, Collection[str]],
    sentences: Floats,
) -> Discovery:
    """Returns the discovery with the aspect that each theme is near to, where it is near one.

    Args:
        found: The themes of the clauses.
        clauses: n clauses.
        heard: The aspects that are heard in some of them, by their places.
        sentences: `(n, width)` their sentence vectors.
    """
    themes = {(at.feedback_id, at.span.start): at.topic_id for at in found.assignments}
    complaints = [at for at, clause in enumerate(clauses) if clause.negative]
    places = [clauses[at].place for at in complaints]
    near = nearest_aspects(
        [themes.get(place) for place in places],
        [heard.get(place, ()) for place in places],
        sentences,
        complaints,
    )
    topics = [replace(one, near_aspect=near.get(one.topic_id)) for one in found.topics]
    return replace(found, topics=topics)


def without(found: Discovery, gone: Collection[str]) -> Discovery:
    """Returns themes without some voices; one that nobody else speaks of goes with them."""
    if not gone:
        return found
    assignments = [at for at in found.assignments if at.feedback_id not in gone]
    left = {at.topic_id for at in assignments}
    topics = [
        replace(
            topic,
            evidence=tuple(item for item in topic.evidence if item.feedback_id not in gone),
        )
        for topic in found.topics
        if topic.topic_id in left
    ]
    return replace(found, topics=topics, assignments=assignments)


def forget_vectors(store: Store, model: str) -> None:
    """Forgets the kept vectors of clauses that no voice has any more."""
    KeptVectors(store, model).keep_only(store.judged_texts(model=model))


def _seen(industry: Industry) -> str:
    return f"topics:{industry.id}"


def _unnamed(industry: Industry) -> str:
    return f"topics:{industry.id}:unnamed"


def _awaiting_names(store: Store, industry: Industry) -> set[str]:
    """Returns the ids of themes that an endpoint was still to name, and that nobody has named."""
    left = (store.meta(_unnamed(industry)) or "").split()
    return set(left) - renamed(store) if left else set()


def renamed(store: Store) -> set[str]:
    """Returns the ids of themes that people named."""
    return {event.topic_id for event in store.topic_events(kind="renamed")}


def _fingerprint(
    clauses: Sequence[Clause],
    past: Past,
    industry: Industry,
    settings: TopicSettings,
    model: str,
    places: Iterable[str],
) -> str:
    """Returns what is equal only where themes are made of the same, in the same way."""
    digest = xxh128(_MADE)
    asked = (model, industry.model_dump_json(), settings.model_dump_json(exclude={"namer_key"}))
    edits = (sorted(past.joined), past.parted, sorted(places))
    for part in (*asked, *edits, *map(repr, clauses)):
        digest.update(f"{part}\x1f".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _with_themes(mark: str, known: Mapping[Place, str]) -> str:
    """Returns a mark that changes where a clause has lost its theme, too, or got another one."""
    digest = xxh128(mark.encode())
    for place in sorted(known):
        digest.update(f"{place}{known[place]}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def by_voice(found: Discovery, clauses: Iterable[Clause]) -> Discovery:
    """Returns the discovery with the negative share of each topic counted by voice.

    It is of the voices that speak of the topic, how many complain in a clause which belongs to it,
    as reports and lists count it: many clauses of one voice count once.
    """
    negative = {clause.place: clause.negative for clause in clauses}
    complains: dict[str, dict[str, bool]] = {}
    for at in found.assignments:
        voices = complains.setdefault(at.topic_id, {})
        said = negative[at.feedback_id, at.span.start]
        voices[at.feedback_id] = voices.get(at.feedback_id, False) or said
    share = {
        name: round(sum(voices.values()) / len(voices), 4) for name, voices in complains.items()
    }
    topics = [
        replace(topic, negative_share=share.get(topic.topic_id, topic.negative_share))
        for topic in found.topics
    ]
    return replace(found, topics=topics)


class Named(NamedTuple):
    """Themes as an endpoint named them.

    Attributes:
        found: The discovery with the names.
        notes: What went wrong.
        left: The ids of themes that it was still to name.
    """

    found: Discovery
    notes: list[str]
    left: frozenset[str]


def named(found: Discovery, settings: TopicSettings, *, awaiting: Collection[str] = ()) -> Named:
    """Has new topics named by the endpoint of the settings, if there is one.

    Where it does not answer, or takes too long for all of them, names stay what customers' words
    gave until a later run asks for them.

    Args:
        found: The discovery.
        settings: Name the endpoint.
        awaiting: The ids of themes that an earlier run was still to have named.
    """
    if not settings.namer_url:
        return Named(found, [], frozenset())
    namer = ChatNamer(
        settings.namer_url, settings.namer_model, settings.namer_key, settings.namer_timeout_s
    )
    born = {event.topic_id for event in found.events if event.kind in ("born", "split")}
    taken = {topic.topic for topic in found.topics}
    topics = list(found.topics)
    places = [at for at, one in enumerate(topics) if one.topic_id in born.union(awaiting)]
    notes, begun, done = [], monotonic(), 0
    for place in places:
        if monotonic() - begun > _NAMING_S:
            notes.append(
                f"topics.namer_url: {len(places) - done} themes keep their names for now, as"
                f" naming took longer than {_NAMING_S} s; the next run asks for them."
            )
            break
        topic = topics[place]
        try:
            name = namer.name(topic.keywords, [item.text or "" for item in topic.evidence])
        except NamerError as error:
            notes.append(str(error))
            break
        done += 1
        if name and name not in taken:
            taken.add(name)
            topics[place] = replace(topic, topic=name)
    left = frozenset(topics[place].topic_id for place in places[done:])
    return Named(replace(found, topics=topics), notes, left)


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many voices speak of a topic, and how many of them complain in it, of those judged."""

    voices: int
    negative: Proportion


def spoken_of(store: Store, industry: str | None = None) -> dict[str, Spoken]:
    """Counts the voices of topics by id, as the model that tagged last judged them.

    These are the figures of the report: voices that do not count are left out.
    """
    model = next(iter(store.models()), "")
    voices: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    for said in store.topic_voices(industry, model=model):
        voices[said.topic_id] += 1
        judged[said.topic_id] += said.is_negative is not None
        negative[said.topic_id] += said.is_negative is True
    return {
        name: Spoken(count, proportion(negative[name], judged[name]))
        for name, count in voices.items()
    }


def past_of(store: Store, industry: str) -> Past:
    """Returns what earlier runs found in an industry, and what people made of it."""
    edits = store.topic_events(industry=industry, kind=("joined", "parted"))
    return Past(
        topics=store.topics(industry, with_muted=True),
        known=store.topic_places(industry),
        joined=frozenset(event.other for event in edits if event.kind == "joined" and event.other),
        parted=tuple(_parted(edits)),
    )


def _parted(edits: Iterable[TopicEvent]) -> list[Parted]:
    """Returns what is split off still: what was merged into another theme later is not."""
    found: list[Parted] = []
    for event in edits:
        if event.kind == "joined":
            found = [rule for rule in found if rule.child != event.topic_id]
        elif event.other:
            words = tuple(normalise(word).text for word in event.words)
            found.append(Parted(event.other, event.topic_id, words))
    return found


def _places(mentions: Iterable[Mention]) -> frozenset[str]:
    named = (name for one in mentions for name in (one.product, one.store, one.region))
    return frozenset(name for name in named if name)


def clauses_of(mentions: Iterable[Mention]) -> list[Clause]:
    """Returns the clauses that judge something, each once, in an order of their own.

    That of mentions changes with the themes of the run before.
    """
    found: dict[tuple[str, int], Clause] = {}
    for mention in mentions:
        for span in mention.evidence:
            place = (mention.feedback_id, span.start)
            negative = mention.sentiment == "negative"
            positive = mention.sentiment == "positive"
            before = found.get(place)
            if not before or (not before.negative and (negative or positive)):
                found[place] = Clause(
                    feedback_id=mention.feedback_id,
                    start=span.start,
                    end=span.end,
                    text=span.text,
                    occurred_at=mention.occurred_at,
                    negative=negative,
                    opinions=tuple(one for one in mention.opinions if _is_in(one, span.text)),
                    positive=positive,
                    aside=negative and mention.is_praise,
                )
    return sorted(found.values(), key=lambda clause: (clause.occurred_at, clause.place))


def _is_in(opinion: str, clause: str) -> bool:
    """Says whether a clause holds an opinion: what is judged and how, each whole."""
    cuts = range(len(opinion))
    return any(opinion[:cut] in clause and opinion[cut:] in clause for cut in cuts)
