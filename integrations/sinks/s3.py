"""An S3-compatible bucket with object lock: each checkpoint is an object that nobody can change or delete for years.

Its retention is in compliance mode, which not even the account's owner can shorten
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html). Requests are signed by Signature Version 4
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import httpx2

from integrations.aws_signature import sign
from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from integrations.json_answers import is_passing
from workflows.audit.sequencer import Head
from workflows.clock_skew import utc_now
from workflows.policy.hosts import is_loopback
from workflows.ports import Permanent, Retryable

SERVICE = "s3"
OPTIONS = {"region", "days", "keys"}
NONE: Mapping[str, str] = {}
DEFAULT_DAYS = 3650
READ_BACK = 5
"""How many of the newest checkpoints are read back."""
MAX_SIZE = 10**19
SECONDS = 15.0
MAX_ANSWER_BYTES = 1 << 20
_SCHEMES = {"s3+https": "https", "s3+http": "http"}


class ObjectLock:
    """One bucket, or a folder of it. Keys count down, so that a listing begins with the newest."""

    def __init__(self, url: str, keys: Path, now: Callable[[], datetime] = utc_now) -> None:
        parts, options = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
        bucket, _, folder = parts.path.strip("/").partition("/")
        self.where = f"the bucket {bucket} at {parts.hostname}"
        self._base = f"{_SCHEMES[parts.scheme]}://{parts.netloc}/{bucket}"
        self._reach = Reach().naming(self._base)
        self._prefix = f"{folder}/" if folder else ""
        self._region = options.get("region", "us-east-1")
        self._days = int(options.get("days", DEFAULT_DAYS))
        self._keys = keys
        self._now = now

    async def keep(self, head: Head) -> None:
        """Write the checkpoint, unless it is there. Raises Retryable or Permanent."""
        note = head.note.encode()
        digest = hashlib.sha256(note)
        headers = {
            "content-type": "text/plain; charset=utf-8",
            "if-none-match": "*",
            "x-amz-checksum-sha256": base64.b64encode(digest.digest()).decode(),
            "x-amz-object-lock-mode": "COMPLIANCE",
            "x-amz-sdk-checksum-algorithm": "SHA256",
            "x-amz-object-lock-retain-until-date": f"{head.at + timedelta(days=self._days):%Y-%m-%dT%H:%M:%SZ}",
        }
        key = f"{self._prefix}{MAX_SIZE - head.size:020d}-{digest.hexdigest()[:16]}.txt"
        answer = await self._call("PUT", f"/{key}", {}, note, headers)
        if answer.status_code != 412:
            self._expect(answer)

    async def kept(self) -> list[str]:
        """The newest signed notes. Raises Retryable or Permanent."""
        query = {"list-type": "2", "max-keys": str(READ_BACK), "prefix": self._prefix}
        listed = await self._call("GET", "", query)
        self._expect(listed)
        notes = []
        for key in re.findall(r"<Key>([A-Za-z0-9/._-]+)</Key>", listed.text):
            answer = await self._call("GET", f"/{key}", {})
            self._expect(answer)
            notes.append(answer.text)
        return notes

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes = b"",
        headers: Mapping[str, str] = NONE,
    ) -> httpx2.Response:
        url = f"{self._base}{quote(path)}"
        if query:
            url += "?" + _query(query)
        try:
            key, secret = self._keys.read_text().split()
        except (OSError, ValueError):
            raise Permanent(
                f"{self._keys} can't be read. It has to have the access key's id and the secret, on two lines."
            ) from None
        signed = sign(method, url, headers, body, (key, secret), (self._region, SERVICE), self._now())
        try:
            async with guarded_client(
                Guard(self._reach), max_bytes=MAX_ANSWER_BYTES, seconds=SECONDS
            ) as client:
                return await client.request(method, url, content=body, headers=signed)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, self.where.capitalize()) from None

    def _expect(self, answer: httpx2.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        if is_passing(status):
            raise Retryable(f"{self.where.capitalize()} answered with status {status}. Daypass tries again.")
        raise Permanent(
            f"{self.where.capitalize()} answered with status {status}. Check its keys, its region, and that object lock is on."
        )


def _query(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(query[name], safe='')}" for name in sorted(query))


def open_object_lock(url: str) -> ObjectLock:
    """A sink at `s3+https://s3.eu-central-1.amazonaws.com/bucket/folder?region=eu-central-1&keys=/run/secrets/s3`.

    Raises ValueError if something is missing.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    keys = Path(options.get("keys", ""))
    if not parts.hostname or parts.username or not parts.path.strip("/") or not keys.is_absolute():
        raise ValueError(
            "an s3+https:// sink needs a host, a bucket, and keys=/a/file; logins in the address aren't allowed"
        )
    if parts.scheme == "s3+http" and not is_loopback(parts.hostname):
        raise ValueError("an s3+http:// sink would be readable on the network; use s3+https://")
    if not options.get("days", "1").isdecimal() or options.get("days") == "0" or options.keys() - OPTIONS:
        raise ValueError("an s3+https:// sink has the options region, days (a number) and keys")
    return ObjectLock(url, keys)
