"""A person's part of the App Home: the open incidents that they may see, and the roles offered to them."""

from slack_sdk.models.blocks import Block

from bot.slack.blocks import button, buttons, section
from bot.slack.button_values import RoleOf
from bot.slack.incidents import texts
from bot.slack.incidents.cards import ACCEPT, DECLINE, headline
from bot.slack.incidents.lists import standing_text
from bot.slack.mrkdwn import cut, mention, plain
from bot.slack.presenter import Decision, HomePart
from workflows.incidents.state import GOING, KIND, Handover, Incident
from workflows.incidents.views import can_declare, sees
from workflows.ledger.repository import Repository
from workflows.workflow import World

START = "home.declare-incident"
MAX_BRIEF_CHARS = 300


async def home_part(reads: Repository, world: World, person: str) -> HomePart | None:
    """None for who has nothing to do with incidents, so that their Home stays short."""
    rules = world.bundle.incidents
    going = [
        one for one in await reads.in_status(Incident, KIND, GOING) if sees(one, world.directory, person)
    ]
    declares = rules is not None and can_declare(rules.declare, world.directory, person)
    if not going and not declares:
        return None
    return HomePart(
        kind=KIND,
        title="Incidents",
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=[
            Decision(_offered(one, offer)) for one in going for offer in one.offers if offer.to == person
        ],
        mine=[[section(standing_text(one))] for one in reversed(going)],
        start=button("Declare incident", START, "incident") if declares else None,
    )


def _offered(state: Incident, offer: Handover) -> list[Block]:
    text = texts.HOME_OFFER.format(
        headline=headline(state),
        by=mention(offer.by),
        role=plain(offer.role),
        brief=cut(plain(offer.brief), MAX_BRIEF_CHARS),
    )
    value = RoleOf(state.id, offer.role).value
    accept = button("Accept", ACCEPT, value, style="primary")
    return [section(text), buttons(accept, button("Decline", DECLINE, value))]
