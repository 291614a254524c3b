"""The control test of revocation: a machine gets a real credential, it is tried at its target, revoked, and tried again.

Everything goes the ordinary way: the request, Vault, the end and its confirmation. The credential is unwrapped here, as
its holder would, is kept in memory only, and ends with its grant whatever happens to this process.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import SecretStr
from ulid import ULID

from workflows.access.commands import RequestAccess, RequestCredential, Revoke
from workflows.access.state import KIND, Access
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Bundle, EffectiveRule
from workflows.policy.schema.control_tests import Canary
from workflows.ports import MACHINE, Minted, Permanent, Targets
from workflows.system.control_tests.state import Result
from workflows.workflow import OUTBOX, Actor, derived

SURFACE = "control-test"
BECAUSE = "Control test: whether a revoked credential is refused at its target."
MAX_SECONDS = 300
"""For which the canary's grant lasts at most, if its rule allows so short a one."""
ENDS_WITHIN = 60.0
"""Seconds in which its end has to be confirmed."""
LOOKED_EVERY = 0.25


class Handing(Protocol):
    """Hands a credential over to this process."""

    async def handed(self, ask: "Asking") -> Minted:
        """Call `ask` with a window's name, and return what is handed over there. Raises Retryable or Permanent."""


class Asking(Protocol):
    """Asks for a credential to be handed over in the window of this name. Raises Retryable or Permanent."""

    async def __call__(self, window: str) -> None: ...


class Unwrapping(Protocol):
    """Opens what Vault has wrapped, as its holder does."""

    async def unwrap(self, token: SecretStr) -> Mapping[str, str]:
        """The secret's fields. Raises Retryable or Permanent."""


@runtime_checkable
class LoginTarget(Protocol):
    """A target where a name and password can be tried."""

    async def admits(self, account: str, password: SecretStr) -> bool:
        """Whether a login with these is let in. Raises Retryable if the target can't be asked."""


@dataclass(frozen=True)
class CanaryTest:
    """Its parts, and the test."""

    ledger: Ledger
    reads: Repository
    targets: Targets
    handing: Handing
    vault: Unwrapping
    bundle: Callable[[], Bundle]

    async def run(self, due_at: datetime, attempt: int) -> Result:
        """Try it. Raises Retryable if Vault or the target can't be asked now."""
        bundle = self.bundle()
        canary = bundle.control_tests.canary if bundle.control_tests else None
        if canary is None:
            return _interrupted("The policy names no canary any more.")
        target = self.targets.get(bundle.entitlements[canary.entitlement].vault.target or "")
        if not isinstance(target, LoginTarget):
            return _interrupted("Daypass can't try a login at the canary's target.")
        for earlier in range(1, attempt):
            await self._revoke(_subject(due_at, earlier))
        subject = _subject(due_at, attempt)
        try:
            return await self._try(subject, canary, target, bundle)
        finally:
            await self._revoke(subject)

    async def _try(self, subject: str, canary: Canary, target: LoginTarget, bundle: Bundle) -> Result:
        name, rule = canary.entitlement, bundle.entitlements[canary.entitlement].rule
        machine = Actor.machine(f"{MACHINE}{canary.machine}")
        asked = await self.ledger.handle(
            RequestAccess(subject, name, _seconds(rule), _why(rule)), machine, SURFACE
        )
        if asked.refusal:
            return _interrupted(f"The canary couldn't be requested. {asked.refusal.sentence}")
        try:
            minted = await self.handing.handed(_Asking(self.ledger, subject, machine))
        except Permanent as error:
            return _interrupted(f"The canary's credential wasn't created. {error}")
        secret = await self.vault.unwrap(minted.wrapping_token)
        account, password = secret["username"], SecretStr(secret["password"])
        if not await target.admits(account, password):
            return _interrupted(
                f"The target refused {name} before it was revoked, so nothing could be tried."
            )
        await self._revoke(subject)
        if not await self._ended(subject):
            return _failed(f"The end of {name} wasn't confirmed within {ENDS_WITHIN:g} s of its revocation.")
        if await target.admits(account, password):
            return _failed(f"{name} was revoked and confirmed gone, and its login {account} still works.")
        return Result(
            outcome="passed",
            found=f"The login {account} of {name} worked, was revoked, and was then refused at its target.",
        )

    async def _revoke(self, subject: str) -> None:
        """End what there is of it; what is over stays as it is."""
        if await self.reads.find(Access, subject):
            await self.ledger.handle(Revoke(subject, BECAUSE), OUTBOX, SURFACE)

    async def _ended(self, subject: str) -> bool:
        """Whether its end is confirmed in time."""
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                while (await self._access(subject)).status != "ended":
                    await asyncio.sleep(LOOKED_EVERY)
        except TimeoutError:
            return False
        return True

    async def _access(self, subject: str) -> Access:
        found = await self.reads.find(Access, subject)
        assert found is not None
        return found


@dataclass(frozen=True)
class _Asking:
    """Asks for the canary's credential."""

    ledger: Ledger
    subject: str
    machine: Actor

    async def __call__(self, window: str) -> None:
        command = RequestCredential(self.subject, f"crd_{ULID()}", window)
        outcome = await self.ledger.handle(command, self.machine, SURFACE)
        if outcome.refusal:
            raise Permanent(outcome.refusal.sentence)


def _subject(due_at: datetime, attempt: int) -> str:
    """The same request for the same attempt, so that a later one finds what an earlier one left."""
    return derived(KIND, due_at, "control-test", str(attempt))


def _seconds(rule: EffectiveRule) -> int:
    return max(rule.shortest, min(rule.default, MAX_SECONDS))


def _why(rule: EffectiveRule) -> str:
    return BECAUSE.ljust(rule.justification_min, ".")[: rule.justification_max]


def _interrupted(found: str) -> Result:
    return Result(outcome="interrupted", found=found)


def _failed(found: str) -> Result:
    return Result(outcome="failed", found=found)
