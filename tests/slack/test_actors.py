"""Who acts from outside is a person of Slack's or a machine of the bundle, and never one of Daypass's own."""

import re
from pathlib import Path

import pytest

from workflows.workflow import CLOCKWORK, HTTP, OPERATOR, OUTBOX, Actor

BOT = Path(__file__).parents[2] / "bot"
OWN = (CLOCKWORK, OUTBOX, OPERATOR, HTTP, Actor("daypass:playbook"))


@pytest.mark.parametrize("own", [*(one.id for one in OWN), "Daypass:x", "", " U1", "U1\n", "u1", "W", "B01"])
def test_nothing_but_a_slack_id_is_a_person(own: str) -> None:
    for make in (Actor.person, Actor.machine):
        with pytest.raises(ValueError, match="not the id"):
            make(own)


def test_people_and_machines_are_not_each_other() -> None:
    assert Actor.person("U01ADA").id == "U01ADA"
    assert Actor.machine("machine:nightly-training").is_machine
    for make, other in ((Actor.person, "machine:nightly-training"), (Actor.machine, "U01ADA")):
        with pytest.raises(ValueError, match="not the id"):
            make(other)


def test_no_surface_makes_an_actor_in_any_other_way() -> None:
    made = re.compile(r"(?<![\w.])Actor\([^()]*(?:\([^()]*\))?[^()]*\)(?!\.is_daypass)")
    surfaces = [*BOT.glob("slack/**/*.py"), *BOT.glob("web/**/*.py")]
    assert surfaces
    assert {
        (file.name, *made.findall(file.read_text())) for file in surfaces if made.search(file.read_text())
    } == set()
