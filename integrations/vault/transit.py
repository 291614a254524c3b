"""The signer of log checkpoints: Ed25519 in Vault's transit engine, the `Signer` of `workflows.ports`."""

import base64

from integrations.vault.connection import Connection
from integrations.vault.errors import Failure, explained
from integrations.vault.names import LOG_KEY, TRANSIT
from workflows.ports import Retryable


class TransitSigner:
    """Signs with the newest version of one key, which never leaves Vault."""

    def __init__(self, connection: Connection, *, key: str = LOG_KEY, mount: str = TRANSIT) -> None:
        self._vault = connection
        self._key = key
        self._mount = mount

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        """The key's version and the raw 64-byte Ed25519 signature. Raises Retryable."""
        return await self._vault.run(self._sign, message)

    async def public_keys(self) -> dict[int, bytes]:
        """Every version's raw 32-byte public key. Raises Retryable."""
        return await self._vault.run(self._public_keys)

    def _sign(self, message: bytes) -> tuple[int, bytes]:
        path = f"{self._mount}/sign/{self._key}"
        body = {"input": base64.b64encode(message).decode()}
        try:
            signature = self._vault.own("post", path, body)["data"]["signature"]
        except Failure as failure:
            raise _later(failure, "sign the log's checkpoint", path) from None
        _, version, encoded = signature.split(":")
        return int(version.removeprefix("v")), base64.b64decode(encoded)

    def _public_keys(self) -> dict[int, bytes]:
        path = f"{self._mount}/keys/{self._key}"
        try:
            versions = self._vault.own("get", path)["data"]["keys"]
        except Failure as failure:
            raise _later(failure, "show the log's public keys", path) from None
        return {int(number): base64.b64decode(version["public_key"]) for number, version in versions.items()}


def _later(failure: Failure, deed: str, path: str) -> Retryable:
    """The log waits for its signature, however long an operator takes to repair the set-up."""
    remedy = f"An operator has to create the key and allow Daypass's policy to use {path}."
    return Retryable(str(explained(failure, deed, remedy)))
