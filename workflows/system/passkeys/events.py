"""What can happen to a passkey: the events that its log is made of."""

from datetime import datetime

from workflows.system.passkeys.state import How, Signed
from workflows.workflow import Event


class PasskeyAdded(Event):
    """Someone added a passkey. `proof` is its own signature, `voucher` that of one they had before.

    Without a voucher they had just signed in at their identity provider, at `authenticated_at`, in this `session`.
    """

    action = "added"
    texts = frozenset({"name"})
    id: str
    person: str
    name: str
    credential: str
    public_key: str
    rp: str
    origin: str
    count: int
    proof: Signed
    voucher: Signed | None
    session: str
    authenticated_at: datetime | None
    at: datetime


class PasskeyConfirmed(Event):
    """An operator, by these groups, or the person's manager said that it is theirs."""

    action = "confirmed"
    by: str
    groups: tuple[str, ...]
    at: datetime


class PasskeyUsed(Event):
    """It signed this challenge (SHA-256, in hex) about this subject, showing this count."""

    action = "used"
    about: str
    challenge: str
    count: int
    at: datetime


class PasskeyRemoved(Event):
    """It signs nothing any more. `groups` made an operator of whoever removed somebody else's."""

    action = "removed"
    how: How
    by: str
    groups: tuple[str, ...] = ()
    at: datetime


PasskeyEvent = PasskeyAdded | PasskeyConfirmed | PasskeyUsed | PasskeyRemoved
