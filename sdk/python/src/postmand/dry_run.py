"""Calls that count what another call would begin with."""

from __future__ import annotations

from typing import Any, Dict

_COUNTS = {"countRedelivery", "countErasure"}
_SUFFIX = "/dry-run"


def ask_for_dry_run(context: Dict[str, Any]) -> None:
    """Sends what counts to the call that it counts for, as a dry run. Its own path is none of the API."""
    if context["operation"]["id"] in _COUNTS:
        context["url"] = context["url"][: -len(_SUFFIX)]
        context["body"] = {**context["body"], "dry_run": True}
