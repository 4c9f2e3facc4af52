"""The benchmark measures what it says it does; how fast anything is, no test asserts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.benchmarks.candidates import LOOP, Asked, Ours, candidates
from tests.benchmarks.models import Shape, shape_of, teacher
from tests.benchmarks.processes import Report, environment, run
from tests.benchmarks.rows import distinct, read_rows, source_texts, spread, unlike, write_rows
from tests.benchmarks.stages import ENCODE, READ, REST, SEAMS, Stopwatch, TimedObject, seam
from tests.conftest import has_torch, require
from voc.config import bundled

PEAK = """
import sys
from pathlib import Path
from tests.benchmarks.processes import Report, own_peak_mb
held = bytearray(int(sys.argv[2]))
Report(None, own_peak_mb()).write(Path(sys.argv[1]))
"""


class Clock:
    """Tells a time that only tests move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds


def test_each_moment_is_charged_to_the_innermost_stage() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    inner = watch.wrapped(ENCODE, clock.work)
    clock.work(100)
    with watch.stage(REST):
        clock.work(1)
        inner(2)
        clock.work(4)
    clock.work(100)
    assert watch.seconds == {REST: 5, ENCODE: 2}


def test_a_stage_that_fails_is_left() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    with watch.stage(REST):
        with pytest.raises(ZeroDivisionError):
            watch.wrapped(ENCODE, lambda: 1 / 0)()
        clock.work(3)
    assert watch.seconds == {REST: 3, ENCODE: 0}


def test_an_iterator_is_charged_only_while_it_is_asked() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def items() -> Iterator[int]:
        for item in range(3):
            clock.work(1)
            yield item

    with watch.stage(REST):
        for _ in watch.wrapped_iterator(READ, items)():
            clock.work(10)
    assert watch.seconds == {READ: 3, REST: 30}


def test_the_methods_of_an_object_are_charged() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    TimedObject(watch, ENCODE, clock).work(2)
    assert watch.seconds == {ENCODE: 2}


@pytest.mark.parametrize(("module", "place"), [(module, place) for _, module, place in SEAMS])
def test_every_seam_is_still_there(module: str, place: str) -> None:
    owner, name = seam(module, place)
    assert callable(getattr(owner, name))


def test_rows_are_distinct_and_spread_over_the_source() -> None:
    assert distinct(["好", " ", "差", "好"]) == ["好", "差"]
    assert spread("abcdefgh", 4) == list("aceg")
    assert spread("abc", 9) == list("abc")
    assert not {"好", "差"} & set(unlike(["好", "差"]))


def test_the_demo_has_the_rows(tmp_path: Path) -> None:
    texts = distinct(source_texts(None))
    assert len(texts) > 600
    assert read_rows(write_rows(tmp_path / "rows.jsonl", texts)) == texts


def test_a_row_without_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "好"}\n{"body": "差"}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match="line 2"):
        list(source_texts(path))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts VmHWM")
def test_peak_memory_is_the_childs_own(tmp_path: Path) -> None:
    held = b"\1" * 200_000_000  # what the child would begin with, were it inherited
    peaks = []
    for size in (0, 100_000_000):
        command = [sys.executable, "-c", PEAK, str(tmp_path / "report.json"), str(size)]
        run("a child", command, environment(1, tmp_path))
        peaks.append(Report.read(tmp_path / "report.json").peak_mb or 0.0)
    del held
    assert 1 < peaks[0] < 100
    assert 90 < peaks[1] - peaks[0] < 110


def test_a_candidate_that_fails_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('out of tea')"]
    with pytest.raises(SystemExit, match="out of tea"):
        run("a child", command, environment(1, tmp_path))


def test_every_candidate_has_the_same_threads_and_no_settings_of_the_users(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOC_CONFIG", "mine.yaml")
    found = environment(3, tmp_path)
    assert {name: text for name, text in found.items() if name.startswith("VOC_")} == {
        "VOC_MODELS_DIR": str(tmp_path),
        "VOC_MODELS_THREADS": "3",
    }
    assert found["OMP_NUM_THREADS"] == found["RAYON_NUM_THREADS"] == "3"


def test_speed_fast_is_measured_where_there_is_one() -> None:
    ours = Ours.find(bundled("models"), "voc-zh")
    fast = [("--speed", "fast")]
    assert ours.has_fast
    assert _ends(ours) == fast
    assert _ends(replace(ours, has_fast=False)) == []
    assert _ends(Ours.find(bundled("models"), "voc-zh-linear")) == []


def _ends(ours: Ours) -> list[tuple[str, ...]]:
    """Returns how the candidates with a speed are called."""
    found = candidates(ours, Path("floats"), Asked("phone", 14), threads=1)
    return [each.arguments[-2:] for each in found if "--speed" in each.arguments]


def test_the_loop_takes_the_teacher_that_is_given(tmp_path: Path) -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    import torch

    from training.encoder.runs import load_run, save_run

    shipped = load_run(Ours.find(bundled("models"), "voc-zh").folder)
    save_run(shipped, tmp_path)
    ours = Ours.find(bundled("models"), "voc-zh", tmp_path)
    [loop] = [
        each
        for each in candidates(ours, Path("floats"), Asked("phone", 14), threads=2)
        if each.kind == LOOP
    ]
    tokenizer, shape, threads, run_folder = loop.arguments
    assert (Path(tokenizer).parent, threads, Path(run_folder)) == (tmp_path, "2", tmp_path)
    assert Shape.from_json(shape) == shape_of(ours.folder)
    own = teacher(Shape.from_json(shape), tmp_path).bert.encoder.layer[5].output.dense.weight
    assert torch.equal(own, shipped.network.encoder.encoder.layer[5].output.dense.weight)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"network\.json"):
        Shape.of_run(tmp_path)


def test_the_shape_of_an_encoder_is_read_from_its_graph(tmp_path: Path) -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    from training.base.loading import bert
    from training.base.vocabulary import SPECIAL, special_id, unigram_tokenizer
    from training.encoder.export import write_float_onnx, write_int8_onnx
    from training.encoder.network import Network
    from training.encoder.runs import Run
    from voc.inference.encoder import ENCODER, TOKENIZER

    tokenizer = unigram_tokenizer([(name, 0.0) for name in (*SPECIAL, "▁", "好", "差")])
    pad = special_id(tokenizer, "<pad>")
    words = tokenizer.get_vocab_size()
    shape = Shape(words=words, layers=3, heads=4, positions=64, pad=pad, width=32)
    network = Network(bert(**asdict(shape), epsilon=1e-12), questions=1, aspects=1)
    tokenizer.save(str(tmp_path / TOKENIZER))
    write_float_onnx(Run(network, tokenizer, (), ()), tmp_path / ENCODER)
    assert shape_of(tmp_path) == shape
    write_int8_onnx(tmp_path / ENCODER, tmp_path / "int8.onnx")
    (tmp_path / "int8.onnx").replace(tmp_path / ENCODER)
    assert shape_of(tmp_path) == shape
    assert Shape.from_json(shape.as_json()) == shape
