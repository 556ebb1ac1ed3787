"""What Postmand says about an error."""

from __future__ import annotations

import re
from typing import Any, Dict, Optional

import httpx

from .client import ApiError, Problem

# The functions in SQL refuse with the code of the API behind these letters.
_SQLSTATE = re.compile(r"PM(\d{3})")


class PostmandError(ApiError):
    """An answer other than 2xx. Its text says what was wrong."""

    @property
    def problem(self) -> Optional[Problem]:
        """The body of the answer; None where a proxy wrote it."""
        return problem_of(self)

    def __str__(self) -> str:
        problem = self.problem
        if problem is None:
            return super().__str__()
        details = "" if problem.details is None else f": {problem.details}"
        return f"{self.status} {problem.message}{details} (code {problem.code})"


def problem_of(error: BaseException) -> Optional[Problem]:
    """What Postmand says about an error of the client or of `enqueue`; None for any other error, and for answers that a proxy wrote."""
    if not isinstance(error, ApiError):
        return _refusal_of(error)
    body = error.body
    if not isinstance(body, dict):
        return None
    code, message, details = body.get("code"), body.get("message"), body.get("details")
    if not isinstance(code, int) or not isinstance(message, str):
        return None
    return Problem(code=code, message=message, details=details if isinstance(details, str) else None)


def _refusal_of(error: BaseException) -> Optional[Problem]:
    # SQLAlchemy has the error of the driver in `orig`, Django in `__cause__`.
    for one in (error, getattr(error, "orig", None), error.__cause__):
        refused = _SQLSTATE.fullmatch(str(getattr(one, "sqlstate", None) or getattr(one, "pgcode", None)))
        if refused is not None:
            message = getattr(getattr(one, "diag", None), "message_primary", None)
            return Problem(code=int(refused[1]), message=message or str(one), details=None)
    return None


def is_problem(error: BaseException, code: int) -> bool:
    """Whether an error is a refusal by Postmand with this code."""
    problem = problem_of(error)
    return problem is not None and problem.code == code


def raise_with_reason(context: Dict[str, Any], call: Dict[str, Any]) -> None:
    """The hook that runs once for each call, after its last attempt: the generated client alone would tell the status only."""
    response: Optional[httpx.Response] = call["response"]
    if call["error"] is not None or response is None or response.is_success:
        return
    try:
        body = response.json()
    except ValueError:
        body = response.text
    raise PostmandError(context["url"], response.status_code, response.reason_phrase, body)
