"""Verification of the signatures of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from typing import Mapping, Optional, Sequence, Union

_PUBLIC_KEY_BYTES = 32


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: Union[str, Sequence[str]],
    *,
    tolerance_seconds: float = 300,
    now: Optional[float] = None,
) -> bool:
    """Whether a delivery is genuine and recent by its `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks
    1.0; `signatures` of the webhook has `standard` or `standard_ed25519`). Takes as long for a wrong signature, wherever the
    difference is.

    `body` is the body as it came. One that was parsed and written again may have other bytes. `headers` may have their names in any
    case. `secret` is the webhook's `secret_token` or, for `standard_ed25519`, its `public_key`. Of several, any one may have signed:
    while a secret is replaced, or where a receiver serves more webhooks. One that is empty, or that is none, verifies nothing.
    The time of the request may be `tolerance_seconds` from `now`, in both directions; that is a time as of `time.time()`.

    A `public_key` needs the package cryptography, which `postmand-client[ed25519]` brings. Without it such a key raises ImportError.
    """
    found = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = found.get("webhook-id", ""), found.get("webhook-timestamp", "")
    # With a dot in it, the end of an id could be taken for a time, and the time for a part of the body.
    if message_id == "" or "." in message_id or not re.fullmatch("[0-9]{1,12}", timestamp):
        return False
    if not abs((time.time() if now is None else now) - int(timestamp)) <= tolerance_seconds:
        return False
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    signatures = found.get("webhook-signature", "").split(" ")
    secrets = [secret] if isinstance(secret, str) else secret
    verdicts = [_is_by(one, signature, signed) for one in secrets for signature in signatures]
    return any(verdicts)


def _is_by(secret: str, signature: str, signed: bytes) -> bool:
    version, _, text = signature.partition(",")
    given = _bytes_of_base64(text)
    if given is None:
        return False
    if secret.startswith("whpk_"):
        return version == "v1a" and _is_by_ed25519(_bytes_of_base64(secret[len("whpk_") :]), given, signed)
    key = _key_of(secret)
    return version == "v1" and key is not None and hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), given)


def _key_of(secret: str) -> Optional[bytes]:
    if not secret.startswith("whsec_"):
        return secret.encode("utf-8") or None
    key = _bytes_of_base64(secret[len("whsec_") :])
    return key if key is not None and 24 <= len(key) <= 64 else None


def _is_by_ed25519(key: Optional[bytes], signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if key is None or len(key) != _PUBLIC_KEY_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bytes_of_base64(text: str) -> Optional[bytes]:
    """None: not Base64 as it is written by everybody, with its padding (RFC 4648, section 4)."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return decoded if base64.b64encode(decoded).decode("ascii") == text else None
