"""docs/slack-sandbox.md, written from what the sandbox holds: `python -m tests.sandbox.page`."""

from collections.abc import Iterable
from pathlib import Path

from bot.demo.slack_sandbox.methods import METHODS, REFERENCE, Method
from tests.sandbox.behaviours import BEHAVIOURS
from tests.sandbox.limits import CALL_LIMITS, LIMITS

PAGE = Path(__file__).parents[2] / "docs" / "slack-sandbox.md"

INTRODUCTION = """# The Slack sandbox

The demo and the tests use a stand-in for Slack, `bot/demo/slack_sandbox`. It is as strict as Slack's documentation, so what
works here works there. This page lists its rules, each with the page of Slack's documentation it follows. It is generated from
the sandbox's own tables with `python -m tests.sandbox.page`. A test fails if it is out of date, and a test tries every line, at
its limit and beyond.

What the sandbox sends is compared, field by field and type by type, with answers and payloads that Slack's SDK team recorded
(`tests/slack/samples`), in `tests/slack/test_sandbox.py`. What Daypass reads is compared with the same recordings, in
`tests/slack/test_daypass_reads.py`.

## Rate limits

`python -m bot.demo.slack_sandbox` and `daypass demo` use Slack's limits: calls a minute by the method's tier, and one message a
second in a channel. `--speed 20` makes the minute twenty times as fast; `--speed 0` turns the limits off.

- Ordinary tests have no limits (`SPEED` in `tests/flow/office.py`): a test posts more in a second than people do in an hour.
- Tests of large workspaces, and tests with `speed=1.0`, use Slack's limits.
- The tour plays an afternoon in two minutes, so its minute is twenty times as fast. The benchmarks measure Daypass, so they have
  no limits.

## Faults on request

Tests post to `/sandbox/control` what should fail: `{"fail": {"method": "chat.postMessage", "error": "is_archived"}}`.

| field | meaning |
|---|---|
| `method` | a method of the Web API, `response_url`, or `*` for every method that documents the error code |
| `error` | an error code that the method documents; by default `internal_error` before the call is done, and a reset after it |
| `place` | a channel's or a person's id: only calls that name it fail |
| `when` | `before`: nothing is done; `after`: it is done, and only the answer is wrong |
| `times` | how often; `-1` until it is healed |
| `status`, `retry_after`, `needed` | HTTP status, seconds to wait, missing scope |
| `html`, `body`, `reset` | an answer that isn't Slack's, or a cut connection |
| `delay`, `passes` | seconds until the answer; the call succeeds all the same |
| `force` | accept an error code that Slack doesn't document for the method |

`heal` ends the faults of a method, or all of them with `true`. `people`, `groups`, `channels` and `token` change the workspace
like an administrator, with Slack's events; `down`, `slow`, `redeliver`, `uninvitable` and `speed` do what their names say.
"""


def written() -> str:
    """The whole page."""
    return "\n".join(
        (
            INTRODUCTION,
            *_table("Behaviours", ("what", "Slack's page", "tried by"), _behaviours()),
            *_table("Limits of blocks, elements and views", ("what", "at most", "Slack's page"), _limits()),
            *_table("Limits of calls", ("what", "at most", "beyond it", "Slack's page"), _call_limits()),
            *_table(
                "Methods", ("method", "calls a minute", "items a page", "its own error codes"), _methods()
            ),
            "Every method also has the error codes that Slack documents for all:",
            f"{_words(METHODS['auth.test'].words)}.",
            "",
        )
    )


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""]


def _behaviours() -> Iterable[tuple[str, ...]]:
    return ((one.what, _link(one.page), f"`{one.test}`") for one in BEHAVIOURS)


def _limits() -> Iterable[tuple[str, ...]]:
    return ((one.what, f"{one.most:,}", _link(one.page)) for one in LIMITS)


def _call_limits() -> Iterable[tuple[str, ...]]:
    return (
        (one.what, f"{one.most:,}", f"`{one.word}`", _link(one.page or f"{REFERENCE}/{one.method}"))
        for one in CALL_LIMITS
    )


def _methods() -> Iterable[tuple[str, ...]]:
    return (
        (
            f"[{name}]({method.page})",
            f"{method.tier.per_minute} ({method.tier.name})",
            _pages(method),
            _words(method.own_words),
        )
        for name, method in sorted(METHODS.items())
    )


def _pages(method: Method) -> str:
    if method.pages is None:
        return ""
    return f"{method.pages.by_itself or 'all'}, {method.pages.at_most:,} at most"


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def _link(page: str) -> str:
    return f"[{page.rpartition('/')[2]}]({page})"


if __name__ == "__main__":
    PAGE.write_text(written())
