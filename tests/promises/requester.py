"""The people of a story: who asks and takes the credential, and who approves."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

import requests
from ulid import ULID

from bot.app import Daypass
from tests.people import ADA, GRACE
from tests.promises.ground import ENTITLEMENT
from workflows.access.commands import GiveBack, RequestAccess, RequestCredential, ReviewAccess
from workflows.access.state import KIND, Access
from workflows.ledger.work import Outcome
from workflows.ports import Minted, Permanent, Retryable
from workflows.workflow import Actor, Command

SCIENTIST, APPROVER = Actor(ADA), Actor(GRACE)


class TooShort(Exception):
    """The grant was over before its credential was there: the machine is busy."""


@dataclass
class Hand:
    """`taken` is what Daypass handed over for each grant: a wrapping token, or the sentence why there is none."""

    taken: defaultdict[str, asyncio.Queue[Minted | str]] = field(
        default_factory=lambda: defaultdict(asyncio.Queue)
    )

    async def taken_for(self, access: Access) -> Minted | str:
        return await self.taken[access.id].get()

    async def opening(self, access: Access, window: str) -> str:
        return window

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        self.taken[access.id].put_nowait(minted)

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        self.taken[access.id].put_nowait(str(error))


async def known(daypass: Daypass) -> None:
    """Return when Daypass knows who works here."""
    while not daypass.known.has_people:
        await asyncio.sleep(0.02)


async def ask(daypass: Daypass, seconds: int) -> Access:
    command = RequestAccess(f"{KIND}_{ULID()}", ENTITLEMENT, seconds, "because the test needs it")
    return await _act(daypass, command, SCIENTIST)


async def approve(daypass: Daypass, asked: Access) -> Access:
    return await _act(daypass, ReviewAccess(asked.id, "approve", asked.digest, asked.terms.digest), APPROVER)


async def granted(daypass: Daypass, seconds: int) -> Access:
    """An active grant."""
    await known(daypass)
    return await approve(daypass, await ask(daypass, seconds))


async def press_get(daypass: Daypass, access: Access) -> str:
    """Press *Get credentials*; the credential's id. Raises TooShort."""
    id = f"crd_{ULID()}"
    await _act(daypass, RequestCredential(access.id, id, "window"), SCIENTIST)
    return id


async def credential(daypass: Daypass, hand: Hand, access: Access) -> Minted:
    """A credential in the requester's hand, and in the books; pressed for again if Vault was too slow.

    Raises TooShort.
    """
    id = await press_get(daypass, access)
    minted = await hand.taken_for(access)
    if not isinstance(minted, Minted):
        if "The grant ended" in minted:
            raise TooShort
        assert any(words in minted for words in ("in time", "too long", "or it broke")), minted
        return await credential(daypass, hand, access)
    while (await state_of(daypass, access)).credential(id).status == "minting":  # type: ignore[union-attr]
        await asyncio.sleep(0.02)
    return minted


async def held(daypass: Daypass, hand: Hand, seconds: int) -> tuple[Access, Minted]:
    """An active grant with a credential in the requester's hand; a longer one where it takes longer."""
    try:
        access = await granted(daypass, seconds)
        return access, await credential(daypass, hand, access)
    except TooShort:
        return await held(daypass, hand, seconds * 2)


async def give_back(daypass: Daypass, access: Access) -> Access:
    return await _act(daypass, GiveBack(access.id), SCIENTIST)


async def state_of(daypass: Daypass, access: Access) -> Access:
    state = await daypass.reads.find(Access, access.id)
    assert state is not None
    return state


async def quiet(daypass: Daypass, about: Access | None = None) -> None:
    """Return when nothing is left to be done to the outside world, about this one or at all."""
    while any(
        effect.status != "failed" and (about is None or effect.subject == about.id)
        for effect in await daypass.reads.open_effects()
    ):
        await asyncio.sleep(0.05)


def unwrap(vault_addr: str, wrapping_token: str) -> dict[str, str]:
    """The login inside: the wrapping token is the client token."""
    answer = requests.put(
        f"{vault_addr.rstrip('/')}/v1/sys/wrapping/unwrap",
        headers={"X-Vault-Token": wrapping_token},
        timeout=10,
    )
    answer.raise_for_status()
    return dict(answer.json()["data"])


async def _act(daypass: Daypass, command: Command, actor: Actor) -> Access:
    outcome: Outcome = await daypass.ledger.handle(command, actor, "slack", str(ULID()))
    if outcome.refusal and outcome.refusal.code == "over":
        raise TooShort
    assert outcome.refusal is None, outcome.refusal.sentence
    state: Access = outcome.state
    return state
