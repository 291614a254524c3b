"""Access in Python: a login for a block, and an engine that signs in with one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from daypass import grants
from daypass.api import Daypass
from daypass.databases import Lease
from daypass.errors import Denied, NotInTime, Over, Refused
from daypass.grants import Wish
from daypass.holding import spelled
from daypass.magic import Asked, read_line
from tests.client.double import CONNECT, SECRET, Double

WISH = Wish("warehouse", "1h", "the nightly features look wrong")


def script(home: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**home, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )


class TestABlock:
    CODE = """
import daypass
with daypass.access("warehouse", hours=1, because="the nightly features look wrong") as login:
    print(login["username"], len(login), login)
    assert login.env["PGPASSWORD"] == login["password"]
"""

    def test_has_a_login_that_is_given_back_after_it(self, double, home):
        done = script(home, self.CODE)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{SECRET['username']} 2 Login(")
        assert SECRET["password"] not in done.stdout + done.stderr
        assert double.calls("POST", "/requests")[0]["duration"] == "60m"
        assert len(double.calls("POST", "/give-back")) == 1

    def test_is_not_entered_if_it_is_denied_and_says_why(self, double, home):
        double.decides = "denied"
        done = script(home, self.CODE)
        assert (
            "daypass.errors.Denied: Grace Hopper denied your request for warehouse: not before" in done.stderr
        )
        assert done.stdout == ""

    def test_is_given_back_if_it_fails(self, double, api, told, tmp_path):
        with pytest.raises(ZeroDivisionError), grants.use(api, WISH, told.append, tmp_path):
            raise ZeroDivisionError
        assert len(double.calls("POST", "/give-back")) == 1

    def test_tells_who_denied_it_and_why(self, double, api, told, tmp_path):
        double.decides = "denied"
        with pytest.raises(Denied) as denied, grants.use(api, WISH, told.append, tmp_path):
            pass
        assert (denied.value.by, denied.value.reason) == ("Grace Hopper", "not before the sale")

    def test_waits_no_longer_than_it_should(self, double, api, told, tmp_path):
        double.decides = "pending"
        wish = Wish("warehouse", "1h", "why", timeout=0)
        with pytest.raises(NotInTime), grants.use(api, wish, told.append, tmp_path):
            pass
        assert next(iter(double.requests.values()))["status"] == "pending"

    def test_inside_another_leaves_the_access_to_that(self, double, api, told, tmp_path):
        with grants.use(api, WISH, told.append, tmp_path):
            with grants.use(api, Wish("warehouse"), told.append, tmp_path):
                pass
            assert double.calls("POST", "/give-back") == []
        assert len(double.calls("POST", "/give-back")) == 1

    def test_uses_only_access_with_the_inputs_that_were_asked_for(self, double, api, told, tmp_path):
        eu = double.new("active", inputs={"dataset": "eu", "dry_run": "yes"})
        same = grants.hold(
            api, Wish("warehouse", inputs={"dataset": "EU", "dry_run": True}), told.append, tmp_path
        )
        assert same.id == eu["id"]
        assert "with dataset=eu, dry_run=yes" in told[-1]
        us = Wish("warehouse", "1h", "why", inputs={"dataset": "us"})
        assert grants.hold(api, us, told.append, tmp_path).id != eu["id"]
        assert double.calls("POST", "/requests")[0]["inputs"] == {"dataset": "us"}

    def test_whose_credential_was_lost_on_the_way_is_asked_for_once_more(self, double, api, told, tmp_path):
        lost = {"detail": "This Idempotency-Key was already used.", "code": "handed-over"}
        double.fails["POST /credentials"] = (409, lost)
        held = grants.hold(api, WISH, told.append, tmp_path)
        with pytest.raises(Refused, match="already used"):
            grants.get_login(api, held)
        assert len(double.calls("POST", "/credentials")) == 2


class TestADuration:
    @pytest.mark.parametrize(
        ("hours", "minutes", "words"), [(1, 0, "60m"), (1.5, 0, "90m"), (0, 0.5, "30s"), (0, 0, None)]
    )
    def test_is_told_in_words(self, hours, minutes, words):
        assert spelled(hours, minutes) == words


class TestALine:
    @pytest.mark.parametrize(
        ("line", "asked"),
        [
            ("warehouse", Asked("warehouse", None, None)),
            ("warehouse 1h", Asked("warehouse", "1h", None)),
            ("warehouse 1h because it's stale", Asked("warehouse", "1h", "it's stale")),
            ("warehouse for 2 hours because of that", Asked("warehouse", "2 hours", "of that")),
            ("warehouse because  x because y", Asked("warehouse", None, "x because y")),
            ("warehouse 1h dataset=eu because a=b", Asked("warehouse", "1h", "a=b", {"dataset": "eu"})),
            ("warehouse dataset=eu rows=5", Asked("warehouse", None, None, {"dataset": "eu", "rows": "5"})),
        ],
    )
    def test_of_the_magic_is_read_as_people_write_it(self, line, asked):
        assert read_line(line) == asked


class TestAnEngine:
    @pytest.fixture
    def lease(self, double: Double, api: Daypass, told: list[str], tmp_path: Path) -> Iterator[Lease]:
        double.connect = {**CONNECT, "url": f"sqlite:///{tmp_path}/<username>.db"}

        @contextmanager
        def open_api(tell: object) -> Iterator[Daypass]:
            yield api

        lease = Lease(WISH, False, told.append, open_api, tmp_path / "in-use")
        yield lease
        lease.end()

    def test_signs_in_with_the_login_that_its_url_does_not_show(self, lease, tmp_path):
        engine = lease.engine({})
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
        assert SECRET["password"] not in repr(engine)

    def test_is_given_back_when_it_is_disposed_of_once(self, double, lease):
        engine = lease.engine({})
        engine.dispose()
        engine.dispose()
        assert len(double.calls("POST", "/give-back")) == 1

    def test_gets_another_login_while_there_is_access(self, double, lease, told):
        double.lasts = timedelta(hours=2)
        double.new("active")
        lease._login = grants.Login(lease._login.fields, lease._login.recipe, lease._api.now())
        assert lease.login().expires_at > lease._api.now()

    def test_without_access_says_how_to_ask_again(self, double, lease):
        engine = lease.engine({})
        engine.dispose()
        with pytest.raises(Over, match=r'daypass\.engine\("warehouse"'), engine.connect():
            pass
