"""Who signs in is who the identity provider vouches for, known to Slack, once, in one browser, for a while."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import text

from integrations.oidc import USED_BEFORE
from tests.flow.office import Office
from tests.web.conftest import People, Sharing
from tests.web.reader import words
from workflows.policy.accounts import addresses_of
from workflows.ports import Directory, Person
from workflows.system.sessions import SESSION_LIFETIME, session_id


async def actions(office: Office) -> list[str]:
    return [leaf.action for leaf in await office.log() if leaf.action.startswith(("session.", "http."))]


async def sentences(office: Office) -> list[str]:
    """What the log has for rejected sign-ins."""
    query = text(
        "SELECT text FROM texts JOIN events ON events.id = texts.event"
        " WHERE field = 'sentence' AND seq > :since ORDER BY seq"
    )
    async with office.daypass.store.read_transaction() as connection:
        return list(await connection.scalars(query, {"since": office.beginning.events}))


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


class TestSigningIn(Sharing):
    async def test_shows_who_one_is_and_records_it(self, people: People, office: Office, subtests):
        for name, role in [
            ("ada", "member"),
            ("grace", "member"),
            ("radia", "operator"),
            ("barbara", "auditor"),
        ]:
            with subtests.test(name):
                before = await actions(office)
                reader = await people.signed_in(name)
                assert f"({role}) Sign out" in await reader.page("/")
                assert await actions(office) == [*before, "session.signed-in"]

    async def test_leads_back_to_where_one_wanted_to_go(self, people: People):
        reader = await people.nobody()
        asked = await reader.get("/search?person=Ada&action=access")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/sign-in?then=%2Fsearch%3Fperson%3DAda%26action%3Daccess"
        back = await reader.sign_in("barbara", "/search?person=Ada&action=access")
        assert back.headers["location"] == "/search?person=Ada&action=access"

    async def test_never_leads_elsewhere(self, people: People, subtests):
        for then in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "\t//evil.example",
            "/\t//evil.example",
            "/\t/[",
        ]:
            with subtests.test(then):
                reader = await people.nobody()
                back = await reader.sign_in("ada", then)
                assert back.headers["location"].startswith("/")
                assert "evil" not in back.headers["location"].lstrip("/").split("/")[0]
                again = await reader.get("/sign-in", params={"then": then})
                assert (again.status_code, again.headers["location"]) == (303, back.headers["location"])

    async def test_sets_a_cookie_that_no_script_reads(self, people: People):
        reader = await people.nobody()
        back = await reader.sign_in("ada")
        cookie = next(one for one in back.headers.get_list("set-cookie") if one.startswith("daypass="))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie

    async def test_tells_an_auditor_who_came_by_which_account_and_how_it_ended(
        self, people: People, office: Office, servers
    ):
        reader, barbara = await people.signed_in("ada"), await people.signed_in("barbara")
        session = session_id(reader.client.cookies["daypass"])
        await reader.post("/sign-out", data={"csrf": await reader.form("/")})
        entity = servers.bao.at_root.call("GET", "identity/entity/name/ada")["data"]["id"]
        story = await barbara.page(f"/stories/{session}")
        assert f"Ada Lovelace signed in to the console as the account {entity} of" in story
        assert "The session ended: signed out" in story

    async def test_keeps_no_secret_of_the_session_anywhere(self, people: People, office: Office, caplog):
        reader = await people.signed_in("ada")
        secret = reader.client.cookies["daypass"]
        leaves = str(await office.log())
        assert len(secret) > 40
        assert secret not in leaves
        assert secret not in caplog.text


class TestSigningOut(Sharing):
    async def test_ends_the_session_everywhere(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        kept = reader.client.cookies["daypass"]
        answer = await reader.post("/sign-out", data={"csrf": await reader.form("/")})
        assert answer.headers["location"] == "/sign-in"
        reader.client.cookies.set("daypass", kept, domain="127.0.0.1")
        assert (await reader.get("/")).status_code == 303
        assert await actions(office) == ["session.signed-in", "session.ended"]

    async def test_comes_with_signing_in_anew(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        before = reader.client.cookies["daypass"]
        await reader.sign_in("barbara")
        assert reader.client.cookies["daypass"] != before
        assert await actions(office) == ["session.signed-in", "session.signed-in", "session.ended"]


class TestTheEndOfASession:
    async def test_is_done_by_the_clock_after_eight_hours(self, people: People, office: Office):
        reader = await people.signed_in("ada")
        await office.forward(seconds=(SESSION_LIFETIME - timedelta(minutes=1)).total_seconds())
        assert (await reader.get("/")).status_code == 200
        await office.forward(minutes=1)
        assert (await reader.get("/")).status_code == 303


class TestWhatIsRefused(Sharing):
    async def test_a_way_back_that_was_used_before(self, people: People, office: Office):
        reader = await people.nobody()
        back = await reader.way_back("ada")
        at_the_provider = dict(reader.client.cookies)
        assert (await reader.get(back)).status_code == 303
        for name, value in at_the_provider.items():
            reader.client.cookies.set(name, value, domain="127.0.0.1", path="/sign-in")
        again = await reader.get(back)
        assert again.status_code == 403
        assert "was already used" in words(again.text)
        assert "daypass=" not in str(again.headers.get_list("set-cookie"))
        assert (await actions(office)).count("session.signed-in") == 1
        assert "http.refused" in await actions(office)

    async def test_a_code_that_was_used_before(self, people: People, office: Office):
        first, second = await people.nobody(), await people.nobody()
        used = await first.way_back("ada")
        assert (await first.get(used)).status_code == 303
        begun = await second.begin()
        replayed = {"code": query_of(used)["code"], "state": query_of(str(begun.url))["state"]}
        answer = await second.get("/sign-in/back", params=replayed)
        assert answer.status_code == 403
        assert "was already used or is too old" in words(answer.text)
        assert "daypass" not in second.client.cookies
        assert await actions(office) == ["session.signed-in", "http.refused"]

    async def test_a_state_in_a_cookie_that_daypass_did_not_sign(self, people: People, office: Office):
        reader = await people.nobody()
        back = await reader.way_back("ada")
        whole = reader.client.cookies["daypass-sign-in"]
        content, _, rest = whole.partition(".")
        for forged in (content, f"{content}.AAAA", f"{content}.{rest[:-1]}", f"x{whole}", ""):
            answer = await reader.get(back, headers={"Cookie": f"daypass-sign-in={forged}"})
            assert answer.status_code == 403, forged
            assert "already used or isn't yours" in words(answer.text)
        assert await actions(office) == ["http.refused"] * 5

    async def test_a_providers_no_is_told_in_our_words(self, people: People, office: Office, subtests):
        for error in ("access_denied", "server_error", "Call 555", "x" * 60_000):
            with subtests.test(error[:80]):
                reader = await people.nobody()
                state = query_of(str((await reader.begin()).url))["state"]
                said = {"error": error, "error_description": "Call 555 1234", "state": state}
                answer = await reader.get("/sign-in/back", params=said)
                assert answer.status_code == 403
                assert "555" not in answer.text
                assert "xxx" not in answer.text
                refused = (await sentences(office))[-1]
                assert len(refused) < 400
                assert "555" not in refused
                assert (await reader.get("/sign-in/back", params=said)).status_code == 403

    async def test_words_of_somebody_whom_nobody_sent_are_written_nowhere(
        self, people: People, office: Office, subtests
    ):
        for said in ("Call%20555", "a%00b", "a%0Db", "%ED%A0%80", "A" * 60_000):
            with subtests.test(said[:80]):
                reader = await people.nobody()
                short = said[:1_000]
                answer = await reader.get(
                    f"/sign-in/back?error={short}&error_description={said}&state={short}"
                )
                assert answer.status_code == 403
                assert words(answer.text).count(USED_BEFORE) == 1
                assert set(await sentences(office)) == {f"{USED_BEFORE} It came from 127.0.0.1."}

    async def test_a_way_back_in_another_browser(self, people: People, office: Office):
        victim, attacker = await people.nobody(), await people.nobody()
        back = await attacker.way_back("ada")
        answer = await victim.get(back)
        assert answer.status_code == 403
        assert "daypass" not in victim.client.cookies
        await victim.begin()
        assert (await victim.get(back)).status_code == 403
        assert "session.signed-in" not in await actions(office)

    async def test_a_way_back_that_nobody_set_out_on(self, people: People, office: Office, subtests):
        for query in ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied&state=%00"]:
            with subtests.test(query):
                reader = await people.nobody()
                answer = await reader.get(f"/sign-in/back{query}")
                assert answer.status_code == 403
                assert "Sign-in failed" in words(answer.text)
        assert await actions(office) == ["http.refused"] * 5

    async def test_a_cookie_from_elsewhere(self, people: People):
        reader = await people.nobody()
        session = session_id((await people.signed_in("ada")).client.cookies["daypass"])
        for cookie in ("", "x", "é", "a" * 5_000, "ses_" + "A" * 26, session, "%00"):
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
        servers.bao.at_root.call(
            "POST", "identity/entity/name/edsger", metadata={"email": "mallory@elsewhere.example"}
        )
        try:
            reader = await people.nobody()
            answer = await reader.get(await reader.way_back("edsger"))
        finally:
            servers.bao.at_root.call(
                "POST", "identity/entity/name/edsger", metadata={"email": "edsger@northwind.example"}
            )
        assert answer.status_code == 403
        assert "No single Slack account has the address" in words(answer.text)

    async def test_many_failures_do_not_fill_the_log(self, people: People, office: Office):
        reader = await people.nobody()
        answers = await asyncio.gather(*(reader.get(f"/sign-in/back?code=x&state={n}") for n in range(50)))
        assert {one.status_code for one in answers} == {403}
        assert (await actions(office)).count("http.refused") == 30


class TestAtAnAddressOfHttps:
    @pytest.fixture
    async def office(self, open_office, signing_in) -> AsyncIterator[Office]:
        async with open_office(**{**signing_in, "daypass_url": "https://daypass.example"}) as office:
            yield office

    async def test_the_cookie_of_the_way_is_one_that_nothing_else_can_set(self, people: People):
        start = await (await people.nobody()).get("/sign-in/start")
        (cookie,) = start.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-daypass-sign-in=")
        attributes = {one.strip().lower() for one in cookie.split(";")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
        assert "domain" not in cookie.lower()


class TestBesideTheWay(Sharing):
    async def test_there_are_pages_too(self, people: People, subtests):
        for method, path, status, said in [
            ("GET", "/sign-in/nowhere", 404, "There is no page at this address."),
            ("POST", "/sign-in/start", 405, "This page can't be used that way."),
        ]:
            with subtests.test(method):
                reader = await people.nobody()
                answer = await reader.client.request(method, path)
                assert answer.status_code == status
                assert answer.headers["content-type"].startswith("text/html")
                assert said in words(answer.text)


class TestAnAccount:
    def directory(self, *emails: str | None) -> Directory:
        people = [Person(f"U{n}", f"Somebody {n}", email) for n, email in enumerate(emails)]
        return Directory({one.id: one for one in people}, addresses=addresses_of(people).owners)

    def test_is_found_by_its_address_however_it_is_written(self):
        assert self.directory(None, "Kim@Northwind.example").account_with("kim@northwind.EXAMPLE") == "U1"

    @pytest.mark.parametrize(
        ("theirs", "email"),
        [
            ("strasse@x.example", "stra\u00dfe@x.example"),
            ("kim@x.example", "\u212aim@x.example"),
            ("\u212aim@x.example", "kim@x.example"),
            ("kim@x.example", " kim@x.example"),
            ("\u00fc@x.example", "\u00fc@x.example"),
            ("", ""),
            (None, ""),
        ],
    )
    def test_is_not_found_by_one_that_only_looks_alike(self, theirs, email):
        assert self.directory(theirs).account_with(email) is None

    def test_is_not_found_by_an_address_that_two_have(self):
        assert self.directory("kim@x.example", "KIM@x.example").account_with("kim@x.example") is None


class TestForms(Sharing):
    async def test_are_taken_from_pages_of_the_same_session_alone(self, people: People, subtests):
        reader, other = await people.signed_in("ada"), await people.signed_in("grace")
        for path in ("/sign-out", "/export"):
            with subtests.test(path):
                for token in ("", "0" * 64, await other.form("/"), "é"):
                    answer = await reader.post(path, data={"csrf": token})
                    assert answer.status_code == 403
                assert (await reader.get("/")).status_code == 200

    async def test_are_not_taken_from_other_sites(self, people: People, subtests):
        reader = await people.signed_in("ada")
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},
        ):
            with subtests.test(str(headers)):
                answer = await reader.post(
                    "/sign-out", data={"csrf": await reader.form("/")}, headers=headers
                )
                assert answer.status_code == 403


class TestEveryAnswer(Sharing):
    async def test_has_a_strict_policy(self, people: People, subtests):
        reader = await people.signed_in("ada")
        for path in ("/", "/sign-in", "/search", "/nowhere", "/static/console.css", "/api/v1/me"):
            with subtests.test(path):
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
