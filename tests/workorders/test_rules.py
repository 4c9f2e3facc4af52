"""The routing file: what it may say, and how a wrong one is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from voc.config import Industry, bundled, industry_files, load_industry
from voc.errors import ConfigError
from voc.workorders.checking import calendar_for, check_routing
from voc.workorders.conditions import Bounds, VoiceWhen, When
from voc.workorders.rotas import Rota, Shift
from voc.workorders.rules import Defaults, Review, RoutingRules, Then, load_routing
from voc.workorders.sections import Section
from voc.workorders.voice_rules import VoiceRules, VoiceThen

BUNDLED = bundled("configs/routing.yaml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rules:\n- name: a\n  then: {departmnt: 组}\n", ":3: rules.0.then.departmnt: unknown key"),
        (
            "rules:\n- name: a\n  when: {severity: bad}\n  then: {}\n",
            ":3: rules.0.when.severity.0: ",
        ),
        ("rules:\n- then: {}\n", ":2: rules.0.name: missing key"),
        ("rules:\n- name: a\n  then: {priority: 高}\n", ":3: rules.0.then.priority: "),
        ("rules:\n- name: a\n  then: {type: 表扬}\n", ":3: rules.0.then.type: "),
        ("rules:\n- name: a\n  then: {sla_hours: 0}\n", ":3: rules.0.then.sla_hours: "),
        (
            "rules:\n- name: a\n  then: {sla_hours: 1, sla_days: 1}\n",
            "has both sla_hours and sla_days",
        ),
        (
            "rules:\n- name: a\n  then: {sla_days: 1, clock: calendar}\n",
            "sla_days are working days",
        ),
        ("rules:\n- {name: a, then: {}}\n- {name: a, then: {}}\n", "two rules are called 'a'"),
        (
            "escalation:\n- {name: a, at: 1}\n- {name: a, at: 2}\n",
            "two steps are called 'a'",
        ),
        ("escalation:\n- {name: a, at: 0}\n", ":2: escalation.0.at: "),
        ("handling: {reopen: 3}\n", ":1: handling.reopen: unknown key"),
        ("sla: {urgent: {hours: 4}}\n", ":1: sla: lacks low, normal, high"),
        ("priority: {severity: {low: low}}\n", "lacks medium, high, critical"),
        ("open_when: {severity: mediun}\n", ":1: open_when.severity: "),
        ("opne_when: {}\n", ":1: opne_when: unknown key. Did you mean 'open_when'?"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_routing(path)
    assert place in str(caught.value)
    assert check_routing(path, {}) == list(caught.value.places)


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        (
            "{name: a, when: {industry: car}, then: {}}",
            ":2: rules.0.when.industry: there is no industry 'car'. Did you mean 'cars'?",
        ),
        (
            "{name: a, when: {aspect: [动力, 刹车]}, then: {}}",
            ":2: rules.0.when.aspect: there is no aspect '刹车'.",
        ),
        (
            "{name: a, when: {industry: cars, reason: 法律}, then: {}}",
            ":2: rules.0.when.reason: there is no reason '法律'.",
        ),
        (
            "\n  name: a\n  then:\n    department: 动力质量\n",
            ":5: rules.0.then.department: there is no department '动力质量'."
            " Did you mean '动力质量部'?",
        ),
    ],
)
def test_names_that_nobody_has(
    rule: str, finding: str, tmp_path: Path, industries: Mapping[str, Industry]
) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(f"rules:\n- {rule}\n", encoding="utf-8")
    assert check_routing(path, industries) == [f"{path}{finding}"]


@pytest.mark.parametrize(
    "rule",
    [
        "{name: a, when: {industry: cars, aspect: [变速箱, power], reason: 安全}, then: {}}",
        "{name: a, when: {aspect: '动*', store: 任何店}, then: {department: 油泵组}}",
        "{name: a, then: {department: 客户服务部}}",
    ],
)
def test_names_that_are_known(
    rule: str, tmp_path: Path, industries: Mapping[str, Industry]
) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(f"rules:\n- {rule}\n", encoding="utf-8")
    assert check_routing(path, industries) == []


def test_listed_departments_are_known(tmp_path: Path, industries: Mapping[str, Industry]) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(
        "departments: [应急组]\nrules:\n- {name: a, then: {department: 应急组}}\n", encoding="utf-8"
    )
    assert check_routing(path, industries) == []


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 11, 30), []),
        (date(2026, 12, 1), [2027]),
        (date(2027, 3, 1), [2027]),
        (date(2027, 12, 31), [2027, 2028]),
    ],
)
def test_a_calendar_that_ran_out_is_a_finding(
    today: date, years: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text("open_when: {}\ncalendar: cn\n", encoding="utf-8")
    assert check_routing(path, {}, today=today) == [
        f"{path}:2: calendar: 'cn' knows no holidays of {year}; only weekdays count until they are"
        " added under schedules."
        for year in years
    ]


def test_a_calendar_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text("calendar: cnn\n", encoding="utf-8")
    [finding] = check_routing(path, {})
    assert finding.startswith(f"{path}:1: calendar: There is no calendar 'cnn'")


def test_a_calendar_of_ones_own_lies_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "hours: [08:00-12:00]\nweekdays: [周六]\n", encoding="utf-8"
    )
    rules = RoutingRules(calendar="ours.yaml")
    assert calendar_for(rules, tmp_path / "routing.yaml").hours_per_day == 4


def test_the_bundled_file_is_right() -> None:
    known = {name: load_industry(name) for name in industry_files()}
    assert check_routing(BUNDLED, known) == []
    assert load_routing() == load_routing(BUNDLED)


def test_the_defaults_in_code_are_those_of_the_bundled_file() -> None:
    bundled_rules, plain = load_routing(), RoutingRules()
    for name in ("calendar", "open_when", "update_when", "priority", "sla"):
        assert getattr(bundled_rules, name) == getattr(plain, name), name


@pytest.mark.parametrize(
    "section",
    [Bounds, Defaults, Review, Rota, RoutingRules, Shift, Then, VoiceRules, VoiceThen, When],
)
def test_every_key_stands_in_the_bundled_file(section: type[Section]) -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    assert [name for name in section.model_fields if name not in text] == []


def test_voices_are_asked_what_issues_are_but_for_what_only_issues_have() -> None:
    only_issues = {"severity", "topic", "trend", "satisfaction"}
    assert set(When.model_fields) - set(VoiceWhen.model_fields) == only_issues


def test_the_examples_of_the_bundled_file_hold() -> None:
    lines = BUNDLED.read_text(encoding="utf-8").splitlines()
    rotas = [line[2:] for line in lines[lines.index("# rotas:") : lines.index("rotas: {}")]]
    begin = lines.index("  rules: []") + 1
    voices = [line.replace("# ", "", 1) for line in lines[begin:]]
    found = RoutingRules.model_validate(yaml.safe_load("\n".join([*rotas, "voices:", *voices])))
    assert [rule.name for rule in found.voices.rules] == ["不满意客户回访", "满意客户致谢"]
    assert found.rotas["夜班"].people == ("张三", "李四", "王五")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n- {name: a, then: {rota: b}}\n", "names the rota 'b'; rotas has none."),
        (
            "rotas: {夜班小组: {people: [a]}}\nrules:\n- {name: a, then: {rota: 夜斑小组}}\n",
            "rotas has 夜班小组. Did you mean '夜班小组'?",
        ),
        ("rules:\n- {name: a, then: {rota: b, assignee: c}}\n", "has both assignee and rota"),
        ("rules:\n- {name: a, when: {rating: {}}, then: {}}\n", "names no bound"),
        (
            "rules:\n- {name: a, when: {csat: {at_least: 4, at_most: 2}}, then: {}}\n",
            "at_least 4 is over at_most 2",
        ),
        (
            "rules:\n- {name: a, when: {rating: {at_most: 4}}, then: {}}\n",
            "rating goes from 0 to 1, not 4; 4 of 5 stars are 0.8",
        ),
        (
            "voices: {rules: [{name: a, when: {csat: {at_most: 0}}, then: {tag: x}}]}\n",
            "csat goes from 1 to 5, not 0",
        ),
        ("rules:\n- {name: a, when: {nps: 9}, then: {}}\n", ":2: rules.0.when.nps.0: "),
        ("voices: {rules: [{name: a, then: {}}]}\n", "does nothing; give notify, tag or sinks"),
        (
            "voices: {rules: [{name: a, then: {notify: frontline}}]}\n",
            "notifies people and says nothing; give say",
        ),
        (
            "voices: {rules: [{name: a, when: {trend: new}, then: {tag: b}}]}\n",
            "voices.rules.0.when.trend: unknown key",
        ),
        (
            "voices: {rules: [{name: a, then: {tag: b}}, {name: a, then: {tag: b}}]}\n",
            "two rules are called 'a'",
        ),
    ],
)
def test_what_rules_cannot_mean_is_said(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_routing(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "rules:\n- {name: a, when: {channel: reviews}, then: {}}\n",
            "there is no channel 'reviews'. Did you mean 'review'?",
        ),
        (
            "voices:\n  rules:\n  - {name: a, when: {industry: car}, then: {tag: b}}\n",
            "voices.rules.0.when.industry: there is no industry 'car'. Did you mean 'cars'?",
        ),
        (
            "voices:\n  rules:\n  - {name: a, then: {sinks: fila}}\n",
            "voices.rules.0.then.sinks: there is no sink 'fila'. Did you mean 'file'?",
        ),
        ("voices: {frontline: {东店: nowhere}}\n", "there is no sink 'nowhere'."),
    ],
)
def test_names_that_are_not_there_are_found(
    text: str, finding: str, industries: Mapping[str, Industry], tmp_path: Path
) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(text, encoding="utf-8")
    [found] = check_routing(path, industries, sinks=["file"])
    assert finding in found
