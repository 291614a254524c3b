"""What went wrong with a call to Vault, in words that a person can read and that hold no secret."""

import re

import urllib3

from integrations.vault.http import Answer
from workflows.ports import Permanent, Retryable

_LONGEST_REASON = 300
_TOKEN = re.compile(r"\b(?:hv[sbr]|[sbr])\.[\w.-]{16,}")
_LOOKS_GENERATED = re.compile(r"(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{16,}")
_QUOTED = re.compile(r"'[^']*'")


class Failure(Exception):
    """Vault's answer if it wasn't a good one. `status` is None if there was no answer at all.

    `logging_in` names the settings of the login that was tried, if it was one.
    """

    def __init__(self, status: int | None, reason: str, *, logging_in: str = "") -> None:
        super().__init__(f"{status or 'no answer'}: {reason}")
        self.status = status
        self.reason = reason
        self.logging_in = logging_in

    def while_logging_in(self, settings: str) -> "Failure":
        return Failure(self.status, self.reason, logging_in=settings)

    def says(self, words: str) -> bool:
        return words in self.reason


def failure_of(what: Answer | urllib3.exceptions.HTTPError) -> Failure:
    if isinstance(what, Answer):
        return Failure(what.status, _reason(what))
    cause = what.reason if isinstance(what, urllib3.exceptions.MaxRetryError) else what
    if isinstance(cause, urllib3.exceptions.SSLError):
        return Failure(None, "its TLS certificate isn't trusted (VAULT_CACERT names the authority's file)")
    if isinstance(cause, urllib3.exceptions.TimeoutError):
        return Failure(None, "it didn't answer in time")
    return Failure(None, "no connection could be made, or it broke")


def explained(failure: Failure, deed: str, remedy: str) -> Retryable | Permanent:
    """The failure as the domain takes it: `deed` completes “Vault can't …”, `remedy` is a sentence."""
    if failure.status is None:
        return Retryable(f"Vault can't be reached: {failure.reason}.")
    if failure.status < 400:
        return Retryable(f"Vault can't {deed}: {failure.reason}.")
    if failure.status == 503:
        return Retryable("Vault is sealed or starting, and gives nothing out until an operator unseals it.")
    if failure.status == 429:
        return Retryable("Vault has too much to do just now and turned the call away.")
    if failure.logging_in:
        return Permanent(
            f"Vault refuses Daypass's own login: {failure.reason}. "
            f"An operator has to check {failure.logging_in}, and that Vault sees Daypass come from an address "
            "that the login allows."
        )
    if failure.status >= 500:
        return Retryable(f"Vault can't {deed}: {failure.reason}.")
    return Permanent(f"Vault can't {deed}: {failure.reason}. {remedy}")


def without_values(failure: Failure) -> Failure:
    """For calls that make a secret: no quoted value of a statement, nothing that looks generated."""
    unquoted = _QUOTED.sub("'…'", failure.reason)
    plain = _LOOKS_GENERATED.sub("…", unquoted)
    return Failure(failure.status, plain, logging_in=failure.logging_in)


def _reason(response: Answer) -> str:
    """The innermost of Vault's nested errors, on one line, cut to a readable length."""
    if 300 <= response.status < 400:
        return "it redirects elsewhere, where Daypass's token doesn't go (VAULT_ADDR has to name the active node)"
    text = " ".join(", ".join(_errors(response)).split())
    innermost = text.rpartition(" err: ")[2]
    plain = re.sub(r"^\d+ errors? occurred: ?\*? ?", "", innermost).strip(" .")
    return _TOKEN.sub("…", plain)[:_LONGEST_REASON] or f"it answered {response.status} without a reason"


def _errors(response: Answer) -> list[str]:
    try:
        return [str(error) for error in response.json().get("errors") or []]
    except (ValueError, AttributeError):
        return []
