"""X.509 certificates. A revoked one is on the issuer's list (CRL), which many servers never read.

https://openbao.org/api-docs/secret/pki/#generate-certificate-and-key
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workflows.policy.engines.contract import CLOCKS_DIFFER_SECONDS, Engine, Made, Unfit


def _read(data: Mapping[str, Any]) -> Made:
    try:
        validity = datetime.fromtimestamp(int(data["expiration"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Unfit(
            "The answer doesn't say when a certificate expires. Give a path such as pki/issue/my-role.",
            lasting="certificate" in data,
        ) from None
    return Made(str(data.get("serial_number", "")) or None, validity)


PKI = Engine(
    "pki",
    ("pki/", "pki_int/"),
    ("issue", "sign"),
    "TLS certificates",
    revocable=False,
    leased=False,
    takes_ttl=True,
    grace=CLOCKS_DIFFER_SECONDS,
    read=_read,
)
