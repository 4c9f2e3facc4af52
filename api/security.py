"""Who calls, and what the caller may do.

Keys are looked up in the store of the workspace `default`, and what was found is believed for
`KNOWN_S`: a key that is revoked opens nothing after that, in any process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast, get_args

import anyio
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import ProblemError
from api.services import services_of
from voc.errors import StoreError

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

    from voc.config import Settings
    from voc.pipeline.workspaces import Workspaces
    from voc.store import ApiKey

Scope = Literal["classify", "ingest", "read", "work-orders", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

KNOWN_S: Final = 1.0
"""Seconds for which a key is believed to be what it was."""
MOST_KNOWN: Final = 10_000
"""Keys remembered at most; unknown ones that somebody tries count too."""
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exact `last_used_at` is."""

SIGNED: Final = "webhook:"
"""Before a workspace's name, who signs for it; no key's id has a colon."""

_REALM: Final = 'Bearer realm="voc"'

_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key that `voc keys create` printed."
)
Told = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _challenge(*more: str) -> dict[str, str]:
    """Returns the header that says how to show a key (RFC 6750)."""
    return {"WWW-Authenticate": ", ".join((_REALM, *more))}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key, the workspace it belongs to, and what it allows."""

    key_id: str
    workspace: str
    scopes: frozenset[Scope]

    @property
    def actor(self) -> str:
        """Its name in the audit and in histories."""
        return self.key_id if self.key_id.startswith(SIGNED) else f"key:{self.key_id}"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who may sign: its name in the audit, the workspace it speaks for, and its secret."""

    key_id: str
    workspace: str
    secret: str


Secrets = Callable[[Request], Iterator[Signer]]


@dataclass(slots=True)
class Gate:
    """What decides about callers in one process.

    Attributes:
        workspaces: The stores; the keys lie in the main one.
        limiter: Counts the requests of each key, in the memory of this process.
        limit: Requests of one key; `None`: any number.
    """

    workspaces: Workspaces
    limiter: RateLimiter
    limit: RateLimitItem | None
    _known: dict[str, tuple[ApiKey | None, float]] = field(default_factory=dict)
    _threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(4))
    _notes: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of(cls, request: Request) -> Gate:
        """Returns the gate of the app that a request came to; the first one makes it."""
        state = request.app.state
        if not hasattr(state, "gate"):
            services = services_of(request)
            state.gate = _gate(services.settings, services.store)
        return cast(Gate, state.gate)

    async def let_in(self, shown: str) -> Principal:
        """Returns who shows a key.

        Raises:
            ProblemError: 401, it opens nothing; 429, it was shown too often.
        """
        from voc.pipeline.access import key_id_of, opens

        now = datetime.now(UTC)
        key_id = key_id_of(shown)
        known = await self._look_up(key_id) if key_id else None
        if not opens(known, shown, now) or known is None:
            raise ProblemError(
                401,
                "The key is unknown, expired or revoked; `voc keys create` makes one.",
                headers=_challenge('error="invalid_token"'),
            )
        self._count(known.key_id)
        self._note(known, now)
        return Principal(
            known.key_id, known.workspace, frozenset(cast(tuple[Scope, ...], known.scopes))
        )

    async def _look_up(self, key_id: str) -> ApiKey | None:
        found = self._known.get(key_id)
        if found is not None and time.monotonic() - found[1] < KNOWN_S:
            return found[0]
        asked = time.monotonic()
        key = await anyio.to_thread.run_sync(
            self.workspaces.main.api_key, key_id, limiter=self._threads
        )
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key_id] = (key, asked)
        return key

    def _count(self, key_id: str) -> None:
        if self.limit is None or self.limiter.hit(self.limit, key_id):
            return
        reset, _ = self.limiter.get_window_stats(self.limit, key_id)
        raise ProblemError(
            429,
            f"This key has used its {self.limit.amount} requests a minute; wait and go on.",
            retry_after_s=max(1.0, reset - time.time()),
        )

    def _note(self, key: ApiKey, now: datetime) -> None:
        """Keeps that a key was used, beside the request and once a minute."""
        if key.last_used_at is not None and now - key.last_used_at < NOTED_EVERY:
            return
        known = self._known.get(key.key_id)
        if known is not None and known[0] is not None:
            self._known[key.key_id] = (replace(known[0], last_used_at=now), known[1])
        task = asyncio.create_task(self._keep_use(key.key_id, now))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _keep_use(self, key_id: str, now: datetime) -> None:
        def keep() -> None:
            with self.workspaces.main.transaction() as transaction:
                transaction.note_key_used(key_id, now)

        try:
            await anyio.to_thread.run_sync(keep)
        except StoreError:
            return  # the next request of the key notes it


def _gate(settings: Settings, store: Any) -> Gate:
    from limits import RateLimitItemPerMinute
    from limits.storage import MemoryStorage
    from limits.strategies import SlidingWindowCounterRateLimiter

    from voc.pipeline.workspaces import Workspaces

    most = settings.access.requests_per_minute
    return Gate(
        Workspaces(settings, store),
        SlidingWindowCounterRateLimiter(MemoryStorage()),
        RateLimitItemPerMinute(most) if most else None,
    )


@dataclass(frozen=True, slots=True)
class Requires:
    """Lets a caller through whose key has a scope; `admin` has all.

    Attributes:
        scope: What the key must allow.
        signed_by: Gives the secrets with which a signature of the Standard Webhooks specification
            does as well; `None`: none does.
    """

    scope: Scope
    signed_by: Secrets | None = None

    async def __call__(self, request: Request, _told: Told = None) -> Principal:
        if self.signed_by is not None and "webhook-signature" in request.headers:
            return await _signed(request, self.scope, self.signed_by)
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not shown.strip():
            raise ProblemError(
                401, "Send a key as `Authorization: Bearer …`.", headers=_challenge()
            )
        caller = await Gate.of(request).let_in(shown.strip())
        request.state.key_id = caller.key_id  # for the log
        if not caller.scopes & {self.scope, "admin"}:
            raise ProblemError(
                403,
                f"The key lacks the scope {self.scope!r}; make one that has it.",
                headers=_challenge('error="insufficient_scope"', f'scope="{self.scope}"'),
            )
        return caller


def event_secrets(request: Request) -> Iterator[Signer]:
    """Gives the secrets of workspaces, which sign what is told of their work orders."""
    for workspace, secrets in services_of(request).settings.webhooks.secrets.items():
        for secret in secrets.split():
            yield Signer(f"{SIGNED}{workspace}", workspace, secret)


def source_secrets(request: Request) -> Iterator[Signer]:
    """Gives the secrets of the source that the path names; it belongs to the main workspace."""
    from voc.config.settings import DEFAULT_WORKSPACE
    from voc.config.streams import WebhookSourceSettings

    name = request.path_params.get("name", "")
    known = services_of(request).settings.sources.get(name)
    if isinstance(known, WebhookSourceSettings):
        for secret in (known.secret, known.old_secret):
            if secret is not None:
                yield Signer(f"{SIGNED}source:{name}", DEFAULT_WORKSPACE, secret)


async def _signed(request: Request, scope: Scope, signed_by: Secrets) -> Principal:
    """Returns the system whose secret signed the request; the secret tells the workspace."""
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    for signer in signed_by(request):
        try:
            Webhook(signer.secret).verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return Principal(signer.key_id, signer.workspace, frozenset((scope,)))
    raise ProblemError(
        401,
        "The signature fits no secret that is set for this, or its time is more than five minutes"
        " off.",
        headers=_challenge(),
    )


def requires(scope: Scope, *, signed_by: Secrets | None = None) -> Any:
    """Returns the dependency that lets a caller through whose key has a scope.

    As `caller: Annotated[Principal, requires("classify")]`.
    """
    return Depends(Requires(scope, signed_by))
