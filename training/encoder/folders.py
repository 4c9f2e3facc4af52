"""The model folder that a step after the export works on, named on the command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from voc.config import bundled
from voc.inference.encoder import EncoderModel
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.tagging.encoder import EncoderTagger
from voc.tagging.linear import LinearTagger


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model folder with its tagger, and the folder of the data sets."""

    folder: Path
    tagger: EncoderTagger
    data: Path


def chosen(step: str, description: str | None) -> Chosen:
    """Reads the command line of a step, and loads the model it names with its twin.

    Args:
        step: Name of the step's module.
        description: What it does.

    Raises:
        ModelError: There is no such model, or it is not what its manifest says.
    """
    parser = argparse.ArgumentParser(prog=step, description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=bundled("models"), help="folder of models")
    parser.add_argument("--model", default="voc-zh", help="name or name@version")
    options = parser.parse_args()
    folder = newest(options.models, options.model)
    model = EncoderModel.load(folder)
    twin = LinearTagger(LinearModel.load(newest(options.models, model.manifest.twin)))
    return Chosen(folder, EncoderTagger(model, twin), options.data)
