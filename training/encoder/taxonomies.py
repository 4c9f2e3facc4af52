"""Aspects as vectors: what the label attention is asked with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.datasets import ASPECT_SETS
from training.encoder.batches import padded_ids, tokenised
from training.encoder.corpus import BY_KEYWORDS, Corpus
from training.encoder.network import Network
from voc.inference.aspects import aspect_texts

OWN_SHOWN = 0.7  # share of the pairs that see a trained aspect's own vector
NAME_ALONE = 0.3  # share of the batches that know an aspect by its name alone
REFRESH = 100  # steps after which taxonomies are encoded anew


class Aspects:
    """Turns queries into vectors, with the network as it is at that step.

    Args:
        corpus: Knows the taxonomies.
        tokenizer: The network's.
        pad: Id of the padding token.
    """

    def __init__(self, corpus: Corpus, tokenizer: Tokenizer, pad: int) -> None:
        self._pad = pad
        self._tokenizer = tokenizer
        self._texts: dict[str, tuple[str, ...]] = {}
        self.trained: dict[str, int] = {}
        for id_ in (*ASPECT_SETS, *BY_KEYWORDS):
            for aspect in corpus.taxonomy(id_).all_aspects():
                query = f"{id_}/{aspect.id}"
                self._texts[query] = aspect_texts(aspect)
                if id_ in ASPECT_SETS:
                    self.trained[query] = len(self.trained)
        self._tables: dict[str, dict[str, Tensor]] = {}

    def vectors(
        self, network: Network, queries: Sequence[str], *, step: int, sampled: bool
    ) -> Tensor:
        """Returns (n_queries, width) vectors.

        Args:
            network: The network.
            queries: The query of each pair.
            step: The step, by which vectors of taxonomies grow old.
            sampled: Whether this is training, where vectors of their own are left out at times.
        """
        if not queries:
            return network.trained.weight[:0]
        if not self._tables or (sampled and step % REFRESH == 0):
            self._tables = {
                "whole": self._encoded(network, self._texts),
                "name": self._encoded(network, {q: t[:1] for q, t in self._texts.items()}),
            }
        chance = torch.Generator().manual_seed(step)
        by_name = sampled and float(torch.rand(1, generator=chance)) < NAME_ALONE
        table = dict(self._tables["name" if by_name else "whole"])
        terms = {query: (query,) for query in set(queries) if query not in table}
        if terms:
            table |= self._encoded(network, terms)
        vectors = torch.stack([table[query] for query in queries])
        places = torch.tensor([self.trained.get(query, -1) for query in queries])
        shown = places >= 0
        if sampled:
            shown &= torch.rand(len(queries), generator=chance) < OWN_SHOWN
        own = network.trained(places.clamp(min=0)) * shown[:, None]
        shifted: Tensor = vectors + own
        return shifted

    @torch.no_grad()
    def _encoded(self, network: Network, texts: Mapping[str, tuple[str, ...]]) -> dict[str, Tensor]:
        unique = list(dict.fromkeys(text for each in texts.values() for text in each))
        ids, mask = padded_ids(tokenised(self._tokenizer, unique, longest=64), self._pad)
        learning = network.training
        network.eval()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = network.encode(ids, mask).vectors.float()
        network.train(learning)
        by_text = dict(zip(unique, found, strict=True))
        return {
            query: functional.normalize(torch.stack([by_text[t] for t in each]).mean(0), dim=0)
            for query, each in texts.items()
        }
