"""What signs the log's checkpoints."""

from typing import Protocol


class Signer(Protocol):
    """Signs log checkpoints; the key never leaves Vault."""

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        """The key's version and the raw 64-byte Ed25519 signature. Raises Retryable."""

    async def public_keys(self) -> dict[int, bytes]:
        """Every version's raw 32-byte public key."""
