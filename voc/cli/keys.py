"""`voc keys`: who may call the HTTP API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
    split_names,
)

keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys of the HTTP API.")


@keys.command("create")
def create(
    scopes: Annotated[
        str,
        typer.Option("--scopes", metavar="S,…", help="classify, ingest, read, work-orders, admin."),
    ],
    label: Annotated[str | None, typer.Option("--label", help="What people call it.")] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="TIME", help="As 90d or 12h; never else.")
    ] = None,
    workspace: Annotated[
        str, typer.Option("--workspace", help="The workspace it opens, and no other.")
    ] = "default",
    config: ConfigOption = None,
) -> None:
    """Make a key and print it, once: the store keeps only its hash.

    Example: voc keys create --scopes classify,ingest --label 客服台 --expires 90d
    """
    from voc.pipeline.access import make_key

    settings = settings_from(config)
    settings.of_workspace(workspace)
    with opened_store(settings, makes_it=True) as store:
        key, shown = make_key(
            store,
            scopes=split_names(scopes) or [],
            workspace=workspace,
            label=label,
            expires=expires,
            now=datetime.now(UTC),
        )
    typer.echo(shown)
    say(f"{key.key_id}: keep this key now, it cannot be shown again.")


@keys.command("list")
def list_keys(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List keys with what they allow and when they were last used.

    Example: voc keys list --json
    """
    with opened_store(settings_from(config)) as store:
        found = store.api_keys()
    if as_json:
        print_records(key.as_dict() for key in found)
        return
    print_table(
        f"密钥 {len(found)} 个",
        dict.fromkeys(("编号", "名称", "权限", "工作区", "到期", "最近使用", "撤销"), "left"),
        (
            (
                key.key_id, key.label or "", ",".join(key.scopes), key.workspace,
                _day(key.expires_at), _day(key.last_used_at), _day(key.revoked_at),
            )
            for key in found
        ),
    )  # fmt: skip


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


@keys.command("revoke")
def revoke(key_id: str, config: ConfigOption = None) -> None:
    """Take a key back: within a second no server lets it in.

    Example: voc keys revoke 0123456789ab
    """
    from voc.errors import UsageError

    now = datetime.now(UTC)
    with opened_store(settings_from(config)) as store:
        if store.api_key(key_id) is None:
            raise UsageError(f"There is no key {key_id!r}; voc keys list shows all there are.")
        with store.transaction() as transaction:
            is_changed = transaction.revoke_api_key(key_id, now)
            if is_changed:
                transaction.add_audit("cli", "voc keys revoke", [key_id], now)
    say(f"{key_id}: revoked" if is_changed else f"{key_id}: was revoked already")
