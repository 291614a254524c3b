"""Logins to databases, one a credential. Vault drops the login when it revokes the lease."""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit


def _read(data: Mapping[str, Any]) -> Made:
    account = data.get("username")
    if not account:
        raise Unfit("The answer names no user, so it isn't a login to a database.")
    return Made(str(account))


DATABASE = Engine("database", ("database/",), ("creds",), "database logins", sessions="closed", read=_read)
