"""The card of an incident and its announcement: pure functions of its state."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.blocks import Shown, beside, button, buttons, fine_print, message, section, sure, typed
from bot.slack.layout import Facts, Fixed, Item, Items, Lines, Passage, Prose, laid_out, whole_of
from bot.slack.mrkdwn import cut, mention, moment, plain, some_of
from bot.slack.presenter import CARD
from integrations.slack.messages import Message
from workflows.incidents.review import UNKNOWN, spell_time
from workflows.incidents.state import GOING, OPEN, Access, FollowUp, Handover, Incident, number_of
from workflows.policy.terms.incidents import COMMANDER
from workflows.workflow import Actor

WORD = "incident"
TAKE_COMMAND = "incident.take-command"
ROLES = "incident.roles"
ACCEPT = "incident.accept"
DECLINE = "incident.decline"
SEVERITY = "incident.severity"
MITIGATE = "incident.mitigate"
RESOLVE = "incident.resolve"
REOPEN = "incident.reopen"
CANCEL = "incident.cancel"
CLOSE = "incident.close"
FOLLOW_UP = "incident.follow-up"
DONE = "incident.done"
PLAYBOOK = "incident.start-playbook"
MERGE = "incident.merge"

STANDING = {
    "open": ":rotating_light: Open",
    "mitigated": ":adhesive_bandage: Mitigated: the harm has stopped",
    "resolved": ":white_check_mark: Resolved",
    "reviewed": ":checkered_flag: Resolved and reviewed",
    "cancelled": ":leftwards_arrow_with_hook: Cancelled",
}
BECAME = {
    "requested": ":hourglass_flowing_sand: asked for",
    "active": ":key: live",
    "ending": ":warning: ending, not yet confirmed by Vault",
    "ended": ":checkered_flag: ended, confirmed by Vault",
    "refused": ":no_entry: not granted",
}

MOST_FOLLOW_UPS = 10
MOST_ACCESSES = 15
OFFERS = "role offers (each is on the Home tab of whoever it was made to)"
MANY_OFFERS = 4
"""From which on each takes two blocks instead of three."""
MAX_BRIEF_CHARS = {False: 1_100, True: 150}
"""Of an offered role's brief, where there are few and where there are many."""
MAX_ROLE_CHARS = 150
MAX_LINE_CHARS = 600
"""Of a follow-up."""
MOST_STOPPED = 5
"""Services named on the card whose releases are stopped."""


def value(state: Incident, what: str = "") -> str:
    """What a button of the incident carries: besides the incident a role, a step, another incident."""
    return Shown(state.id, what, "").value


def headline(state: Incident) -> str:
    """Severity and title, marked if it is a drill or private; in markup."""
    marks = f"{'[DRILL] ' if state.drill else ''}{'[PRIVATE] ' if state.private else ''}"
    return f"{marks}{plain(state.severity.upper())}: {plain(state.title)}"


def card(state: Incident) -> Message:
    """How it stands, for those who work on it."""
    below = [*_buttons(state), fine_print(_fine_print(state))]
    blocks = laid_out(_passages(state), below, Shown(state.id, CARD, ""), WORD)
    return message(f"{headline(state)}. {_standing(state)}.", *blocks)


def whole(state: Incident) -> list[Block]:
    """All that its card has no room for."""
    services = [f"*Releases are stopped of*\n{', '.join(map(plain, state.frozen))}"] if state.frozen else []
    return whole_of([*_passages(state), Lines("services", services)], fine_print(_fine_print(state)))


def _passages(state: Incident) -> list[Passage]:
    """What is wrong comes first, and stays."""
    return [
        Fixed([section(f"*{headline(state)}*\n{STANDING[state.status]}")]),
        Lines("warnings", _troubles(state), most=12, least=4, longest=500, stays=8),
        Facts(_fields(state)),
        Items(OFFERS, _offers(state), least=2, stays=7),
        *_accesses(state),
        Items("possible duplicates", _alike(state), most=3, stays=5),
        *([Prose("Summary", state.summary)] if state.summary else []),
        *([Prose("Why", state.reason)] if state.reason else []),
        Items("follow-ups", _follow_ups(state), _done(state), most=MOST_FOLLOW_UPS, least=1, stays=4),
        Lines("merged incidents", _merged(state), most=10),
    ]


def announcement(state: Incident) -> Message:
    """For everybody else: that there is one, how it stands, and where."""
    where = f" It is worked on in <#{state.channel}>." if state.channel else f"\n{no_channel(state)}"
    command = f"{mention(state.commander)} commands." if state.commander else "*Nobody commands it yet.*"
    text = f"*{headline(state)}*\n{STANDING[state.status]}. {command}{where}"
    blocks: list[Block] = [
        section(text),
        fine_print(f"{state.number} · declared {moment(state.declared_at)}"),
    ]
    if state.status in OPEN and state.commander is None:
        blocks.insert(1, buttons(_take_command(state)))
    return message(f"{headline(state)}. {_standing(state)}.", *blocks)


def no_channel(state: Incident) -> str:
    """Why there is none yet."""
    if state.room_trouble is None:
        return "Its channel is being made."
    return f":warning: Its channel isn't there yet: {cut(plain(state.room_trouble), 500)}"


def _standing(state: Incident) -> str:
    return STANDING[state.status].partition(": ")[2].partition(":")[0] or STANDING[state.status]


def _fields(state: Incident) -> list[str]:
    roles = [
        f"*{cut(plain(role.title), MAX_ROLE_CHARS)}*\n{mention(holder) if (holder := state.holders.get(role.name)) else 'nobody'}"
        for role in state.terms.roles
    ]
    return [
        *roles,
        f"*Service*\n{_service(state)}",
        f"*Declared*\n{moment(state.declared_at)} by {_who(state)}",
        f"*Acknowledged · mitigated · resolved after*\n{_times(state)}",
    ]


def _service(state: Incident) -> str:
    service = plain(state.service) if state.service else "none named"
    if not state.frozen:
        return service
    if state.frozen == (state.service,):
        return f"{service}; its releases are stopped"
    return f"{service}; releases are stopped: {some_of(map(plain, state.frozen), MOST_STOPPED)}"


def _who(state: Incident) -> str:
    if state.release:
        return f"the failed checks of release `{state.release}`"
    return "Daypass" if Actor(state.owner).is_daypass else mention(state.owner)


def _times(state: Incident) -> str:
    reached = (state.acknowledged_at, state.mitigated_at, state.resolved_at)
    return " · ".join(spell_time(at - state.declared_at) if at else UNKNOWN for at in reached)


def _offers(state: Incident) -> list[Item]:
    return [_offer(state, offer, len(state.offers) > MANY_OFFERS) for offer in state.offers]


def _offer(state: Incident, offer: Handover, small: bool) -> Item:
    """With its brief in full, or as much as stands in a line where there are many."""
    role = state.terms.role(offer.role)
    title = cut(plain(role.title if role else offer.role), MAX_ROLE_CHARS)
    text = f":handshake: {mention(offer.by)} hands over *{title}* to {mention(offer.to)}"
    brief = f"Brief: {plain(offer.brief)}"
    longest = MAX_BRIEF_CHARS[small]
    said = (
        [section(f"{text}\n{cut(brief, longest)}")]
        if small
        else [section(text), typed("Brief", offer.brief, longest)]
    )
    accept = button("Accept", ACCEPT, value(state, offer.role), style="primary")
    decline = button("Decline", DECLINE, value(state, offer.role))
    return Item([*said, buttons(accept, decline)], [text, brief], len(brief) > longest)


def _accesses(state: Incident) -> list[Passage]:
    """What has ended and isn't confirmed comes first, then the newest."""
    newest = state.accesses[::-1]
    few = len(newest) <= MOST_ACCESSES
    shown = state.accesses if few else sorted(newest, key=lambda one: not _lingers(one))
    lingering = sum(map(_lingers, newest))
    heading = "*Access given for it*"
    lines = [_access(one) for one in shown]
    return [
        Lines("grants", lines, heading, MOST_ACCESSES, min(lingering, 5), 400, stays=6 if lingering else 3)
    ]


def _lingers(one: Access) -> bool:
    return one.status == "ending"


def _access(one: Access) -> str:
    trouble = f" ({plain(one.trouble)})" if one.trouble else ""
    return f"{mention(one.person)}: `{one.entitlement}` as {plain(one.role)}, {BECAME[one.status]}{trouble}"


def alarm(one: Access) -> Message:
    """That access given for the incident is over and can't be ended yet, or by now is."""
    who = f"{mention(one.person)}'s access `{one.entitlement}`"
    if one.status == "ended":
        text = f":white_check_mark: {who} could not be ended at first and now is, confirmed by Vault."
    else:
        text = (
            f":rotating_light: {who} has ended, but Vault has not confirmed the end of its credentials: "
            f"{cut(plain(one.trouble or 'not confirmed yet'), 1_500)}\nDaypass keeps trying. Until it is confirmed, assume "
            "the credential still works."
        )
    return message(text, section(text))


def _alike(state: Incident) -> list[Item]:
    return [_duplicate(state, other) for other in state.alike] if state.status in OPEN else []


def _duplicate(state: Incident, other: str) -> Item:
    text = f":busts_in_silhouette: It may be the same as *{number_of(other)}*, which is open too."
    question = sure("Go on in the other incident, and end this one?")
    merge = button("Merge into it", MERGE, value(state, other), confirm=question)
    return Item([section(text), buttons(merge)], [text])


def _done(state: Incident) -> str:
    done = sum(one.done for one in state.follow_ups)
    return f"*Follow-ups*: {done} of {len(state.follow_ups)} done" if state.follow_ups else ""


def _follow_ups(state: Incident) -> list[Item]:
    """What is still to be done has a button."""
    return [_follow_up(state, one) for one in state.follow_ups if not one.done]


def _follow_up(state: Incident, one: FollowUp) -> Item:
    due = f", due {one.due.isoformat()}" if one.due else ""
    text = f":white_large_square: {plain(one.what)}: {mention(one.owner)}{due}"
    done = button("Done", DONE, value(state, one.id))
    return Item([beside(cut(text, MAX_LINE_CHARS), done)], [text], len(text) > MAX_LINE_CHARS)


def _troubles(state: Incident) -> list[str]:
    lines = []
    if state.room_trouble:
        lines.append(f":warning: Its channel isn't as it should be yet: {plain(state.room_trouble)}")
    lines += [
        f":warning: {mention(person)} couldn't be invited ({plain(why)})."
        for person, why in sorted(state.uninvited.items())
    ]
    return lines


def _merged(state: Incident) -> list[str]:
    into = (
        [f":busts_in_silhouette: Merged into *{number_of(state.merged_into)}*."] if state.merged_into else []
    )
    return [
        *into,
        *(f":busts_in_silhouette: *{number_of(other)}* was merged into it." for other in state.merged),
    ]


def _take_command(state: Incident) -> ButtonElement:
    return button("Take command", TAKE_COMMAND, value(state, COMMANDER), style="primary")


def _buttons(state: Incident) -> list[Block]:
    if state.status == "resolved":
        return [
            buttons(
                button("Add a follow-up", FOLLOW_UP, value(state)),
                button("Review closed", CLOSE, value(state), confirm=sure("Is the review done?")),
                button("Open again", REOPEN, value(state)),
            )
        ]
    if state.status not in OPEN:
        return []
    found = [] if state.commander else [_take_command(state)]
    found.append(button("Roles", ROLES, value(state)))
    found.append(button("Severity", SEVERITY, value(state)))
    if state.playbook is None:
        found.append(button("Playbook", PLAYBOOK, value(state)))
    if state.status == "open":
        found.append(button("Mitigated", MITIGATE, value(state)))
    found.append(button("Resolve", RESOLVE, value(state), style="primary" if state.commander else None))
    rest = [
        button("Add a follow-up", FOLLOW_UP, value(state)),
        button("Cancel", CANCEL, value(state), style="danger"),
    ]
    return [buttons(*found), buttons(*rest)]


def _fine_print(state: Incident) -> str:
    going = " · `/incident note …` or :pushpin: adds to its timeline" if state.status in GOING else ""
    return f"{state.number} · {state.id} · policy {state.terms.digest[:12]}{going}"
