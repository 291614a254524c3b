"""Access reviews of a bundle: their entitlements and reviewers resolved, and checked."""

from collections.abc import Iterator, Mapping

from workflows.durations import spell_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.document import Document, Path
from workflows.policy.loading.parsed_bundle import ParsedBundle
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.reviews import ReviewBlock, ReviewsFile
from workflows.policy.schema.rules import Group, ResourceFile, Settings
from workflows.policy.terms.reviews import ReviewedEntitlement, ReviewSchedule, ReviewTerms

MAX_ENTITLEMENTS = 100


def load_reviews(
    parsed: ParsedBundle, entitlements: Mapping[str, Entitlement], digest: str
) -> dict[str, ReviewTerms]:
    """Give the reviews by name; what is wrong with them is added to the problems."""
    found = next(parsed.each(ReviewsFile), None)
    if found is None:
        return {}
    document, file = found
    resources = [one for _, one in parsed.each(ResourceFile)]
    known = {name for one in resources for name in (one.resource, *one.entitlements)}
    bundle = parsed.one(Settings)[1].name
    terms: dict[str, ReviewTerms] = {}
    for name, block in file.reviews.items():
        rule = f"{bundle}: {name} ({document.at(('reviews', name))})"
        terms[name] = _terms(name, block, entitlements, rule, digest)
        parsed.problems += _problems(document, ("reviews", name), block, known, parsed.groups)
        parsed.problems += _unreviewable(document, ("reviews", name), terms[name])
    return terms


def _terms(
    name: str, block: ReviewBlock, entitlements: Mapping[str, Entitlement], rule: str, digest: str
) -> ReviewTerms:
    escalate = block.escalate
    schedule = (
        ReviewSchedule(every=block.every, day=block.day, at=block.at, zone=block.zone)
        if block.every
        else None
    )
    return ReviewTerms(
        name=name,
        title=block.title,
        entitlements=tuple(
            _reviewed(one, block)
            for one in sorted(entitlements.values(), key=lambda one: (one.resource, one.id))
            if not block.entitlements or {one.id, one.resource} & set(block.entitlements)
        ),
        schedule=schedule,
        within=block.within,
        escalate_after=escalate.after if escalate else None,
        escalate_to=escalate.to if escalate else (),
        if_unanswered=block.if_unanswered,
        keep_used_within=block.keep_used_within,
        rule=rule,
        digest=digest,
    )


def _reviewed(one: Entitlement, block: ReviewBlock) -> ReviewedEntitlement:
    approvers = (group for stage in one.rule.stages for group in stage.approvers)
    return ReviewedEntitlement(
        entitlement=one.id,
        title=one.title,
        resource=one.resource,
        eligible=one.rule.eligible,
        reviewers=tuple(dict.fromkeys(block.reviewers or approvers)),
    )


def _problems(
    document: Document, path: Path, block: ReviewBlock, known: set[str], groups: Mapping[str, Group]
) -> Iterator[Problem]:
    """Names that nobody defined, and an escalation that would come too late."""
    for n, name in enumerate(block.entitlements):
        if name not in known:
            fault = undefined("resource or entitlement", name, known)
            yield document.problem((*path, "entitlements", n), *fault)
    for n, name in enumerate(block.reviewers):
        if name not in groups:
            yield document.problem((*path, "reviewers", n), *undefined("group", name, groups))
    for n, name in enumerate(block.escalate.to if block.escalate else ()):
        if name not in groups:
            yield document.problem((*path, "escalate", "to", n), *undefined("group", name, groups))
    if block.escalate and block.escalate.after >= block.within:
        what = f"this is after the deadline, {spell_duration(block.within)} after the opening"
        yield document.problem((*path, "escalate", "after"), what, "use less than “within”")


def _unreviewable(document: Document, path: Path, terms: ReviewTerms) -> Iterator[Problem]:
    """Too many entitlements for one review, and those without anybody to review them."""
    if len(terms.entitlements) > MAX_ENTITLEMENTS:
        what = f"this reviews {len(terms.entitlements)} entitlements"
        meant = f"use several reviews of at most {MAX_ENTITLEMENTS} each"
        yield document.problem((*path, "entitlements"), what, meant)
    for one in terms.entitlements:
        if not one.reviewers:
            what = f"nobody would review “{one.entitlement}”, which has no approvers"
            yield document.problem((*path, "reviewers"), what, "list groups under reviewers")
            return
