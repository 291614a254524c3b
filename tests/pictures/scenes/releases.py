"""Cards and windows of releases, in each of their states."""

from collections.abc import Iterator

from bot.slack.blocks import reason_modal
from bot.slack.button_values import Page
from bot.slack.releases.cards import card as draw
from bot.slack.releases.cards import whole
from bot.slack.releases.form import Form
from bot.slack.releases.listeners import REASONS
from bot.slack.releases.modals import Preview, confirmation_modal, propose_modal
from bot.slack.releases.rollback import rollback_modal
from bot.slack.show_all import whole_modal
from tests.people import ADA, GRACE
from tests.pictures.scenes.scene import Scene, because, card, window
from tests.releases.story import SERVICE, Registry, Story
from workflows.releases.state import Release
from workflows.workflow import World

NOTE = "It knows how fresh an item is, and ranks stale ones lower."
LONG_NOTE = (
    "Trained on the last ninety days instead of thirty, with the age of an item as a feature of its own. New items "
    "are ranked higher in their first two days; the offline figures of the other segments stay what they were. The "
    "nightly job has to have run once before it is live, or the age is missing for what arrived today."
)


def pending(world: World, note: str = NOTE) -> Release:
    """All checks have passed."""
    story = Story(world)
    story.proposes(ADA, note=note)
    story.is_read()
    assert story.status == "pending"
    return story.now


def states(world: World) -> Iterator[tuple[str, str, Release]]:
    """A name, what it shows, and the state."""
    story = Story(world)
    story.proposes(ADA, note=NOTE)
    yield "release-checking", "Running its checks", story.now
    yield "release-pending", "Pending", pending(world)
    yield "release-pending-worst", "Pending, long description", pending(world, LONG_NOTE)
    story = Story(world, registry=Registry(ndcg=("0.7",), sections=()))
    story.proposes(ADA, note=NOTE)
    story.is_read()
    yield "release-checks-failed", "Checks failed", story.now
    yield from _live(world)
    story = Story(world)
    story.proposes(ADA, note=NOTE)
    story.is_read()
    story.rejects(GRACE, "The card doesn't say on which data it was trained.")
    yield "release-rejected", "Rejected", story.now


def _live(world: World) -> Iterator[tuple[str, str, Release]]:
    story = Story(world)
    story.is_live(ADA, GRACE)
    yield "release-live", "Live", story.now
    story.time_passes(days=1)
    story.is_checked(observed=("0.1",))
    yield "release-post-checks-failed", "Live, post-release checks failed", story.now
    story.is_looked_at("3")
    yield "release-drifted", "Changed outside Daypass", story.now
    story.is_looked_at("2")
    story.rolls_back(GRACE, "Worse for new items than on paper.")
    story.moved()
    yield "release-rolled-back", "Rolled back", story.now


def cards(world: World) -> Iterator[Scene]:
    for name, title, state in states(world):
        yield card(name, title, GRACE, draw(state, "approver", world.directory))


def windows(world: World) -> Iterator[Scene]:
    state = pending(world)
    form = Form("rel_1", SERVICE, "2", NOTE)
    preview = Preview(state.results, "1")
    view = propose_modal(form, world.bundle.services[SERVICE], preview)
    yield window("window-release-propose", "Propose a release", ADA, view)
    yield window(
        "window-release-confirm", "Confirm the approval of a release", GRACE, confirmation_modal(state, "v")
    )
    for action, (callback, *words) in REASONS.items():
        name = action.rpartition(".")[2]
        yield window(f"window-release-{name}", because(name), GRACE, reason_modal(callback, "v", *words))
    story = Story(world)
    story.is_live(ADA, GRACE)
    yield window("window-release-roll-back", because("roll-back"), GRACE, rollback_modal(story.now, "v"))
    details = whole_modal(Page(state.id, "card"), whole(state, world.directory))
    yield window("window-release-details", "Details of a release", GRACE, details)
