"""The benchmark of the whole chain runs it over feedback that is new and real enough."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.benchmarks.chain import Bench, print_steps
from tests.benchmarks.chain_rows import DAYS, FIRST_DAY, KINDS, made, pools, write
from voc.store import open_store

TEXTS = ("送餐太慢了，等了两个小时", "味道很好，分量也足", "包装破了，汤全洒出来，客服不理人")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "waimai"
    folder.mkdir(parents=True)
    with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as out:
        for number, text in enumerate(TEXTS):
            mood = "positive" if number == 1 else "negative"
            out.write(json.dumps({"id": str(number), "text": text, "sentiment": mood}) + "\n")
    return tmp_path / "data"


def test_voices_are_of_real_words_and_lie_in_their_days(data: Path) -> None:
    [(kind, rows)] = pools(data).items()
    assert kind.folder == "waimai"
    voices = list(made(rows, kind, 200, first=FIRST_DAY, days=DAYS, seed=1))
    assert len({voice["text"] for voice in voices}) > 190
    assert all(any(len(set(text) - set(one["text"])) == 0 for text in TEXTS) for one in voices)
    end = FIRST_DAY + timedelta(days=DAYS)
    assert all(FIRST_DAY <= datetime.fromisoformat(one["time"]) < end for one in voices)
    [(_, most), *_, (_, least)] = Counter(one["store"] for one in voices).most_common()
    assert most > 5 * least
    others = made(rows, kind, 200, first=FIRST_DAY, days=DAYS, seed=2)
    assert not {one["id"] for one in voices} & {one["id"] for one in others}


def test_a_folder_without_data_sets_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=KINDS[0].folder):
        pools(tmp_path)


def test_commands_are_measured_with_their_stages(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = write(tmp_path / "rows", pools(data), 60, first=FIRST_DAY, days=DAYS, seed=1)
    bench = Bench(tmp_path, {"models": {"name": "voc-zh-linear"}}, threads=1)
    bench.ingest("ingest", sources)
    bench.measure("run", "run")
    [ingested, done] = bench.steps
    assert not ingested.stages
    assert [stage.name for stage in done.stages][:3] == ["take_in", "tag", "screen"]
    assert 0 < sum(stage.seconds for stage in done.stages) < done.seconds
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        assert store.counts().feedback == 60
        assert list(store.models().values()) == [60]
    print_steps(bench.steps)
    assert "discover_topics" in capsys.readouterr().out
