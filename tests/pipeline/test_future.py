"""Voices that are dated in the future count nowhere before their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.pipeline.workshop import MODEL, NOW, OLD, Workshop, heard_on, voice
from tests.topics.test_discovery import GEARBOX, SUNROOF
from voc.config import load_settings
from voc.pipeline.reporting import topic_figures
from voc.report import Figures, Scope, render_html

AHEAD = [-40.0, -41.0, -42.0, -43.0]


def _told(workshop: Workshop, **values: Any) -> Figures:
    settings = load_settings(environ={})
    return topic_figures(workshop.store, settings=settings, model=MODEL, **values)[0]


def test_voices_of_the_future_move_no_period(workshop: Workshop) -> None:
    workshop.hear("automotive", heard_on("automotive", 5, 4, 3, 2, 1, until=NOW, store="一店"))
    workshop.chain().form()
    [issue] = workshop.store.issues()
    before = _told(workshop)
    workshop.hear("automotive", heard_on("automotive", *AHEAD, until=NOW, store="二店"))
    assert workshop.chain().form() == (0, 0)
    assert workshop.store.issues() == [issue]
    figures = _told(workshop)
    assert (figures.first_day, figures.last_day) == (before.first_day, before.last_day)
    assert (figures.overview, figures.volume) == (before.overview, before.volume)
    assert (figures.coverage.rows, figures.coverage.future) == (9, 4)
    assert "，4 条的时间在未来，到时才计入" in render_html(figures)
    assert _told(workshop, scope=Scope(stores=("一店",))).coverage.future == 0
    assert _told(workshop, since=NOW + timedelta(days=42)).coverage.future == 2
    assert not _told(workshop, until=NOW + timedelta(days=1)).is_past
    workshop.now = NOW + timedelta(days=50)
    workshop.chain().form()
    assert [one.count for one in workshop.store.issues()] == [9]


def test_voices_of_the_future_are_of_no_theme_yet(workshop: Workshop) -> None:
    said = [f"{name}{text}" for name in "上下" for text in (*GEARBOX, *SUNROOF)]
    ends = [NOW, NOW + timedelta(days=90)]
    voices = [
        voice("automotive", f"{number}", ends[number % 2] - timedelta(days=number), text)
        for number, text in enumerate(said)
    ]
    workshop.hear("automotive", voices)
    workshop.chain().discover_topics()
    assert [theme.count for theme in workshop.store.topics()] == [6, 6]
    assert max(theme.last_seen for theme in workshop.store.topics()) <= NOW
    workshop.now = NOW + timedelta(days=90)
    workshop.chain().discover_topics()
    assert sum(theme.count for theme in workshop.store.topics()) > 12


def test_where_all_is_of_the_future_the_clock_is_wrong(workshop: Workshop) -> None:
    workshop.now = OLD
    workshop.hear("automotive", heard_on("automotive", *AHEAD, until=NOW))
    workshop.chain().form()
    assert [one.count for one in workshop.store.issues()] == [4]
    assert (_told(workshop).overview.rows, _told(workshop).coverage.future) == (4, 0)
