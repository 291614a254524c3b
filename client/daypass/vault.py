"""Gets a credential out of Vault (or OpenBao) by its wrapping token, which works once."""

import json
import os
import ssl
from collections.abc import Mapping

import httpx2

from daypass.addresses import refuse_clear
from daypass.errors import Away, DaypassError

_SECONDS = 20
_CERTIFICATES = ("BAO_CACERT", "VAULT_CACERT")
"""The variables by which the command lines of both are told of a private authority."""


def unwrap(address: str, token: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the credential's fields; what isn't text there is JSON. Raises Away or DaypassError.

    See https://developer.hashicorp.com/vault/api-docs/system/wrapping-unwrap
    """
    refuse_clear(address, "Vault's address")
    try:
        with httpx2.Client(timeout=_SECONDS, verify=_trusted(environment), follow_redirects=False) as client:
            answer = client.put(
                f"{address.rstrip('/')}/v1/sys/wrapping/unwrap", headers={"X-Vault-Token": token}
            )
    except httpx2.HTTPError as error:
        raise Away(
            f"Vault at {address} isn't responding: {error}. Check that you can reach it from here (VPN?)."
        ) from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Away(f"Vault at {address} can't answer now (status {answer.status_code}).")
    try:
        data = answer.json()["data"]
        return {str(name): _text(value) for name, value in data.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DaypassError(
            f"Vault at {address} refused the login's token (status {answer.status_code}): it expired, or someone else "
            "used it. If this happens again, give the access back and tell security."
        ) from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _trusted(environment: Mapping[str, str]) -> ssl.SSLContext | bool:
    file = next((environment[name] for name in _CERTIFICATES if environment.get(name)), None)
    if file is None:
        return True
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        raise DaypassError(f"Vault's certificate authority can't be read from {file}: {error}.") from error
