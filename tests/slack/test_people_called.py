"""Whom a typed name means: a machine can be stopped, and is never asked to do what people do."""

from dataclasses import replace
from datetime import timedelta

from bot.slack.absences.typed_command import read_away
from bot.slack.access.on_behalf.field import named_holder
from bot.slack.people_called import human_called, person_called
from tests.builders import Clock
from tests.people import ADA, EDSGER, GRACE
from workflows.ports import Machine
from workflows.workflow import World

MACHINE = "machine:nightly-training"


def test_a_machine_is_nobody_to_request_for_or_to_decide(world: World, clock: Clock) -> None:
    machine = Machine("nightly-training", "Nightly", frozenset({GRACE}), frozenset({"scientists"}))
    directory = replace(world.directory, machines={MACHINE: machine})
    for name in ("nightly-training", "@nightly-training", "Machine:Nightly-Training"):
        assert person_called(name, directory) == MACHINE
        assert human_called(name, directory) is None
    assert named_holder("warehouse for @nightly-training", directory).note
    away = read_away("away for 3 days, ask @nightly-training", ADA, directory, clock())
    assert (away.delegate, away.until) == (None, clock() + timedelta(days=3))
    assert "nightly-training" in away.note


def test_a_person_is_called_by_mention_id_address_or_a_name_that_nobody_else_has(world: World) -> None:
    person = world.directory.people[EDSGER]
    for name in (f"<@{EDSGER}>", f"<@{EDSGER}|edsger>", EDSGER.lower(), f"@{person.name}", person.name[:4]):
        assert person_called(name, world.directory) == human_called(name, world.directory) == EDSGER
    assert human_called("e", world.directory) is None
    assert human_called("", world.directory) is None
