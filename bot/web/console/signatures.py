"""What a browser sends of a passkey: read strictly, for whoever sends it may be anybody."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.web.console.auth import Console
from workflows.system.passkeys.assertion import decode
from workflows.system.passkeys.state import Passkey, Signed, passkey_id

Base64url = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"^[A-Za-z0-9_-]+$")]
MAX_CHARS = 16_000
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIME = "%Y-%m-%dT%H:%M:%SZ"


class Unreadable(Exception):
    """It isn't what a page of the console sends."""


class Assertion(BaseModel):
    """An assertion as passkeys.js sends it; bytes are base64url without padding."""

    model_config = ConfigDict(extra="forbid", strict=True)

    credential: Base64url
    authenticator_data: Base64url
    client_data: Base64url
    signature: Base64url
    user_handle: Base64url | None = None

    def signed(self, public_key: str, nonce: str, made_at: datetime) -> Signed:
        """Give it with what it was made for, and what verifies it."""
        return Signed(
            passkey=passkey_id(self.credential),
            credential=self.credential,
            public_key=public_key,
            authenticator_data=self.authenticator_data,
            client_data=self.client_data,
            signature=self.signature,
            nonce=nonce,
            made_at=made_at,
        )

    @property
    def whose(self) -> bytes | None:
        """The user handle, if the authenticator gave one. Raises Unreadable."""
        if self.user_handle is None:
            return None
        try:
            return decode(self.user_handle)
        except ValueError as error:
            raise Unreadable from error


def read_assertion(text: str) -> Assertion:
    """Read one. Raises Unreadable."""
    try:
        return Assertion.model_validate_json(text[: MAX_CHARS + 1])
    except (ValidationError, RecursionError) as error:
        raise Unreadable from error


async def signed_by_known(console: Console, sent: Assertion, nonce: str, made_at: datetime) -> Signed:
    """Give what was signed, with the public key of that passkey as Daypass has it; without one if it has none."""
    key = await console.reads.find(Passkey, passkey_id(sent.credential))
    return sent.signed(key.public_key if key else "", nonce, made_at)


def read_nonce(text: str) -> str:
    """Read what a page was made unique by. Raises Unreadable."""
    if not _NONCE.fullmatch(text):
        raise Unreadable
    return text


def read_time(text: str) -> datetime:
    """Read when a page was made, as `spell_time` writes it. Raises Unreadable."""
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise Unreadable from error
