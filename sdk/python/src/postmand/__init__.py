"""Client of Postmand, the webhook delivery service, and verification of its signatures."""

from .client import (
    ApiError,
    ApiTimeoutError,
    BlockedOrderingKey,
    Delivery,
    DeliveryAttempt,
    DeliveryAttemptList,
    DeliveryInput,
    DeliveryList,
    DeliveryStatus,
    FailingAfter,
    OrderingKeyList,
    PauseInput,
    Problem,
    RateLimit,
    RateLimitInput,
    Webhook,
    WebhookAuth,
    WebhookAuthInput,
    WebhookHealth,
    WebhookInput,
    WebhookList,
    WebhookTest,
    WebhookTestInput,
)
from .connection import AsyncPostmand, Postmand
from .default import DEFAULT
from .problem import PostmandError, is_problem, problem_of
from .problem_codes import ProblemCode
from .signature import verify_signature
from .webhook import verify_webhook

__all__ = [
    "DEFAULT",
    "ApiError",
    "ApiTimeoutError",
    "AsyncPostmand",
    "BlockedOrderingKey",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryAttemptList",
    "DeliveryInput",
    "DeliveryList",
    "DeliveryStatus",
    "FailingAfter",
    "OrderingKeyList",
    "PauseInput",
    "Postmand",
    "PostmandError",
    "Problem",
    "ProblemCode",
    "RateLimit",
    "RateLimitInput",
    "Webhook",
    "WebhookAuth",
    "WebhookAuthInput",
    "WebhookHealth",
    "WebhookInput",
    "WebhookList",
    "WebhookTest",
    "WebhookTestInput",
    "is_problem",
    "problem_of",
    "verify_signature",
    "verify_webhook",
]
