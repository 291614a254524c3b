"""Signing in from a terminal: only the answer to this very attempt counts, and no secret is shown."""

import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from daypass.device import sign_in
from daypass.errors import DaypassError, NotSignedIn, Refused
from daypass.login import has_browser, log_in, log_out
from daypass.oidc import Client, discover
from daypass.sessions import Session, Sessions
from daypass.settings import read_caller, read_url
from tests.client.conftest import TOKEN, session_at
from tests.client.double import CLIENT_ID, Double

DESKTOP = {"DISPLAY": ":0", "BROWSER": "firefox"}
PENDING, SLOWER = {"error": "authorization_pending"}, {"error": "slow_down"}


@pytest.fixture
def sessions(tmp_path) -> Sessions:
    return Sessions(tmp_path / "daypass")


class Browser:
    """Opens pages in a thread, as a browser does beside the terminal, and follows where it is sent."""

    def __init__(self) -> None:
        self.pages: list[httpx2.Response] = []
        self.threads: list[threading.Thread] = []

    def __call__(self, address: str) -> bool:
        self.threads.append(threading.Thread(target=self.visit, args=(address,)))
        self.threads[-1].start()
        return True

    def visit(self, address: str) -> None:
        self.pages.append(httpx2.get(address, follow_redirects=True))

    def closed(self) -> str:
        for one in self.threads:
            one.join(10)
        return self.pages[-1].text


def signed_in(double: Double, sessions: Sessions, told: list[str], browse=None, **more) -> Session:
    return log_in(sessions, double.url, told.append, browse=browse or Browser(), environment=DESKTOP, **more)


class TestByBrowser:
    def test_gives_a_session_that_is_kept_and_never_shown(self, double, sessions, told):
        browser = Browser()
        session = signed_in(double, sessions, told, browser)
        assert "You can close this window" in browser.closed()
        assert sessions.find(double.url) == session
        assert sessions.last_url == double.url
        assert session.token not in repr(session)
        assert not [line for line in told if session.token in line]
        assert "Signed in as Ada Lovelace" in told[-1]

    def test_hands_over_the_id_token_with_its_nonce_and_the_computers_name(self, double, sessions, told):
        signed_in(double, sessions, told)
        (given,) = double.calls("POST", "/sessions")
        assert given["id_token"].startswith("e30.")
        assert given["nonce"]
        assert given["device"]

    def test_an_answer_to_another_attempt_is_not_taken(self, double, sessions, told):
        """A page in the same browser can call the listener; it doesn't know the state."""
        pages = []

        class Attacked(Browser):
            def visit(self, address: str) -> None:
                asked = {name: texts[0] for name, texts in parse_qs(urlsplit(address).query).items()}
                forged = ({"code": "x"}, {"code": "x", "state": "guessed"})
                pages.extend(httpx2.get(f"{asked['redirect_uri']}?{urlencode(one)}") for one in forged)
                elsewhere = {"Host": "rebound.example"}
                pages.append(httpx2.get(asked["redirect_uri"], headers=elsewhere))
                super().visit(address)

        signed_in(double, sessions, told, Attacked())
        assert [one.status_code for one in pages] == [400, 400, 400]

    def test_an_answer_of_another_provider_is_refused(self, double, sessions, told):
        double.named = "https://elsewhere.example"
        with pytest.raises(DaypassError, match="another identity provider"):
            signed_in(double, sessions, told)
        assert double.calls("POST", "/idp/token") == []

    @pytest.mark.parametrize("claims", [{"aud": "the-console"}, {"iss": "https://elsewhere"}, {"nonce": "x"}])
    def test_a_token_for_something_else_is_not_used(self, double, sessions, told, claims):
        double.claims = claims
        with pytest.raises(DaypassError, match="isn't an answer to this sign-in"):
            signed_in(double, sessions, told)
        assert double.calls("POST", "/sessions") == []

    def test_a_refusal_is_told_in_daypasses_words(self, double, sessions, told):
        body = {"detail": "Guests can't sign in.", "code": "sign-in-failed"}
        double.fails["POST /sessions"] = (403, body)
        with pytest.raises(Refused, match="Guests can't sign in"):
            signed_in(double, sessions, told)
        assert sessions.find(double.url) is None

    def test_where_there_is_none_daypass_says_so(self, double, sessions, told):
        double.fails["GET /login"] = (404, {"detail": "Signing in isn't set up.", "code": "no-sign-in"})
        with pytest.raises(Refused, match="isn't set up"):
            signed_in(double, sessions, told)


class TestByCode:
    def sign_in(self, double, sessions, told, **more):
        return log_in(sessions, double.url, told.append, browse=pytest.fail, environment={}, **more)

    def test_is_chosen_where_no_browser_can_be_opened(self, double, sessions, told):
        double.has_devices, double.device = True, [PENDING, PENDING]
        session = self.sign_in(double, sessions, told)
        assert session.person.startswith("Ada")
        assert told[0] == f"Open {double.url}/idp/activate on any device and enter the code BCDF-GHJK"
        assert "nonce" not in double.calls("POST", "/sessions")[0]

    def test_can_be_declined(self, double, sessions, told):
        double.has_devices, double.device = True, [PENDING, {"error": "access_denied"}]
        with pytest.raises(DaypassError, match="You declined"):
            self.sign_in(double, sessions, told)

    def test_expires(self, double, sessions, told):
        double.has_devices, double.device = True, [PENDING, {"error": "expired_token"}]
        with pytest.raises(DaypassError, match="The code expired"):
            self.sign_in(double, sessions, told)

    def test_needs_a_provider_that_has_it(self, double, sessions, told):
        with pytest.raises(DaypassError, match="without --device"):
            self.sign_in(double, sessions, told, by_code=True)

    def test_looks_no_more_often_than_it_is_asked_to(self, double, told):
        double.has_devices, double.device = True, [PENDING, SLOWER, PENDING]
        pauses: list[float] = []
        client = Client(f"{double.url}/idp", CLIENT_ID, ["openid"])
        with httpx2.Client() as http:
            provider = discover(http, client.issuer)
            sign_in(http, provider, client, told.append, clock=lambda: sum(pauses), sleep=pauses.append)
        assert pauses == [0.01, 0.01, 5.01, 5.01]


class TestABrowser:
    def test_on_another_computers_screen_is_none(self):
        assert not has_browser({**DESKTOP, "SSH_CONNECTION": "10.0.0.1 22"})
        assert not has_browser({})


class TestSigningOut:
    def test_ends_the_session_there_and_here(self, double, sessions, told):
        sessions.keep(session_at(double.url))
        log_out(sessions, double.url, told.append)
        assert sessions.find(double.url) is None
        assert TOKEN not in double.tokens
        assert told == [f"Signed out of {double.url}."]

    def test_with_daypass_away_says_when_the_session_ends_and_forgets_it(self, double, sessions, told):
        sessions.keep(session_at(double.url))
        double.fails["DELETE /sessions/current"] = (500, {"detail": "Broken.", "code": "broken"})
        with pytest.raises(DaypassError, match="ends by itself at"):
            log_out(sessions, double.url, told.append)
        assert sessions.find(double.url) is None


class TestWhoCalls:
    def test_is_the_machine_whose_token_is_set(self, sessions, tmp_path):
        file = tmp_path / "token"
        file.write_text("a.b.c\n")
        found = read_caller(sessions, {"DAYPASS_URL": "https://d.example", "DAYPASS_TOKEN_FILE": str(file)})
        assert (found.token(), found.is_machine) == ("a.b.c", True)

    def test_is_nobody_after_the_session(self, sessions):
        sessions.keep(session_at("https://d.example", hours=-1))
        with pytest.raises(NotSignedIn, match="Your session ended at"):
            read_caller(sessions, {"DAYPASS_URL": "https://d.example"})

    def test_goes_nowhere_else_than_where_they_signed_in(self, sessions):
        sessions.keep(session_at("https://d.example"))
        with pytest.raises(NotSignedIn, match=r"You aren't signed in to https://evil\.example"):
            read_caller(sessions, {"DAYPASS_URL": "https://evil.example"})

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://daypass.example", "readable on the network"),
            ("https://ada:secret@daypass.example", "remove the user name"),
            ("https://daypass.example/app", "must end after the host"),
            ("daypass.example", "isn't an address"),
        ],
    )
    def test_is_told_what_is_wrong_with_an_address(self, sessions, url, words):
        with pytest.raises(DaypassError, match=words) as wrong:
            read_url(sessions, {"DAYPASS_URL": url})
        assert "secret" not in str(wrong.value).replace("secrets", "")

    def test_is_told_what_to_set(self, sessions):
        with pytest.raises(DaypassError, match="DAYPASS_URL is not set"):
            read_url(sessions, {})
