"""Verification of signatures."""

from __future__ import annotations

import hashlib
import hmac
from typing import Optional


def verify_signature(body: bytes, header: Optional[str], secret: str) -> bool:
    """Whether a delivery is genuine: whether `header`, its `X-Hub-Signature`, is the HMAC-SHA256 of `body` under the webhook's
    `secret_token`. Takes as long for a wrong signature, wherever the difference is.

    `body` is the body as it came. One that was parsed and written again may have other bytes. An empty secret verifies nothing.
    """
    if secret == "" or header is None:
        return False
    expected = hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    # As bytes: of text that is not ASCII, compare_digest raises.
    return hmac.compare_digest(expected.encode("ascii"), header.encode("utf-8", "surrogatepass"))
