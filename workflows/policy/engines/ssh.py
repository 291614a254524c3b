"""Signed SSH certificates. A server accepts one until its `valid before` and asks nobody.

https://openbao.org/docs/secrets/ssh/signed-ssh-certificates/
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity

from workflows.policy.engines.contract import CLOCKS_DIFFER_SECONDS, Engine, Made, Unfit

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def _read(data: Mapping[str, Any]) -> Made:
    certificate = _certificate(str(data.get("signed_key", "")))
    principals = b",".join(certificate.valid_principals).decode(errors="replace")
    return Made(principals or None, _valid_before(certificate))


def _certificate(text: str) -> SSHCertificate:
    """Raises Unfit."""
    try:
        found = load_ssh_public_identity(text.strip().encode())
    except ValueError:
        found = None
    if not isinstance(found, SSHCertificate):
        raise Unfit("The answer has no SSH certificate. Give a path such as ssh/sign/my-role.")
    return found


def _valid_before(certificate: SSHCertificate) -> datetime:
    """2⁶⁴-1 stands for never (PROTOCOL.certkeys of OpenSSH)."""
    try:
        return datetime.fromtimestamp(certificate.valid_before, UTC)
    except (ValueError, OverflowError, OSError):
        return _NEVER


SSH = Engine(
    "ssh",
    ("ssh/", "ssh-client-signer/"),
    ("sign", "issue"),
    "SSH certificates",
    revocable=False,
    leased=False,
    takes_ttl=True,
    grace=CLOCKS_DIFFER_SECONDS,
    read=_read,
)
