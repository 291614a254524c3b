"""What can be asked of a passkey: by its owner, by who confirms it, and by Daypass itself."""

from dataclasses import dataclass
from datetime import datetime

from workflows.system.passkeys.state import Signed
from workflows.workflow import Command, TimePassed


@dataclass(frozen=True)
class AddPasskey(Command):
    """Add a passkey that signed its own enrolment (`proof`), vouched for by an older one if there is a `voucher`.

    `rp` and `origin` are the console's; `session` is the asker's, and `authenticated_at` when their identity provider
    says that they signed in, if it says so.
    """

    name: str
    rp: str
    origin: str
    proof: Signed
    voucher: Signed | None
    session: str
    authenticated_at: datetime | None


@dataclass(frozen=True)
class ConfirmPasskey(Command):
    """Say that a first passkey is really its owner's."""


@dataclass(frozen=True)
class UsePasskey(Command):
    """Note that it signed `challenge` about the subject `about`, before anything is decided by that."""

    about: str
    challenge: bytes
    signed: Signed
    user_handle: bytes | None = None
    """Whose key the authenticator says it is, if it says so."""


@dataclass(frozen=True)
class RemovePasskey(Command):
    """Take it out of use; nothing recorded later counts it."""

    waits_in_doubt = False
    alone = True


PasskeyCommand = AddPasskey | ConfirmPasskey | UsePasskey | RemovePasskey | TimePassed
