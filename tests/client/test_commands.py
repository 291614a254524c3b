"""`daypass access …` as a person: the same words as for a machine, and an answer to whatever goes wrong."""

import json

from tests.client.conftest import TOKEN, home_of
from tests.client.test_run import run

ASKED = ("--for", "1h", "--because", "the nightly features look wrong")


class TestAccess:
    def test_is_requested(self, double, home):
        done = run(home, "access", "request", "warehouse", *ASKED)
        (given,) = double.calls("POST", "/requests")
        assert done.stdout.strip() == next(iter(double.requests))
        assert given["justification"] == ASKED[-1]
        assert given["duration"] == "1h"

    def test_is_requested_with_a_kit(self, double, home):
        done = run(home, "access", "request-kit", "churn", *ASKED)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == list(double.requests)
        assert len(double.requests) == 2
        assert "Samples, active" in done.stderr
        assert "The policy refused backfill (condition)" in done.stderr
        (given,) = double.calls("POST", "/kit-requests")
        assert (given["kit"], given["duration"]) == ("churn", "1h")

    def test_is_listed(self, double, home):
        active, pending = double.new("active"), double.new("pending")
        double.new("ended")
        shown = run(home, "access", "list").stdout
        assert all(one["id"] in shown for one in (active, pending))
        assert "Waiting for Grace Hopper" in shown
        found = json.loads(run(home, "access", "list", "--json").stdout)["items"]
        assert {one["id"] for one in found} == {active["id"], pending["id"]}

    def test_that_nobody_has_says_what_to_do(self, double, home):
        assert "daypass access available" in run(home, "access", "list").stderr

    def test_that_can_be_requested_is_listed(self, double, home):
        assert "Read the feature warehouse" in run(home, "access", "available").stdout

    def test_is_extended_by_what_it_is_access_to(self, double, home):
        active = double.new("active")
        done = run(home, "access", "extend", "warehouse", *ASKED)
        assert done.returncode == 0, done.stderr
        assert double.requests[done.stdout.strip()]["extends"] == active["id"]

    def test_is_given_back_by_its_id_too(self, double, home):
        active = double.new("active")
        assert "your access has ended" in run(home, "access", "give-back", active["id"]).stderr
        assert active["status"] == "ended"

    def test_that_is_not_there_can_not_be_given_back(self, double, home):
        done = run(home, "access", "give-back", "warehouse")
        assert done.returncode == 1
        assert "You have no active access to warehouse" in done.stderr

    def test_is_withdrawn_while_pending(self, double, home):
        pending = double.new("pending")
        assert pending["id"] in run(home, "access", "withdraw", "warehouse").stderr
        assert pending["status"] == "withdrawn"


class TestAccepting:
    def test_an_approvers_conditions_are_shown_and_accepted_by_their_digest(self, double, home):
        offered = double.offer("Only the churn tables.")
        done = run(home, "access", "accept", "warehouse")
        assert done.returncode == 1
        assert "Grace Hopper: Only the churn tables." in done.stderr
        assert "--yes" in done.stderr
        done = run(home, "access", "accept", "warehouse", "--yes")
        assert done.returncode == 0, done.stderr
        assert double.calls("POST", f"{offered['id']}/accept") == [{"digest": offered["digest"]}]

    def test_what_someone_requested_for_one_is_found_too(self, double, home):
        proposed = double.new(
            "proposed", justification="for the night shift", approved_seconds=1_800, digest="0" * 64
        )
        assert "Waiting for you to accept" in run(home, "access", "list").stdout
        done = run(home, "access", "accept", proposed["id"], "--yes")
        assert "Requested for you: warehouse for 30 min, because: for the night shift" in done.stderr
        assert done.returncode == 0

    def test_whoever_waits_is_told_how(self, double, home):
        double.decides = "offered"
        done = run(home, "access", "request", "warehouse", *ASKED, "--wait", "--timeout", "1s")
        assert "Grace Hopper: Only the churn tables." in done.stderr
        assert f"daypass access accept {next(iter(double.requests))}" in done.stderr

    def test_nothing_that_waits_is_said(self, double, home):
        assert "Nothing of warehouse waits" in run(home, "access", "accept", "warehouse", "--yes").stderr


class TestBreakGlass:
    def test_is_taken_with_the_clients_own_words(self, double, home):
        because = ("--because", "the nightly job dropped a table")
        assert "--yes" in run(home, "access", "break-glass", "warehouse", *because).stderr
        assert double.requests == {}
        done = run(home, "access", "break-glass", "warehouse", *because, "--yes")
        assert done.returncode == 0, done.stderr
        assert double.calls("POST", "/break-glass") == [
            {"entitlement": "warehouse", "justification": because[1]}
        ]
        assert done.stdout.strip() == next(iter(double.requests))


class TestWhoSomebodyIs:
    def test_is_shown(self, double, home):
        assert "Ada Lovelace (ada@northwind.example)" in run(home, "whoami").stdout

    def test_is_nobody_before_they_sign_in(self, double, tmp_path):
        done = run(home_of(tmp_path, double.url), "access", "list")
        assert done.returncode == 1
        assert f"You aren't signed in to {double.url}. Run: daypass login" in done.stderr

    def test_is_nobody_once_the_session_was_revoked(self, double, home):
        double.tokens.clear()
        done = run(home, "access", "list")
        assert done.returncode == 1
        assert "Sign in again: daypass login" in done.stderr

    def test_stands_in_no_output(self, double, home):
        for arguments in (["whoami"], ["access", "list"], ["logout"]):
            done = run(home, *arguments)
            assert TOKEN not in done.stdout + done.stderr
