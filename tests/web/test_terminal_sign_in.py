"""Who signs in from a terminal is who the identity provider vouches for just now, once, until it is ended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from pydantic import SecretStr

from bot.demo.cast import ADA
from bot.demo.device_flow import GRANT
from bot.demo.identity import PASSWORD
from tests.flow.office import Office
from tests.flow.test_leaving import leaves
from tests.flow.test_who_is_who import account, slack_lists
from tests.web import terminal
from tests.web.conftest import People, Sharing
from tests.web.forger import KEYS, Forger, forger
from tests.web.reader import Anybody
from workflows.system.sessions import SESSION_LIFETIME, session_id

CLIENT = "daypass-terminal"


async def actions(office: Office) -> list[str]:
    return [leaf.action for leaf in await office.log() if leaf.action.startswith(("session.", "http."))]


def token_of(somebody: Anybody) -> str:
    return str(somebody.client.headers["Authorization"]).removeprefix("Bearer ")


class TestSigningIn(Sharing):
    async def test_gives_a_token_that_says_who_one_is(self, people: People, office: Office):
        somebody = await people.nobody()
        session = await terminal.sign_in(somebody, "ada")
        assert session["token"].startswith("dp_")
        assert len(session["token"]) > 40
        whoami = (await somebody.get("/api/v1/whoami")).json()
        assert whoami["person"] == {"id": ADA, "name": "Ada Lovelace", "email": "ada@northwind.example"}
        assert whoami["expires_at"] == session["expires_at"]
        (signed_in,) = [one for one in await office.log() if one.action == "session.signed-in"]
        assert (signed_in.surface, signed_in.facts["where"]) == ("terminal", "terminal")
        assert signed_in.facts["network"] == "this machine"

    async def test_leaves_the_secret_nowhere(self, people: People, office: Office, caplog):
        somebody = await people.at_a_terminal("ada")
        await somebody.get("/api/v1/whoami")
        kept = str(await office.log()) + caplog.text + await office.everything_said()
        assert token_of(somebody) not in kept
        assert session_id(token_of(somebody)) in kept

    async def test_by_a_code_on_another_device_is_the_same(self, people: People, office: Office):
        somebody = await people.nobody()
        login = (await somebody.get("/api/v1/login")).json()
        assert login["device"]
        async with httpx2.AsyncClient(timeout=30) as client:
            found = await terminal.discovery(client, login["issuer"])
            begun = await client.post(
                found["device_authorization_endpoint"],
                data={"client_id": login["client_id"], "scope": "openid email"},
            )
            waiting = begun.json()
            form = {
                "grant_type": GRANT,
                "device_code": waiting["device_code"],
                "client_id": login["client_id"],
            }
            early = await client.post(found["token_endpoint"], data=form)
            assert early.json() == {"error": "authorization_pending"}
            typed = {"user": "grace", "password": PASSWORD, "user_code": waiting["user_code"].lower()}
            page = await client.post(waiting["verification_uri"], data=typed)
            assert "Go back to your terminal" in page.text
            answer = await client.post(found["token_endpoint"], data=form)
            again = await client.post(found["token_endpoint"], data=form)
        assert again.json() == {"error": "invalid_grant"}
        brought = await terminal.bring(somebody, answer.json()["id_token"], nonce=None)
        assert brought.status_code == 201, brought.text
        assert brought.json()["person"]["name"] == "Grace Hopper"

    async def test_needs_pkce(self, people: People):
        with pytest.raises((AssertionError, KeyError)):
            await terminal.id_token(await people.nobody(), "ada", code_challenge=None)


class TestTheEnd(Sharing):
    async def test_comes_with_signing_out(self, people: People, office: Office):
        somebody = await people.at_a_terminal("ada")
        assert (await somebody.delete("/api/v1/sessions/current")).status_code == 204
        answer = await somebody.get("/api/v1/whoami")
        assert (answer.status_code, answer.json()["code"]) == (401, "bad-token")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert await actions(office) == ["session.signed-in", "session.ended"]


class TestTheEndByItself:
    async def test_comes_by_the_clock_after_eight_hours(self, people: People, office: Office):
        somebody = await people.at_a_terminal("ada")
        await office.forward(seconds=(SESSION_LIFETIME - timedelta(minutes=1)).total_seconds())
        assert (await somebody.get("/api/v1/whoami")).status_code == 200
        await office.forward(minutes=1)
        assert (await somebody.get("/api/v1/whoami")).status_code == 401

    async def test_comes_at_once_for_who_leaves(self, people: People, office: Office):
        somebody, other = await people.at_a_terminal("ada"), await people.at_a_terminal("grace")
        await leaves(office, ADA)
        await office.daypass.jobs.people.run_now()
        assert (await somebody.get("/api/v1/requests")).status_code == 401
        assert (await other.get("/api/v1/requests")).status_code == 200

    async def test_comes_at_once_for_who_becomes_a_guest(self, people: People, office: Office):
        somebody = await people.at_a_terminal("ada")
        await leaves(office, ADA, is_restricted=True)
        await office.daypass.jobs.people.run_now()
        assert (await somebody.get("/api/v1/requests")).status_code == 401


class TestWhereOneIsSignedIn(Sharing):
    async def test_has_everybodys_for_an_operator_who_can_end_them(self, people: People, office: Office):
        laptop, radia = await people.at_a_terminal("ada"), await people.signed_in("radia")
        assert "Ada Lovelace" in await radia.page("/sessions")
        session = session_id(token_of(laptop))
        assert (await end(radia, session)).status_code == 303
        assert (await laptop.get("/api/v1/whoami")).status_code == 401
        story = await (await people.signed_in("ada")).page(f"/stories/{session}")
        assert "Radia Perlman ended the session as an operator" in story

    async def test_is_ended_by_nobody_else_not_even_an_auditor(self, people: People, office: Office):
        laptop = await people.at_a_terminal("ada")
        session = session_id(token_of(laptop))
        assert (await end(await people.signed_in("grace"), session)).status_code == 404
        assert (await end(await people.signed_in("barbara"), session)).status_code == 403
        assert (await laptop.get("/api/v1/whoami")).status_code == 200

    async def test_is_not_changed_by_another_site(self, people: People, office: Office):
        reader, laptop = await people.signed_in("ada"), await people.at_a_terminal("ada")
        path = f"/sessions/{session_id(token_of(laptop))}/end"
        token = await reader.form("/sessions")
        for data, headers in (
            ({}, {}),
            ({"csrf": "0" * 64}, {}),
            ({"csrf": token}, {"Origin": "https://evil.example"}),
            ({"csrf": token}, {"Sec-Fetch-Site": "cross-site"}),
        ):
            assert (await reader.post(path, data=data, headers=headers)).status_code == 403
        assert (await laptop.get("/api/v1/whoami")).status_code == 200

    async def test_shows_a_computers_name_as_text(self, people: People, office: Office):
        somebody = await people.nobody()
        named = "<script>alert(1)</script>"
        assert (
            await terminal.bring(somebody, await terminal.id_token(somebody, "ada"), device=named)
        ).status_code == 201
        reader = await people.signed_in("ada")
        assert named not in (await reader.get("/sessions")).text
        assert "alert(1)" in (await reader.get("/sessions")).text


class TestThePageOfSessions:
    async def test_is_a_page_from_which_one_signs_out(self, people: People, office: Office):
        reader, laptop = await people.signed_in("ada"), await people.at_a_terminal("ada")
        page = await reader.page("/sessions")
        assert "Terminal on ada's laptop" in page
        assert "this browser" in page
        assert "from this machine" in page
        answer = await end(reader, session_id(token_of(laptop)))
        assert answer.headers["location"] == "/sessions"
        assert (await laptop.get("/api/v1/whoami")).status_code == 401
        assert "ada's laptop" not in await reader.page("/sessions")

    async def test_has_nobody_elses(self, people: People, office: Office):
        await people.at_a_terminal("ada")
        for name in ("grace", "barbara"):
            assert "ada's laptop" not in await (await people.signed_in(name)).page("/sessions")


async def end(reader: Anybody, session: str) -> httpx2.Response:
    return await reader.post(f"/sessions/{session}/end", data={"csrf": await reader.form("/sessions")})


class TestATokenElsewhere(Sharing):
    async def test_in_an_address_is_nothing(self, people: People):
        token, nobody = token_of(await people.at_a_terminal("ada")), await people.nobody()
        for name in ("token", "access_token", "bearer", "authorization"):
            assert (await nobody.get("/api/v1/whoami", params={name: token})).status_code == 401
        assert (await nobody.get("/", params={"token": token})).status_code == 303

    async def test_as_a_cookie_is_nothing_and_a_cookie_is_no_token(self, people: People):
        laptop, reader, nobody = (
            await people.at_a_terminal("ada"),
            await people.signed_in("ada"),
            await people.nobody(),
        )
        assert (await nobody.get("/", headers={"Cookie": f"daypass={token_of(laptop)}"})).status_code == 303
        for secret in (
            reader.client.cookies["daypass"],
            f"dp_{reader.client.cookies['daypass']}",
            session_id(token_of(laptop)),
            f"dp_{session_id(token_of(laptop))}",
            token_of(laptop)[:-1],
            f"{token_of(laptop)}x",
            "dp_",
            "dp_é",
            "dp_" + "x" * 9_000,
        ):
            bearer = f"Bearer {secret}".encode("latin-1")
            answer = await nobody.get("/api/v1/whoami", headers={b"Authorization": bearer})
            assert answer.status_code in (401, 431), secret

    async def test_ten_thousand_times_wrong_is_thirty_events_and_a_count(
        self, people: People, office: Office
    ):
        nobody, ada = await people.nobody(), await people.at_a_terminal("ada")
        for some in range(0, 300, 50):
            answers = await asyncio.gather(*(guess(nobody, n) for n in range(some, some + 50)))
            assert {one.status_code for one in answers} == {401}
        assert (await ada.get("/api/v1/whoami")).status_code == 200
        assert (await actions(office)).count("http.refused") == 30


def guess(nobody: Anybody, n: int) -> Awaitable[httpx2.Response]:
    return nobody.get("/api/v1/whoami", headers={"Authorization": f"Bearer dp_{n:043}"})


async def test_without_a_public_client_nobody_signs_in_and_it_says_so(open_office, signing_in):
    settings = {**signing_in, "daypass_oidc_cli_client_id": None}
    async with open_office(**settings) as office, Anybody(office.url) as nobody:
        for answer in (await nobody.get("/api/v1/login"), await terminal.bring(nobody, "a.b.c")):
            assert (answer.status_code, answer.json()["code"]) == (404, "no-sign-in")


@pytest.fixture
async def liar() -> AsyncIterator[Forger]:
    async with forger() as made:
        yield made


class TestAnIdToken:
    """Of a provider that says whatever it is told to."""

    @pytest.fixture
    async def office(self, open_office, workspace, liar) -> AsyncIterator[Office]:
        settings = {
            "daypass_url": workspace.daypass,
            "daypass_oidc_issuer": liar.issuer,
            "daypass_oidc_client_id": "daypass",
            "daypass_oidc_client_secret": SecretStr("secret-of-the-client"),
            "daypass_oidc_cli_client_id": CLIENT,
        }
        async with open_office(**settings) as office:
            yield office

    @pytest.fixture
    async def brought(self, office: Office) -> AsyncIterator[Callable[..., Awaitable[tuple[int, str]]]]:
        """Brings a token; the status, and what is said."""
        async with Anybody(office.url) as nobody:

            async def bring(token: str, nonce: str | None = "n") -> tuple[int, str]:
                answer = await terminal.bring(nobody, token, nonce)
                return answer.status_code, str(answer.json().get("detail", ""))

            yield bring

    async def test_that_holds_is_taken_once_however_its_signature_is_written(self, brought, liar, office):
        token = liar.identity("n", aud=CLIENT)
        answers = await asyncio.gather(*(brought(token) for _ in range(5)))
        assert sorted(status for status, _ in answers) == [201, 403, 403, 403, 403]
        status, said = await brought(rewritten(token))
        assert status == 403
        assert "already used" in said or "isn't valid" in said
        assert (await actions(office)).count("session.signed-in") == 1

    async def test_with_a_wrong_claim_is_refused(self, brought, liar, office, subtests):
        for changes, sentence in [
            ({"aud": "daypass"}, "its claim aud is wrong"),
            ({"aud": ["daypass", "another"]}, "its claim aud is wrong"),
            ({"aud": None}, "its claim aud is wrong"),
            ({"aud": [CLIENT, "another"]}, "issued to another application"),
            ({"azp": "daypass"}, "issued to another application"),
            ({"iss": "https://elsewhere.example"}, "from another identity provider"),
            ({"exp": 1_600_000_000}, "it has expired"),
            ({"exp": None}, "its claim exp is wrong"),
            ({"iat": None}, "its claim iat is wrong"),
            ({"nonce": "of another sign-in"}, "belongs to another sign-in"),
            ({"nonce": None}, "belongs to another sign-in"),
            ({"sub": ""}, "isn't valid"),
            ({"email": None}, "sent no e-mail address"),
            ({"email_verified": False}, "hasn't verified your e-mail address"),
            ({"email_verified": None}, "hasn't verified your e-mail address"),
            ({"email": "mallory@elsewhere.example"}, "No single active member"),
            ({"email": "guest@contoso.example"}, "No single active member"),
            ({"email": "ed\u017fger@northwind.example"}, "No single active member"),
            ({"email": "a\x00b\ud800\r\n@" + "x" * 9_000}, "has the address a b @xxx"),
        ]:
            with subtests.test(str(changes)[:80]):
                status, said = await brought(liar.identity("n", **{"aud": CLIENT, **changes}))
                assert status == 403, said
                assert sentence in said or ("sub" in changes and "sent no account" in said)
                assert len(said) < 400
        assert set(await actions(office)) == {"http.refused"}

    async def test_that_is_six_minutes_old_is_refused(self, brought, liar):
        issued = liar.claims()["iat"] - 360
        assert "older than 5 minutes" in (await brought(liar.identity("n", aud=CLIENT, iat=issued)))[1]

    async def test_without_a_nonce_is_taken_only_if_none_was_asked_for(self, brought, liar):
        token = liar.token(aud=CLIENT, email="ada@northwind.example", email_verified=True)
        assert (await brought(token, "n"))[0] == 403
        assert (await brought(liar.identity("n", aud=CLIENT), None))[0] == 403
        assert (await brought(token, None))[0] == 201

    async def test_that_the_provider_has_not_signed_is_refused(self, brought, liar, office):
        claims = {"nonce": "n", "aud": CLIENT, "email": "ada@northwind.example", "email_verified": True}
        for sign in (liar.unsigned, liar.signed_with_the_public_key, partial(liar.token, KEYS[1])):
            status, said = await brought(sign(**claims))
            assert (status, "The token isn't valid" in said) == (403, True), said
        for token in ("", "x", "a.b.c", "eyJ" + "x" * 16_000):
            assert (await brought(token))[0] in (403, 422)
        assert "session.signed-in" not in await actions(office)

    async def test_waits_while_the_provider_is_away(self, brought, liar, office):
        liar.instead = {"/.well-known/openid-configuration": "<html>"}
        assert (await brought(liar.identity("n", aud=CLIENT)))[0] == 503
        assert await actions(office) == []

    async def test_of_somebody_whose_address_two_people_have_is_refused(self, brought, liar, office):
        await slack_lists(office, account("Ada@northwind.example"))
        status, said = await brought(liar.identity("n", aud=CLIENT))
        assert (status, "No single active member" in said) == (403, True)

    async def test_many_bad_ones_do_not_fill_the_log(self, brought, liar, office):
        bad = [liar.identity("n", aud="daypass", sub=f"{n}") for n in range(50)]
        assert {status for status, _ in await asyncio.gather(*map(brought, bad))} == {403}
        assert (await actions(office)).count("http.refused") == 30


def rewritten(token: str) -> str:
    """The same token with the unused bits of its signature's last letter set otherwise."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]
