"""Accounts that Vault makes in another directory of users, and deletes with the lease. Not tried."""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit


def _read(data: Mapping[str, Any]) -> Made:
    account = data.get("username")
    if not account:
        raise Unfit("The answer names no user.")
    return Made(str(account))


RABBITMQ = Engine("rabbitmq", ("rabbitmq/",), ("creds",), "RabbitMQ users", read=_read)
LDAP = Engine("ldap", ("ldap/",), ("creds",), "LDAP accounts", read=_read)
