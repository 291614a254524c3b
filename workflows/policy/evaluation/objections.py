"""What stands against a request, in sentences: for each field of the form, every one of them in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.durations import spell_duration

Field = str
"""`entitlement`, `duration`, `justification`, `ticket`, `eligibility`, `condition`, `approvers`, or an input as
`inputs.name`."""
TICKET_UNSEEN = "ticket-unseen"
"""The code of a ticket that nobody could look at."""
NAMES_SHOWN = 8
MAX_NAME_CHARS = 60
INVALID = "This contains invalid characters. Type it again."


@dataclass(frozen=True)
class Objection:
    """Why a request can't go on: the field of the form, a code for machines, a sentence for people."""

    field: Field
    code: str
    sentence: str


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Join names as in `Ada, Grace and Edsger`; past eight, say how many more there are."""
    shown, left = list(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return f" {word} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def unreadable_entitlement() -> Objection:
    """The name holds characters that can't be stored."""
    return Objection("entitlement", "unreadable", INVALID)


def unknown_entitlement(name: str, near: str | None) -> Objection:
    """Nothing has this name; `near` is the one the person may have meant."""
    hint = f"Did you mean “{near}”?" if near else "Pick one from the list."
    return Objection("entitlement", "unknown", f"“{name[:MAX_NAME_CHARS]}” wasn't found. {hint}")


def separate_duties(other: str, because: str) -> Objection:
    """The requester has `other`, and nobody may have both."""
    return Objection(
        "entitlement", "separate-duties", f"No one may have this and “{other}” at once: {because}"
    )


def not_eligible(title: str, groups: Sequence[str]) -> Objection:
    """The requester is in none of the groups."""
    sentence = (
        f"Only members of {join_names(groups, 'or')} can request “{title}”. To join, ask the group's owner."
    )
    return Objection("eligibility", "not-eligible", sentence)


def too_long(longest: int) -> Objection:
    """More seconds than the rule allows."""
    sentence = f"The maximum is {spell_duration(longest)}. Request less, and renew it if you need to."
    return Objection("duration", "too-long", sentence)


def too_short(shortest: int) -> Objection:
    """Fewer seconds than the rule allows."""
    return Objection("duration", "too-short", f"The minimum is {spell_duration(shortest)}.")


def unreadable_reason() -> Objection:
    """The reason holds characters that can't be stored."""
    return Objection("justification", "unreadable", INVALID)


def reason_too_short(length: int, least: int) -> Objection:
    """A reason of `length` characters where `least` are needed."""
    sentence = f"Write at least {least} characters, so approvers can judge it. You have {length}."
    return Objection("justification", "too-short", sentence)


def reason_too_long(length: int, most: int) -> Objection:
    """A reason of `length` characters where `most` are allowed."""
    sentence = f"Keep it under {most} characters and link to the rest. You have {length}."
    return Objection("justification", "too-long", sentence)


def no_ticket(hint: str) -> Objection:
    """The rule needs a ticket; `hint` is the rule's own."""
    return _ticket("missing", "A ticket is required.", hint)


def unreadable_ticket(most: int, hint: str) -> Objection:
    """A ticket that is too long, or can't be stored."""
    return _ticket("unreadable", f"A ticket has at most {most} valid characters.", hint)


def wrong_ticket(typed: str, hint: str) -> Objection:
    """A ticket that doesn't fit the rule's patterns."""
    return _ticket("wrong-form", f"“{typed}” isn't a valid ticket.", hint)


def ticket_unseen(why: str) -> Objection:
    """Nobody could look at the ticket; `why` is a sentence."""
    return _ticket(TICKET_UNSEEN, "The ticket can't be checked, so this isn't allowed.", why)


def no_such_ticket(source: str, hint: str) -> Objection:
    """The source has no such ticket, or doesn't show it to Daypass."""
    return _ticket("no-ticket", f"This ticket wasn't found in {source}.", hint)


def ticket_closed(key: str, said: str) -> Objection:
    """The ticket is closed; `said` is its status in its system's word."""
    status = f" ({said})" if said and said != "closed" else ""
    return _ticket("ticket-closed", f"{key} is closed{status}.", "Name an open ticket.")


def other_project(key: str, projects: Sequence[str]) -> Objection:
    """The ticket is in none of the rule's `projects`."""
    wanted = join_names(projects, "or") or "no project"
    return _ticket("other-project", f"{key} isn't in {wanted}.", "Name a ticket that is.")


def not_own_project(key: str, own: Sequence[str]) -> Objection:
    """The ticket is in no project of the requester's groups, which are `own`."""
    wanted = f"Name a ticket in {join_names(own, 'or')}." if own else "Your groups have none."
    return _ticket("other-project", f"{key} isn't in a project of your groups.", wanted)


def _ticket(code: str, sentence: str, hint: str) -> Objection:
    return Objection("ticket", code, f"{sentence} {hint}".strip())


def condition_error(name: str, detail: str) -> Objection:
    """A condition that couldn't be evaluated, which counts as refusing."""
    sentence = f"The condition “{name}” couldn't be checked, so this request isn't allowed: {detail}."
    return Objection("condition", "condition-error", sentence)


def too_few_approvers(needed: int, groups: Sequence[str]) -> Objection:
    """So many approvals can't come together, whoever approves."""
    approvals = "1 approval" if needed == 1 else f"{needed} approvals"
    sentence = (
        f"Not enough eligible approvers: this needs {approvals} from {join_names(groups, 'or')}, not counting the requester. "
        "Ask that group's owner to add someone."
    )
    return Objection("approvers", "too-few-approvers", sentence)
