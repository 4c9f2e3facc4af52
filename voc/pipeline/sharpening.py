"""Sharpens a taxonomy from a file of labelled rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from voc.config import Industry, Settings
from voc.errors import ModelError, UsageError
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.tables import read_rows
from voc.tagging.encoder import EncoderTagger
from voc.tagging.evaluation import check_row, marked_aspects
from voc.tagging.prepare import Prepared, prepare
from voc.tagging.sharpening.answers import Answers, answers, joined
from voc.tagging.sharpening.crossing import cross_validated, fitted, unsharpened
from voc.tagging.sharpening.files import SharpenedManifest, write_sharpened
from voc.tagging.sharpening.judging import Verdict, judged
from voc.tagging.tagger import Tagger
from voc.tagging.taxonomy import Taxonomy
from voc.text.privacy import mask

Progress = Callable[[str, float, float | None], None]

FEWEST_ROWS: Final = 20
MOST_ROWS: Final = 2_000
"""Rows that are used; fitting more would take long, and more are enough to train a model on."""
_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Sharpening:
    """What came of it.

    Attributes:
        verdict: The figures, on rows not fitted on.
        rows: How many were used.
        unused: How many came after `MOST_ROWS`.
        examples: How many rows speak of each aspect, by its name.
        rejects: Rows that could not be used, each with its reason.
        folder: What was written, or would have been.
        model: The model with the mark of what was written; `None` where it does not pay.
    """

    verdict: Verdict
    rows: int
    unused: int
    examples: Mapping[str, int]
    rejects: tuple[Reject, ...]
    folder: Path
    model: str | None


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row that can be used."""

    place: str
    text: Prepared
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """What was read: rows that can be used, how many more there are, and the others."""

    rows: tuple[LabelledRow, ...]
    unused: int
    rejects: tuple[Reject, ...]


def train_aspects(
    labelled: Path,
    *,
    tagger: Tagger,
    industry: Industry,
    settings: Settings,
    out: Path | None = None,
    on_progress: Progress = lambda *_: None,
) -> Sharpening:
    """Fits a taxonomy to labelled rows, and writes what pays on rows not fitted on.

    Args:
        labelled: Rows as `voc eval` reads them; an empty `aspects` says that a row is of none.
        tagger: What is sharpened; what it was sharpened by before is left aside.
        industry: The taxonomy.
        settings: For the limits, the zone and the folder.
        out: Folder of sharpened taxonomies instead of the settings' one.
        on_progress: Told of (stage, done, total).

    Raises:
        ModelError: The tagger is no encoder.
        UsageError: Too few rows can be used, or none speaks of an aspect.
        SourceError: The file cannot be read at all.
        OutputError: The result cannot be written.
    """
    if not isinstance(tagger, EncoderTagger):
        raise ModelError(
            f"{tagger.identifier} is no encoder, and only an encoder can be sharpened; name one"
            " with --model or models.name."
        )
    read = read_labelled(labelled, industry, settings)
    rejects = list(read.rejects)
    taxonomy = Taxonomy(industry.all_aspects(), industry=industry.id)
    used, parts = _asked(read.rows, tagger, taxonomy, rejects, on_progress)
    _check_enough(labelled, len(used), rejects)
    known = joined(parts)
    if not known.spoken.any():
        raise UsageError(f"{labelled}: no row speaks of any aspect; label some that do.")
    held = cross_validated(known, lambda *done: on_progress("拟合", *done))
    values = [row.values for row in used]
    verdict = judged(known, unsharpened(known), held, labelled=values, aspects=taxonomy.aspects)
    folder = out or settings.sharpened_dir
    return Sharpening(
        verdict=verdict,
        rows=len(known),
        unused=read.unused,
        examples=_examples(known, taxonomy),
        rejects=tuple(rejects),
        folder=folder / industry.id,
        model=(
            _write(folder, known, verdict, tagger, taxonomy, settings)
            if verdict.is_better
            else None
        ),
    )


def read_labelled(path: Path, industry: Industry, settings: Settings) -> LabelledFile:
    """Reads labelled rows; one that cannot be used is a reject with its reason.

    Raises:
        SourceError: The file cannot be read at all.
    """
    known = industry.aspect_names()
    rows: dict[str, LabelledRow] = {}
    rejects: list[Reject] = []
    unused = 0
    with read_rows(str(path)) as table:
        for item in table:
            reason = item.reason if isinstance(item, Reject) else _wrong(item, known)
            if reason is None and len(rows) >= MOST_ROWS:
                unused += 1
                continue
            if reason is None and isinstance(item, Row):
                row = _labelled(item, settings)
                first = rows.setdefault(row.text.normalised.text, row)
                if first is row:
                    continue
                reason = f"repeats the text of {first.place}"
            sample = item.sample if isinstance(item, Reject) else str(item.values)
            rejects.append(Reject(table.name, item.place, str(reason), mask(sample[:200]).text))
    return LabelledFile(tuple(rows.values()), unused, tuple(rejects))


def _wrong(row: Row, known: Collection[str]) -> str | None:
    """Returns why a row cannot be used, or `None`."""
    text = row.values.get("text")
    if not isinstance(text, str) or not text.strip():
        return "has no 'text'"
    wrong = check_row(row.values, known)
    if wrong is None and marked_aspects(row.values) is None:
        return "has no 'aspects'; give an empty list where it speaks of none"
    return wrong


def _labelled(row: Row, settings: Settings) -> LabelledRow:
    text = prepare(
        row.values["text"], max_chars=settings.text.max_chars, masked=settings.privacy.mask
    )
    return LabelledRow(row.place, text, row.values)


def _asked(
    rows: Sequence[LabelledRow],
    tagger: EncoderTagger,
    taxonomy: Taxonomy,
    rejects: list[Reject],
    on_progress: Progress,
) -> tuple[Sequence[LabelledRow], list[Answers]]:
    """Returns the rows that the encoder can read, and what the tagger says of them, in parts."""
    used: list[LabelledRow] = []
    parts: list[Answers] = []
    for start in range(0, len(rows), _AT_ONCE):
        on_progress("编码", start, len(rows))
        for part in _readable(rows[start : start + _AT_ONCE], tagger, taxonomy, rejects):
            used += part[0]
            parts.append(part[1])
    return used, parts


def _readable(
    rows: Sequence[LabelledRow], tagger: EncoderTagger, taxonomy: Taxonomy, rejects: list[Reject]
) -> Iterator[tuple[Sequence[LabelledRow], Answers]]:
    """Yields rows with what the tagger says of them; one by one where one cannot be read."""
    try:
        yield rows, _answers(rows, tagger, taxonomy)
    except ModelError as error:
        if len(rows) == 1:
            rejects.append(Reject("", rows[0].place, str(error)))
            return
        for row in rows:
            yield from _readable([row], tagger, taxonomy, rejects)


def _answers(rows: Sequence[LabelledRow], tagger: EncoderTagger, taxonomy: Taxonomy) -> Answers:
    return answers(tagger, taxonomy, [row.text for row in rows], [row.values for row in rows])


def _check_enough(path: Path, count: int, rejects: list[Reject]) -> None:
    if count < FEWEST_ROWS:
        first = f"; the first reject is {rejects[0].place}: {rejects[0].reason}" if rejects else ""
        raise UsageError(
            f"{path}: {count} of its rows can be used, and {FEWEST_ROWS} are the fewest that say"
            f" anything{first}"
        )


def _examples(known: Answers, taxonomy: Taxonomy) -> dict[str, int]:
    counts = known.spoken.sum(axis=0).tolist()
    return {aspect.name: count for aspect, count in zip(taxonomy.aspects, counts, strict=True)}


def _write(
    folder: Path,
    known: Answers,
    verdict: Verdict,
    tagger: EncoderTagger,
    taxonomy: Taxonomy,
    settings: Settings,
) -> str:
    """Fits on all rows and writes what pays; returns the model's identifier with its mark."""
    manifest = SharpenedManifest(
        model=tagger.model.manifest.identifier,
        industry=str(taxonomy.industry),
        aspects=taxonomy.ids,
        files={"sharpened.safetensors": "0" * 64},
        rows=len(known),
        figures={
            "before": {name: round(each.value, 4) for name, each in verdict.before.items()},
            "after": {name: round(each.value, 4) for name, each in verdict.after.items()},
        },
        created=datetime.now(settings.zone),
    )
    written = write_sharpened(folder, manifest, verdict.kept(fitted(known)))
    return f"{written.model}+{written.mark}"
