"""Makes docs/slack-errors.md from the table of words: `python -m tests.slack.errors_page` writes it anew."""

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
    "usergroups.list",
    "users.conversations",
    "users.info",
    "users.list",
    "views.open",
    "views.publish",
    "views.update",
)
"""The methods that Daypass calls."""

CARDS = "Each open card is there once and as it should be, each alarm is posted, each App Home is up to date."
ROOMS = "Each incident has one channel with its cards; whoever couldn't be invited is named."
REVIEWS = f"{ROOMS} Each review is shared once."
CHANNELS = "A channel that was refused meanwhile has all its cards, once, and no alarm about it is left."
KNOWN = "Nobody is gained or lost. What lasts is said by `/readyz` and an alarm, and is over when Slack answers again."
TRIED: Mapping[str, str] = {
    "auth.test": KNOWN,
    "chat.delete": f"{CARDS} Where an old card stays, the new one says which to use.",
    "chat.postEphemeral": "Whoever pressed gets an answer, if need be as a direct message.",
    "chat.postMessage": CARDS,
    "chat.update": CARDS,
    "conversations.create": ROOMS,
    "conversations.history": f"{CARDS} Answers were lost, so that each card was looked for.",
    "conversations.info": CHANNELS,
    "conversations.invite": ROOMS,
    "conversations.open": CARDS,
    "conversations.replies": "What was pinned is in the timeline once, unless the word says that it is gone.",
    "conversations.setTopic": ROOMS,
    "files.completeUploadExternal": REVIEWS,
    "files.getUploadURLExternal": REVIEWS,
    "usergroups.list": KNOWN,
    "users.conversations": CHANNELS,
    "users.info": "Who leaves is out at once; who comes back is in once Slack has said so.",
    "users.list": KNOWN,
    "views.open": "Whoever typed or pressed has a window or an answer. No credential is minted without a window.",
    "views.publish": CARDS,
    "views.update": (
        "Whoever chose is told that the window wasn't refreshed. A credential that wasn't seen is ended, isn't counted, "
        "and its requester is told."
    ),
}
"""What `make words` looks at after every word of a method."""

DONE: Mapping[Meaning, str] = {
    Meaning.PASSING: (
        "Tried again within half a minute, until it works. `/readyz` and an alarm say so once nothing gets through "
        "for ten seconds."
    ),
    Meaning.LIMITED: "Tried again when Slack's `Retry-After` is over; other methods and channels go on.",
    Meaning.TOKEN: (
        "Tried again every minute, until it works. `/readyz`, `daypass status` and an alarm name the word; once it "
        "works again, everything open is drawn again."
    ),
    Meaning.METHOD: "As for the token. The missing scope is named where Slack says it.",
    Meaning.CHANNEL: (
        "The channel's id is forgotten and looked up again; tried again every few minutes, for a week. One alarm for "
        "each channel; what belongs in the alarms channel reaches the operators directly."
    ),
    Meaning.PERSON: (
        "Tried again ever more slowly, for a day; nobody else waits for it. People are invited one by one then, and "
        "who can't be is named on the incident's card."
    ),
    Meaning.FINAL: "Not tried again: Daypass goes another way, as said below.",
    Meaning.MALFORMED: "Tried again ever more slowly, for a day; alarmed after ten minutes.",
    Meaning.UNKNOWN: "Tried again ever more slowly, for a day; alarmed after an hour.",
}
"""By meaning, what happens to a message. Alarms themselves are never given up."""

HEAD = """# What Daypass does about Slack's errors

Slack answers a call that it refuses with one word. This page is made from Daypass's own table
(`integrations/slack/error_codes.py`) and the words that Slack documents for each method, and a test holds it to both.
`make words` answers each of Daypass's calls with every word that Slack documents for it, with a page of HTML and with a
reset connection: instead of the deed, and after the deed was done. What it looks at then is said below each method. The
ordinary suite takes a sample.

What a word means decides what happens:

| meaning | what Daypass does |
|---|---|
"""

OTHER_WAYS = """
Each channel, person and App Home is tried for itself, and what somebody is told waits for no card. Before anything is
posted again, Daypass looks for it in the channel, whatever the word was: Slack may have done what it refused.

The other ways, where a word is final:

- `chat.update`: a message that is gone is posted anew. One that can't be changed any more is deleted and posted anew.
  Where Slack doesn't delete it either, the new card says which of the two to use, and a click on the old one is answered
  like a click on any card that is out of date.
- `chat.delete`: the card that can't be deleted stays, as just said.
- `conversations.create`: a name that is taken is the channel that Daypass made before, or the next name is tried.
- `conversations.replies`: a message that is gone isn't taken into the timeline.
- `usergroups.list`: a workspace without user groups has none.
- `views.open`, `views.update`: whoever clicked is told in another way.

## The words of each method

A word that isn't listed is unknown.
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
    return "\n".join([title, "", TRIED[method], "", "| meaning | words |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    PATH.write_text(page(documented()))
