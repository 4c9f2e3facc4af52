"""`voc outbox`: what waits for delivery, what failed, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    check_one_of,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voc.store import MessageState, Store

outbox = typer.Typer(no_args_is_help=True, help="See, retry and drop messages to sinks.")

SinkOption = Annotated[
    str | None, typer.Option("--sink", metavar="NAME", help="Only those for this sink.")
]
_STATES: Final[Mapping[MessageState, str]] = {
    "pending": "待发送",
    "delivered": "已送达",
    "dead": "发送失败",
    "dropped": "已丢弃",
}

MessageArgument = Annotated[str | None, typer.Argument(metavar="[MESSAGE_ID]", help="The message.")]


@outbox.command("list")
def list_messages(
    state: Annotated[
        str | None, typer.Option("--state", help="pending, dead, delivered or dropped.")
    ] = None,
    sink: SinkOption = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List messages that wait or failed, the oldest first; others with --state.

    Example: voc outbox list --state dead --sink quality
    """
    from voc.store import MessageState

    check_one_of("--state", state, get_args(MessageState))
    settings = settings_from(config)
    with opened_store(settings) as store:
        _check_sink(sink, store, config)
        found = store.outbox([state] if state else ["pending", "dead"], sink=sink, limit=limit)
        if as_json:
            print_records(item.as_dict() for item in found)
            return
        counts = store.outbox_counts()
    zone = settings.zone
    print_table(
        "消息：" + "，".join(f"{_STATES[state]} {count}" for state, count in counts.items()),
        {"编号": "left", "去处": "left", "工单": "left", "状态": "left", "次数": "right",
         "下次": "left", "原因": "left"},
        (
            (
                item.message.message_id, item.message.sink, item.message.key,
                _STATES[item.state],
                str(item.message.attempts),
                _at(item.next_at, zone) if item.state == "pending" else "",
                item.last_error or "",
            )
            for item in found
        ),
    )  # fmt: skip


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M:%S}"


@outbox.command("show")
def show_message(
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The message.")],
    config: ConfigOption = None,
) -> None:
    """Show one message with its payload as JSON.

    Example: voc outbox show msg_0123456789abcdef0123
    """
    with opened_store(settings_from(config)) as store:
        found = store.outbox_message(message_id)
        if found is None:
            raise _no_message(message_id)
        print_records([found.as_dict()])


@outbox.command("retry")
def retry_messages(
    message_id: MessageArgument = None,
    sink: SinkOption = None,
    config: ConfigOption = None,
) -> None:
    """Have a message tried again now, or all dead ones of a sink; their tries count anew.

    Example: voc outbox retry --sink quality
    """
    _one_of(message_id, sink)
    with opened_store(settings_from(config)) as store:
        _check_there(message_id, sink, store, config)
        now = datetime.now(UTC)
        with store.transaction() as transaction:
            count = (
                int(transaction.replay(message_id, now))
                if message_id
                else transaction.replay_dead(now, sink=sink)
            )
    say(f"{_messages(count)} will be tried again, by voc run or voc worker.")


@outbox.command("drop")
def drop_messages(
    message_id: MessageArgument = None,
    sink: SinkOption = None,
    state: Annotated[
        str | None, typer.Option("--state", help="Only pending or only dead ones.")
    ] = None,
    actor: Annotated[str, typer.Option("--by", help="Who does it, for the record.")] = "cli",
    config: ConfigOption = None,
) -> None:
    """Give a message up, or all of a sink that wait or are dead; retry brings one back.

    Example: voc outbox drop --sink old --state pending
    """
    _one_of(message_id, sink)
    check_one_of("--state", state, ("pending", "dead"))
    with opened_store(settings_from(config)) as store:
        _check_there(message_id, sink, store, config)
        with store.transaction() as transaction:
            count = transaction.drop_messages(
                datetime.now(UTC),
                message_id=message_id,
                sink=sink,
                state=state,
                reason=f"dropped by {actor}",
            )
    say(f"{_messages(count)} dropped.")


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _one_of(message_id: str | None, sink: str | None) -> None:
    from voc.errors import UsageError

    if (message_id is None) == (sink is None):
        raise UsageError("Name one message by its id, or all of a sink with --sink.")


def _check_there(
    message_id: str | None, sink: str | None, store: Store, config: Path | None
) -> None:
    if message_id is not None and store.outbox_message(message_id) is None:
        raise _no_message(message_id)
    _check_sink(sink, store, config)


def _no_message(message_id: str) -> Exception:
    from voc.errors import UsageError

    return UsageError(f"There is no message {message_id!r}; voc outbox list names those there are.")


def _check_sink(sink: str | None, store: Store, config: Path | None) -> None:
    """Checks a sink: one of the settings, or one that messages still wait for."""
    from voc.config import FILE_SINK

    known = dict.fromkeys([*settings_from(config).sinks, FILE_SINK, *store.outbox_sinks()])
    check_one_of("--sink", sink, known)
