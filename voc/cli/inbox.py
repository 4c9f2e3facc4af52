"""`voc inbox`: what other systems told of work orders and could not be taken in."""

from __future__ import annotations

from contextlib import closing
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

    from voc.store import LetterState, Store, StoredLetter

inbox = typer.Typer(no_args_is_help=True, help="See, retry and drop events that were set aside.")

_STATES: Final[Mapping[LetterState, str]] = {
    "waiting": "等待中",
    "refused": "已拒收",
    "dropped": "已丢弃",
}

LetterArgument = Annotated[str, typer.Argument(metavar="LETTER_ID", help="The letter.")]


@inbox.command("list")
def list_letters(
    state: Annotated[
        str | None, typer.Option("--state", help="waiting, refused or dropped.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = 100,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List events that wait for an earlier one or were refused, the oldest first.

    Example: voc inbox list --state refused --json
    """
    from voc.store import LetterState

    check_one_of("--state", state, get_args(LetterState))
    with opened_store(settings_from(config)) as store:
        found = store.letters(state=state or ["waiting", "refused"], limit=limit)
        counts = store.letter_counts()
    if as_json:
        print_records(letter.as_dict() for letter in found)
        return
    print_table(
        "搁置的回信："
        + ("，".join(f"{_STATES[state]} {n}" for state, n in counts.items()) or "没有"),
        {"编号": "left", "信箱": "left", "工单": "left", "状态": "left", "原因": "left"},
        (
            (one.letter_id, one.inbox, one.work_order_id or "", _STATES[one.state], one.reason)
            for one in found
        ),
    )


@inbox.command("retry")
def retry(letter_id: LetterArgument, config: ConfigOption = None) -> None:
    """Try an event again that was set aside.

    Example: voc inbox retry lt_0123456789abcdef0123
    """
    from voc.pipeline.returning import Mailroom

    settings = settings_from(config)
    with opened_store(settings) as store:
        _letter(store, letter_id)
        with closing(Mailroom(store, settings, inboxes={})) as mailroom:
            done = mailroom.look_again(letter_id)
        if done.applied or done.repeated:
            say(f"{letter_id}: taken in")
            return
        say(f"{letter_id}: {_letter(store, letter_id).reason}")
        raise typer.Exit(1)


@inbox.command("drop")
def drop(
    letter_id: LetterArgument,
    actor: Annotated[str, typer.Option("--by", help="Who does it.")] = "cli",
    config: ConfigOption = None,
) -> None:
    """Drop an event that was set aside; it stays to be looked at.

    Example: voc inbox drop lt_0123456789abcdef0123
    """
    with opened_store(settings_from(config)) as store:
        _letter(store, letter_id)
        with store.transaction() as transaction:
            is_dropped = transaction.drop_letter(letter_id, f"dropped by {actor}")
    say(f"{letter_id}: {'dropped' if is_dropped else 'was dropped before'}")


def _letter(store: Store, letter_id: str) -> StoredLetter:
    from voc.errors import UsageError

    found = store.letter(letter_id)
    if found is None:
        raise UsageError(f"There is no letter {letter_id!r}; voc inbox list names all there are.")
    return found
