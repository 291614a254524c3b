"""What an identity provider or an issuer says is believed only if it is signed, meant for Daypass, and fresh."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from tests.flow.office import Office
from tests.web.forger import KEYS, Forger, forger
from tests.web.reader import Anybody, words


@pytest.fixture
async def liar() -> AsyncIterator[Forger]:
    async with forger() as made:
        yield made


class TestASignIn:
    @pytest.fixture
    async def office(self, open_office, workspace, liar) -> AsyncIterator[Office]:
        async with open_office(
            daypass_url=workspace.daypass,
            daypass_oidc_issuer=liar.issuer,
            daypass_oidc_client_id="daypass",
            daypass_oidc_client_secret=SecretStr("secret-of-the-client"),
        ) as office:
            yield office

    async def outcome(self, office: Office) -> tuple[int, str]:
        async with Anybody(office.url) as reader:
            start = await reader.get("/sign-in/start")
            if start.status_code != 302:
                return start.status_code, words(start.text)
            away = await reader.get(start.headers["location"])
            back = await reader.get(away.headers["location"])
            assert ("daypass" in reader.client.cookies) == (back.status_code == 303)
            return back.status_code, words(back.text)

    async def test_that_holds_is_taken(self, office, liar):
        liar.id_token = lambda nonce: liar.token(nonce=nonce, email="ada@northwind.example")
        assert (await self.outcome(office))[0] == 303

    async def test_with_a_wrong_claim_is_refused(self, office, liar):
        for changes in (
            {"aud": "somebody-else"},
            {"aud": None},
            {"iss": "https://elsewhere.example"},
            {"exp": 1_600_000_000},
            {"nonce": "of another sign-in"},
            {"nonce": None},
            {"email": None},
            {"email": ["ada@northwind.example"]},
            {"email_verified": False},
            {"email": "U01ADA"},
            {"email": "mallory@elsewhere.example"},
        ):
            liar.id_token = lambda nonce, changes=changes: liar.token(
                **{"nonce": nonce, "email": "ada@northwind.example", **changes}
            )
            status, said = await self.outcome(office)
            assert status == 403, changes
            assert "You are not signed in" in said

    @pytest.mark.parametrize(
        "how", ["unsigned", "signed_with_the_public_key", "other key", "no token at all"]
    )
    async def test_with_a_wrong_signature_is_refused(self, office, liar, how):
        def made(nonce: str) -> str:
            claims = {"nonce": nonce, "email": "ada@northwind.example"}
            if how == "other key":
                return liar.token(KEYS[1], **claims)
            return "x" if how == "no token at all" else getattr(liar, how)(**claims)

        liar.id_token = made
        assert (await self.outcome(office))[0] == 403

    async def test_at_an_issuer_that_says_it_is_another_is_not_begun(self, office, liar):
        liar.says_it_is = "https://elsewhere.example"
        status, said = await self.outcome(office)
        assert status == 503
        assert "Correct DAYPASS_OIDC_ISSUER" in said

    async def test_while_the_provider_is_away_waits(self, open_office, workspace):
        async with open_office(
            daypass_url=workspace.daypass,
            daypass_oidc_issuer="http://127.0.0.1:9",
            daypass_oidc_client_id="daypass",
            daypass_oidc_client_secret=SecretStr("s"),
        ) as office:
            status, said = await self.outcome(office)
        assert status == 503
        assert "Try again in a minute" in said


class TestAMachinesToken:
    @pytest.fixture
    async def office(self, open_office, liar, rules) -> AsyncIterator[Office]:
        bundle = rules(("machines.yaml", "issuer: ${MACHINES_ISSUER}", f"issuer: {liar.issuer}"))
        async with open_office(bundle=bundle) as office:
            yield office

    async def outcome(self, office: Office, token: str) -> tuple[int, dict]:
        async with Anybody(office.url) as caller:
            answer = await caller.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.headers["content-type"] in ("application/json", "application/problem+json")
            return answer.status_code, answer.json()

    async def test_that_holds_is_taken(self, office, liar):
        status, me = await self.outcome(office, liar.token())
        assert (status, me["id"], me["role"]) == (200, "machine:nightly-training", "machine")

    async def test_with_a_wrong_claim_is_refused(self, office, liar):
        for changes in (
            {"aud": "somebody-else"},
            {"aud": ["somebody-else", "another"]},
            {"aud": None},
            {"iss": "https://elsewhere.example"},
            {"iss": None},
            {"exp": 1_600_000_000},
            {"exp": None},
            {"exp": "never"},
            {"exp": 2**62},
            {"iat": None},
            {"iat": 2**40, "exp": 2**40 + 60},
            {"sub": None},
        ):
            status, problem = await self.outcome(office, liar.token(**changes))
            assert (status, problem["code"]) == (401, "bad-token"), changes
        assert "door.refused" in {leaf.action for leaf in await office.log()}

    async def test_that_is_not_short_lived_is_refused(self, office, liar):
        claims = liar.claims()
        status, problem = await self.outcome(office, liar.token(exp=claims["iat"] + 3_601))
        assert status == 401
        assert "3600 s at most" in problem["detail"]

    @pytest.mark.parametrize("how", ["unsigned", "signed_with_the_public_key"])
    async def test_that_nobody_signed_is_refused(self, office, liar, how):
        assert (await self.outcome(office, getattr(liar, how)()))[0] == 401

    async def test_that_is_none_is_refused(self, office):
        for token in ("", "x", "a.b.c", "..", "." * 9, "x" * 20_000, "eyJ.eyJ.x", "ä.b.c"):
            async with Anybody(office.url) as caller:
                given = f"Bearer {token}".strip().encode()
                answer = await caller.get("/api/v1/me", headers={b"Authorization": given})
            assert answer.status_code == 401, token
            assert answer.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize(
        "claims", [{"machine": "another"}, {"machine": None}, {"machine": ["nightly-training"]}]
    )
    async def test_that_names_no_machine_of_the_bundle_is_turned_away(self, office, liar, claims):
        status, problem = await self.outcome(office, liar.token(**claims))
        assert (status, problem["code"]) == (403, "unknown-machine")

    async def test_by_a_key_that_was_rotated_in_is_taken_after_a_pause(self, office, liar):
        assert (await self.outcome(office, liar.token()))[0] == 200
        liar.published = [KEYS[1]]
        for _ in range(5):
            assert (await self.outcome(office, liar.token(KEYS[1])))[0] == 401
        assert liar.fetched == 1, "an unknown key must not make Daypass ask the issuer each time"

    async def test_is_worth_nothing_once_the_machine_is_out_of_the_bundle(self, office, liar):
        token = liar.token()
        assert (await self.outcome(office, token))[0] == 200
        file = office.settings.daypass_bundle / "machines.yaml"
        file.write_text(file.read_text().replace("machine: nightly-training", "machine: another"))
        office.daypass.known.reload_bundle()
        assert (await self.outcome(office, token))[0] == 403
