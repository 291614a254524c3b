"""Checks of who decided: access is approved before it is granted, and nobody decides their own."""

from collections import Counter
from collections.abc import Iterator

from workflows.access.state import Access
from workflows.incidents.actions.action import PLAYBOOK
from workflows.narrative import LoggedEvent
from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, noted, subjects
from workflows.queries.evidence.history import History
from workflows.releases.state import Release

_GRANTED = "access.granted"
_RELEASE_APPROVED = "release.approved"
_REVIEWED = ("access.reviewed", "release.reviewed")
_REFUSED = ("access.refused", "release.refused", "access-review.refused")
_OWN = {
    "access.refused": {("ReviewAccess", "own-request"), ("ReviewBreakGlass", "own-access")},
    "release.refused": {("ReviewRelease", "author")},
    "access-review.refused": {("AnswerItems", "own-access")},
}
"""Refusals of an attempt to decide on one's own request, release or access: the command and the code. The code
`own-request` alone also covers questions about one's own request, and requests for oneself as for someone else."""


def _granted(history: History) -> Found:
    events = history.of(_GRANTED)
    how: Counter[str] = Counter()
    found: list[Noted] = []
    for event in events:
        access = history.state(Access, event.subject)
        if access is None:
            continue
        way = _way(access)
        how[way] += 1
        if way == "taken without approval":
            text = f"{history.names([access.requester])} took {access.terms.title} without approval."
            found.append(Noted(event.subject, event.at, text, event.index))
    counts = tuple((f"Granted, {name}", str(number)) for name, number in sorted(how.items()))
    return Found(subjects(events), in_order(found), counts)


def _way(access: Access) -> str:
    if access.break_glass:
        return "taken without approval"
    return "approved by people" if access.reviews else "approved automatically by policy"


def _signed(history: History) -> Found:
    events = {one.subject: one for one in history.of(_GRANTED, _RELEASE_APPROVED)}
    ways: Counter[str] = Counter()
    asked: list[str] = []
    found: list[Noted] = []
    decided: list[Access | Release] = [*history.all(Access), *history.all(Release)]
    for one in decided:
        if one.id not in events or all(review.verdict != "approve" for review in one.reviews):
            continue
        what = "Granted" if isinstance(one, Access) else "Releases approved"
        ways[f"{what} with assurance {one.terms.assurance}"] += 1
        if one.terms.assurance == "passkey":
            asked.append(one.id)
            found += _by_click(history, one, events[one.id].index)
    counts = tuple((name, str(number)) for name, number in sorted(ways.items()))
    return Found(tuple(asked), in_order(found), counts)


def _by_click(history: History, about: Access | Release, index: int | None) -> Iterator[Noted]:
    for review in about.reviews:
        if review.unsigned_approval:
            who, what = history.names([review.reviewer]), about.terms.title
            yield Noted(about.id, review.at, f"{who} approved {what} by a click, without a signature.", index)


def _own(history: History) -> Found:
    events = history.of(*_REVIEWED)
    tried = [one for one in history.of(*_REFUSED) if _is_own(one)]
    found = (*_decided_by_askers(history, events), *noted(history, tried, "prevented"))
    counts = (
        ("Verdicts", str(len(events))),
        ("Given by running a step of a playbook", str(sum(map(_by_playbook, events)))),
    )
    return Found(subjects(events), in_order(found), counts)


def _is_own(event: LoggedEvent) -> bool:
    return (event.facts.get("command"), event.facts.get("code")) in _OWN.get(event.action, ())


def _by_playbook(event: LoggedEvent) -> bool:
    """Whether it is the approval of whoever ran a playbook's step, who requests for the holder of a role and approves at once."""
    return event.actor == PLAYBOOK.id


def _decided_by_askers(history: History, events: tuple[LoggedEvent, ...]) -> Iterator[Noted]:
    for event in events:
        about = history.state(Access, event.subject) or history.state(Release, event.subject)
        reviewer = str(event.facts["reviewer"])
        if about is None:
            continue
        if isinstance(about, Access) and _by_playbook(event):
            own = history.directory.all_who_may_be({about.requester, *about.behind})
        else:
            own = about.excluded(history.directory)
        if reviewer in own:
            sentence = f"{history.names([reviewer])} decided on a request or release that is their own."
            yield Noted(event.subject, event.at, sentence, event.index)


CHECKS = (
    Check(
        "access-approved",
        "Access is approved before it is granted",
        "Every grant of the period, by how it was approved. Access taken without approval (break-glass) is an exception.",
        (_GRANTED,),
        _granted,
    ),
    Check(
        "approvals-signed",
        "Approvals are signed with a passkey where the policy asks for it",
        "Every grant and release of the period that people approved, by how strongly its approvals are bound to them. Where the "
        "policy asks for a passkey, each approval without a signature is an exception. The signatures are in the samples' events "
        "with the passkeys' own stories, and verifying the pack checks them.",
        (_GRANTED, _RELEASE_APPROVED),
        _signed,
    ),
    Check(
        "nobody-decides-their-own",
        "Nobody decides their own request, release or access",
        "Every verdict of the period, compared with who requested or authored it, counting all accounts of a person as "
        "Daypass knows them now. Attempts that Daypass refused are listed as prevented. Whoever runs a playbook's step that "
        "requests access for someone else in an incident, and may approve it by the policy, does both at once; that is counted.",
        (*_REVIEWED, *_REFUSED),
        _own,
    ),
)
