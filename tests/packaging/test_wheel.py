"""The wheel holds the product and nothing else, and Daypass runs from it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path

import pytest
from httpx2 import Client, TransportError

from bot.demo.servers import free_port

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "workflows", "integrations", "migrations", "client/daypass")
CARRIED = ("bot", "workflows", "integrations", "migrations", "daypass")
OUTAGE_WAIT_SECONDS = 60
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-not-a-real-token",
    "SLACK_SIGNING_SECRET": "not-a-real-secret",
    "VAULT_TOKEN": "not-a-real-token",
    "DAYPASS_BUNDLE": str(ROOT / "examples" / "bundle"),
}
"""Enough to start. Slack and Vault are looked for on ports of this machine where nobody listens."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from the files that Git knows, so that no build folder of this checkout gets in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    names = [*PACKAGES, "pyproject.toml", "README.md", "LICENSE"]
    listed = subprocess.check_output(
        ["git", "ls-files", "-co", "--exclude-standard", *names], cwd=ROOT, text=True
    )
    for name in filter(None, listed.splitlines()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    return built(source, out)


def built(source: Path, out: Path) -> Path:
    build = "from setuptools.build_meta import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=source, check=True, capture_output=True)
    [wheel] = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def daypass(wheel, tmp_path_factory) -> Path:
    """`daypass` of an environment of its own: the wheel, and of this environment its other packages alone."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    site = subprocess.check_output(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        [names] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        module, function = re.search(r"^daypass = (.+):(.+)$", archive.read(names).decode(), re.M).groups()
    # A plain path in a .pth file adds packages, and doesn't run the .pth files there: not the editable install's.
    Path(site, "packages.pth").write_text(sysconfig.get_path("purelib"))
    command = home / "bin" / "daypass"
    command.write_text(f"#!{python}\nfrom {module} import {function}\n{function}()\n")
    command.chmod(0o755)
    return command


def run(command: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [str(command), *arguments],
        capture_output=True,
        text=True,
        timeout=OUTAGE_WAIT_SECONDS,
        env=clean,
        **more,
    )


class TestTheWheel:
    def test_holds_the_product_alone(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()
        packages = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
        assert packages == set(CARRIED)
        assert not [name for name in names if "demo" in name or "sandbox" in name or "test_" in name]

    def test_holds_what_the_console_shows_and_what_type_checkers_look_for(self, wheel):
        names = set(zipfile.ZipFile(wheel).namelist())
        tracked = subprocess.check_output(
            ["git", "ls-files", "bot/web/console", "bot/evidence", "workflows/queries/evidence"],
            cwd=ROOT,
            text=True,
        ).splitlines()
        assert set(tracked) <= names
        assert {f"{package}/py.typed" for package in CARRIED} <= names


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Path:
    """The client's wheel, built from a copy: building leaves folders behind."""
    source, out = tmp_path_factory.mktemp("client"), tmp_path_factory.mktemp("client-wheel")
    left_out = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "client", source / "client", ignore=left_out)
    return built(source / "client", out)


class TestTheClientsWheel:
    def test_holds_the_client_alone(self, client):
        names = [name for name in zipfile.ZipFile(client).namelist() if ".dist-info/" not in name]
        assert {name.partition("/")[0] for name in names} == {"daypass"}
        assert "daypass/py.typed" in names

    def test_has_the_servers_version(self, client, wheel):
        assert version_of(client) == version_of(wheel)

    def test_needs_nothing_of_the_servers(self, client):
        metadata = (
            zipfile.ZipFile(client).read(f"daypass_client-{version_of(client)}.dist-info/METADATA").decode()
        )
        needed = re.findall(r"^Requires-Dist: (\w+)[^;\n]*$", metadata, re.MULTILINE)
        assert sorted(needed) == ["httpx2", "rich", "typer"]

    def test_runs_without_anything_else(self, client):
        """What it imports for a command, beside the standard library."""
        code = "import sys, daypass, daypass.cli.app; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
        shown = subprocess.check_output(
            [sys.executable, "-c", code], env={"PYTHONPATH": str(client)}, text=True
        )
        foreign = {
            "sqlalchemy",
            "IPython",
            "keyring",
            "pydantic",
            "fastapi",
            "hvac",
            "slack_sdk",
            "tenacity",
            "ulid",
        }
        assert foreign & set(shown.split()) == set()


def version_of(wheel: Path) -> str:
    return wheel.name.split("-")[1]


class TestInstalled:
    def test_checks_a_bundle(self, daypass, tmp_path):
        checked = run(daypass, "check", str(ROOT / "examples" / "bundle"), cwd=tmp_path)
        assert checked.returncode == 0, checked.stderr

    def test_says_in_one_sentence_where_the_demo_is(self, daypass, tmp_path):
        refused = run(daypass, "demo", cwd=tmp_path)
        assert refused.returncode == 1
        assert "make demo" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_names_every_setting_that_is_missing(self, daypass, tmp_path):
        refused = run(daypass, "serve", cwd=tmp_path)
        assert refused.returncode == 1
        assert all(name in refused.stderr for name in ("SLACK_BOT_TOKEN", "VAULT_ADDR", "DAYPASS_BUNDLE"))

    def test_serves(self, daypass, tmp_path):
        port, nobody = free_port(), f"http://127.0.0.1:{free_port()}"
        settings = {**SETTINGS, "SLACK_API_URL": f"{nobody}/api/", "VAULT_ADDR": nobody}
        command = [str(daypass), "serve", "--port", str(port)]
        with (
            (tmp_path / "log").open("wb") as log,
            subprocess.Popen(
                command, env={"PATH": os.environ["PATH"], **settings}, cwd=tmp_path, stdout=log, stderr=log
            ) as served,
        ):
            try:
                assert answers(f"http://127.0.0.1:{port}/healthz", served), (tmp_path / "log").read_text()
            finally:
                served.terminate()


def answers(url: str, served: subprocess.Popen[bytes]) -> bool:
    """Whether it is answered with 200 before the process ends or patience does."""
    deadline = time.monotonic() + OUTAGE_WAIT_SECONDS
    with Client(trust_env=False) as client:
        while served.poll() is None and time.monotonic() < deadline:
            try:
                return client.get(url).status_code == 200
            except TransportError:
                time.sleep(0.1)
    return False
