"""What Vault's transit engine signs: the log's checkpoints with Ed25519, attestations of releases with ECDSA on P-256."""

import base64

from integrations.vault.connection import Connection
from integrations.vault.errors import Failure, explained
from integrations.vault.names import LOG_KEY, RELEASE_KEY, TRANSIT
from workflows.ports import Retryable
from workflows.releases.attestation.dsse import AttestationError, key_id, read_public_key


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
        return _signed(self._vault, path, message, "sign the log's checkpoint")

    def _public_keys(self) -> dict[int, bytes]:
        path = f"{self._mount}/keys/{self._key}"
        try:
            versions = self._vault.own("get", path)["data"]["keys"]
        except Failure as failure:
            raise _later(failure, "show the log's public keys", path) from None
        return {int(number): base64.b64decode(version["public_key"]) for number, version in versions.items()}


class TransitAttester:
    """Signs attestations with the newest version of one key; `verifier` is the URI that it signs as."""

    def __init__(
        self, connection: Connection, verifier: str, *, key: str = RELEASE_KEY, mount: str = TRANSIT
    ) -> None:
        self.verifier = verifier
        self._vault = connection
        self._key = key
        self._mount = mount

    async def sign(self, message: bytes) -> tuple[str, bytes]:
        """The key's id and the ECDSA signature (DER) over SHA-256 of the message. Raises Retryable."""
        return await self._vault.run(self._sign, message)

    def _sign(self, message: bytes) -> tuple[str, bytes]:
        sign, show = f"{self._mount}/sign/{self._key}", f"{self._mount}/keys/{self._key}"
        options = {"hash_algorithm": "sha2-256", "marshaling_algorithm": "asn1"}
        version, signature = _signed(self._vault, sign, message, "sign an attestation", **options)
        try:
            versions = self._vault.own("get", show)["data"]["keys"]
        except Failure as failure:
            raise _later(failure, "show the attestations' public keys", show) from None
        try:
            return key_id(read_public_key(versions[str(version)]["public_key"].encode())), signature
        except (AttestationError, KeyError):
            raise Retryable(
                f"{show} isn't a key of type ecdsa-p256. An operator has to create another."
            ) from None


def _signed(vault: Connection, path: str, message: bytes, deed: str, **options: str) -> tuple[int, bytes]:
    """The key's version and the signature. Raises Retryable."""
    body = {"input": base64.b64encode(message).decode(), **options}
    try:
        signature = vault.own("post", path, body)["data"]["signature"]
    except Failure as failure:
        raise _later(failure, deed, path) from None
    _, version, encoded = signature.split(":")
    return int(version.removeprefix("v")), base64.b64decode(encoded)


def _later(failure: Failure, deed: str, path: str) -> Retryable:
    """What is to be signed waits, however long an operator takes to repair the set-up."""
    remedy = f"An operator has to create the key and allow Daypass's policy to use {path}."
    return Retryable(str(explained(failure, deed, remedy)))
