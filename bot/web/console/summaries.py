"""What stands above a story: a subject's title, where it stands, and what is known of it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.web.console import texts
from bot.web.console.access_summary import access_summary
from bot.web.console.document_summary import document_summary
from bot.web.console.exception_facts import exception_facts, exception_reasons
from bot.web.console.summary import TONES, Fact, Summary, Tone, names_of
from bot.web.console.tier_facts import tier_facts
from workflows import access, incidents, releases
from workflows.incidents.state import Incident
from workflows.narrative import Names, Said
from workflows.ports import Directory
from workflows.queries.queries import Story
from workflows.releases.changes import changed_since_live
from workflows.releases.state import Release
from workflows.releases.views import authors, text_difference
from workflows.system import absences, access_reviews, documents, stops
from workflows.system.absences.state import Absence
from workflows.system.access_reviews.state import AccessReview
from workflows.system.stops.progress import spell_progress
from workflows.system.stops.state import Stop
from workflows.workflow import CLOCKWORK, State, kind_of

_OTHERS = {
    "alm": "Alarm",
    "pol": "Policy",
    "ses": "Session",
    "erase": "Erased texts",
    "pky": "Passkey",
    "http": "Rejected request",
    "dep": "Departure",
    "remind": "Reminders",
    "removals": "Removed access",
}


def summary_of(story: Story, directory: Directory) -> Summary:
    """The summary of a story, of whichever kind."""
    if story.state is not None and kind_of(story.subject) in _KINDS:
        return summarise(story.state, directory)
    kind = _OTHERS.get(kind_of(story.subject), "Refused")
    status = story.state.status if story.state else "refused"
    return Summary(story.subject, kind, story.passages[0].sentence, status, TONES.get(status, "over"))


def summarise(state: State, directory: Directory) -> Summary:
    """The summary of what is known of a subject."""
    return _KINDS.get(kind_of(state.id), _other)(state, directory)


def _other(state: State, directory: Directory) -> Summary:
    kind = _OTHERS.get(kind_of(state.id), "Refused")
    title = f"{kind} of {directory.name_of(state.owner)}" if state.owner else kind
    return Summary(state.id, kind, title, state.status, TONES.get(state.status, "over"))


def _release(state: Release, directory: Directory) -> Summary:
    facts = [
        Fact("Proposed by", directory.name_of(state.requester)),
        Fact("Authors", names_of(tuple(sorted(authors(state, directory))), directory)),
        *([Fact("Owners", names_of(state.behind, directory))] if state.behind else []),
        Fact("Service", f"{state.terms.service} in {state.terms.environment}", page=history_of(state)),
        Fact("Risk", state.terms.risk),
        *tier_facts(state, directory),
        Fact("Version", state.version),
        Fact("Replaces", state.replaces or "nothing"),
        Fact("Proposed", state.proposed_at),
        *(
            [Fact(texts.EXPIRES_UNDECIDED, state.lapses_at)]
            if state.status in ("proposed", "pending")
            else []
        ),
        *([Fact("Decided", state.decided_at)] if state.decided_at else []),
        *([Fact("Live since", state.live_at)] if state.live_at else []),
        *([Fact("Rolled back", state.rolled_back_at)] if state.rolled_back_at else []),
        *([Fact(texts.ROLLED_BACK_TO, state.rolled_back_to or "nothing")] if state.rolled_back_at else []),
        *([Fact("Artifact", state.artifact_digest)] if state.artifact_digest else []),
        *(Fact(f"Check {one.gate}", f"{one.verdict}: {one.sentence}") for one in state.results),
        *exception_facts(state, directory),
        *_changes(state),
        *(
            Fact(texts.LATER_CHECK.format(gate=one.gate), f"{one.verdict}: {one.sentence}")
            for one in state.checks
        ),
        *(
            Fact(texts.LIVE_CHECK.format(name=one.name), f"{one.result.verdict}: {one.result.sentence}")
            for one in state.live_checks
        ),
        *([Fact(texts.OUTSIDE, state.found or "nothing")] if state.drifted else []),
        *([Fact(texts.SWAPPED, state.swapped)] if state.swapped else []),
        *([Fact(texts.UNREAD, state.unread)] if state.unread else []),
        *([Fact("Not restored", state.stopped)] if state.stopped else []),
        *([Fact("Declared", "an incident", state.incident)] if state.incident else []),
    ]
    said = [Said("What changes", state.note)] if state.note else []
    said += [Said(texts.IN_THE_TEXT, difference)] if (difference := text_difference(state)) else []
    said += [Said("Rollback plan", state.terms.rollback)]
    said += [Said("Reason", state.reason)] if state.reason else []
    said += exception_reasons(state)
    return Summary(
        subject=state.id,
        kind="Release",
        title=f"{state.terms.title}, version {state.version}",
        status=state.status,
        tone="bad" if state.drifted or state.swapped or state.unread else TONES.get(state.status, "over"),
        facts=tuple(facts),
        said=tuple(said),
        rule=state.terms.rule,
        policy=state.terms.digest,
        attested=state.attestation is not None,
    )


def history_of(state: Release) -> str | None:
    """The address of what was live of its service, once it has been live itself."""
    return f"/services/{state.terms.service}/history" if state.live_at else None


def _changes(state: Release) -> list[Fact]:
    """What differs from the version that it replaces."""
    return [
        Fact(
            texts.CHANGED.format(what=one.what),
            texts.CHANGED_TO.format(before=one.before, after=one.after, by=f" ({one.by})" if one.by else ""),
        )
        for one in changed_since_live(state)
    ]


def _incident(state: Incident, directory: Directory) -> Summary:
    moments = (
        ("Declared", state.declared_at),
        ("Acknowledged", state.acknowledged_at),
        ("Mitigated", state.mitigated_at),
        ("Resolved", state.resolved_at),
        ("Closed", state.closed_at),
    )
    facts = [
        Fact("Number", state.number),
        Fact("Severity", state.severity),
        *([Fact("Service", state.service)] if state.service else []),
        *([Fact("Drill", "Practice only")] if state.drill else []),
        *([Fact("Private", texts.MEMBERS_ONLY)] if state.private else []),
        Fact("Declared by", directory.name_of(state.owner)),
        *(Fact(role.capitalize(), directory.name_of(who)) for role, who in sorted(state.holders.items())),
        *(Fact(name, at) for name, at in moments if at),
        *([Fact("Playbook", state.playbook.title)] if state.playbook else []),
        *(Fact("Access", f"{one.title}: {one.status}", one.id) for one in state.accesses),
        *([Fact("After", "a release", state.release)] if state.release else []),
        *(Fact("Merged", texts.FROM_INCIDENT, one) for one in state.merged),
        *([Fact("Merged into", "another incident", state.merged_into)] if state.merged_into else []),
    ]
    said = [Said("Summary", state.summary)] if state.summary else []
    said += [Said("Reason", state.reason)] if state.reason else []
    return Summary(
        subject=state.id,
        kind="Drill" if state.drill else "Incident",
        title=state.title,
        status=state.status,
        tone=TONES.get(state.status, "over"),
        facts=tuple(facts),
        said=tuple(said),
        policy=state.terms.digest,
    )


def stop_title(state: Stop, directory: Directory) -> str:
    """What was stopped, by name."""
    if state.aim.person:
        return texts.STOPPED_ALL.format(who=directory.name_of(state.aim.person))
    return texts.STOPPED_RESOURCE.format(what=state.aim.target)


def spell_minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _stop(state: Stop, directory: Directory) -> Summary:
    lifted = state.lifted_by if state.lifted_by != CLOCKWORK.id else None
    facts = [
        Fact("Pressed by", Names(directory, state.owner).operator_or(state.owner)),
        Fact("Pressed", state.at),
        Fact("Progress", spell_progress(state, spell_minute)),
        *([Fact("Sessions ended", str(state.sessions))] if state.sessions else []),
        *([Fact(texts.REFUSES_UNTIL, state.until)] if state.refuses else []),
        *([Fact("All confirmed", state.confirmed_at)] if state.confirmed_at else []),
        *([Fact("Over since", state.lifted_at)] if state.lifted_at else []),
        *([Fact("Lifted by", Names(directory, lifted).operator_or(lifted))] if lifted else []),
    ]
    return Summary(
        subject=state.id,
        kind="Emergency stop",
        title=stop_title(state, directory),
        status=state.status,
        tone="bad" if state.troubled else TONES.get(state.status, "over"),
        facts=tuple(facts),
        said=(Said("Reason", state.reason),),
    )


def _absence(state: Absence, directory: Directory) -> Summary:
    facts = [
        Fact("Who", directory.name_of(state.owner)),
        Fact("From", state.at),
        Fact("Until", state.until),
        *([Fact("Delegate", directory.name_of(state.asked))] if state.asked else []),
        *([Fact("For groups", ", ".join(state.groups))] if state.groups else []),
        *([Fact("Over since", state.ended_at)] if state.ended_at else []),
    ]
    return Summary(
        subject=state.id,
        kind="Time away",
        title=texts.AWAY.format(who=directory.name_of(state.owner)),
        status=state.status,
        tone=TONES.get(state.status, "over"),
        facts=tuple(facts),
    )


def _access_review(state: AccessReview, directory: Directory) -> Summary:
    counted = {"Kept": state.tally("keep"), "Removed": state.tally("remove"), "Unanswered": state.tally(None)}
    facts = [
        Fact("Period", state.period),
        Fact("Opened", state.opened_at),
        Fact("Due", state.due_at),
        *([Fact("Closed", state.closed_at)] if state.closed_at else []),
        *(
            Fact(name, texts.OF_ITEMS.format(number=number, count=state.count))
            for name, number in counted.items()
        ),
        *([Fact("Without reviewers", ", ".join(state.unreviewable))] if state.unreviewable else []),
    ]
    waits: Tone = "bad" if state.overdue or state.unreviewable else "waits"
    return Summary(
        subject=state.id,
        kind="Access review",
        title=f"{state.terms.title} ({state.period})",
        status=state.status,
        tone=waits if state.status == "open" else "over",
        facts=tuple(facts),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


_KINDS: Mapping[str, Callable[[Any, Directory], Summary]] = {
    access.WORKFLOW.kind: access_summary,
    releases.WORKFLOW.kind: _release,
    incidents.WORKFLOW.kind: _incident,
    stops.WORKFLOW.kind: _stop,
    absences.WORKFLOW.kind: _absence,
    access_reviews.WORKFLOW.kind: _access_review,
    documents.WORKFLOW.kind: document_summary,
}
