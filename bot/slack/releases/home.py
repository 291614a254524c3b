"""A person's part of the App Home: the releases that they proposed, and what they can decide."""

from slack_sdk.models.blocks import Block

from bot.slack.blocks import button, buttons, section
from bot.slack.mrkdwn import mention, moment
from bot.slack.presenter import Decision, HomePart, Item
from bot.slack.releases import texts
from bot.slack.releases.cards import APPROVE, REJECT, passed_line, shown, standing
from bot.slack.releases.faults import faults
from bot.slack.releases.names import change
from bot.slack.reviews import has_approved, take_back_button, waiting_line
from bot.slack.texts import RISKS
from workflows.approval.approvers import waits_for
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.releases.state import KIND, Release
from workflows.workflow import World

START = "home.propose-release"
LISTED = 40


async def home_part(reads: Repository, world: World, person: str) -> HomePart | None:
    """None for who has nothing to do with releases, so that their Home stays short."""
    mine = await reads.owned_by(Release, KIND, person, LISTED)
    pending = await reads.in_status(Release, KIND, ["pending"])
    groups = world.directory.groups_of(person)
    waiting = [_decision(state) for state in pending if waits_for(state, world.directory, person)]
    can_propose = any(groups & set(terms.eligible) for terms in world.bundle.services.values())
    if not (mine or waiting or can_propose):
        return None
    return HomePart(
        kind=KIND,
        title="Your releases",
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=waiting,
        approved=[_approved(state, world.directory) for state in pending if has_approved(state, person)],
        mine=[[section("\n".join(_mine(state)))] for state in mine],
        start=button("Propose release", START, "release") if can_propose else None,
    )


def _mine(state: Release) -> list[str]:
    """What is wrong with it comes first."""
    return [*faults(state)[:1], f"*{change(state)}*", standing(state)]


def _approved(state: Release, directory: Directory) -> Item:
    text = f"*{change(state)}*\n{waiting_line(state, directory)}"
    return [section(text), buttons(take_back_button(state.id))]


def _decision(state: Release) -> Decision:
    return Decision(_waiting(state), state.terms.environment, state.terms.risk)


def _waiting(state: Release) -> list[Block]:
    text = texts.HOME_WAITING.format(
        what=change(state),
        environment=state.terms.environment,
        risk=RISKS[state.terms.risk],
        who=mention(state.requester),
        checks=passed_line(state.results) or texts.STANDING[state.status],
        until=moment(state.lapses_at),
    )
    approve = button("Approve", APPROVE, shown(state).value, style="primary")
    return [section(text), buttons(approve, button("Reject", REJECT, shown(state).value, style="danger"))]
