"""What people are told when Daypass doesn't do what they ask of an incident: every sentence, in one place.

Each says what is wrong and, where there is something to do, what to do next. Codes stand in the log.
"""

from collections.abc import Sequence

from workflows.workflow import Refused

MAX_TITLE_CHARS = 200
MAX_FOLLOW_UP_CHARS = 500
MAX_NOTES = 1_000
MAX_FOLLOW_UPS = 50

UNKNOWN = Refused("unknown", "There's no such incident. Declare one with /incident.")
"""What somebody is told of a private incident, too, if they aren't a member of it."""
NO_RULES = Refused("no-incidents", "Incidents aren't set up: the policy bundle has no incidents.yaml.")
CANT_DECLARE = Refused(
    "not-eligible", "You can't declare incidents: you aren't in any of the groups that do."
)
NO_ROLE_HELD = Refused("not-running-it", "You need a role in this incident to do that. Take one first.")
NOT_DUPLICATE = Refused(
    "not-alike", "You can only merge into an incident that the card lists as a possible duplicate."
)
MERGED_HERE = Refused("other-is-over", "That incident was merged into this one.")
EMPTY_NOTE = Refused("no-text", "The note is empty. Type /incident note and what happened.")
TOO_MANY_NOTES = Refused("too-many", f"This incident has {MAX_NOTES:,} notes, which is the limit.")
NO_FOLLOW_UP = Refused("no-text", f"Describe the follow-up in at most {MAX_FOLLOW_UP_CHARS} characters.")
NO_OWNER = Refused("no-owner", "Pick an owner who works here.")
OWNER_CANT_SEE = Refused("no-member", "This incident is private. Pick one of its members.")
TOO_MANY_FOLLOW_UPS = Refused(
    "too-many", f"This incident has {MAX_FOLLOW_UPS} follow-ups, which is the limit."
)
UNKNOWN_FOLLOW_UP = Refused("unknown", "There's no such follow-up.")
PLAYBOOK_RUNS = Refused("started", "This incident already has a playbook.")
NO_STEP = Refused("no-step", "This playbook has no such step.")
STEP_SKIPPED = Refused("skipped", "Someone skipped this step already.")
STEP_TELLS_OTHERS = Refused(
    "private", "This step would reveal a private incident. Do it by hand, then skip it."
)
NOT_HANDED_OVER = Refused("not-yours", "Only the role's holder or the incident commander can hand it over.")
NO_BRIEF = Refused("no-brief", "Add a handover note.")
NOT_OFFERED = Refused("not-offered", "This role is no longer offered to you.")
OFFER_VOID = Refused("not-theirs", "The person who offered this role can no longer hand it over.")


def no_title() -> Refused:
    """The title is missing, too short, too long, or not text."""
    return _in_field("no-title", "title", f"Describe the problem in 3 to {MAX_TITLE_CHARS} characters.")


def no_severity(named: str, known: Sequence[str]) -> Refused:
    """There is no severity of this name."""
    return _in_field(
        "no-severity", "severity", f"There's no severity “{named[:40]}”. Use {' or '.join(known)}."
    )


def no_service(named: str) -> Refused:
    """There is no service of this name."""
    return _in_field("no-service", "service", f"There's no service “{named[:60]}”.")


def no_playbook(named: str) -> Refused:
    """There is no playbook of this name."""
    return _in_field("no-playbook", "playbook", f"There's no playbook “{named[:60]}”.")


def not_now(status: str) -> Refused:
    """It is too late for that, or too early: the incident is in this status."""
    return Refused("not-now", f"This incident is {status}, so nothing changed.")


def not_your_step(role: str) -> Refused:
    """The step is for who holds this role."""
    return Refused(
        "not-your-step", f"This step is for the role {role}. Take that role, or ask the incident commander."
    )


def no_holder(role: str) -> Refused:
    """The step gives access to a role that nobody holds."""
    return Refused("no-holder", f"This step gives access to the role “{role}”, which nobody holds yet.")


def role_taken(name: str) -> Refused:
    """Somebody holds the role."""
    return Refused("taken", f"{name} has this role. They or the incident commander can hand it over.")


def no_role(named: str) -> Refused:
    """There is no role of this name."""
    return Refused("no-role", f"There's no role “{named[:60]}”.")


def cant_hold(who_is: str, groups: Sequence[str]) -> Refused:
    """`who_is` begins the sentence: *You are*, or a name and *is*."""
    return Refused("not-eligible", f"{who_is} not in {' or '.join(groups)}, which this role requires.")


def _in_field(code: str, field: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={field: sentence})
