"""Users of RabbitMQ, one a credential. Vault deletes the user when it revokes the lease, and RabbitMQ its connections.

https://openbao.org/docs/secrets/rabbitmq/
"""

from collections.abc import Mapping
from typing import Any

from workflows.policy.engines.contract import Engine, Made, Unfit


def _read(data: Mapping[str, Any]) -> Made:
    account = data.get("username")
    if not account:
        raise Unfit("The answer names no user, so it isn't a login to RabbitMQ.")
    return Made(str(account))


RABBITMQ = Engine(
    "rabbitmq",
    ("rabbitmq/",),
    ("creds",),
    "RabbitMQ users",
    sessions="closed",
    read=_read,
    bounds=("{mount}/roles/{role}", "{mount}/config/lease"),
)
