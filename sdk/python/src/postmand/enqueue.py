"""Deliveries that are part of the caller's own transaction."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional

from .client import DeliveryInput

_ENQUEUE = """select postmand.enqueue(webhook_id => %s::uuid, payload => %s::text, ordering_key => %s::text,
  send_at => %s::timestamptz, expires_at => %s::timestamptz, idempotency_key => %s::text) as id"""


def enqueue(connection: Any, delivery: DeliveryInput, *, idempotency_key: Optional[str] = None) -> str:
    """Puts a delivery into the transaction that is open on `connection`, and returns its id.

    `connection`: a connection or cursor of psycopg, or of another driver with the parameters of the DB-API in the form `%s`; it must be
    in the database of Postmand. The delivery is accepted when the transaction commits, and never was when it is rolled back; no
    transaction is begun or ended here. Raises what the driver raises, and `problem_of` tells what was refused; the transaction can then
    only be rolled back.
    """
    cursor = connection.cursor() if hasattr(connection, "cursor") else connection
    cursor.execute(_ENQUEUE, _values(delivery, idempotency_key))
    return _id_of(cursor.fetchone())


async def enqueue_async(connection: Any, delivery: DeliveryInput, *, idempotency_key: Optional[str] = None) -> str:
    """`enqueue` for psycopg's AsyncConnection and AsyncCursor."""
    cursor = connection.cursor() if hasattr(connection, "cursor") else connection
    await cursor.execute(_ENQUEUE, _values(delivery, idempotency_key))
    return _id_of(await cursor.fetchone())


def _values(delivery: DeliveryInput, idempotency_key: Optional[str]) -> List[Optional[str]]:
    payload = delivery.payload or ""
    return [delivery.webhook_id, payload, delivery.ordering_key, delivery.send_at, delivery.expires_at, idempotency_key]


def _id_of(row: Any) -> str:
    return str(row["id"] if isinstance(row, Mapping) else row[0])
