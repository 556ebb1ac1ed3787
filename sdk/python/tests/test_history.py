"""What can be done with deliveries that have ended, against a live service: run by test/sdk/python.test.ts."""

import dataclasses
import inspect
import time
import unittest
from typing import Any, Callable

import postmand as package
from postmand import (
    Delivery,
    DeliveryBatchInput,
    DeliveryInput,
    DeliveryStatus,
    ErasureInput,
    Operation,
    OperationState,
    Postmand,
    PostmandError,
    ProblemCode,
    RedeliveryFilter,
    RedeliveryInput,
    WebhookPatch,
    client,
    is_problem,
)

from test_live import RECEIVER, URL, webhook_to


class Names(unittest.TestCase):
    def test_every_class_of_requests_and_answers_is_a_name_of_the_package(self) -> None:
        of_the_generator = {"Envelope", "Result", "ServerSentEvent"}
        classes = [
            name
            for name, one in inspect.getmembers(client, dataclasses.is_dataclass)
            if not name.startswith("_") and name not in of_the_generator
        ]
        self.assertEqual([name for name in classes if name not in package.__all__], [])


@unittest.skipUnless(URL, "POSTMAND_TEST_URL is not set: run test/sdk/python.test.ts")
class History(unittest.TestCase):
    def setUp(self) -> None:
        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)

    def until(self, read: Callable[[], Any], is_over: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + 20
        while not is_over(value := read()):
            self.assertLess(time.monotonic(), deadline, value)
            time.sleep(0.02)
        return value

    def ended(self, delivery_id: str) -> Delivery:
        return self.until(lambda: self.postmand.get_delivery(delivery_id), lambda one: one.status != DeliveryStatus.PENDING)

    def test_what_failed_is_found_by_metadata_counted_and_sent_again(self) -> None:
        postmand = self.postmand
        settings = webhook_to("/failing")
        settings.metadata = {"team": "billing & tax of Python"}
        webhook = postmand.create_webhook(settings)
        metadata = {"customer": "42", "order.no": "7 & 8"}
        keys = ["a b", "c/d & e", "f+g"]
        drafts = [DeliveryInput(webhook_id=webhook.id, metadata=metadata, ordering_key=key) for key in keys]
        ids = postmand.create_deliveries(DeliveryBatchInput(deliveries=drafts)).ids
        self.assertEqual([self.ended(one).failed_reason for one in ids], ["attempts"] * 3)
        for key, of_key in zip(keys, ids):
            listed = postmand.list_deliveries(webhook_id=webhook.id, ordering_key=key).deliveries
            self.assertEqual([one.id for one in listed], [of_key])
        found = postmand.list_deliveries_items(webhook_id=webhook.id, metadata=metadata, limit=1)
        self.assertEqual(sorted(one.id for one in found), sorted(ids))
        self.assertEqual([one.id for one in postmand.list_webhooks(metadata=settings.metadata).webhooks], [webhook.id])

        postmand.patch_webhook(webhook.id, WebhookPatch(url=RECEIVER + "/fixed"))
        self.assertEqual(postmand.redeliver_delivery(ids[0]).redeliveries, 1)
        self.assertEqual(self.ended(ids[0]).status, DeliveryStatus.SUCCEEDED)
        asked = RedeliveryInput(filter=RedeliveryFilter(webhook_id=webhook.id, created_at_gte=webhook.created_at))
        counted = postmand.count_redelivery(asked)
        self.assertEqual((counted.matching, counted.by_webhook[0].webhook_id), (2, webhook.id))
        begun = postmand.redeliver_deliveries(asked)
        operation: Operation = self.until(lambda: postmand.get_operation(begun.id), lambda one: one.finished_at is not None)
        self.assertEqual((operation.state, operation.done), (OperationState.DONE, 2))
        self.assertIn(operation, postmand.list_operations_items(limit=1))
        with self.assertRaises(PostmandError) as raised:
            postmand.cancel_operation(begun.id)
        self.assertTrue(is_problem(raised.exception, ProblemCode.OPERATION_ENDED))

        owned = ErasureInput(metadata=settings.metadata)
        self.assertEqual(postmand.count_erasure(owned).matching, 3)
        erasing = postmand.erase_deliveries(owned)
        self.until(lambda: postmand.get_operation(erasing.id), lambda one: one.state == OperationState.DONE)
        self.assertIsNotNone(postmand.get_delivery(ids[0]).payload_removed_at)
        self.assertTrue(postmand.get_webhook_stats(webhook.id, step="hour", from_=webhook.created_at).stats)
        self.assertTrue(postmand.get_stats().stats)
        to_erase = ErasureInput(metadata=settings.metadata)
        self.assertEqual(postmand.count_erasure(to_erase).matching, 3)
        erasure = postmand.erase_deliveries(to_erase)
        self.until(lambda: postmand.get_operation(erasure.id), lambda one: one.finished_at is not None)
        self.assertIsNotNone(postmand.get_delivery(ids[0]).payload_removed_at)
