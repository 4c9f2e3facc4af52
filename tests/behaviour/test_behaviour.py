"""The minimal pairs are well made, are counted rightly, and the shipped model keeps its floors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from opencc import OpenCC
from rapidfuzz import fuzz

from tests.behaviour.__main__ import main
from tests.behaviour.figures import (
    TOTAL,
    Figures,
    Share,
    by_kind,
    load_floors,
    record_floors,
    table,
    under,
)
from tests.behaviour.suite import ALIKE, KINDS, Member, Pair, Suite, judge, load_suite
from voc.config import bundled, load_settings
from voc.errors import ConfigError
from voc.records import POLARITIES, AspectMention, Polarity, Sentiment, Tags
from voc.tagging.engine import load

SUITE = load_suite()
BY_KIND: dict[str, tuple[Pair, ...]] = {kind: getattr(SUITE, kind) for kind in KINDS}
PAIRS = [pair for _, pair in SUITE.pairs()]
LIKENESS = 40  # least per cent of a pair's text that both members share, in order


def _tags_of(member: Member) -> tuple[Polarity, dict[str, Any]]:
    return member.sentiment, member.aspects


def test_there_are_enough_pairs_of_every_kind_and_industry() -> None:
    assert len(PAIRS) >= 330
    assert {kind: len(pairs) for kind, pairs in BY_KIND.items() if len(pairs) < 25} == {}
    industries = {path.stem for path in bundled("configs/industries").glob("*.yaml")}
    voices = Counter(pair.about for pair in PAIRS)
    assert set(voices) == industries
    assert min(voices.values()) >= 25


def test_no_text_stands_twice_and_all_are_a_sentence_long() -> None:
    texts = [member.text for pair in PAIRS for member in pair.members]
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert [text for text in texts if not 6 <= len(text) <= 50 or text != text.strip()] == []


@pytest.mark.parametrize("kind", KINDS)
def test_members_get_other_tags_or_the_same_as_the_kind_says(kind: str) -> None:
    alike = [pair for pair in BY_KIND[kind] if _tags_of(pair.a) == _tags_of(pair.b)]
    assert alike == (list(BY_KIND[kind]) if kind in ALIKE else [])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - ALIKE))
def test_members_differ_in_little(kind: str) -> None:
    far = [
        (pair.a.text, pair.b.text)
        for pair in BY_KIND[kind]
        if fuzz.ratio(pair.a.text, pair.b.text) < LIKENESS
    ]
    assert far == []


def test_traditional_members_are_the_simplified_ones_in_the_other_script() -> None:
    simplified = OpenCC("tw2s")  # t2s keeps 著, which is 着 in 睡不著
    for pair in SUITE.traditional:
        assert pair.b.text != pair.a.text
        assert simplified.convert(pair.b.text) == pair.a.text


@pytest.mark.parametrize("kind", KINDS)
def test_labels_cannot_be_guessed_from_the_kind(kind: str) -> None:
    labels = Counter(member.sentiment for pair in BY_KIND[kind] for member in pair.members)
    shares = {label: labels[label] / labels.total() for label in POLARITIES}
    assert max(shares.values()) <= 0.55
    assert min(shares["negative"], shares["positive"]) >= 0.25


def test_aspects_are_asked_in_every_kind() -> None:
    asking = {kind: sum(bool(pair.a.aspects) for pair in BY_KIND[kind]) for kind in KINDS}
    assert sum(asking.values()) >= 40
    assert min(asking.values()) >= 3
    expected = Counter(
        tag for pair in PAIRS for member in pair.members for tag in member.aspects.values()
    )
    assert min(expected[tag] for tag in ("negative", "positive", "neutral", "absent")) >= 3


def _values(**changes: Any) -> dict[str, Any]:
    """A suite of one pair, asking for two aspects in one of its members unless changed."""
    pair = {
        "about": "phone",
        "a": {"text": "屏幕好", "sentiment": "positive", "aspects": {"屏幕": "positive"}},
        "b": {"text": "屏幕差", "sentiment": "negative", "aspects": {"屏幕": "negative"}},
    }
    return {kind: [] for kind in KINDS} | {"negation": [pair | changes]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"c": {"text": "屏幕差", "sentiment": "negative"}}, "unknown key"),
        ({"b": {"text": "屏幕差", "sentiment": "bad"}}, "'negative', 'neutral' or 'positive'"),
        ({"b": {"text": "屏幕差", "sentiment": "negative"}}, "different aspects, 屏幕 and none"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    path = tmp_path / "pairs.yaml"
    path.write_text(yaml.safe_dump(_values(), allow_unicode=True), encoding="utf-8")
    assert len(load_suite(path).negation) == 1
    path.write_text(yaml.safe_dump(_values(**changes), allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=said) as error:
        load_suite(path)
    assert "pairs.yaml:" in str(error.value)


@dataclass(frozen=True, slots=True)
class _Scripted:
    """Tags each text as it was told to."""

    script: dict[str, tuple[Polarity, dict[str, Polarity]]]

    def tag(
        self,
        texts: Sequence[str],
        *,
        aspects: Sequence[str] | None,
        tasks: Collection[str] | None,
    ) -> list[Tags]:
        return [self._tags(text, aspects or ()) for text in texts]

    def _tags(self, text: str, asked: Sequence[str]) -> Tags:
        label, aspects = self.script[text]
        mentions = [
            AspectMention(each, each, aspects[each], 1) for each in asked if each in aspects
        ]
        return Tags("", text, "zh", Sentiment(label, 1.0, {label: 1.0}), tuple(mentions))


def _member(text: str, sentiment: Polarity, **aspects: Any) -> Member:
    return Member(text=text, sentiment=sentiment, aspects=aspects)


COUNTED = Suite.model_validate(
    dict.fromkeys(KINDS, ())
    | {
        "contrast": (
            Pair(about="phone", a=_member("甲", "positive"), b=_member("乙", "negative")),
            Pair(
                about="phone",
                a=_member("丙", "positive", 续航="negative", 屏幕="positive"),
                b=_member("丁", "negative", 续航="absent", 屏幕="positive"),
            ),
        ),
        "irony": (Pair(about="phone", a=_member("戊", "neutral"), b=_member("己", "negative")),),
    }
)
SCRIPT: dict[str, tuple[Polarity, dict[str, Polarity]]] = {
    "甲": ("positive", {"续航": "negative"}),
    "乙": ("negative", {}),
    "丙": ("positive", {"续航": "negative", "屏幕": "negative"}),
    "丁": ("negative", {"屏幕": "positive"}),
    "戊": ("positive", {}),
    "己": ("neutral", {}),
}


def test_shares_are_counted_by_hand() -> None:
    found = by_kind(judge(_Scripted(SCRIPT), COUNTED))
    assert found["contrast"] == Figures(pairs=Share(1, 2), members=Share(3, 4), aspects=Share(3, 4))
    assert found["irony"] == Figures(pairs=Share(0, 1), members=Share(0, 2), aspects=Share(0, 0))
    assert found[TOTAL] == Figures(pairs=Share(1, 3), members=Share(3, 6), aspects=Share(3, 4))
    assert found["emoji"].members.value is None


def test_faults_name_what_was_found_and_what_was_expected() -> None:
    verdicts = judge(_Scripted(SCRIPT), COUNTED)
    faults = [list(member.faults()) for pair in verdicts for member in pair.members]
    assert faults == [
        [],
        [],
        ["屏幕: negative, not positive"],
        [],
        ["positive, not neutral"],
        ["neutral, not negative"],
    ]


def test_the_table_has_a_line_a_kind_and_a_group_a_model() -> None:
    found = by_kind(judge(_Scripted(SCRIPT), COUNTED))
    lines = table({"one": found, "two": found}).splitlines()
    assert lines[0].split() == ["one", "two"]
    assert lines[1].split() == ["kind", "n", *["pairs", "members", "aspects"] * 2]
    assert [line.split()[0] for line in lines[2:]] == [*KINDS, TOTAL]
    assert lines[-1].split() == [TOTAL, "3", *["0.333", "0.500", "0.750"] * 2]
    assert len({len(line) for line in lines}) == 1


def test_floors_are_kept_by_those_who_set_them_and_missed_by_worse(tmp_path: Path) -> None:
    found = by_kind(judge(_Scripted(SCRIPT), COUNTED))
    path = tmp_path / "floors.yaml"
    record_floors("one", found, path)
    floors = load_floors(path)
    assert list(under(floors, found)) == []
    worse = by_kind(judge(_Scripted(SCRIPT | {"甲": ("negative", {})}), COUNTED))
    assert list(under(floors, worse)) == []
    kinds = floors.kinds | {"contrast": 0.9}
    floors = floors.model_copy(update={"kinds": kinds, "total": 0.6})
    assert list(under(floors, worse)) == [
        "contrast: 0.500 of 4 members, under 0.9 of one",
        "total: 0.333 of 6 members, under 0.6 of one",
    ]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Figures]:
    """The figures of the model that is tagged with where no other is named."""
    return by_kind(judge(load(settings=load_settings(environ={})), SUITE))


def test_the_shipped_model_keeps_its_floors(shipped: dict[str, Figures]) -> None:
    floors = load_floors()
    assert set(floors.kinds) == set(KINDS)
    assert list(under(floors, shipped)) == []


def test_the_command_writes_the_figures_it_prints(
    shipped: dict[str, Figures], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    main(["--json", str(path), "--failures"])
    ((model, figures),) = json.loads(path.read_text(encoding="utf-8")).items()
    assert figures == {kind: found.as_dict() for kind, found in shipped.items()}
    printed = capsys.readouterr().out
    assert printed.endswith(table({model: shipped}) + "\n")
    members = shipped[TOTAL].members
    failed = [line for line in printed.splitlines() if line.startswith(f"{model}  ")]
    assert len(failed) == members.of - members.right


def test_floors_are_written_for_the_default_model_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--write-floors", "--model", "voc-zh-linear"])
    assert left.value.code == 2
    assert "--model" in capsys.readouterr().err
