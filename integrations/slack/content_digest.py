"""What a message or an App Home shows, as a digest that is the same whoever tells it.

Slack keeps blocks otherwise than they were sent: it names each block, spells out defaults, writes emoji as
`:names:`, escapes `&` and marks bare links (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
So what counts is what Slack itself answers when something is posted, updated or published: that is what it
says again with every click. Only where an answer has no blocks is the digest taken of what was sent, and
then of what Slack's rewriting leaves alone.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

Content = Mapping[str, Any]

ANSWERED, SENT = "answered", "sent"
"""What a digest was taken of; each begins with one of these words."""

DEFAULTS: dict[str, Any] = {"emoji": True, "verbatim": False, "expand": False}
"""What Slack adds to a text or a section that doesn't say."""
NAMELESS = "block_id"
"""What no reader sees, and Slack chooses anew with every update."""
VISIBLE = ("text", "blocks", "attachments", "files")
"""The parts of a message, or of a view, that somebody can see."""

_LINK = re.compile(r"<((?:https?://|mailto:)[^|>]+)(?:\|([^>]*))?>")
_NAME = re.compile(r":[a-z0-9_+'-]+:")
_BARE = re.compile(r"&(?!(?:amp|lt|gt);)")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def digest_of(answered: Content | None, sent: Content) -> str:
    """The digest to keep of what was sent and how Slack answered."""
    if answered and answered.get("blocks"):
        return _digest(ANSWERED, _spelled_out(answered))
    return _digest(SENT, _left_alone(_spelled_out(sent)))


def digests_of(clicked: Content) -> frozenset[str]:
    """The digests that something clicked may be kept under."""
    whole = _spelled_out(clicked)
    return frozenset({_digest(ANSWERED, whole), _digest(SENT, _left_alone(whole))})


def _digest(taken_of: str, whole: Any) -> str:
    return f"{taken_of}:{hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()}"


def _spelled_out(content: Content) -> Any:
    return _without_defaults({name: content.get(name) or [] for name in VISIBLE})


def _without_defaults(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {
            name: _without_defaults(value)
            for name, value in node.items()
            if name != NAMELESS and value is not None and DEFAULTS.get(name, ...) != value
        }
    return [_without_defaults(one) for one in node] if isinstance(node, list | tuple) else node


def _left_alone(node: Any) -> Any:
    """Without emoji, and with links unmarked whose label says where they lead."""
    if isinstance(node, dict):
        return {name: _left_alone(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_left_alone(one) for one in node]
    return _without_emoji(_BARE.sub("&amp;", _LINK.sub(_unmarked, node))) if isinstance(node, str) else node


def _unmarked(link: re.Match[str]) -> str:
    address, label = link.groups()
    return link[0] if label and not address.endswith(label) else label or address


def _without_emoji(text: str) -> str:
    named = _NAME.sub("", text)
    return "".join(
        char for char in named if char not in _JOINERS and unicodedata.category(char) not in ("So", "Sk")
    )
