"""The engine: from texts to Tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voc.config import Aspect, Industry, Settings, bundled, load_industry, load_settings
from voc.config.industries import named_aspects
from voc.errors import UsageError, nearest
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.records import TASKS, Intent, Opinion, Polarity, Sentiment, Tags, Task, Urgency
from voc.tagging.aspects import AspectTagger
from voc.tagging.documents import intents, sentiments
from voc.tagging.opinions import find_opinions
from voc.tagging.prepare import Prepared, prepare
from voc.tagging.urgency import urgency_of

STRONG_OPINION = 0.2  # rules' score from which an opinion is not neutral


class Engine:
    """Tags texts with one model.

    Thread-safe once made: it holds no state but caches of taxonomies.

    Args:
        model: The model.
        industry: The taxonomy used where a call names none.
        max_chars: Code points read of one text.
        mask: Whether personal data becomes `*` in what is returned.
        industries_dir: Folder with the user's own industries.
    """

    def __init__(
        self,
        model: LinearModel,
        *,
        industry: Industry | None = None,
        max_chars: int = 20_000,
        mask: bool = True,
        industries_dir: Path | None = None,
    ) -> None:
        self._model = model
        self._industry = industry
        self._max_chars = max_chars
        self._mask = mask
        self._industries_dir = industries_dir
        self._taggers: dict[tuple[str | None, tuple[str, ...]], AspectTagger | None] = {}

    @property
    def model(self) -> str:
        """Name and version of the model, as every Tags record carries it."""
        return self._model.manifest.identifier

    @property
    def masks(self) -> bool:
        """Whether personal data in texts becomes `*`."""
        return self._mask

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
        unique = list(dict.fromkeys(texts))
        tagged = dict(zip(unique, self._tag_unique(unique, chosen, aspects, wanted), strict=True))
        names = ids if ids is not None else [str(index) for index in range(len(texts))]
        return [replace(tagged[text], id=name) for text, name in zip(texts, names, strict=True)]

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
        aspects: Sequence[str] | None,
        tasks: frozenset[Task],
    ) -> list[Tags]:
        if not texts:
            return []
        prepared = [prepare(text, max_chars=self._max_chars, masked=self._mask) for text in texts]
        features = self._model.features([text.normalised.text for text in prepared])
        found_sentiments = sentiments(self._model, prepared, features)
        found_intents = intents(self._model, prepared, features)
        tagger = self._tagger(industry, aspects)
        mentions = (
            tagger.tag(prepared, features) if tagger and "aspects" in tasks else [()] * len(texts)
        )
        targets = tagger.matcher.targets if tagger else {}
        results = []
        for text, sentiment, intent, found in zip(
            prepared, found_sentiments, found_intents, mentions, strict=True
        ):
            tags = Tags(
                id="",
                text=text.text,
                language=text.language,
                sentiment=sentiment if "sentiment" in tasks else None,
                aspects=found,
                opinions=_opinions(text, targets) if "opinions" in tasks else (),
                intent=intent if "intent" in tasks else None,
                urgency=_urgency(text, industry, sentiment, intent) if "urgency" in tasks else None,
                model=self.model,
                industry=industry.id if industry else None,
                flags=text.flags,
            )
            results.append(tags)
        return results

    def _chosen_industry(self, industry: str | Industry | None) -> Industry | None:
        if industry is None:
            return self._industry
        if isinstance(industry, Industry):
            return industry
        return load_industry(industry, folder=self._industries_dir)

    def _tagger(
        self, industry: Industry | None, names: Sequence[str] | None
    ) -> AspectTagger | None:
        """Returns the tagger of a taxonomy, made once."""
        key = (industry.model_dump_json() if industry else None, tuple(names or ()))
        if key not in self._taggers:
            self._taggers[key] = self._make_tagger(industry, names)
        return self._taggers[key]

    def _make_tagger(
        self, industry: Industry | None, names: Sequence[str] | None
    ) -> AspectTagger | None:
        if names:
            return AspectTagger(self._model, _chosen_aspects(industry, names), trained=None)
        if industry is None:
            return None
        aspects = industry.all_aspects()
        head = self._model.manifest.heads.get(f"{industry.id}.presence")
        fits = head is not None and head.labels == tuple(aspect.id for aspect in aspects)
        return AspectTagger(self._model, aspects, trained=industry.id if fits else None)


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


def _opinions(text: Prepared, targets: dict[str, int]) -> tuple[Opinion, ...]:
    if text.says_nothing:
        return ()
    found = find_opinions(text.normalised.text, text.judgement, targets=targets)
    return tuple(
        Opinion(
            target=text.span(*opinion.target) if opinion.target else None,
            opinion=text.span(*opinion.opinion),
            sentiment=_polarity(opinion.polarity_score),
        )
        for opinion in found
    )


def _polarity(score: float) -> Polarity:
    if abs(score) < STRONG_OPINION:
        return "neutral"
    return "positive" if score > 0 else "negative"


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
    folder = settings.resolve(settings.models.dir) or bundled("models")
    industries_dir = settings.resolve(settings.industries_dir)
    chosen = industry or settings.industry
    return Engine(
        LinearModel.load(newest(folder, model or settings.models.name)),
        industry=load_industry(chosen, folder=industries_dir) if chosen else None,
        max_chars=settings.text.max_chars,
        mask=settings.privacy.mask,
        industries_dir=industries_dir,
    )
