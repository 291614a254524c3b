"""The YAML of `incidents.yaml` and `playbooks/*.yaml` as models: who is called, and what is done by whom."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import Line, Name, Names, Seconds, no_repeats, wrong
from workflows.policy.schema.actions import ActionBlock
from workflows.policy.schema.block import Block, Escalation
from workflows.policy.schema.pagers import PagerBlock
from workflows.policy.terms.incidents import COMMANDER


class SeverityBlock(Block):
    title: Line
    invite: Names | tuple[()] = ()
    page: Names | tuple[()] = ()
    """Pagers, by their names under `pagers`."""


class RoleBlock(Block):
    title: Line
    eligible: Names


class IncidentsFile(Block):
    """`incidents.yaml`; severities stand in order, the most severe first."""

    declare: Names
    announce: Name
    severities: Annotated[dict[Name, SeverityBlock], Field(min_length=1, max_length=9)]
    pagers: Annotated[dict[Name, PagerBlock], Field(default_factory=dict, max_length=50)]
    roles: Annotated[dict[Name, RoleBlock], Field(min_length=1, max_length=20)]
    private: Names | tuple[()] = ()
    failed_check: Name | None = None

    @model_validator(mode="after")
    def _somebody_commands(self) -> Self:
        if COMMANDER not in self.roles:
            raise wrong(f"there is no role “{COMMANDER}”", f"add {COMMANDER}: …; every incident needs one")
        return self


class StepBlock(Block):
    name: Name
    title: Line
    owner: Name
    within: Seconds | None = None
    escalate: Escalation | None = None
    action: ActionBlock | None = None

    @model_validator(mode="after")
    def _escalates_from_something(self) -> Self:
        if self.escalate is not None and self.within is None:
            raise wrong("a step without a time can't escalate", "add within: 10m")
        return self


class PhaseBlock(Block):
    title: Line
    steps: Annotated[tuple[StepBlock, ...], Field(min_length=1)]


class PlaybookFile(Block):
    """`playbooks/*.yaml`."""

    playbook: Name
    title: Line
    services: Annotated[tuple[Name, ...], AfterValidator(no_repeats)] = ()
    phases: Annotated[tuple[PhaseBlock, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_of_their_own(self) -> Self:
        names = [step.name for phase in self.phases for step in phase.steps]
        if repeated := [name for name in names if names.count(name) > 1]:
            raise wrong(f"two steps have the name “{repeated[0]}”", "give each its own name")
        if len(names) > 60:
            raise wrong(f"{len(names)} steps are too many", "use at most 60")
        return self
