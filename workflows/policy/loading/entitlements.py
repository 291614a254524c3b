"""Entitlements from the files of a bundle: each with the rule that its three levels make together."""

from collections.abc import Iterator

from workflows.policy.bundle import EffectiveRule, Entitlement
from workflows.policy.document import Document, Path
from workflows.policy.fields import HIGH_POLICIES, HIGH_RISKS
from workflows.policy.loading.assurance import assurance_problems, open_paths
from workflows.policy.loading.incidents import incident_access
from workflows.policy.loading.inputs import inputs_of, placeholder_problems
from workflows.policy.loading.level import Level, Merging
from workflows.policy.loading.merge_break_glass import break_glass_incident_problems
from workflows.policy.loading.merge_rules import merge
from workflows.policy.loading.merge_tickets import pattern_problems
from workflows.policy.loading.parsed_bundle import ParsedBundle
from workflows.policy.loading.recipes import duration_problems, recipe_problems
from workflows.policy.loading.references import references
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.connect import connection_of
from workflows.policy.schema.incidents import IncidentsFile
from workflows.policy.schema.on_call import OnCallFile
from workflows.policy.schema.rules import (
    EntitlementBlock,
    EnvironmentsFile,
    ResourceFile,
    Settings,
)
from workflows.policy.schema.services import ServiceFile
from workflows.policy.terms.inputs import InputTerms


def load_entitlements(parsed: ParsedBundle) -> dict[str, Entitlement]:
    """Merge the levels of every entitlement, by its name; problems are added to `parsed`."""
    entitlements: dict[str, Entitlement] = {}
    taken: dict[str, str] = {}
    resources: dict[str, str] = {}
    places: dict[str, tuple[Document, Path]] = {}
    for document, file in parsed.each(ResourceFile):
        if file.resource in resources:
            what = f"the resource “{file.resource}” is already defined in {resources[file.resource]}"
            parsed.problems.append(document.problem(("resource",), what, "use one file per resource"))
        resources.setdefault(file.resource, document.file)
        for name, block in file.entitlements.items():
            parsed.problems += _names_taken(document, name, block, taken)
            parsed.problems += _policy_of_risk(document, name, block)
            entitlement = _entitlement(parsed, document, file, name, block)
            if entitlement is not None:
                entitlements[name] = entitlement
                places[name] = (document, ("entitlements", name))
    parsed.problems += open_paths(entitlements, places)
    for level in _upper_levels(parsed):
        parsed.problems += _level_problems(parsed, level)
    return entitlements


def _level_problems(parsed: ParsedBundle, level: Level) -> list[Problem]:
    severities = [name for _, file in parsed.each(IncidentsFile) for name in file.severities]
    services = [file.service for _, file in parsed.each(ServiceFile)]
    return [
        *references(level, parsed.groups, parsed.channels),
        *pattern_problems(level),
        *break_glass_incident_problems(level, severities, services),
    ]


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


def _upper_levels(parsed: ParsedBundle) -> Iterator[Level]:
    for name in parsed.one(EnvironmentsFile)[1].environments:
        yield _environment_level(parsed, name)
    for document, file in parsed.each(ResourceFile):
        yield _resource_level(document, file)


def _environment_level(parsed: ParsedBundle, name: str) -> Level:
    document, file = parsed.one(EnvironmentsFile)
    return Level(
        f"environment {name}", document, ("environments", name, "rule"), file.environments[name].rule
    )


def _resource_level(document: Document, file: ResourceFile) -> Level:
    return Level(f"resource {file.resource}", document, ("rule",), file.rule)


def _entitlement(
    parsed: ParsedBundle, document: Document, file: ResourceFile, name: str, block: EntitlementBlock
) -> Entitlement | None:
    lowest = Level(f"entitlement {name}", document, ("entitlements", name, "rule"), block.rule)
    parsed.problems += _level_problems(parsed, lowest)
    parsed.problems += recipe_problems(document, ("entitlements", name, "vault"), block.vault)
    parsed.problems += placeholder_problems(document, ("entitlements", name), block)
    environments = parsed.one(EnvironmentsFile)[1].environments
    environment = environments.get(file.environment)
    if environment is None:
        fault = undefined("environment", file.environment, environments)
        parsed.problems.append(document.problem(("environment",), *fault))
        return None
    inputs = inputs_of(block)
    levels = [_environment_level(parsed, file.environment), _resource_level(document, file), lowest]
    rule = _rule(parsed, levels, inputs)
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
        connect=connection_of(block.connect),
        drill=block.drill,
        on_behalf=block.on_behalf,
        in_incident=incident_access(block.in_incident) if block.in_incident else None,
        inputs=inputs,
        rule=rule,
        source=document.at(("entitlements", name)),
    )
    parsed.problems += duration_problems(document, ("entitlements", name), entitlement)
    parsed.problems += assurance_problems(document, ("entitlements", name), entitlement)
    return entitlement


def _rule(parsed: ParsedBundle, levels: list[Level], inputs: tuple[InputTerms, ...]) -> EffectiveRule | None:
    settings = parsed.one(Settings)[1]
    schedules = [name for _, file in parsed.each(OnCallFile) for name in file.on_call]
    merging = Merging(levels, parsed.groups, parsed.channels, schedules, inputs)
    rule = merge(merging, settings.defaults)
    parsed.problems += merging.problems
    return rule
