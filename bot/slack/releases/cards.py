"""The cards of a release: pure functions of its state, one for each role that looks at it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.approvers import approver_warnings, waiting_for_briefly
from bot.slack.blocks import (
    MAX_RULE_CHARS,
    button,
    buttons,
    fine_print,
    fine_words,
    message,
    section,
    sure,
)
from bot.slack.button_values import About, Page, Shown
from bot.slack.layout import SHOW_ALL, Facts, Fixed, Lines, Paragraph, Passage, Prose, laid_out, whole_of
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, mentions, minute, moment, plain
from bot.slack.presenter import CARD
from bot.slack.releases import texts
from bot.slack.releases.changes import change_lines
from bot.slack.releases.exceptions.lines import ask_button, excepted_line, review_lines
from bot.slack.releases.faults import faults, why_stopped
from bot.slack.releases.live_checks import by_policy, live_lines
from bot.slack.releases.names import change, version_of, what
from bot.slack.releases.repairs import LIVE, repairs
from bot.slack.releases.reviews import all_reviews, said_of_reviews
from bot.slack.releases.stages import stage_lines
from bot.slack.releases.target import target_of
from bot.slack.releases.tiers import tier_facts, tier_lines, tier_words
from bot.slack.texts import ASSURED, RISKS
from workflows.approval.approvers import to_ask
from workflows.approval.audiences import Role
from workflows.ports import Directory, is_machine
from workflows.releases.decide_proposal import MAX_NOTE_CHARS_ON_CARD
from workflows.releases.gates.gate import Result
from workflows.releases.state import OPEN, Release
from workflows.releases.views import authors, text_difference
from workflows.text import glimpse

WORD = "release"
APPROVE = "release.approve"
REJECT = "release.reject"
WITHDRAW = "release.withdraw"

MAX_FAILED_CHECKS = 3
"""Checks named on the card that haven't passed; *Details* has all of them, and all of what follows."""
MAX_GATE_CHARS = 120


def shown(state: Release) -> Shown:
    """What a card drawn now shows, and a decision on it applies to."""
    return Shown(state.id, state.digest, state.terms.digest)


def card(state: Release, role: Role, directory: Directory) -> Message:
    """The release's card for somebody in this role: what it takes to decide; all else is under *Details*."""
    opens = Page(state.id, CARD)
    waiting = [fine_print("\n".join(lines))] if (lines := _waiting_lines(state, directory)) else []
    below = [*waiting, buttons(*_buttons(state, role), button("Details", f"{WORD}.{SHOW_ALL}", opens.value))]
    blocks = laid_out(_passages(state, role, directory), below, opens, WORD)
    return message(_summary(state, role), *blocks)


def whole(state: Release, directory: Directory) -> list[Block]:
    """All there is to say, for *Details*."""
    return whole_of(_details(state, directory), fine_print(_fine_print(state, directory)))


def _passages(state: Release, role: Role, directory: Directory) -> list[Passage]:
    """What is wrong comes first, and stays."""
    note, reason = state.note.strip(), (state.reason or "").strip()
    told = [*stage_lines(state), *tier_lines(state), *_notices(state)]
    lines = [facts_line(state, role), *told, *_checks(state)]
    return [
        Lines("warnings", _warnings(state, directory), least=20, longest=700, stays=9),
        Fixed([section(headline(state))]),
        Fixed([fine_print("\n".join(lines))]),
        *([_typed("What changes", note)] if note and state.status in OPEN else []),
        *([_typed("Reason", reason)] if reason else []),
    ]


def _typed(label: str, text: str) -> Fixed:
    """The beginning of what somebody typed, as text and nothing else."""
    return Fixed([fine_words(f"{label}: {glimpse(text, MAX_NOTE_CHARS_ON_CARD)}")])


def _details(state: Release, directory: Directory) -> list[Passage]:
    return [
        Lines("warnings", _warnings(state, directory)),
        Fixed([section(f"{headline(state)}\n{facts_line(state, 'approver')}")]),
        *([Prose("What changes", state.note)] if state.note.strip() else []),
        *([Prose(texts.IN_THE_TEXT, difference)] if (difference := text_difference(state)) else []),
        Facts(facts_of(state)),
        Lines("checks", all_checks(state), "*Checks*"),
        Lines("post-release checks", list(map(gate_line, state.checks)), _checked_heading(state)),
        Lines(
            "changes",
            change_lines(state),
            texts.CHANGED_SINCE.format(version=version_of(state.replaces or "")),
        ),
        Lines("live checks", live_lines(state), "*Live checks*"),
        Paragraph("Rollback plan", plain(state.terms.rollback)),
        Lines("stages", [*all_reviews(state), *_waiting_lines(state, directory)], "*Approvals*"),
        *([Prose("Reason", state.reason)] if state.reason else []),
        Lines("notices", _notices(state)),
    ]


def gate_line(result: Result) -> str:
    """One gate with what it found, its numbers beside those of what is live."""
    verdict = texts.VERDICTS[result.verdict].format(gate=plain(result.gate))
    return f"{verdict}: {plain(result.sentence)}"


def passed_line(results: Sequence[Result]) -> str:
    """How many have passed; empty if none has."""
    number = sum(one.verdict == "passed" for one in results)
    return "" if not number else texts.ONE_PASSED if number == 1 else texts.PASSED.format(number=number)


def _summary(state: Release, role: Role) -> str:
    who = "You" if _theirs(state, role) else mention(state.requester)
    now = next(iter(faults(state)), f"{standing(state).partition(': ')[2]}.")
    return f"{who} proposed {what(state)}. {now}"


def _theirs(state: Release, role: Role) -> bool:
    """Whether the reader proposed it themselves; who answers for a machine didn't."""
    return role == "requester" and not is_machine(state.requester)


def headline(state: Release) -> str:
    """Where it stands and what it is about."""
    return f"{standing(state)} · *{change(state)}*"


def facts_line(state: Release, role: Role) -> str:
    """Where, by whom and when; while something is wrong, no more than that needs."""
    facts = [plain(state.terms.environment)]
    if not _is_at_fault(state):
        facts += [RISKS[state.terms.risk], *tier_words(state)]
        facts += [*(ASSURED[state.terms.assurance] if state.status in OPEN else ())]
        facts.append(f"proposed by {'you' if _theirs(state, role) else mention(state.requester)}")
    if state.status not in OPEN and not _is_at_fault(state):
        facts += said_of_reviews(state, texts.DECIDED)
    if state.status in LIVE and state.live_at:
        facts.append(f"live since {minute(state.live_at)}")
    if state.status == "live" and state.checks_at and not (state.checks or state.checking):
        facts.append(texts.CHECKS_RUN.format(at=minute(state.checks_at)))
    return " · ".join(facts)


def _is_at_fault(state: Release) -> bool:
    return state.status in LIVE and bool(faults(state))


def standing(state: Release) -> str:
    """Its status in a word or two, without a cheer while something is wrong."""
    if state.status == "proposed" and state.evidence is None:
        return texts.GATHERING
    return texts.AT_FAULT if _is_at_fault(state) else texts.STANDING[state.status]


def facts_of(state: Release) -> list[str]:
    """Risk, model, version and when, each with its label."""
    terms = state.terms
    found = [
        f"*Risk*\n{RISKS[terms.risk]}",
        *tier_facts(state),
        f"*{texts.RELEASED[terms.source]}*\n`{plain(terms.model)}`",
        f"*Version*\n{version_of(state.replaces or 'none')} → {version_of(state.version)}",
        texts.GOES_LIVE_BY.format(target=target_of(terms.target)),
        f"*Proposed*\n{moment(state.proposed_at)}",
    ]
    if state.status in OPEN:
        found.append(f"*Expires*\n{moment(state.lapses_at)}")
    if state.live_at:
        found.append(f"*Went live*\n{moment(state.live_at)}")
    return found


def all_checks(state: Release) -> list[str]:
    """Every check, a line each; what hasn't passed first."""
    if not state.results:
        return [f":hourglass: *{plain(gate.name)}* ({gate.kind})" for gate in state.terms.gates]
    lines = [(gate_line(one), excepted_line(state, one)) for one in in_view(state.results)]
    return [f"{found}\n{why}" if why else found for found, why in lines]


def _checked_heading(state: Release) -> str:
    return f"*Post-release checks*{f', {moment(state.checked_at)}' if state.checked_at else ''}"


def _checks(state: Release) -> list[str]:
    """What hasn't passed, line by line; what has, in one."""
    results = state.results if state.status in OPEN else state.checks if state.status == "live" else ()
    failing = [one for one in results if one.verdict != "passed"]
    left = [cut(excepted_line(state, one) or gate_line(one), MAX_GATE_CHARS) for one in failing]
    folded = len(left) - MAX_FAILED_CHECKS
    more = [texts.MORE_FAILED.format(number=folded)] if folded > 0 else []
    unverified = [texts.NOT_VERIFIED] if state.status in OPEN and _is_claimed(state) else []
    return [*left[:MAX_FAILED_CHECKS], *more, *filter(None, [passed_line(results)]), *unverified]


def _is_claimed(state: Release) -> bool:
    return state.terms.authors.mlflow == "claimed"


def in_view(results: Sequence[Result]) -> list[Result]:
    """What hasn't passed first; otherwise in their order."""
    return sorted(results, key=lambda one: one.verdict == "passed")


def _warnings(state: Release, directory: Directory) -> list[str]:
    lines = [*faults(state), *approver_warnings(state, directory)]
    if state.stopped:
        version = f"Version {version_of(state.stopped)}"
        lines.append(texts.STOPPED.format(version=version, why=why_stopped(state)))
    if state.voided:
        lines.append(texts.VOIDED.format(why=" and ".join(texts.BOUND[one] for one in state.voided)))
    if state.move and state.move.trouble:
        lines.append(texts.NOT_LIVE_YET.format(why=plain(state.move.trouble)))
    if state.trouble:
        lines.append(texts.TROUBLE.format(why=plain(state.trouble)))
    return lines


def _waiting_lines(state: Release, directory: Directory) -> list[str]:
    """Who has approved so far, and whom it waits for."""
    who = waiting_for_briefly(to_ask(state, directory), state.escalated)
    if not who:
        return []
    return [
        *said_of_reviews(state, texts.REVIEWED),
        texts.WAITING.format(who=who, until=minute(state.lapses_at)),
    ]


def _notices(state: Release) -> list[str]:
    lines = [*by_policy(state), *([texts.CHECKS_RUNNING] if state.checking else [])]
    number = state.incident_number
    lines += [texts.INCIDENT.format(number=plain(number))] if number else []
    return [*lines, *review_lines(state)]


def _buttons(state: Release, role: Role) -> list[ButtonElement]:
    if role == "requester" and state.status in ("proposed", "pending"):
        withdraw = button("Withdraw", WITHDRAW, About(state.id).value, confirm=sure(texts.WITHDRAW))
        return [*ask_button(state), withdraw]
    if role == "approver" and state.status == "pending":
        approve = button("Approve", APPROVE, shown(state).value, style="primary")
        return [approve, button("Reject", REJECT, shown(state).value, style="danger")]
    return repairs(state)


def _fine_print(state: Release, directory: Directory) -> str:
    unverified = texts.AS_NAMED if _is_claimed(state) else ""
    made_by = texts.AUTHORS.format(unverified=unverified, who=mentions(authors(state, directory)))
    artifact = f" · artifact {state.artifact_digest[:12]}" if state.artifact_digest else ""
    return f"{state.id} · {cut(plain(state.terms.rule), MAX_RULE_CHARS)} · {made_by}{artifact} · policy {state.terms.digest[:12]}"
