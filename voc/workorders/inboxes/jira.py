"""Jira: what the history of its issues tells, looked at again and again.

Jira pushes nothing without an administrator. Each change of an issue's status has an id in its
changelog, so that it counts once, and a time, so that the order of looking does not matter.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from voc.config.inboxes import JiraInboxSettings
from voc.errors import DeliveryError
from voc.workorders.inboxes.base import InboxError, Letter
from voc.workorders.sinks.connected import Loop
from voc.workorders.sinks.http import Client, host_of, verdict

_PAGE: Final = 50
_MOST_PAGES: Final = 200
_OVERLAP_S: Final = 600.0
_DAY_S: Final = 86_400.0
_BY_CATEGORY: Final[Mapping[str, str]] = {"indeterminate": "in_progress", "done": "resolved"}
_ENDS: Final = frozenset({"resolved", "closed", "rejected"})
_NONE: Final = "none"


class JiraInbox:
    """Looks for issues that a Jira sink made, by their label, and reads what became of them.

    A state of the category done resolves an order, one of those in progress begins it; `states`
    says otherwise of single ones. Leaving a state that ends an order reopens it. The first look
    goes back `first_days`, later ones to the one before.
    """

    def __init__(
        self,
        name: str,
        settings: JiraInboxSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._settings = settings
        self._clock = clock
        self._loop = Loop(f"voc-inbox-{name}")
        self._client = Client(self.place, allow_hosts=settings.allow_hosts)
        self._waiting: list[Letter] = []
        self._seen: set[str] = set()
        self._looked: float | None = None
        self._next_look = clock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def place(self) -> str:
        """Where it looks, without secrets, for messages."""
        return host_of(self._settings.url)

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns changes that were not settled; looks for new ones when it is time."""
        if not self._waiting and self._clock() >= self._next_look:
            began = self._clock()
            found = [letter for letter in self._run(self._look()) if letter.name not in self._seen]
            self._waiting = sorted(found, key=lambda letter: letter.receipt)
            self._looked, self._next_look = began, began + self._settings.every_s
        return self._waiting[:limit]

    def settle(self, letters: Sequence[Letter]) -> None:
        """Forgets changes; they are not told again while this worker lives."""
        names = {letter.name for letter in letters}
        self._seen |= names
        self._waiting = [letter for letter in self._waiting if letter.name not in names]

    def check(self) -> str:
        """Looks whether Jira answers and knows the project."""
        found = self._run(self._ask("GET", f"project/{self._settings.project}"))
        return f"{self.place} knows the project {_text(found, 'key') or self._settings.project}"

    def close(self) -> None:
        """Closes the connection; the next look goes back to the first days."""
        self._waiting, self._looked, self._next_look = [], None, self._clock()
        if self._loop.has_begun:
            self._loop.run(self._client.close())
            self._loop.stop()

    def _run(self, work: Any) -> Any:
        try:
            return self._loop.run(work)
        except DeliveryError as error:
            raise InboxError(str(error)) from error

    async def _look(self) -> list[Letter]:
        events = await self._events_by_state()
        found: list[Letter] = []
        async for issue in self._issues():
            found += self._letters(issue, events)
        return found

    async def _events_by_state(self) -> dict[str, str]:
        """Returns the event of each state by its id, and of those that the settings name."""
        told = await self._ask("GET", "status")
        events = {}
        for state in told if isinstance(told, list) else ():
            name, place = _text(state, "name"), _text(state, "id")
            category = _text(state.get("statusCategory"), "key")
            events[place] = self._settings.states.get(name, _BY_CATEGORY.get(category, _NONE))
        return events

    async def _issues(self) -> Any:
        """Yields issues that changed since the last look, page by page."""
        back_s = self._settings.first_days * _DAY_S
        if self._looked is not None:
            back_s = self._clock() - self._looked + _OVERLAP_S
        jql = (
            f'project = "{self._settings.project}" AND labels = "voc"'
            f" AND updated >= -{int(back_s // 60) + 1}m ORDER BY updated"
        )
        is_cloud = self._settings.api == "3"
        asked: dict[str, Any] = {"jql": jql, "fields": ["labels"], "maxResults": _PAGE}
        asked["expand"] = "changelog" if is_cloud else ["changelog"]
        for page in range(_MOST_PAGES):
            if not is_cloud:
                asked["startAt"] = page * _PAGE
            told = await self._ask("POST", "search/jql" if is_cloud else "search", asked)
            issues = told.get("issues") if isinstance(told, Mapping) else None
            if not isinstance(issues, list):
                raise self._no_jira()
            for issue in issues:
                yield issue
            token = told.get("nextPageToken")
            if (is_cloud and not token) or len(issues) < _PAGE:
                return
            asked["nextPageToken"] = token

    def _letters(self, issue: Any, events: Mapping[str, str]) -> Iterator[Letter]:
        labels = issue.get("fields", {}).get("labels", [])
        order = next((label for label in labels if str(label).startswith("wo_")), None)
        if order is None:
            return
        for change in issue.get("changelog", {}).get("histories", []):
            for item in change.get("items", []):
                event = _event(item, events) if item.get("field") == "status" else None
                if event is None:
                    continue
                body = {
                    "work_order_id": order,
                    "event_id": f"{_text(issue, 'key')}/{change['id']}",
                    "event": event,
                    "at": datetime.fromisoformat(change["created"]).isoformat(),
                    "note": f"{item.get('fromString')} → {item.get('toString')}",
                    "actor": _text(change.get("author"), "displayName") or "jira",
                }
                text = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
                yield Letter(str(body["event_id"]), text, str(change["created"]))

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        told = self._settings
        headers = {"Accept": "application/json", "X-Atlassian-Token": "no-check"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if told.user is None:
            headers["Authorization"] = f"Bearer {told.token}"
        answer = await self._client.ask(
            method,
            f"{told.url.rstrip('/')}/rest/api/{told.api}/{path}",
            body=json.dumps(body, ensure_ascii=False).encode() if body is not None else None,
            headers=headers,
            auth=(told.user, told.token) if told.user else None,
        )
        error = verdict(
            answer, f"{self.place} ({method} {path})", hint=f"; mend inboxes.{self._name}"
        )
        if error is not None:
            raise error
        return answer.json()

    def _no_jira(self) -> InboxError:
        return InboxError(
            f"{self.place}: what it answered to a search is not Jira's; look at"
            f" inboxes.{self._name}.url."
        )


def _event(item: Mapping[str, Any], events: Mapping[str, str]) -> str | None:
    """Returns the event that a change of status is; `None` where it is none."""
    before, after = (events.get(str(item.get(name)), _NONE) for name in ("from", "to"))
    if after == before:
        return None
    if before in _ENDS and after not in _ENDS:
        return "reopened"
    return None if after == _NONE else after


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""
