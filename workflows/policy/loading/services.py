"""What a bundle says of services and of people, checked against the rest of the bundle."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from workflows.policy.document import Document
from workflows.policy.loading.exceptions import exception_problems, exception_terms
from workflows.policy.loading.level import Level, Merging
from workflows.policy.loading.merge_stages import merge_stages
from workflows.policy.loading.references import references
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.gates import GateBlock, GateTerms
from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.policy.schema.rules import Group, Rule
from workflows.policy.schema.services import Authors, PeopleFile, ServiceFile, Target
from workflows.policy.schema.source_fit import FITS
from workflows.policy.terms.releases import (
    AuthorTerms,
    CheckTerms,
    EvidenceSource,
    FreezeTerms,
    ReleaseTerms,
    TargetTerms,
)
from workflows.ports import MACHINE

ALIASES: Mapping[EvidenceSource, Literal["judge-alias", "catalog-alias"]] = {
    "mlflow-judges": "judge-alias",
    "unity-catalog": "catalog-alias",
}
"""What an alias is where it isn't a registered model's of MLflow."""


def service_terms(
    document: Document,
    file: ServiceFile,
    groups: Mapping[str, Group],
    channels: Mapping[str, str],
    lapse: int,
    digest: str,
) -> tuple[ReleaseTerms, list[Problem]]:
    """What a release of the service has to meet, and every fault of its stages. `lapse` if it says none."""
    level = Level(
        f"service {file.service}",
        document,
        ("rule",),
        Rule(eligible=file.rule.eligible, stages=file.rule.stages),
    )
    merging = Merging([level], groups, channels)
    merging.problems += references(level, groups, channels)
    merging.problems += [
        level.problem(("stages", index, "when"), "every release needs each of its stages", "remove this line")
        for index, stage in enumerate(file.rule.stages)
        if stage.when is not None
    ]
    if file.rule.assurance == "vault":
        what = "a release creates no credential, so Vault's approvers have nothing to authorize"
        merging.problems.append(level.problem(("assurance",), what, "use passkey, or click"))
    merging.problems += exception_problems(document, file, groups, channels)
    stages = merge_stages(merging) if not merging.problems else ()
    terms = ReleaseTerms(
        service=file.service,
        title=file.title,
        environment=file.environment,
        risk=file.risk,
        model=file.model,
        source=file.source,
        target=_target(file.goes_live, file.source),
        rollback=" ".join(file.rollback.split()),
        gates=tuple(map(_gate, file.gates)),
        checks=CheckTerms(after=file.checks.after, gates=tuple(map(_gate, file.checks.gates)))
        if file.checks
        else None,
        authors=_authors(file.authors, file.source),
        freezes=tuple(FreezeTerms.model_validate(one.model_dump(exclude_none=True)) for one in file.freezes),
        stages=stages,
        eligible=file.rule.eligible,
        lapse=file.rule.lapse or lapse,
        rule=f"{file.environment} › {file.service} ({document.at(('service',))})",
        digest=digest,
        live_checks=tuple(
            LiveCheckTerms.model_validate(one.model_dump(exclude_none=True)) for one in file.live_checks
        ),
        rolled_back_by=file.rolled_back_by,
        assurance=file.rule.assurance,
        exceptions=exception_terms(file.exceptions, channels) if file.exceptions else None,
    )
    return terms, merging.problems


def service_problems(
    document: Document,
    file: ServiceFile,
    taken: Mapping[str, str],
    environments: Collection[str],
    machines: Collection[str],
    groups: Collection[str],
) -> Iterator[Problem]:
    """Names that clash or that nobody defined. `taken`: service → the file that has it."""
    proposes = file.goes_live.machine
    if proposes is not None and proposes not in machines:
        yield document.problem(("goes_live", "machine"), *undefined("machine", proposes, machines))
    if file.service in taken:
        what = f"the service “{file.service}” is already defined in {taken[file.service]}"
        yield document.problem(("service",), what, "use one file per service")
    for index, name in enumerate(file.rolled_back_by):
        if name not in groups:
            yield document.problem(("rolled_back_by", index), *undefined("group", name, groups))
    if file.environment not in environments:
        yield document.problem(("environment",), *undefined("environment", file.environment, environments))


def stage_problems(files: Iterable[tuple[Document, ServiceFile]]) -> Iterator[Problem]:
    """Gates that ask for a service that nobody defined, or for one that comes after the gate's own."""
    known = {file.service: (document, file) for document, file in files}
    earlier = {name: _earlier(file) for name, (_, file) in known.items()}
    for name, (document, _) in known.items():
        for field, before in earlier[name]:
            if before not in known:
                yield document.problem(field, *undefined("service", before, known))
            elif name in _all_before(before, earlier):
                what = f"“{before}” comes after “{name}” itself"
                yield document.problem(field, what, "name a service that doesn't wait for this one")


def _earlier(file: ServiceFile) -> list[tuple[tuple[str | int, ...], str]]:
    return [
        (("gates", index, "earlier"), gate.earlier) for index, gate in enumerate(file.gates) if gate.earlier
    ]


def _all_before(service: str, earlier: Mapping[str, list[tuple[tuple[str | int, ...], str]]]) -> set[str]:
    """The service itself, and all that it waits for."""
    found, open_ends = set[str](), [service]
    while open_ends:
        one = open_ends.pop()
        if one not in found:
            found.add(one)
            open_ends += [before for _, before in earlier.get(one, [])]
    return found


def identities_of(document: Document, file: PeopleFile) -> tuple[dict[str, str], list[Problem]]:
    """Account, e-mail address or other name (casefolded) → whose it is."""
    found: dict[str, str] = {}
    problems = []
    for person, block in file.people.items():
        for field, names in (("accounts", block.accounts), ("known_as", block.known_as)):
            for index, name in enumerate(names):
                owner = found.setdefault(name.casefold(), person)
                if owner != person:
                    what = f"“{name}” already belongs to {owner}"
                    place = ("people", person, field, index)
                    problems.append(document.problem(place, what, "list each name under one person"))
    return found, problems


def _authors(block: Authors, source: EvidenceSource) -> AuthorTerms:
    written = block.model_dump()
    sources = written["sources"] if "sources" in block.model_fields_set else FITS[source].asked
    return AuthorTerms.model_validate({**written, "sources": sources})


def _target(block: Target, source: EvidenceSource) -> TargetTerms:
    if block.alias is not None:
        kind: Literal["alias", "judge-alias", "catalog-alias"] = ALIASES.get(source, "alias")
        return TargetTerms(kind=kind, alias=block.alias)
    if block.deployment is not None:
        machine = f"{MACHINE}{block.machine}"
        return TargetTerms(kind="deployment", environment=block.deployment, machine=machine)
    if block.rollout is not None:
        machine = f"{MACHINE}{block.machine}"
        where = {"cluster": block.cluster or "", "rollout": block.rollout}
        return TargetTerms(kind="rollout", read=block.read or "", machine=machine, **where)
    if block.model_package is not None:
        return TargetTerms(kind="model-package")
    return TargetTerms(kind="webhook", call=block.webhook or "", read=block.read or "")


def _gate(block: GateBlock) -> GateTerms:
    return GateTerms.model_validate(block.model_dump(exclude_none=True))
