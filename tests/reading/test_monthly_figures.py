"""The figures of a month are sent once, when it is over, by whichever replica comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.wiring.monthly_figures import MORNING, SendingFigures
from tests.builders import MONDAY, WORKFLOWS, Clock, changed_bundle
from tests.people import GRACE
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Bundle
from workflows.system.monthly_figures import (
    NOT_DAYPASS,
    SEND,
    WORKFLOW,
    MonthlyFigures,
    SendFigures,
    decide,
    figures_id,
)
from workflows.workflow import CLOCKWORK, Actor, NoChange, Occurred, World

FEBRUARY = SendFigures(figures_id("2026-02"), "2026-02")


@pytest.fixture
def naming(tmp_path: Path) -> Bundle:
    return changed_bundle(
        tmp_path / "bundle", ("daypass.yaml", "channels:\n", 'channels:\n  figures: "#figures"\n')
    )


async def test_two_replicas_send_each_month_once(
    store: Store, world: World, clock: Clock, naming: Bundle
) -> None:
    ledgers = [Ledger(store, WORKFLOWS, lambda: world, clock) for _ in range(2)]
    sending = [SendingFigures(one, Repository(store), lambda: naming, clock) for one in ledgers]
    reads = Repository(store)

    async def sent() -> list[str]:
        for one in sending:
            await one.run()
        found = await reads.in_status(MonthlyFigures, "mfig", ("sent",))
        return [one.month for one in found]

    assert await sent() == ["2026-02"]
    for ledger in ledgers:
        assert not (await ledger.handle(FEBRUARY, CLOCKWORK, "clockwork")).events, (
            "though both had looked before"
        )
    clock.at = datetime(2026, 4, 1, tzinfo=UTC) + MORNING - timedelta(seconds=1)
    assert await sent() == ["2026-02"]
    clock.forward(seconds=1)
    assert await sent() == ["2026-02", "2026-03"]
    effects = [one for one in await reads.open_effects() if one.kind == SEND]
    assert [one.subject for one in effects] == [figures_id("2026-02"), figures_id("2026-03")]


async def test_nothing_is_sent_without_a_channel(store: Store, world: World, clock: Clock) -> None:
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    await SendingFigures(ledger, Repository(store), lambda: world.bundle, clock).run()
    assert not await Repository(store).exists(FEBRUARY.subject)


def test_only_daypass_sends_them_and_only_of_a_month_that_is_over(world: World) -> None:
    assert decide(None, FEBRUARY, Actor(GRACE), world, MONDAY) == NOT_DAYPASS
    for month in ("2026-03", "2027-01", "2026-13", "2026-2", "nonsense"):
        assert decide(None, SendFigures("mfig_1", month), CLOCKWORK, world, MONDAY) == NoChange()


def test_a_verifier_names_what_could_not_have_happened(world: World) -> None:
    decision = decide(None, FEBRUARY, CLOCKWORK, world, MONDAY)
    assert isinstance(decision, tuple)
    sent = Occurred(FEBRUARY.subject, decision[0], CLOCKWORK, MONDAY, (1, 0))
    assert WORKFLOW.impossible(None, (), sent) is None
    for faulty, why in [
        (replace(sent, actor=Actor(GRACE)), "someone else than Daypass sent them"),
        (replace(sent, subject=figures_id("2026-01")), "it names another month"),
        (replace(sent, at=datetime(2026, 2, 28, tzinfo=UTC)), "the month wasn't over"),
    ]:
        assert WORKFLOW.impossible(None, (), faulty) == why
    state = WORKFLOW.evolve(None, sent.event)
    assert WORKFLOW.impossible(state, (sent,), sent) == "they had been sent"
