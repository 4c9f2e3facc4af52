"""Rules that name themes: by name, by pattern, by id, by a twin's; and names that are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pipeline.workshop import OLD, Workshop, voice
from voc.config import load_settings
from voc.pipeline.rulecheck import rule_notes
from voc.pipeline.themed_rules import rules_of
from voc.records import Span, Topic

SAID = "小区有噪音，电梯也停"
TOPICS = {"to_noise": "夜间施工噪音", "to_lift": "电梯停运", "to_tree": "行道树倒伏"}


@pytest.fixture
def themed(workshop: Workshop) -> Workshop:
    """Six voices speak of noise, four of them of the lift too: the two are twins."""
    voices = [
        voice("citizen", f"v{day}", OLD - timedelta(days=day), SAID, aspect="urban_construction")
        for day in range(6)
    ]
    workshop.hear("citizen", voices)
    topics = [
        Topic(name, called, "citizen", (called,), 6, 1.0, OLD, OLD)
        for name, called in TOPICS.items()
    ]
    spans = {"to_noise": Span(0, 5, SAID[:5]), "to_lift": Span(6, 10, SAID[6:])}
    members = [
        (item.feedback_id, name, 0.9, span)
        for place, (item, _) in enumerate(voices)
        for name, span in spans.items()
        if name == "to_noise" or place < 4
    ]
    with workshop.store.transaction() as transaction:
        transaction.save_topics("citizen", topics, members)
    return workshop


@pytest.mark.parametrize(
    ("named", "is_theirs"),
    [
        pytest.param("夜间施工噪音", True, id="its name"),
        pytest.param("*噪音", True, id="a pattern"),
        pytest.param("to_noise", True, id="its id"),
        pytest.param("电梯停运", True, id="the name of its twin"),
        pytest.param("行道树倒伏", False, id="another theme"),
        pytest.param("夜间噪音", False, id="no theme"),
    ],
)
def test_an_issue_goes_by_the_name_of_its_theme(
    named: str,
    is_theirs: bool,
    themed: Workshop,
) -> None:
    rules = themed.folder / "routing.yaml"
    rules.write_text(
        "open_when: {severity: low, voices: 1}\ndepartments: [噪音专班]\n"
        f"rules: [{{name: 噪音, when: {{topic: '{named}'}}, then: {{department: 噪音专班}}}}]",
        encoding="utf-8",
    )
    asked = {"routing.file": str(rules)}
    themed.chain(**asked).form()
    [order] = themed.store.work_orders()
    assert (order.department == "噪音专班") is is_theirs
    settings = load_settings(overrides=asked, environ={})
    found = rule_notes(settings, {}, themed.store)
    assert (found == []) is (named != "夜间噪音")
    if found:
        assert found == [
            "rules.0.when.topic: there is no theme '夜间噪音' now; voc topics lists them."
            " Did you mean '夜间施工噪音'?"
        ]
    assert rules_of(themed.store, settings).rules[0].when.topic[0] == named


@pytest.mark.parametrize(("industry", "count"), [("citizen", 1), ("restaurant", 0)])
def test_a_rule_of_an_industry_without_themes_waits_for_them(
    industry: str, count: int, themed: Workshop
) -> None:
    rules = themed.folder / "routing.yaml"
    rules.write_text(
        "departments: [噪音专班]\nrules:\n  - name: 噪音\n"
        f"    when: {{industry: {industry}, topic: '*冷气*'}}\n    then: {{department: 噪音专班}}",
        encoding="utf-8",
    )
    settings = load_settings(overrides={"routing.file": str(rules)}, environ={})
    assert len(rule_notes(settings, {}, themed.store)) == count


def test_a_theme_that_a_person_named_names_its_issue(themed: Workshop) -> None:
    [noise] = [one for one in themed.store.topics() if one.topic_id == "to_noise"]
    themed.chain().form()
    [issue] = themed.store.issues()
    assert "专项" not in issue.title
    with themed.store.transaction() as transaction:
        transaction.rename_topic(noise, "三号地块专项", "王", OLD)
    themed.chain().form()
    assert [one.title for one in themed.store.issues()] == ["城乡建设：三号地块专项"]
