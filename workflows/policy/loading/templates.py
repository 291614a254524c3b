"""The templates of documents: those that come with Daypass, and the bundle's own."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from workflows.policy.document import Document, read_document
from workflows.policy.loading.parsed_bundle import ParsedBundle
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.rules import Group
from workflows.policy.schema.services import ServiceFile
from workflows.policy.schema.templates import DocumentRule, DocumentsFile, TemplateFile
from workflows.policy.terms.documents import TemplateTerms

PACKAGE = "workflows.policy.templates"


@lru_cache(maxsize=1)
def shipped_templates() -> Mapping[str, TemplateTerms]:
    """The templates that come with Daypass, by name."""
    found = sorted(one.name for one in files(PACKAGE).iterdir() if one.name.endswith(".yaml"))
    read = (read_document(name, files(PACKAGE).joinpath(name).read_bytes()) for name in found)
    templates = (TemplateFile.model_validate(one.data).terms() for one in read)
    return {one.name: one for one in templates}


def load_templates(
    parsed: ParsedBundle,
) -> tuple[Mapping[str, TemplateTerms], Mapping[str, DocumentRule]]:
    """All templates by name, and the rules of documents; names that nobody defined become problems."""
    own: dict[str, TemplateTerms] = {}
    for document, file in parsed.each(TemplateFile):
        if file.template in own:
            what = f"the template “{file.template}” is already defined"
            parsed.problems.append(document.problem(("template",), what, "use one file per template"))
        own[file.template] = file.terms()
    templates = {**shipped_templates(), **own}
    rules: Mapping[str, DocumentRule] = {}
    for document, found in parsed.each(DocumentsFile):
        parsed.problems += _rule_problems(document, found, templates, parsed.groups)
        rules = found.documents
    for document, service in parsed.each(ServiceFile):
        parsed.problems += _gate_problems(document, service, templates)
    return templates, rules


def _rule_problems(
    document: Document,
    file: DocumentsFile,
    templates: Mapping[str, TemplateTerms],
    groups: Mapping[str, Group],
) -> Iterator[Problem]:
    for name, rule in file.documents.items():
        if name not in templates:
            yield document.problem(("documents", name), *undefined("template", name, templates), at_key=True)
        for field in ("writers", "approvers"):
            for n, group in enumerate(getattr(rule, field) or ()):
                if group not in groups:
                    yield document.problem(("documents", name, field, n), *undefined("group", group, groups))


def _gate_problems(
    document: Document, file: ServiceFile, templates: Mapping[str, TemplateTerms]
) -> Iterator[Problem]:
    """Gates that ask for a document of a template that nobody defined."""
    lists = {("gates",): file.gates, ("checks", "gates"): file.checks.gates if file.checks else ()}
    for path, gates in lists.items():
        for index, gate in enumerate(gates):
            if gate.template and gate.template not in templates:
                yield document.problem(
                    (*path, index, "template"), *undefined("template", gate.template, templates)
                )
