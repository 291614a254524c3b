"""The YAML of `machines.yaml` as models, and what it means: who issues tokens, and which programs they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.document import Document
from workflows.policy.fields import Line, Member, Name, Names, Seconds, no_repeats, wrong
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.block import Block
from workflows.policy.schema.rules import Group
from workflows.policy.schema.services import Url

MAX_TOKEN_SECONDS = 24 * 3600


def _short(seconds: int) -> int:
    if seconds > MAX_TOKEN_SECONDS:
        raise wrong("this isn't short-lived", "use a day at most")
    return seconds


class IssuerBlock(Block):
    """Who signs tokens. `issuer` is what they say in `iss`; its keys are found by OpenID Connect discovery."""

    issuer: Url
    audience: Line
    longest: Annotated[Seconds, AfterValidator(_short)] = 3_600
    """How long a token may be good for."""


class MachineBlock(Block):
    """A program that asks and reads. Every claim has to be in its token as it stands here; without an issuer it has no
    token, and only proposes releases by signed webhooks."""

    title: Line
    issuer: Name | None = None
    claims: Annotated[dict[str, Line], Field(default_factory=dict)]
    owners: Annotated[tuple[Member, ...], Field(min_length=1), AfterValidator(no_repeats)]
    """Who answers for it: they hear of what it asks, and never decide on it."""
    groups: Names

    @model_validator(mode="after")
    def _known_by_its_token(self) -> Self:
        if (self.issuer is None) == bool(self.claims):
            raise wrong(
                "“issuer” and “claims” belong together", "set both, or neither if it only signs webhooks"
            )
        return self


class MachinesFile(Block):
    """`machines.yaml`."""

    issuers: Annotated[dict[Name, IssuerBlock], Field(default_factory=dict)]
    machines: Annotated[dict[Name, MachineBlock], Field(min_length=1)]


@dataclass(frozen=True)
class Machines:
    """The issuers and machines of a bundle, by name."""

    issuers: Mapping[str, IssuerBlock]
    machines: Mapping[str, MachineBlock]


NO_MACHINES = Machines({}, {})


def machine_of(machines: Machines, issuer: str, claims: Mapping[str, object]) -> str | None:
    """The machine that a token of this issuer names by its claims; None if it fits none, or more than one."""
    fitting = [
        name
        for name, machine in machines.machines.items()
        if machine.issuer == issuer
        and all(claims.get(claim) == wanted for claim, wanted in machine.claims.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def machines_problems(
    document: Document, file: MachinesFile, groups: Mapping[str, Group]
) -> Iterator[Problem]:
    """Names that nobody defined, and two issuers that can't be told apart."""
    seen: dict[str, str] = {}
    for name, issuer in file.issuers.items():
        other = seen.setdefault(issuer.issuer, name)
        if other != name:
            what = f"“{other}” already has this issuer"
            yield document.problem(("issuers", name, "issuer"), what, "use one entry per issuer")
    for name, machine in file.machines.items():
        if machine.issuer is not None and machine.issuer not in file.issuers:
            fault = undefined("issuer", machine.issuer, file.issuers)
            yield document.problem(("machines", name, "issuer"), *fault)
        for n, group in enumerate(machine.groups):
            if group not in groups:
                yield document.problem(("machines", name, "groups", n), *undefined("group", group, groups))
