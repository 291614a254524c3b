"""What `daypass.yaml` says of the console: who sees everything there, and of the passkeys that people sign with."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from workflows.policy.fields import Names, Risk, Seconds, no_repeats
from workflows.policy.schema.block import Block

Read = Literal[Risk, "private"]
"""What somebody reads: of this risk, or about a private incident."""


class Console(Block):
    """Whose members see everything but private incidents, in the console and through the API.

    Whoever opens the history of one of `record_reads` there is recorded.
    """

    auditors: Names | tuple[()] = ()
    operators: Names | tuple[()] = ()
    record_reads: Annotated[tuple[Read, ...], AfterValidator(no_repeats)] = ()


class PasskeyRules(Block):
    """For how long a new passkey can't decide on high and critical risk, so that its owner can object to a stranger's."""

    new_key_waits: Seconds = 86_400
