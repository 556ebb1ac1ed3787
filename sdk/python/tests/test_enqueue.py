"""Against the database of a live service: run by test/sdk/python.test.ts, which says where it is."""

import asyncio
import os
import unittest
from typing import Any, List

from postmand import (
    DeliveryInput,
    Postmand,
    ProblemCode,
    WebhookInput,
    enqueue,
    enqueue_async,
    enqueue_many,
    enqueue_many_async,
    is_problem,
    problem_of,
)

URL = os.environ.get("POSTMAND_TEST_URL", "")
DATABASE = os.environ.get("POSTMAND_TEST_DATABASE", "")
NOBODY = "00000000-0000-4000-8000-000000000000"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@unittest.skipUnless(DATABASE, "POSTMAND_TEST_DATABASE is not set: run test/sdk/python.test.ts")
class Enqueue(unittest.TestCase):
    def setUp(self) -> None:
        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)
        self.webhook_id = self.postmand.create_webhook(
            WebhookInput(
                name="Order events",
                url="http://127.0.0.1:9/",
                content_type="application/json",
                valid_status_codes=[200],
                active=False,
                max_delivery_attempts=1,
                delivery_attempt_timeout=5,
                retry_min_backoff=1,
                retry_max_backoff=1,
            )
        ).id

    def delivery(self, **given: Any) -> DeliveryInput:
        return DeliveryInput(**{"webhook_id": self.webhook_id, "payload": "{}", **given})

    def test_what_commits_is_there_and_what_rolls_back_never_was(self) -> None:
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(DATABASE) as connection:
            dropped = enqueue(connection, self.delivery())
            connection.rollback()
            later = self.delivery(payload='{"city": "Zürich"}', ordering_key="customer-7", send_at="2026-01-01T00:00:00Z")
            kept = enqueue(connection, later, idempotency_key=f"order-{self.webhook_id}")
            with connection.cursor(row_factory=dict_row) as cursor:
                self.assertEqual(enqueue(cursor, later, idempotency_key=f"order-{self.webhook_id}"), kept)
        found = self.postmand.get_delivery(kept)
        self.assertEqual((found.payload, found.ordering_key), (later.payload, "customer-7"))
        with self.assertRaises(Exception) as raised:
            self.postmand.get_delivery(dropped)
        self.assertTrue(is_problem(raised.exception, ProblemCode.DELIVERY_NOT_FOUND))

    def test_many_with_metadata_are_enqueued_with_one_call(self) -> None:
        import psycopg

        tagged = self.delivery(metadata={"customer": "42", "order.no": 'ü "1"'}, traceparent=TRACEPARENT)
        with psycopg.connect(DATABASE) as connection:
            one = enqueue(connection, tagged)
            ids = [one, *enqueue_many(connection, [tagged, self.delivery(payload="1")])]
            self.assertEqual(enqueue_many(connection, []), [])
        found = [self.postmand.get_delivery(delivery_id) for delivery_id in ids]
        self.assertEqual([one.metadata for one in found], [tagged.metadata, tagged.metadata, {}])
        self.assertEqual([one.payload for one in found], ["{}", "{}", "1"])
        self.assertEqual([one.traceparent for one in found], [TRACEPARENT, TRACEPARENT, None])

    def test_asyncio(self) -> None:
        import psycopg

        async def run() -> List[str]:
            async with await psycopg.AsyncConnection.connect(DATABASE) as connection:
                one = await enqueue_async(connection, self.delivery())
                return [one, *await enqueue_many_async(connection, [self.delivery(), self.delivery()])]

        ids = asyncio.run(run())
        self.assertEqual([self.postmand.get_delivery(delivery_id).id for delivery_id in ids], ids)
        self.assertEqual(len(set(ids)), 3)

    def test_what_is_refused_has_a_code(self) -> None:
        import psycopg
        import sqlalchemy

        with psycopg.connect(DATABASE) as connection, self.assertRaises(psycopg.Error) as raised:
            enqueue(connection, self.delivery(webhook_id=NOBODY))
        self.assertTrue(is_problem(raised.exception, ProblemCode.WEBHOOK_NOT_FOUND))
        problem = problem_of(raised.exception)
        assert problem is not None
        self.assertTrue(problem.message.startswith("webhook_id: "), problem)

        engine = sqlalchemy.create_engine("postgresql+psycopg:" + DATABASE.partition(":")[2])
        self.addCleanup(engine.dispose)
        with engine.connect() as connection, self.assertRaises(sqlalchemy.exc.DBAPIError) as raised:
            connection.execute(sqlalchemy.text("select postmand.enqueue(webhook_id => null, payload => '')"))
        self.assertTrue(is_problem(raised.exception, ProblemCode.REQUEST_VALIDATION_FAILED))
        with engine.begin() as connection:
            delivery_id = enqueue(connection.connection, self.delivery())
        self.assertEqual(self.postmand.get_delivery(delivery_id).id, delivery_id)
