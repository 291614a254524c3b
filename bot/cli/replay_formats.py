"""What a replay found, as text, as JSON, and as Markdown for a comment on a pull request."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from workflows.policy.replay.differences import Difference, Kind, Replay
from workflows.text import one_line

MAX_LISTED = 50
"""Differences in a text or a comment; JSON has more."""
MAX_WORD_CHARS = 80
KINDS: Mapping[Kind, str] = {
    "refused": "would be refused",
    "allowed": "would no longer be refused",
    "needs-approval": "would need an approval",
    "automatic": "would be approved automatically",
    "not-approved": "wouldn't have enough approvals",
    "approved": "would be approved",
    "denied": "would be denied",
    "other-approvers": "would need other approvers or another number of them",
}


def as_text(replay: Replay, draft: str, days: str) -> str:
    """Lines for a terminal: what differs, what can't be told, and the sum."""
    lines = [*listed(replay, MAX_LISTED), *_left_out(replay), *counted(replay)]
    return "\n".join([*lines, summary(replay, draft, days)])


def listed(replay: Replay, most: int) -> list[str]:
    """The first differences, a line each."""
    return [f"{one.id}  {_line(one)}" for one in replay.differences[:most]]


def counted(replay: Replay) -> list[str]:
    """How many differ in which way, were left out, or can't be replayed, a line each."""
    return [*_counts(replay), *_unknown(replay)]


def as_markdown(replay: Replay, draft: str, days: str) -> str:
    """A comment: the sum first, then a table. It names requests and people by their ids, and quotes nobody."""
    lines = [
        f"**{summary(replay, draft, days)}**",
        *(f"- {one}" for one in counted(replay)),
    ]
    if replay.differences:
        lines += ["", "| request | when | who | what | then | with the draft |", "|---|---|---|---|---|---|"]
        lines += [_row(one) for one in replay.differences[:MAX_LISTED]]
        lines += _left_out(replay)
    return "\n".join(lines)


def as_json(replay: Replay, draft: str, days: str) -> str:
    """Everything as one object."""
    document = {
        "draft": draft,
        "since": days,
        "requests": replay.requests,
        "same": replay.same,
        "differing": replay.differing,
        "kinds": dict(replay.kinds),
        "unrecorded": dict(replay.unrecorded),
        "private": replay.private,
        "differences": [asdict(one) for one in replay.differences],
        "listed": len(replay.differences),
    }
    return json.dumps(document, indent=2)


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}


def summary(replay: Replay, draft: str, days: str) -> str:
    """How many are decided otherwise, the same, and not at all, in one sentence."""
    requests = "request" if replay.requests == 1 else "requests"
    return (
        f"{replay.requests:,} {requests} in {days}: {replay.differing:,} decided otherwise by {draft}, "
        f"{replay.same:,} the same, {replay.unknown:,} can't be replayed."
    )


def _counts(replay: Replay) -> list[str]:
    private = [f"{replay.private:,} of private incidents were left out"] if replay.private else []
    return [
        f"{replay.kinds[kind]:,} {words}" for kind, words in KINDS.items() if replay.kinds[kind]
    ] + private


def _unknown(replay: Replay) -> list[str]:
    return [f"{count:,} can't be replayed: {why}" for why, count in replay.unrecorded.most_common()]


def _left_out(replay: Replay) -> list[str]:
    more = replay.differing - min(len(replay.differences), MAX_LISTED)
    return [f"{more:,} more aren't listed. Use --format json for up to a thousand."] if more else []


def _line(one: Difference) -> str:
    return f"{one.at} {_word(one.requester)} {_word(one.entitlement)}: {one.before} → {one.after}"


def _row(one: Difference) -> str:
    cells = (one.id, one.at, one.requester, one.entitlement, one.before, one.after)
    return f"| {' | '.join(map(_cell, cells))} |"


def _word(text: str) -> str:
    return one_line(text, MAX_WORD_CHARS)


def _cell(text: str) -> str:
    """In a code span, in which nothing means anything; a backtick or a bar would end it."""
    return f"`{_word(text).replace('`', '′').replace('|', '¦')}`"
