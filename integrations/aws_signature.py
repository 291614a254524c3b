"""Requests to Amazon's services, signed by Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    keys: tuple[str, str],
    scope: tuple[str, str],
    now: datetime,
) -> dict[str, str]:
    """The headers with those of Signature Version 4; names in lower case, `keys` are the id and the secret, `scope` is
    the region and the service."""
    parts = urlsplit(url)
    day, moment = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}"
    digest = hashlib.sha256(body).hexdigest()
    every = {**headers, "host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(sorted(every))
    lines = "".join(f"{name}:{every[name].strip()}\n" for name in sorted(every))
    request = "\n".join((method, parts.path or "/", parts.query, lines, names, digest))
    named = f"{day}/{scope[0]}/{scope[1]}/aws4_request"
    signed = "\n".join(("AWS4-HMAC-SHA256", moment, named, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{keys[1]}".encode()
    for part in (day, *scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, signed.encode(), "sha256").hex()
    credential = (
        f"AWS4-HMAC-SHA256 Credential={keys[0]}/{named}, SignedHeaders={names}, Signature={signature}"
    )
    return {**every, "authorization": credential}
