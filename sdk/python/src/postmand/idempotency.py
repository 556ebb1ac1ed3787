"""Calls that create deliveries or events carry an `Idempotency-Key`, so that they can be repeated."""

from __future__ import annotations

import sys
import uuid
from typing import Any, Dict, Optional

import httpx

from .client import _default_retry_on, _safe_json
from .problem_codes import ProblemCode

# The operations that take an `Idempotency-Key`.
_KEYED = {"createDelivery", "createDeliveries", "createEvent", "createEvents"}
_HEADER = "Idempotency-Key"
# No key of a caller: no header can have it. An empty one is theirs, and the service refuses it.
_NO_KEY_YET = "\n"


def no_key_yet() -> str:
    """In the place of a key, until it is known which operation is called. A caller's own key, or `idempotency_key=False`, leaves no
    room for it."""
    return _NO_KEY_YET


def add_key(context: Dict[str, Any]) -> None:
    """Gives a call that creates deliveries or events a key, the same one with every try. Another call loses the one that its caller
    gave it: the API ignores it there, and a repeated try would be done again."""
    headers: Dict[str, str] = context["headers"]
    wanted = headers.get(_HEADER) == _NO_KEY_YET
    if wanted:
        del headers[_HEADER]
    given = [name for name in headers if name.lower() == _HEADER.lower()]
    if context["operation"]["id"] not in _KEYED:
        for name in given:
            del headers[name]
    elif wanted and not given:
        headers[_HEADER] = str(uuid.uuid4())


def worth_repeating(attempt: Dict[str, Any]) -> bool:
    """Whether a try that failed is worth another one, which cannot do the same thing twice. A key that is in use belongs to a try of the
    same call that is still being answered."""
    response: Optional[httpx.Response] = attempt["response"]
    if response is None:
        # The generated client asks while it handles the error, and gives nothing but the attempt's number.
        error = sys.exc_info()[1]
        request = getattr(error, "_request", None)
    else:
        request = response.request
    if request is None:
        return False
    if _default_retry_on(request.method, request.headers, response):
        return True
    if response is None or response.status_code != 409 or _HEADER not in request.headers:
        return False
    return _code_of(response) == ProblemCode.IDEMPOTENCY_KEY_IN_USE


def _code_of(response: httpx.Response) -> Any:
    body = _safe_json(response)
    return body.get("code") if isinstance(body, dict) else None
