"""How a method of Slack's Web API says no."""

from collections.abc import Awaitable, Callable
from typing import Any

Methods = dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]]
"""Methods by name: arguments in, the answer out without its `ok`. They raise Failed."""


class Failed(Exception):
    """Slack's word for what is wrong, and what it adds."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.body = {"ok": False, "error": error, **more}
