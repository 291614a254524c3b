"""Checks of who decided: access is approved before it is granted, and nobody decides their own."""

from collections import Counter
from collections.abc import Iterator

from workflows.access.state import Access
from workflows.narrative import LoggedEvent
from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, noted, subjects
from workflows.queries.evidence.history import History
from workflows.releases.state import Release

_GRANTED = "access.granted"
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


def _own(history: History) -> Found:
    events = history.of(*_REVIEWED)
    tried = [one for one in history.of(*_REFUSED) if _is_own(one)]
    found = (*_decided_by_askers(history, events), *noted(history, tried, "prevented"))
    return Found(subjects(events), in_order(found), (("Verdicts", str(len(events))),))


def _is_own(event: LoggedEvent) -> bool:
    return (event.facts.get("command"), event.facts.get("code")) in _OWN.get(event.action, ())


def _decided_by_askers(history: History, events: tuple[LoggedEvent, ...]) -> Iterator[Noted]:
    for event in events:
        about = history.state(Access, event.subject) or history.state(Release, event.subject)
        reviewer = str(event.facts["reviewer"])
        if about and reviewer in about.excluded(history.directory):
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
        "nobody-decides-their-own",
        "Nobody decides their own request, release or access",
        "Every verdict of the period, compared with who requested or authored it, counting all accounts of a person as "
        "Daypass knows them now. Attempts that Daypass refused are listed as prevented.",
        (*_REVIEWED, *_REFUSED),
        _own,
    ),
)
