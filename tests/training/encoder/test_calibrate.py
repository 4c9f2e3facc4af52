"""What calibration leaves to keywords."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import pytest

from tests.conftest import has_torch, require
from voc.config import bundled
from voc.inference.encoder import EncoderModel
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.tagging.encoder import EncoderTagger
from voc.tagging.engine import Engine
from voc.tagging.linear import LinearTagger

SENTENCES = (
    "地铁站出来走两分钟就到", "门口停车不太方便", "周末排队排了一个小时", "服务员很热情",
    "上菜速度有点慢", "价格不贵", "团购用券很方便", "店里装修很温馨", "就是有点吵", "桌子很干净",
    "分量很足", "牛肉面味道不错", "摆盘也漂亮", "推荐他家的小笼包",
)  # fmt: skip


@pytest.fixture
def tagger(data_dir: Path, tmp_path: Path) -> EncoderTagger:
    """The shipped encoder, calibrated anew on some sentences of restaurant reviews."""
    require("torch", has_torch(), "PyTorch is not installed")
    from training.encoder.calibrate import Calibration
    from training.encoder.corpus import Corpus

    folder = tmp_path / "voc-zh"
    shutil.copytree(newest(bundled("models"), "voc-zh"), folder)
    model = EncoderModel.load(folder)
    twin = LinearTagger(LinearModel.load(newest(bundled("models"), model.manifest.twin)))
    calibration = Calibration(EncoderTagger(model, twin), Corpus(data_dir))
    rows = list(islice(calibration.corpus.rows("food_spans", "dev"), 200))
    calibration.fit_by_keywords("restaurant", rows)
    calibration.write(folder)
    return EncoderTagger(EncoderModel.load(folder), twin)


def test_a_whole_review_speaks_of_all_that_its_sentences_speak_of(tagger: EncoderTagger) -> None:
    engine = Engine(tagger)
    alone = engine.tag(SENTENCES, industry="restaurant", tasks=["aspects"])
    [whole] = engine.tag(["。".join(SENTENCES)], industry="restaurant", tasks=["aspects"])
    spoken = {mention.aspect_id for tags in alone for mention in tags.aspects}
    assert len(spoken) >= 12
    assert {mention.aspect_id for mention in whole.aspects} == spoken
