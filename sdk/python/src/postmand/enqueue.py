"""Deliveries that are part of the caller's own transaction."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .client import DeliveryInput

_ENQUEUE = """select postmand.enqueue(webhook_id => %s::uuid, payload => %s::text, ordering_key => %s::text,
  send_at => %s::timestamptz, expires_at => %s::timestamptz, idempotency_key => %s::text) as id"""

# Apart, as a database of version 2.1 knows no such arguments.
_ENQUEUE_WITH_MORE = """select postmand.enqueue(webhook_id => %s::uuid, payload => %s::text, ordering_key => %s::text,
  send_at => %s::timestamptz, expires_at => %s::timestamptz, idempotency_key => %s::text, metadata => %s::jsonb,
  traceparent => %s::text) as id"""

_ENQUEUE_MANY = """select coalesce(string_agg(made.id::text, ',' order by made.place), '') as id
  from postmand.enqueue_many(%s::jsonb) with ordinality as made (id, place)"""


def enqueue(connection: Any, delivery: DeliveryInput, *, idempotency_key: Optional[str] = None) -> str:
    """Puts a delivery into the transaction that is open on `connection`, and returns its id.

    `connection`: a connection or cursor of psycopg, or of another driver with the parameters of the DB-API in the form `%s`; it must be
    in the database of Postmand. The delivery is accepted when the transaction commits, and never was when it is rolled back; no
    transaction is begun or ended here. `traceparent` is where your work stands in a trace (W3C Trace Context). Raises what the driver
    raises, and `problem_of` tells what was refused; the transaction can then only be rolled back.
    """
    cursor = _cursor_of(connection)
    cursor.execute(*_statement(delivery, idempotency_key))
    return _id_of(cursor.fetchone())


async def enqueue_async(connection: Any, delivery: DeliveryInput, *, idempotency_key: Optional[str] = None) -> str:
    """`enqueue` for psycopg's AsyncConnection and AsyncCursor."""
    cursor = _cursor_of(connection)
    await cursor.execute(*_statement(delivery, idempotency_key))
    return _id_of(await cursor.fetchone())


def enqueue_many(connection: Any, deliveries: Sequence[DeliveryInput]) -> List[str]:
    """`enqueue` for up to 1,000 deliveries with one call, all or none of them. Returns their ids, in the order of `deliveries`."""
    cursor = _cursor_of(connection)
    cursor.execute(_ENQUEUE_MANY, [json.dumps([_members(delivery) for delivery in deliveries])])
    return _id_of(cursor.fetchone()).split(",") if deliveries else []


async def enqueue_many_async(connection: Any, deliveries: Sequence[DeliveryInput]) -> List[str]:
    """`enqueue_many` for psycopg's AsyncConnection and AsyncCursor."""
    cursor = _cursor_of(connection)
    await cursor.execute(_ENQUEUE_MANY, [json.dumps([_members(delivery) for delivery in deliveries])])
    return _id_of(await cursor.fetchone()).split(",") if deliveries else []


def _cursor_of(connection: Any) -> Any:
    return connection.cursor() if hasattr(connection, "cursor") else connection


def _statement(delivery: DeliveryInput, idempotency_key: Optional[str]) -> Tuple[str, List[Optional[str]]]:
    payload = delivery.payload or ""
    values = [delivery.webhook_id, payload, delivery.ordering_key, delivery.send_at, delivery.expires_at, idempotency_key]
    if delivery.metadata is None and delivery.traceparent is None:
        return _ENQUEUE, values
    metadata = None if delivery.metadata is None else json.dumps(delivery.metadata)
    return _ENQUEUE_WITH_MORE, [*values, metadata, delivery.traceparent]


def _members(delivery: DeliveryInput) -> Dict[str, Any]:
    # What else an object of this class may hold is no member of a new delivery, and would be refused.
    names = ["webhook_id", "payload", "ordering_key", "send_at", "expires_at", "metadata", "traceparent"]
    return {name: getattr(delivery, name) for name in names if getattr(delivery, name) is not None}


def _id_of(row: Any) -> str:
    return str(row["id"] if isinstance(row, Mapping) else row[0])
