"""The keys of a JWK set (RFC 7517) that signatures may be verified by; the others are left out, and the set stays good.

Issuers publish what Daypass has no use for: keys to encrypt to, of kinds and curves that are to come, or too weak.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, MissingKeyError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import base64_to_int

log = logging.getLogger(__name__)

Key = RSAKey | ECKey | OKPKey
RSA_BITS = range(2_048, 16_385)
"""RFC 7518, 3.3; and no more than what takes reasonable time."""
MAX_KEYS = 100
"""Of a set that are looked at, so that no issuer makes a token's verification slow."""
_KINDS: Mapping[str, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_RSA = ("RSA", None)
_BY_ALGORITHM: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), (_RSA,)),
    "ES256": (("EC", "P-256"),),
    "ES384": (("EC", "P-384"),),
    "ES512": (("EC", "P-521"),),
    "EdDSA": (("OKP", "Ed25519"), ("OKP", "Ed448")),
    "Ed25519": (("OKP", "Ed25519"),),
}
"""Kind and curve of the keys for each algorithm (RFC 7518, 3.1; RFC 8037; RFC 9864)."""
ALGORITHMS = tuple(_BY_ALGORITHM)
"""Signatures by a private key; nothing that who verifies could have made."""
_PUBLIC = ("kty", "n", "e", "crv", "x", "y", "kid", "alg")


@dataclass(frozen=True)
class Keys:
    """Public keys of one issuer, in its order."""

    keys: Sequence[Key]

    @classmethod
    def read(cls, found: Any) -> Self:
        """From a JWK set. Raises MissingKeyError if none of it can be used, and ValueError if it isn't one."""
        listed = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise ValueError("not a JWK set")
        keys = [key for data in listed[:MAX_KEYS] if (key := _usable(data))]
        if not keys:
            raise MissingKeyError("No keys to import")
        return cls(keys)

    def decode(self, token: str) -> jwt.Token:
        """The token, if one of these keys has signed it. Raises what joserfc raises.

        InvalidKeyIdError says that its issuer may have newer keys.
        """
        candidates, named = self._candidates(jws.extract_compact(token.encode()).headers())
        for key in candidates:
            try:
                return jwt.decode(token, key, algorithms=ALGORITHMS)
            except BadSignatureError:
                continue
        if named:
            raise BadSignatureError
        raise InvalidKeyIdError("none of its keys signed it")

    def of(self, token: str) -> dict[str, list[dict[str, Any]]]:
        """As a JWK set, the keys that may have signed the token, under the name that it gives its key.

        Raises InvalidKeyIdError if there is none.
        """
        header = jws.extract_compact(token.encode()).headers()
        candidates, _ = self._candidates(header)
        names = {"kid": header["kid"]} if "kid" in header else {}
        signers = [key for key in candidates if len(candidates) == 1 or _has_signed(key, token)]
        return {"keys": [{**key.as_dict(private=False), **names} for key in signers or candidates]}

    def _candidates(self, header: Mapping[str, Any]) -> tuple[Sequence[Key], bool]:
        """The keys to try, and whether they are named by the token. Raises InvalidKeyIdError if there is none."""
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            return self.keys[:1], True
        fitting = [key for key in self.keys if _fits(key, algorithm)]
        named = [key for key in fitting if key.kid is not None and key.kid == kid]
        candidates = named or [key for key in fitting if kid is None or key.kid is None]
        if not candidates:
            raise InvalidKeyIdError("no such key")
        return candidates, bool(named)


def _has_signed(key: Key, token: str) -> bool:
    try:
        jwt.decode(token, key, algorithms=ALGORITHMS)
    except BadSignatureError:
        return False
    return True


def _usable(data: Any) -> Key | None:
    """The key, if it is for verifying signatures, of a kind that Daypass takes, and strong enough."""
    try:
        return _imported(data) if _is_to_verify(data) else None
    except Exception:
        log.debug("ignoring an unreadable key in a JWK set")
        return None


def _is_to_verify(data: Any) -> bool:
    """Whoever has seen a private key could have signed with it, so one that is published is nobody's."""
    return (
        isinstance(data, dict)
        and data.get("use", "sig") == "sig"
        and "verify" in data.get("key_ops", ("verify",))
        and "d" not in data
    )


def _imported(data: Mapping[str, Any]) -> Key | None:
    kind = (data["kty"], data.get("crv"))
    algorithms = [name for name, kinds in _BY_ALGORITHM.items() if kind in kinds]
    if not algorithms or data.get("alg", algorithms[0]) not in algorithms:
        return None
    if kind == _RSA and base64_to_int(data["n"]).bit_length() not in RSA_BITS:
        return None
    public = {name: data[name] for name in _PUBLIC if name in data}
    if not isinstance(public.get("kid"), str):
        public.pop("kid", None)
    return _KINDS[data["kty"]].import_key(public)


def _fits(key: Key, algorithm: str) -> bool:
    """Whether the algorithm is for keys of this kind, and the key is for no other."""
    kind = (key.key_type, key.get("crv"))
    return kind in _BY_ALGORITHM[algorithm] and key.get("alg") in (None, algorithm)
