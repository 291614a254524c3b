"""Accounts that Vault makes in a directory, and deletes with the lease. Never run: OpenBao's package lacks the engine.

Written from https://openbao.org/api-docs/secret/ldap/.
"""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit


def _read(data: Mapping[str, Any]) -> Made:
    account = data.get("username")
    if not account:
        raise Unfit("The answer names no user.")
    return Made(str(account))


LDAP = Engine("ldap", ("ldap/",), ("creds",), "LDAP accounts", read=_read, bounds=("{mount}/role/{role}",))
