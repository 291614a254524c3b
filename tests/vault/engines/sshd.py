"""A real sshd of this machine's, run by whoever runs the tests, which trusts Vault's certificate authority."""

import getpass
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.demo.servers import free_port
from tests.builders import leave_out

REQUIRED = "SSHD_TESTS"
_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {directory}/host
PidFile none
UsePAM no
StrictModes no
AuthenticationMethods publickey
AuthorizedKeysFile none
TrustedUserCAKeys {directory}/ca.pub
PermitRootLogin yes
"""


@dataclass(frozen=True)
class Sshd:
    """Listens on loopback. `user` is the only one it can let in, who runs it."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def user(self) -> str:
        return getpass.getuser()

    def lets_in(self, key: Path, certificate: str) -> bool:
        """Whether a command can be run, as a client that has nothing but this key and certificate."""
        done = subprocess.run([*self._client(key, certificate), "echo in"], capture_output=True, check=False)
        return done.stdout.strip() == b"in"

    def open_session(self, key: Path, certificate: str) -> Callable[[], bool]:
        """A session that stays open; whether a line written there comes back still."""
        session = subprocess.Popen(
            [*self._client(key, certificate), "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

        def works() -> bool:
            assert session.stdin
            assert session.stdout
            with suppress(OSError):
                session.stdin.write(b"in\n")
                session.stdin.flush()
                return session.stdout.readline() == b"in\n"
            return False

        return works

    def _client(self, key: Path, certificate: str) -> list[str]:
        signed = self.directory / "signed-cert.pub"
        signed.write_text(certificate)
        options = {
            "CertificateFile": signed,
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "BatchMode": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", "-i", str(key), "-p", str(self.port), *given, f"{self.user}@127.0.0.1"]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start_sshd(directory: Path, authority: str) -> Sshd:
    """`authority` is the public key of who signs. Skips where there is no sshd."""
    binary = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if binary is None or shutil.which("ssh") is None:
        leave_out("there is no sshd (Debian: openssh-server), so no SSH certificate is tried", REQUIRED)
    directory.mkdir()
    (directory / "ca.pub").write_text(authority)
    make_key(directory / "host")
    with suppress(PermissionError):
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd of root keeps its children
    port = free_port()
    (directory / "config").write_text(_CONFIG.format(port=port, directory=directory))
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([binary, "-D", "-e", "-f", str(directory / "config")], stderr=log)
    _wait_for(directory / "log", process)
    return Sshd(directory, port, process)


def make_key(path: Path) -> str:
    """A new key pair at `path`; its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text()


def _wait_for(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while "Server listening" not in (said := log.read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
