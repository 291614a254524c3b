"""A passkey in software, which signs whatever it is told to: what a browser and an authenticator would send, and worse."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.builders import Clock
from tests.people import EDSGER, RADIA
from workflows.system.passkeys import WORKFLOW
from workflows.system.passkeys.assertion import encode
from workflows.system.passkeys.commands import AddPasskey, ConfirmPasskey, PasskeyCommand
from workflows.system.passkeys.decide import enrolment_challenge
from workflows.system.passkeys.state import Passkey, Signed, passkey_id
from workflows.workflow import Actor, Decision, TimePassed, World

RP = "daypass.example"
ORIGIN = "https://daypass.example"
NONCE = "bm9uY2U"


@dataclass
class SoftwareKey:
    """One key pair with its credential id."""

    name: str = "laptop"
    rp: str = RP
    origin: str = ORIGIN
    count: int = 0
    private: Any = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def credential(self) -> str:
        return encode(hashlib.sha256(self.public_key.encode()).digest())

    @property
    def public_key(self) -> str:
        public = self.private.public_key()
        return encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @property
    def id(self) -> str:
        return passkey_id(self.credential)

    def blank(self, made_at: datetime) -> Signed:
        """What is known of a signature before there is one."""
        return Signed(
            passkey=self.id,
            credential=self.credential,
            public_key=self.public_key,
            authenticator_data="",
            client_data="",
            signature="",
            nonce=NONCE,
            made_at=made_at,
        )

    def signs(
        self,
        challenge: bytes,
        made_at: datetime,
        *,
        flags: int = 0x05,
        rp: str | None = None,
        client: bytes | None = None,
        **said: Any,
    ) -> Signed:
        """Sign it; `said` and `client` change what the browser says, `rp` and `flags` what the authenticator does."""
        told = {"type": "webauthn.get", "challenge": encode(challenge), "origin": self.origin, **said}
        client = client or json.dumps(told).encode()
        data = (
            hashlib.sha256((rp or self.rp).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        found = {"authenticator_data": data, "client_data": client, "signature": signature}
        return self.blank(made_at).model_copy(update={name: encode(one) for name, one in found.items()})

    def added_by(
        self,
        person: str,
        at: datetime,
        voucher: "SoftwareKey | None" = None,
        authenticated_at: datetime | None = None,
        session: str = "ses_A",
        nonce: str = NONCE,
    ) -> AddPasskey:
        """The command that adds it."""
        given = {"nonce": nonce}
        challenge = enrolment_challenge(person, self.blank(at).model_copy(update=given))
        return AddPasskey(
            self.id,
            self.name,
            self.rp,
            self.origin,
            self.signs(challenge, at).model_copy(update=given),
            voucher.signs(challenge, at).model_copy(update=given) if voucher else None,
            session,
            authenticated_at,
        )


DAY = timedelta(days=1)


class Keyring:
    """People's passkeys, in a ledger of their own beside a story's `world` and `clock`."""

    world: World
    clock: Clock

    def __init__(self, world: World) -> None:
        super().__init__(world)  # type: ignore[call-arg]
        self.passkeys: dict[str, Passkey] = {}

    def on_key(self, command: PasskeyCommand | TimePassed, actor: str) -> Decision:
        """Decide it as the ledger does, with the other passkeys beside it."""
        beside = tuple(
            one for one in self.passkeys.values() if one.owner == actor and one.status != "removed"
        )
        at = self.clock()
        before = self.passkeys.get(command.subject)
        decision = WORKFLOW.decide(before, command, Actor(actor), replace(self.world, beside=beside), at)
        for event in decision if isinstance(decision, tuple) else ():
            before = self.passkeys[command.subject] = Passkey.model_validate(
                WORKFLOW.evolve(before, event).model_dump()
            )
        active = tuple(one for one in self.passkeys.values() if one.status == "active")
        self.world = replace(self.world, in_force=active)
        return decision

    def has(self, owner: str, key: SoftwareKey, since: timedelta = 2 * DAY) -> SoftwareKey:
        """Give them a passkey that has been confirmed for so long."""
        self.clock.at -= since
        assert isinstance(
            self.on_key(key.added_by(owner, self.clock(), authenticated_at=self.clock()), owner), tuple
        )
        confirmed = self.on_key(ConfirmPasskey(key.id), RADIA if owner != RADIA else EDSGER)
        assert isinstance(confirmed, tuple), confirmed
        self.clock.at += since
        return key
