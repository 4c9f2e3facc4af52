"""`voc train-aspects`: labelled rows in, a sharper taxonomy out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.score import ModelOption
from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    Progress,
    print_table,
    say,
    settings_from,
    tell_rejects,
)

if TYPE_CHECKING:
    from voc.pipeline.sharpening import Sharpening
    from voc.tagging.evaluation import Figure

_FIGURES = {
    "aspect_micro_f1": "方面 F1",
    "joint_micro_f1": "方面与情感 F1",
    "polarity_macro_f1": "找对的方面，情感宏 F1",
}


def train_aspects(
    labelled: Annotated[
        Path,
        typer.Argument(
            metavar="LABELLED", help="Labelled rows as voc eval reads them; a few dozen will do."
        ),
    ],
    industry: IndustryOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FOLDER", help="Folder instead of models.sharpened_dir."
        ),
    ] = None,
    model: ModelOption = None,
    config: ConfigOption = None,
) -> None:
    """Sharpen a taxonomy with labelled rows, in minutes.

    The figures are of rows that were held back while the others were fitted. Where they do not
    rise, nothing is written and the exit status is 0 all the same. What is written is used from
    then on by every command, with that model and as long as the aspects stay the same.

    Example: voc train-aspects labelled.jsonl --industry snack
    """
    from voc.errors import UsageError
    from voc.pipeline.sharpening import train_aspects as sharpen
    from voc.pipeline.taxonomies import named_industry
    from voc.tagging.loading import load_tagger

    settings = settings_from(config)
    name = industry or settings.industry
    if name is None:
        raise UsageError("Name the taxonomy to sharpen with --industry, by its id or its file.")
    taxonomy = named_industry(name, settings=settings)
    tagger, notice = load_tagger(settings, model, sharpened=False)
    if notice:
        say(notice)
    with Progress("编码") as progress:
        done = sharpen(
            labelled, tagger=tagger, industry=taxonomy, settings=settings, out=out,
            on_progress=lambda stage, part, total: progress.update(part, total, label=stage),
        )  # fmt: skip
    _tell_rows(done)
    _print(taxonomy.name, done)
    _tell(done)


def _tell_rows(done: Sharpening) -> None:
    tell_rejects(done.rejects)
    if done.unused:
        say(f"Only the first {done.rows} rows that can be used were; {done.unused} came after.")
    without = [name for name, count in done.examples.items() if not count]
    if without:
        say(f"No row speaks of {'、'.join(without)}; label some for a better judgement on them.")


def _print(name: str, done: Sharpening) -> None:
    before, after = done.verdict.before, done.verdict.after
    print_table(
        f"{name}：{done.rows} 条标注，交叉验证",
        {"指标": "left", "训练前": "right", "训练后": "right"},
        (
            (title, _shown(before[figure]), _shown(after[figure]))
            for figure, title in _FIGURES.items()
        ),
    )
    print_table(
        "每个方面的例子",
        {"方面": "left", "条数": "right"},
        ((aspect, str(count)) for aspect, count in done.examples.items()),
    )


def _shown(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def _tell(done: Sharpening) -> None:
    if done.model is None:
        say(
            "Sharpened it would not be surely better, so nothing was written"
            + (f"; {done.folder} stays as it was." if done.folder.exists() else ".")
        )
        return
    kept = [
        what
        for what, is_kept in (
            ("which aspects are spoken of", done.verdict.presence),
            ("how they are judged", done.verdict.polarity),
        )
        if is_kept
    ]
    say(f"{done.folder}: written; it sharpens {' and '.join(kept)}. Tags now say {done.model}.")
