"""Cards and windows of access, in each of their states."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from slack_sdk.models.views import View

from bot.slack.access.cards import card as draw
from bot.slack.access.credential_modal import failure_modal, handing_over
from bot.slack.access.details import whole
from bot.slack.access.form import Form
from bot.slack.access.listeners import REASONS
from bot.slack.access.modals import ask_modal, confirmation_modal
from bot.slack.access.notifications import APPROVED, note
from bot.slack.blocks import reason_modal
from bot.slack.button_values import HandedOver, NewRequest, Page
from bot.slack.show_all import whole_modal
from tests.access.story import Story
from tests.builders import MONDAY, changed_bundle, world_of
from tests.people import ADA, GRACE, RADIA
from tests.pictures.scenes.scene import Scene, because, card, window
from tests.policy.test_assurance import GUARDED
from workflows.access.state import Access
from workflows.access.vault_quorum.commands import ReportVaultAsked, ReportVaultAuthorized
from workflows.approval.audiences import Role
from workflows.policy.evaluation.assess import Ask, assess, explained
from workflows.workflow import OUTBOX, World

WHY = "Last night's ranking features look stale; I need to see where the job stopped."
LONG_WHY = (
    "The backfill of the ranking features wrote yesterday's prices into the wrong partition. I have to move some "
    "200,000 rows before the training job starts at six, and check afterwards that nothing else was touched by it, "
    "because the pricing team reads the same tables for its own report in the morning."
)
TICKET = "PLATFORM-123456"
WRAPPING_TOKEN = f"hvs.CAESI{'J5n0Zr4V8Q2u' * 7}"
"""As long as Vault's are."""


def pending(world: World, risk: str = "moderate") -> Access:
    """Waiting for one stage."""
    story = Story(world)
    story.asks(ADA, why=WHY)
    terms = story.now.terms.model_copy(update={"risk": risk})
    return story.now.model_copy(update={"terms": terms})


def worst_pending(world: World, risk: str = "high") -> Access:
    """The largest request that a bundle's rules let through: two stages, a long reason, a ticket."""
    story = Story(world)
    what = {"high": "warehouse-write", "critical": "warehouse-pii"}[risk]
    story.asks(ADA, what, 5_400 if risk == "high" else 3_600, LONG_WHY, TICKET)
    assert story.status == "pending"
    return story.now


def states(world: World) -> Iterator[tuple[str, str, Access]]:
    """A name, what it shows, and the state."""
    for risk in ("low", "moderate"):
        yield f"access-pending-{risk}", f"Pending, {risk} risk", pending(world, risk)
    for risk in ("high", "critical"):
        yield (
            f"access-pending-{risk}",
            f"Pending, {risk} risk, two stages, long reason",
            worst_pending(world, risk),
        )
    yield from _decided(world)


def _decided(world: World) -> Iterator[tuple[str, str, Access]]:
    story = Story(world)
    story.asks(ADA, why=WHY)
    story.denies(GRACE, "Please use the sample tables for this.")
    yield "access-denied", "Denied", story.now
    story = active(world)
    yield "access-active", "Active", story.now
    story.gets_credentials(ADA)
    story.minted("crd_1")
    story.revokes(GRACE, "The job is repaired.")
    yield "access-revoking", "Being revoked", story.now
    story.not_ended("crd_1", "Vault is sealed.")
    yield "access-cannot-be-revoked", "Can't be revoked yet", story.now
    story.ended("crd_1")
    yield "access-ended", "Revoked", story.now
    story = Story(world)
    story.asks(ADA, why=WHY)
    story.passes(days=2)
    yield "access-expired", "Expired without an answer", story.now


def active(world: World) -> Story:
    """Approved, and not used yet."""
    story = Story(world)
    story.asks(ADA, why=WHY)
    story.approves(GRACE)
    return story


def cards(world: World) -> Iterator[Scene]:
    for name, title, state in states(world):
        yield card(name, title, GRACE, draw(state, "approver", world.directory))
    for name, title, state in (
        ("access-mine-pending", "One's own, pending", pending(world)),
        ("access-mine-active", "One's own, active", active(world).now),
    ):
        yield card(name, title, ADA, draw(state, "requester", world.directory))
    waiting = _asked_of_vault()
    roles: tuple[tuple[str, Role], ...] = ((RADIA, "approver"), (ADA, "requester"))
    for reader, role in roles:
        name, title = f"access-vault-{role}", f"Vault's approvers are asked, as its {role} sees it"
        yield card(name, title, reader, draw(waiting, role, world.directory))
    story = active(world)
    yield card("access-note-approved", "The message that it is approved", ADA, note(story.now, APPROVED))


def _asked_of_vault() -> Access:
    """A login of critical risk, which one of two people has authorized in Vault."""
    with TemporaryDirectory() as directory:
        story = Story(world_of(changed_bundle(Path(directory) / "bundle", GUARDED)))
    story.asks(ADA, "warehouse-pii", 1_800, WHY, "PRIV-7")
    story.approves(GRACE)
    story.approves(RADIA)
    story.gets_credentials(ADA)
    until = story.clock() + timedelta(minutes=20)
    for command in (
        ReportVaultAsked(story.now.id, "crd_1", "acs.J5n0Zr4V8Q2u", until, 2, ("data-owners", "security")),
        ReportVaultAuthorized(story.now.id, "crd_1", ("grace",), enough=False),
    ):
        story.handle(command, OUTBOX)
    return story.now


def windows(world: World) -> Iterator[Scene]:
    risky = worst_pending(world)
    yield window("window-access-ask", "Request access", ADA, _ask(world))
    yield window("window-access-ask-more", "Request access, with more options", ADA, _ask(world, more=True))
    yield window("window-access-confirm", "Confirm an approval", GRACE, confirmation_modal(risky))
    for action, (callback, *words) in REASONS.items():
        name = action.rpartition(".")[2]
        yield window(f"window-access-{name}", because(name), GRACE, reason_modal(callback, "v", *words))
    details = whole_modal(Page(risky.id, "card"), whole(risky, world.directory))
    yield window("window-access-details", "Details of a request", RADIA, details)
    yield window("window-access-credentials", "Get credentials", ADA, credentials(world))
    yield window("window-access-failed", "No credentials", ADA, failure_modal("Vault is sealed."))


def credentials(world: World, way: str = "") -> View:
    """The window that hands over a login, for this way to use it."""
    state = active(world).now
    assert state.grant
    handed = HandedOver(
        state.id, "https://vault.northwind.example:8200", WRAPPING_TOKEN, 300, state.grant.ends_at
    )
    return handing_over(state, handed, world.bundle.entitlements["warehouse"].connect, way)


def _ask(world: World, more: bool = False) -> View:
    chosen = world.bundle.entitlements["warehouse"]
    form = Form(NewRequest("acc_1"), "warehouse", "1h", "duration:warehouse", WHY, "", 3_600, "", more=more)
    seen = assess(world.bundle, world.directory, Ask(ADA, "warehouse", 3_600, WHY, ""), MONDAY)
    return ask_modal(form, chosen, explained(world.bundle, world.directory, seen))
