"""From “I need the warehouse” to a query's result: one command or one statement, and an approval.

On a real Daypass with its OpenBao, PostgreSQL and Slack sandbox, from a computer on which nobody has signed in yet.
`steps` is all that people do.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.demo.identity import PASSWORD
from tests.client.conftest import home_of
from tests.client.test_notebook import Cell, started
from tests.flow.deeds import press
from tests.flow.office import APPROVALS, Office
from tests.terminals import TOOLS, in_terminal, texts_in
from workflows.access.commands import ReviewAccess
from workflows.access.state import Access
from workflows.workflow import Actor

WHY = "last night's ranking features look stale"
QUERY = "SELECT count(*) FROM features.ranking"
ROWS = "4000"
PATIENCE = 90
BROWSER = f"""#!{sys.executable}
import sys, httpx2
with httpx2.Client(timeout=30) as browser:
    page = browser.get(sys.argv[1], follow_redirects=True)
    back = browser.post(str(page.url), data={{"user": "ada", "password": "{PASSWORD}"}}, follow_redirects=True)
    open(__file__ + ".shown", "w").write(back.text)
"""
"""Ada at the page where people sign in: she presses the button."""


@dataclass
class Computer:
    """Ada's: with the client, psql and a browser, and nothing of Daypass's in its home."""

    folder: Path
    url: str
    steps: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        browser = self.folder / "browser"
        if not browser.exists():
            browser.write_text(BROWSER)
            browser.chmod(0o755)
        paths = os.pathsep.join(sys.path)
        own = {"PATH": TOOLS, "BROWSER": str(browser), "PYTHONPATH": paths, "TERM": "dumb", "PAGER": "cat"}
        return {**home_of(self.folder, self.url), **own}

    async def types(self, *command: str) -> str:
        """Type a command into a terminal; all that was shown, once it has ended."""
        self.steps.append("daypass " + " ".join(command))
        return await asyncio.to_thread(self._typed, [sys.executable, "-m", "daypass", *command])

    def _typed(self, command: list[str]) -> str:
        code, shown = in_terminal(command, self.environment, self.folder, PATIENCE)
        assert code == 0, shown
        return shown


@pytest.fixture
def computer(office: Office, tmp_path: Path) -> Computer:
    folder = tmp_path / "home"
    folder.mkdir()
    return Computer(folder, office.url)


async def approval(office: Office, computer: Computer) -> Access:
    asked = await office.until("pending")
    await press(office.grace, APPROVALS, "Approve", asked.id)
    computer.steps.append("Approve")
    return asked


class TestInATerminal:
    async def test_one_command_and_an_approval(self, office: Office, computer: Computer) -> None:
        asks = ("--for", "30m", "--because", WHY)
        running = asyncio.create_task(computer.types("run", "warehouse", *asks, "--", "psql", "-Atc", QUERY))
        asked = await approval(office, computer)
        shown = await running
        assert f"\r\n{ROWS}\r\n" in shown, shown
        assert "your access has ended" in shown
        assert computer.steps[1:] == ["Approve"]
        assert "You can close this window" in (computer.folder / "browser.shown").read_text()
        ended = await office.until("ended")
        assert (ended.id, ended.requester) == (asked.id, office.ada.id)
        assert [one.was_minted for one in ended.credentials] == [True]

    async def test_with_access_already_one_command(self, office: Office, computer: Computer) -> None:
        await computer.types("login")
        await computer.types("access", "request", "sample", "--for", "15m", "--because", WHY)
        await office.until("active")
        sample = "SELECT count(*) FROM sample.users"
        shown = await computer.types("run", "sample", "--", "psql", "-Atc", sample)
        assert "\r\n1000\r\n" in shown, shown
        assert "stays until" in shown
        assert "warehouse-sample" in await computer.types("access", "list")
        assert "Gave warehouse-sample back" in await computer.types("access", "give-back", "warehouse-sample")
        await office.until("ended")
        assert "Signed out" in await computer.types("logout")

    async def test_a_program_that_shows_its_environment_shows_a_login_that_works_no_more(
        self, office: Office, computer: Computer
    ) -> None:
        file = computer.folder / "environment"
        show = f"env > {file}; psql -Atc 'SELECT 41 + 1'"
        asks = ("--for", "15m", "--because", WHY)
        shown = await computer.types("run", "sample", *asks, "--", "sh", "-c", show)
        assert "42" in shown
        await office.until("ended")
        login = dict(line.split("=", 1) for line in file.read_text().splitlines() if line.startswith("PG"))
        file.unlink()
        again = subprocess.run(
            ["psql", "-Atc", "SELECT 1"],
            env={"PATH": TOOLS, **login},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert again.returncode != 0
        assert "password authentication failed" in again.stderr
        assert login["PGPASSWORD"] not in texts_in(computer.folder)


class TestInANotebook:
    async def test_one_statement_and_an_approval(self, office: Office, computer: Computer) -> None:
        cell = (
            "import daypass, pandas\n"
            f'db = daypass.engine("warehouse", hours=1, because="{WHY}")\n'
            f'pandas.read_sql("{QUERY}", db)'
        )
        computer.steps.append("a cell")
        async with a_kernel(computer) as run:
            running = asyncio.create_task(asyncio.to_thread(run, cell))
            await approval(office, computer)
            ran = await running
        assert ran.fault == "", ran.traceback
        assert ROWS in ran.value
        assert computer.steps == ["a cell", "Approve"]
        assert (await office.until("ended")).requester == office.ada.id

    async def test_a_denial_shows_the_approvers_reason(self, office: Office, computer: Computer) -> None:
        await computer.types("login")
        cell = f"%load_ext daypass\n%daypass warehouse 1h because {WHY}"
        async with a_kernel(computer) as run:
            running = asyncio.create_task(asyncio.to_thread(run, cell))
            asked = await office.until("pending")
            command = ReviewAccess(asked.id, "deny", asked.digest, asked.terms.digest, "not before the sale")
            await office.daypass.ledger.handle(command, Actor("U02GRACE"), "slack")
            ran = await running
        assert ran.traceback == "Denied: Grace Hopper denied your request for warehouse: not before the sale"


@asynccontextmanager
async def a_kernel(computer: Computer) -> AsyncIterator[Cell]:
    """A notebook's kernel on the computer, beside the office in this process."""
    kernel = await asyncio.to_thread(started, computer.environment)
    try:
        yield await asyncio.to_thread(kernel.__enter__)
    finally:
        await asyncio.to_thread(kernel.__exit__, None, None, None)


class TestByCode:
    async def test_somebody_signs_in_without_a_browser(self, office: Office, computer: Computer) -> None:
        command = [sys.executable, "-m", "daypass", "login", "--device"]
        begun = await asyncio.create_subprocess_exec(
            *command, env=computer.environment, stderr=asyncio.subprocess.PIPE
        )
        assert begun.stderr is not None
        told = (await begun.stderr.readline()).decode()
        page, code = told.split()[1], told.split()[-1]
        async with office.session.post(
            page, data={"user": "ada", "password": PASSWORD, "user_code": code}
        ) as answer:
            assert "signed in" in await answer.text()
        _, rest = await begun.communicate()
        assert begun.returncode == 0, rest
        assert "Ada Lovelace" in await computer.types("whoami")
