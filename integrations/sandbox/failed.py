"""How a method of Slack's Web API says no."""

from typing import Any


class Failed(Exception):
    """Slack's word for what is wrong, and what it adds."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.body = {"ok": False, "error": error, **more}
