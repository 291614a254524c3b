"""What people are told when Daypass doesn't do what they ask of a release: every sentence, in one place.

Each says what is wrong and, where there is something to do, what to do next. Codes stand in the log.
"""

from datetime import datetime

from workflows.policy.terms.releases import FreezeTerms
from workflows.releases.events import Lapsed
from workflows.releases.gates.freeze import explained
from workflows.workflow import Refused

NOTE_LIMIT = 1_000
"""Characters of what changes."""

UNKNOWN = Refused("unknown", "There's no such release. Propose one with /release.")
OWN = Refused("author", "You're an author of this version, so someone else has to decide.")
GATES_OPEN = Refused(
    "gates", "Not every check has passed yet, so this can't be decided. The card shows which."
)
NOT_YOURS = Refused("not-yours", "Only the person who proposed a release can withdraw it.")
TOO_LATE = Refused("decided", "It's too late to withdraw this release.")
NOT_CONCERNED = Refused("not-an-approver", "Only approvers and authors of this release can do that.")
RESTORING = Refused("moving", "A restore is in progress. Roll back when it's done.")
ONLY_FORWARD = Refused(
    "only-forward",
    "GitHub or a cluster deploys this service, so Daypass can't put another version back. Deploy that version again; you get "
    "a card for it.",
)

NO_SERVICE = ("unknown", "service", "There's no such service. Pick one from the list.")
NO_VERSION = ("no-version", "version", "Enter a version of the model, such as 7.")
BAD_NOTE = ("unreadable", "note", f"Use at most {NOTE_LIMIT:,} characters, and plain text only.")
NOT_ITS_CLUSTER = (
    "not-its-cluster",
    "service",
    "Releases of this service are proposed by its cluster alone, when it asks. Deploy the version.",
)
TOO_FEW_APPROVERS = (
    "too-few-approvers",
    "service",
    "Not enough eligible approvers besides you. Ask whoever manages the groups to add someone.",
)


def not_eligible(groups: tuple[str, ...]) -> tuple[str, str, str]:
    """Code, field and sentence for who isn't in any of the groups that propose releases of a service."""
    return (
        "not-eligible",
        "service",
        f"You can't release this service. It takes a member of {', '.join(groups)}.",
    )


def lapsed(now: datetime) -> Refused:
    """The release expired before the click, which is recorded with the refusal."""
    return Refused("lapsed", "This release expired before your click. Propose it again.", (Lapsed(at=now),))


def frozen(freeze: FreezeTerms) -> Refused:
    """Refuse because a freeze began after the checks last ran."""
    return Refused("frozen", f"You can't approve now. {explained(freeze)}")


def not_earlier(version: str | None) -> Refused:
    """The version was never live by Daypass, or its bytes aren't known."""
    return Refused(
        "not-earlier",
        f"{f'Version {version[:60]}' if version else 'Nothing'} wasn't live here before with bytes that Daypass knows. "
        "Pick one from the list.",
    )


def not_rolled_back_by(groups: tuple[str, ...]) -> Refused:
    """The policy names who rolls the service back."""
    return Refused("not-an-approver", f"You can't roll this back. It takes a member of {', '.join(groups)}.")


def not_live(status: str) -> Refused:
    """There is nothing to roll back."""
    return Refused("not-live", f"This release is {status}, so there's nothing to roll back.")
