"""What an identity provider or an issuer says is believed only if it is signed, meant for Daypass, and fresh."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from integrations.machine_tokens import KEEP, OUTLAST, PAUSE, TokenVerifier
from tests.builders import fresh_sqlite
from tests.flow.conftest import copied_rules
from tests.flow.office import Office, Servers, Slack, opened, slack
from tests.web.forger import KEYS, Forger, base64, forger
from tests.web.reader import Anybody, words
from workflows.audit.tlog.leaf import Leaf
from workflows.policy.schema.machines import IssuerBlock
from workflows.ports import Permanent, Retryable

RS256 = b'{"alg":"RS256","kid":"first"}'
MALFORMED = {
    "a payload too deep": (RS256, b"[" * 9_000),
    "a header too deep": (b"[" * 9_000, b"{ISS}"),
    "half a character for an algorithm": (b'{"alg":"\\ud800","kid":"first"}', b"{ISS}"),
    "NUL in an algorithm": (b'{"alg":"a\\u0000b","kid":"first"}', b"{ISS}"),
    "words for an algorithm": (b'{"alg":"Call 555","kid":"first"}', b"{ISS}"),
    "a list for an algorithm": (b'{"alg":["RS256"],"kid":"first"}', b"{ISS}"),
    "an object for an algorithm": (b'{"alg":{},"kid":"first"}', b"{ISS}"),
    "half a character that is critical": (b'{"alg":"RS256","kid":"first","crit":["\\ud800"]}', b"{ISS}"),
    "words that are critical": (b'{"alg":"RS256","kid":"first","crit":["Call 555"]}', b"{ISS}"),
    "a number that is critical": (b'{"alg":"RS256","kid":"first","crit":5}', b"{ISS}"),
    "a header of half a character": (b'{"alg":"RS256","kid":"first","\\ud800":1}', b"{ISS}"),
    "words for a key": (b'{"alg":"RS256","kid":"Call 555"}', b"{ISS}"),
    "a list for a key": (b'{"alg":"RS256","kid":["x"]}', b"{ISS}"),
    "an object for a key": (b'{"alg":"RS256","kid":{"x":1}}', b"{ISS}"),
    "a key's name too long": (b'{"alg":"RS256","kid":"' + b"k" * 8_000 + b'"}', b"{ISS}"),
    "a header that is a list": (b"[]", b"{ISS}"),
    "a header that is a list of it": (b'["alg"]', b"{ISS}"),
    "a header that is a text": (b'"alg"', b"{ISS}"),
    "a header that is a number": (b"5", b"{ISS}"),
    "a payload that isn't encoded": (b'{"alg":"RS256","b64":false,"crit":["b64"]}', b"{ISS}"),
    "a payload that is a list": (RS256, b"[]"),
    "a payload that is no UTF-8": (RS256, b"\xff\xfe"),
    "a payload that is empty": (RS256, b""),
    "an issuer that is a list": (RS256, b'{"iss":[]}'),
    "an issuer that is words": (RS256, b'{"iss":"Call 555"}'),
    "a number that is too long": (RS256, b'{"iss":' + b"9" * 5_000 + b"}"),
    "a signature that isn't one": (RS256, b"{ISS}"),
}
"""Header and payload of tokens that hold nothing; ISS stands for the issuer that is trusted."""


WRONG_IDENTITIES: list[tuple[dict[str, object], str]] = [
    ({"aud": "somebody-else"}, "has a wrong claim, aud."),
    ({"aud": None}, "has a wrong claim, aud."),
    ({"iss": "https://elsewhere.example"}, "has a wrong claim, iss."),
    ({"exp": 1_600_000_000}, "has a wrong claim, exp."),
    ({"nonce": "of another sign-in"}, "has a wrong claim, nonce."),
    ({"nonce": None}, "has a wrong claim, nonce."),
    ({"sub": ""}, "sent no account"),
    ({"sub": 5}, "has a wrong claim, sub."),
    ({"email": None}, "sent no e-mail address"),
    ({"email": ""}, "sent no e-mail address"),
    ({"email": ["ada@northwind.example"]}, "sent no e-mail address"),
    ({"email_verified": False}, "hasn't verified your e-mail address"),
    ({"email_verified": "false"}, "hasn't verified your e-mail address"),
    ({"email_verified": "true"}, "hasn't verified your e-mail address"),
    ({"email_verified": 1}, "hasn't verified your e-mail address"),
    ({"email_verified": None}, "hasn't verified your e-mail address"),
    ({"email": "U01ADA"}, "No single Slack account has the address U01ADA"),
    ({"email": "mallory@elsewhere.example"}, "No single Slack account has the address"),
    ({"email": "ed\u017fger@northwind.example"}, "No single Slack account has the address"),
    ({"email": "a\x00b\ud800\r\n@" + "x" * 9_000}, "No single Slack account has the address a b @xxx"),
]
"""Claims of an ID token, and what is said to them."""

WRONG_CLAIMS: list[tuple[dict[str, object], str | None]] = [
    ({"aud": "somebody-else"}, "The token isn't valid: its claim aud is wrong."),
    ({"aud": ["a", "b"]}, "The token isn't valid: its claim aud is wrong."),
    ({"aud": None}, "The token isn't valid: its claim aud is wrong."),
    (
        {"iss": "https://elsewhere.example"},
        "The policy bundle doesn't trust the token's issuer.",
    ),
    ({"iss": None}, "The token is unreadable or has no issuer."),
    ({"exp": 1_600_000_000}, "The token isn't valid: it has expired."),
    ({"exp": None}, "The token isn't valid: its claim exp is wrong."),
    ({"exp": "never"}, "The token isn't valid: its claim exp is wrong."),
    ({"exp": 2**62}, None),
    ({"iat": None}, "The token isn't valid: its claim iat is wrong."),
    (
        {"iat": 2**40, "exp": 2**40 + 60},
        "The token isn't valid: its claim iat is wrong.",
    ),
    ({"sub": None}, "The token isn't valid: its claim sub is wrong."),
]
"""Claims of a machine's token, and what is said to them."""


async def refusals(office: Office) -> list[Leaf]:
    return [leaf for leaf in await office.log() if leaf.action == "http.refused"]


@pytest.fixture
async def liar() -> AsyncIterator[Forger]:
    async with forger() as made:
        yield made


def registered(workspace: Slack, liar: Forger) -> dict[str, object]:
    """The settings of a Daypass that people sign in to at the liar's."""
    return {
        "daypass_url": workspace.daypass,
        "daypass_oidc_issuer": liar.issuer,
        "daypass_oidc_client_id": "daypass",
        "daypass_oidc_client_secret": SecretStr("secret-of-the-client"),
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known_liar() -> AsyncIterator[Forger]:
    async with forger() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office_of_liars(
    servers: Servers, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, known_liar: Forger
) -> AsyncIterator[Office]:
    """An office that believes the liar about people and machines."""
    folder = tmp_path_factory.mktemp("liars")
    bundle = copied_rules(
        folder, ("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {known_liar.issuer}")
    )
    async with slack() as there:
        settings = {"bundle": bundle, **registered(there, known_liar)}
        database = fresh_sqlite(migrated_sqlite, folder)
        async with opened(servers, there, database.url, **settings) as office:
            yield office


@pytest.mark.asyncio(loop_scope="module")
class AtTheLiars:
    """Tests that share that office: the liar's keys and addresses stay as they are."""

    @pytest_asyncio.fixture(loop_scope="module")
    async def office(self, office_of_liars: Office) -> Office:
        return await office_of_liars.anew()

    @pytest.fixture
    def liar(self, known_liar: Forger) -> Iterator[Forger]:
        yield known_liar
        known_liar.instead = {}


async def sign_in(office: Office) -> tuple[int, str]:
    """Go to the provider and come back; the answer then."""
    async with Anybody(office.url) as reader:
        start = await reader.get("/sign-in/start")
        if start.status_code != 302:
            return start.status_code, words(start.text)
        away = await reader.get(start.headers["location"])
        back = await reader.get(away.headers["location"])
        assert ("daypass" in reader.client.cookies) == (back.status_code == 303)
        return back.status_code, words(back.text)


class TestASignIn(AtTheLiars):
    async def test_that_holds_is_taken(self, office, liar):
        liar.id_token = liar.identity
        assert (await sign_in(office))[0] == 303

    async def test_with_a_wrong_claim_is_refused(self, office, liar):
        for changes, sentence in WRONG_IDENTITIES:
            liar.id_token = partial(liar.identity, **changes)
            status, said = await sign_in(office)
            assert status == 403, changes
            assert "Sign-in failed" in said
            assert sentence in said, changes
        assert len(await refusals(office)) == len(WRONG_IDENTITIES)

    async def test_with_a_wrong_signature_is_refused(self, office, liar):
        def no_token_at_all(**claims: object) -> str:
            return "x"

        for sign in (
            liar.unsigned,
            liar.signed_with_the_public_key,
            partial(liar.token, KEYS[1]),
            no_token_at_all,
        ):
            liar.id_token = lambda nonce, sign=sign: sign(
                nonce=nonce, email="ada@northwind.example", email_verified=True
            )
            status, said = await sign_in(office)
            assert (status, "unreadable or not signed by the identity provider" in said) == (403, True)

    async def test_names_the_account_in_the_log(self, office, liar):
        liar.id_token = lambda nonce: liar.identity(nonce, sub="a\x00b\n" + "7" * 9_000)
        assert (await sign_in(office))[0] == 303
        (signed_in,) = [leaf for leaf in await office.log() if leaf.action == "session.signed-in"]
        assert signed_in.facts["provider"] == liar.issuer
        assert signed_in.facts["account"] == "a b " + "7" * 250 + "…"

    async def test_that_the_provider_refuses_is_told_in_our_words(self, office, liar):
        for answer, sentence in (
            ('{"error": "invalid_grant", "error_description": "Call 555"}', "was already used or is too old"),
            ('{"error": "invalid_client"}', "Correct DAYPASS_OIDC_CLIENT_ID"),
            ('{"error": "Call 555"}', "rejected the sign-in"),
            ('{"error": ["Call 555"]}', "rejected the sign-in"),
        ):
            liar.instead = {"/token": answer}
            status, said = await sign_in(office)
            assert (status, sentence in said, "555" in said) == (403, True, False), answer


class TestAProvider:
    @pytest.fixture
    async def office(self, open_office, workspace, liar) -> AsyncIterator[Office]:
        async with open_office(**registered(workspace, liar)) as office:
            yield office

    async def test_with_another_key_under_an_old_name_is_believed_the_second_time(self, office, liar):
        liar.id_token = liar.identity
        assert (await sign_in(office))[0] == 303
        new = RSAKey.generate_key(2048, {"kid": "first"})
        liar.published = [new]
        liar.id_token = lambda nonce: liar.identity(nonce, key=new)
        assert [(await sign_in(office))[0] for _ in range(2)] == [403, 303]

    @pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
    async def test_that_answers_with_something_else_is_waited_for(self, office, liar, path):
        liar.id_token = liar.identity
        for body in ("<html>", "[]", "5", "null", '"x"', '{"keys": 5}', '{"keys": [5]}', "[" * 9_000, ""):
            liar.instead = {path: body}
            status, said = await sign_in(office)
            if path == "/token" and body.startswith('{"keys'):
                assert (status, "sent no id token" in said) == (403, True), body
            else:
                assert (status, "Try again in a minute" in said) == (503, True), (body, said)
        liar.instead = {}
        assert (await sign_in(office))[0] == 303, "it is not taken for what it said before"

    async def test_that_says_it_is_another_is_not_gone_to(self, office, liar):
        liar.says_it_is = "https://elsewhere.example"
        status, said = await sign_in(office)
        assert status == 503
        assert "Correct DAYPASS_OIDC_ISSUER" in said
        liar.says_it_is, liar.id_token = liar.issuer, liar.identity
        assert (await sign_in(office))[0] == 303

    async def test_that_is_away_is_waited_for(self, open_office, workspace):
        async with open_office(
            daypass_url=workspace.daypass,
            daypass_oidc_issuer="http://127.0.0.1:9",
            daypass_oidc_client_id="daypass",
            daypass_oidc_client_secret=SecretStr("s"),
        ) as office:
            status, said = await sign_in(office)
        assert status == 503
        assert "Try again in a minute" in said


class TestAProviderThatSaysNothingOfVerifying:
    @pytest.fixture
    async def office(self, open_office, workspace, liar) -> AsyncIterator[Office]:
        async with open_office(**registered(workspace, liar), daypass_oidc_trust_email=True) as office:
            yield office

    async def test_is_trusted_if_the_operator_says_so(self, office, liar):
        for verified, status in ((None, 303), (True, 303), (False, 403), ("false", 403)):
            liar.id_token = partial(liar.identity, email_verified=verified)
            assert (await sign_in(office))[0] == status, verified


async def outcome(office: Office, token: str) -> tuple[int, dict]:
    async with Anybody(office.url) as caller:
        answer = await caller.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
        return answer.status_code, answer.json()


class TestAMachinesToken(AtTheLiars):
    async def test_that_holds_is_taken(self, office, liar):
        status, me = await outcome(office, liar.token())
        assert (status, me["id"], me["role"]) == (200, "machine:nightly-training", "machine")

    async def test_with_a_wrong_claim_is_refused(self, office, liar):
        for changes, detail in WRONG_CLAIMS:
            status, problem = await outcome(office, liar.token(**changes))
            assert (status, problem["code"]) == (401, "bad-token"), changes
            assert detail in (None, problem["detail"]), changes
        codes = [leaf.facts["code"] for leaf in await refusals(office)]
        assert codes == ["bad-token"] * len(WRONG_CLAIMS)

    async def test_that_is_malformed_is_refused_and_none_of_it_is_repeated(self, office, liar):
        iss = f'"iss":"{liar.issuer}"'.encode()
        for name, (header, payload) in MALFORMED.items():
            token = f"{base64(header)}.{base64(payload.replace(b'ISS', iss))}.AAAA"
            for _ in range(2):
                status, problem = await outcome(office, token)
                assert (status, problem["code"]) == (401, "bad-token"), name
                assert "Call 555" not in problem["detail"], name
        assert {leaf.facts["code"] for leaf in await refusals(office)} == {"bad-token"}

    async def test_that_is_not_short_lived_is_refused(self, office, liar):
        claims = liar.claims()
        status, problem = await outcome(office, liar.token(exp=claims["iat"] + 3_601))
        assert status == 401
        assert "at most 3600 s" in problem["detail"]

    async def test_that_nobody_signed_is_refused(self, office, liar):
        for sign in (liar.unsigned, liar.signed_with_the_public_key):
            status, problem = await outcome(office, sign())
            assert status == 401
            assert problem["detail"] == ("The token isn't valid: its signature algorithm isn't allowed.")

    async def test_that_is_none_is_refused(self, office):
        for token in ("", "x", "a.b.c", "..", "." * 9, "x" * 20_000, "eyJ.eyJ.x", "ä.b.c"):
            async with Anybody(office.url) as caller:
                given = f"Bearer {token}".strip().encode()
                answer = await caller.get("/api/v1/me", headers={b"Authorization": given})
            assert answer.status_code == 401, token
            assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_that_names_no_machine_of_the_bundle_is_rejected(self, office, liar):
        for machine in ("another", None, ["nightly-training"]):
            status, problem = await outcome(office, liar.token(machine=machine))
            assert (status, problem["code"]) == (403, "unknown-machine"), machine


class TestAChange:
    @pytest.fixture
    async def office(self, open_office, liar, rules) -> AsyncIterator[Office]:
        bundle = rules(("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {liar.issuer}"))
        async with open_office(bundle=bundle) as office:
            yield office

    async def test_of_the_issuers_keys_is_seen_after_a_pause(self, office, liar):
        assert (await outcome(office, liar.token()))[0] == 200
        liar.published = [KEYS[1]]
        for _ in range(5):
            assert (await outcome(office, liar.token(KEYS[1])))[0] == 401
        assert liar.fetched == 1, "an unknown key must not make Daypass ask the issuer each time"

    async def test_that_takes_the_machine_out_of_the_bundle_counts_at_once(self, office, liar):
        token = liar.token()
        assert (await outcome(office, token))[0] == 200
        file = office.settings.daypass_bundle / "machines.yaml"
        file.write_text(file.read_text().replace("machine: nightly-training", "machine: another"))
        office.daypass.known.reload_bundle()
        assert (await outcome(office, token))[0] == 403


class Verifier:
    """What verifies tokens of the forger; `elapsed` are the seconds that have gone by."""

    def __init__(self, client: httpx2.AsyncClient, issuer: str) -> None:
        self.elapsed = 0.0
        self.issuers = {"forger": IssuerBlock(issuer=issuer, audience="daypass")}
        self.tokens = TokenVerifier(client, lambda: datetime.now(UTC), lambda: self.elapsed)

    async def outcome(self, token: str) -> str:
        try:
            await asyncio.wait_for(self.tokens.verify(token, self.issuers), 5)
        except (Permanent, Retryable) as error:
            return f"{type(error).__name__}: {error}"
        return "holds"


class TestTheKeysOfAnIssuer:
    GARBLED = ("<html>", "[]", "5", "null", "", "[" * 9_000, '{"keys": 5}', '{"keys": [{"kty": ["x"]}]}')

    @pytest.fixture
    async def verifier(self, liar) -> AsyncIterator[Verifier]:
        async with httpx2.AsyncClient() as client:
            yield Verifier(client, liar.issuer)

    async def test_are_at_hand_while_bad_tokens_wait_for_a_slow_issuer(self, verifier, liar):
        assert await verifier.outcome(liar.token()) == "holds"
        verifier.elapsed += PAUSE
        liar.open.clear()
        liar.asked.clear()
        waiting = [asyncio.create_task(verifier.outcome(liar.token(KEYS[1]))) for _ in range(5)]
        await liar.asked.wait()
        assert await verifier.outcome(liar.token()) == "holds"
        liar.open.set()
        assert {await one for one in waiting} == {
            "Permanent: The token isn't valid: its issuer doesn't have its key."
        }
        assert liar.fetched == 2

    async def test_are_at_hand_while_somebody_waits_for_newer_ones(self, verifier, liar):
        assert await verifier.outcome(liar.token()) == "holds"
        verifier.elapsed += KEEP
        liar.open.clear()
        liar.asked.clear()
        first = asyncio.create_task(verifier.outcome(liar.token()))
        await liar.asked.wait()
        assert await verifier.outcome(liar.token()) == "holds"
        liar.open.set()
        assert await first == "holds"

    async def test_are_not_asked_for_because_of_a_bad_signature(self, verifier, liar):
        bad = f"{liar.token()[:-6]}AAAAAA"
        for _ in range(3):
            assert "its signature doesn't match its issuer's key" in await verifier.outcome(bad)
            verifier.elapsed += PAUSE
        assert liar.fetched == 1

    async def test_are_asked_for_because_of_an_unknown_one_once_in_a_while(self, verifier, liar):
        assert await verifier.outcome(liar.token()) == "holds"
        liar.published = [KEYS[1]]
        assert "its issuer doesn't have its key" in await verifier.outcome(liar.token(KEYS[1]))
        verifier.elapsed += PAUSE
        assert await verifier.outcome(liar.token(KEYS[1])) == "holds"
        assert "its issuer doesn't have its key" in await verifier.outcome(liar.token())
        assert liar.fetched == 2

    async def test_are_used_for_an_hour_while_the_issuer_is_away(self, verifier, liar):
        assert await verifier.outcome(liar.token()) == "holds"
        liar.instead = {"/keys": "away"}
        verifier.elapsed = OUTLAST - 1
        assert await verifier.outcome(liar.token()) == "holds"
        assert (await verifier.outcome(liar.token(KEYS[1]))).startswith("Retryable: The keys of ")
        verifier.elapsed = OUTLAST
        assert (await verifier.outcome(liar.token())).startswith("Retryable: The keys of ")
        liar.instead = {}
        verifier.elapsed += PAUSE
        assert await verifier.outcome(liar.token()) == "holds"

    @pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
    @pytest.mark.parametrize("body", GARBLED)
    async def test_that_are_none_are_told_and_asked_for_again_after_a_pause(self, verifier, liar, path, body):
        liar.instead = {path: body}
        said = await verifier.outcome(liar.token())
        assert said.startswith(f"Retryable: The keys of {liar.issuer} aren't available")
        liar.instead = {}
        assert await verifier.outcome(liar.token()) == said
        verifier.elapsed += PAUSE
        assert await verifier.outcome(liar.token()) == "holds"

    async def test_of_somebody_who_says_they_are_another_are_not_taken(self, verifier, liar):
        liar.says_it_is = "https://elsewhere.example"
        assert "identifies itself as a different issuer. Correct machines.yaml." in await verifier.outcome(
            liar.token()
        )
