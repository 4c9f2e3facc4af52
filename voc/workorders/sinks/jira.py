"""Jira: one issue a work order, found by its label before one is made; changes are comments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from voc.config.sinks import JiraSinkSettings
from voc.errors import TransientDeliveryError
from voc.records import Message
from voc.workorders.sinks.connected import ConnectedSink
from voc.workorders.sinks.content import Told, told
from voc.workorders.sinks.http import Answer, Client, host_of, verdict

_LONGEST_SUMMARY: Final = 250
_NEWEST_COMMENTS: Final = 100


class JiraSink(ConnectedSink):
    """Makes issues over Jira's REST API, version 3 (Cloud) or 2 (Data Center).

    The work order is the issue's label, by which it is looked for before it is made; a change that
    was told already is known by its message id in a comment. The reference is the issue's key.
    """

    names_orders = True

    def __init__(self, name: str, settings: JiraSinkSettings) -> None:
        super().__init__(name, timeout_s=settings.timeout_s)
        self._settings = settings
        self._client = Client(self.place, allow_hosts=settings.allow_hosts)

    @property
    def place(self) -> str:
        return host_of(self._settings.url)

    async def _deliver(self, message: Message) -> str | None:
        order = told(message)
        known = await self._search(order)
        if known is None:
            return await self._create(order)
        if order.sequence > 1:
            await self._comment(known, order)
        return known

    async def _search(self, order: Told) -> str | None:
        """Returns the key of the order's issue, if there is one."""
        jql = f'project = "{self._settings.project}" AND labels = "{order.work_order_id}"'
        asked = {"jql": jql, "fields": ["labels"], "maxResults": 1}
        path = "search/jql" if self._settings.api == "3" else "search"
        issues = _get(await self._ask("POST", path, asked), "issues")
        if not isinstance(issues, list):
            raise self._no_jira("a search")
        return str(issues[0]["key"]) if issues and "key" in issues[0] else None

    async def _create(self, order: Told) -> str:
        fields: dict[str, Any] = {
            "project": {"key": self._settings.project},
            "issuetype": {"name": self._settings.issue_type},
            "summary": _summary(order)[:_LONGEST_SUMMARY],
            "description": self._text(order, [order.description]),
            "labels": ["voc", order.work_order_id],
        }
        priority = self._priority(order)
        if priority is not None:
            fields["priority"] = {"name": priority}
        key = _get(await self._ask("POST", "issue", {"fields": fields}), "key")
        if not isinstance(key, str):
            raise self._no_jira("a new issue")
        return key

    def _priority(self, order: Told) -> str | None:
        return self._settings.priorities.get(order.priority_id)

    async def _comment(self, key: str, order: Told) -> None:
        """Tells of a change, unless a comment with its id is there."""
        path = f"issue/{quote(key, safe='')}/comment"
        newest = {"orderBy": "-created", "maxResults": str(_NEWEST_COMMENTS)}
        found = await self._ask("GET", path, params=newest)
        if order.message_id in json.dumps(found, ensure_ascii=False):
            return
        body = self._text(order, [f"{order.kind}：{order.title}", order.description])
        await self._ask("POST", path, {"body": body})

    def _text(self, order: Told, parts: Sequence[str]) -> Any:
        """Returns text as the API takes it: Atlassian's document format, or plain."""
        page = order.link(self._settings.link)
        told_ones = order.facts if order.is_order else ()  # a voice's text holds them already
        facts = [*(f"{label}：{value}" for label, value in told_ones), f"消息：{order.message_id}"]
        lines = [*parts, *facts, *([f"页面：{page}"] if page else [])]
        text = "\n".join(lines)
        return document(text) if self._settings.api == "3" else text

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        answer = await self._answer(method, path, body, params)
        error = verdict(
            answer,
            f"{self.place} ({method} {path})",
            hint=f"; mend sinks.{self._name}, then voc outbox retry",
        )
        if error is not None:
            raise error
        return answer.json()

    async def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        told_ones = self._settings
        headers = {"Accept": "application/json", "X-Atlassian-Token": "no-check"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if told_ones.user is None:
            headers["Authorization"] = f"Bearer {told_ones.token}"
        return await self._client.ask(
            method,
            f"{told_ones.url.rstrip('/')}/rest/api/{told_ones.api}/{path}",
            body=json.dumps(body, ensure_ascii=False).encode() if body is not None else None,
            headers=headers,
            params=params,
            auth=(told_ones.user, told_ones.token) if told_ones.user else None,
        )

    def _no_jira(self, what: str) -> TransientDeliveryError:
        return TransientDeliveryError(
            f"{self.place}: what it answered to {what} is not Jira's; look at"
            f" sinks.{self._name}.url."
        )

    async def _look(self) -> str:
        who = await self._ask("GET", "myself")
        await self._ask("GET", f"project/{quote(self._settings.project, safe='')}")
        name = _get(who, "displayName") or "the token"
        return f"{self.place} knows {name} and the project {self._settings.project}"

    async def _leave(self) -> None:
        await self._client.close()


def _summary(order: Told) -> str:
    return f"【{order.priority}】{order.title}" if order.is_order else order.heading


def _get(answer: Any, key: str) -> Any:
    return answer.get(key) if isinstance(answer, Mapping) else None


def document(text: str) -> dict[str, Any]:
    """Returns text as a document of Atlassian's format, a paragraph a line."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line.strip() else []}
        for line in text.splitlines()
    ]
    return {"version": 1, "type": "doc", "content": paragraphs}
