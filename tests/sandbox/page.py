"""docs/slack-sandbox.md, written from what the sandbox holds: `python -m tests.sandbox.page`."""

from collections.abc import Iterable
from pathlib import Path

from bot.demo.slack_sandbox.methods import METHODS, REFERENCE, Method
from tests.sandbox.behaviours import BEHAVIOURS
from tests.sandbox.limits import CALL_LIMITS, LIMITS

PAGE = Path(__file__).parents[2] / "docs" / "slack-sandbox.md"

INTRODUCTION = """# The sandbox: as strict as Slack

The demo and the tests talk to a stand-in for Slack, `bot/demo/slack_sandbox`. It is as strict as Slack is documented to
be, so that what works here works there. This page lists what it is strict about, and the page of Slack's documentation
that each rule follows. It is written from the sandbox's own tables by `python -m tests.sandbox.page`; a test fails if it
isn't up to date, and every line is tried by a test, at its limit and beyond.

What the sandbox sends is held, field by field and type by type, against answers and payloads that Slack's SDK team
recorded (`tests/slack/samples`): `tests/slack/test_sandbox.py`. What Daypass reads is held against the same:
`tests/slack/test_daypass_reads.py`.

## Rate limits

`python -m bot.demo.slack_sandbox` and `daypass demo` have Slack's own: so many calls a minute by the method's tier, and one
message a second in a channel. `--speed 20` lets the minute go by twenty times as fast, `--speed 0` has no limits.

- The ordinary tests have none (`SPEED` in `tests/flow/office.py`): a test says more in a second than people say in an hour,
  so each would wait for Slack and not for Daypass.
- The tests of large workspaces, and those that say `speed=1.0`, have Slack's own.
- The tour plays an afternoon in two minutes, so its minute is twenty times as fast. The bench measures Daypass, so it has none.

## Faults on request

Tests post to `/sandbox/control` what is to go wrong: `{"fail": {"method": "chat.postMessage", "error": "is_archived"}}`.

| field | meaning |
|---|---|
| `method` | of the Web API, or `response_url`, or `*` for every method that documents the word |
| `error` | Slack's word, one that the method's page lists; without one, `internal_error` before the deed and a reset after it |
| `place` | a channel's or a person's id: only calls that name it go wrong |
| `when` | `before` the deed, which isn't done, or `after` it, so that only the answer is wrong |
| `times` | how often; `-1` until it is healed |
| `status`, `retry_after`, `needed` | the HTTP status, the seconds of a limit, the scope that is missing |
| `html`, `body`, `reset` | an answer that isn't Slack's, or none: the connection is cut |
| `delay`, `passes` | seconds until the answer; and the call goes through all the same |
| `force` | take a word that Slack doesn't document for the method |

`heal` ends the faults of a method, or all with `true`. `people`, `groups`, `channels` and `token` change the workspace as
an administrator would, and Slack's events tell of it; `down`, `slow`, `redeliver`, `uninvitable` and `speed` do what they say.
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
                "Methods", ("method", "calls a minute", "items a page", "error words of its own"), _methods()
            ),
            "Besides its own, each method knows the words that Slack documents for all:",
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
