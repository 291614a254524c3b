"""Credentials that Vault itself gives only when its own approvers have authorized them (docs/vault-quorum.md)."""
