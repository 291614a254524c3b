"""What every kind of ticket system has to say: whether a ticket is open, and that it can't be seen when it can't.

A new kind needs a stand-in in tests/access/ticket_systems.py.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.servers import free_port
from integrations.egress import Reach
from integrations.tickets import TICKET_KINDS, TicketAddress, open_tickets
from tests.access.ticket_systems import SECRET, SYSTEMS, System, github_issue, jira_issue
from tests.outgoing.hostile import Hostile, Speaks, answer, dripping, hostile
from workflows.access.tickets import NO_ANSWER, read_ticket
from workflows.policy.tickets import TicketReading

SECONDS = 5.0
ESCAPES = (
    "../../admin",
    "OPS-1/../../user",
    "OPS-1?expand=all",
    "OPS-12#",
    "OPS-１",
    "northwind/../infra#1",
    "northwind/..#1",
    "../..#1",
    "a/b/c#1",
    "northwind/infra#0x1",
    "%2e%2e",
    "..",
    "",
    " ",
    "a\nb",
    "a\0b",
    "\ud800",
    "x" * 500,
)
"""What isn't a key, or would lead elsewhere if it were put into an address as it is."""


@pytest.fixture(params=sorted(TICKET_KINDS))
def system(request: pytest.FixtureRequest) -> System:
    return SYSTEMS[request.param]


@asynccontextmanager
async def serving(says: Speaks, **by_path: Speaks) -> AsyncIterator[Hostile]:
    async with hostile(says, **by_path) as found:
        yield found


async def read(address: TicketAddress, key: str, seconds: float = SECONDS) -> TicketReading:
    async with open_tickets({"desk": address}, Reach()) as tickets:
        return await read_ticket(tickets, "desk", key, seconds)


def test_every_kind_is_registered_and_has_a_stand_in() -> None:
    assert set(TICKET_KINDS) == set(SYSTEMS)


class TestEveryKind:
    async def test_says_that_a_ticket_is_open_and_what_it_is_called(self, system: System) -> None:
        async with serving(system.says()) as server:
            found = await read(system.address(server.url), system.typed)
        assert (found.source, found.status, found.key, found.project, found.said, found.title) == (
            "desk",
            "open",
            system.key,
            system.project,
            system.open_said,
            "Backfill the ranking features",
        )
        assert server.asked[0].split()[1] == system.path
        assert f"authorization: bearer {SECRET}" in server.asked[0].casefold()

    async def test_says_that_a_ticket_is_closed(self, system: System) -> None:
        async with serving(system.says(is_open=False)) as server:
            found = await read(system.address(server.url), system.typed)
        assert (found.status, found.said, found.is_over) == ("closed", system.closed_said, True)

    async def test_says_that_there_is_no_such_ticket(self, system: System) -> None:
        for status in ("404 Not Found", system.gone):
            async with serving(answer(status=status)) as server:
                found = await read(system.address(server.url), system.typed)
            assert (found.status, found.is_over) == ("missing", False)

    @pytest.mark.parametrize("key", ESCAPES)
    async def test_asks_for_nothing_but_a_ticket(self, system: System, key: str) -> None:
        async with serving(answer(status="404 Not Found")) as server:
            found = await read(system.address(server.url), key)
        assert found.status == "missing"
        within = system.path.rpartition("/")[0] + "/"
        for head in server.asked:
            path = head.split()[1]
            assert path.startswith(within) or path.startswith("/repos/")
            assert ".." not in path
            assert "%2e" not in path.casefold()

    @pytest.mark.parametrize(
        "status", ["500 Error", "503 Away", "429 Too Many", "401 No", "403 No", "302 Found", "204 None"]
    )
    async def test_that_can_t_be_asked_is_nobody_s_yes(self, system: System, status: str) -> None:
        headers = "Location: /elsewhere\r\n"
        async with serving(answer(b"", status, headers), elsewhere=system.says()) as server:
            found = await read(system.address(server.url), system.typed)
        assert found.status == "unreadable"
        assert found.why
        assert SECRET not in found.why
        assert not any("elsewhere" in head.split()[1] for head in server.asked)

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>", b"[]", b"null", b"{}", b'{"key": 7}', b"\xff", b"[" * 100_000, b"x" * (2 << 20)],
    )
    async def test_whose_answer_is_something_else_is_nobody_s_yes(self, system: System, body: bytes) -> None:
        async with serving(answer(body)) as server:
            assert (await read(system.address(server.url), system.typed)).status == "unreadable"

    async def test_that_is_away_or_slow_is_nobody_s_yes(self, system: System) -> None:
        away = await read(system.address(f"http://127.0.0.1:{free_port()}"), system.typed)
        assert away.status == "unreadable"
        async with serving(dripping()) as server:
            slow = await read(system.address(server.url), system.typed, 0.05)
        assert (slow.status, slow.why) == ("unreadable", NO_ANSWER)

    async def test_that_asks_daypass_to_wait_isn_t_asked_meanwhile(self, system: System) -> None:
        async with (
            serving(answer(status="429 Too Many", headers="Retry-After: 30\r\n")) as server,
            open_tickets({"desk": system.address(server.url)}, Reach()) as tickets,
        ):
            for _ in range(3):
                assert (await read_ticket(tickets, "desk", system.typed, SECONDS)).status == "unreadable"
        assert len(server.asked) == 1

    async def test_can_t_make_its_words_long_or_several_lines(self, system: System) -> None:
        words = "a\nb\x1b[1m\u202e" + "x" * 5_000
        changed: dict[str, Any] = {"title": words, "status": words}
        if system.kind == "jira":
            changed = {"fields": {**jira_issue(True)["fields"], "summary": words}}
        async with serving(
            system.says(**(changed if system.kind != "github" else {"title": words}))
        ) as server:
            found = await read(system.address(server.url), system.typed)
        assert found.status == "open"
        assert len(found.title) <= 200
        assert "\n" not in found.title
        assert "\x1b" not in found.title


class TestJira:
    jira = SYSTEMS["jira"]

    async def test_takes_an_e_mail_address_with_its_token(self) -> None:
        async with serving(self.jira.says()) as server:
            await read(self.jira.address(server.url, username="daypass@northwind.example"), "OPS-12")
        assert "authorization: basic ZGF5cGFzc0Bub3J0aHdpbmQuZXhhbXBsZTpk" in server.asked[0].replace(
            "Authorization: Basic", "authorization: basic"
        )

    async def test_links_to_where_people_read_it(self) -> None:
        async with serving(self.jira.says()) as server:
            assert (await read(self.jira.address(server.url), "OPS-12")).link == f"{server.url}/browse/OPS-12"
            there = self.jira.address(server.url, link="https://jira.example/browse/{key}")
            assert (await read(there, "OPS-12")).link == "https://jira.example/browse/OPS-12"

    async def test_a_ticket_that_was_moved_is_what_it_is_called_now(self) -> None:
        moved = {**jira_issue(True)["fields"], "project": {"key": "SEC"}}
        async with serving(self.jira.says(key="SEC-3", fields=moved)) as server:
            found = await read(self.jira.address(server.url), "OPS-12")
        assert (found.key, found.project) == ("SEC-3", "SEC")

    async def test_one_that_treats_daypass_as_a_stranger_is_nobody_s_yes(self) -> None:
        """Jira answers an expired token as it would anybody (https://github.com/MrRefactoring/jira.js/issues/418)."""
        failed = "X-Seraph-LoginReason: AUTHENTICATED_FAILED\r\n"
        for says in (self.jira.says(headers=failed), answer(status="404 Not Found", headers=failed)):
            async with serving(says) as server:
                assert (await read(self.jira.address(server.url), "OPS-12")).status == "unreadable"

    async def test_a_status_of_no_category_is_neither_open_nor_closed(self) -> None:
        fields = jira_issue(True)["fields"]
        fields["status"]["statusCategory"]["key"] = "undefined"
        async with serving(self.jira.says(fields=fields)) as server:
            assert (await read(self.jira.address(server.url), "OPS-12")).status == "unreadable"


class TestGitHub:
    github = SYSTEMS["github"]

    async def test_a_number_alone_is_of_the_configured_repository(self) -> None:
        async with serving(self.github.says()) as server:
            for key in ("#12", "12"):
                at = self.github.address(server.url, project="northwind/infra")
                assert (await read(at, key)).key == "northwind/infra#12"
            assert (await read(self.github.address(server.url), "#12")).status == "missing"

    async def test_a_pull_request_is_no_issue(self) -> None:
        async with serving(self.github.says(pull_request={"url": "https://api.github.com/"})) as server:
            assert (await read(self.github.address(server.url), self.github.typed)).status == "missing"

    async def test_an_issue_that_was_transferred_isn_t_followed(self) -> None:
        moved = answer(b"{}", "301 Moved Permanently", "Location: /repositories/1/issues/1\r\n")
        async with serving(moved, repositories=self.github.says()) as server:
            assert (await read(self.github.address(server.url), self.github.typed)).status == "missing"
        assert len(server.asked) == 1

    async def test_an_answer_for_another_issue_isn_t_taken(self) -> None:
        async with serving(self.github.says(number=13)) as server:
            assert (await read(self.github.address(server.url), self.github.typed)).status == "unreadable"

    @pytest.mark.parametrize("status", ["403 Forbidden", "429 Too Many Requests"])
    @pytest.mark.parametrize(
        "headers", ["X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 4102444800\r\n", "Retry-After: 60\r\n"]
    )
    async def test_its_rate_limit_is_kept(self, headers: str, status: str) -> None:
        async with (
            serving(answer(status=status, headers=headers)) as server,
            open_tickets({"desk": self.github.address(server.url)}, Reach()) as tickets,
        ):
            first = await read_ticket(tickets, "desk", self.github.typed, SECONDS)
            await read_ticket(tickets, "desk", self.github.typed, SECONDS)
        assert first.why == "GitHub's rate limit is used up."
        assert len(server.asked) == 1

    async def test_what_hasn_t_changed_isn_t_sent_again(self) -> None:
        first = answer(json.dumps(github_issue(True)).encode(), headers='ETag: "abc"\r\n')
        async with (
            serving(first) as server,
            open_tickets({"desk": self.github.address(server.url)}, Reach()) as tickets,
        ):
            seen = await read_ticket(tickets, "desk", self.github.typed, SECONDS)
            server.says = answer(b"", "304 Not Modified")
            assert await read_ticket(tickets, "desk", self.github.typed, SECONDS) == seen
            server.says = self.github.says(is_open=False)
            assert (await read_ticket(tickets, "desk", self.github.typed, SECONDS)).status == "closed"
        assert 'if-none-match: "abc"' in server.asked[1].casefold()

    async def test_links_to_github_or_to_the_enterprise_server(self) -> None:
        async with serving(self.github.says()) as server:
            address = replace(self.github.address(f"{server.url}/api/v3"), project=None)
            found = await read(address, self.github.typed)
        assert found.link == f"{server.url}/northwind/infra/issues/12"


class TestAnyOther:
    async def test_links_only_where_the_operator_says(self) -> None:
        http = SYSTEMS["http"]
        async with serving(http.says(url="https://elsewhere.example/")) as server:
            assert (await read(http.address(server.url), "REQ/7")).link == ""
            there = http.address(server.url, link="https://desk.example/t?id={key}")
            assert (await read(there, "REQ/7")).link == "https://desk.example/t?id=REQ%2F7"

    @pytest.mark.parametrize("said", ["yes", 1, None, "false"])
    async def test_only_true_is_open(self, said: object) -> None:
        http = SYSTEMS["http"]
        async with serving(http.says(open=said)) as server:
            assert (await read(http.address(server.url), "REQ/7")).status == "unreadable"


async def test_a_system_that_isn_t_set_up_says_so() -> None:
    found = await read_ticket({}, "jira", "OPS-12", SECONDS)
    assert found.status == "unreadable"
    assert "DAYPASS_TICKETS" in found.why
