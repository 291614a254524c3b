"""What the outcome of a condition counts as, when something that it looks at isn't known."""

from workflows.policy.bundle import LoadedCondition
from workflows.policy.cel.evaluator import Result
from workflows.policy.conditions import Compiled, variables_of
from workflows.policy.evaluation.inputs import FIELD, InputReading
from workflows.policy.on_call.seen import OnCallSeen, untold


def known_outcome(
    condition: Compiled, outcome: tuple[Result, str], on_call: OnCallSeen
) -> tuple[Result, str]:
    """The outcome, or an error if it depends on who is on call and nobody can tell: that is never a yes."""
    why = untold(condition.source, on_call.unknown)
    return ("error", why) if why else outcome


def waits_for_input(condition: LoadedCondition, reading: InputReading) -> bool:
    """Whether it looks at inputs while one is missing or wrong, which is told already."""
    names = variables_of(condition.compiled) if reading.problems else ()
    return any(name.startswith(FIELD) for name in names)
