"""The lines in the window that hands a credential over, pasted as they are into bash, zsh and Python.

On a real OpenBao and PostgreSQL, in the home of somebody whose ~/.vault-token is long out of date.
"""

import asyncio
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
import requests

from bot.demo.actor import text_of, wrapping_token
from bot.slack.access import texts
from bot.slack.access.ways import LOGIN
from tests.flow.deeds import ask, token, use_with, window
from tests.flow.office import Office
from tests.flow.test_holding import SAMPLE, unwrap
from tests.terminals import TOOLS, in_terminal, texts_in

SHELLS = [one for one in ("bash", "zsh") if shutil.which(one)]
QUERY = "SELECT 41 + count(*) - count(*) + 1, current_user FROM sample.users;"
PATIENCE = 60


@dataclass
class Home:
    """A home folder, and what the environment of a shell in it holds."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / ".vault-token").write_text("hvs.stale-since-last-week")
        for name in (".zshrc", ".bashrc"):
            (self.folder / name).write_text("HISTFILE=$HOME/.history\nSAVEHIST=100\nHISTSIZE=100\n")

    @property
    def environment(self) -> dict[str, str]:
        own = {"HOME": str(self.folder), "PATH": TOOLS, "TERM": "dumb", "PAGER": "cat", "LANG": "C.UTF-8"}
        return {**own, **self.more}


def pasted(shell: str, home: Home, *lines: str) -> str:
    """Type lines into an interactive shell in a terminal, each at its prompt; all that was shown."""
    typed = [*lines, "exit"]
    _, shown = in_terminal([shell, "-i"], home.environment, home.folder, PATIENCE, lines=typed)
    return shown


async def line(office: Office, way: str, label: str) -> tuple[str, str]:
    """The line of this way under its label, as it is copied out of the window, and the token in it."""
    asked = await ask(office, SAMPLE)
    wrapping = await token(office.ada, await office.ada.direct(), asked.id)
    await use_with(office.ada, way)
    text = text_of(await window(office.ada, label))
    found = re.search(re.escape(label) + r"\n```(.*?)```", text)
    assert found, text
    return unescape(found[1]), wrapping


def is_used_up(office: Office, wrapping: str) -> bool:
    try:
        unwrap(office.servers, wrapping)
    except requests.HTTPError:
        return True
    return False


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir()
    return Home(folder)


@pytest.mark.parametrize("shell", SHELLS)
class TestInATerminal:
    async def test_one_line_opens_psql(self, office: Office, home: Home, shell: str) -> None:
        pasting, wrapping = await line(office, "program", texts.PASTE_PROGRAM)
        shown = await asyncio.to_thread(pasted, shell, home, pasting, QUERY, "\\q")
        assert re.search(r"42 \| v-", shown), shown
        assert is_used_up(office, wrapping)

    async def test_one_line_sets_the_variables(self, office: Office, home: Home, shell: str) -> None:
        pasting, _ = await line(office, "variables", texts.PASTE_VARIABLES)
        seen = 'printf "%s" "$PGPASSWORD" | wc -c; echo "left: $daypass_login"'
        shown = await asyncio.to_thread(pasted, shell, home, pasting, f'psql -Atc "{QUERY}"', seen)
        assert re.search(r"42\|v-", shown), shown
        assert re.search(r"left: *\r?\n", shown), shown

    async def test_nothing_secret_is_in_the_history(self, office: Office, home: Home, shell: str) -> None:
        pasting, wrapping = await line(office, "variables", texts.PASTE_VARIABLES)
        telling = 'printf "%s" "$PGPASSWORD" > "$HOME/password"'
        await asyncio.to_thread(pasted, shell, home, pasting, telling)
        password = (home.folder / "password").read_text()
        (home.folder / "password").unlink()
        assert len(password) > 10
        assert "unwrap" in texts_in(home.folder), "the history was never written"
        assert password not in texts_in(home.folder)
        assert is_used_up(office, wrapping)

    async def test_variables_of_the_persons_own_vault_are_in_no_way(
        self, office: Office, home: Home, shell: str
    ) -> None:
        home.more = {
            "BAO_TOKEN": "s.mine",
            "VAULT_TOKEN": "s.mine",
            "VAULT_ADDR": "https://elsewhere.example",
            "VAULT_FORMAT": "json",
            "BAO_FORMAT": "json",
        }
        pasting, _ = await line(office, "program", texts.PASTE_PROGRAM)
        shown = await asyncio.to_thread(pasted, shell, home, pasting, QUERY, "\\q")
        assert re.search(r"42 \| v-", shown), shown


class TestInPython:
    async def test_one_line_makes_an_engine(self, office: Office, home: Home) -> None:
        pasting, wrapping = await line(office, "python", texts.PASTE_PYTHON)
        query = f"print(db.connect().execute(sqlalchemy.text({QUERY!r})).one()); print(db)"
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-i", "-q"],
            input=f"{pasting}\n{query}\n",
            env=home.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert "(42, 'v-" in done.stdout, done.stderr
        assert ":***@" in done.stdout
        assert is_used_up(office, wrapping)


async def test_the_lines_by_hand_work_too(office: Office, home: Home) -> None:
    asked = await ask(office, SAMPLE)
    wrapping = await token(office.ada, await office.ada.direct(), asked.id)
    await use_with(office.ada, LOGIN)
    text = text_of(await window(office.ada, "bao unwrap"))
    found = re.search(r"```(BAO_TOKEN=\S+ bao unwrap .*?)```", text)
    assert found
    shown = await asyncio.to_thread(pasted, "bash", home, unescape(found[1]))
    assert "username" in shown
    assert wrapping_token(await window(office.ada, "unwrap")) == wrapping
