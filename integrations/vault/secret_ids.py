"""Daypass's logins themselves: when their secret ids expire, from where they work, and whether they can renew themselves."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.vault.connection import Connection, FixedToken
from integrations.vault.errors import Failure, explained
from integrations.vault.excess_permissions import WRITING
from integrations.vault.requirements import Report
from workflows.ports import Retryable

WARNING_PERIOD = timedelta(days=7)
_UNBOUNDED = "Daypass logs in with VAULT_TOKEN, which has no limits. Use AppRoles instead."
_NEVER = datetime(2, 1, 1, tzinfo=UTC)
"""A secret id that never expires has the year 1."""


def login_bounds(vault: Connection, now: datetime, high: bool) -> Report:
    """When a login's secret id expires, and from where it works. Raises Failure."""
    login = vault.logins.high if high else vault.logins.everyday
    if login is None:
        return Report()
    try:
        token = vault.own("get", "auth/token/lookup-self", high=high)["data"]
        if isinstance(login, FixedToken):
            return fixed_token_bounds(token, now)
        name = (token.get("meta") or {}).get("role_name", "")
        place = f"auth/{login.mount}/role/{name}"
        role = vault.own("get", place, high=high)["data"]
        proof = {"secret_id": login.secret_id.get_secret_value()}
        secret = vault.own("post", f"{place}/secret-id/lookup", proof, high=high)["data"]
        own = {"paths": [place, f"{place}/secret-id"]}
        has = vault.own("post", "sys/capabilities-self", own, high=high)["data"]
    except Failure as failure:
        if not failure.refused(403):
            raise
        if isinstance(login, FixedToken):
            return Report(too_wide=[_UNBOUNDED])
        what = "Daypass may not read its own login, so it can't check when its secret id expires or where it works."
        return Report(too_wide=[f"{what} examples/vault/daypass.hcl and daypass-high.hcl allow it."])
    report = approle_bounds(name, token, role, secret, now)
    if any(WRITING & set(has.get(path) or ()) for path in own["paths"]):
        report.too_wide.append(
            f"Daypass's login {name} may write {place} or create secret ids for it, so anyone who steals it can stay forever. "
            "Remove that from its policy."
        )
    return report


def locked_out_soon(vault: Connection, now: datetime) -> str | None:
    """Blocks. A sentence if a login doesn't work any more, or soon won't. Raises Retryable if Vault is away."""
    try:
        missing = [
            line
            for high in (False, True)
            if not high or vault.has_high_login
            for line in login_bounds(vault, now, high).missing
        ]
    except Failure as failure:
        error = explained(failure, "show Daypass's login", "An operator has to check it.")
        if isinstance(error, Retryable):
            raise error from None
        return str(error)
    return " ".join(missing) or None


def _breaking(token: Mapping[str, Any]) -> Iterator[str]:
    """Settings without which a login's token can't be used as Daypass uses it."""
    if token.get("num_uses"):
        yield "token_num_uses=0: limited-use tokens can't create other tokens"
    if token.get("type") == "batch":
        yield "token_type=service: batch tokens can't create other tokens"


def fixed_token_bounds(token: Mapping[str, Any], now: datetime) -> Report:
    """Pure: what is wrong with VAULT_TOKEN, as Vault tells of it."""
    report = Report(too_wide=[_UNBOUNDED])
    report.missing += [f"The token in VAULT_TOKEN needs {setting}." for setting in _breaking(token)]
    expires = token.get("expire_time")
    if expires and datetime.fromisoformat(expires) - now < WARNING_PERIOD:
        report.missing.append(
            f"The token in VAULT_TOKEN expires at {datetime.fromisoformat(expires):%Y-%m-%d %H:%M} UTC, and Daypass "
            "can't use Vault after that. Use AppRoles instead, or set another token and restart."
        )
    return report


def approle_bounds(
    name: str, token: Mapping[str, Any], role: Mapping[str, Any], secret: Mapping[str, Any], now: datetime
) -> Report:
    """Pure: the login's own token, its AppRole and its secret id, as Vault tells of them."""
    expires = datetime.fromisoformat(secret["expiration_time"])
    place, report = f"auth/approle/role/{name}", Report()
    if secret.get("secret_id_num_uses"):
        report.missing.append(
            f"The secret id of {name} can log in {secret['secret_id_num_uses']} more times, but Daypass logs in every "
            f"hour: write secret_id_num_uses=0 to {place}, and create a new secret id."
        )
    report.missing += [f"{place} needs {setting}." for setting in _breaking(token)]
    if expires < _NEVER:
        report.too_wide.append(
            f"The secret id of {name} never expires, so a stolen copy works forever. Write secret_id_ttl=720h to "
            f"{place}, and create a new secret id."
        )
    elif expires - now < WARNING_PERIOD:
        report.missing.append(
            f"The secret id of {name} expires at {expires:%Y-%m-%d %H:%M} UTC, and Daypass can't log in after that. "
            "Create a new one (apply.sh prints it), set it and restart."
        )
    else:
        report.notes.append(f"The secret id of {name} expires at {expires:%Y-%m-%d %H:%M} UTC.")
    if not (secret.get("cidr_list") or role.get("secret_id_bound_cidrs")):
        report.too_wide.append(
            f"The secret id of {name} works from any address. Write secret_id_bound_cidrs=… with Daypass's "
            f"addresses to {place}."
        )
    if not token.get("bound_cidrs"):
        report.too_wide.append(
            f"Tokens of {name} work from any address. Write token_bound_cidrs=… with Daypass's addresses to {place}."
        )
    return report
