"""The two commands of the README, as a newcomer runs them."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import requests

from bot.demo.servers import free_port
from tests.lanes import only_in_soak

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.early


@pytest.fixture
def demo(tmp_path):
    """`daypass demo` on a free port, with its temporary files in a directory of its own."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "bot", "demo", "--port", str(free_port())]
    said = (tmp_path / "said").open("w+")
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "TMPDIR": str(temporary)}, stdout=said, stderr=said, text=True
    )
    yield process, Path(said.name), temporary
    process.kill()
    process.wait()


def until(found, patience=600.0):
    deadline = time.monotonic() + patience
    while not (answer := found()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return answer


class TestTheTour:
    def test_sees_that_the_whole_story_is_true(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "bot", "demo", "--tour"],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=800,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "the open session was ended" in done.stdout
        assert "a new login is refused" in done.stdout
        assert "The log is whole" in done.stdout
        assert "Every step was checked" in done.stdout
        assert not list(tmp_path.iterdir())


class TestTheDemo:
    @pytest.mark.parametrize(
        "farewell", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=[pytest.mark.soak, only_in_soak])]
    )
    def test_shows_two_addresses_and_leaves_nothing_behind(self, demo, farewell):
        process, said, temporary = demo
        until(lambda: "Ctrl-C" in said.read_text())
        page, console = re.findall(r"http://(?:127\.0\.0\.1|localhost):\d+/", said.read_text())
        children = psutil.Process(process.pid).children(recursive=True)

        assert "Slack" in requests.get(page, timeout=30).text
        assert "Sign in with your company account" in requests.get(console, timeout=30).text
        assert "Sign in with OpenBao" in requests.get(f"{console}sign-in/start", timeout=30).text
        assert len(children) >= 4

        process.send_signal(farewell)
        assert process.wait(60) == 0
        assert not psutil.wait_procs(children, timeout=30)[1]
        assert not list(temporary.iterdir())

    @pytest.mark.soak
    @only_in_soak
    def test_killed_outright_leaves_no_process(self, demo):
        process, said, _ = demo
        until(lambda: "Ctrl-C" in said.read_text())
        children = psutil.Process(process.pid).children(recursive=True)

        process.kill()

        assert not psutil.wait_procs(children, timeout=30)[1]
