"""How Slack keeps what an app sends: other than it was sent, and the same for everybody who asks afterwards.

Defaults are spelled out, emoji become `:names:` (unless a plain text says `emoji: false`), what isn't markup
is escaped, and addresses in markup are marked as links (unless it says `verbatim: true`).
Source: https://docs.slack.dev/reference/block-kit/composition-objects/text-object and
https://docs.slack.dev/messaging/formatting-message-text.
"""

import re
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_TABLE = (Path(__file__).parent / "static" / "emoji.js").read_text().split("`")[1].split()
NAMES = {
    emoji.removesuffix("\ufe0f"): name
    for name, emoji in reversed(list(zip(_TABLE[::2], _TABLE[1::2], strict=True)))
}
"""The first name of every emoji that the page knows."""
_EMOJI = re.compile(f"({'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})\ufe0f?")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_MARKUP = re.compile(r"(<(?:[@#!]|https?://|mailto:|tel:)[^<>]*>)")
_ADDRESS = re.compile(r"https?://[^\s<>|]+|(?<![\w@/.-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|example)\b")


def kept_text(text: str) -> str:
    """The text of a message, which is markup."""
    return _markup(text, links=True)


def kept_blocks(node: Any) -> Any:
    """Blocks, or parts of them, as Slack keeps them."""
    if isinstance(node, list):
        return [kept_blocks(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {name: kept_blocks(value) for name, value in node.items() if value is not None}
    match kept.get("type"):
        case "plain_text":
            return _plain(kept)
        case "mrkdwn":
            verbatim = bool(kept.get("verbatim"))
            return {**kept, "text": _markup(kept["text"], not verbatim), "verbatim": verbatim}
    return kept


def _plain(text: Json) -> Json:
    emoji = text.get("emoji", True)
    escaped = _escaped(text["text"])
    return {**text, "text": _named(escaped) if emoji else escaped, "emoji": emoji}


def _markup(text: str, links: bool) -> str:
    parts = _MARKUP.split(text)
    return "".join(part if at % 2 else _unmarked(part, links) for at, part in enumerate(parts))


def _unmarked(text: str, links: bool) -> str:
    named = _named(_escaped(text))
    return _ADDRESS.sub(lambda found: _link(found[0]), named) if links else named


def _link(address: str) -> str:
    return f"<{address}>" if "://" in address else f"<http://{address}|{address}>"


def _escaped(text: str) -> str:
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _named(text: str) -> str:
    return _EMOJI.sub(lambda found: f":{NAMES[found[1]]}:", text)
