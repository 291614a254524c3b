"""The log's key: Ed25519, in Vault, every version's public half known."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from integrations.vault import Connection, TransitAttester, TransitSigner, check_setup
from tests.vault.conftest import Servers
from workflows.ports import Retryable
from workflows.releases.attestation.dsse import read_public_key


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


async def test_an_attestation_is_signed_as_tools_of_others_verify_it(
    servers: Servers, connection: Connection
) -> None:
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature, SSlibKey

    key, signature = await TransitAttester(connection, "https://daypass.example").sign(b"DSSEv1 1 a 1 b")
    pem = servers.bao.call("GET", "transit/keys/daypass-releases")["data"]["keys"]["1"]["public_key"]
    public = SSlibKey.from_crypto(read_public_key(pem.encode()), keyid=key)
    public.verify_signature(Signature(key, signature.hex()), b"DSSEv1 1 a 1 b")
    with pytest.raises(UnverifiedSignatureError):
        public.verify_signature(Signature(key, signature.hex()), b"DSSEv1 1 a 1 c")


async def test_an_attestations_key_of_another_type_is_named(connection: Connection) -> None:
    attester = TransitAttester(connection, "https://daypass.example", key="daypass-log")
    with pytest.raises(Retryable, match="isn't a key of type ecdsa-p256"):
        await attester.sign(b"x")
    found = await check_setup(connection, [], attestation_key="daypass-log")
    assert found.missing == [
        "transit/keys/daypass-log must be of type ecdsa-p256 and not derived, but is of type ed25519."
    ]
    assert (await check_setup(connection, [], attestation_key="daypass-releases")).missing == []
