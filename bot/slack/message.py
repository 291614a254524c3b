"""A message as Daypass writes it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block

MAX_QUOTED_CHARS = 500
"""Of what somebody typed, in a message beside a card; card, checklist and *Details* have all of it."""


@dataclass(frozen=True)
class Message:
    """`text` is what notifications and screen readers say; it is Slack markup, so escape what people typed."""

    text: str
    blocks: tuple[Block, ...]
    is_pinned: bool = False
    """Whether it is pinned to its channel."""

    @property
    def payload(self) -> list[dict[str, Any]]:
        return [block.to_dict() for block in self.blocks]

    @property
    def sent(self) -> dict[str, Any]:
        return {"text": self.text, "blocks": self.payload}

    @property
    def digest(self) -> str:
        return digest_of(self.text, self.payload)


def digest_of(*sent: Any) -> str:
    """By which two drawings are the same, as SHA-256 in hexadecimal."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
