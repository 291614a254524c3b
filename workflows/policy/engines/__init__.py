"""The secrets engines that Daypass knows. A new one is a module, its entry here, a line in docs/engines.md, and
a case of tests/vault/engines."""

from workflows.policy.engines.aws import AWS, AWS_STS
from workflows.policy.engines.contract import Engine, Made, Unfit
from workflows.policy.engines.database import DATABASE
from workflows.policy.engines.kubernetes import KUBERNETES, KUBERNETES_ACCOUNT
from workflows.policy.engines.kv import KV
from workflows.policy.engines.ldap import LDAP
from workflows.policy.engines.pki import PKI
from workflows.policy.engines.rabbitmq import RABBITMQ
from workflows.policy.engines.ssh import SSH
from workflows.policy.engines.static import CUBBYHOLE, IDENTITY, TOTP, TRANSIT

ENGINES = {
    engine.name: engine
    for engine in (
        DATABASE,
        SSH,
        PKI,
        KUBERNETES,
        KUBERNETES_ACCOUNT,
        AWS,
        AWS_STS,
        RABBITMQ,
        LDAP,
        KV,
        CUBBYHOLE,
        TRANSIT,
        TOTP,
        IDENTITY,
    )
}
"""By their names."""


def inferred_engine(path: str) -> str | None:
    """The name of the engine that usually stands behind such a path."""
    usual = [
        (len(start), name) for name, one in ENGINES.items() for start in one.paths if path.startswith(start)
    ]
    return max(usual)[1] if usual else None


__all__ = ["ENGINES", "Engine", "Made", "Unfit", "inferred_engine"]
