"""Results: whole or not at all, and gone on with after every kind of interruption."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow.parquet as pq
import pytest

from voc.errors import OutputError, UsageError
from voc.results import formats, open_results
from voc.results import journal as journal_module
from voc.results import writing as writing_module

FORMS = ["out.jsonl", "out.csv", "out.parquet", "out.jsonl.gz", "out.csv.zst"]


@dataclass(frozen=True)
class Rejected:
    source: str = "reviews"
    place: str = "reviews.csv:3"
    reason: str = "坏行"
    sample: str = "…"


def _tags(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": f"第{number}条",
        "language": "zh",
        "sentiment": None,
        "aspects": [],
        "opinions": [],
        "topics": [],
        "intent": None,
        "urgency": None,
        "model": "m",
        "industry": None,
        "flags": [],
    }


def _score(
    out: Path, *, resume: bool, batches: range = range(4), rejects_in: frozenset[int] = frozenset()
) -> list[int]:
    """Writes batches of three rows as `voc score` does; returns the batches it had to write."""
    written = []
    with open_results(out, resume=resume, made_of={"size": 7}) as results:
        for number in batches:
            if (number + 1) * 3 <= results.rows_done:
                continue
            rejects = [Rejected()] if number in rejects_in else []
            rows = [_tags(number * 3 + row) for row in range(3 - len(rejects))]
            results.write(rows, rejects, (number + 1) * 3)
            written.append(number)
        results.finish()
    return written


def _leave(out: Path, count: int, *, resume: bool = False, **options: Any) -> None:
    """Writes `count` batches of one row and leaves without finishing."""
    with open_results(out, resume=resume, **options) as results:
        for _ in range(count):
            number = results.rows_done
            results.write([_tags(number)], [], number + 1)


def _ids(path: Path) -> list[str]:
    from voc.sources.tables import read_rows

    with read_rows(path) as table:
        return [row.values["id"] for row in table if hasattr(row, "values")]


@pytest.mark.parametrize("name", FORMS)
def test_rows_come_out_once_and_in_order(name: str, tmp_path: Path) -> None:
    _score(tmp_path / name, resume=False)
    assert _ids(tmp_path / name) == [str(number) for number in range(12)]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("stop_after", [0, 1, 3, 5])
def test_work_that_stops_leaves_nothing_at_out_and_resume_goes_on(
    name: str, stop_after: int, tmp_path: Path
) -> None:
    out = tmp_path / name
    _leave(out, stop_after)
    assert not out.exists()
    assert bool(list(tmp_path.iterdir())) == (stop_after > 0)
    with open_results(out, resume=True) as results:
        assert results.rows_done == stop_after
        for number in range(stop_after, 5):
            results.write([_tags(number)], [], number + 1)
        assert results.finish().rows == 5
    assert _ids(out) == [str(number) for number in range(5)]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("old\n")
    _leave(out, 1)
    assert out.read_text() == "old\n"
    with open_results(out, resume=True) as results:
        results.finish()
    assert _ids(out) == ["0"]


def test_without_resume_the_work_begins_anew(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    _leave(out, 2)
    with open_results(out, resume=False) as results:
        assert results.rows_done == 0
        results.finish()
    assert _ids(out) == []


def test_rejects_have_their_own_file_and_a_stale_one_goes(tmp_path: Path) -> None:
    out, rejects = tmp_path / "out.csv", tmp_path / "out.csv.rejects.jsonl"
    _score(out, resume=False, rejects_in=frozenset({1, 2}))
    lines = [orjson.loads(line) for line in rejects.read_bytes().splitlines()]
    assert (
        lines
        == [{"source": "reviews", "place": "reviews.csv:3", "reason": "坏行", "sample": "…"}] * 2
    )
    _score(out, resume=False)
    assert not rejects.exists()


def test_summary_counts(tmp_path: Path) -> None:
    with open_results(tmp_path / "o.jsonl", resume=False) as results:
        results.write([_tags(1), _tags(2)], [Rejected()], 3)
        summary = results.finish()
    assert (summary.rows, summary.rejects) == (2, 1)
    assert summary.path == tmp_path / "o.jsonl"
    assert summary.rejects_path == tmp_path / "o.jsonl.rejects.jsonl"


def _fail_at(monkeypatch: pytest.MonkeyPatch, nth: int, code: int) -> Callable[[], None]:
    """Makes the n-th write fail when half of its bytes are down."""
    count = 0
    whole = journal_module.write_all

    def failing(file: IO[bytes], data: bytes) -> None:
        nonlocal count
        count += 1
        if count == nth:
            whole(file, data[: len(data) // 2])
            raise OSError(code, os.strerror(code))
        whole(file, data)

    for module in (journal_module, writing_module):
        monkeypatch.setattr(module, "write_all", failing)

    def mend() -> None:
        for module in (journal_module, writing_module):
            monkeypatch.setattr(module, "write_all", whole)

    return mend


@pytest.mark.parametrize("nth", range(1, 12))
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_costs_no_row(
    nth: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    mend = _fail_at(monkeypatch, nth, code)
    with pytest.raises(OutputError) as failure:
        _score(out, resume=False, rejects_in=frozenset({1, 3}))
    assert ("no room left" in str(failure.value)) == (code == errno.ENOSPC)
    assert str(out) in str(failure.value)
    assert not out.exists()
    assert not (tmp_path / "out.jsonl.rejects.jsonl").exists()
    mend()
    _score(out, resume=True, rejects_in=frozenset({1, 3}))
    expected = [str(number) for number in range(12) if number not in (5, 11)]
    assert _ids(out) == expected
    assert len((tmp_path / "out.jsonl.rejects.jsonl").read_bytes().splitlines()) == 2


def test_after_a_failed_batch_nothing_more_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_at(monkeypatch, 2, errno.ENOSPC)
    with open_results(tmp_path / "o.jsonl", resume=False) as results:
        with pytest.raises(OutputError, match="same command again"):
            results.write([_tags(1)], [], 1)
        with pytest.raises(OutputError, match="--resume"):
            results.write([_tags(2)], [], 2)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl.gz", "out.jsonl.zst"])
def test_no_room_while_finishing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    out, convert = tmp_path / name, formats.convert
    monkeypatch.setattr(
        writing_module,
        "convert",
        lambda part, _, form, packing, **kept: convert(part, Full(), form, packing, **kept),
    )
    with pytest.raises(OutputError, match="no room left"):
        _score(out, resume=False)
    assert not out.exists()
    assert not (tmp_path / f"{name}.tmp").exists()
    monkeypatch.undo()
    assert _score(out, resume=True) == []
    assert _ids(out) == [str(number) for number in range(12)]


def test_a_file_size_limit_of_the_system(tmp_path: Path) -> None:
    """A real EFBIG of the kernel, in a process of its own."""
    code = (
        "import resource, sys\n"
        "from voc.errors import OutputError\n"
        "from voc.results import open_results\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "row = {'id': '1', 'text': '好' * 500}\n"
        "try:\n"
        "    with open_results(sys.argv[1], resume=False) as results:\n"
        "        for number in range(1, 9):\n"
        "            results.write([row], [], number)\n"
        "        results.finish()\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    out = tmp_path / "out.jsonl"
    done = _python(code, str(out))
    assert "no room left" in done.stdout
    assert "The first 2 rows are kept" in done.stdout
    assert not out.exists()
    with open_results(out, resume=True) as results:
        assert results.rows_done == 2
        results.finish()
    assert len(out.read_bytes().splitlines()) == 2


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no users here")
def test_a_folder_that_is_read_only() -> None:
    me = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        if me == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(OutputError, match="read-only"):
                open_results(folder / "out.jsonl", resume=False)
        finally:
            os.seteuid(me)
            folder.chmod(0o755)
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("missing/out.jsonl", OutputError, "does not exist"),
        ("out.docx", UsageError, "not written as"),
        ("folder.jsonl", UsageError, "is a folder"),
    ],
)
def test_a_place_that_cannot_be(
    name: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(error, match=message):
        open_results(tmp_path / name, resume=False)


def test_standard_output_cannot_be_resumed() -> None:
    with pytest.raises(UsageError, match="-o"):
        open_results("-", resume=True)


def test_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_results("-", resume=False) as results:
        results.write([_tags(1)], [Rejected(sample="13800138000")], 2)
        summary = results.finish()
    captured = capsysbinary.readouterr()
    assert orjson.loads(captured.out) == _tags(1)
    assert captured.err.decode() == "reviews.csv:3: 坏行\n"
    assert (summary.rows, summary.rejects, summary.path) == (1, 1, None)


def test_another_input_is_not_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    _leave(out, 1, made_of={"size": 1, "model": "m"})
    with pytest.raises(UsageError, match="size was 1, is 2"):
        open_results(out, resume=True, made_of={"size": 2, "model": "m"})
    with open_results(out, resume=True, made_of={"size": 1, "model": "m"}) as results:
        assert results.rows_done == 1


def test_two_writers_do_not_share_a_file(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    out = tmp_path / "out.jsonl"
    with open_results(out, resume=False) as results:
        results.write([_tags(1)], [], 1)
        with pytest.raises(OutputError, match="Another process"):
            open_results(out, resume=False)
        results.finish()
    assert _ids(out) == ["1"]


@pytest.mark.parametrize(
    "damage",
    [b"", b'{"rows_done": 9', b"\x00\x00\x00", b'{"rows_done":99,"rows":1}\n', b"nonsense\n"],
)
def test_a_journal_with_a_torn_end(damage: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    _leave(out, 2)
    with (tmp_path / "out.jsonl.journal").open("ab") as file:
        file.write(damage)
    with (tmp_path / "out.jsonl.part").open("ab") as file:
        file.write(b'{"id": "half a l')
    for _ in range(2):
        _leave(out, 1, resume=True)
    with open_results(out, resume=True) as results:
        assert results.rows_done == 4
        results.finish()
    assert _ids(out) == ["0", "1", "2", "3"]


def test_a_part_that_is_shorter_than_the_journal_says(tmp_path: Path) -> None:
    out, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    _leave(out, 3)
    os.truncate(part, part.stat().st_size - 5)
    with open_results(out, resume=True) as results:
        assert results.rows_done == 2
        results.write([_tags(2)], [], 3)
        results.finish()
    assert _ids(out) == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
@pytest.mark.parametrize("point", range(6))
def test_killed_while_results_take_their_places(
    name: str, point: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stops before the n-th rename, removal or sync of `finish`, as a kill would."""

    class KilledError(BaseException):
        pass

    steps = 0

    def step(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > point:
                raise KilledError
            return original(*arguments, **options)

        return run

    out = tmp_path / name
    rejects = frozenset({2})
    try:
        with monkeypatch.context() as patch, open_results(out, resume=False) as results:
            for number in range(4):
                gone = [Rejected()] if number in rejects else []
                results.write([_tags(number)][len(gone) :], gone, number + 1)
            for kind in ("replace", "unlink"):
                patch.setattr(Path, kind, step(getattr(Path, kind)))
            patch.setattr(writing_module, "_sync_folder", step(writing_module._sync_folder))
            results.finish()
    except KilledError:
        pass
    else:
        assert point > 3
    with open_results(out, resume=True) as results:
        for number in range(results.rows_done, 4):
            gone = [Rejected()] if number in rejects else []
            results.write([_tags(number)][len(gone) :], gone, number + 1)
        results.finish()
    assert _ids(out) == ["0", "1", "3"]
    rejects_path = tmp_path / f"{name}.rejects.jsonl"
    assert len(rejects_path.read_bytes().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, rejects_path.name]


WORKER = """
import sys, time
from voc.results import open_results
out, rows = sys.argv[1], int(sys.argv[2])
with open_results(out, resume=True, made_of={"rows": rows}) as results:
    print("ready", flush=True)
    for start in range(results.rows_done, rows, 4):
        batch = [{"id": str(n), "text": "好" * 50} for n in range(start, min(start + 4, rows))]
        with open(sys.argv[3], "a") as log:
            log.write(f"{start}\\n")
        results.write(batch, [], start + len(batch))
        time.sleep(0.001)
    results.finish()
"""


def test_kill_minus_nine_loses_and_repeats_nothing(tmp_path: Path) -> None:
    out, log = tmp_path / "out.jsonl", tmp_path / "log"
    rows, kills = 4000, 0
    while not out.exists():
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(out), str(rows), str(log)], stdout=subprocess.PIPE
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        try:
            worker.wait(timeout=0.05 + 0.03 * (kills % 7))
        except subprocess.TimeoutExpired:
            assert not out.exists()
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            kills += 1
        worker.stdout.close()
        assert kills < 100
        if kills >= 6:
            _python(WORKER, str(out), str(rows), str(log))
    assert kills
    assert [orjson.loads(line)["id"] for line in out.read_bytes().splitlines()] == [
        str(number) for number in range(rows)
    ]
    starts = log.read_text().split()
    assert len(starts) - len(set(starts)) <= kills
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "out.jsonl"]


def test_half_a_surrogate_does_not_stop_the_run(tmp_path: Path) -> None:
    with open_results(tmp_path / "o.csv", resume=False) as results:
        results.write([{**_tags(1), "text": "坏\ud800字"}], [], 1)
        results.finish()
    assert _ids(tmp_path / "o.csv") == ["1"]


def test_parquet_of_no_rows(tmp_path: Path) -> None:
    with open_results(tmp_path / "o.parquet", resume=False) as results:
        results.finish()
    assert pq.read_table(tmp_path / "o.parquet").num_rows == 0


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
