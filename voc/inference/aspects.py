"""The texts by which an encoder knows an aspect."""

from __future__ import annotations

from voc.config import Aspect
from voc.text.normalise import normalise


def aspect_texts(aspect: Aspect) -> tuple[str, ...]:
    """Returns the normalised texts whose vectors' mean is an aspect: its name comes first.

    Then its description, its keywords in one line, and its examples, where it has them.
    """
    texts = [aspect.name, aspect.description or "", " ".join(aspect.keywords), *aspect.examples]
    return tuple(normalise(text).text for text in texts if text)
