"""What a bundle says of control tests, checked: the canary has to be something a machine gets without anybody's approval."""

from collections.abc import Iterator, Mapping

from workflows.policy.bundle import Entitlement
from workflows.policy.document import Document
from workflows.policy.engines import ENGINES
from workflows.policy.fields import HIGH_RISKS
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.control_tests import ControlTestsFile
from workflows.policy.schema.machines import MachineBlock
from workflows.policy.terms.inputs import required

_PATH = ("control_tests", "canary")
USABLE = ("database", "rabbitmq")
"""Engines whose credentials can be tried: a name and a password, at a target that Daypass can reach."""


def control_tests_problems(
    document: Document,
    file: ControlTestsFile,
    entitlements: Mapping[str, Entitlement],
    machines: Mapping[str, MachineBlock],
) -> Iterator[Problem]:
    """A canary that nobody defined, and one that can't be tried without a person."""
    canary = file.control_tests.canary
    if canary is None:
        return
    entitlement, machine = entitlements.get(canary.entitlement), machines.get(canary.machine)
    if entitlement is None:
        fault = undefined("entitlement", canary.entitlement, entitlements)
        yield document.problem((*_PATH, "entitlement"), *fault)
    if machine is None:
        yield document.problem((*_PATH, "machine"), *undefined("machine", canary.machine, machines))
    if entitlement is None or machine is None:
        return
    if what := _unusable(entitlement):
        meant = "use one that is made for this: low risk, approved automatically, with a target"
        yield document.problem((*_PATH, "entitlement"), what, meant)
    elif not set(machine.groups) & set(entitlement.rule.eligible):
        what = f"“{canary.machine}” isn't eligible for “{canary.entitlement}”"
        yield document.problem((*_PATH, "machine"), what, "put the machine in one of its eligible groups")


def _unusable(entitlement: Entitlement) -> str | None:
    """Why it can't be the canary."""
    rule, name = entitlement.rule, entitlement.id
    if not rule.automatic:
        return f"“{name}” needs an approval"
    if entitlement.risk in HIGH_RISKS:
        return f"“{name}” has {entitlement.risk} risk"
    if not entitlement.vault.target:
        return f"“{name}” has no target where a login could be tried"
    if entitlement.vault.engine_name not in USABLE:
        return f"credentials of the engine “{ENGINES[entitlement.vault.engine_name].name}” can't be tried"
    if required(entitlement.inputs) or rule.ticket.required:
        return f"“{name}” asks for a ticket or an input"
    return None
