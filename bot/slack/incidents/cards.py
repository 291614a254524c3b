"""The card of an incident and its announcement: pure functions of its state."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.blocks import beside, button, buttons, fine_print, message, section, sure, typed
from bot.slack.button_values import About, DuplicateOf, FollowUpOf, Page, RoleOf
from bot.slack.incidents import texts
from bot.slack.incidents.pages import page_troubles
from bot.slack.layout import SHOW_ALL, Facts, Fixed, Item, Items, Lines, Passage, Prose, laid_out, whole_of
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, moment, plain, some_of
from bot.slack.presenter import CARD
from workflows.incidents.review import UNKNOWN, spell_time
from workflows.incidents.state import GOING, OPEN, FollowUp, Handover, Incident, PlaybookAccess
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

MAX_FOLLOW_UPS = 10
MAX_ACCESSES = 15
MANY_OFFERS = 4
"""From which on each takes two blocks instead of three."""
MAX_BRIEF_CHARS = {False: 1_100, True: 150}
"""Of an offered role's brief, where there are few and where there are many."""
MAX_ROLE_CHARS = 150
MAX_LINE_CHARS = 600
"""Of a follow-up."""
MAX_STOPPED_SERVICES = 5
"""Services named on the card whose releases are stopped."""


def headline(state: Incident) -> str:
    """Number, severity and title, marked if it is a drill or private; in markup."""
    marks = f"{'[DRILL] ' if state.drill else ''}{'[PRIVATE] ' if state.private else ''}"
    return f"{marks}{plain(state.number)} · {plain(state.severity.upper())}: {plain(state.title)}"


def card(state: Incident) -> Message:
    """How it stands, for those who work on it; all else is under *Details*."""
    opens = Page(state.id, CARD)
    hint = [fine_print(texts.HINT)] if state.status in GOING else []
    below = [*_buttons(state, button("Details", f"{WORD}.{SHOW_ALL}", opens.value)), *hint]
    blocks = laid_out(_passages(state), below, opens, WORD)
    return message(f"{headline(state)}. {_standing(state)}.", *blocks)


def whole(state: Incident) -> list[Block]:
    """All there is to say, for *Details*."""
    services = [f"*Releases stopped*\n{', '.join(map(plain, state.frozen))}"] if state.frozen else []
    details: list[Passage] = [
        Facts([_who_declared(state), texts.TIMES.format(times=_times(state))]),
        Lines("services", services),
    ]
    return whole_of([*_passages(state), *details], fine_print(_fine_print(state)))


def _passages(state: Incident) -> list[Passage]:
    """What is wrong comes first, and stays."""
    return [
        Lines("warnings", _troubles(state), most=12, least=4, longest=500, stays=8),
        Fixed([section(f"*{headline(state)}*\n{_status_line(state)}")]),
        Lines("roles", [_roles(state)], longest=2_000, stays=6),
        Items(texts.OFFERS, _offers(state), least=2, stays=7),
        *_accesses(state),
        Items("possible duplicates", _alike(state), most=3, stays=5),
        *([Prose("Summary", state.summary)] if state.summary else []),
        *([Prose("Reason", state.reason)] if state.reason else []),
        Items("follow-ups", _follow_ups(state), _done(state), most=MAX_FOLLOW_UPS, least=1, stays=4),
        Lines("merged incidents", _merged(state), most=10),
    ]


def announcement(state: Incident) -> Message:
    """For everybody else: that there is one, how it stands, and where."""
    where = texts.WHERE.format(channel=state.channel) if state.channel else f"\n{no_channel(state)}"
    text = f"*{headline(state)}*\n{texts.STANDING[state.status]}. {command_line(state)}{where}"
    blocks: list[Block] = [
        section(text),
        fine_print(f"declared {moment(state.declared_at)}"),
    ]
    if state.status in OPEN and state.commander is None:
        blocks.insert(1, buttons(_take_command(state)))
    return message(f"{headline(state)}. {_standing(state)}.", *blocks)


def command_line(state: Incident) -> str:
    """Who is in command."""
    return texts.COMMANDED.format(who=mention(state.commander)) if state.commander else texts.NO_COMMANDER


def no_channel(state: Incident) -> str:
    """Why there is none yet."""
    if state.room_trouble is None:
        return texts.CHANNEL_COMING
    return texts.CHANNEL_TROUBLE.format(why=cut(plain(state.room_trouble), 500))


def _standing(state: Incident) -> str:
    return texts.STANDING[state.status].partition(": ")[2]


def _status_line(state: Incident) -> str:
    facts = [texts.STANDING[state.status], *_service(state), _who_declared(state)]
    return " · ".join(facts)


def _who_declared(state: Incident) -> str:
    return texts.DECLARED.format(at=moment(state.declared_at), who=_who(state))


def _roles(state: Incident) -> str:
    """Who has each role, in one line."""
    return " · ".join(
        f"{cut(plain(role.title), MAX_ROLE_CHARS)}: {mention(holder) if (holder := state.holders.get(role.name)) else 'none'}"
        for role in state.terms.roles
    )


def _service(state: Incident) -> list[str]:
    service = [plain(state.service)] if state.service else []
    if not state.frozen:
        return service
    if state.frozen == (state.service,):
        return [*service, texts.STOPPED]
    return [*service, f"{texts.STOPPED}: {some_of(map(plain, state.frozen), MAX_STOPPED_SERVICES)}"]


def _who(state: Incident) -> str:
    if state.release:
        return texts.FAILED_CHECKS.format(release=state.release)
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
    text = texts.OFFER.format(by=mention(offer.by), role=title, to=mention(offer.to))
    brief = f"Handover note: {plain(offer.brief)}"
    longest = MAX_BRIEF_CHARS[small]
    said = (
        [section(f"{text}\n{cut(brief, longest)}")]
        if small
        else [section(text), typed("Handover note", offer.brief, longest)]
    )
    return Item([*said, buttons(*offer_buttons(state, offer))], [text, brief], len(brief) > longest)


def offer_buttons(state: Incident, offer: Handover) -> list[ButtonElement]:
    """For whoever is offered the role."""
    value = RoleOf(state.id, offer.role).value
    return [button("Accept", ACCEPT, value, style="primary"), button("Decline", DECLINE, value)]


def _accesses(state: Incident) -> list[Passage]:
    """What has ended and isn't confirmed comes first, then the newest."""
    newest = state.accesses[::-1]
    few = len(newest) <= MAX_ACCESSES
    shown = state.accesses if few else sorted(newest, key=lambda one: not _lingers(one))
    lingering = sum(map(_lingers, newest))
    heading = texts.GRANTS
    lines = [_access(one) for one in shown]
    return [
        Lines("grants", lines, heading, MAX_ACCESSES, min(lingering, 5), 400, stays=6 if lingering else 3)
    ]


def _lingers(one: PlaybookAccess) -> bool:
    return one.status == "ending"


def _access(one: PlaybookAccess) -> str:
    trouble = f" ({plain(one.trouble)})" if one.trouble else ""
    return f"{mention(one.person)}: `{one.entitlement}` as {plain(one.role)}, {texts.ACCESS[one.status]}{trouble}"


def alarm(one: PlaybookAccess) -> Message:
    """That access given for the incident is over and can't be ended yet, or by now is."""
    who = texts.ACCESS_OF.format(who=mention(one.person), entitlement=one.entitlement)
    if one.status == "ended":
        text = texts.ALARM_OVER.format(who=who)
    else:
        text = texts.ALARM.format(who=who, why=cut(plain(one.trouble or texts.UNCONFIRMED), 1_500))
    return message(text, section(text))


def _alike(state: Incident) -> list[Item]:
    return [_duplicate(state, other) for other in state.alike] if state.status in OPEN else []


def _duplicate(state: Incident, other: str) -> Item:
    text = texts.DUPLICATE.format(number=plain(state.numbers[other]))
    merge = button(texts.MERGE_BUTTON, MERGE, DuplicateOf(state.id, other).value, confirm=sure(texts.MERGE))
    return Item([section(text), buttons(merge)], [text])


def _done(state: Incident) -> str:
    done = sum(one.done for one in state.follow_ups)
    return texts.FOLLOW_UPS.format(done=done, all=len(state.follow_ups)) if state.follow_ups else ""


def _follow_ups(state: Incident) -> list[Item]:
    """What is still to be done has a button."""
    return [_follow_up(state, one) for one in state.follow_ups if not one.done]


def _follow_up(state: Incident, one: FollowUp) -> Item:
    due = f", due {one.due.isoformat()}" if one.due else ""
    text = texts.FOLLOW_UP.format(what=plain(one.what), who=mention(one.owner), due=due)
    done = button("Done", DONE, FollowUpOf(state.id, one.id).value)
    return Item([beside(cut(text, MAX_LINE_CHARS), done)], [text], len(text) > MAX_LINE_CHARS)


def _troubles(state: Incident) -> list[str]:
    lines = []
    if state.room_trouble:
        lines.append(texts.CHANNEL_TROUBLE.format(why=plain(state.room_trouble)))
    lines += page_troubles(state)
    lines += [
        texts.UNINVITED.format(who=mention(person), why=plain(why))
        for person, why in sorted(state.uninvited.items())
    ]
    return lines


def _merged(state: Incident) -> list[str]:
    into = (
        [texts.MERGED_INTO.format(number=plain(state.numbers[state.merged_into]))]
        if state.merged_into
        else []
    )
    return [
        *into,
        *(texts.MERGED.format(number=plain(state.numbers[other])) for other in state.merged),
    ]


def _take_command(state: Incident) -> ButtonElement:
    return button("Take command", TAKE_COMMAND, RoleOf(state.id, COMMANDER).value, style="primary")


def _buttons(state: Incident, details: ButtonElement) -> list[Block]:
    about = About(state.id).value
    if state.status == "resolved":
        return [
            buttons(
                button("Add follow-up", FOLLOW_UP, about),
                button("Close review", CLOSE, about, confirm=sure(texts.CLOSE)),
                button("Reopen", REOPEN, about),
                details,
            )
        ]
    if state.status not in OPEN:
        return [buttons(details)]
    found = [] if state.commander else [_take_command(state)]
    found.append(button("Roles", ROLES, about))
    found.append(button("Severity", SEVERITY, about))
    if state.playbook is None:
        found.append(button("Playbook", PLAYBOOK, about))
    if state.status == "open":
        found.append(button("Mitigate", MITIGATE, about))
    found.append(button("Resolve", RESOLVE, about, style="primary" if state.commander else None))
    rest = [
        button("Add follow-up", FOLLOW_UP, about),
        button("Cancel incident", CANCEL, about, style="danger"),
        details,
    ]
    return [buttons(*found), buttons(*rest)]


def _fine_print(state: Incident) -> str:
    return f"{plain(state.number)} · {state.id} · policy {state.terms.digest[:12]}"
