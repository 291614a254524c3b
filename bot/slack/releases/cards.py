"""The cards of a release: pure functions of its state, one for each role that looks at it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.slack.access.cards import nobody_left_line
from bot.slack.blocks import MAX_RULE_CHARS, Shown, button, buttons, fine_print, message, section, sure
from bot.slack.layout import Facts, Fixed, Lines, Paragraph, Passage, Prose, laid_out, whole_of
from bot.slack.mrkdwn import cut, mention, mentions, moment, plain
from bot.slack.presenter import CARD
from integrations.slack.messages import Message
from workflows.approval import Role, short_of_approvers, still_needed
from workflows.incidents.state import number_of
from workflows.ports import Directory, is_machine
from workflows.releases.gates.gate import Result
from workflows.releases.state import OPEN, Release
from workflows.releases.views import authors

WORD = "release"
APPROVE = "release.approve"
REJECT = "release.reject"
WITHDRAW = "release.withdraw"
ROLL_BACK = "release.roll-back"
CHECK_AGAIN = "release.check-again"
RESTORE = "release.restore"

STANDING = {
    "proposed": ":construction: Proposed: its gates haven't all passed",
    "pending": ":hourglass_flowing_sand: Waiting for approval",
    "approved": ":white_check_mark: Approved: going live",
    "live": ":rocket: Live",
    "evaluated": ":checkered_flag: Live, and its checks afterwards have passed",
    "rolling back": ":warning: Rolling back: not yet confirmed",
    "rolled back": ":leftwards_arrow_with_hook: Rolled back",
    "rejected": ":no_entry: Rejected",
    "withdrawn": ":leftwards_arrow_with_hook: Withdrawn",
    "lapsed": ":zzz: Lapsed: nobody decided in time",
    "superseded": ":twisted_rightwards_arrows: Superseded: something else is live by now",
    "replaced": ":package: Replaced by a later release",
}
VERDICTS = {
    "passed": ":white_check_mark: *{gate}* passed",
    "failed": ":x: *{gate}* failed",
    "unknown": ":grey_question: *{gate}* can't be evaluated",
}
VOID = {
    "artifact": "the artifact has changed",
    "evidence": "what the gates read has changed",
    "authors": "its authors are others than thought",
    "policy": "the rules have changed",
    "gates": "a gate doesn't hold any more",
    "approvers": "those who approved aren't enough any more",
}
MANY_GATES = 15
MAX_GATE_CHARS = 500
MAX_VERSION_CHARS = 120
"""What a registry or a service calls a version, at most on a card."""


def value(state: Release) -> str:
    """What a button of a card drawn now carries."""
    return Shown(state.id, state.digest, state.terms.digest).value


def card(state: Release, role: Role, directory: Directory) -> Message:
    """The release's card for somebody in this role."""
    below = [*_buttons(state, role), fine_print(_fine_print(state, directory))]
    blocks = laid_out(_passages(state, role, directory), below, Shown(state.id, CARD, ""), WORD)
    return message(_summary(state, role), *blocks)


def whole(state: Release, directory: Directory) -> list[Block]:
    """All that its cards have no room for."""
    return whole_of(_passages(state, "approver", directory), fine_print(_fine_print(state, directory)))


def _passages(state: Release, role: Role, directory: Directory) -> list[Passage]:
    """What is wrong comes first, and stays."""
    return [
        Fixed([section(_headline(state, role))]),
        Lines(
            "warnings",
            _warnings(state, directory),
            least=20,
            longest=700,
            stays=8,
        ),
        Facts(_fields(state), stays=6),
        *([Prose("What changes", state.note, stays=4)] if state.note.strip() else []),
        Lines("gates", _gates(state), "*Gates*", most=25, least=3, longest=MAX_GATE_CHARS, stays=5),
        Paragraph("Way back", plain(state.terms.rollback)),
        Lines("reviews and stages", [*_review_lines(state), *_needed_lines(state, directory)], least=5),
        *([Prose("Reason", state.reason)] if state.reason else []),
        *_afterwards(state),
    ]


def what(state: Release) -> str:
    """Service and version, in markup."""
    return f"{plain(state.terms.title)} {version_of(state.version)}"


def gate_line(result: Result) -> str:
    """One gate with what it found, its numbers beside those of what is live."""
    verdict = VERDICTS[result.verdict].format(gate=plain(result.gate))
    return f"{verdict}: {plain(result.sentence)}"


def version_of(version: str) -> str:
    """A version as somebody outside calls it."""
    return cut(plain(version), MAX_VERSION_CHARS)


def _summary(state: Release, role: Role) -> str:
    who = "You" if _theirs(state, role) else mention(state.requester)
    return f"{who} proposed {what(state)}. {STANDING[state.status].partition(': ')[2]}."


def _theirs(state: Release, role: Role) -> bool:
    """Whether the reader proposed it themselves; who answers for a machine didn't."""
    return role == "requester" and not is_machine(state.requester)


def _headline(state: Release, role: Role) -> str:
    who = "You propose" if _theirs(state, role) else f"{mention(state.requester)} proposes"
    return f"*{who} {what(state)}*\n{_standing(state)}"


def _standing(state: Release) -> str:
    if state.status == "proposed" and state.evidence is None:
        return ":construction: Proposed: its evidence is being gathered"
    return STANDING[state.status]


def _fields(state: Release) -> list[str]:
    terms = state.terms
    before = (
        "not read yet" if state.evidence is None else f"version {version_of(state.replaces or 'nothing')}"
    )
    target = f"alias `{terms.target.alias}`" if terms.target.kind == "alias" else "webhook"
    found = [
        f"*What replaces what*\n`{plain(terms.model)}`: {before} → version {plain(state.version)}",
        f"*Where*\n{terms.environment}, by {target}",
    ]
    if state.status in OPEN:
        found.append(f"*Lapses*\n{moment(state.lapses_at)}")
    if state.live_at:
        since = "Live since" if state.status in ("live", "evaluated") else "Went live"
        found.append(f"*{since}*\n{moment(state.live_at)}")
    return found


def _gates(state: Release) -> list[str]:
    """Where there are many, those first that haven't passed."""
    if not state.results:
        return [f":hourglass: *{plain(gate.name)}* ({gate.kind})" for gate in state.terms.gates]
    return list(map(gate_line, in_view(state.results)))


def in_view(results: Sequence[Result]) -> list[Result]:
    """In their order; of so many that some are cut, what hasn't passed first."""
    few = len(results) <= MANY_GATES
    return list(results) if few else sorted(results, key=lambda one: one.verdict == "passed")


def _warnings(state: Release, directory: Directory) -> list[str]:
    lines = list(map(nobody_left_line, short_of_approvers(state, directory)))
    if state.status == "live" and any(one.verdict != "passed" for one in state.checks):
        lines.append(":rotating_light: *The checks afterwards have not passed.* Roll it back, or look again.")
    if state.drifted:
        found = f"version {version_of(state.found)}" if state.found else "nothing"
        lines.append(
            f":rotating_light: *Somebody has changed what is live, not through Daypass: it is {found}.* "
            "Restore puts back what was approved."
        )
    lines += _bytes_lines(state)
    if state.voided:
        why = " and ".join(VOID[one] for one in state.voided)
        lines.append(f":warning: The approval given before is void: {why}.")
    if state.move and state.move.trouble:
        lines.append(f":warning: It can't be made live yet: {plain(state.move.trouble)}")
    if state.trouble:
        lines.append(f":warning: {plain(state.trouble)}")
    return lines


def _review_lines(state: Release) -> list[str]:
    words = {"approve": ":white_check_mark: Approved by", "reject": ":no_entry: Rejected by"}
    return [f"{words[review.verdict]} {mention(review.reviewer)}" for review in state.reviews]


def _needed_lines(state: Release, directory: Directory) -> list[str]:
    needed = still_needed(state, directory)
    return [
        f"Stage *{plain(name)}*: can be decided by {mentions(people)}"
        + (" (escalated)" if name in state.escalated else "")
        for name, people in needed.items()
        if people
    ]


def _afterwards(state: Release) -> list[Passage]:
    lines = list(map(gate_line, in_view(state.checks)))
    at = f", {moment(state.checked_at)}" if state.checked_at else ""
    found: list[Passage] = [
        Lines("checks", lines, f"*Checks afterwards*{at}", most=25, least=3, longest=MAX_GATE_CHARS, stays=5)
    ]
    more = []
    if not lines and state.status == "live" and state.checks_at:
        more.append(f"*Checks afterwards* run {moment(state.checks_at)}.")
    if state.checking:
        more.append(":hourglass: The checks are running.")
    if state.incident:
        more.append(f":rotating_light: They declared the incident *{number_of(state.incident)}*.")
    return [*found, Lines("notices", more, least=3, stays=8)]


def _bytes_lines(state: Release) -> list[str]:
    """What is known against the bytes of what is live, or of what was to be."""
    approved, back = state.digest_that_ought_to_be_live, _way_out(state)
    live = f"version {version_of(state.ought_to_be_live or 'nothing')}"
    lines = []
    if state.swapped:
        lines.append(
            f":rotating_light: *The artifact of {live} isn't what was approved.* SHA-256 `{state.swapped[:12]}` "
            f"instead of `{approved[:12]}`. {back}"
        )
    if state.unread:
        lines.append(
            f":rotating_light: *The artifact of {live} can't be read any more.* {back} {plain(state.unread)}"
        )
    if state.stopped:
        lines.append(
            f":no_entry: *Version {version_of(state.stopped)} wasn't made live again:* its artifact isn't what was "
            "approved. Propose another version with `/release`."
        )
    return lines


def _way_out(state: Release) -> str:
    if state.status in ("live", "evaluated"):
        return "Roll back, or propose another version with `/release`."
    return "Propose another version with `/release`."


def _buttons(state: Release, role: Role) -> list[Block]:
    if role == "requester" and state.status in ("proposed", "pending"):
        return [buttons(button("Withdraw", WITHDRAW, value(state), confirm=sure("Withdraw this release?")))]
    if role == "approver" and state.status == "pending":
        approve = button("Approve", APPROVE, value(state), style="primary")
        return [buttons(approve, button("Reject", REJECT, value(state), style="danger"))]
    found = []
    if state.drifted and state.move is None:
        found.append(button("Restore", RESTORE, value(state), confirm=sure("Put back what was approved?")))
    if state.status in ("live", "evaluated") and state.move is None:
        found.append(button("Roll back", ROLL_BACK, value(state), style="danger"))
        if state.checked_at and not state.checking:
            found.append(button("Check again", CHECK_AGAIN, value(state)))
    return [buttons(*found)] if found else []


def _fine_print(state: Release, directory: Directory) -> str:
    claimed = " as claimed by MLflow" if state.terms.authors.mlflow == "claimed" else ""
    made_by = f"authors{claimed}, who can't approve: {mentions(authors(state, directory))}"
    artifact = f" · artifact {state.artifact_digest[:12]}" if state.artifact_digest else ""
    return f"{state.id} · {cut(plain(state.terms.rule), MAX_RULE_CHARS)} · {made_by}{artifact} · policy {state.terms.digest[:12]}"
