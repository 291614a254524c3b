"""HashiCorp Vault or OpenBao: credentials with a clock of their own, and the log's signing key."""

from integrations.vault.connection import AppRole, Connection, FixedToken, Logins
from integrations.vault.credentials import MINT_WITHIN, VaultCredentials
from integrations.vault.preflight import check_setup, ready
from integrations.vault.requirements import Report, Wanted
from integrations.vault.transit import TransitAttester, TransitSigner

__all__ = [
    "MINT_WITHIN",
    "AppRole",
    "Connection",
    "FixedToken",
    "Logins",
    "Report",
    "TransitAttester",
    "TransitSigner",
    "VaultCredentials",
    "Wanted",
    "check_setup",
    "ready",
]
