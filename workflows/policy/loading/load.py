"""Loading a policy bundle: every fault found at once, with its file, line and field.

daypass.yaml        who we are, where Daypass speaks, defaults
groups.yaml         who is in which group
environments.yaml   the upper level of rules
people.yaml         who has several accounts or names (need not be there)
machines.yaml       which programs may ask, and whose tokens name them (need not be there)
resources/*.yaml    one resource a file, with its entitlements: the two lower levels
services/*.yaml     one service or model a file, with what its releases have to meet
incidents.yaml      severities, roles, who may declare (need not be there)
playbooks/*.yaml    what is done in an incident, step by step
tests/*.yaml        the bundle's own tests
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from workflows.policy.bundle import Bundle, EffectiveRule, Entitlement, LoadedRehearsal
from workflows.policy.document import Document, Path, read_document
from workflows.policy.fields import HIGH_POLICIES, HIGH_RISKS
from workflows.policy.loading.files import digest_of, missing, read_files
from workflows.policy.loading.incidents import (
    IncidentNames,
    in_incident_problems,
    incident_access,
    incident_terms,
    incidents_problems,
    playbook_problems,
    playbook_terms,
)
from workflows.policy.loading.level import Level, Merging
from workflows.policy.loading.merge_rules import merge, pattern_problems
from workflows.policy.loading.recipes import duration_problems, recipe_problems
from workflows.policy.loading.references import console_problems, references, rehearsal_references
from workflows.policy.loading.services import identities_of, service_problems, service_terms
from workflows.policy.loading.validation_errors import translate
from workflows.policy.problems import BundleErrors, Problem, suggest, undefined
from workflows.policy.schema.incidents import IncidentsFile, PlaybookFile
from workflows.policy.schema.machines import NO_MACHINES, Machines, MachinesFile, machines_problems
from workflows.policy.schema.rules import (
    EntitlementBlock,
    EnvironmentsFile,
    Group,
    GroupsFile,
    ResourceFile,
    Settings,
    TestsFile,
)
from workflows.policy.schema.services import PeopleFile, ServiceFile
from workflows.policy.terms.incidents import IncidentTerms, PlaybookTerms
from workflows.policy.terms.releases import ReleaseTerms

M = TypeVar("M", bound=BaseModel)
_SINGLE: dict[str, type[BaseModel]] = {
    "daypass.yaml": Settings,
    "groups.yaml": GroupsFile,
    "environments.yaml": EnvironmentsFile,
}
_OPTIONAL: dict[str, type[BaseModel]] = {
    "people.yaml": PeopleFile,
    "machines.yaml": MachinesFile,
    "incidents.yaml": IncidentsFile,
}
_FOLDERS: dict[str, type[BaseModel]] = {
    "resources": ResourceFile,
    "services": ServiceFile,
    "playbooks": PlaybookFile,
    "tests": TestsFile,
}


@dataclass
class _Loading:
    """What was read and understood so far, and every problem met."""

    values: Mapping[str, str]
    documents: dict[str, Document] = field(default_factory=dict)
    models: dict[str, BaseModel] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def each(self, model: type[M]) -> Iterator[tuple[Document, M]]:
        for name, found in sorted(self.models.items()):
            if isinstance(found, model):
                yield self.documents[name], found

    def one(self, model: type[M]) -> tuple[Document, M]:
        return next(self.each(model))

    @property
    def groups(self) -> Mapping[str, Group]:
        return self.one(GroupsFile)[1].groups

    @property
    def channels(self) -> Mapping[str, str]:
        return self.one(Settings)[1].channels.named()


def load_bundle(directory: FilePath, values: Mapping[str, str] | None = None, still: float = 0.0) -> Bundle:
    """Raises BundleErrors. `values` fill `${NAME}`, before the `values` of daypass.yaml itself.

    Waits until nothing was changed for `still` seconds.
    Pass only what a bundle's author and every requester may see: `connect` shows it to them.
    """
    files = read_files(directory, still)
    loading = _Loading(values or {})
    _understand(loading, files)
    if loading.problems:
        raise BundleErrors(loading.problems)
    digest = digest_of(files)
    entitlements = _entitlements(loading)
    services = _services(loading, digest)
    identities = _identities(loading)
    machines = _machines(loading)
    incidents, playbooks = _incidents(loading, entitlements, services, digest)
    rehearsals = _rehearsals(loading)
    if loading.problems:
        raise BundleErrors(loading.problems)
    return Bundle(
        settings=loading.one(Settings)[1],
        groups=loading.groups,
        entitlements=entitlements,
        services=services,
        identities=identities,
        machines=machines,
        incidents=incidents,
        playbooks=playbooks,
        rehearsals=rehearsals,
        digest=digest,
    )


def _understand(loading: _Loading, files: Mapping[str, bytes]) -> None:
    for name, raw in files.items():
        try:
            if _model_for(name) is None:
                raise BundleErrors([missing(name, "unexpected file", _place_for(name))])
            loading.documents[name] = read_document(name, raw)
        except BundleErrors as errors:
            loading.problems += errors.problems
    for name in _SINGLE:
        if name not in files:
            loading.problems.append(missing(name, "the file is missing", "add it; every bundle needs one"))
    if not any(name.startswith("resources/") for name in files):
        what = "resources/ has no file, so nobody could request anything"
        loading.problems.append(missing("resources", what, "use one file per resource"))
    own = _own_values(loading)
    context = {"values": None if own is None else {**own, **loading.values}}
    for name, document in loading.documents.items():
        model = _model_for(name)
        if model is not None:
            _validate(loading, document, model, context)


def _model_for(name: str) -> type[BaseModel] | None:
    folder, _, rest = name.rpartition("/")
    return _FOLDERS.get(folder) if folder else (_SINGLE | _OPTIONAL).get(rest)


def _place_for(name: str) -> str:
    known = [*_SINGLE, *_OPTIONAL, *(f"{folder}/{name.rpartition('/')[2]}" for folder in _FOLDERS)]
    return suggest(name, known)


def _own_values(loading: _Loading) -> dict[str, str] | None:
    """Before validation, so that a fault elsewhere in daypass.yaml doesn't make every `${NAME}` one.

    None when nothing can be said about them.
    """
    document = loading.documents.get("daypass.yaml")
    if document is None or not isinstance(document.data, dict):
        return None
    values = document.data.get("values", {})
    return {name: str(value) for name, value in values.items()} if isinstance(values, dict) else None


def _validate(
    loading: _Loading, document: Document, model: type[BaseModel], context: Mapping[str, object]
) -> None:
    try:
        loading.models[document.file] = model.model_validate(document.data, context=dict(context))
    except ValidationError as error:
        loading.problems += translate(document, model, error)


def _entitlements(loading: _Loading) -> dict[str, Entitlement]:
    entitlements: dict[str, Entitlement] = {}
    taken: dict[str, str] = {}
    resources: dict[str, str] = {}
    for document, file in loading.each(ResourceFile):
        if file.resource in resources:
            what = f"the resource “{file.resource}” is already defined in {resources[file.resource]}"
            loading.problems.append(document.problem(("resource",), what, "use one file per resource"))
        resources.setdefault(file.resource, document.file)
        for name, block in file.entitlements.items():
            loading.problems += _names_taken(document, name, block, taken)
            loading.problems += _policy_of_risk(document, name, block)
            entitlement = _entitlement(loading, document, file, name, block)
            if entitlement is not None:
                entitlements[name] = entitlement
    for level in _upper_levels(loading):
        loading.problems += [*references(level, loading.groups, loading.channels), *pattern_problems(level)]
    return entitlements


def _names_taken(
    document: Document, name: str, block: EntitlementBlock, taken: dict[str, str]
) -> Iterator[Problem]:
    path: Path = ("entitlements", name)
    places = [(name, path), *((alias, (*path, "aliases", n)) for n, alias in enumerate(block.aliases))]
    for word, place in places:
        if word in taken:
            what = f"“{word}” is already used at {taken[word]}"
            yield document.problem(place, what, "choose another name", at_key=True)
        taken.setdefault(word, document.at(place))


def _policy_of_risk(document: Document, name: str, block: EntitlementBlock) -> Iterator[Problem]:
    """The everyday login to Vault makes no `grant-high-…` token, and so nothing of high or critical risk."""
    if block.risk in HIGH_RISKS and not block.vault.policy.startswith(HIGH_POLICIES):
        yield document.problem(
            ("entitlements", name, "vault", "policy"),
            f"“{block.vault.policy}” is for low or moderate risk, but this is {block.risk}",
            f"a policy “{HIGH_POLICIES}…”: Daypass's second login to Vault makes its tokens",
        )


def _upper_levels(loading: _Loading) -> Iterator[Level]:
    for name in loading.one(EnvironmentsFile)[1].environments:
        yield _environment_level(loading, name)
    for document, file in loading.each(ResourceFile):
        yield _resource_level(document, file)


def _environment_level(loading: _Loading, name: str) -> Level:
    document, file = loading.one(EnvironmentsFile)
    return Level(
        f"environment {name}", document, ("environments", name, "rule"), file.environments[name].rule
    )


def _resource_level(document: Document, file: ResourceFile) -> Level:
    return Level(f"resource {file.resource}", document, ("rule",), file.rule)


def _entitlement(
    loading: _Loading, document: Document, file: ResourceFile, name: str, block: EntitlementBlock
) -> Entitlement | None:
    lowest = Level(f"entitlement {name}", document, ("entitlements", name, "rule"), block.rule)
    loading.problems += [*references(lowest, loading.groups, loading.channels), *pattern_problems(lowest)]
    loading.problems += recipe_problems(document, ("entitlements", name, "vault"), block.vault)
    environments = loading.one(EnvironmentsFile)[1].environments
    environment = environments.get(file.environment)
    if environment is None:
        fault = undefined("environment", file.environment, environments)
        loading.problems.append(document.problem(("environment",), *fault))
        return None
    rule = _rule(
        loading, [_environment_level(loading, file.environment), _resource_level(document, file), lowest]
    )
    if rule is None:
        return None
    entitlement = Entitlement(
        id=name,
        title=block.title,
        description=block.description.strip(),
        risk=block.risk,
        aliases=block.aliases,
        resource=file.resource,
        resource_title=file.title,
        environment=file.environment,
        environment_title=environment.title,
        vault=block.vault,
        connect=block.connect.strip(),
        drill=block.drill,
        in_incident=incident_access(block.in_incident) if block.in_incident else None,
        rule=rule,
        source=document.at(("entitlements", name)),
    )
    loading.problems += duration_problems(document, ("entitlements", name), entitlement)
    return entitlement


def _rule(loading: _Loading, levels: list[Level]) -> EffectiveRule | None:
    settings = loading.one(Settings)[1]
    merging = Merging(levels, loading.groups, loading.channels)
    rule = merge(merging, settings.defaults)
    loading.problems += merging.problems
    return rule


def _services(loading: _Loading, digest: str) -> dict[str, ReleaseTerms]:
    settings = loading.one(Settings)[1]
    environments = loading.one(EnvironmentsFile)[1].environments
    services: dict[str, ReleaseTerms] = {}
    taken: dict[str, str] = {}
    for document, file in loading.each(ServiceFile):
        loading.problems += service_problems(document, file, taken, environments)
        taken.setdefault(file.service, document.file)
        terms, problems = service_terms(
            document, file, loading.groups, loading.channels, settings.defaults.lapse, digest
        )
        loading.problems += problems
        services[file.service] = terms
    return services


def _identities(loading: _Loading) -> dict[str, str]:
    found: dict[str, str] = {}
    for document, file in loading.each(PeopleFile):
        found, problems = identities_of(document, file)
        loading.problems += problems
    return found


def _machines(loading: _Loading) -> Machines:
    document, settings = loading.one(Settings)
    loading.problems += console_problems(document, settings, loading.groups)
    found = next(loading.each(MachinesFile), None)
    if found is None:
        return NO_MACHINES
    loading.problems += machines_problems(*found, loading.groups)
    return Machines(found[1].issuers, found[1].machines)


def _incidents(
    loading: _Loading,
    entitlements: Mapping[str, Entitlement],
    services: Mapping[str, ReleaseTerms],
    digest: str,
) -> tuple[IncidentTerms | None, dict[str, PlaybookTerms]]:
    found = next(loading.each(IncidentsFile), None)
    written = [name for _, file in loading.each(ResourceFile) for name in file.entitlements]
    names = IncidentNames(
        found[1] if found else None, entitlements, written, services, loading.groups, loading.channels
    )
    for document, resource in loading.each(ResourceFile):
        loading.problems += in_incident_problems(document, resource, names)
    playbooks: dict[str, PlaybookTerms] = {}
    for document, file in loading.each(PlaybookFile):
        if file.playbook in playbooks:
            what = f"the playbook “{file.playbook}” is already defined"
            loading.problems.append(document.problem(("playbook",), what, "choose another name"))
        loading.problems += playbook_problems(document, file, names)
        playbooks[file.playbook] = playbook_terms(file, loading.channels, digest)
    if found is None:
        return None, playbooks
    loading.problems += incidents_problems(*found, names)
    return incident_terms(found[1], loading.channels, digest), playbooks


def _rehearsals(loading: _Loading) -> tuple[LoadedRehearsal, ...]:
    defined = {name for _, file in loading.each(ResourceFile) for name in file.entitlements}
    loaded = []
    for document, file in loading.each(TestsFile):
        for index, rehearsal in enumerate(file.tests):
            path: Path = ("tests", index)
            loading.problems += rehearsal_references(document, path, rehearsal, defined, loading.groups)
            loaded.append(LoadedRehearsal(document.at(path), rehearsal))
    return tuple(loaded)
