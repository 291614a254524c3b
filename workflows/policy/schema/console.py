"""What `daypass.yaml` says of the console: who sees everything there, and of the passkeys that people sign with."""

from workflows.policy.fields import Names, Seconds
from workflows.policy.schema.block import Block


class Console(Block):
    """Whose members see everything but private incidents, in the console and through the API."""

    auditors: Names | tuple[()] = ()
    operators: Names | tuple[()] = ()


class PasskeyRules(Block):
    """For how long a new passkey can't decide on high and critical risk, so that its owner can object to a stranger's."""

    new_key_waits: Seconds = 86_400
