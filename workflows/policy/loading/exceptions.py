"""What a service says of exceptions, checked against its gates and the bundle's groups and channels."""

from collections.abc import Iterator, Mapping, Sequence

from workflows.policy.document import Document, Path
from workflows.policy.groups import ON_CALL, source_of
from workflows.policy.problems import Problem, no_channel, undefined
from workflows.policy.schema.exceptions import ExceptionsBlock
from workflows.policy.schema.rules import Group, Stage
from workflows.policy.schema.services import ServiceFile
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.exceptions import STAGE, ExceptionTerms

NEVER = ("artifact", "signature")
"""Kinds of gates from which nobody is excepted: what goes live is what was approved. Nor from knowing the authors."""


def exception_terms(block: ExceptionsBlock, channels: Mapping[str, str]) -> ExceptionTerms:
    """The terms of exceptions of a service."""
    channel = channels.get(block.channel or "approvals", "")
    return ExceptionTerms(
        gates=block.gates,
        stage=StageTerms(name=STAGE, approvers=block.granted_by, channel=channel),
        longest=block.longest,
        min_length=block.min_length,
        reviewers=block.review.reviewers,
        review_within=block.review.within,
    )


def exception_problems(
    document: Document, file: ServiceFile, groups: Mapping[str, Group], channels: Mapping[str, str]
) -> Iterator[Problem]:
    """Gates that can't be excepted, and names that nobody defined."""
    block = file.exceptions
    if block is None:
        return
    kinds = {gate.name: gate.kind for gate in file.gates}
    for n, name in enumerate(block.gates):
        field: Path = ("exceptions", "gates", n)
        if name not in kinds:
            yield document.problem(field, *undefined("gate", name, kinds))
        elif kinds[name] in NEVER:
            what = f"nobody can be excepted from a gate of kind “{kinds[name]}”"
            yield document.problem(field, what, "remove it from this list")
    for path, name in _groups(block):
        if name not in groups:
            yield document.problem(path, *undefined("group", name, groups))
    granting = [groups[name] for name in block.granted_by if name in groups]
    if granting and all(source_of(one) is ON_CALL for one in granting):
        what = "only people on call could grant an exception"
        yield document.problem(("exceptions", "granted_by"), what, "add another group; nobody may be on call")
    if block.channel is not None and block.channel not in channels:
        yield document.problem(("exceptions", "channel"), *no_channel(block.channel, channels))
    yield from taken_stage_names(document, ("rule", "stages"), file.rule.stages)


def taken_stage_names(document: Document, field: Path, stages: Sequence[Stage]) -> Iterator[Problem]:
    """Stages of a policy that are called like the one that an exception adds, which would take its place."""
    for n, stage in enumerate(stages):
        if stage.name == STAGE:
            what = f"“{STAGE}” is the name of the stage that exceptions add"
            yield document.problem((*field, n, "name"), what, "choose another name")


def _groups(block: ExceptionsBlock) -> Iterator[tuple[Path, str]]:
    for n, name in enumerate(block.granted_by):
        yield ("exceptions", "granted_by", n), name
    for n, name in enumerate(block.review.reviewers):
        yield ("exceptions", "review", "reviewers", n), name
