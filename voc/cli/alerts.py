"""Alerts among `voc issues`: listed, shown, closed and reopened by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from voc.cli.prefixes import full_id
from voc.cli.terminal import opened_store, print_records, print_table, say

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.records import Alert, AlertStatus, IssueStatus
    from voc.store import Store, StoredFeedback

_PREFIX: Final = "al_"
_MOST_VERBATIMS: Final = 5


def is_alert(told: str) -> bool:
    """Says whether an id, or its beginning, is that of an alert."""
    return told.startswith(_PREFIX)


def list_alerts(found: Sequence[Alert], as_json: bool, *, zone: tzinfo) -> None:
    """Prints a list of alerts; days are in `zone`."""
    if as_json:
        print_records(alert.as_dict() for alert in found)
        return
    from voc.report.wording import label

    print_table(
        f"预警 {len(found)} 条",
        {
            "编号": "left", "主题或方面": "left", "产品": "left", "门店": "left", "地区": "left",
            "状态": "left", "趋势": "left", "声音": "right", "预期": "right", "自": "left",
            "重现": "right",
        },
        (
            (
                alert.alert_id, alert.title, alert.product or "", alert.store or "",
                alert.region or "", label(alert.status, "issue_status"),
                label(alert.trend, "trend"), str(alert.count),
                f"{alert.expected:.1f}", f"{alert.since.astimezone(zone):%Y-%m-%d}",
                str(alert.reopened),
            )
            for alert in found
        ),
    )  # fmt: skip


def show_alert(alert_id: str, as_json: bool, settings: Settings) -> None:
    """Prints one alert with its issue, what people did with it, and its last verbatims.

    Raises:
        UsageError: There is no such alert, or there are several that begin so.
    """
    from dataclasses import asdict

    from voc.cli.alert_view import print_alert
    from voc.records import plain

    with opened_store(settings) as store:
        found = _alert(store, alert_id)
        issue = store.issue(found.issue_id) if found.issue_id else None
        history = store.alert_events(found.alert_id)
        said = _last_said(store, found)
    if not as_json:
        print_alert(found, issue, history, said, zone=settings.zone)
        return
    more = {
        "history": [plain(asdict(event)) for event in history],
        "verbatims": [
            {
                "feedback_id": one.feedback_id,
                "at": plain(one.occurred_at),
                "text": one.feedback.text,
            }
            for one in said
        ],
    }
    print_records([found.as_dict() | more])


def change_alert(
    alert_id: str,
    status: IssueStatus,
    actor: str,
    note: str | None,
    settings: Settings,
    *,
    now: datetime,
    solved_at: datetime | None,
) -> None:
    """Closes or reopens an alert by hand as of `now`, and tells what became of it.

    Raises:
        UsageError: There is no such alert; alerts have no such status; or it is to be reopened and
            no person closed it.
    """
    from voc.errors import UsageError

    if status == "ignored":
        raise UsageError(
            f"{alert_id} is an alert, and alerts are not ignored: voc issues close {alert_id} puts"
            " it away until later voices stand out by themselves."
        )
    wanted: AlertStatus = "closed" if status == "closed" else "open"
    with opened_store(settings) as store:
        before = _alert(store, alert_id)
        if before.status == wanted:
            say(f"{before.alert_id}: is {wanted} already; nothing was changed.")
            return
        if wanted == "open" and not before.is_settled:
            raise UsageError(
                f"Alert {before.alert_id} closed by itself, as it had calmed: it reopens by itself"
                " when it stands out again. Only one that was closed by hand can be reopened."
            )
        with store.transaction() as transaction:
            transaction.set_alert_status(
                before.alert_id, wanted, actor, note, now, solved_at=solved_at
            )
        say(f"{before.alert_id}: {before.status} → {wanted}")
        if wanted == "closed":
            _tell_open_issue(store, before)


def _tell_open_issue(store: Store, alert: Alert) -> None:
    issue = store.issue(alert.issue_id) if alert.issue_id else None
    if issue is not None and issue.is_open:
        say(f"issue {issue.issue_id} is still {issue.status}")


def _alert(store: Store, alert_id: str) -> Alert:
    from voc.errors import UsageError

    named = full_id(alert_id, lambda: (each.alert_id for each in store.alerts()))
    found = store.alert(named)
    if found is None:
        raise UsageError(
            f"There is no alert {alert_id!r}; voc issues --alerts lists all there are."
        )
    return found


def _last_said(store: Store, alert: Alert) -> list[StoredFeedback]:
    """Returns the last voices of an alert that are still there, the newest first."""
    found = []
    for name in reversed(alert.feedback_ids):
        voice = store.feedback(name)
        if voice is not None:
            found.append(voice)
        if len(found) == _MOST_VERBATIMS:
            break
    return found
