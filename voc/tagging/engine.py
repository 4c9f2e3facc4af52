"""The engine: from texts to Tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.config import Aspect, Industry, Settings, load_industry, load_settings
from voc.config.industries import named_aspects
from voc.errors import ModelError, UsageError, nearest
from voc.records import TASKS, Intent, Sentiment, Tags, Task, Urgency
from voc.tagging.cache import TagCache
from voc.tagging.loading import load_tagger
from voc.tagging.prepare import Prepared, prepare
from voc.tagging.tagger import Questioner, Tagger, Vectoriser
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.urgency import urgency_of
from voc.text.matching import IdentityCache

_MOST_TAXONOMIES = 64  # kept ready; a request may name its own


class Engine:
    """Tags texts with one model.

    Thread-safe once made: it holds no state but caches, of taxonomies and of what was tagged.

    Args:
        tagger: What finds sentiment, intent, aspects and opinions.
        industry: The taxonomy used where a call names none.
        max_chars: Code points read of one text.
        mask: Whether personal data becomes `*` in what is returned.
        industries_dir: Folder with the user's own industries.
        cached_texts: How many texts' Tags are remembered; a text that comes again costs nothing.
        notice: What the user should know of the model, where it is not the one that was wanted.
    """

    def __init__(
        self,
        tagger: Tagger,
        *,
        industry: Industry | None = None,
        max_chars: int = 20_000,
        mask: bool = True,
        industries_dir: Path | None = None,
        cached_texts: int = 4096,
        notice: str | None = None,
    ) -> None:
        self.tagger = tagger
        self.notice = notice
        self._industry = industry
        self._max_chars = max_chars
        self._mask = mask
        self._industries_dir = industries_dir
        self._cache = TagCache(cached_texts)
        self._taxonomies: dict[tuple[str | None, tuple[str, ...]], Taxonomy | None] = {}

    @property
    def model(self) -> str:
        """Name and version of the model, as every Tags record carries it."""
        return self.tagger.identifier

    @property
    def masks(self) -> bool:
        """Whether personal data in texts becomes `*`."""
        return self._mask

    @property
    def cached_and_not(self) -> tuple[int, int]:
        """How many texts were remembered when they came again, and how many were not."""
        return self._cache.hits, self._cache.misses

    def tag(
        self,
        texts: Sequence[str],
        *,
        industry: str | Industry | None = None,
        aspects: Sequence[str] | None = None,
        tasks: Collection[str] | None = None,
        ids: Sequence[str] | None = None,
    ) -> list[Tags]:
        """Tags texts.

        Args:
            texts: Any texts; blank ones are tagged too.
            industry: Id of an industry, a path to one's YAML file, or one already loaded.
            aspects: Names of aspects to look for instead of all of the industry's; ones that it
                does not have are looked for by their name.
            tasks: What to tag, of sentiment, aspects, opinions, intent, urgency; `None` is all.
            ids: An id for each text; their positions by default.

        Returns:
            One Tags a text, in order. Offsets point into its `text`, which is masked.

        Raises:
            UsageError: There is no such industry or task.
        """
        chosen = self._chosen_industry(industry)
        wanted = check_tasks(tasks)
        taxonomy = self._taxonomy(chosen, aspects)
        options = (taxonomy, wanted)  # a taxonomy is made once for an industry and its aspects
        known = {text: self._cache.get(text, options) for text in dict.fromkeys(texts)}
        new = [text for text, tags in known.items() if tags is None]
        tagged = {text: tags for text, tags in known.items() if tags is not None}
        for text, tags in zip(new, self._tag_unique(new, chosen, taxonomy, wanted), strict=True):
            tagged[text] = tags
            self._cache.put(text, options, tags)
        names = ids if ids is not None else [str(index) for index in range(len(texts))]
        return [replace(tagged[text], id=name) for text, name in zip(texts, names, strict=True)]

    def questions(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Returns which of 118 questions to a shop's service each text asks, with its probability.

        Raises:
            ModelError: The model has no head for it.
        """
        if not isinstance(self.tagger, Questioner):
            raise ModelError(f"{self.model} has no service questions; name another model.")
        return self.tagger.questions(self._prepared(texts))

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns (n_texts, width) sentence vectors of unit length; near ones mean alike.

        Raises:
            ModelError: The model has none.
        """
        if not isinstance(self.tagger, Vectoriser):
            raise ModelError(f"{self.model} has no sentence vectors; name an encoder, as voc-zh.")
        return self.tagger.vectors(self._prepared(texts))

    def _prepared(self, texts: Sequence[str]) -> list[Prepared]:
        return [prepare(text, max_chars=self._max_chars, masked=self._mask) for text in texts]

    def bound(
        self,
        *,
        industry: Industry | None = None,
        aspects: Sequence[str] | None = None,
        tasks: Collection[str] | None = None,
    ) -> BoundEngine:
        """Returns the engine with the options of `tag` fixed, and checked."""
        check_tasks(tasks)
        if aspects is not None:
            named_aspects(aspects)
        return BoundEngine(self, industry or self._industry, aspects, tasks)

    def _tag_unique(
        self,
        texts: Sequence[str],
        industry: Industry | None,
        taxonomy: Taxonomy | None,
        tasks: frozenset[Task],
    ) -> list[Tags]:
        if not texts:
            return []
        prepared = self._prepared(texts)
        found = self.tagger.find(prepared, taxonomy, tasks)
        return [
            Tags(
                id="",
                text=text.text,
                language=text.language,
                sentiment=each.sentiment if "sentiment" in tasks else None,
                aspects=each.aspects,
                opinions=each.opinions,
                intent=each.intent if "intent" in tasks else None,
                urgency=(
                    _urgency(text, industry, each.sentiment, each.intent)
                    if "urgency" in tasks
                    else None
                ),
                model=self.model,
                industry=industry.id if industry else None,
                flags=(*text.flags, *each.flags),
            )
            for text, each in zip(prepared, found, strict=True)
        ]

    def _chosen_industry(self, industry: str | Industry | None) -> Industry | None:
        if industry is None:
            return self._industry
        if isinstance(industry, Industry):
            return industry
        return load_industry(industry, folder=self._industries_dir)

    def _taxonomy(self, industry: Industry | None, names: Sequence[str] | None) -> Taxonomy | None:
        """Returns the taxonomy that texts are asked about, made once."""
        key = industry.model_dump_json() if industry else None, tuple(names or ())
        if key not in self._taxonomies:
            while len(self._taxonomies) >= _MOST_TAXONOMIES:
                self._taxonomies.pop(next(iter(self._taxonomies)), None)
            self._taxonomies[key] = _make_taxonomy(industry, names)
        return self._taxonomies[key]


@dataclass(frozen=True, slots=True)
class BoundEngine:
    """An engine with its options fixed: texts in, Tags out."""

    engine: Engine
    industry: Industry | None
    aspects: Sequence[str] | None
    tasks: Collection[str] | None

    @property
    def model(self) -> str:
        return self.engine.model

    @property
    def masks(self) -> bool:
        return self.engine.masks

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        """Tags texts; `ids` has one for each."""
        return self.engine.tag(
            texts, industry=self.industry, aspects=self.aspects, tasks=self.tasks, ids=ids
        )


def _make_taxonomy(industry: Industry | None, names: Sequence[str] | None) -> Taxonomy | None:
    if names:
        return Taxonomy(_chosen_aspects(industry, names), industry=None)
    return _WHOLE.get(industry) if industry else None


# Taggers keep what they make of a taxonomy by its identity.
_WHOLE: Final = IdentityCache[Industry, Taxonomy](
    lambda industry: Taxonomy(industry.all_aspects(), industry=industry.id)
)


def _chosen_aspects(industry: Industry | None, names: Sequence[str]) -> list[Aspect]:
    """Returns the named aspects: the industry's own where it has them, bare names otherwise."""
    own = industry.all_aspects() if industry else ()
    by_name = {name: aspect for aspect in own for name in (aspect.id, aspect.name)}
    return [by_name.get(aspect.name, aspect) for aspect in named_aspects(names)]


def check_tasks(tasks: Collection[str] | None) -> frozenset[Task]:
    """Returns the tasks to do.

    Raises:
        UsageError: One is unknown; the message names all.
    """
    if tasks is None:
        return frozenset(TASKS)
    for task in tasks:
        if task not in TASKS:
            raise UsageError(
                f"There is no task {task!r}; there are {', '.join(TASKS)}.{nearest(task, TASKS)}"
            )
    return frozenset(task for task in TASKS if task in tasks)


def _urgency(
    text: Prepared, industry: Industry | None, sentiment: Sentiment, intent: Intent
) -> Urgency:
    if text.says_nothing:
        return Urgency("low")
    return urgency_of(
        text.normalised.text,
        industry=industry,
        negative=sentiment.label == "negative",
        intent=intent.label,
    )


def load(
    industry: str | None = None, *, settings: Settings | None = None, model: str | None = None
) -> Engine:
    """Loads the engine.

    Args:
        industry: Id of the industry used where a call names none.
        settings: Settings; read from defaults and `VOC_*` variables where not given.
        model: A model's name, or `name@version`, instead of the settings' one.

    Raises:
        ModelError: The model is missing or not what its manifest says.
        UsageError: There is no such industry.
    """
    settings = settings or load_settings()
    industries_dir = settings.resolve(settings.industries_dir)
    chosen = industry or settings.industry
    loaded = load_industry(chosen, folder=industries_dir) if chosen else None
    tagger, notice = load_tagger(settings, model, industry=loaded)
    return Engine(
        tagger,
        industry=loaded,
        max_chars=settings.text.max_chars,
        mask=settings.privacy.mask,
        industries_dir=industries_dir,
        cached_texts=settings.models.cached_texts,
        notice=notice,
    )
