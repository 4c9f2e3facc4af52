"""Makes a tokenizer of a unigram vocabulary, and prunes it to the pieces that some texts use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from voc.errors import ModelError

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_CHUNK = 4096


def unigram_tokenizer(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """Returns the SentencePiece tokenizer with these pieces.

    Args:
        pieces: (piece, log probability) of each id; those of `SPECIAL` are found by name.
    """
    ids = {piece: index for index, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(Unigram(list(pieces), unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(name, ids[name]) for name in ("<s>", "</s>")]
    )
    tokenizer.add_special_tokens([name for name in SPECIAL if name in ids])
    return tokenizer


def used_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Counts how often each piece is used."""
    used: Counter[int] = Counter()
    for chunk in _chunks(texts):
        for encoding in tokenizer.encode_batch_fast(chunk, add_special_tokens=False):
            used.update(encoding.ids)
    return used


def alphabet_of(texts: Iterable[str]) -> set[str]:
    """Returns the characters of some texts, ASCII, common Chinese ones (GB 2312), and emoji."""
    blocks = (range(0x21, 0x7F), range(0x2600, 0x27C0), range(0x1F300, 0x1FB00))
    letters = {chr(code) for block in blocks for code in block} | {"▁"}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            letters.update(bytes([high, low]).decode("gb2312", errors="ignore"))
    for text in texts:
        letters.update(text)
    return letters


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(texts)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def kept_pieces(
    pieces: Sequence[tuple[str, float]], used: Counter[int], *, least: int, alphabet: set[str]
) -> list[int]:
    """Chooses the pieces that stay, in the order of their ids.

    They are the special ones, those used at least `least` times, and the single characters of
    `alphabet`, so that a rarer word can still be spelt.
    """
    return [
        index
        for index, (piece, _) in enumerate(pieces)
        if piece in SPECIAL or used[index] >= least or (len(piece) == 1 and piece in alphabet)
    ]


def unknown_share(tokenizer: Tokenizer, texts: Iterable[str]) -> float:
    """Returns the share of tokens that are unknown."""
    used = used_pieces(tokenizer, texts)
    return used[special_id(tokenizer, "<unk>")] / max(used.total(), 1)


def special_id(tokenizer: Tokenizer, name: str) -> int:
    """Returns the id of a special token.

    Raises:
        ModelError: The tokenizer has none of that name.
    """
    found = tokenizer.token_to_id(name)
    if found is None:
        raise ModelError(f"The tokenizer has no token {name}; its vocabulary is of another kind.")
    return int(found)
