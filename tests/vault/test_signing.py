"""The log's key: Ed25519, in Vault, every version's public half known."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from integrations.vault import Connection, TransitSigner
from tests.vault.conftest import Servers
from workflows.ports import Retryable


async def test_a_signature_is_one_of_the_key_that_vault_shows(connection: Connection) -> None:
    signer = TransitSigner(connection)
    version, signature = await signer.sign(b"daypass.example/log\n7\nroot\n")
    public = Ed25519PublicKey.from_public_bytes((await signer.public_keys())[version])
    public.verify(signature, b"daypass.example/log\n7\nroot\n")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"daypass.example/log\n8\nroot\n")


async def test_after_a_rotation_old_signatures_still_have_their_key(
    servers: Servers, connection: Connection
) -> None:
    servers.bao.call("POST", "transit/keys/rotating", type="ed25519")
    rules = 'path "transit/+/rotating" { capabilities = ["read", "update"] }'
    servers.bao.call("PUT", "sys/policies/acl/rotating", policy=rules)
    servers.bao.call("POST", "auth/approle/role/daypass", token_policies=["daypass", "rotating"])
    signer = TransitSigner(Connection(servers.bao.addr, servers.login), key="rotating")
    first, signature = await signer.sign(b"before")
    servers.bao.call("POST", "transit/keys/rotating/rotate")
    second, _ = await signer.sign(b"after")
    keys = await signer.public_keys()
    assert (first, second, set(keys)) == (1, 2, {1, 2})
    Ed25519PublicKey.from_public_bytes(keys[first]).verify(signature, b"before")


async def test_a_missing_key_is_to_be_tried_again_and_named(connection: Connection) -> None:
    with pytest.raises(Retryable, match="transit/sign/no-such-key"):
        await TransitSigner(connection, key="no-such-key").sign(b"x")
