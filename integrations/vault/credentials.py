"""Daypass's credentials in Vault or OpenBao: the `Vault` protocol of `workflows.ports`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import SecretStr

from integrations.vault import quorum, reconciling
from integrations.vault.connection import Connection
from integrations.vault.ending import end_known, not_yet
from integrations.vault.ending_lost import end_lost
from integrations.vault.errors import Failure, explained
from integrations.vault.minting import MintingSettings, mint
from integrations.vault.names import HIGH_TOKEN_ROLE, TOKEN_ROLE
from integrations.vault.search import TokenSearch, asked_between, clock_ahead
from integrations.vault.secret_ids import locked_out_soon
from integrations.vault.static_secrets import refuse_unless_changed
from integrations.vault.unwrapping import unwrapped
from workflows.access.vault_quorum.asked import Asked, Authorized
from workflows.clock_skew import ClockReading, utc_now
from workflows.policy.engines import ENGINES, Engine
from workflows.policy.engines.kv import BY_CHANGE
from workflows.ports import CredentialHandles, Minted, MintOrder, Retryable, VaultDrift

MINT_WITHIN = 20.0
"""Seconds for one minting."""


class VaultCredentials:
    """Mints, ends and reconciles credentials through one token role, and another for high and critical risk.

    The entitlements' paths belong to Daypass alone: a lease under them that the ledger doesn't know is
    revoked. A minting takes at most `mint_within` seconds; with half as much again for writing down what
    came of it, whatever the ledger still doesn't know counts as lost.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        token_role: str = TOKEN_ROLE,
        high_token_role: str = HIGH_TOKEN_ROLE,
        wrap_seconds: int = 300,
        mint_within: float = MINT_WITHIN,
        clock: Callable[[], datetime] = utc_now,
        reach: Callable[[str], None] = lambda step: None,
    ) -> None:
        self._vault = connection
        self._recipe = MintingSettings(
            token_role, wrap_seconds, mint_within, clock, connection.clock.earliest, reach, high_token_role
        )
        self._tokens = TokenSearch(connection, self._recipe.token_roles)
        self._reach = reach

    async def mint(self, order: MintOrder) -> Minted:
        """Mint, bound to `order.ends_at` by Vault itself.

        If it fails, what was made is taken back. Raises Permanent if nothing is left; Retryable if
        something may be, even unseen (an answer was lost): `end` with empty handles makes sure.
        """
        return await self._vault.run(mint, self._vault, self._recipe, order, use="minting")

    async def ask(self, order: MintOrder, approvals: int) -> Asked:
        """Ask Vault's own approvers, at least so many; nothing is made yet. Raises as `mint` does."""
        return await self._vault.run(quorum.ask, self._vault, self._recipe, order, approvals, use="minting")

    async def authorized(self, asked: Asked) -> Authorized:
        """What Vault has by now. Raises Permanent if it waits no more, else Retryable."""
        return await self._vault.run(quorum.authorized, self._vault, asked)

    async def collect(self, order: MintOrder, asked: Asked) -> Minted:
        """Have made what Vault's approvers have authorized. Raises as `mint` does."""
        return await self._vault.run(quorum.collect, self._vault, self._recipe, order, asked, use="minting")

    async def give_up(self, asked: Asked) -> None:
        """Return only when nothing can be made of it any more. Raises Retryable."""
        await self._vault.run(quorum.give_up, self._vault, asked, use="ending")

    async def clock(self) -> ClockReading | None:
        """What Vault's clock shows; None if it doesn't say. Raises Retryable."""
        try:
            await self._vault.run(self._vault.health)
        except Failure as failure:
            raise Retryable(str(explained(failure, "tell its time", ""))) from None
        return self._vault.clock.reading()

    async def end(self, handles: CredentialHandles, known_leases: frozenset[str]) -> tuple[str, ...]:
        """Return only when Vault no longer knows the credential. Raises Retryable with the reason.

        A static secret is known on; it has to have been changed.

        `known_leases` are those of all credentials of `handles.path` in the ledger, read just before.
        """
        if handles.accessor or handles.lease_id:
            await self._vault.run(end_known, self._vault, handles, self._reach, use="ending")
        else:
            now = self._recipe.clock()
            await self._vault.run(
                end_lost, self._vault, self._tokens, self._recipe, handles, known_leases, now
            )
        engine = ENGINES.get(handles.secrets_engine)
        static = engine is not None and engine.static
        if engine and static:
            await self._vault.run(self._refuse_unless_changed, engine, handles)
        self._reach("vault.confirmed")
        return BY_CHANGE if static else ("vault",)

    def _refuse_unless_changed(self, engine: Engine, handles: CredentialHandles) -> None:
        try:
            ahead = clock_ahead(self._vault, self._recipe.clock)
        except Failure as failure:
            raise not_yet(failure, handles.path) from None
        asked_by = asked_between(handles.asked_at, ahead)[1] if handles.asked_at else None
        read_by = asked_by + self._recipe.settled_after if asked_by else None
        refuse_unless_changed(self._vault, engine, handles, read_by)

    async def unwrap(self, token: SecretStr) -> Mapping[str, str]:
        """The secret that Vault wrapped for a control test, as its holder would get it. Raises Retryable or Permanent."""
        try:
            answer = await self._vault.run(unwrapped, self._vault, token)
        except Failure as failure:
            raise explained(failure, "unwrap the control test's credential", "") from None
        return {str(name): str(value) for name, value in answer.items()}

    async def reconcile(
        self, paths: frozenset[str], live: Mapping[str, CredentialHandles], now: datetime
    ) -> list[VaultDrift]:
        """Compare Vault with `live`, read at `now`. Raises Retryable or Permanent if it can't."""
        return await self._vault.run(
            reconciling.reconcile, self._vault, self._tokens, self._recipe, paths, live, now
        )

    async def locked_out_soon(self, now: datetime) -> str | None:
        """A sentence if a login doesn't work any more, or its secret id expires within a week. Raises Retryable."""
        return await self._vault.run(locked_out_soon, self._vault, now)
