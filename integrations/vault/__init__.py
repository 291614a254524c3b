"""HashiCorp Vault or OpenBao: credentials with a clock of their own, and the log's signing key."""

from integrations.vault.connection import AppRole, Connection, FixedToken
from integrations.vault.credentials import MINT_WITHIN, VaultCredentials
from integrations.vault.setup import check_setup, ready
from integrations.vault.transit import TransitSigner

__all__ = [
    "MINT_WITHIN",
    "AppRole",
    "Connection",
    "FixedToken",
    "TransitSigner",
    "VaultCredentials",
    "check_setup",
    "ready",
]
