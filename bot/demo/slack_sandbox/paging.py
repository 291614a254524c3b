"""Lists in pages, with a cursor that leads from one to the next.

Source: https://docs.slack.dev/apis/web-api/pagination
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.methods import METHODS, Pages
from bot.demo.slack_sandbox.state import Json

T = TypeVar("T")


def page(
    method: str,
    name: str,
    items: Sequence[T],
    arguments: Json,
    show: Callable[[T], object] = lambda item: item,
    keep: Callable[[T], bool] = lambda item: True,
) -> Json:
    """One page of a method's list under `name`, and the cursor of the next. Raises Failed.

    What isn't kept is left out of the page after it was cut, so a page may be short or empty though more
    follow, as Slack says it may.
    """
    pages = METHODS[method].pages
    assert pages
    start, count = _start(method, arguments), _count(pages, len(items), arguments)
    following = _cursor(method, start + count) if start + count < len(items) else ""
    return {
        name: [show(item) for item in items[start : start + count] if keep(item)],
        "response_metadata": {"next_cursor": following},
    }


def _count(pages: Pages, all_of_them: int, arguments: Json) -> int:
    given = arguments.get("limit")
    if given in (None, "", 0, "0"):
        if pages.by_itself is None and all_of_them > pages.at_most:
            raise Failed("limit_required")
        return pages.by_itself or pages.at_most
    try:
        count = int(given)
    except (TypeError, ValueError):
        raise Failed(pages.wrong_limit) from None
    if count < 0:
        raise Failed(pages.wrong_limit)
    return min(count, pages.at_most)


def _start(method: str, arguments: Json) -> int:
    given = str(arguments.get("cursor") or "")
    if not given:
        return 0
    try:
        name, _, place = base64.b64decode(given, validate=True).decode().partition(":")
        start = int(place)
    except (binascii.Error, ValueError):
        raise Failed("invalid_cursor") from None
    if name != method or start < 0:
        raise Failed("invalid_cursor")
    return start


def _cursor(method: str, start: int) -> str:
    return base64.b64encode(f"{method}:{start}".encode()).decode()
