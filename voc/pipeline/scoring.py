"""Scores files: rows in, Tags or figures out, without a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from voc.config import Settings
from voc.errors import SourceError, UsageError
from voc.pipeline.file_rows import FileRows
from voc.pipeline.judged import JudgedCalls
from voc.pipeline.kept_columns import check_kept, kept_of
from voc.pipeline.tagging import Failure, Tagger, tag_feedback
from voc.records import Feedback, Tags, Task, stable_id
from voc.results import open_results
from voc.results.writing import Summary
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.tables import read_rows
from voc.tagging.engine import BoundEngine, Engine
from voc.tagging.evaluation import check_row, evaluate, labelled_tasks, marked_aspects

Progress = Callable[[float, float | None], None]


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """How a file is scored, beside the settings."""

    text: str | None = None
    id: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    aspects: Sequence[str] | None = None
    tasks: Sequence[str] | None = None
    keep: Sequence[str] = ()
    resume: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """Field: column, as `text`, `id` and `mapping` tell them."""
        told = {"text": self.text, "id": self.id}
        return {**self.mapping, **{name: value for name, value in told.items() if value}}


@dataclass(frozen=True, slots=True)
class _Input:
    """A row that was read: the id Tags carry, and the feedback, or the reason it was rejected.

    `extra` is what is kept of its columns.
    """

    place: str
    id: str
    feedback: Feedback | None
    reject: Reject | None
    extra: Mapping[str, Any] | None = None


def score_file(
    source: str,
    out: str,
    *,
    engine: Engine,
    settings: Settings,
    options: ScoreOptions,
    on_progress: Progress = lambda *_: None,
    on_open: Callable[[int], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
) -> Summary:
    """Tags every row of a file.

    One Tags a row, in input order; rows that cannot be read or tagged are rejects with their
    reason. Memory does not grow with the file. After a kill, `options.resume` goes on behind the
    last batch written; every row names the model that tagged it.

    Args:
        source: A file, or `-` for standard input.
        out: Where Tags go, or `-` for standard output.
        engine: What tags.
        settings: For the zone, limits and batches.
        options: How; columns that `keep` names stand in each row's `extra`, masked as texts are.
        on_progress: Told of (bytes read, bytes in all) after each batch.
        on_open: Told how many rows an earlier run has dealt with.
        on_note: Told, at the end, how the table was read: its header, its sheets, its questions.

    Raises:
        UsageError: A column, a format or a task is unknown, or the text's column cannot be told.
        SourceError: The file cannot be read at all.
        OutputError: The result cannot be written.
    """
    bound = engine.bound(aspects=options.aspects, tasks=options.tasks)
    if "-" not in (source, out) and Path(out).exists() and Path(out).samefile(source):
        raise UsageError(f"{out} is the input itself; name another file with -o.")
    made_of = {
        "input": _fingerprint(source),
        "columns": options.columns,
        "tagged as": _way_of_tagging(bound, settings),
        **({"kept columns": list(options.keep)} if options.keep else {}),
    }
    with (
        read_rows(source, text=options.text) as table,
        open_results(out, resume=options.resume, made_of=made_of, kept=options.keep) as results,
    ):
        check_kept(table, options.keep)
        on_open(results.rows_done)
        read = FileRows(table, options.columns, settings)
        rows = islice(_inputs(read, settings, options), results.rows_done, None)
        done = results.rows_done
        while batch := list(islice(rows, settings.score.batch_rows)):
            done += len(batch)
            tagged, rejects = _tag(bound, batch, table.name, settings)
            results.write(tagged, rejects, done)
            on_progress(table.progress.bytes_read, table.progress.bytes_total)
        for note in read.notes:
            on_note(note)
        return results.finish()


def _tag(
    engine: Tagger, batch: Sequence[_Input], name: str, settings: Settings
) -> tuple[list[dict[str, Any]], list[Reject]]:
    """Returns the Tags, as JSON, and the rejects of a batch, each in input order."""
    readable = [(row, row.feedback) for row in batch if row.feedback is not None]
    outcomes = iter(
        tag_feedback(
            engine,
            [feedback for _, feedback in readable],
            ids=[row.id for row, _ in readable],
            timeout_s=settings.score.row_timeout_s,
        )
    )
    tagged: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for row in batch:
        if row.reject is not None:
            rejects.append(row.reject)
            continue
        outcome = next(outcomes)
        if isinstance(outcome, Failure):
            rejects.append(Reject(name, row.place, outcome.reason))
        else:
            tagged.append(outcome.as_dict() | ({"extra": row.extra} if row.extra else {}))
    return tagged, rejects


def _inputs(rows: FileRows, settings: Settings, options: ScoreOptions) -> Iterator[_Input]:
    for each in rows:
        voice = each.voice
        if each.row is None or isinstance(voice, Reject):
            reject = voice if isinstance(voice, Reject) else None
            yield _Input(each.place, str(each.number), None, reject)
            continue
        name = voice.native_id if each.has_id else str(each.number)
        extra = kept_of(each.row, options.keep, masked=settings.privacy.mask)
        yield _Input(each.place, name, voice, None, extra)


def _way_of_tagging(engine: BoundEngine, settings: Settings) -> str:
    """A hash of all that decides what Tags a row gets, but for the model, which each row names."""
    industry = engine.industry.model_dump_json() if engine.industry else None
    ways = [
        industry, engine.aspects, sorted(engine.tasks or ()), engine.masks,
        settings.text.max_chars, settings.timezone,
    ]  # fmt: skip
    return stable_id("way", repr(ways))


def _fingerprint(source: str) -> dict[str, Any] | None:
    """What tells whether a file is still the one that was begun; `None` for standard input."""
    if source == "-":
        return None
    try:
        status = Path(source).stat()
    except OSError as error:
        raise SourceError(f"{source}: cannot be read ({error.strerror}).") from error
    return {"size": status.st_size, "modified_ns": status.st_mtime_ns}


def evaluate_file(
    labelled: Path,
    *,
    engine: Engine,
    settings: Settings,
    on_progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Scores labelled rows and returns the figures of CONTRACT section 6, as JSON values.

    Of the tasks only those are done that rows are labelled for. Rows with `turns` may say how
    satisfied their customer was judged to be, from -2 to 2, as `satisfaction` or as
    `quality: {"S": …}`; what is predicted of them is compared too.

    Raises:
        UsageError: No row is labelled, a label is unknown, a span is not in its text, or aspects
            are labelled and no industry is named.
        SourceError: The file or one of its rows cannot be read.
    """
    rows: list[Mapping[str, Any]] = []
    tagged: list[Tags] = []
    calls = JudgedCalls()
    told: dict[str, str] = {}
    n_rows, is_labelled = 0, False
    industry = engine.bound().industry
    known = industry.aspect_names() if industry else None
    with read_rows(labelled) as table:
        while batch := list(islice(table, settings.score.batch_rows)):
            checked = [_checked(item, known) for item in batch]
            # Tags cost time, and a task that no row is labelled for is compared with nothing.
            tasks = frozenset[Task]().union(*(labelled_tasks(row) for row in checked))
            judged = len(calls.gold)
            calls.add(checked)
            if tasks or len(calls.gold) == judged:
                texts = [str(row["text"]) for row in checked]
                tagged += engine.bound(tasks=tasks).tag(texts, ids=[""] * len(texts))
                rows += checked
            is_labelled = is_labelled or bool(tasks)
            n_rows += len(checked)
            on_progress(table.progress.bytes_read, table.progress.bytes_total)
    figures = evaluate(rows, tagged) if is_labelled or not calls.gold else {}
    if calls.gold:
        figures["satisfaction"], predicted_by = calls.compared(settings)
        told["satisfaction_model"] = predicted_by
    return {
        "model": engine.model,
        **told,
        "industry": industry.id if industry else None,
        "rows": n_rows,
        **{
            task: {name: figure.as_dict() for name, figure in found.items()}
            for task, found in figures.items()
        },
    }


def _checked(item: Row | Reject, known: Collection[str] | None) -> Mapping[str, Any]:
    """Returns a labelled row that Tags can be compared with.

    Raises:
        UsageError: It has no text, a wrong label, or aspects of no taxonomy.
        SourceError: It cannot be read.
    """
    if isinstance(item, Reject):
        raise SourceError(f"{item.place}: {item.reason}; mend it, then try again.")
    row = item.values
    if not isinstance(row.get("text"), str):
        raise UsageError(f"{item.place}: has no 'text'; labelled rows need one.")
    wrong = check_row(row, known)
    if wrong:
        raise UsageError(f"{item.place}: {wrong}")
    if known is None and marked_aspects(row):
        raise UsageError(f"{item.place}: has aspects; name their taxonomy with --industry.")
    return row
