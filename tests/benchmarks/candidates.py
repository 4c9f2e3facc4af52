"""Who is measured: the models of this runtime, and the alternatives beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.models import TEACHER_LAYERS, Shape, shape_of
from voc.inference.encoder import TOKENIZER
from voc.inference.manifest import EncoderManifest, newest, read_manifest

TORCH_NEEDS = ("onnx", "torch", "transformers")
LOOP = "transformers"  # the kind whose rows a second the others' are set against


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the table.

    Attributes:
        name: As it is printed.
        kind: `score`, or one of `tests.benchmarks.children.IN_MEMORY`.
        models: The folder of models it takes its model from.
        arguments: What the kind is told.
        few: Whether it gets the few rows instead of all.
        needs: Packages without which it is passed over.
    """

    name: str
    kind: str
    models: Path
    arguments: tuple[str, ...] = ()
    few: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ours:
    """The model that is measured.

    Attributes:
        models: The folder of models it is in.
        folder: Its own.
        identifier: Its name and version.
        twin: Its linear twin; itself, where it is no encoder.
        is_encoder: Whether it is one.
        has_fast: Whether it says when its twin may answer, as `--speed fast` needs.
        teacher: The run of its teacher, where one is given.
    """

    models: Path
    folder: Path
    identifier: str
    twin: str
    is_encoder: bool
    has_fast: bool = False
    teacher: Path | None = None

    @classmethod
    def find(cls, models: Path, name: str, teacher: Path | None = None) -> Ours:
        """Finds the newest version of a model, or the one that `name@version` says.

        Raises:
            ModelError: There is none, or it is not what its manifest says.
        """
        folder = newest(models.resolve(), name)
        manifest = read_manifest(folder)
        own = manifest.identifier
        if not isinstance(manifest, EncoderManifest):
            return cls(models.resolve(), folder, own, own, is_encoder=False)
        has_fast = bool(manifest.cascade)
        return cls(models.resolve(), folder, own, manifest.twin, True, has_fast, teacher)


@dataclass(frozen=True, slots=True)
class Asked:
    """The aspects that are looked for: an industry's id, and how many it has."""

    industry: str
    aspects: int


def missing(names: Iterable[str]) -> list[str]:
    """Returns the packages that are not installed."""
    return [name for name in names if find_spec(name) is None]


def candidates(ours: Ours, floats: Path, asked: Asked, *, threads: int) -> list[Candidate]:
    """Returns all candidates, in the order of the table.

    Args:
        ours: The model that is measured.
        floats: Where a folder of models is, or will be, that has it in float32.
        asked: The aspects.
        threads: Of each candidate.
    """
    snownlp = Candidate("SnowNLP loop", "snownlp", ours.models, few=True, needs=("snownlp",))
    twin = _scored(ours.twin, ours.models, asked)
    if not ours.is_encoder:
        return [*twin, snownlp]
    return [
        *_scored(ours.identifier, ours.models, asked),
        *_sentiment_alone(ours),
        _in_float(ours, floats),
        *twin,
        *_in_memory(ours, floats),
        _loop(ours, threads),
        snownlp,
    ]


def _scored(model: str, models: Path, asked: Asked) -> list[Candidate]:
    """Returns `voc score` by one model, without aspects and with them."""
    name, own = f"voc score, {model}", ("--model", model)
    with_aspects = (*own, "--industry", asked.industry)
    return [
        Candidate(name, "score", models, own),
        Candidate(f"{name}, {asked.aspects} aspects", "score", models, with_aspects),
    ]


def _sentiment_alone(ours: Ours) -> list[Candidate]:
    """Returns `voc score` of sentiment alone, at full speed and where the twin may answer.

    Where opinions are asked for too, the encoder reads every text at either speed.
    """
    name = f"voc score of sentiment, {ours.identifier}"
    own = ("--model", ours.identifier, "--tasks", "sentiment")
    full = Candidate(name, "score", ours.models, own)
    fast = Candidate(f"{name}, fast", "score", ours.models, (*own, "--speed", "fast"))
    return [full, fast] if ours.has_fast else [full]


def _in_float(ours: Ours, floats: Path) -> Candidate:
    """Returns `voc score` by the encoder in float32."""
    name, own = f"voc score, {ours.identifier} in float32", ("--model", ours.identifier)
    return Candidate(name, "score", floats, own, needs=TORCH_NEEDS)


def _in_memory(ours: Ours, floats: Path) -> list[Candidate]:
    """Returns the engine asked for sentiment alone; on the few rows, as the loops are."""
    name, own = f"sentiment in memory, {ours.identifier}", (ours.identifier,)
    return [
        Candidate(name, "engine", ours.models, own),
        Candidate(name, "engine", ours.models, own, few=True),
        Candidate(f"{name} in float32", "engine", floats, own, few=True, needs=TORCH_NEEDS),
    ]


def _loop(ours: Ours, threads: int) -> Candidate:
    """Returns the teacher, or its architecture, in the pipeline of `transformers`."""
    name = f"transformers loop, {TEACHER_LAYERS} layers in float32"
    if ours.teacher:
        name = "transformers loop, the teacher in float32"
    arguments: tuple[str, ...] = ()
    if not missing(TORCH_NEEDS):  # without onnx the sizes cannot be read, and are not needed
        arguments = (*_teacher(ours), str(threads), *([str(ours.teacher)] if ours.teacher else []))
    return Candidate(name, LOOP, ours.models, arguments, few=True, needs=TORCH_NEEDS)


def _teacher(ours: Ours) -> tuple[str, str]:
    """Returns the tokenizer and the shape of the teacher, as a child's command line takes them."""
    if ours.teacher:
        return str(ours.teacher / TOKENIZER), Shape.of_run(ours.teacher).as_json()
    shape = shape_of(ours.folder).with_layers(TEACHER_LAYERS)
    return str(ours.folder / TOKENIZER), shape.as_json()
