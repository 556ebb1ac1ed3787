"""A value that is sent as null. None is not sent at all."""

from __future__ import annotations

from enum import Enum
from typing import Any


class _Default(Enum):
    # The client sends a member of an enumeration as its value.
    DEFAULT = None


#: Gives a setting of a webhook its default. `replace_webhook` keeps most of those that are None.
DEFAULT: Any = _Default.DEFAULT
