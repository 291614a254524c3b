"""Who signs in is who the identity provider vouches for, known to Slack, once, in one browser, for a while."""

import asyncio
from datetime import timedelta

import pytest

from tests.flow.office import Office
from tests.web.conftest import People
from tests.web.reader import words
from workflows.sessions import LASTS


async def actions(office: Office) -> list[str]:
    return [leaf.action for leaf in await office.log() if leaf.action.startswith(("ses.", "door."))]


class TestSigningIn:
    @pytest.mark.parametrize(
        ("name", "role"),
        [("ada", "member"), ("grace", "member"), ("radia", "operator"), ("barbara", "auditor")],
    )
    async def test_shows_who_one_is_and_records_it(self, people: People, office: Office, name, role):
        reader = await people.signed_in(name)
        assert f"({role}) Sign out" in await reader.page("/")
        assert await actions(office) == ["ses.signed-in"]

    async def test_leads_back_to_where_one_wanted_to_go(self, people: People):
        reader = await people.nobody()
        asked = await reader.get("/search?person=Ada&action=acc")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/sign-in?then=%2Fsearch%3Fperson%3DAda%26action%3Dacc"
        back = await reader.sign_in("barbara", "/search?person=Ada&action=acc")
        assert back.headers["location"] == "/search?person=Ada&action=acc"

    @pytest.mark.parametrize(
        "then",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "\t//evil.example",
        ],
    )
    async def test_never_leads_elsewhere(self, people: People, then):
        reader = await people.nobody()
        back = await reader.sign_in("ada", then)
        assert back.headers["location"].startswith("/")
        assert "evil" not in back.headers["location"].lstrip("/").split("/")[0]

    async def test_sets_a_cookie_that_no_script_reads(self, people: People):
        reader = await people.nobody()
        back = await reader.sign_in("ada")
        cookie = next(one for one in back.headers.get_list("set-cookie") if one.startswith("daypass="))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie

    async def test_keeps_no_secret_of_the_session_anywhere(self, people: People, office: Office, caplog):
        reader = await people.signed_in("ada")
        secret = reader.client.cookies["daypass"]
        leaves = str(await office.log())
        assert len(secret) > 40
        assert secret not in leaves
        assert secret not in caplog.text


class TestSigningOut:
    async def test_ends_the_session_everywhere(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        kept = reader.client.cookies["daypass"]
        answer = await reader.post("/sign-out", data={"csrf": await reader.form("/")})
        assert answer.headers["location"] == "/sign-in"
        reader.client.cookies.set("daypass", kept, domain="127.0.0.1")
        assert (await reader.get("/")).status_code == 303
        assert await actions(office) == ["ses.signed-in", "ses.over"]

    async def test_is_done_by_the_clock_after_eight_hours(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        await office.forward(seconds=(LASTS - timedelta(minutes=1)).total_seconds())
        assert (await reader.get("/")).status_code == 200
        await office.forward(minutes=1)
        assert (await reader.get("/")).status_code == 303

    async def test_comes_with_signing_in_anew(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        before = reader.client.cookies["daypass"]
        await reader.sign_in("barbara")
        assert reader.client.cookies["daypass"] != before
        assert await actions(office) == ["ses.signed-in", "ses.signed-in", "ses.over"]


class TestWhatIsRefused:
    async def test_a_way_back_that_was_used_before(self, people: People, office: Office):
        reader = await people.nobody()
        back = await reader.way_back("ada")
        at_the_provider = dict(reader.client.cookies)
        assert (await reader.get(back)).status_code == 303
        for name, value in at_the_provider.items():
            reader.client.cookies.set(name, value, domain="127.0.0.1", path="/sign-in")
        again = await reader.get(back)
        assert again.status_code == 403
        assert "was used before" in words(again.text)
        assert "daypass=" not in str(again.headers.get_list("set-cookie"))
        assert (await actions(office)).count("ses.signed-in") == 1
        assert "door.refused" in await actions(office)

    async def test_a_way_back_in_another_browser(self, people: People, office: Office):
        victim, attacker = await people.nobody(), await people.nobody()
        back = await attacker.way_back("ada")
        answer = await victim.get(back)
        assert answer.status_code == 403
        assert "daypass" not in victim.client.cookies
        await victim.begin()
        assert (await victim.get(back)).status_code == 403
        assert "ses.signed-in" not in await actions(office)

    @pytest.mark.parametrize(
        "query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied&state=%00"]
    )
    async def test_a_way_back_that_nobody_set_out_on(self, people: People, office: Office, query):
        reader = await people.nobody()
        answer = await reader.get(f"/sign-in/back{query}")
        assert answer.status_code == 403
        assert "You are not signed in" in words(answer.text)
        assert await actions(office) == ["door.refused"]

    async def test_a_cookie_from_elsewhere(self, people: People):
        reader = await people.nobody()
        for cookie in ("", "x", "é", "a" * 5_000, "ses_" + "A" * 26, "%00"):
            answer = await reader.get("/", headers={"Cookie": f"daypass={cookie}".encode("latin-1")})
            assert answer.status_code == 303, cookie
            assert answer.headers["location"].startswith("/sign-in")

    async def test_a_wrong_password_is_the_providers_no(self, people: People, office: Office):
        reader = await people.nobody()
        page = await reader.begin()
        answer = await reader.post(str(page.url), data={"user": "ada", "password": "guessed"})
        assert answer.status_code == 403
        assert await actions(office) == []

    async def test_somebody_whom_slack_does_not_know(self, people: People, office: Office, servers):
        servers.bao.call(
            "POST", "identity/entity/name/edsger", metadata={"email": "mallory@elsewhere.example"}
        )
        try:
            reader = await people.nobody()
            answer = await reader.get(await reader.way_back("edsger"))
        finally:
            servers.bao.call(
                "POST", "identity/entity/name/edsger", metadata={"email": "edsger@northwind.example"}
            )
        assert answer.status_code == 403
        assert "Slack knows nobody by that address" in words(answer.text)

    async def test_many_failures_do_not_fill_the_log(self, people: People, office: Office):
        reader = await people.nobody()
        answers = await asyncio.gather(*(reader.get(f"/sign-in/back?code=x&state={n}") for n in range(50)))
        assert {one.status_code for one in answers} == {403}
        assert (await actions(office)).count("door.refused") == 30


class TestForms:
    @pytest.mark.parametrize("path", ["/sign-out", "/export"])
    async def test_are_taken_from_pages_of_the_same_session_alone(self, people: People, path):
        reader, other = await people.signed_in("ada"), await people.signed_in("grace")
        for token in ("", "0" * 64, await other.form("/"), "é"):
            answer = await reader.post(path, data={"csrf": token})
            assert answer.status_code == 403
        assert (await reader.get("/")).status_code == 200

    @pytest.mark.parametrize(
        "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
    )
    async def test_are_not_taken_from_other_sites(self, people: People, headers):
        reader = await people.signed_in("ada")
        answer = await reader.post("/sign-out", data={"csrf": await reader.form("/")}, headers=headers)
        assert answer.status_code == 403


class TestEveryAnswer:
    @pytest.mark.parametrize(
        "path", ["/", "/sign-in", "/search", "/nowhere", "/static/console.css", "/api/v1/me"]
    )
    async def test_has_a_strict_policy(self, people: People, path):
        reader = await people.signed_in("ada")
        answer = await reader.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


async def test_without_a_provider_the_page_says_what_to_set(open_office):
    from tests.web.reader import Anybody

    async with open_office() as office, Anybody(office.url) as reader:
        assert "DAYPASS_OIDC_ISSUER" in await reader.page("/sign-in")
        assert (await reader.get("/sign-in/start")).status_code == 404
        assert (await reader.get("/")).status_code == 303
