"""Vault as the settings describe it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.settings import Settings
from integrations.vault import (
    MINT_WITHIN,
    AppRole,
    Connection,
    FixedToken,
    Logins,
    Report,
    TransitAttester,
    TransitSigner,
    VaultCredentials,
    Wanted,
    check_setup,
    ready,
)
from workflows.clock_skew import utc_now
from workflows.policy.bundle import Bundle, Entitlement


@dataclass(frozen=True)
class OpenVault:
    """A connection to Vault, and what Daypass does over it."""

    credentials: VaultCredentials
    signer: TransitSigner
    attester: TransitAttester | None
    connection: Connection
    settings: Settings

    async def ready(self) -> str | None:
        """None if Vault can be used now, otherwise a sentence."""
        return await ready(self.connection)

    async def check(self, bundle: Bundle) -> Report:
        """What the bundle needs and Vault doesn't have or allow, and what Vault allows Daypass beyond that."""
        return await check_setup(
            self.connection,
            {
                Wanted(
                    one.id,
                    one.vault.policy,
                    one.vault.path,
                    one.rule.longest,
                    one.vault.engine_name,
                    *_guarded(bundle, one),
                )
                for one in bundle.entitlements.values()
            },
            token_role=self.settings.daypass_vault_token_role,
            high_token_role=self.settings.daypass_vault_high_token_role,
            key=self.settings.daypass_transit_key,
            attestation_key=self.settings.daypass_attestation_key,
            mount=self.settings.daypass_transit_mount,
        )


@asynccontextmanager
async def open_vault(
    settings: Settings,
    reach: Callable[[str], None] = lambda step: None,
    mint_within: float = MINT_WITHIN,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[OpenVault]:
    """Vault, by the clock that the ledger goes by, its connections closed and Daypass's session ended when the block is left."""
    connection = Connection(
        str(settings.vault_addr).rstrip("/"),
        Logins(_everyday(settings), _high(settings), settings.vault_namespace),
        ca_file=str(settings.vault_cacert) if settings.vault_cacert else None,
    )
    signer = TransitSigner(connection, key=settings.daypass_transit_key, mount=settings.daypass_transit_mount)
    credentials = VaultCredentials(
        connection,
        token_role=settings.daypass_vault_token_role,
        high_token_role=settings.daypass_vault_high_token_role,
        mint_within=mint_within,
        clock=now,
        reach=reach,
    )
    try:
        yield OpenVault(credentials, signer, _attester(connection, settings), connection, settings)
    finally:
        await connection.close()


def _attester(connection: Connection, settings: Settings) -> TransitAttester | None:
    if not settings.daypass_attestation_key:
        return None
    verifier = str(settings.daypass_url).rstrip("/")
    key, mount = settings.daypass_attestation_key, settings.daypass_transit_mount
    return TransitAttester(connection, verifier, key=key, mount=mount)


def _guarded(bundle: Bundle, entitlement: Entitlement) -> tuple[int, tuple[str, ...]]:
    """How many of Vault's own approvers it asks, and who may request or approve it, as far as the bundle lists them."""
    rule = entitlement.rule
    if rule.assurance != "vault":
        return 0, ()
    groups = {
        *rule.eligible,
        *(name for stage in rule.stages for name in (*stage.approvers, *stage.escalate_to)),
    }
    members = {one for name in groups if name in bundle.groups for one in bundle.groups[name].members}
    return sum(stage.quorum for stage in rule.stages), tuple(sorted(one for one in members if "@" not in one))


def _everyday(settings: Settings) -> AppRole | FixedToken:
    if settings.vault_role_id and settings.vault_secret_id:
        return AppRole(settings.vault_role_id, settings.vault_secret_id)
    assert settings.vault_token is not None
    return FixedToken(settings.vault_token)


def _high(settings: Settings) -> AppRole | None:
    if settings.vault_high_role_id and settings.vault_high_secret_id:
        return AppRole(settings.vault_high_role_id, settings.vault_high_secret_id)
    return None
