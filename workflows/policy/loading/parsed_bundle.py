"""A bundle's files as they were read: each validated by its own schema, every problem kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from workflows.policy.document import Document, read_document
from workflows.policy.loading.files import missing
from workflows.policy.loading.validation_errors import translate
from workflows.policy.problems import BundleErrors, Problem, suggest
from workflows.policy.schema.control_tests import ControlTestsFile
from workflows.policy.schema.delegation import DelegationFile
from workflows.policy.schema.duties import DutiesFile
from workflows.policy.schema.goals import GoalsFile
from workflows.policy.schema.incidents import IncidentsFile, PlaybookFile
from workflows.policy.schema.kits import KitsFile
from workflows.policy.schema.machines import MachinesFile
from workflows.policy.schema.on_call import OnCallFile
from workflows.policy.schema.red_button import RedButtonFile
from workflows.policy.schema.reviews import ReviewsFile
from workflows.policy.schema.rules import (
    EnvironmentsFile,
    Group,
    GroupsFile,
    ResourceFile,
    Settings,
    TestsFile,
)
from workflows.policy.schema.services import PeopleFile, ServiceFile
from workflows.policy.schema.templates import DocumentsFile, TemplateFile

M = TypeVar("M", bound=BaseModel)
_SINGLE: dict[str, type[BaseModel]] = {
    "daypass.yaml": Settings,
    "groups.yaml": GroupsFile,
    "environments.yaml": EnvironmentsFile,
}
_OPTIONAL: dict[str, type[BaseModel]] = {
    "people.yaml": PeopleFile,
    "machines.yaml": MachinesFile,
    "on-call.yaml": OnCallFile,
    "duties.yaml": DutiesFile,
    "kits.yaml": KitsFile,
    "red-button.yaml": RedButtonFile,
    "delegation.yaml": DelegationFile,
    "reviews.yaml": ReviewsFile,
    "goals.yaml": GoalsFile,
    "control-tests.yaml": ControlTestsFile,
    "documents.yaml": DocumentsFile,
    "incidents.yaml": IncidentsFile,
}
_FOLDERS: dict[str, type[BaseModel]] = {
    "resources": ResourceFile,
    "services": ServiceFile,
    "playbooks": PlaybookFile,
    "templates": TemplateFile,
    "tests": TestsFile,
}


@dataclass
class ParsedBundle:
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


def parse_bundle(files: Mapping[str, bytes], values: Mapping[str, str]) -> ParsedBundle:
    """Read and validate every file by its name. `values` fill `${NAME}`."""
    parsed = ParsedBundle(values)
    for name, raw in files.items():
        try:
            if _model_for(name) is None:
                raise BundleErrors([missing(name, "unexpected file", _place_for(name))])
            parsed.documents[name] = read_document(name, raw)
        except BundleErrors as errors:
            parsed.problems += errors.problems
    for name in _SINGLE:
        if name not in files:
            parsed.problems.append(missing(name, "the file is missing", "add it; every bundle needs one"))
    if not any(name.startswith("resources/") for name in files):
        what = "resources/ has no file, so nobody could request anything"
        parsed.problems.append(missing("resources", what, "use one file per resource"))
    own = _own_values(parsed)
    context = {"values": None if own is None else {**own, **parsed.values}}
    for name, document in parsed.documents.items():
        model = _model_for(name)
        if model is not None:
            _validate(parsed, document, model, context)
    return parsed


def _model_for(name: str) -> type[BaseModel] | None:
    folder, _, rest = name.rpartition("/")
    return _FOLDERS.get(folder) if folder else (_SINGLE | _OPTIONAL).get(rest)


def _place_for(name: str) -> str:
    known = [*_SINGLE, *_OPTIONAL, *(f"{folder}/{name.rpartition('/')[2]}" for folder in _FOLDERS)]
    return suggest(name, known)


def _own_values(parsed: ParsedBundle) -> dict[str, str] | None:
    """Before validation, so that a fault elsewhere in daypass.yaml doesn't make every `${NAME}` one.

    None when nothing can be said about them.
    """
    document = parsed.documents.get("daypass.yaml")
    if document is None or not isinstance(document.data, dict):
        return None
    values = document.data.get("values", {})
    return {name: str(value) for name, value in values.items()} if isinstance(values, dict) else None


def _validate(
    parsed: ParsedBundle, document: Document, model: type[BaseModel], context: Mapping[str, object]
) -> None:
    try:
        parsed.models[document.file] = model.model_validate(document.data, context=dict(context))
    except ValidationError as error:
        parsed.problems += translate(document, model, error)
