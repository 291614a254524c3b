"""Every event that can happen has a sentence, so that no story has a gap; and nothing else has one."""

import pytest

from tests.builders import BY_KIND
from workflows import alarms, sessions
from workflows.access.telling import SENTENCES as ACCESS
from workflows.door import KIND as DOOR
from workflows.incidents.telling import SENTENCES as INCIDENTS
from workflows.policy import adoption
from workflows.reading import Reading
from workflows.reads import Reads
from workflows.releases.telling import SENTENCES as RELEASES

TOLD = {
    "acc": ACCESS,
    "rel": RELEASES,
    "inc": INCIDENTS,
    sessions.KIND: sessions.SENTENCES,
    alarms.KIND: alarms.SENTENCES,
    adoption.KIND: adoption.SENTENCES,
}


@pytest.mark.parametrize("kind", sorted(BY_KIND.keys() - {DOOR}))
def test_each_event_has_one(kind):
    assert {one.action for one in BY_KIND[kind].events} == set(TOLD[kind])


def test_each_can_be_searched_for(store, world):
    reading = Reading(Reads(store), store, lambda: world, BY_KIND)
    assert {
        "acc.requested",
        "acc.refused",
        "rel.proposed",
        "inc.declared",
        "ses.exported",
        "door.refused",
    } <= set(reading.actions)
