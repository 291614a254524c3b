"""Checks of changes: releases go live with approval and stay what was approved, and the policy's changes are known."""

from collections.abc import Iterator

from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, noted, subjects
from workflows.queries.evidence.history import History
from workflows.releases.state import Release

_LIVE = "release.went-live"
_TROUBLES = (
    "release.check-failed",
    "release.live-check-failed",
    "release.drifted",
    "release.artifact-changed",
    "release.rolled-back",
    "release.not-moved",
    "release.move-stopped",
)
_ADOPTED = "policy.adopted"


def _approved(history: History) -> Found:
    events = history.of(_LIVE)
    found: list[Noted] = list(_without_approval(history))
    return Found(subjects(events), in_order(found), (("Went live", str(len(events))),))


def _without_approval(history: History) -> Iterator[Noted]:
    for event in history.of(_LIVE):
        release = history.state(Release, event.subject)
        if release and not any(one.verdict == "approve" for one in release.reviews):
            sentence = f"{release.terms.title} {release.version} went live without a person's approval."
            yield Noted(event.subject, event.at, sentence, event.index)


def _stays(history: History) -> Found:
    events = history.of(_LIVE)
    troubles = history.of(*_TROUBLES)
    return Found(subjects((*events, *troubles)), in_order(noted(history, troubles)))


def _policy(history: History) -> Found:
    events = history.of(_ADOPTED)
    counts = tuple(
        (f"In force from {one.at:%Y-%m-%d %H:%M:%S} UTC", str(one.facts["digest"])) for one in events
    )
    return Found(subjects(events), (), counts)


CHECKS = (
    Check(
        "releases-approved",
        "Releases go live with a person's approval",
        "Every release that went live in the period. Which gates it passed is in its story.",
        (_LIVE,),
        _approved,
    ),
    Check(
        "releases-stay-approved",
        "What is live is what was approved",
        "Every release that went live in the period, or had trouble in it: failed checks after it did, changes outside "
        "Daypass, other bytes than were approved, rollbacks, and moves that were stopped.",
        (_LIVE, *_TROUBLES),
        _stays,
    ),
    Check(
        "policy-changes-recorded",
        "Every change of the policy is recorded",
        "Every policy bundle that came into force in the period, by the digest that each later decision names. Compare it "
        "with the reviews in your Git repository; Daypass doesn't see those.",
        (_ADOPTED,),
        _policy,
    ),
)
