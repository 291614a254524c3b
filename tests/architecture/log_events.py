"""Writes docs/log-events.md, every action of the log with its facts: `python -m tests.architecture.log_events`.

The actions and their facts come from the workflows; what an action means is written here, one line each.
"""

from pathlib import Path

from bot.wiring.workflows import BY_KIND
from workflows.workflow import REFUSED, Workflow

PAGE = Path(__file__).parents[2] / "docs" / "log-events.md"
TITLES = {
    "access": "Access",
    "release": "Releases",
    "incident": "Incidents",
    "document": "Documents",
    "session": "Sessions",
    "policy": "Policy",
    "alarm": "Alarms",
    "http": "Rejected requests",
    "stop": "Emergency stops",
    "departure": "Departures",
    "erasure": "Erasures",
    "absence": "Time away",
    "reminder": "Reminders",
    "event-sink": "Event sinks",
    "control-test": "Control tests",
    "monthly-figures": "Monthly figures",
    "access-review": "Access reviews",
    "access-removal": "Removals of access reviews",
}
MEANINGS = {
    "erasure.ordered": "An operator ordered that what people typed about a subject is erased: so many texts.",
    "erasure.done": "What people typed about the subject is erased.",
    "access.requested": "Someone requested access, with everything the decision saw; with `asked_by` and no `incident`, for "
    "someone else.",
    "access.proposal-accepted": "The person someone else requested it for accepted it: from now on it is their request, "
    "on these terms.",
    "access.proposal-declined": "The person someone else requested it for didn't want it.",
    "access.kit-entitlement-refused": "The policy refused an entitlement of the kit after the first request was made.",
    "access.signals-raised": "A delegate who was asked while it waited is new; `signals` are all that are known by now.",
    "access.terms-revised": "The policy changed, or a signal came later, and the pending request now has to meet stricter terms.",
    "access.reviewed": "An approver approved or denied in a stage; `seconds` and `condition` if for less.",
    "access.conditions-offered": "It has its approvals, and waits for the requester to accept their conditions.",
    "access.conditions-accepted": "The requester accepted the conditions, by their digest.",
    "access.conditions-declined": "The requester withdrew the request instead of accepting its conditions.",
    "access.question-asked": "An approver asked the requester a question.",
    "access.question-answered": "The requester answered it.",
    "access.review-withdrawn": "An approver took their own decision back while the request was pending.",
    "access.approved": "The last approval arrived, or the policy approves automatically.",
    "access.granted": "Access was granted, from one time to another.",
    "access.grant-started": "Scheduled access began: its time came, or the access that it extends ended.",
    "access.denied": "An approver denied the request, which ends it.",
    "access.withdrawn": "The requester took the request back, or Daypass did, and why.",
    "access.lapsed": "The request expired without a response.",
    "access.escalated": "A stage was escalated: more people can decide it.",
    "access.approvers-missing": "Too few eligible approvers are left for these stages.",
    "access.approvers-found": "Every stage has enough eligible approvers again.",
    "access.taking-signed": "The requester signed for one credential with their passkey, to be taken within ten minutes.",
    "access.credential-requested": "The requester asked for a credential; nothing has been created yet.",
    "access.vault-asked": "Vault waits for its own approvers to authorize the credential, by this accessor; nothing has been "
    "created yet.",
    "access.vault-authorized": "Who has authorized it in Vault by now, in Vault's own names, and whether they are enough.",
    "access.credential-collected": "The requester asked for what Vault's approvers authorized; now it is created.",
    "access.credential-minted": "Vault created a credential. Has its accessor and lease, never its secret.",
    "access.credential-not-minted": "No credential was handed out, and why.",
    "access.credential-found-missing": "Vault no longer has the credential, and Daypass didn't end it.",
    "access.credential-end-started": "Daypass started to revoke the credential.",
    "access.credential-left-to-expire": "Vault revoked what it could; the credential works until `valid_until`.",
    "access.credential-ended": "The credential is gone, as confirmed by `confirmed_by`.",
    "access.credential-not-ended": "Revoking failed, and why. It is retried.",
    "access.end-announced": "The requester was reminded that the access ends soon.",
    "access.run-ended": "The run with which the access ends is over, and what its system said.",
    "access.run-unreadable": "The run can't be seen, and why; access goes on to its time.",
    "access.run-readable": "The run can be seen again.",
    "access.ticket-closed": "The ticket with which the access ends was closed, and its status there.",
    "access.ticket-unreadable": "The ticket can't be seen, and why; access goes on to its time.",
    "access.ticket-readable": "The ticket can be seen again.",
    "access.grant-end-started": "The grant's end began: on time, early, with its run or ticket, or cancelled before its start.",
    "access.grant-ended": "The grant is over, and every credential's end is confirmed.",
    "departure.reported": (
        "The identity provider deactivated or deleted these people, with all their accounts. `held`: an operator is "
        "asked first, because `recent` and these `leavers` are more than `limit`."
    ),
    "departure.people-added": "More people of the same departure.",
    "departure.people-returned": "The identity provider has these people again.",
    "departure.confirmed": "An operator, by these `groups`, confirmed that they left: what they hold ends.",
    "departure.rejected": "An operator, by these `groups`, rejected it: they keep what they hold.",
    "departure.access-found": "Access of theirs that is being ended.",
    "departure.ended": "Every end is confirmed.",
    "absence.started": "Someone is away until then, and who decides for them in which groups; `earlier`: when they first were.",
    "absence.delegation-ended": "The delegate decides no longer: the policy changed, or they left.",
    "absence.ended": "They are back, their time away is over, or they left.",
    "reminder.sent": "Daypass reminded someone of what waits for their decision, by subject; `digest` is when their daily "
    "message was due. What they no longer need to be reminded of is `over`.",
    "stop.pressed": "Someone pressed the red button for a person, or for a resource or entitlement, and why.",
    "stop.found": "What the stop has to end.",
    "stop.sessions-ended": "The person's sessions in the console were ended.",
    "stop.request-closed": "A request or scheduled grant was closed before it began.",
    "stop.grant-ended": "A grant's end is confirmed, by `confirmed_by`.",
    "stop.grant-left-to-expire": "What a grant gave can't be revoked early; it works until `works_until`.",
    "stop.grant-not-ended": "A grant can't be ended yet, and why. It is retried.",
    "stop.confirmed": "Every end is confirmed.",
    "stop.lifted": "Access can be requested again: someone lifted the stop, or its time was over.",
    "access-review.opened": "An access review opened: its terms, and how many items the events after it list.",
    "access-review.items-listed": "Who could request an entitlement then, and when each of them last used it.",
    "access-review.items-answered": "A reviewer kept or removed these items, by number; `people` are who they are about.",
    "access-review.removal-reversed": "A reviewer kept after all what was removed.",
    "access-review.reviewers-reminded": "A reminder fell due to these reviewers; each gets it when they chose to.",
    "access-review.escalated": "Members of more groups can answer everything.",
    "access-review.overdue": "The deadline passed, and items have no answer.",
    "access-review.reviewers-missing": "Nobody is left who can review some items of these entitlements.",
    "access-review.reviewers-found": "Every item has someone to review it again.",
    "access-review.closed": "Every item is answered, or the deadline passed; the three counts are all of its items.",
    "access-removal.removed": "What a reviewer removed is refused from now on, and being revoked.",
    "access-removal.revoked": "Nothing of it is left, and each end is confirmed.",
    "access-removal.lifted": "It can be requested again: a reviewer reversed it, or the policy has caught up with it.",
    "access.break-glass-taken": "The requester took it without approval: who was told, and when its review is due.",
    "access.break-glass-reviewed": "Someone else reviewed it: justified or unjustified.",
    "access.break-glass-review-reminded": "A reminder fell due to these reviewers; each gets it when they chose to.",
    "access.break-glass-review-escalated": "More people can review it.",
    "access.break-glass-review-overdue": "No review came in time, which blocks the requester's next break-glass.",
    "access.break-glass-reviewers-missing": "No one is left who can review it.",
    "access.break-glass-reviewers-found": "Someone can review it again.",
    "access.break-glass-incident-linked": "It opened an incident, or joined one.",
    "document.drafted": "Someone began a text, the first or a later one; `carried` wrote what it takes over.",
    "document.revised": "Someone changed a text that isn't approved; it is a draft again.",
    "document.submitted": "Someone asked for its approval, on these terms; `deciders` could approve it then.",
    "document.terms-revised": "The policy changed while it was in review, so earlier approvals no longer count.",
    "document.reviewed": "An approver approved the text, or sent it back.",
    "document.approved": "The last approval arrived: this text counts, until `expires_at` if that is there.",
    "document.sent-back": "An approver sent it back: it is a draft again.",
    "document.discarded": "What wasn't approved was dropped.",
    "document.expired": "The approved text no longer counts.",
    "release.proposed": "Someone proposed a version.",
    "release.evidence-read": "Daypass read the evidence and evaluated the gates.",
    "release.evidence-not-read": "The evidence couldn't be read, and why.",
    "release.approval-voided": "What was approved changed, so earlier approvals no longer count.",
    "release.tier-determined": "The service's risk tier was determined, by which answers or why none count: from now on the "
    "release's gates and stages are that tier's.",
    "release.terms-revised": "The policy changed, and the pending release now has to meet stricter terms.",
    "release.reviewed": "An approver approved or rejected in a stage.",
    "release.review-withdrawn": "An approver took their own decision back while the release was pending.",
    "release.question-asked": "An approver asked the proposer a question.",
    "release.question-answered": "The proposer answered it.",
    "release.approved": "The last approval arrived.",
    "release.rejected": "An approver rejected the release, which ends it.",
    "release.withdrawn": "The proposer took the release back.",
    "release.lapsed": "The release expired without a response.",
    "release.superseded": "Another version went live first.",
    "release.escalated": "A stage was escalated: more people can decide it.",
    "release.approvers-missing": "Too few eligible approvers are left for these stages.",
    "release.approvers-found": "Every stage has enough eligible approvers again.",
    "release.move-started": "Daypass is about to change what is live; nothing has been touched yet.",
    "release.move-delayed": "The move failed and is retried, and why.",
    "release.went-live": "The version is live, as read back.",
    "release.rolled-back": "The previous version is live again, as read back.",
    "release.restored": "The approved version is live again, as read back.",
    "release.not-moved": "The move was given up: something unexpected is live.",
    "release.check-started": "The post-release checks started.",
    "release.check-passed": "The post-release checks passed.",
    "release.check-failed": "The post-release checks failed. `incident` is the incident it declared, if any.",
    "release.live-check-passed": "A check on live metrics passes for the first time, or again.",
    "release.live-check-failed": "A check on live metrics failed in so many looks in a row, `since` then; with `incident`, it "
    "declares one.",
    "release.live-check-not-read": "A check on live metrics couldn't be evaluated in so many looks in a row.",
    "release.incident-declared": "The incident that a failed check called for was declared. `number` is what people call it.",
    "release.attested": "The verdict was signed. `envelope` is the attestation: a DSSE envelope as JSON.",
    "release.drifted": "Something else went live outside Daypass.",
    "release.drift-ended": "The approved version is live again, without Daypass.",
    "release.artifact-confirmed": "What is live has the approved bytes.",
    "release.artifact-changed": "What is live has other bytes than were approved.",
    "release.artifact-not-read": "The bytes of what is live can't be read any more.",
    "release.move-stopped": "A rollback or restore was stopped: the version's bytes aren't the approved ones.",
    "release.replaced": "A later release took its place.",
    "release.exception-requested": "Someone asked that a failed check may fail as it does, for this version and until a time. "
    "One more approver has to agree.",
    "release.exception-review-due": "A release with an exception went live, and its review is due. `people` were told.",
    "release.exception-reviewed": "Someone else said afterwards whether the exception was justified.",
    "release.exception-review-overdue": "Nobody reviewed the exception in time.",
    "incident.declared": "Someone, or a failed check, declared an incident. `number` is the 42 of inc-42; private: none.",
    "incident.channel-opened": "The incident's channel exists.",
    "incident.channel-delayed": "Slack refused the channel; it is retried.",
    "incident.page-sent": "A pager took the page for this severity.",
    "incident.page-delayed": "A page failed and is retried, and why.",
    "incident.page-failed": "A page was given up, and why.",
    "incident.people-invited": "People were invited to the channel; `refused` names those who couldn't be.",
    "incident.role-taken": "Someone holds the role now; `before` held it until then.",
    "incident.role-offered": "A role was offered to someone, with a handover note.",
    "incident.role-declined": "The offer of a role was declined.",
    "incident.role-vacated": "The holder of a role left.",
    "incident.severity-changed": "The severity changed.",
    "incident.mitigated": "The incident was marked as mitigated.",
    "incident.resolved": "The incident was resolved. Its access ends.",
    "incident.reopened": "The incident was reopened.",
    "incident.cancelled": "The incident was cancelled, or merged into another.",
    "incident.reviewed": "The review was closed.",
    "incident.note-added": "A note was added to the timeline.",
    "incident.message-pinned": "A Slack message is to be added to the timeline.",
    "incident.follow-up-added": "A follow-up was added.",
    "incident.follow-up-done": "A follow-up was done.",
    "incident.playbook-started": "A playbook was started.",
    "incident.step-started": "Someone started a step; nothing has been done yet.",
    "incident.step-done": "A step was done.",
    "incident.step-failed": "A step failed, and why.",
    "incident.step-delayed": "A step is waiting or retried, and why.",
    "incident.step-skipped": "A step was skipped, and why.",
    "incident.step-became-overdue": "A step is overdue, and its owner was reminded.",
    "incident.step-escalated": "An overdue step was escalated to more people.",
    "incident.access-requested": "A playbook requested access for the holder of a role.",
    "incident.access-changed": "The status of the incident's access changed.",
    "incident.access-end-started": "The incident's access is about to be revoked.",
    "incident.releases-frozen": "The incident stops a service's releases.",
    "incident.releases-unfrozen": "The services' releases can continue.",
    "incident.duplicates-found": "Other incidents look alike.",
    "incident.merged-from": "Another incident was merged into this one.",
    "passkey.added": (
        "Someone added a passkey. It signed that itself (`proof`); an older one signed too (`voucher`), or they had just signed "
        "in at the identity provider (`session`, `authenticated_at`)."
    ),
    "passkey.confirmed": "An operator, by these `groups`, or the person's manager said that a first passkey is theirs.",
    "passkey.used": "The passkey signed a decision on the subject `about`. `count` is the authenticator's counter.",
    "passkey.removed": "The passkey was taken out of use: by its owner, by an operator, or because no one confirmed it.",
    "session.signed-in": "Someone signed in, in a browser or from a terminal (`where`).",
    "session.ended": (
        "The session ended, and how: by its owner, its time, an operator of these `groups`, an emergency stop, or because the "
        "identity provider deactivated the account."
    ),
    "session.exported": "Someone exported a search.",
    "session.opened": "Someone opened the history of `about` in the console, which the policy wants recorded.",
    "policy.adopted": "A new policy bundle is in force.",
    "alarm.raised": "An alarm was raised.",
    "monthly-figures.sent": "The figures of this month were to be sent to the channel that the policy names.",
    "control-test.started": "A control test started, for the time that it was due.",
    "control-test.passed": "The control works, as it was tried.",
    "control-test.failed": "The control doesn't work, as it was tried.",
    "control-test.interrupted": "It couldn't be finished, and why, so it says nothing of the control.",
    "event-sink.event-skipped": "An operator let an event sink skip the event at this place in the log.",
    "alarm.cleared": "The alarm's cause is gone.",
}
_TOP = f"""# Log events

Every action in the audit log, with the facts that an event of it has. The list comes from the code; a test fails if it is out
of date.

Action names are `subject.what-happened`. Every subject also has `{REFUSED}`, for example `access.{REFUSED}`: someone tried
something that was refused. The fact `command` says what, and the facts `code` and `sentence` say why; `seen` is what a
refused new request was decided by. Refusals
have one name per subject and not one per command, so that one search finds them all and a new command needs no new
event. `http.{REFUSED}` is a request that was rejected before it could name a subject.

An event always has its time, who or what caused it, where it came from, and the digest of the policy in force. People's
own words (reasons, notes, tickets) are kept beside the log, and the event has a commitment to them.
"""


def events_page() -> str:
    """Write the page, in Markdown."""
    by_name = {one.name: one for one in BY_KIND.values()}
    return "\n".join([_TOP, *(_section(title, by_name[name]) for name, title in TITLES.items())])


def actions() -> set[str]:
    """Give every action that an event can have, refusals aside."""
    return {f"{one.name}.{event.action}" for one in BY_KIND.values() for event in one.events}


def _section(title: str, workflow: Workflow) -> str:
    rows = [
        f"| `{name}` | {MEANINGS[name]} | {', '.join(f'`{fact}`' for fact in event.model_fields)} |"
        for event in workflow.events
        for name in [f"{workflow.name}.{event.action}"]
    ]
    refused = f"| `{workflow.name}.{REFUSED}` | Someone's attempt was refused. | `command`, `code`, `sentence`, `scope`, `seen` |"
    head = [f"## {title}\n", "| action | what happened | facts |", "|---|---|---|"]
    return "\n".join([*head, *rows, refused, ""])


if __name__ == "__main__":
    PAGE.write_text(events_page())
