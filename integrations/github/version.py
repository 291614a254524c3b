"""What identifies one attempt of one workflow run, and how it is read out of what GitHub sends."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

SHA_CHARS = 12
"""Of the commit, in a version's name; the whole of it is read from the run, and approvals are bound to it."""
_VERSION = re.compile(r"([0-9a-f]{12})\.([1-9][0-9]{0,18})\.([1-9][0-9]{0,3})")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_CALLBACK = re.compile(
    r"/repos/([^/]{1,39})/([^/]{1,100})/actions/runs/([1-9][0-9]{0,18})/deployment_protection_rule"
)
_JOB = re.compile(r"/actions/runs/[0-9]{1,19}/job/([1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class RunVersion:
    """A version of a service that GitHub deploys, as in `4f9c2e1a0b3c.1658821493.1`: commit, run, attempt."""

    short_sha: str
    run: int
    attempt: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The version of this name; None if it isn't one."""
        found = _VERSION.fullmatch(text)
        return cls(found[1], int(found[2]), int(found[3])) if found else None

    @classmethod
    def of(cls, sha: str, run: int, attempt: int) -> Self:
        """The version that this attempt deploys. Raises ValueError for what isn't a commit's hash."""
        found = cls.read(f"{sha_of(sha)[:SHA_CHARS]}.{int(run)}.{int(attempt)}")
        if found is None:
            raise ValueError("not an attempt of a run")
        return found

    def __str__(self) -> str:
        return f"{self.short_sha}.{self.run}.{self.attempt}"


def sha_of(text: object) -> str:
    """The hash of a commit, in hex. Raises ValueError for anything else."""
    if not isinstance(text, str) or not _SHA.fullmatch(text):
        raise ValueError("not a commit's hash")
    return text


def run_of_callback(url: object, api: str, repository: str) -> int | None:
    """The run of a `deployment_callback_url`; None unless it is exactly this repository's at this API.

    Nothing is ever sent there: a call goes to the API that the operator configured, and only the number is taken over.
    """
    if not isinstance(url, str) or len(url) > 500:
        return None
    try:
        given, own = urlsplit(url), urlsplit(api.rstrip("/"))
    except ValueError:
        return None
    same = (given.scheme, given.netloc.lower()) == (own.scheme, own.netloc.lower())
    if not same or given.query or given.fragment or not given.path.startswith(own.path):
        return None
    found = _CALLBACK.fullmatch(given.path[len(own.path) :])
    if found is None or f"{found[1]}/{found[2]}".casefold() != repository.casefold():
        return None
    return int(found[3])


def job_of(url: object) -> int | None:
    """The job whose log a deployment's status links to; None if it links to anything else."""
    found = _JOB.search(url) if isinstance(url, str) and len(url) <= 500 else None
    return int(found[1]) if found else None
