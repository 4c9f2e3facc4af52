"""Sentences whose judgement hangs on their construction: negation, comparison, irony and the like.

Reviews teach few of them. They are put together from the words and forms in constructions.yaml,
written for the project; no text of the behavioural suite stands in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voc.config import load_model
from voc.records import IntentLabel, Polarity

_SLOT = re.compile(r"\{([a-z+-]+)(2?)\}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Part):
    """What is said well and badly of a thing, or by emoji."""

    pos: tuple[str, ...] = Field(min_length=1)
    neg: tuple[str, ...] = Field(min_length=1)


class Form(_Part):
    """A sentence with slots, and what it says."""

    text: str
    label: Polarity | None = None
    n: Polarity | None = None
    n2: Polarity | None = None
    intent: IntentLabel | None = None


class Grammar(_Part):
    """Words and forms."""

    things: dict[str, Said]
    problems: tuple[str, ...]
    references: tuple[str, ...]
    bad_facts: tuple[str, ...]
    good_facts: tuple[str, ...]
    opening: tuple[str, ...]
    degree: tuple[str, ...]
    closing: tuple[str, ...]
    emoji: Said
    forms: Annotated[dict[str, tuple[Form, ...]], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, with what it says as a whole and of each thing in it.

    Attributes:
        text: The sentence.
        kind: Of its construction.
        label: The judgement of the whole; `None` where it could be either.
        things: The judgement of each thing.
        intent: Of the whole, where the form has one.
    """

    text: str
    kind: str
    label: Polarity | None
    things: dict[str, Polarity]
    intent: IntentLabel | None


@cache
def grammar() -> Grammar:
    """Returns the words and forms."""
    return load_model(Path(__file__).with_name("constructions.yaml"), Grammar)


def sentences(count: int, *, seed: int) -> Iterator[Sentence]:
    """Yields different sentences, as many of one kind as of another.

    Args:
        count: How many.
        seed: Of the choice.
    """
    rng, words = random.Random(seed), grammar()
    kinds = sorted(words.forms)
    seen: set[str] = set()
    while len(seen) < count:
        kind = kinds[len(seen) % len(kinds)]
        sentence = _sentence(words, kind, rng.choice(words.forms[kind]), rng)
        if sentence.text not in seen:
            seen.add(sentence.text)
            yield sentence


def _sentence(words: Grammar, kind: str, form: Form, rng: random.Random) -> Sentence:
    names = rng.sample(sorted(words.things), 2)
    filled = form.text
    for slot, second in dict.fromkeys(_SLOT.findall(form.text)):
        # A slot that comes twice says the same both times.
        filled = filled.replace(f"{{{slot}{second}}}", _word(words, names, slot, second, rng))
    text = rng.choice(words.opening) + filled
    if text[-1] not in "？。":
        text += rng.choice(words.closing)
    things: dict[str, Polarity] = {}
    if "{n}" in form.text and form.label != "neutral" and (label := form.n or form.label):
        things[names[0]] = label
    if "{n2}" in form.text and (label := form.n2 or form.label):
        things[names[1]] = label
    return Sentence(text, kind, form.label, things, form.intent)


def _word(words: Grammar, names: list[str], slot: str, second: str, rng: random.Random) -> str:
    """Returns what stands in a slot; the things themselves are chosen before."""
    name = names[1 if second else 0]
    if slot == "n":
        return name
    said = words.things[name]
    choices = {
        "pos": said.pos,
        "neg": said.neg,
        "problem": words.problems,
        "ref": words.references,
        "bad": words.bad_facts,
        "good": words.good_facts,
        "degree": words.degree,
        "emoji+": words.emoji.pos,
        "emoji-": words.emoji.neg,
    }
    return rng.choice(choices[slot])
