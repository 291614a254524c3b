"""Writes docs/slack-errors.md from the table of error codes: `python -m tests.slack.errors_page`."""

from collections.abc import Collection, Mapping
from pathlib import Path

from bot.demo.slack_sandbox.methods import METHODS
from integrations.slack.error_codes import Meaning, meaning_of

PATH = Path(__file__).parents[2] / "docs" / "slack-errors.md"
CALLED = (
    "auth.test",
    "chat.delete",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.history",
    "conversations.info",
    "conversations.invite",
    "conversations.open",
    "conversations.replies",
    "conversations.setTopic",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    "pins.add",
    "usergroups.list",
    "users.conversations",
    "users.info",
    "users.list",
    "views.open",
    "views.publish",
    "views.update",
)
"""The methods that Daypass calls."""

CARDS = "Each open card is posted once and is up to date, each alarm is posted, each App Home is up to date."
ROOMS = "Each incident has one channel with its cards; people who couldn't be invited are named."
REVIEWS = f"{ROOMS} Each review is shared once."
CHANNELS = "A channel that was refused for a while has all its cards, once, and its alarm is cleared."
KNOWN = "Nobody gains or loses access. `/readyz` and an alarm report what lasts, until Slack answers again."
TRIED: Mapping[str, str] = {
    "auth.test": KNOWN,
    "chat.delete": f"{CARDS} If an old card stays, the new one says which to use.",
    "chat.postEphemeral": "Whoever clicked gets an answer, as a direct message if needed.",
    "chat.postMessage": CARDS,
    "chat.update": CARDS,
    "conversations.create": ROOMS,
    "conversations.history": f"{CARDS} The answers were lost, so each card was looked up.",
    "conversations.info": CHANNELS,
    "conversations.invite": ROOMS,
    "conversations.open": CARDS,
    "conversations.replies": "A pinned message is in the timeline once, unless the code says that it is gone.",
    "conversations.setTopic": ROOMS,
    "files.completeUploadExternal": REVIEWS,
    "files.getUploadURLExternal": REVIEWS,
    "pins.add": ROOMS,
    "usergroups.list": KNOWN,
    "users.conversations": CHANNELS,
    "users.info": "Someone who leaves is out at once; someone who returns is in once Slack confirms it.",
    "users.list": KNOWN,
    "views.open": "Whoever typed or clicked has a window or an answer. No credential is created without a window.",
    "views.publish": CARDS,
    "views.update": (
        "People are told that the window wasn't refreshed. A credential that wasn't shown is revoked and doesn't count, "
        "and its requester is told."
    ),
}
"""What `make words` checks after every error code of a method."""

DONE: Mapping[Meaning, str] = {
    Meaning.PASSING: (
        "Retries within half a minute, until it works. `/readyz` and an alarm say so if nothing gets through for ten "
        "seconds."
    ),
    Meaning.LIMITED: "Waits for Slack's `Retry-After`, then retries; other methods and channels continue.",
    Meaning.TOKEN: (
        "Retries every minute, until it works. `/readyz`, `daypass status` and an alarm name the code; once it works, "
        "Daypass redraws everything open."
    ),
    Meaning.METHOD: "As for the token. Names the missing scope if Slack says which.",
    Meaning.CHANNEL: (
        "Looks the channel up again and retries every few minutes, for a week. Raises one alarm for each channel; "
        "alarms reach operators directly if their channel is the one refused."
    ),
    Meaning.PERSON: (
        "Retries more and more slowly, for a day; nobody else waits for it. Invites people one by one, and names those "
        "who can't be invited on the incident's card."
    ),
    Meaning.FINAL: "Doesn't retry; does something else instead, see below.",
    Meaning.MALFORMED: "Retries more and more slowly, for a day; raises an alarm after ten minutes.",
    Meaning.UNKNOWN: "Retries more and more slowly, for a day; raises an alarm after an hour.",
}
"""By meaning, what happens to a message. Alarms are never given up."""

HEAD = """# Slack errors

When Slack refuses a call, it answers with an error code. This page is generated from Daypass's own table
(`integrations/slack/error_codes.py`) and the codes that Slack documents for each method; a test compares it with both.
`make words` answers each of Daypass's calls with every documented code, with an HTML page and with a reset connection:
instead of doing the call, and after doing it. Each method below says what is checked afterwards. The ordinary suite runs a
sample.

The meaning of a code decides what Daypass does:

| meaning | what Daypass does |
|---|---|
"""

OTHER_WAYS = """
Each channel, person and App Home is retried separately, and no notification waits for a card. Before Daypass posts
anything again, it looks for it in the channel, whatever the code: Slack may have done what it refused.

After a final code:

- `chat.update`: a deleted message is posted again. One that can't be changed any more is deleted and posted again. If Slack
  doesn't delete it either, the new card says which one to use, and the old one is answered like any outdated card.
- `chat.delete`: the card stays, as above.
- `conversations.create`: a taken name is the channel that Daypass created before, or the next name is tried.
- `conversations.replies`: a deleted message isn't added to the timeline.
- `usergroups.list`: a workspace without user groups has none.
- `views.open`, `views.update`: whoever clicked gets the answer in another way.

## Codes by method

A code that isn't listed is unknown.
"""


def page(words: Mapping[str, Collection[str]]) -> str:
    """The page, from the words that Slack documents by method."""
    meanings = "\n".join(f"| {one.name.lower()}: {one.value} | {DONE[one]} |" for one in Meaning)
    methods = "\n".join(_of_method(name, found) for name, found in sorted(words.items()))
    return f"{HEAD}{meanings}\n{OTHER_WAYS}\n{methods}"


def documented() -> dict[str, Collection[str]]:
    """The words by method, as the sandbox knows them from Slack's reference."""
    return {name: METHODS[name].words for name in CALLED}


def _of_method(method: str, words: Collection[str]) -> str:
    rows = [
        f"| {meaning.name.lower()} | {', '.join(f'`{word}`' for word in found)} |"
        for meaning in Meaning
        if (found := sorted(word for word in words if meaning_of(method, word) is meaning))
    ]
    title = f"### [{method}](https://docs.slack.dev/reference/methods/{method})"
    return "\n".join([title, "", TRIED[method], "", "| meaning | codes |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    PATH.write_text(page(documented()))
