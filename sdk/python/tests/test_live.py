"""Against a live service: run by test/sdk/python.test.ts, which says where it is."""

import asyncio
import os
import time
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, List, Optional

import httpx

from postmand import (
    DEFAULT,
    ApiTimeoutError,
    AsyncPostmand,
    Delivery,
    DeliveryInput,
    DeliveryStatus,
    FailingAfter,
    Postmand,
    PostmandError,
    ProblemCode,
    RateLimit,
    RateLimitInput,
    RateLimitPatch,
    Webhook,
    WebhookInput,
    WebhookPatch,
    WebhookTestInput,
    is_problem,
    problem_of,
)

URL = os.environ.get("POSTMAND_TEST_URL", "")
RECEIVER = os.environ.get("POSTMAND_TEST_RECEIVER", "")
STUB = os.environ.get("POSTMAND_TEST_STUB", "")
NOBODY = "00000000-0000-4000-8000-000000000000"


def webhook_to(path: str, name: str = "Order events", active: bool = True) -> WebhookInput:
    return WebhookInput(
        name=name,
        url=RECEIVER + path,
        content_type="application/json",
        valid_status_codes=[200],
        secret_token="my-secret-token",
        active=active,
        max_delivery_attempts=1,
        delivery_attempt_timeout=5,
        retry_min_backoff=1,
        retry_max_backoff=1,
    )


class Malformed(httpx.BaseTransport):
    """Sends half of a JSON document, whatever it is told to send."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": "application/json"}
        return httpx.HTTPTransport().handle_request(httpx.Request(request.method, request.url, headers=headers, content=b"{"))


@unittest.skipUnless(URL, "POSTMAND_TEST_URL is not set: run test/sdk/python.test.ts")
class Live(unittest.TestCase):
    def setUp(self) -> None:
        self.postmand = Postmand(URL)
        self.addCleanup(self.postmand.close)

    def client(self, state: str, **options: Any) -> Postmand:
        client = Postmand(f"{STUB}/{state}/v1", **options)
        self.addCleanup(client.close)
        return client

    def deliver(self, webhook: Webhook, payload: str = "{}") -> Delivery:
        return self.postmand.create_delivery(DeliveryInput(webhook_id=webhook.id, payload=payload))

    def settled(self, delivery: Delivery) -> Delivery:
        deadline = time.monotonic() + 20
        while delivery.status == DeliveryStatus.PENDING:
            self.assertLess(time.monotonic(), deadline, "the delivery is still pending")
            time.sleep(0.02)
            delivery = self.postmand.get_delivery(delivery.id)
        return delivery

    def test_a_delivery_succeeds_and_its_attempt_can_be_read(self) -> None:
        webhook = self.postmand.create_webhook(webhook_to("/orders"))
        self.assertEqual(self.postmand.get_webhook(webhook.id), webhook)
        delivery = self.settled(self.deliver(webhook, '{"city": "Zürich"}'))
        self.assertEqual(delivery.status, DeliveryStatus.SUCCEEDED)
        [attempt] = self.postmand.list_delivery_attempts(delivery_id=delivery.id).delivery_attempts
        self.assertEqual((attempt.success, attempt.response_status_code), (True, 200))
        self.assertEqual(self.postmand.get_delivery_attempt(attempt.id), attempt)

    def test_a_webhook_is_tested(self) -> None:
        webhook = self.postmand.create_webhook(webhook_to("/tested"))
        tested = self.postmand.test_webhook(webhook.id, WebhookTestInput(payload="{}"), timeout=40)
        self.assertEqual((tested.delivery.test, tested.delivery.status), (True, DeliveryStatus.SUCCEEDED))
        assert tested.attempt is not None
        self.assertEqual((tested.attempt.delivery_id, tested.attempt.success), (tested.delivery.id, True))

    def test_a_webhook_is_replaced_and_deleted(self) -> None:
        webhook = self.postmand.create_webhook(webhook_to("/"))
        self.assertEqual(self.postmand.replace_webhook(webhook.id, webhook_to("/", "Other events")).name, "Other events")
        self.postmand.delete_webhook(webhook.id)
        self.refused(404, ProblemCode.WEBHOOK_NOT_FOUND, lambda: self.postmand.get_webhook(webhook.id))

    def test_a_setting_that_is_none_is_kept_and_default_gives_its_default(self) -> None:
        settings = webhook_to("/")
        settings.max_concurrency = 7
        settings.rate_limit = RateLimitInput(count=100, per_seconds=60)
        settings.failing_after = FailingAfter(attempts=9, seconds=0)
        webhook = self.postmand.create_webhook(settings)
        self.assertEqual(webhook.rate_limit, RateLimit(count=100, per_seconds=60, burst=2))

        kept = self.postmand.replace_webhook(webhook.id, webhook_to("/"))
        self.assertEqual((kept.max_concurrency, kept.rate_limit), (7, webhook.rate_limit))
        settings = webhook_to("/")
        settings.rate_limit = DEFAULT
        settings.failing_after = DEFAULT
        replaced = self.postmand.replace_webhook(webhook.id, settings)
        self.assertEqual((replaced.max_concurrency, replaced.rate_limit), (7, None))
        self.assertEqual(replaced.failing_after, FailingAfter(attempts=5, seconds=60))

    def test_a_patch_changes_what_it_names_and_if_match_refuses_what_is_old(self) -> None:
        settings = webhook_to("/")
        settings.max_concurrency = 7
        settings.rate_limit = RateLimitInput(count=100, per_seconds=60)
        webhook = self.postmand.create_webhook(settings)
        tag = self.postmand.get_webhook_with_headers(webhook.id).headers["etag"]

        change = WebhookPatch(max_concurrency=DEFAULT, rate_limit=RateLimitPatch(count=200))
        patched = self.postmand.patch_webhook(webhook.id, change, headers={"If-Match": tag})
        self.assertEqual((patched.max_concurrency, patched.rate_limit), (None, RateLimit(count=200, per_seconds=60, burst=2)))
        self.assertEqual((patched.name, patched.secret_token, patched.active), (webhook.name, webhook.secret_token, True))
        again = WebhookPatch(active=False)
        self.refused(
            412,
            ProblemCode.PRECONDITION_FAILED,
            lambda: self.postmand.patch_webhook(webhook.id, again, headers={"If-Match": tag}),
        )

    def test_lists_give_every_item_once_and_filters_hold(self) -> None:
        good = self.postmand.create_webhook(webhook_to("/orders"))
        bad = self.postmand.create_webhook(webhook_to("/failing"))
        idle = self.postmand.create_webhook(webhook_to("/orders", active=False))
        sent = [self.settled(self.deliver(webhook)) for webhook in [good] * 5 + [bad]]
        ids = [delivery.id for delivery in reversed(sent[:5])]

        self.assertEqual([item.id for item in self.postmand.list_deliveries_items(webhook_id=good.id, limit=2)], ids)
        first, second, *_ = self.postmand.list_deliveries_pages(webhook_id=good.id, limit=2)
        self.assertEqual([[item.id for item in page.deliveries] for page in (first, second)], [ids[:2], ids[2:4]])
        failed = self.postmand.list_deliveries(webhook_id=bad.id, status=DeliveryStatus.FAILED)
        self.assertEqual([item.id for item in failed.deliveries], [sent[5].id])
        self.assertEqual(self.postmand.list_deliveries(webhook_id=bad.id, status=DeliveryStatus.SUCCEEDED).deliveries, [])
        failures = list(self.postmand.list_delivery_attempts_items(webhook_id=bad.id, success=False))
        self.assertEqual([item.response_status_code for item in failures], [500])
        self.assertIn(idle, self.postmand.list_webhooks_items(active=False, created_at_gte=idle.created_at, limit=1))
        since = datetime.fromisoformat(good.created_at.replace("Z", "+00:00")).astimezone(timezone(timedelta(hours=1)))
        self.assertEqual(len(list(self.postmand.list_deliveries_items(webhook_id=good.id, created_at_gte=since.isoformat()))), 5)

    def test_asyncio(self) -> None:
        async def run() -> List[str]:
            async with AsyncPostmand(URL) as client:
                webhook = await client.create_webhook(webhook_to("/orders", "Async events", active=False))
                for _ in range(3):
                    await client.create_delivery(DeliveryInput(webhook_id=webhook.id))
                with self.assertRaises(PostmandError) as raised:
                    await client.get_webhook(NOBODY)
                self.assertTrue(is_problem(raised.exception, ProblemCode.WEBHOOK_NOT_FOUND))
                return [item.id async for item in client.list_deliveries_items(webhook_id=webhook.id, limit=2)]

        self.assertEqual(len(set(asyncio.run(run()))), 3)

    def refused(self, status: int, code: int, call: Callable[[], Any]) -> PostmandError:
        with self.assertRaises(PostmandError) as raised:
            call()
        self.assertTrue(is_problem(raised.exception, code), str(raised.exception))
        self.assertEqual(raised.exception.status, status)
        return raised.exception

    def test_errors(self) -> None:
        postmand = self.postmand
        nobody = DeliveryInput(webhook_id=NOBODY)
        text = {"Content-Type": "text/plain"}
        large = DeliveryInput(webhook_id=NOBODY, payload="x" * 1024 * 1024)
        self.refused(400, ProblemCode.REQUEST_VALIDATION_FAILED, lambda: postmand.list_webhooks(limit=0))
        self.refused(404, ProblemCode.INVALID_ID, lambda: postmand.get_webhook("nonsense"))
        self.refused(404, ProblemCode.WEBHOOK_NOT_FOUND, lambda: postmand.get_webhook(NOBODY))
        self.refused(404, ProblemCode.WEBHOOK_NOT_FOUND, lambda: postmand.create_delivery(nobody))
        self.refused(404, ProblemCode.DELIVERY_NOT_FOUND, lambda: postmand.get_delivery(NOBODY))
        self.refused(404, ProblemCode.DELIVERY_ATTEMPT_NOT_FOUND, lambda: postmand.get_delivery_attempt(NOBODY))
        self.refused(415, ProblemCode.UNSUPPORTED_MEDIA_TYPE, lambda: postmand.create_delivery(nobody, headers=text))
        self.refused(413, ProblemCode.REQUEST_BODY_TOO_LARGE, lambda: postmand.create_delivery(large))
        malformed = Postmand(URL, http_client=httpx.Client(transport=Malformed()))
        self.refused(400, ProblemCode.MALFORMED_REQUEST_BODY, lambda: malformed.create_delivery(nobody))
        elsewhere = Postmand(URL + "/nowhere")
        self.refused(404, ProblemCode.ROUTE_NOT_FOUND, elsewhere.list_webhooks)

    def test_an_error_says_what_was_wrong(self) -> None:
        call = lambda: self.postmand.create_webhook(webhook_to("/", "x"))
        error = self.refused(400, ProblemCode.REQUEST_VALIDATION_FAILED, call)
        self.assertRegex(str(error), r"^400 request validation failed: .*name.* \(code 4\)$")
        assert error.problem is not None
        self.assertIn("name", error.problem.details or "")

    def test_calls_that_may_be_repeated_are(self) -> None:
        self.client("busy-twice").delete_webhook(NOBODY)
        self.refused(503, ProblemCode.SERVICE_UNAVAILABLE, self.client("busy-reads").list_webhooks)

    def test_a_call_that_creates_a_webhook_is_not_repeated(self) -> None:
        client = self.client("busy-creates")
        self.refused(503, ProblemCode.SERVICE_UNAVAILABLE, lambda: client.create_webhook(webhook_to("/")))
        self.refused(
            503, ProblemCode.SERVICE_UNAVAILABLE, lambda: client.create_webhook(webhook_to("/"), idempotency_key="order-1042")
        )

    def test_a_delivery_is_created_with_one_key_where_answers_are_lost(self) -> None:
        self.client("lossy").create_delivery(DeliveryInput(webhook_id=NOBODY))

    def test_answers_that_are_cut_after_the_service_has_committed_leave_one_delivery(self) -> None:
        webhook = self.postmand.create_webhook(webhook_to("/", active=False))
        created = self.client("cutting").create_delivery(DeliveryInput(webhook_id=webhook.id))
        self.assertEqual(self.postmand.list_deliveries(webhook_id=webhook.id).deliveries, [created])

    def test_a_delivery_is_created_with_the_key_of_the_caller_where_a_try_timed_out(self) -> None:
        client = self.client("silent-once", timeout=0.2)
        client.create_delivery(DeliveryInput(webhook_id=NOBODY), idempotency_key="order-1042")
        client.create_delivery(DeliveryInput(webhook_id=NOBODY), headers={"idempotency-key": "order-1043"})
        client.create_delivery(DeliveryInput(webhook_id=NOBODY), idempotency_key=False)

    def test_a_key_that_is_empty_is_refused(self) -> None:
        delivery = DeliveryInput(webhook_id=self.postmand.create_webhook(webhook_to("/", active=False)).id)
        self.refused(
            400, ProblemCode.REQUEST_VALIDATION_FAILED, lambda: self.postmand.create_delivery(delivery, idempotency_key="")
        )

    def test_asyncio_repeats_too(self) -> None:
        async def run() -> None:
            async with AsyncPostmand(f"{STUB}/busy-twice-async/v1") as client:
                await client.delete_webhook(NOBODY)
            async with AsyncPostmand(f"{STUB}/lossy-async/v1") as client:
                await client.create_delivery(DeliveryInput(webhook_id=NOBODY))

        asyncio.run(run())

    def test_a_service_that_never_answers(self) -> None:
        client = self.client("silent", timeout=0.05, retries=1)
        with self.assertRaises(ApiTimeoutError) as raised:
            client.list_webhooks()
        self.assertEqual(raised.exception.attempt, 2)

    def test_an_internal_error_and_the_answer_of_a_proxy(self) -> None:
        self.refused(500, ProblemCode.INTERNAL_SERVER_ERROR, self.client("broken", retries=0).list_webhooks)
        with self.assertRaises(PostmandError) as raised:
            self.client("proxy", retries=0).list_webhooks()
        error: Optional[BaseException] = raised.exception
        assert error is not None
        self.assertIsNone(problem_of(error))
        self.assertIn("502", str(error))

    def test_an_api_key_goes_with_each_request(self) -> None:
        self.client("fine-keyed", api_key="the-key").delete_webhook(NOBODY)
