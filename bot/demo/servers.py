"""Real servers as child processes: started, waited for, stopped, and never left behind."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PORTS = range(16_384, 32_768)
"""Below those that Linux (from 32,768) and others (from 49,152) give to connections going out."""
_LEASH = Path(__file__).with_name("leash.py")


class ServerFailed(Exception):
    """A server didn't start; the message shows the end of what it said."""


@dataclass(frozen=True)
class Server:
    """One running child process and the file that holds what it says."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    farewell: signal.Signals = signal.SIGTERM
    """Asks it to end now, but in order."""

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 5.0) -> None:
        """Ask it to end, and end it if it doesn't within `patience` seconds."""
        if self.running():
            self.process.send_signal(self.farewell)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """`kill -9`, as a bad day would do it."""
        self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def spawn(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    farewell: signal.Signals = signal.SIGTERM,
    at_parents_death: signal.Signals = signal.SIGKILL,
    user: str | None = None,
) -> Server:
    """Start `command` with `environment` on top of the least that it needs.

    Call it from a thread that lives as long as the server should: the kernel takes the end of the
    *thread* that started a child for the end of its parent.
    The child has a session of its own: Ctrl-C reaches the parent, which stops its servers in order.
    """
    leash = [sys.executable, "-I", "-S", str(_LEASH)]
    bond = [str(os.getpid()), str(int(at_parents_death)), user or "-"]
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [*leash, *bond, *command],
            cwd=directory,
            env={**inherited, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(name, process, log, farewell)


async def finished(server: Server) -> None:
    """Wait for a command that ends by itself. Raises ServerFailed unless it ended well."""
    while server.running():
        await asyncio.sleep(0.01)
    if server.process.returncode != 0:
        raise ServerFailed(f"{server.name} failed:\n{server.last_words()}")


async def answering(server: Server, ready: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait until `ready()`, which may block briefly. Raises ServerFailed if the server ended or is late."""
    deadline = time.monotonic() + patience
    while not await asyncio.to_thread(ready):
        if not server.running():
            raise ServerFailed(f"{server.name} ended while starting:\n{server.last_words()}")
        if time.monotonic() > deadline:
            server.kill()
            raise ServerFailed(f"{server.name} wasn't ready after {patience:g} s:\n{server.last_words()}")
        await asyncio.sleep(0.02)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses, and that no system gives to a connection going out meanwhile."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def packaged(package: str, *path: str) -> Path:
    """A file that a package brings along, without importing the package. Raises ServerFailed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed(
            f"The Python package {package} isn't installed. Install Daypass with its demo extra."
        )
    return Path(spec.submodule_search_locations[0], *path)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def new_password() -> str:
    return secrets.token_urlsafe(24)
