"""What an answer that isn't a good one means, in words that a person can read and that hold no secret.

Who answered and with which status comes first, the words last: a load balancer's page with 403 says nothing about a
policy, and an election at login nothing about a secret id.
"""

import re
from enum import Enum, auto
from typing import Any

import urllib3

from integrations.vault.http import Answer
from workflows.ports import Permanent, Retryable

_MAX_REASON_CHARS = 300
_TOKEN = re.compile(r"\b(?:hv[sbr]|[sbr])\.[\w.-]{16,}")
_LOOKS_GENERATED = re.compile(r"(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{16,}")
_QUOTED = re.compile(r"'[^']*'")
_NO_LEADER = ("not active", "no active", "active cluster node not found", "not the leader", "leadership lost")
"""In what Vault says with a 500 while no node is active."""


class Cause(Enum):
    """What kind of failure it is. Only `REFUSED` is Vault's own no; everything else may pass by itself."""

    AWAY = auto()
    """Nothing answered."""
    FOREIGN = auto()
    """Something in front of Vault answered: a load balancer, a proxy, a sign-in page."""
    STANDBY = auto()
    """A standby redirects to the active node, as they do where they can't or mayn't pass calls on."""
    UNSETTLED = auto()
    """Vault elects its active node, or the node that answered is behind it."""
    SEALED = auto()
    BUSY = auto()
    FAILED = auto()
    """Vault tried, and it or its engine failed."""
    REFUSED = auto()


class Failure(Exception):
    """Vault's answer if it wasn't a good one. `status` is None if there was no answer at all.

    `logging_in` names the settings of the login that was tried, if it was one.
    """

    def __init__(self, cause: Cause, status: int | None, reason: str, *, logging_in: str = "") -> None:
        super().__init__(f"{status or 'no answer'}: {reason}")
        self.cause = cause
        self.status = status
        self.reason = reason
        self.logging_in = logging_in

    def while_logging_in(self, settings: str) -> "Failure":
        return Failure(self.cause, self.status, self.reason, logging_in=settings)

    def refused(self, *statuses: int) -> bool:
        """Whether Vault itself answered no with one of these statuses, to a login that it accepts."""
        return self.cause is Cause.REFUSED and self.status in statuses and not self.logging_in

    def refused_saying(self, words: str) -> bool:
        """Whether Vault itself answered no, in these words."""
        return self.cause is Cause.REFUSED and words in self.reason


def failure_of(what: Answer | urllib3.exceptions.HTTPError) -> Failure:
    """What came instead of a good answer, which may also be a good one that isn't Vault's."""
    if isinstance(what, Answer):
        cause = _cause(what.status, what.document())
        return Failure(cause, what.status, _reason(what, cause))
    error = what.reason if isinstance(what, urllib3.exceptions.MaxRetryError) else what
    return Failure(Cause.AWAY, None, _why_away(error))


def explained(failure: Failure, deed: str, remedy: str) -> Retryable | Permanent:
    """The failure as the domain takes it: `deed` completes “Vault can't …”, `remedy` is a sentence."""
    match failure.cause:
        case Cause.AWAY | Cause.FOREIGN:
            return Retryable(f"Vault can't be reached: {failure.reason}.")
        case Cause.STANDBY:
            return Retryable(
                f"Vault can't {deed}: a standby answered and redirects elsewhere, and Daypass doesn't send its token there. "
                "An election ends by itself; otherwise point VAULT_ADDR at the active node, or let standbys forward."
            )
        case Cause.UNSETTLED:
            return Retryable(
                f"Vault has no active node right now, or a lagging node answered, so it can't {deed}. "
                "An election takes a few seconds; Daypass tries again."
            )
        case Cause.SEALED:
            return Retryable("Vault is sealed or starting. An operator has to unseal it.")
        case Cause.BUSY:
            return Retryable("Vault is overloaded and rejected the call.")
        case Cause.FAILED:
            return Retryable(f"Vault can't {deed}: {failure.reason}.")
        case Cause.REFUSED if failure.logging_in:
            return Permanent(
                f"Vault rejects Daypass's login: {failure.reason}. "
                f"An operator has to check {failure.logging_in}, and that the login allows Daypass's address."
            )
        case Cause.REFUSED:
            return Permanent(f"Vault can't {deed}: {failure.reason}. {remedy}")


def without_values(failure: Failure) -> Failure:
    """For calls that make a secret: no quoted value of a statement, nothing that looks generated."""
    unquoted = _QUOTED.sub("'…'", failure.reason)
    plain = _LOOKS_GENERATED.sub("…", unquoted)
    return Failure(failure.cause, failure.status, plain, logging_in=failure.logging_in)


def _cause(status: int, document: Any) -> Cause:
    """By status, where the answer is one of Vault's: JSON with a list of errors
    (https://developer.hashicorp.com/vault/api-docs#http-status-codes)."""
    if status == 307:
        return Cause.STANDBY
    if not (isinstance(document, dict) and isinstance(document.get("errors"), list)) or status < 400:
        return Cause.FOREIGN
    if status == 503:
        return Cause.SEALED
    if status == 429:
        return Cause.BUSY if document["errors"] else Cause.UNSETTLED
    if status >= 500:
        said = " ".join(str(error) for error in document["errors"])
        return Cause.UNSETTLED if any(words in said for words in _NO_LEADER) else Cause.FAILED
    return _PASSING.get(status, Cause.REFUSED)


_PASSING = {408: Cause.FAILED, 412: Cause.UNSETTLED}


def _why_away(error: Exception | None) -> str:
    if isinstance(error, urllib3.exceptions.SSLError):
        return "its TLS certificate isn't trusted (VAULT_CACERT names the authority's file)"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    return "the connection failed"


def _reason(answer: Answer, cause: Cause) -> str:
    """The innermost of Vault's nested errors, on one line, cut to a readable length."""
    if 300 <= answer.status < 400:
        return "the server redirects elsewhere, and Daypass doesn't send its token there (point VAULT_ADDR at Vault)"
    if cause is Cause.FOREIGN:
        return f"the {answer.status} came from a load balancer or proxy in front of Vault"
    text = " ".join(", ".join(str(error) for error in answer.document()["errors"]).split())
    innermost = text.rpartition(" err: ")[2]
    plain = re.sub(r"^\d+ errors? occurred: ?\*? ?", "", innermost).strip(" .")
    return _TOKEN.sub("…", plain)[:_MAX_REASON_CHARS] or f"status {answer.status} without a reason"
