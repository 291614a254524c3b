"""An attester with a key of its own, where no Vault is needed."""

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from workflows.releases.attestation.dsse import key_id

VERIFIER = "https://daypass.example"


class KeyAttester:
    """Signs as Vault's transit engine does with a key of type ecdsa-p256."""

    verifier = VERIFIER

    def __init__(self) -> None:
        self.private = generate_private_key(SECP256R1())
        self.public = self.private.public_key()

    async def sign(self, message: bytes) -> tuple[str, bytes]:
        return key_id(self.public), self.private.sign(message, ECDSA(SHA256()))

    @property
    def pem(self) -> bytes:
        return self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
