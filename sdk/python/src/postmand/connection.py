"""The generated clients with the settings that suit Postmand."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Dict, Optional, Type

import httpx

from .client import AsyncClient, Client
from .dry_run import ask_for_dry_run
from .idempotency import add_key, no_key_yet, worth_repeating
from .problem import raise_with_reason

_RETRY: Dict[str, Any] = {"retry_delay": 0.5, "retry_on": worth_repeating}
_MIDDLEWARE = [{"on_request": add_key, "on_settled": raise_with_reason}, {"on_request": ask_for_dry_run}]


class Postmand(Client):
    """A client of the Postmand at `url` (its `/v1` included). Close it, or use it in a `with` statement.

    `timeout`: seconds without progress that an attempt may take. `retries`: how often a call is repeated after a lost connection, a
    time-out or a 408, 429, 500, 502, 503 or 504, after what `Retry-After` asks for, else after up to 0.5, 1, 2, ... seconds.
    `create_delivery`, `create_deliveries`, `create_event` and `create_events` are repeated with the same `Idempotency-Key`, so that
    they create nothing twice; other calls that create something are never repeated. `http_client`: instead of an httpx client of its
    own; the caller closes it.

    Methods raise `PostmandError` for answers other than 2xx, `ApiTimeoutError`, and `httpx.TransportError` where there is no connection.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: Optional[str] = None,
        timeout: float = 10.0,
        retries: int = 3,
        http_client: Optional[httpx.Client] = None,
    ) -> None:
        self._own = httpx.Client() if http_client is None else None
        super().__init__(
            url,
            headers=_headers(api_key),
            timeout=timeout,
            retry={**_RETRY, "retries": retries},
            middleware=_MIDDLEWARE,
            idempotency_key=no_key_yet,
            http_client=http_client or self._own,
        )

    def close(self) -> None:
        """Closes its connections."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Postmand:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


class AsyncPostmand(AsyncClient):
    """`Postmand` for asyncio. Close it with `aclose`, or use it in an `async with` statement."""

    def __init__(
        self,
        url: str,
        *,
        api_key: Optional[str] = None,
        timeout: float = 10.0,
        retries: int = 3,
        http_client: Optional[httpx.AsyncClient] = None,
    ) -> None:
        self._own = httpx.AsyncClient() if http_client is None else None
        super().__init__(
            url,
            headers=_headers(api_key),
            timeout=timeout,
            retry={**_RETRY, "retries": retries},
            middleware=_MIDDLEWARE,
            idempotency_key=no_key_yet,
            http_client=http_client or self._own,
        )

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._own is not None:
            await self._own.aclose()

    async def __aenter__(self) -> AsyncPostmand:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()


def _headers(api_key: Optional[str]) -> Dict[str, str]:
    # Not the client's own `auth`: that sends a key only with operations for which the description lists one.
    return {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
