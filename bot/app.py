"""The composition root: the one place that sees both the domain and the outside world, and joins them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI

from bot.duties import ADVANCE, EFFECTS, Duties
from bot.settings import Settings
from bot.slack.delivery import ModalDelivery
from bot.slack.drawing import Drawing
from bot.slack.listeners import Listeners
from bot.slack.parts import Parts
from bot.slack.transport import bolt_app
from bot.web import health, slack_events
from bot.world import Known
from integrations.slack.board import Board
from integrations.slack.calls import open_client
from migrations import upgrade
from workflows import access, alarms, door
from workflows.access.perform import Delivery, performers
from workflows.clockwork import Clockwork
from workflows.ledger import Ledger, Recorded
from workflows.outbox import Outbox
from workflows.policy import adoption
from workflows.policy.load import load_bundle
from workflows.reads import Reads
from workflows.store import Store, open_store

WORKFLOWS = (access.WORKFLOW, alarms.WORKFLOW, adoption.WORKFLOW, door.WORKFLOW)


@dataclass(frozen=True)
class Daypass:
    """A running Daypass: what serves it, and what tests and tools look into."""

    web: FastAPI
    ledger: Ledger
    outbox: Outbox
    reads: Reads
    duties: Duties
    known: Known
    store: Store


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    reach: Callable[[str], None] = lambda step: None,
    delivery: Delivery | None = None,
) -> AsyncIterator[Daypass]:
    """Daypass on its real parts, from settings. `reach` is told of each step of the write and effect path.

    Raises BundleErrors, AlreadyRunning, or the database's error if it can't start at all. Slack and Vault
    may be away: what needs them waits, and `/readyz` says so.
    """
    known = Known(
        load_bundle(settings.daypass_bundle, settings.daypass_bundle_values),
        settings.daypass_bundle,
        settings.daypass_bundle_values,
    )
    url = settings.database_url.get_secret_value()
    store = open_store(url)
    clockwork = Clockwork(now)
    try:
        upgrade(url)
        token = settings.slack_bot_token.get_secret_value()
        async with open_client(token, str(settings.slack_api_url)) as client, _vault(settings) as vault:

            def recorded(what: Recorded) -> None:
                if what.effects:
                    clockwork.wake(EFFECTS)
                if what.due:
                    clockwork.wake(ADVANCE, what.due)

            reads = Reads(store)
            ledger = Ledger(store, WORKFLOWS, known.world, now, recorded, reach)
            drawing = Drawing(Board(client, store, now), client, reads, known.world, lambda: duties.warning)
            performing = {
                **performers(
                    vault.credentials,
                    delivery or ModalDelivery(client, str(settings.vault_addr)),
                    lambda subject: _find(reads, subject),
                    lambda: _known_leases(reads),
                ),
                **drawing.performers,
            }
            outbox = Outbox(store, ledger, performing, now, lambda: clockwork.wake(EFFECTS), reach)
            duties = Duties(
                store,
                ledger,
                outbox,
                reads,
                known,
                drawing,
                client,
                vault.credentials,
                vault.signer,
                now,
                settings.daypass_checkpoint_seconds,
            )
            bolt = bolt_app(client, settings.slack_signing_secret.get_secret_value())
            Listeners(Parts(ledger, drawing, client, known.world), now).attach(bolt)
            if store.single_process:
                await outbox.take_over()
            await duties.adopt()
            clockwork.start(*duties.all())
            web = FastAPI(title="Daypass", docs_url=None, redoc_url=None, openapi_url=None)
            web.include_router(slack_events.router(bolt, slack_events.Door(ledger, now)))
            web.include_router(health.router(_checks(reads, known, vault)))
            yield Daypass(web, ledger, outbox, reads, duties, known, store)
            await clockwork.stop()
            await outbox.drain()
    finally:
        await clockwork.stop()
        await store.close()
