"""Loading a policy bundle: every fault found at once, with its file, line and field.

daypass.yaml        who we are, where Daypass speaks, defaults
groups.yaml         who is in which group
environments.yaml   the upper level of rules
people.yaml         who has several accounts or names (need not be there)
on-call.yaml        who is on call (need not be there)
duties.yaml         what nobody may have together (need not be there)
kits.yaml           what is requested together (need not be there)
delegation.yaml     who may decide for whom while they are away (need not be there)
red-button.yaml     who may end everything at once (need not be there)
reviews.yaml        which access is reviewed, how often and by whom (need not be there)
goals.yaml          what the company aims at, month by month (need not be there)
control-tests.yaml  when Daypass tries its own controls (need not be there)
documents.yaml      who writes and approves documents about services (need not be there)
machines.yaml       which programs may ask, and whose tokens name them (need not be there)
resources/*.yaml    one resource a file, with its entitlements: the two lower levels
services/*.yaml     one service or model a file, with what its releases have to meet
incidents.yaml      severities, roles, who may declare (need not be there)
playbooks/*.yaml    what is done in an incident, step by step
templates/*.yaml    forms of documents, besides those that Daypass has
tests/*.yaml        the bundle's own tests
"""

from collections.abc import Collection, Mapping
from pathlib import Path as FilePath

from workflows.policy.bundle import Bundle, Entitlement, LoadedBundleTest
from workflows.policy.document import Path
from workflows.policy.loading.assurance import guarded_in_kits
from workflows.policy.loading.control_tests import control_tests_problems
from workflows.policy.loading.delegation import delegation_problems
from workflows.policy.loading.duties import duties_problems
from workflows.policy.loading.entitlements import load_entitlements
from workflows.policy.loading.files import digest_of, read_files
from workflows.policy.loading.incidents import (
    IncidentNames,
    in_incident_problems,
    incident_terms,
    incidents_problems,
    playbook_problems,
    playbook_terms,
)
from workflows.policy.loading.kits import kits_problems
from workflows.policy.loading.parsed_bundle import ParsedBundle, parse_bundle
from workflows.policy.loading.red_button import red_button_problems
from workflows.policy.loading.references import bundle_test_references, console_problems
from workflows.policy.loading.reviews import load_reviews
from workflows.policy.loading.services import identities_of, service_problems, service_terms, stage_problems
from workflows.policy.loading.templates import load_templates
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.control_tests import ControlTests, ControlTestsFile
from workflows.policy.schema.delegation import Delegation, DelegationFile
from workflows.policy.schema.duties import DutiesFile, SeparateDuties
from workflows.policy.schema.goals import Goals, GoalsFile
from workflows.policy.schema.incidents import IncidentsFile, PlaybookFile
from workflows.policy.schema.kits import Kit, KitsFile
from workflows.policy.schema.machines import NO_MACHINES, Machines, MachinesFile, machines_problems
from workflows.policy.schema.on_call import OnCallBlock, OnCallFile, unknown_schedules
from workflows.policy.schema.pagers import unknown_schedules_of_pagers
from workflows.policy.schema.red_button import RedButton, RedButtonFile
from workflows.policy.schema.rules import (
    EnvironmentsFile,
    GroupsFile,
    ResourceFile,
    Settings,
    TestsFile,
)
from workflows.policy.schema.services import PeopleFile, ServiceFile
from workflows.policy.terms.incidents import IncidentTerms, PlaybookTerms
from workflows.policy.terms.releases import ReleaseTerms


def load_bundle(directory: FilePath, values: Mapping[str, str] | None = None, still: float = 0.0) -> Bundle:
    """Raises BundleErrors. `values` fill `${NAME}`, before the `values` of daypass.yaml itself.

    Waits until nothing was changed for `still` seconds.
    Pass only what a bundle's author and every requester may see: `connect` shows it to them.
    """
    files = read_files(directory, still)
    parsed = parse_bundle(files, values or {})
    if parsed.problems:
        raise BundleErrors(parsed.problems)
    digest = digest_of(files)
    entitlements = load_entitlements(parsed)
    services = _services(parsed, digest)
    identities = _identities(parsed)
    machines = _machines(parsed)
    on_call = _on_call(parsed)
    separate_duties = _separate_duties(parsed)
    kits = _kits(parsed, separate_duties, entitlements)
    red_button = _red_button(parsed)
    delegation = _delegation(parsed)
    reviews = load_reviews(parsed, entitlements, digest)
    control_tests = _control_tests(parsed, entitlements, machines)
    incidents, playbooks = _incidents(parsed, entitlements, services, digest)
    templates, document_rules = load_templates(parsed)
    bundle_tests = _bundle_tests(parsed, on_call)
    if parsed.problems:
        raise BundleErrors(parsed.problems)
    return Bundle(
        settings=parsed.one(Settings)[1],
        groups=parsed.groups,
        entitlements=entitlements,
        services=services,
        identities=identities,
        machines=machines,
        on_call=on_call,
        incidents=incidents,
        playbooks=playbooks,
        pagers=next((file.pagers for _, file in parsed.each(IncidentsFile)), {}),
        bundle_tests=bundle_tests,
        digest=digest,
        separate_duties=separate_duties,
        kits=kits,
        red_button=red_button,
        delegation=delegation,
        reviews=reviews,
        control_tests=control_tests,
        templates=templates,
        document_rules=document_rules,
        goals=next((file.goals for _, file in parsed.each(GoalsFile)), Goals()),
    )


def _services(parsed: ParsedBundle, digest: str) -> dict[str, ReleaseTerms]:
    settings = parsed.one(Settings)[1]
    environments = parsed.one(EnvironmentsFile)[1].environments
    machines = {name for _, one in parsed.each(MachinesFile) for name in one.machines}
    services: dict[str, ReleaseTerms] = {}
    taken: dict[str, str] = {}
    for document, file in parsed.each(ServiceFile):
        parsed.problems += service_problems(document, file, taken, environments, machines, parsed.groups)
        taken.setdefault(file.service, document.file)
        terms, problems = service_terms(
            document, file, parsed.groups, parsed.channels, settings.defaults.lapse, digest
        )
        parsed.problems += problems
        services[file.service] = terms
    parsed.problems += stage_problems(parsed.each(ServiceFile))
    return services


def _identities(parsed: ParsedBundle) -> dict[str, str]:
    found: dict[str, str] = {}
    for document, file in parsed.each(PeopleFile):
        found, problems = identities_of(document, file)
        parsed.problems += problems
    return found


def _machines(parsed: ParsedBundle) -> Machines:
    document, settings = parsed.one(Settings)
    parsed.problems += console_problems(document, settings, parsed.groups)
    found = next(parsed.each(MachinesFile), None)
    if found is None:
        return NO_MACHINES
    parsed.problems += machines_problems(*found, parsed.groups)
    return Machines(found[1].issuers, found[1].machines)


def _on_call(parsed: ParsedBundle) -> Mapping[str, OnCallBlock]:
    found = next(parsed.each(OnCallFile), None)
    schedules = found[1].on_call if found else {}
    document, file = parsed.one(GroupsFile)
    parsed.problems += unknown_schedules(document, file.groups, schedules)
    for incidents, found_file in parsed.each(IncidentsFile):
        parsed.problems += unknown_schedules_of_pagers(incidents, found_file.pagers, schedules)
    return schedules


def _separate_duties(parsed: ParsedBundle) -> tuple[SeparateDuties, ...]:
    found = next(parsed.each(DutiesFile), None)
    if found is None:
        return ()
    written = {name for _, file in parsed.each(ResourceFile) for name in file.entitlements}
    parsed.problems += duties_problems(*found, written)
    return found[1].separate_duties


def _kits(
    parsed: ParsedBundle, duties: tuple[SeparateDuties, ...], entitlements: Mapping[str, Entitlement]
) -> Mapping[str, Kit]:
    found = next(parsed.each(KitsFile), None)
    if found is None:
        return {}
    written = {name: one for _, file in parsed.each(ResourceFile) for name, one in file.entitlements.items()}
    aliases = {alias: f"an alias of “{name}”" for name, one in written.items() for alias in one.aliases}
    taken = {**aliases, **dict.fromkeys(written, "an entitlement")}
    parsed.problems += kits_problems(*found, written, taken, duties)
    parsed.problems += guarded_in_kits(*found, entitlements)
    return found[1].kits


def _red_button(parsed: ParsedBundle) -> RedButton:
    found = next(parsed.each(RedButtonFile), None)
    if found is None:
        return RedButton()
    files = [file for _, file in parsed.each(ResourceFile)]
    targets = {name for file in files for name in (file.resource, *file.entitlements)}
    parsed.problems += red_button_problems(*found, parsed.groups, targets)
    return found[1].red_button


def _delegation(parsed: ParsedBundle) -> Delegation:
    found = next(parsed.each(DelegationFile), None)
    if found is None:
        return Delegation()
    parsed.problems += delegation_problems(*found, parsed.groups)
    return found[1].delegation


def _control_tests(
    parsed: ParsedBundle, entitlements: Mapping[str, Entitlement], machines: Machines
) -> ControlTests | None:
    found = next(parsed.each(ControlTestsFile), None)
    if found is None:
        return None
    parsed.problems += control_tests_problems(*found, entitlements, machines.machines)
    return found[1].control_tests


def _incidents(
    parsed: ParsedBundle,
    entitlements: Mapping[str, Entitlement],
    services: Mapping[str, ReleaseTerms],
    digest: str,
) -> tuple[IncidentTerms | None, dict[str, PlaybookTerms]]:
    found = next(parsed.each(IncidentsFile), None)
    written = [name for _, file in parsed.each(ResourceFile) for name in file.entitlements]
    names = IncidentNames(
        found[1] if found else None, entitlements, written, services, parsed.groups, parsed.channels
    )
    for document, resource in parsed.each(ResourceFile):
        parsed.problems += in_incident_problems(document, resource, names)
    playbooks: dict[str, PlaybookTerms] = {}
    for document, file in parsed.each(PlaybookFile):
        if file.playbook in playbooks:
            what = f"the playbook “{file.playbook}” is already defined"
            parsed.problems.append(document.problem(("playbook",), what, "choose another name"))
        parsed.problems += playbook_problems(document, file, names)
        playbooks[file.playbook] = playbook_terms(file, parsed.channels, digest)
    if found is None:
        return None, playbooks
    parsed.problems += incidents_problems(*found, names)
    return incident_terms(found[1], parsed.channels, digest), playbooks


def _bundle_tests(parsed: ParsedBundle, schedules: Collection[str]) -> tuple[LoadedBundleTest, ...]:
    defined = {name for _, file in parsed.each(ResourceFile) for name in file.entitlements}
    loaded = []
    for document, file in parsed.each(TestsFile):
        for index, bundle_test in enumerate(file.tests):
            path: Path = ("tests", index)
            parsed.problems += bundle_test_references(
                document, path, bundle_test, defined, parsed.groups, schedules
            )
            loaded.append(LoadedBundleTest(document.at(path), bundle_test))
    return tuple(loaded)
