"""Events that are part of the caller's own transaction."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Sequence

from .client import EventInput
from .enqueue import _cursor_of, _id_of

_EMIT = """select postmand.emit(type => %s::text, payload => %s::text, ordering_key => %s::text,
  send_at => %s::timestamptz, expires_at => %s::timestamptz, idempotency_key => %s::text, metadata => %s::jsonb,
  traceparent => %s::text) as id"""

_EMIT_MANY = """select coalesce(string_agg(made.id::text, ',' order by made.place), '') as id
  from postmand.emit_many(%s::jsonb) with ordinality as made (id, place)"""


def emit(connection: Any, event: EventInput, *, idempotency_key: Optional[str] = None) -> str:
    """Puts an event into the transaction that is open on `connection`, and returns its id.

    `connection`: as with `enqueue`. When the transaction commits, the webhooks that subscribed to the event get it, and when it is rolled
    back, it never was; no transaction is begun or ended here. A payload that is no string is sent as compact JSON. Raises what the driver
    raises, and `problem_of` tells what was refused; the transaction can then only be rolled back.
    """
    cursor = _cursor_of(connection)
    cursor.execute(_EMIT, _values(event, idempotency_key))
    return _id_of(cursor.fetchone())


async def emit_async(connection: Any, event: EventInput, *, idempotency_key: Optional[str] = None) -> str:
    """`emit` for psycopg's AsyncConnection and AsyncCursor."""
    cursor = _cursor_of(connection)
    await cursor.execute(_EMIT, _values(event, idempotency_key))
    return _id_of(await cursor.fetchone())


def emit_many(connection: Any, events: Sequence[EventInput]) -> List[str]:
    """`emit` for up to 1,000 events with one call, all or none of them. Returns their ids, in the order of `events`."""
    cursor = _cursor_of(connection)
    cursor.execute(_EMIT_MANY, [json.dumps([_members(event) for event in events])])
    return _id_of(cursor.fetchone()).split(",") if events else []


async def emit_many_async(connection: Any, events: Sequence[EventInput]) -> List[str]:
    """`emit_many` for psycopg's AsyncConnection and AsyncCursor."""
    cursor = _cursor_of(connection)
    await cursor.execute(_EMIT_MANY, [json.dumps([_members(event) for event in events])])
    return _id_of(await cursor.fetchone()).split(",") if events else []


def _values(event: EventInput, idempotency_key: Optional[str]) -> List[Optional[str]]:
    metadata = None if event.metadata is None else json.dumps(event.metadata)
    return [event.type_, _text_of(event), event.ordering_key, event.send_at, event.expires_at, idempotency_key, metadata, event.traceparent]


def _members(event: EventInput) -> Dict[str, Any]:
    # What else an object of this class may hold is no member of a new event, and would be refused.
    names = ["ordering_key", "send_at", "expires_at", "metadata", "traceparent"]
    given = {name: getattr(event, name) for name in names if getattr(event, name) is not None}
    return {"type": event.type_, "payload": _text_of(event), **given}


def _text_of(event: EventInput) -> str:
    if event.payload is None:
        return ""
    return event.payload if isinstance(event.payload, str) else json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
