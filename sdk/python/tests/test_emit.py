"""Against the database of a live service: run by test/sdk/python.test.ts, which says where it is."""

import asyncio
import os
import unittest
from typing import Any, List

from postmand import EventInput, Postmand, ProblemCode, emit, emit_async, emit_many, emit_many_async, is_problem

URL = os.environ.get("POSTMAND_TEST_URL", "")
DATABASE = os.environ.get("POSTMAND_TEST_DATABASE", "")
TYPE = "python.paid"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@unittest.skipUnless(DATABASE, "POSTMAND_TEST_DATABASE is not set: run test/sdk/python.test.ts")
class Emit(unittest.TestCase):
    def setUp(self) -> None:
        import psycopg

        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)
        with psycopg.connect(DATABASE) as connection:
            connection.execute("insert into event_types (name) values (%s) on conflict do nothing", [TYPE])

    def test_what_commits_is_there_and_what_rolls_back_never_was(self) -> None:
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(DATABASE) as connection:
            dropped = emit(connection, EventInput(type_=TYPE))
            connection.rollback()
            event = EventInput(type_=TYPE, payload={"city": "Zürich <3"}, ordering_key="customer-7", metadata={"customer": "42"})
            event.traceparent = TRACEPARENT
            kept = emit(connection, event, idempotency_key="python-1042")
            with connection.cursor(row_factory=dict_row) as cursor:
                self.assertEqual(emit(cursor, event, idempotency_key="python-1042"), kept)
        found = self.postmand.get_event(kept)
        self.assertEqual((found.payload, found.ordering_key), ('{"city":"Zürich <3"}', "customer-7"))
        self.assertEqual((found.metadata, found.traceparent), ({"customer": "42"}, TRACEPARENT))
        with self.assertRaises(Exception) as raised:
            self.postmand.get_event(dropped)
        self.assertTrue(is_problem(raised.exception, ProblemCode.EVENT_NOT_FOUND))

    def test_many_and_asyncio(self) -> None:
        import psycopg

        events: List[Any] = [EventInput(type_=TYPE, payload="1", metadata={"a": "b"}), EventInput(type_=TYPE, payload=[1, "ü"])]

        async def run() -> List[str]:
            async with await psycopg.AsyncConnection.connect(DATABASE) as connection:
                one = await emit_async(connection, EventInput(type_=TYPE))
                return [one, *await emit_many_async(connection, events)]

        with psycopg.connect(DATABASE) as connection:
            ids = emit_many(connection, events)
            self.assertEqual(emit_many(connection, []), [])
        found = [self.postmand.get_event(event_id).payload for event_id in [*asyncio.run(run()), *ids]]
        self.assertEqual(found, ["", "1", '[1,"ü"]', "1", '[1,"ü"]'])

    def test_what_is_refused_has_a_code(self) -> None:
        import psycopg

        with psycopg.connect(DATABASE) as connection, self.assertRaises(psycopg.Error) as raised:
            emit(connection, EventInput(type_="python.unknown"))
        self.assertTrue(is_problem(raised.exception, ProblemCode.EVENT_TYPE_NOT_FOUND))
