"""Events, their types and who subscribed, against a live service: run by test/sdk/python.test.ts."""

import json
import time
import unittest
from contextlib import contextmanager
from typing import Iterator

from postmand import (
    DEFAULT,
    DeliveryStatus,
    EventBatchInput,
    EventInput,
    EventTypeInput,
    EventTypePatch,
    Postmand,
    PostmandError,
    ProblemCode,
    WebhookPreviewInput,
    is_problem,
)

from test_live import NOBODY, URL, webhook_to

ORDER = {"type": "object", "required": ["order"], "properties": {"order": {"type": "integer"}}}


@unittest.skipUnless(URL, "POSTMAND_TEST_URL is not set: run test/sdk/python.test.ts")
class Events(unittest.TestCase):
    def setUp(self) -> None:
        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)

    @contextmanager
    def refused(self, code: int) -> Iterator[None]:
        with self.assertRaises(PostmandError) as raised:
            yield
        self.assertTrue(is_problem(raised.exception, code), raised.exception)

    def test_an_event_goes_to_whoever_subscribed(self) -> None:
        postmand = self.postmand
        created = postmand.create_event_type(EventTypeInput(name="order.paid", schema=ORDER, example={"order": 7}))
        self.assertEqual((created.version, created.schema), (1, ORDER))
        self.assertIs(postmand.create_event_type(EventTypeInput(name="order.shipped", schema=True)).schema, True)
        settings = webhook_to("/events")
        settings.event_types = ["order.*"]
        settings.filter = {"metadata": {"region": {"$in": ["eu", "uk"]}}}
        settings.format = "cloudevents_structured"
        webhook = postmand.create_webhook(settings)

        preview = WebhookPreviewInput(type_="order.paid", payload={"order": 1042}, metadata={"region": "eu"})
        previewed = postmand.preview_webhook(webhook.id, preview)
        self.assertEqual((previewed.matches, previewed.mismatch), (True, None))
        self.assertEqual(json.loads(previewed.request.body)["data"], {"order": 1042})
        preview.metadata = {"region": "us"}
        self.assertEqual(postmand.preview_webhook(webhook.id, preview).mismatch, "filter")

        paid = EventInput(type_="order.paid", payload={"order": 1042}, metadata={"region": "eu"})
        event = postmand.create_event(paid, idempotency_key="event-of-python")
        self.assertEqual((event.type_, event.payload, event.deliveries), ("order.paid", '{"order":1042}', 1))
        self.assertEqual(postmand.create_event(paid, idempotency_key="event-of-python"), event)
        shipped = [
            EventInput(type_="order.shipped", payload='{"n": 12345678901234567890}', metadata={"region": "uk"}),
            EventInput(type_="order.shipped", payload=["a"], metadata={"region": "us"}),
        ]
        ids = postmand.create_events(EventBatchInput(events=shipped)).ids

        deliveries = list(postmand.list_deliveries_items(event_id=event.id))
        self.assertEqual([(one.webhook_id, one.event_id) for one in deliveries], [(webhook.id, event.id)])
        deadline = time.monotonic() + 20
        while postmand.get_delivery(deliveries[0].id).status == DeliveryStatus.PENDING:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        [attempt] = postmand.list_delivery_attempts_items(delivery_id=deliveries[0].id)
        sent = json.loads(attempt.raw_request.split("\r\n\r\n")[1])
        self.assertEqual((sent["id"], sent["type"], sent["data"]), (event.id, "order.paid", {"order": 1042}))

        found = list(postmand.list_events_items(metadata={"region": "uk"}, limit=1))
        self.assertEqual([(one.id, one.payload) for one in found], [(ids[0], shipped[0].payload)])
        of_type = [one.id for one in postmand.list_events_items(type_="order.shipped", limit=1)]
        self.assertEqual(sorted(of_type), sorted(ids))
        self.assertEqual(postmand.get_event(ids[1]).deliveries, 0)

    def test_what_is_wrong_has_a_code_each(self) -> None:
        postmand = self.postmand
        name = "invoice.sent"
        postmand.create_event_type(EventTypeInput(name=name, schema=ORDER))
        with self.refused(ProblemCode.EVENT_INVALID):
            postmand.create_event(EventInput(type_=name, payload={}))
        with self.refused(ProblemCode.EVENT_TYPE_NOT_FOUND):
            postmand.create_event(EventInput(type_="unknown"))
        with self.refused(ProblemCode.EVENT_TYPE_EXISTS):
            postmand.create_event_type(EventTypeInput(name=name))
        with self.refused(ProblemCode.EVENT_NOT_FOUND):
            postmand.get_event(NOBODY)
        narrower = {**ORDER, "required": ["order", "total"]}
        with self.refused(ProblemCode.SCHEMA_INCOMPATIBLE):
            postmand.patch_event_type(name, EventTypePatch(schema=narrower))
        changed = postmand.patch_event_type(name, EventTypePatch(schema=narrower, compatibility="none"))
        self.assertEqual(changed.version, 2)
        self.assertIsNone(postmand.patch_event_type(name, EventTypePatch(schema=DEFAULT)).schema)

        document = postmand.get_event_types_document()
        self.assertIn(name, document.webhooks or {})
        imported = postmand.import_event_types(document)
        self.assertEqual((imported.created, imported.updated), ([], []))

        self.assertIsNotNone(postmand.archive_event_type(name).archived_at)
        with self.refused(ProblemCode.EVENT_TYPE_ARCHIVED):
            postmand.create_event(EventInput(type_=name))
        self.assertIn(name, [one.name for one in postmand.list_event_types_items(archived=True, limit=1)])
        self.assertIsNone(postmand.restore_event_type(name).archived_at)
