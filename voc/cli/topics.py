"""`voc topics`: list, show and act on the themes that were discovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from voc.cli.handling import tell_open_orders
from voc.cli.records import ActorOption, LimitOption
from voc.cli.terminal import (
    ConfigOption,
    IndustryFilter,
    JsonOption,
    check_industry,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.pipeline.themes import Spoken
    from voc.records import Topic
    from voc.store import Store, TopicEvent

_MOST_NAME: Final = 40

topics = typer.Typer(invoke_without_command=True)


@topics.callback()
def list_topics(
    context: typer.Context,
    industry: IndustryFilter = None,
    limit: LimitOption = None,
    with_muted: Annotated[bool, typer.Option("--with-muted", help="Muted ones too.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List the discovered topics, those with most complaints first; show and act on them.

    Topics of a subject of which voices say many things come after those that name a problem.

    Example: voc topics --industry snack --json
    """
    if context.invoked_subcommand:
        return
    settings = settings_from(config)
    from voc.cli.topic_view import told_share
    from voc.pipeline.themes import spoken_of

    with opened_store(settings) as store:
        check_industry(industry, store, settings)
        found = store.topics(industry, with_muted=with_muted)
        muted = store.muted_topics() if with_muted else set()
        spoken = spoken_of(store, industry)
        found = _complained_of_first(found, spoken)[:limit]
    if as_json:
        print_records(
            _as_dict(topic, spoken.get(topic.topic_id)) | _mark(topic, muted) for topic in found
        )
        return
    print_table(
        f"主题 {len(found)} 个",
        {
            "编号": "left", "主题": "left", "行业": "left", "声音": "right", "负面": "right",
            "最近": "left",
        },
        (
            (
                topic.topic_id, topic.topic + ("（静音）" if topic.topic_id in muted else ""),
                topic.industry, str(_voices(spoken.get(topic.topic_id))),
                told_share(spoken.get(topic.topic_id)),
                f"{topic.last_seen.astimezone(settings.zone):%Y-%m-%d}",
            )
            for topic in found
        ),
    )  # fmt: skip


@topics.command("show")
def show(topic_id: str, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show one topic with its figures, its verbatims, the borderline ones too, and its history.

    Example: voc topics show tp_0123456789abcdef0123
    """
    from voc.cli.topic_view import print_topic
    from voc.pipeline.themes import spoken_of

    settings = settings_from(config)
    with opened_store(settings) as store:
        topic = _topic(store, topic_id)
        events = store.topic_events(topic_id=topic_id)
        doubtful = store.doubtful_verbatims(topic_id)
        muted = store.muted_topics()
        spoken = spoken_of(store, topic.industry).get(topic_id)
    if not as_json:
        print_topic(topic, spoken, doubtful, events, is_muted=topic_id in muted, zone=settings.zone)
        return
    shown = _as_dict(topic, spoken) | _mark(topic, muted)
    shown["borderline"] = [said.as_dict() | {"score": round(score, 4)} for said, score in doubtful]
    print_records([shown | {"history": [event.as_dict() for event in events]}])


@topics.command("history")
def history(
    industry: IndustryFilter = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="The newest alone, at most so many."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List what became of topics, oldest first: born, split, merged, died, and what people did.

    Example: voc topics history --industry snack --limit 20
    """
    settings = settings_from(config)
    with opened_store(settings) as store:
        check_industry(industry, store, settings)
        events = store.topic_events(industry=industry)
    found = events[-limit:] if limit else events
    if as_json:
        print_records(event.as_dict() for event in found)
        return
    from voc.cli.topic_view import EVENT_LABELS

    print_table(
        f"变化 {len(events)} 次" + (f"，最近的 {limit} 次" if len(found) < len(events) else ""),
        dict.fromkeys(("时间", "编号", "主题", "变化", "另一主题", "何词", "谁"), "left"),
        (
            (
                f"{event.at:%Y-%m-%d %H:%M}", event.topic_id, event.topic, EVENT_LABELS[event.kind],
                event.other or "", "、".join(event.words), event.actor,
            )
            for event in found
        ),
    )  # fmt: skip


@topics.command("rename")
def rename(
    topic_id: str, name: str, actor: ActorOption = "cli", config: ConfigOption = None
) -> None:
    """Give a topic a name, which the runs to come keep.

    Example: voc topics rename tp_0123456789abcdef0123 变速箱低速顿挫
    """
    settings = settings_from(config)
    name = _checked_name(name)
    with opened_store(settings) as store:
        topic = _topic(store, topic_id)
        _check_free(store, topic, name)
        with store.transaction() as transaction:
            transaction.rename_topic(topic, name, actor, datetime.now(settings.zone))
    say(f"{topic_id}: {topic.topic} → {name}")


@topics.command("mute")
def mute(topic_id: str, actor: ActorOption = "cli", config: ConfigOption = None) -> None:
    """Mute a topic: no list of topics tells of it, and no issue forms around it.

    An open issue that it makes by itself is closed, with the reason in its history; its work orders
    stay with their teams. Issues of an aspect of a product or store go on, though most of their
    voices may be of the topic, which goes on counting.

    Example: voc topics mute tp_0123456789abcdef0123
    """
    from voc.pipeline.muting import mute_topic

    settings = settings_from(config)
    with opened_store(settings) as store:
        topic = _topic(store, topic_id)
        if topic_id in store.muted_topics():
            say(f"{topic_id}: is muted already; nothing was changed.")
            return
        now = datetime.now(settings.zone)
        closed = mute_topic(store, topic, actor=actor, now=now, settings=settings)
        say(
            f"{topic_id}: {topic.topic} is muted"
            + ("" if closed else "; no open issue was its own")
        )
        for issue in closed:
            say(f"issue {issue.issue_id} is closed: {issue.title}")
            tell_open_orders(store, issue.issue_id)


@topics.command("unmute")
def unmute(topic_id: str, actor: ActorOption = "cli", config: ConfigOption = None) -> None:
    """Let a muted topic speak again; the next run reopens the issue that muting closed.

    Example: voc topics unmute tp_0123456789abcdef0123
    """
    settings = settings_from(config)
    with opened_store(settings) as store:
        topic = _topic(store, topic_id)
        if topic_id not in store.muted_topics():
            say(f"{topic_id}: is not muted; nothing was changed.")
            return
        with store.transaction() as transaction:
            transaction.mute_topic(topic, False, actor, datetime.now(settings.zone))
    say(f"{topic_id}: {topic.topic} is no longer muted")


@topics.command("merge")
def merge(
    topic_id: str,
    into: Annotated[str, typer.Argument(help="The topic that goes on, with its name.")],
    actor: ActorOption = "cli",
    config: ConfigOption = None,
) -> None:
    """Merge a topic into another one; the runs to come keep them together.

    Example: voc topics merge tp_0123456789abcdef0123 tp_3210fedcba9876543210
    """
    settings = settings_from(config)
    with opened_store(settings) as store:
        topic, other = _topic(store, topic_id), _topic(store, into)
        _check_merge(topic, other, store.muted_topics())
        with store.transaction() as transaction:
            transaction.merge_topics(topic, other, actor, datetime.now(settings.zone))
    say(f"{topic_id}: {topic.topic} → {into}: {other.topic}")


@topics.command("split")
def split(
    topic_id: str,
    name: Annotated[str, typer.Argument(help="The name of the new topic.")],
    words: Annotated[str, typer.Option("--words", help="What uses one of these, by commas.")],
    actor: ActorOption = "cli",
    config: ConfigOption = None,
) -> None:
    """Split off what a topic says with certain words; the runs to come keep it apart.

    As many voices must use them as make a topic (topics.min_voices). Merging the new topic into
    another one ends it.

    Example: voc topics split tp_0123456789abcdef0123 冷车异响 --words 冷车,早上
    """
    from dataclasses import replace

    from voc.errors import UsageError
    from voc.records import stable_id

    settings = settings_from(config)
    name = _checked_name(name)
    chosen = [word.strip() for word in words.replace("，", ",").split(",") if word.strip()]
    with opened_store(settings) as store:
        topic = _topic(store, topic_id)
        _check_free(store, topic, name)
        new_id = stable_id("tp", topic.industry, topic_id, *chosen)
        child = replace(topic, topic_id=new_id, topic=name, evidence=())
        with store.transaction() as transaction:
            moved = transaction.split_topic(
                topic,
                child,
                chosen,
                actor,
                datetime.now(settings.zone),
                least=settings.topics.min_voices,
            )
    if not moved:
        raise UsageError(
            f"Nothing in {topic_id} uses {words!r}; voc topics show {topic_id} gives its verbatims."
        )
    say(f"{new_id}: {name} ({moved} of {topic_id})")


def _complained_of_first(found: Sequence[Topic], spoken: Mapping[str, Spoken]) -> list[Topic]:
    from voc.report.themes import complaint_rank

    def rank(topic: Topic) -> tuple[bool, int, int]:
        said = spoken.get(topic.topic_id)
        return complaint_rank(topic, said.negative.count if said else 0, _voices(said))

    return sorted(found, key=rank)


def _voices(spoken: Spoken | None) -> int:
    return spoken.voices if spoken else 0


def _as_dict(topic: Topic, spoken: Spoken | None) -> dict[str, Any]:
    """Returns a topic with the figures of the voices that count: complaints of those judged."""
    counted: dict[str, Any] = {"count": _voices(spoken), "negative": 0, "judged": 0}
    if spoken is not None:
        negative = spoken.negative
        counted |= {"negative": negative.count, "judged": negative.total}
        counted["negative_share"] = None if negative.share is None else round(negative.share, 4)
    return topic.as_dict() | counted


def _mark(topic: Topic, muted: set[str]) -> dict[str, bool]:
    return {"muted": True} if topic.topic_id in muted else {}


def _check_merge(topic: Topic, into: Topic, muted: set[str]) -> None:
    from voc.errors import UsageError

    names = f"{topic.topic_id} ({topic.topic}) cannot be merged into"
    if topic.topic_id == into.topic_id:
        raise UsageError(f"{names} itself: name the other topic second.")
    names = f"{names} {into.topic_id} ({into.topic})"
    if topic.industry != into.industry:
        raise UsageError(
            f"{names}: one is of {topic.industry}, the other of {into.industry}; name two topics"
            " of one industry."
        )
    silent = [one.topic_id for one in (topic, into) if one.topic_id in muted]
    if len(silent) == 1:
        raise UsageError(
            f"{names}: {silent[0]} is muted, the other is not; first type"
            f" voc topics unmute {silent[0]}, or mute both."
        )


def _topic(store: Store, topic_id: str) -> Topic:
    from voc.errors import UsageError

    found = store.topic(topic_id)
    if found is None:
        raise UsageError(_gone(store.topic_events(topic_id=topic_id), topic_id))
    return found


def _gone(events: Sequence[TopicEvent], topic_id: str) -> str:
    """Says what became of a topic that is there no more."""
    last = max(events, key=lambda event: event.at, default=None)
    if last is None:
        return f"There is no topic {topic_id!r}; voc topics lists all there are."
    where = f" into {last.other}" if last.other and last.kind in ("joined", "merged") else ""
    became = "was merged" if where else "ended"
    return (
        f"There is no topic {topic_id!r} any more: {last.topic} {became}{where} on"
        f" {last.at:%Y-%m-%d}. voc topics history tells more."
    )


def _checked_name(name: str) -> str:
    from voc.errors import UsageError

    plain = " ".join(name.split())
    if not 0 < len(plain) <= _MOST_NAME:
        raise UsageError(
            f"{name!r} is no name for a topic: give 1 to {_MOST_NAME} characters,"
            " as 变速箱低速顿挫."
        )
    return plain


def _check_free(store: Store, topic: Topic, name: str) -> None:
    from voc.errors import UsageError

    for other in store.topics(topic.industry, with_muted=True):
        if other.topic == name and other.topic_id != topic.topic_id:
            raise UsageError(
                f"{other.topic_id} is called {name!r} already; give another name, or put them"
                f" together: voc topics merge {topic.topic_id} {other.topic_id}"
            )
