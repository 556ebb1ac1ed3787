"""Iterators against a live service: run by test/sdk/python.test.ts, which says where it is."""

import asyncio
import time
import unittest
from typing import Any, Callable, Iterable, List

from postmand import AsyncPostmand, DeliveryBatchInput, DeliveryInput, Postmand

from test_live import STUB, URL, webhook_to


def every(items: Iterable[Any], meanwhile: Callable[[], Any] = lambda: None) -> List[Any]:
    """All items of an iterator, where `meanwhile` is done behind the first one."""
    found: List[Any] = []
    for item in items:
        found.append(item)
        if len(found) == 1:
            meanwhile()
    return found


@unittest.skipUnless(URL, "POSTMAND_TEST_URL is not set: run test/sdk/python.test.ts")
class Iterators(unittest.TestCase):
    def setUp(self) -> None:
        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)

    def wait_for_attempts(self, count: int, **query: str) -> List[str]:
        deadline = time.monotonic() + 20
        while True:
            attempts = self.postmand.list_delivery_attempts(**query).delivery_attempts
            if len(attempts) == count:
                return [attempt.id for attempt in attempts]
            self.assertLess(time.monotonic(), deadline, "not all were attempted")
            time.sleep(0.02)

    def test_lists_in_which_items_appear_meanwhile_give_each_item_once(self) -> None:
        settings = webhook_to("/failing")
        settings.ordering_on_failure = "block"
        webhook = self.postmand.create_webhook(settings)

        def create(key: str) -> str:
            return self.postmand.create_delivery(DeliveryInput(webhook_id=webhook.id, ordering_key=key)).id

        ids = [create(key) for key in "abcd"][::-1]
        attempts = self.wait_for_attempts(4, webhook_id=webhook.id)
        blocked = self.postmand.list_ordering_keys_items(webhook.id, state="blocked", limit=1)
        self.assertEqual([item.ordering_key for item in blocked], list("abcd"))
        deliveries = self.postmand.list_deliveries_items(webhook_id=webhook.id, limit=1)
        self.assertEqual([item.id for item in every(deliveries, lambda: create("0"))], ids)
        paged = self.postmand.list_delivery_attempts_items(webhook_id=webhook.id, limit=1)
        seen = [item.id for item in every(paged, lambda: self.wait_for_attempts(1, delivery_id=create("1")))]
        self.assertEqual([one for one in seen if one in attempts], attempts)
        self.assertEqual(len(set(seen)), len(seen))

    def test_webhooks_that_are_made_meanwhile_move_no_other(self) -> None:
        made = [self.postmand.create_webhook(webhook_to("/", f"W {number}")) for number in range(4)]
        webhooks = self.postmand.list_webhooks_items(created_at_gte=made[0].created_at, limit=1)
        found = every(webhooks, lambda: self.postmand.create_webhook(webhook_to("/", "A first one")))
        ids = [webhook.id for webhook in made]
        self.assertEqual([item.id for item in found if item.id in ids], ids)

    def test_an_offset_to_begin_with(self) -> None:
        webhook = self.postmand.create_webhook(webhook_to("/", active=False))
        drafts = [DeliveryInput(webhook_id=webhook.id) for _ in range(5)]
        self.postmand.create_deliveries(DeliveryBatchInput(deliveries=drafts))
        whole = [item.id for item in self.postmand.list_deliveries_items(webhook_id=webhook.id)]
        behind = self.postmand.list_deliveries_items(webhook_id=webhook.id, limit=1, offset=2)
        self.assertEqual([item.id for item in behind], whole[2:])

    def test_a_service_of_version_2_1_is_read_by_offset(self) -> None:
        expected = [f"delivery-{number}" for number in range(5)]
        with Postmand(f"{STUB}/offset-only/v1") as old:
            self.assertEqual([item.id for item in old.list_deliveries_items(limit=2)], expected)
            self.assertEqual([item.id for item in old.list_deliveries_items(limit=2, offset=3)], expected[3:])

    def test_asyncio(self) -> None:
        async def run() -> None:
            async with AsyncPostmand(f"{STUB}/offset-only/v1") as old:
                items = [item.id async for item in old.list_deliveries_items(limit=2)]
                self.assertEqual(items, [f"delivery-{number}" for number in range(5)])
            async with AsyncPostmand(URL) as client:
                webhook = await client.create_webhook(webhook_to("/", active=False))
                drafts = [DeliveryInput(webhook_id=webhook.id) for _ in range(5)]
                await client.create_deliveries(DeliveryBatchInput(deliveries=drafts))
                found = [item.id async for item in client.list_deliveries_items(webhook_id=webhook.id, limit=1, offset=1)]
                whole = await client.list_deliveries(webhook_id=webhook.id)
                self.assertEqual(found, [item.id for item in whole.deliveries][1:])

        asyncio.run(run())
