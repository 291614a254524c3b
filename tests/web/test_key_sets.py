"""A key that Daypass can't use takes no other of its set with it (RFC 7517, 5), for machines and at the sign-in."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from integrations.jwks import Keys
from tests.flow.office import Slack
from tests.web.forger import KEYS, Forger, forger
from tests.web.test_bad_tokens import Verifier, registered, sign_in

GOOD = KEYS[0].as_dict(private=False)
OTHER = RSAKey.generate_key(2048)
CURVED = ECKey.generate_key("P-256", {"kid": "first"})
UNUSABLE: dict[str, Any] = {
    "a kind that is to come": {"kty": "AKP", "alg": "ML-DSA-65", "kid": "pq", "pub": "AAAA"},
    "a curve that is to come": {"kty": "EC", "crv": "P-1024", "kid": "ec", "x": "AAAA", "y": "AAAA"},
    "a curve of others": {"kty": "OKP", "crv": "X25519", "kid": "x", "x": "AAAA"},
    "no kind": {"kid": "none"},
    "a kind that is a number": {"kty": 5},
    "a kind that is a list": {"kty": ["RSA"]},
    "no key but a text": "first",
    "nothing": None,
    "an algorithm of others": {**OTHER.as_dict(private=False), "kid": "alg", "alg": "RS1024"},
    "to encrypt to": {**OTHER.as_dict(private=False), "kid": "enc", "use": "enc", "alg": "RSA-OAEP"},
    "not to verify": {**OTHER.as_dict(private=False), "kid": "ops", "key_ops": ["wrapKey"]},
    "its certificate alone": {"kty": "RSA", "kid": "x5c", "x5c": ["MIIB"]},
    "not a point of its curve": {"kty": "EC", "crv": "P-256", "kid": "off", "x": "AAAA", "y": "AAAA"},
    "no base64": {"kty": "RSA", "kid": "b", "n": "%%%", "e": "AQAB"},
    "a secret": OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
}


def public(key: Any, **changes: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **changes}


def unnamed(key: Any) -> dict[str, Any]:
    return {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}


def publish(liar: Forger, *keys: Any) -> None:
    liar.instead["/keys"] = json.dumps({"keys": keys})


@pytest.fixture
async def liar() -> AsyncIterator[Forger]:
    async with forger() as made:
        yield made


@pytest.fixture
async def verifier(liar: Forger) -> AsyncIterator[Verifier]:
    async with httpx2.AsyncClient() as client:
        yield Verifier(client, liar.issuer)


class TestAKeyThatCantBeUsed:
    @pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE.keys())
    async def test_leaves_the_machines_of_its_issuer_in(
        self, liar: Forger, verifier: Verifier, key: Any
    ) -> None:
        publish(liar, key, GOOD, key)
        assert await verifier.outcome(liar.token()) == "holds"

    @pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE.keys())
    async def test_alone_is_no_key(self, liar: Forger, verifier: Verifier, key: Any) -> None:
        publish(liar, key)
        assert "aren't available" in await verifier.outcome(liar.token())

    async def test_leaves_people_in(self, open_office: Any, workspace: Slack, liar: Forger) -> None:
        liar.id_token = liar.identity
        async with open_office(**registered(workspace, liar)) as office:
            for keys in (
                [*UNUSABLE.values(), GOOD],
                [unnamed(KEYS[0])],
                [public(CURVED), public(OTHER, kid="first"), GOOD],
            ):
                publish(liar, *keys)
                assert (await sign_in(office))[0] == 303, keys


class TestAKeySNames:
    """`kid` is a hint (RFC 7515, 4.1.4): need not be there, and need not be one key's alone (RFC 7517, 4.5)."""

    @pytest.mark.parametrize(
        ("keys", "header"),
        [
            ([unnamed(KEYS[0])], {"kid": "first"}),
            ([unnamed(OTHER), unnamed(KEYS[0])], {}),
            ([public(OTHER, kid="second"), public(KEYS[0], kid=5)], {}),
            ([public(CURVED), GOOD], {"kid": "first"}),
            ([public(OTHER, kid="first"), GOOD], {"kid": "first"}),
            ([public(OTHER, kid="first", alg="RS512"), GOOD], {"kid": "first"}),
        ],
    )
    async def test_the_key_that_signed_is_found(
        self, liar: Forger, keys: Any, header: dict[str, str]
    ) -> None:
        token = jwt.encode({"alg": "RS256", **header}, liar.claims(), KEYS[0])
        assert Keys.read({"keys": keys}).decode(token).claims["sub"] == "pipeline"

    async def test_nobody_else_s_signature_is_taken_for_it(self, liar: Forger, verifier: Verifier) -> None:
        publish(liar, unnamed(KEYS[0]), public(CURVED), public(KEYS[0], kid="third"))
        for header in ({}, {"kid": "first"}, {"kid": "third"}, {"kid": "nobody"}):
            forged = jwt.encode({"alg": "RS256", **header}, liar.claims(), OTHER)
            assert (await verifier.outcome(forged)).startswith("Permanent: The token isn't valid")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("bits", "private"), [(1024, False), (2048, True)], ids=["too short", "given away whole"]
)
async def test_a_key_that_others_may_have_is_nobody_s(
    liar: Forger, verifier: Verifier, bits: int, private: bool
) -> None:
    key = RSAKey.generate_key(bits, {"kid": "weak"})
    publish(liar, key.as_dict(private=private), GOOD)
    assert "doesn't have its key" in await verifier.outcome(liar.token(key))
    assert await verifier.outcome(liar.token()) == "holds"


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
        (ECKey.generate_key("P-384", {"kid": "k"}), "ES384"),
        (ECKey.generate_key("P-521", {"kid": "k"}), "ES512"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "EdDSA"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "Ed25519"),
        (KEYS[1], "PS384"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_each_algorithm_has_its_keys(key: Any, alg: str) -> None:
    token = jwt.encode({"alg": alg, "kid": key.kid}, {"sub": "x"}, key, [alg])
    published = json.loads(json.dumps({"keys": [*UNUSABLE.values(), key.as_dict(private=False)]}))
    assert Keys.read(published).decode(token).claims == {"sub": "x"}
